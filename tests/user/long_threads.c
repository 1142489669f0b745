/*
 * 2,000 threads of one process: what looks at each of them, and its end: by
 * itself, by a signal, for want of memory. How long nobody else could run
 * meanwhile is measured from outside (tests/bench/latency.py).
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

/* signal: NULL, it exits; otherwise the number of the one that it gets. */
static int ends(void *signal)
{
	pid_t me = getpid();
	bool all = start_all();

	if (signal)
		SYS(kill, me, (int)(uintptr_t)signal);
	return all ? 5 : 6;
}

/*
 * What concerns a whole process looks at each of its threads. Then it stops, and
 * goes on; its exit code says what was wrong.
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
	   "2,000 threads have called this and that");
	is(status, SIGSTOP << 8 | 0x7f, "and have stopped");
	is(SYS(kill, pid, SIGCONT), 0, "SIGCONT for them");
	ok(SYS(wait4, pid, &status, 0, 0) == pid, "they have ended");
	is(status, 0, "and each call was right");
}

/* Memory runs out: the process with the most is to be found, and all it is. */
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
	is(in_child(ends, NULL), 5 << 8, "exit_group of 2,000 threads");
	is(in_child(ends, (void *)SIGTERM), SIGTERM, "SIGTERM for them");
	is(in_child(ends, (void *)SIGKILL), SIGKILL, "SIGKILL for them");
	stops();
	is(in_child(takes_all, NULL), SIGKILL, "no memory is left for them");
	return done();
}
