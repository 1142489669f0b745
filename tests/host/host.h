/*
 * host.h - the world of the host tests: fake RAM, a log that can be asked, BUG
 * as something to expect, a kernel that can be rebooted.
 *
 *	static void test_x(void **state) { host_boot(16 << 20); ... }
 *
 *	int main(void)
 *	{
 *		static const struct CMUnitTest tests[] = {
 *			cmocka_unit_test(test_x),
 *		};
 *
 *		return host_run(tests);
 *	}
 *
 * Environment: HOST_SEED=n for other random numbers ("random" to let the
 * machine choose), HOST_LOG=1 to see the kernel's log on stderr, HOST_ONLY=test_x
 * to run one test.
 */
#ifndef HOST_H
#define HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <asm/page.h>
#include <bug.h>
#include <sched.h>
#include <spinlock.h>
#include <thread_info.h>
#include <types.h>

/* For functions that access memory as the hardware does, poisoned or not. */
#define __no_asan __attribute__((no_sanitize("address")))

/* ---- running ----------------------------------------------------- */

/* TAP of tests[] on stdout; the kernel is rebooted before each test. */
#define host_run(tests) host_run_tests((tests), ARRAY_SIZE(tests))
/* The last n of tests[] only where CONFIG_DEBUG is 1. */
#define host_run_debug(tests, n)           \
	host_run_tests((tests),            \
		       ARRAY_SIZE(tests) - \
			       (IS_ENABLED(CONFIG_DEBUG) ? 0 : (n)))
int host_run_tests(const struct CMUnitTest *tests, size_t n);

/*
 * Kernel data as at program start, RAM of zeroes, no lock held, interrupts on,
 * nothing in the log.
 */
void host_reset(void);
/* The same, but the sequence of random numbers goes on. */
void host_reset_keep_random(void);
/*
 * host_reset, then memory up to kmalloc: `bytes` of RAM, of which the first
 * megabyte is the image. Returns the free pages.
 */
u32 host_boot(u32 bytes);

/* ---- BUG and the log --------------------------------------------- */

extern jmp_buf host_bug_jmp;
extern bool host_bug_expected;

/* The place and condition, or panic's text, of the last BUG. */
const char *host_bug_text(void);

/*
 * stmt must run into a BUG, a BUG_ON or a panic whose text contains `text`.
 * Locks it took are dropped; the structures it was at work on are not whole:
 * reboot, or do not use them again.
 */
#define expect_bug(text, stmt)                             \
	do {                                               \
		host_bug_begin();                          \
		if (setjmp(host_bug_jmp) == 0) {           \
			stmt;                              \
			host_bug_end();                    \
			fail_msg("no BUG in: %s", #stmt);  \
		}                                          \
		host_bug_end();                            \
		host_expect_text(host_bug_text(), (text)); \
	} while (0)

void host_bug_begin(void);
void host_bug_end(void);
void host_expect_text(const char *text, const char *part);

/* All of printk's text since host_reset or host_log_clear. */
const char *host_log(void);
/* The one function name for which called_from() returns true; "": none. */
extern const char *host_caller;
void host_log_clear(void);
/* Fails the test unless the log has this text. */
void expect_log(const char *text);
/* WARN_ONs that fired since host_reset. */
extern u32 host_warnings;

/* ---- random numbers ---------------------------------------------- */

/* host_reset starts the sequence again from the seed. */
u32 rnd(void);

/* 0 .. n - 1 */
static inline u32 rnd_below(u32 n)
{
	return (u32)(((u64)rnd() * n) >> 32);
}

/* ---- the rest of the machine ------------------------------------- */

extern struct thread_info host_thread; /* what host_current is at first */
extern u32 host_locks_held;
extern u32 host_rlimits[]; /* what rlimit() answers, by resource */
extern int host_signal;    /* send_sig_current's last, 0 = none */
extern u64 host_time_ns;   /* what ktime_ns() answers */

#endif
