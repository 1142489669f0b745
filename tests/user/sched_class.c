/*
 * Scheduling classes and processors: what may be asked for, and that a real-time
 * task leaves the others something. In which order tasks run: realtime.c.
 */
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

static int32_t set(int32_t policy, int32_t priority)
{
	return SYS(sched_setscheduler, 0, policy, &priority);
}

static int32_t priority(void)
{
	int32_t value = -1, err = SYS(sched_getparam, 0, &value);

	return err ? err : value;
}

static int child_policy(void *unused)
{
	(void)unused;
	return SYS(sched_getscheduler, 0) << 4 | priority();
}

static void classes(void)
{
	int32_t ten = 10, no = 0;

	is(SYS(sched_getscheduler, 0), SCHED_NORMAL, "a program is normal");
	is(priority(), 0, "without a priority");
	is(set(SCHED_FIFO, 5), 0, "first in, first out");
	is(SYS(sched_getscheduler, getpid()), SCHED_FIFO, "it is");
	is(priority(), 5, "with its priority");
	is(SYS(sched_setparam, 0, &ten), 0, "another priority");
	is(priority(), 10, "it has it");
	is(in_child(child_policy, 0) >> 8, SCHED_FIFO << 4 | 10,
	   "a child inherits both");
	is(set(SCHED_RR | (int32_t)SCHED_RESET_ON_FORK, 7), 0,
	   "in turns, but not for children");
	is(SYS(sched_getscheduler, 0), SCHED_RR | (int32_t)SCHED_RESET_ON_FORK,
	   "it says so");
	is(in_child(child_policy, 0) >> 8, 0, "a child is normal");
	is(set(SCHED_FIFO, 0), -EINVAL, "no real-time priority 0");
	is(set(SCHED_FIFO, 100), -EINVAL, "nor 100");
	is(set(SCHED_BATCH, 1), -EINVAL, "none for a batch");
	is(set(SCHED_BATCH, 0), 0, "a batch");
	is(set(SCHED_IDLE, 0), 0, "what runs when nobody else wants to");
	is(set(SCHED_DEADLINE, 0), -EINVAL, "a deadline needs more than that");
	is(set(4, 0), -EINVAL, "there is no class 4");
	is(SYS(sched_setscheduler, 0, 0, 0), -EINVAL, "no parameter");
	is(SYS(sched_setscheduler, 0, 0, 8), -EFAULT, "one at address 8");
	is(SYS(sched_setscheduler, 4000000, 0, &no), -ESRCH, "nobody");
	is(SYS(sched_getscheduler, 4000000), -ESRCH, "nobody to ask");
	is(SYS(sched_getscheduler, -1), -EINVAL, "below zero");
	is(set(SCHED_NORMAL, 0), 0, "normal again");
	is(SYS(sched_get_priority_max, SCHED_FIFO), 99, "the highest");
	is(SYS(sched_get_priority_min, SCHED_RR), 1, "the lowest");
	is(SYS(sched_get_priority_max, SCHED_IDLE), 0, "none");
	is(SYS(sched_get_priority_max, 4), -EINVAL, "of no class");
}

static void attributes(void)
{
	struct sched_attr attr = { .size = sizeof(attr),
				   .sched_policy = SCHED_RR,
				   .sched_priority = 3 };
	struct old_timespec32 time = { -1, -1 };

	is(SYS(sched_setattr, 0, &attr, 0), 0, "by a structure");
	memset(&attr, 0xff, sizeof(attr));
	is(SYS(sched_getattr, 0, &attr, 48, 0), 0, "and asked by one");
	ok(attr.size == 48 && attr.sched_policy == SCHED_RR &&
		   attr.sched_priority == 3 && attr.sched_flags == 0,
	   "class and priority");
	is(SYS(sched_rr_get_interval, 0, &time), 0, "its turn");
	ok(time.tv_sec == 0 && time.tv_nsec > 0, "is a time");
	set(SCHED_FIFO, 1);
	SYS(sched_rr_get_interval, 0, &time);
	ok(time.tv_sec == 0 && time.tv_nsec == 0,
	   "and has no end for the other");
	memset(&attr, 0, sizeof(attr));
	attr.size = 48;
	attr.sched_nice = 7;
	is(SYS(sched_setattr, 0, &attr, 0), 0, "normal, and nice");
	is(SYS(getpriority, PRIO_PROCESS, 0), 20 - 7, "it is");
	attr.size = 40;
	is(SYS(sched_setattr, 0, &attr, 0), -E2BIG, "too small a structure");
	ok(attr.size >= 48, "the size that it should have");
	is(SYS(sched_getattr, 0, &attr, 40, 0), -EINVAL, "to ask by");
	is(SYS(sched_setattr, 0, &attr, 1), -EINVAL, "an unknown flag");
	SYS(setpriority, PRIO_PROCESS, 0, 0);
}

static void processors(void)
{
	uint32_t mask[2] = { 0, 0 }, cpu = 99, node = 99;

	ok(SYS(sched_getaffinity, 0, 128, mask) > 0, "a set of processors");
	ok(mask[0] & 1, "has the first");
	is(SYS(sched_getaffinity, 0, 3, mask), -EINVAL, "3 bytes");
	mask[0] = 1;
	is(SYS(sched_setaffinity, 0, 4, mask), 0, "the first alone");
	is(SYS(getcpu, &cpu, &node, 0), 0, "where it runs");
	ok(cpu == 0 && node == 0, "is there");
	mask[0] = 0;
	is(SYS(sched_setaffinity, 0, 4, mask), -EINVAL, "none");
	is(SYS(sched_setaffinity, 4000000, 4, mask), -ESRCH, "nobody");
}

/* ---- the others get on ------------------------------------------- */

static pid_t spinner(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		set(SCHED_FIFO, 99);
		for (;;)
			;
	}
	return pid;
}

static void not_starved(void)
{
	pid_t pid = spinner();
	uint32_t start;
	volatile uint32_t n = 0;

	sleep_ms(20);
	start = uptime_ms();
	while (n < 3000000)
		n++;
	ok(uptime_ms() - start < 60000, "work goes on beside a spinning one");
	kill_process(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	classes();
	attributes();
	processors();
	not_starved();
	return done();
}
