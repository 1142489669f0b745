/*
 * Unaligned accesses: the core executes those of single words, the kernel emulates
 * those of several, and an exclusive one is always SIGBUS.
 */
#include "check.h"

static uint8_t room[64] __attribute__((aligned(8)));
static uint8_t *crooked = room + 1;

static void fill(void)
{
	for (uint32_t i = 0; i < 8; i++)
		memcpy(crooked + 4 * i, &(uint32_t){ 100 + i }, 4);
}

static uint32_t word(uint32_t n)
{
	uint32_t val;

	memcpy(&val, crooked + 4 * n, 4);
	return val;
}

static void single(void)
{
	uint32_t val;

	fill();
	__asm__ volatile("ldr %0, [%1]" : "=r"(val) : "r"(crooked) : "memory");
	is((int32_t)val, 100, "ldr of one unaligned word");
	__asm__ volatile("strh %0, [%1]" : : "r"(7), "r"(crooked) : "memory");
	is((int32_t)(word(0) & 0xffff), 7, "strh to an unaligned address");
}

static void arm_multiple(void)
{
	register uint32_t a __asm__("r4"), b __asm__("r5"), c __asm__("r6");
	uint8_t *p = crooked;

	fill();
	__asm__ volatile("ldmia %0!, {r4, r5, r6}"
			 : "+r"(p), "=r"(a), "=r"(b), "=r"(c)
			 :
			 : "memory");
	ok(a == 100 && b == 101 && c == 102, "ldmia from an unaligned address");
	is(p - crooked, 12, "ldmia adds 12 to its base register");
	__asm__ volatile("stmdb %0!, {r4, r5}"
			 : "+r"(p)
			 : "r"(a), "r"(b)
			 : "memory");
	ok(word(1) == 100 && word(2) == 101, "stmdb to an unaligned address");
	is(p - crooked, 4, "stmdb takes 8 from its base register");
	__asm__ volatile("ldrd r4, r5, [%2, #8]"
			 : "=r"(a), "=r"(b)
			 : "r"(crooked)
			 : "memory");
	ok(a == 101 && b == 103, "ldrd from an unaligned address");
	__asm__ volatile("strd r4, r5, [%2]"
			 :
			 : "r"(a), "r"(b), "r"(crooked)
			 : "memory");
	ok(word(0) == 101 && word(1) == 103, "strd to an unaligned address");
}

static __attribute__((target("thumb"), noinline)) void thumb_multiple(void)
{
	register uint32_t a __asm__("r4"), b __asm__("r5");
	register uint8_t *p __asm__("r6");

	fill();
	p = crooked;
	__asm__ volatile("ldmia r6!, {r4, r5}"
			 : "+r"(p), "=r"(a), "=r"(b)
			 :
			 : "memory");
	ok(a == 100 && b == 101, "a 16-bit ldmia of Thumb");
	p = crooked + 8;
	__asm__ volatile("ldrd r5, r4, [r6, #4]"
			 : "=r"(a), "=r"(b)
			 : "r"(p)
			 : "memory");
	ok(b == 103 && a == 104, "Thumb's ldrd of any two registers");
	__asm__ volatile("cmp	r3, r3\n\t"
			 "itte	eq\n\t"
			 "ldrdeq r4, r5, [r6]\n\t"
			 "ldrdeq r4, r5, [r6, #8]\n\t"
			 "movne	r4, #0"
			 : "=r"(a), "=r"(b)
			 : "r"(p)
			 : "memory", "cc");
	ok(a == 104 && b == 105,
	   "ldrd in an IT block, of which one is executed");
}

static int load_exclusive(void *p)
{
	uint32_t val;

	__asm__ volatile("ldrex %0, [%1]" : "=r"(val) : "r"(p) : "memory");
	return (int)val;
}

static int load_double(void *p)
{
	__asm__ volatile("vldr d0, [%0]" : : "r"(p) : "d0", "memory");
	return 0;
}

static int load_two(void *p)
{
	__asm__ volatile("ldmia %0, {r4, r5}"
			 :
			 : "r"(p)
			 : "r4", "r5", "memory");
	return 0;
}

static void refused(void)
{
	uint8_t *p = pages(2);

	SYS(munmap, p + PAGE, PAGE);
	is(in_child(load_exclusive, crooked) & 0x7f, LINUX_SIGBUS,
	   "ldrex from an unaligned address is SIGBUS");
	is(in_child(load_double, crooked) & 0x7f, LINUX_SIGBUS,
	   "vldr from an unaligned address is SIGBUS");
	is(in_child(load_two, p + PAGE - 6) & 0x7f, LINUX_SIGSEGV,
	   "ldmia that reads beyond the last page is SIGSEGV");
}

/* ---- /proc/cpu/alignment ----------------------------------------- */

/* The lines of the file that have a count, in their order. */
enum counter { USER, SYSTEM, SKIPPED, HALF, WORD, DWORD, MULTI, COUNTERS };

/* Reads the counters, and the mode with its word from the last line. */
static void read_counters(uint32_t counts[COUNTERS], char mode[20])
{
	static const char *const lines[] = {
		"User:\t\t",    "\nSystem:\t\t",    "\nSkipped:\t",
		"\nHalf:\t\t",  "\nWord:\t\t",      "\nDWord:\t\t",
		"\nMulti:\t\t", "\nUser faults:\t",
	};
	char text[400] = "", *at = text;
	int fd = SYS(open, "/proc/cpu/alignment", 0, 0);

	SYS(read, fd, text, sizeof(text) - 1);
	SYS(close, fd);
	for (uint32_t i = 0; i <= COUNTERS; i++) {
		at = strstr(at, lines[i]);
		if (!at) {
			ok(false, "line %lu of /proc/cpu/alignment", i);
			return;
		}
		at += strlen(lines[i]);
		if (i < COUNTERS)
			counts[i] = strtoul(at, NULL, 10);
	}
	memcpy(mode, at, 19);
	mode[strcspn(mode, "\n")] = 0;
}

static int32_t set_mode(const char *text)
{
	int fd = SYS(open, "/proc/cpu/alignment", 1, 0);
	int32_t written = SYS(write, fd, text, strlen(text));

	SYS(close, fd);
	return written;
}

static void mode_becomes(const char *text, const char *want)
{
	uint32_t counts[COUNTERS];
	char mode[20] = "";

	set_mode(text);
	read_counters(counts, mode);
	ok(strcmp(mode, want) == 0, "after %.1s: %s", text, mode);
}

static int load_pair(void *p)
{
	__asm__ volatile("ldrd r4, r5, [%0]" : : "r"(p) : "r4", "r5", "memory");
	return 0;
}

static void counted(int (*load)(void *p), void *p, const char *name)
{
	uint32_t before[COUNTERS] = { 0 }, after[COUNTERS] = { 0 };
	char mode[20] = "";

	read_counters(before, mode);
	in_child(load, p);
	read_counters(after, mode);
	for (uint32_t i = 0; i < COUNTERS; i++)
		after[i] -= before[i];
	ok(true, "%s: user %lu, skipped %lu, dword %lu, multi %lu", name,
	   after[USER], after[SKIPPED], after[DWORD], after[MULTI]);
	is((int32_t)(after[SYSTEM] + after[HALF] + after[WORD]), 0,
	   "no other counter has changed");
}

static void modes(void)
{
	uint8_t *p = pages(2);
	char mode[20] = "";
	uint32_t counts[COUNTERS];

	SYS(munmap, p + PAGE, PAGE);
	read_counters(counts, mode);
	ok(strcmp(mode, "2 (fixup)") == 0, "the mode at first: %s", mode);
	counted(load_two, crooked, "ldm");
	counted(load_pair, crooked, "ldrd");
	counted(load_exclusive, crooked, "ldrex");
	counted(load_two, p + PAGE - 6, "ldm that ends in SIGSEGV");
	mode_becomes("0\n", "2 (fixup)");
	mode_becomes("1\n", "3 (fixup+warn)");
	is(in_child(load_two, crooked), 0,
	   "mode 3: ldm is emulated, and reported in the log");
	mode_becomes("4\n", "4 (signal)");
	is(in_child(load_two, crooked), LINUX_SIGBUS, "mode 4: ldm is SIGBUS");
	counted(load_two, crooked, "ldm in mode 4");
	mode_becomes("5garbage", "5 (signal+warn)");
	mode_becomes("6", "5 (signal+warn)");
	is(set_mode("x\n"), 2, "a text without a number is accepted");
	mode_becomes("", "5 (signal+warn)");
	mode_becomes("2", "2 (fixup)");
}

int main(void)
{
	single();
	arm_multiple();
	thumb_multiple();
	refused();
	modes();
	return done();
}
