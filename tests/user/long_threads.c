/*
 * 2,000 threads of one process, and its end: by itself, and by a signal. How
 * long nobody else could run meanwhile is measured from outside
 * (tests/bench/latency.py).
 */
#include <uapi/mman.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include "check.h"
#include "threads.h"

#define THREADS 2000u
#define STACK   512u
#define FLAGS                                                               \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM)

static volatile uint32_t started;

static void sleeper(void *unused)
{
	int32_t long_time[2] = { 1000, 0 };

	(void)unused;
	started++;
	for (;;)
		SYS(nanosleep, long_time, 0);
}

/* signal: NULL, it exits; otherwise the number of the one that it gets. */
static int ends(void *signal)
{
	uint8_t *stacks = pages(THREADS * STACK / PAGE);
	pid_t me = getpid();
	uint32_t n = 0;

	for (uint32_t i = 0; i < THREADS; i++)
		n += start_thread(FLAGS, stacks + (i + 1) * STACK - 64, NULL, 0,
				  NULL, sleeper, NULL) > 0;
	while (started < n)
		SYS(sched_yield);
	if (signal)
		SYS(kill, me, (int)(uintptr_t)signal);
	return n == THREADS ? 5 : 6;
}

int main(void)
{
	by_default(SIGTERM);
	is(in_child(ends, NULL), 5 << 8, "exit_group of 2,000 threads");
	is(in_child(ends, (void *)SIGTERM), SIGTERM, "SIGTERM for them");
	is(in_child(ends, (void *)SIGKILL), SIGKILL, "SIGKILL for them");
	return done();
}
