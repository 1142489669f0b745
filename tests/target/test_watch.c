/*
 * The watch (inspect/watch.c) reports the task that makes others wait, and its
 * call chain. Each test is a kernel with one fault; the limits are short here.
 * The last tests take a spinlock twice.
 */
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <inspect/inspect.h>
#include <lib/log.h>
#include <proc/proc.h>
#include <services/files/kmsg.h>
#include <spinlock.h>
#include <string.h>
#include <tests/target/ktest.h>

/* Not inlined; a barrier() at the end keeps calls from being tail calls. */
#define FRAME __attribute__((noinline, noipa))
#define MSEC  1000000ull

/*
 * The host may stop the emulator, so that an interrupt comes late: the limit
 * for hard stalls is too long here to report that.
 */
static const struct watch_limits short_limits = {
	.period = 10,
	.soft = 30,
	.hard = 20000,
	.hung = 50,
};
static const struct watch_limits hard_limits = {
	.period = 10,
	.soft = 20000,
	.hard = 40,
	.hung = 20000,
};

static char text[4096];
static u64 log_pos;

/* Skips the log so far: what is logged from here on belongs to the test. */
static void begin(const struct watch_limits *limits)
{
	while (log_read(&log_pos, text, sizeof(text)))
		;
	watch_start(limits);
}

/* True while nothing was logged, for a minute at most. */
static bool silent(u64 since)
{
	return log_head == log_pos && ktime_ns() - since < 60000 * MSEC;
}

static void end(void)
{
	size_t n;

	watch_start(NULL);
	n = log_read(&log_pos, text, sizeof(text) - 1);
	text[n] = '\0';
}

static u32 times_said(const char *what)
{
	u32 n = 0;

	for (const char *p = text; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

/*
 * A long loop between two reads of the clock: the watch unwinds the stack where
 * an interrupt came, and the tables for that do not describe the first and last
 * instructions of a function.
 */
#define TURNS 20000u
#define SPIN                                             \
	do {                                             \
		for (u32 turn = 0; turn < TURNS; turn++) \
			barrier();                       \
	} while (0)

static FRAME void spins_for(u64 ns)
{
	u64 until = ktime_ns() + ns;

	while (ktime_ns() < until)
		SPIN;
}

static FRAME void spins_until_named(void)
{
	u64 since = ktime_ns();

	while (silent(since))
		SPIN;
	spins_for(50 * MSEC); /* a second report must not come */
}

/* ---- soft -------------------------------------------------------- */

static struct wait_queue_head wq = WAIT_QUEUE_INIT(wq);
static bool ready, done;

static void waits_for_core(void *arg __unused_arg)
{
	done = true;
	wake_up(&wq);
}

static void test_soft_stall_is_named(void)
{
	done = false;
	begin(&short_limits);
	KTEST_ASSERT(kthread_run(waits_for_core, NULL, "waits", NULL) == 0);
	spins_until_named();
	KTEST_ASSERT(!done); /* the kernel is not preempted */
	wait_event(&wq, done);
	end();
	KTEST_EQ(times_said("watch: init, pid 1, keeps the core for"), 1);
	KTEST_ASSERT(times_said("] spins_until_named+0x") >= 1);
	KTEST_ASSERT(times_said("] test_soft_stall_is_named+0x") >= 1);
	KTEST_EQ(times_said("is held"), 1); /* "no lock is held" */
}
KTEST(test_soft_stall_is_named);

/*
 * A task that calls cond_resched() is not reported, however long its call is.
 */
static void test_giving_way_is_no_stall(void)
{
	done = false;
	begin(&short_limits);
	KTEST_ASSERT(kthread_run(waits_for_core, NULL, "waits", NULL) == 0);
	for (u32 i = 0; i < 100; i++) {
		spins_for(2 * MSEC);
		cond_resched();
	}
	end();
	KTEST_ASSERT(done);
	KTEST_EQ(times_said("keeps the core"), 0);
}
KTEST(test_giving_way_is_no_stall);

/* ---- hard -------------------------------------------------------- */

static void test_hard_stall_is_named(void)
{
	begin(&hard_limits);
	local_irq_disable();
	spins_for(200 * MSEC);
	local_irq_enable();
	spins_for(20 * MSEC);
	end();
	KTEST_ASSERT(times_said("watch: interrupts were off for") >= 1);
	KTEST_ASSERT(times_said("until here, in init, pid 1") >= 1);
	KTEST_ASSERT(times_said("] test_hard_stall_is_named+0x") >= 1);
}
KTEST(test_hard_stall_is_named);

/* ---- hung -------------------------------------------------------- */

static FRAME void sleeps_too_long(void)
{
	wait_event(&wq, ready);
	barrier();
}

static void sleeper(void *arg __unused_arg)
{
	sleeps_too_long();
	done = true;
	wake_up(&wq);
}

static void sleep_ms(u64 ms)
{
	set_current_state(TASK_INTERRUPTIBLE);
	schedule_timeout(ms * MSEC);
}

static void test_hung_task_is_named_once(void)
{
	u64 since = ktime_ns();

	ready = done = false;
	begin(&short_limits);
	KTEST_ASSERT(kthread_run(sleeper, NULL, "sleeper", NULL) == 0);
	while (silent(since))
		sleep_ms(20); /* the core is idle meanwhile */
	sleep_ms(200);
	ready = true;
	wake_up(&wq);
	wait_event(&wq, done);
	end();
	KTEST_EQ(times_said("watch: sleeper, pid"), 1);
	KTEST_EQ(times_said("sleeps uninterruptibly"), 1);
	KTEST_ASSERT(times_said("] sleeps_too_long+0x") == 1);
}
KTEST(test_hung_task_is_named_once);

/* ---- a lock that is never free ----------------------------------- */

static spinlock_t lock = SPINLOCK_INIT;

static FRAME void takes_first(void)
{
	spin_lock(&lock);
	barrier();
}

static FRAME void takes_again(void)
{
	spin_lock(&lock);
	barrier();
}

static void test_deadlock_names_holder(void)
{
	takes_first();
	takes_again();
}
KTEST_DIES(test_deadlock_names_holder, "is held for ever: takes_first+0x");

static void test_deadlock_names_waiter(void)
{
	takes_first();
	takes_again();
	barrier();
}
KTEST_DIES(test_deadlock_names_waiter, "] test_deadlock_names_waiter+0x");
