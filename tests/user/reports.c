/*
 * What the kernel says of a program's mistakes: on the log always, on the
 * terminal in lines of its own, never in the midst of the program's, and with
 * `quiet` not there at all. Makes such mistakes and counts what /dev/kmsg has
 * of them; tests/system/quiet.t looks at the console.
 */
#include <uapi/fcntl.h>
#include "check.h"

static int undefined(void *unused)
{
	(void)unused;
	__asm__ volatile(".inst 0xe7f000f0");
	return 0;
}

static void half_a_line(const char *text)
{
	SYS(write, 1, text, strlen(text));
}

/* How many records of the log have text in them. */
static int logged(const char *text)
{
	static char record[4096];
	int fd = SYS(open, "/dev/kmsg", O_RDONLY | O_NONBLOCK, 0), found = 0;
	int32_t n;

	while ((n = SYS(read, fd, record, sizeof(record) - 1)) > 0) {
		record[n] = '\0';
		found += strstr(record, text) != NULL;
	}
	SYS(close, fd);
	return found;
}

/* Twice each: numbers beyond the table, and one that only ARM has. */
static void unknown_calls(void)
{
	static const uint32_t numbers[] = { 31, 499, 5000, 0xf0007 };

	for (uint32_t i = 0; i < 2 * ARRAY_SIZE(numbers); i++)
		linux_syscall(numbers[i / 2]);
	is(logged("system call 31 "), 1, "the log names call 31 once");
	is(logged("system call 499 "), 1, "the log names call 499 once");
	is(logged("system call 5000 "), 1, "the log names call 5000 once");
	is(logged("(0xf0007)"), 1, "the log names ARM's own call 0xf0007 once");
}

int main(void)
{
	half_a_line("half a line");
	killed_reading((void *)8);
	half_a_line(", its end\nanother");
	in_child(undefined, NULL);
	half_a_line("\n");
	is(logged("address 0x00000008"), 1, "the log has the bad pointer");
	is(logged("undefined instruction 0xe7f000f0"), 1,
	   "and what is none of the core's instructions");
	unknown_calls();
	return done();
}
