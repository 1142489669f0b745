/*
 * The kernel's log by syslog(2), as dmesg and klogd read it: what is there, what
 * one reader takes away, and which of it the console shows.
 */
#include <uapi/fcntl.h>
#include "check.h"

enum {
	CLOSE,
	OPEN,
	READ,
	READ_ALL,
	READ_CLEAR,
	CLEAR,
	CONSOLE_OFF,
	CONSOLE_ON,
	CONSOLE_LEVEL,
	SIZE_UNREAD,
	SIZE_BUFFER
};

static char text[1 << 18];

static int32_t call(int type, int32_t bytes)
{
	int32_t n;

	memset(text, 0, sizeof(text));
	n = SYS(syslog, type, text, bytes);
	return n;
}

/* Linux shows a record without a line's end only when the next one comes. */
static void say(const char *what)
{
	int fd = SYS(open, "/dev/kmsg", O_WRONLY, 0);

	SYS(write, fd, what, strlen(what));
	SYS(close, fd);
}

/* Is "<prio>[seconds.micros] want" all of the text from `from` on? */
static bool is_line(const char *from, int prio, const char *want)
{
	int got, end = 0;

	return from && sscanf(from, "<%d>[%*u.%*6u] %n", &got, &end) == 1 &&
		end && got == prio && !strcmp(from + end, want);
}

static void whole_log(void)
{
	int32_t room = SYS(syslog, SIZE_BUFFER, 0, 0), n;
	char *last;

	ok(room >= 16384 && room < (int32_t)sizeof(text), "the log's size");
	say("<5>seen by all\n");
	n = call(READ_ALL, room);
	ok(n > 0 && (int32_t)strlen(text) == n, "all of it is read");
	last = strrchr(text, '<');
	ok(is_line(last, 13, "seen by all\n"), "what was said last is last");
	n = call(READ_ALL, 60);
	ok(n > 0 && n <= 60, "with room for little");
	ok(is_line(text, 13, "seen by all\n"), "the last is read");
	is(call(READ_ALL, 20), 0, "with room for no record: none");
	is(call(READ_ALL, 0), 0, "with no room");
	is(SYS(syslog, READ_ALL, 0, 100), -EINVAL, "to no buffer");
	is(SYS(syslog, READ_ALL, text, -1), -EINVAL, "of -1 bytes");
	is(SYS(syslog, READ_ALL, 8, room), -EFAULT, "to address 8");
}

static void clearing(void)
{
	is(SYS(syslog, CLEAR, 0, 0), 0, "the log is cleared");
	is(call(READ_ALL, 4096), 0, "nothing is read");
	say("first\n");
	say("second\nof two lines\n");
	ok(call(READ_CLEAR, 4096) > 0, "two records more");
	ok(!strncmp(text, "<12>[", 5) && strstr(text, "] first\n<12>["),
	   "the first has a warning's level");
	ok(strstr(text, "] second\n<12>[") && strstr(text, "] of two lines\n"),
	   "each line of the second has a beginning");
	is(call(READ_ALL, 4096), 0, "reading has cleared them");
}

static int wait_for_record(void *arg)
{
	(void)arg;
	return call(READ, 4096) > 0 && strstr(text, "] awaited\n") ? 5 : 6;
}

/* What this reader has taken is not there a second time. */
static void taking(void)
{
	int32_t n, part, status = -1;
	pid_t pid;

	while (SYS(syslog, SIZE_UNREAD, 0, 0) > 0)
		call(READ, sizeof(text) - 1);
	say("<6>taken\n");
	n = SYS(syslog, SIZE_UNREAD, 0, 0);
	ok(n > 20, "a record can be taken");
	part = call(READ, 8);
	is(part, 8, "eight bytes of it");
	is(SYS(syslog, SIZE_UNREAD, 0, 0) - n, -8, "are gone");
	is(call(READ, 4096) + part - n, 0, "then what is left");
	ok(strstr(text, "] taken\n") != NULL, "its end");
	is(SYS(syslog, SIZE_UNREAD, 0, 0), 0, "and that was all");
	pid = fork();
	if (pid == 0)
		_exit(wait_for_record(NULL));
	for (int i = 0; i < 5; i++)
		SYS(sched_yield);
	say("awaited\n");
	SYS(wait4, pid, &status, 0, 0);
	is(status, 5 << 8, "a reader waits for the next");
}

static int console_level(void)
{
	int level = -1;
	int fd = SYS(open, "/proc/sys/kernel/printk", O_RDONLY, 0);

	memset(text, 0, 64);
	SYS(read, fd, text, 63);
	SYS(close, fd);
	sscanf(text, "%d", &level);
	return level;
}

static void console(void)
{
	int before = console_level();

	is(SYS(syslog, CONSOLE_LEVEL, 0, 5), 0, "the console's level: 5");
	is(console_level(), 5, "/proc/sys/kernel/printk has it");
	is(SYS(syslog, CONSOLE_OFF, 0, 0), 0, "the console is turned off");
	is(console_level(), 1, "but for emergencies");
	is(SYS(syslog, CONSOLE_OFF, 0, 0), 0, "twice");
	is(SYS(syslog, CONSOLE_ON, 0, 0), 0, "on");
	is(console_level(), 5, "as before");
	is(SYS(syslog, CONSOLE_LEVEL, 0, 0), -EINVAL, "a level of 0");
	is(SYS(syslog, CONSOLE_LEVEL, 0, 9), -EINVAL, "of 9");
	SYS(syslog, CONSOLE_LEVEL, 0, before);
}

static int as_user(void *arg)
{
	(void)arg;
	SYS(setresuid32, 1000, 1000, 1000);
	is(SYS(syslog, CLEAR, 0, 0), -EPERM, "a user may not clear it");
	is(call(READ, 4096), -EPERM, "nor take from it");
	is(SYS(syslog, 11, 0, 0), -EPERM, "nor ask for what there is not");
	return 0;
}

/* Linux drops what a program writes too fast, unless it is told otherwise. */
static void keep_all(void)
{
	int fd = SYS(open, "/proc/sys/kernel/printk_devkmsg", O_WRONLY, 0);

	SYS(write, fd, "on\n", 3);
	SYS(close, fd);
}

int main(void)
{
	keep_all();
	is(SYS(syslog, OPEN, 0, 0), 0, "opened");
	is(SYS(syslog, CLOSE, 0, 0), 0, "closed");
	is(SYS(syslog, 11, 0, 0), -EINVAL, "an unknown type");
	is(SYS(syslog, -1, 0, 0), -EINVAL, "-1");
	whole_log();
	clearing();
	taking();
	console();
	checks_in_child(as_user, NULL);
	return done();
}
