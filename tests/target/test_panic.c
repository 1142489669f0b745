/*
 * Errors of the kernel itself: each ends the machine with status 255, after a
 * report that contains the cause and the call chain.
 */
#include <asm/barrier.h>
#include <asm/sections.h>
#include <bug.h>
#include <lib/backtrace.h>
#include <lib/printk.h>
#include <services/files/kmsg.h>
#include <stdio.h>
#include <string.h>
#include <tests/target/ktest.h>

/* Not inlined; a barrier() at the end keeps calls from being tail calls. */
#define FRAME __attribute__((noinline, noipa))

static volatile u32 zero;

static FRAME void bug_here(void)
{
	BUG_ON(zero == 0);
}

static FRAME void calls_bug_here(void)
{
	bug_here();
	barrier();
}

static void test_bug_on(void)
{
	calls_bug_here();
}
KTEST_DIES(test_bug_on, "kernel BUG at tests/target/test_panic.c");

static void test_call_chain(void)
{
	calls_bug_here();
}
KTEST_DIES(test_call_chain, "] calls_bug_here+0x");

static void test_division_by_zero(void)
{
	zero = 1000 / zero;
}
KTEST_DIES(test_division_by_zero, "division by zero");

static void test_null_pointer(void)
{
	zero = *(volatile u32 *)(uintptr_t)zero;
}
KTEST_DIES(test_null_pointer, "NULL pointer");

static void test_write_to_text(void)
{
	*(volatile u32 *)_stext = 0;
}
KTEST_DIES(test_write_to_text, "page permission fault");

static void test_jump_to_data(void)
{
	static u32 code[] = { 0xe12fff1e }; /* bx lr */

	((void (*)(void))(uintptr_t)code)();
}
KTEST_DIES(test_jump_to_data, "in task init, pid 1");

/* WARN_ON prints its report with the call chain, and the kernel goes on. */
static FRAME void warns(void)
{
	KTEST_ASSERT(WARN_ON(zero == 0));
	barrier();
}

static size_t log_text(u64 *pos, char *buf, size_t bytes)
{
	size_t n = log_read(pos, buf, bytes - 1);

	buf[n] = '\0';
	return n;
}

static void test_warn_on(void)
{
	static char text[1024];
	u64 pos = 0;

	while (log_text(&pos, text, sizeof(text)))
		;
	warns();
	log_text(&pos, text, sizeof(text));
	KTEST_ASSERT(strstr(text, "WARNING at tests/target/test_panic.c"));
	KTEST_ASSERT(strstr(text, "] warns+0x"));
	KTEST_ASSERT(strstr(text, "] test_warn_on+0x"));
}
KTEST(test_warn_on);

static void test_symbols(void)
{
	char name[64];

	format_symbol((u32)(uintptr_t)test_symbols + 4, name, sizeof(name));
	KTEST_ASSERT(!strcmp(name, "test_symbols+0x4"));
	format_symbol(0x1234, name, sizeof(name));
	KTEST_ASSERT(!strcmp(name, "0x00001234"));
}
KTEST(test_symbols);
