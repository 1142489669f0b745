/*
 * 2,000 threads of one process: calls that look at each thread, and the end of the
 * process, by exit, by a signal, for want of memory. How long other tasks are kept
 * from running is measured from outside (tests/bench/latency.py).
 */
#include <uapi/mman.h>
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include "check.h"

#define THREADS 2000u
#define FLAGS                                                               \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM)

static void sleeper(void *unused)
{
	int32_t long_time[2] = { 1000, 0 };

	(void)unused;
	for (;;)
		SYS(nanosleep, long_time, 0);
}

static bool start_all(void)
{
	return start_many(THREADS, FLAGS, sleeper) == THREADS;
}

/* Ends by exit if signal is NULL, otherwise by the signal of that number. */
static int ends(void *signal)
{
	pid_t me = getpid();
	bool all = start_all();

	if (signal)
		SYS(kill, me, (int)(uintptr_t)signal);
	return all ? 5 : 6;
}

/*
 * Calls that concern a whole process look at each of its threads. Then it stops and
 * is continued. Returns 0, or the number of the call whose result was wrong.
 */
static int calls(void *unused)
{
	static uint32_t use[18], times[4];
	struct rlimit limit = { 64, 64 };

	(void)unused;
	if (!start_all())
		return 1;
	if (SYS(getrusage, RUSAGE_SELF, use) != 0 || use[16] < THREADS)
		return 2; /* ru_nvcsw: each has gone to sleep */
	if (SYS(times, times) <= 0)
		return 3;
	if (SYS(setpgid, 0, 0) != 0 || SYS(getpgrp) != getpid())
		return 4;
	if (SYS(setrlimit, RLIMIT_NOFILE, &limit) != 0)
		return 5;
	ignore(SIGUSR2);
	SYS(kill, getpid(), SIGSTOP);
	return 0;
}

static void stops(void)
{
	pid_t pid = start_child(calls, NULL);
	int status = 0;

	ok(SYS(wait4, pid, &status, WUNTRACED, 0) == pid,
	   "a process of 2,000 threads stops");
	is(status, SIGSTOP << 8 | 0x7f, "by SIGSTOP");
	is(SYS(kill, pid, SIGCONT), 0, "SIGCONT continues it");
	ok(SYS(wait4, pid, &status, 0, 0) == pid, "it ends");
	is(status, 0, "getrusage, times, setpgid and setrlimit were right");
}

/* Takes all memory: the kernel must find this process and kill all its threads. */
static int takes_all(void *unused)
{
	(void)unused;
	if (!start_all())
		return 1;
	for (;;)
		*(volatile uint8_t *)pages(1) = 1;
}

int main(void)
{
	by_default(SIGTERM);
	is(in_child(ends, NULL), 5 << 8, "exit_group ends 2,000 threads");
	is(in_child(ends, (void *)SIGTERM), SIGTERM,
	   "SIGTERM ends 2,000 threads");
	is(in_child(ends, (void *)SIGKILL), SIGKILL,
	   "SIGKILL ends 2,000 threads");
	stops();
	is(in_child(takes_all, NULL), SIGKILL,
	   "2,000 threads are killed as one when memory runs out");
	return done();
}
