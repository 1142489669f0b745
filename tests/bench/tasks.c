/*
 * What a call costs beside few tasks and beside many that do nothing.
 *
 * The others share our memory and sleep in pause(). They are the children of a
 * process in between, so that a wait of ours looks at its own child only.
 */
#include <stdio.h>
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include <uapi/wait.h>
#include <unistd.h>
#include "bench.h"
#include "linux.h"

#define FEW  10u
#define MANY 2000u

/* A child that sleeps for ever; it uses no stack, for it would be ours. */
static inline int32_t make_sleeper(void)
{
	register uint32_t r0 __asm__("r0") = CLONE_VM | SIGCHLD;
	register uint32_t r1 __asm__("r1") = 0;
	register uint32_t r7 __asm__("r7") = __NR_clone;

	__asm__ volatile("svc 0\n\t"
			 "cmp r0, #0\n\t"
			 "bne 2f\n"
			 "1:\tmov r7, %3\n\t"
			 "svc 0\n\t"
			 "b 1b\n"
			 "2:"
			 : "+r"(r0), "+r"(r7)
			 : "r"(r1), "I"(__NR_pause)
			 : "cc", "memory");
	return (int32_t)r0;
}

/* Returns the process in between; the others' pids follow its own. */
static int32_t make_others(uint32_t n)
{
	volatile uint32_t *made = (uint32_t *)shared(1);
	int32_t pid = call1(__NR_fork, 0);

	if (pid == 0) {
		while (*made < n && make_sleeper() > 0)
			*made += 1;
		for (;;)
			call1(__NR_pause, 0);
	}
	while (*made < n)
		call1(__NR_sched_yield, 0);
	call1(__NR_sched_yield, 0); /* the last ones fall asleep */
	unmap((uint8_t *)made, 1);
	return pid;
}

/* This program is init: what the process in between leaves is its own. */
static void end_others(int32_t first, uint32_t n)
{
	for (uint32_t i = 0; i <= n; i++)
		call3(__NR_kill, (uint32_t)first + i, SIGKILL, 0);
	for (uint32_t i = 0; i <= n; i++)
		reap(first + (int32_t)i);
}

static void row(const char *what, const char *others, uint32_t times)
{
	char name[64];
	int64_t total = end();

	snprintf(name, sizeof(name), "%s beside %s", what, others);
	report(name, total, times);
}

static void calls(int32_t pid, int32_t child, const char *others)
{
	uint32_t usage[18];

	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call3(__NR_kill, (uint32_t)pid, 0, 0);
	row("kill(pid, 0)", others, CALLS);
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call3(__NR_getrusage, RUSAGE_SELF, address(usage), 0);
	row("getrusage", others, CALLS);
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call3(__NR_setpgid, 0, 0, 0);
	row("setpgid", others, CALLS);
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call6(__NR_wait4, (uint32_t)child, 0, WNOHANG, 0, 0, 0);
	row("wait4 for a child that sleeps", others, CALLS);
}

static void lives(const char *others)
{
	begin();
	for (uint32_t i = 0; i < LIVES; i++)
		reap(vfork_exit());
	row("vfork + exit + wait", others, LIVES);
	begin();
	for (uint32_t i = 0; i < LIVES; i++) {
		int32_t pid = call1(__NR_fork, 0);

		if (pid == 0)
			leave();
		reap(pid);
	}
	row("fork + exit + wait", others, LIVES);
}

/* Pids begin anew: the numbers of all the others are passed over. */
static void wrap(const char *others)
{
	int32_t pid, last = 0;

	for (;; last = pid) {
		begin();
		pid = vfork_exit();
		reap(pid);
		if (pid < last)
			break;
	}
	row("vfork + exit + wait, pid wrap,", others, 1);
}

static void beside(uint32_t n, const char *others)
{
	int32_t pid = make_others(n);

	must(call3(__NR_kill, (uint32_t)pid + n, 0, 0) == 0, "making tasks");
	calls(pid + (int32_t)n / 2, pid, others);
	lives(others);
	wrap(others);
	end_others(pid, n);
}

void bench_tasks(void)
{
	for (uint32_t i = 0; i < LIVES; i++)
		reap(vfork_exit()); /* slabs and stacks: filled */
	beside(FEW, "10");
	beside(MANY, "2,000");
}
