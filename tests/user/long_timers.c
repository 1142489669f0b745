/*
 * What an interrupt does for a process of 2,000 threads, for many groups, and for
 * many timers: signals of timers, and of a terminal. How long nobody else could run
 * meanwhile, and how long interrupts were off, is measured from outside
 * (tests/bench/latency.py); this program checks that no signal is lost.
 */
#include <fcntl.h>
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/termios.h>
#include <uapi/time.h>
#include "check.h"
#include "threads.h"

#define THREADS 2000u
#define MIDDLE  1000u
#define FLAGS                                                               \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM)
/* A process that shares this one's memory. */
#define PROCESS (CLONE_VM | LINUX_SIGCHLD)
#define MS      1000000

struct spec {
	struct old_timespec32 interval, value;
};

static const int32_t long_time[2] = { 60, 0 };

/* Returns the signal of `mask` that came within a minute, or -EAGAIN. */
static int32_t wait_for(uint32_t mask)
{
	uint32_t set[2] = { mask, 0 };

	return SYS(rt_sigtimedwait, set, NULL, long_time, 8);
}

static int32_t create(int32_t clock, int sig)
{
	struct sigevent event = { .sigev_signo = sig };
	int32_t id = -1, err = SYS(timer_create, clock, &event, &id);

	return err ? err : id;
}

/* The timer expires after so many ns, or at that time, and then every interval. */
static int32_t start(int32_t id, uint32_t how, struct old_timespec32 value,
		     int32_t interval)
{
	struct spec spec = { { 0, interval }, value };

	return SYS(timer_settime, id, how, &spec, NULL);
}

/* ---- one process, and its timers --------------------------------- */

static volatile uint32_t taken, profiled;
static volatile int32_t taker, last;

static void count(int sig, struct test_siginfo *info, void *context)
{
	(void)info;
	(void)context;
	if (sig == SIGPROF) {
		profiled++;
	} else {
		taken++;
		taker = SYS(gettid);
	}
}

/* All block SIGUSR1 and SIGPROF, and all but the last SIGUSR2 and SIGURG. */
static void sleeper(void *nr)
{
	int32_t second[2] = { 1000, 0 };

	if ((uintptr_t)nr == THREADS - 1) {
		last = SYS(gettid);
		set_mask(1, SIGNAL_BIT(SIGUSR2) | SIGNAL_BIT(SIGURG));
	}
	for (;;)
		SYS(nanosleep, second, 0);
}

static int timers(void *unused)
{
	const struct old_timespec32 ms = { 0, MS };
	const struct old_itimerval32 prof = { { 0, 10000 }, { 0, 10000 } };
	uint32_t begin;
	int32_t id;

	(void)unused;
	set_mask(0,
		 SIGNAL_BIT(SIGUSR1) | SIGNAL_BIT(SIGUSR2) |
			 SIGNAL_BIT(SIGPROF) | SIGNAL_BIT(SIGURG));
	handle(SIGUSR2, count, TEST_SA_RESTART);
	handle(SIGPROF, count, TEST_SA_RESTART);
	is((int32_t)start_many(THREADS, FLAGS, sleeper), THREADS,
	   "2,000 threads sleep");
	set_mask(1, SIGNAL_BIT(SIGPROF));
	is(SYS(setitimer, ITIMER_PROF, &prof, NULL), 0,
	   "a timer by the CPU time of all");
	id = create(CLOCK_PROCESS_CPUTIME_ID, SIGUSR1);
	is(start(id, 0, ms, 10 * MS), 0,
	   "a CPU timer whose signal all threads block");
	begin = uptime_ms();
	while (profiled < 5 && uptime_ms() - begin < 60000)
		run_for_a_while();
	ok(profiled >= 5, "the first one's signals come");
	is(wait_for(SIGNAL_BIT(SIGUSR1)), SIGUSR1,
	   "the second one's waits until it is asked for");
	is(SYS(kill, getpid(), SIGURG), 0,
	   "SIGURG, which all but the last block, ends nobody");
	id = create(CLOCK_MONOTONIC, SIGUSR2);
	is(start(id, 0, ms, MS), 0,
	   "a timer whose signal all threads block but the last");
	for (begin = uptime_ms(); taken < 5 && uptime_ms() - begin < 60000;)
		SYS(sched_yield);
	ok(taker == last, "the last thread takes it");
	return 0;
}

/* ---- the terminal ------------------------------------------------ */

static int master, slave;

/* A session with a terminal of its own. */
static void opens_terminal(void)
{
	uint32_t number = 0, unlock = 0;
	char name[32];

	SYS(setsid);
	master = SYS(open, "/dev/ptmx", O_RDWR | 0400, 0);
	SYS(ioctl, master, TIOCGPTN, &number);
	SYS(ioctl, master, TIOCSPTLCK, &unlock);
	sprintf(name, "/dev/pts/%u", (unsigned int)number);
	slave = SYS(open, name, O_RDWR, 0);
	SYS(ioctl, slave, TIOCSCTTY, 0);
}

#define JOB (SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGCONT))

static volatile int32_t tids[THREADS];
static volatile uint32_t nr_sent, looks, middle_has;
static volatile bool none[2];

/* Each has SIGCONT pending, later SIGTSTP; one of them looks at what it has. */
static void blocks(void *nr)
{
	int32_t second[2] = { 1000, 0 };
	uint32_t set[2];

	tids[(uintptr_t)nr] = SYS(gettid);
	while ((uintptr_t)nr == MIDDLE) {
		SYS(rt_sigpending, set, 8);
		middle_has = set[0] & JOB;
		looks++;
		SYS(sched_yield);
	}
	for (;;)
		SYS(nanosleep, second, 0);
}

static void send_each(int sig)
{
	for (uint32_t i = 0; i < THREADS; i++) {
		while (!tids[i])
			SYS(sched_yield);
		SYS(tgkill, getpid(), tids[i], sig);
	}
	while (middle_has != SIGNAL_BIT(sig))
		SYS(sched_yield);
	nr_sent++;
}

/* The process has stopped and goes on, or has got SIGCONT: looks again. */
static bool has_none(uint32_t nr)
{
	uint32_t before;

	while (nr_sent < nr)
		SYS(sched_yield);
	for (before = looks; looks < before + 2;)
		SYS(sched_yield);
	return !middle_has;
}

static void at_terminal(void *unused)
{
	int32_t me = getpid();

	(void)unused;
	SYS(setpgid, 0, 0);
	SYS(ioctl, slave, TIOCSPGRP, &me);
	set_mask(0, JOB);
	by_default(SIGINT);
	if (start_many(THREADS, FLAGS, blocks) != THREADS)
		return;
	set_mask(1, JOB);
	send_each(SIGCONT);
	none[0] = has_none(2);
	send_each(SIGTSTP);
	none[1] = has_none(4);
	nr_sent++;
	for (;;)
		SYS(sched_yield);
}

/* A shell, so to say: the group of the others is not orphaned. */
static int types_keys(void *unused)
{
	int status = 0;
	pid_t pid;

	(void)unused;
	opens_terminal();
	set_mask(0, SIGNAL_BIT(SIGTTOU));
	pid = start_thread(PROCESS, pages(2) + 2 * PAGE - 64, NULL, 0, NULL,
			   at_terminal, NULL);
	while (nr_sent < 1)
		SYS(sched_yield);
	SYS(write, master, "\32", 1);
	ok(SYS(wait4, pid, &status, WUNTRACED, 0) == pid,
	   "^Z at the terminal of 2,000 threads");
	is(status, SIGTSTP << 8 | 0x7f,
	   "^Z stops the process of 2,000 threads");
	SYS(kill, pid, SIGCONT);
	nr_sent++;
	while (nr_sent < 3)
		SYS(sched_yield);
	ok(none[0], "the stop has taken back each thread's own SIGCONT");
	SYS(kill, pid, SIGCONT);
	nr_sent++;
	while (nr_sent < 5)
		SYS(sched_yield);
	ok(none[1], "SIGCONT has taken back each thread's own SIGTSTP");
	SYS(write, master, "\3", 1);
	ok(SYS(wait4, pid, &status, 0, 0) == pid,
	   "^C at the terminal of 2,000 threads");
	is(status, SIGINT, "^C ends the process of 2,000 threads");
	return 0;
}

/* ---- many groups ------------------------------------------------- */

#define GROUPS  12u
#define MEMBERS 40u

static volatile uint32_t got, joined;
static volatile int32_t groups[GROUPS];

static void member(void *nr)
{
	uint32_t group = (uintptr_t)nr / MEMBERS;

	if ((uintptr_t)nr % MEMBERS == 0) {
		SYS(setpgid, 0, 0);
		groups[group] = getpid();
	}
	while (!groups[group])
		SYS(sched_yield);
	SYS(setpgid, 0, groups[group]);
	__atomic_fetch_add(&joined, 1, __ATOMIC_RELAXED);
	if (wait_for(SIGNAL_BIT(SIGINT)) == SIGINT)
		__atomic_fetch_add(&got, 1, __ATOMIC_RELAXED);
}

/* ^C for one group after the other, before the first one has been served. */
static int many_groups(void *unused)
{
	int32_t group;

	(void)unused;
	opens_terminal();
	set_mask(0, SIGNAL_BIT(SIGINT) | SIGNAL_BIT(SIGTTOU));
	is((int32_t)start_many(GROUPS * MEMBERS, PROCESS, member),
	   GROUPS * MEMBERS, "12 groups of 40 processes");
	while (joined < GROUPS * MEMBERS)
		SYS(sched_yield);
	for (uint32_t i = 0; i < GROUPS; i++) {
		group = groups[i];
		SYS(ioctl, slave, TIOCSPGRP, &group);
		SYS(write, master, "\3", 1);
	}
	is((int32_t)reap_all(), GROUPS * MEMBERS, "^C for each group");
	is((int32_t)got, GROUPS * MEMBERS, "each process gets its SIGINT");
	return 0;
}

/* ---- many timers ------------------------------------------------- */

#define TIMERS 900u
#define RT1    40

static const uint32_t rt1_set[2] = { 0, 1u << (RT1 - 33) };

static int64_t ns_of(int32_t clock)
{
	struct old_timespec32 now;

	SYS(clock_gettime, clock, &now);
	return (int64_t)now.tv_sec * 1000 * MS + now.tv_nsec;
}

/* Returns how many timers by clock could be set to expire at `at`. */
static uint32_t start_timers(int32_t clock, struct old_timespec32 at)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < TIMERS; i++)
		n += start(create(clock, RT1), TIMER_ABSTIME, at, 0) == 0;
	return n;
}

/* Returns how many timers' signals come, one by one. */
static uint32_t take_signals(void)
{
	uint32_t n = 0;

	while (n < TIMERS &&
	       SYS(rt_sigtimedwait, rt1_set, NULL, long_time, 8) == RT1)
		n++;
	return n;
}

/*
 * All expire at once. Each signal waits for itself, so none may be lost; the
 * process sleeps, or runs, until then.
 */
static void at_once(int32_t clock, const char *what)
{
	int64_t end = ns_of(clock) + 100 * MS;
	uint32_t set[2] = { 0, 0 };
	struct old_timespec32 at;

	at = (struct old_timespec32){ (int32_t)(end / (1000 * MS)),
				      (int32_t)(end % (1000 * MS)) };
	is((int32_t)start_timers(clock, at), TIMERS, "900 timers by %s", what);
	/* Only a tick that finds the process running looks at these. */
	while (clock != CLOCK_MONOTONIC && !(set[1] & rt1_set[1])) {
		run_for_a_while();
		SYS(rt_sigpending, set, 8);
	}
	is((int32_t)take_signals(), TIMERS,
	   "which expire at once: each sends its signal");
}

static int many_timers(void *clock)
{
	uint32_t set[2] = { 0, rt1_set[1] };

	SYS(rt_sigprocmask, 0, set, NULL, 8);
	if (clock)
		at_once(CLOCK_PROCESS_CPUTIME_ID, "CPU time");
	else
		at_once(CLOCK_MONOTONIC, "the clock");
	return 0;
}

static struct old_timespec32 wake_at;
static int32_t wake_clock;
static volatile uint32_t awake;

static const int32_t a_moment[2] = { 0, 100 * MS };

static void sleeps_until(void *nr)
{
	(void)nr;
	SYS(clock_nanosleep, wake_clock, TIMER_ABSTIME, &wake_at, NULL);
	__atomic_fetch_add(&awake, 1, __ATOMIC_RELAXED);
	for (;;)
		SYS(pause);
}

static void all_sleep(int32_t clock, int32_t seconds)
{
	wake_clock = clock;
	SYS(clock_gettime, clock, &wake_at);
	wake_at.tv_sec += seconds;
	is((int32_t)start_many(THREADS, FLAGS, sleeps_until), THREADS,
	   "2,000 threads sleep until the same moment");
}

static void all_wake(void)
{
	while (awake < THREADS)
		SYS(nanosleep, a_moment, NULL);
	is((int32_t)awake, THREADS, "all wake up");
}

static int many_sleepers(void *unused)
{
	(void)unused;
	all_sleep(CLOCK_MONOTONIC, 1);
	all_wake();
	return 0;
}

static int many_by_the_wall_clock(void *unused)
{
	const uint32_t set[2] = { 0, rt1_set[1] };

	(void)unused;
	SYS(rt_sigprocmask, 0, set, NULL, 8);
	all_sleep(CLOCK_REALTIME, 1000);
	is((int32_t)start_timers(CLOCK_REALTIME, wake_at), TIMERS,
	   "900 timers of that moment, by the wall clock");
	SYS(nanosleep, a_moment, NULL);
	is((int32_t)awake, 0, "which is far");
	is(SYS(clock_settime, CLOCK_REALTIME, &wake_at), 0, "it is set there");
	all_wake();
	is((int32_t)take_signals(), TIMERS, "each timer sends its signal");
	wake_at.tv_sec -= 1000;
	SYS(clock_settime, CLOCK_REALTIME, &wake_at);
	return 0;
}

int main(void)
{
	checks_in_child(timers, NULL);
	checks_in_child(types_keys, NULL);
	checks_in_child(many_groups, NULL);
	checks_in_child(many_timers, NULL);
	checks_in_child(many_timers, (void *)1);
	checks_in_child(many_sleepers, NULL);
	checks_in_child(many_by_the_wall_clock, NULL);
	return done();
}
