/*
 * Scheduling classes and processors: what may be asked for, and that a
 * real-time task leaves the others something. In which order tasks run:
 * realtime.c.
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

	is(SYS(sched_getscheduler, 0), SCHED_NORMAL,
	   "a program begins in SCHED_NORMAL");
	is(priority(), 0, "its priority is 0");
	is(set(SCHED_FIFO, 5), 0,
	   "sched_setscheduler to SCHED_FIFO with priority 5");
	is(SYS(sched_getscheduler, getpid()), SCHED_FIFO,
	   "sched_getscheduler returns SCHED_FIFO");
	is(priority(), 5, "sched_getparam returns priority 5");
	is(SYS(sched_setparam, 0, &ten), 0, "sched_setparam to priority 10");
	is(priority(), 10, "sched_getparam returns priority 10");
	is(in_child(child_policy, 0) >> 8, SCHED_FIFO << 4 | 10,
	   "a child inherits class and priority");
	is(set(SCHED_RR | (int32_t)SCHED_RESET_ON_FORK, 7), 0,
	   "sched_setscheduler to SCHED_RR with SCHED_RESET_ON_FORK");
	is(SYS(sched_getscheduler, 0), SCHED_RR | (int32_t)SCHED_RESET_ON_FORK,
	   "sched_getscheduler returns both");
	is(in_child(child_policy, 0) >> 8, 0,
	   "a child of it begins in SCHED_NORMAL");
	is(set(SCHED_FIFO, 0), -EINVAL,
	   "SCHED_FIFO with priority 0 is refused");
	is(set(SCHED_FIFO, 100), -EINVAL,
	   "SCHED_FIFO with priority 100 is refused");
	is(set(SCHED_BATCH, 1), -EINVAL,
	   "SCHED_BATCH with a priority is refused");
	is(set(SCHED_BATCH, 0), 0, "SCHED_BATCH without a priority");
	is(set(SCHED_IDLE, 0), 0, "SCHED_IDLE without a priority");
	is(set(SCHED_DEADLINE, 0), -EINVAL,
	   "SCHED_DEADLINE by sched_setscheduler is refused");
	is(set(4, 0), -EINVAL, "class 4, which does not exist, is refused");
	is(SYS(sched_setscheduler, 0, 0, 0), -EINVAL,
	   "sched_setscheduler with a NULL parameter is refused");
	is(SYS(sched_setscheduler, 0, 0, 8), -EFAULT,
	   "a parameter at an unmapped address is refused");
	is(SYS(sched_setscheduler, 4000000, 0, &no), -ESRCH,
	   "sched_setscheduler of a process that does not exist is refused");
	is(SYS(sched_getscheduler, 4000000), -ESRCH,
	   "sched_getscheduler of a process that does not exist is refused");
	is(SYS(sched_getscheduler, -1), -EINVAL,
	   "sched_getscheduler of a negative number is refused");
	is(set(SCHED_NORMAL, 0), 0, "sched_setscheduler back to SCHED_NORMAL");
	is(SYS(sched_get_priority_max, SCHED_FIFO), 99,
	   "the highest priority of SCHED_FIFO");
	is(SYS(sched_get_priority_min, SCHED_RR), 1,
	   "the lowest priority of SCHED_RR");
	is(SYS(sched_get_priority_max, SCHED_IDLE), 0,
	   "the highest priority of SCHED_IDLE");
	is(SYS(sched_get_priority_max, 4), -EINVAL,
	   "the highest priority of an unknown class is refused");
}

static void attributes(void)
{
	struct sched_attr attr = { .size = sizeof(attr),
				   .sched_policy = SCHED_RR,
				   .sched_priority = 3 };
	struct old_timespec32 time = { -1, -1 };

	is(SYS(sched_setattr, 0, &attr, 0), 0,
	   "sched_setattr to a real-time class");
	memset(&attr, 0xff, sizeof(attr));
	is(SYS(sched_getattr, 0, &attr, 48, 0), 0,
	   "sched_getattr of this process");
	ok(attr.size == 48 && attr.sched_policy == SCHED_RR &&
		   attr.sched_priority == 3 && attr.sched_flags == 0,
	   "it returns that class and priority");
	is(SYS(sched_rr_get_interval, 0, &time), 0,
	   "sched_rr_get_interval of this process");
	ok(time.tv_sec == 0 && time.tv_nsec == 100000000,
	   "the time slice of SCHED_RR is 100 ms");
	set(SCHED_FIFO, 1);
	SYS(sched_rr_get_interval, 0, &time);
	ok(time.tv_sec == 0 && time.tv_nsec == 0,
	   "the time slice of SCHED_FIFO is 0: it has no end");
	memset(&attr, 0, sizeof(attr));
	attr.size = 48;
	attr.sched_nice = 7;
	is(SYS(sched_setattr, 0, &attr, 0), 0,
	   "sched_setattr to SCHED_NORMAL with nice value 7");
	is(SYS(getpriority, PRIO_PROCESS, 0), 20 - 7,
	   "getpriority returns 20 - 7");
	attr.size = 40;
	is(SYS(sched_setattr, 0, &attr, 0), -E2BIG,
	   "sched_setattr with a structure that is too small is refused");
	ok(attr.size >= 48,
	   "it stores the size that the structure should have");
	is(SYS(sched_getattr, 0, &attr, 40, 0), -EINVAL,
	   "sched_getattr with a structure that is too small is refused");
	is(SYS(sched_setattr, 0, &attr, 1), -EINVAL,
	   "sched_setattr with an unknown flag is refused");
	SYS(setpriority, PRIO_PROCESS, 0, 0);
}

static void processors(void)
{
	uint32_t mask[2] = { 0, 0 }, cpu = 99, node = 99;

	ok(SYS(sched_getaffinity, 0, 128, mask) > 0,
	   "sched_getaffinity returns a set of processors");
	ok(mask[0] & 1, "the set contains the first processor");
	is(SYS(sched_getaffinity, 0, 3, mask), -EINVAL,
	   "sched_getaffinity with 3 bytes is refused");
	mask[0] = 1;
	is(SYS(sched_setaffinity, 0, 4, mask), 0,
	   "sched_setaffinity to the first processor");
	is(SYS(getcpu, &cpu, &node, 0), 0, "getcpu of this thread");
	ok(cpu == 0 && node == 0, "it runs on processor 0 of node 0");
	mask[0] = 0;
	is(SYS(sched_setaffinity, 0, 4, mask), -EINVAL,
	   "sched_setaffinity to no processor is refused");
	is(SYS(sched_setaffinity, 4000000, 4, mask), -ESRCH,
	   "sched_setaffinity of a process that does not exist is refused");
}

/* ---- the others get on ------------------------------------------- */

static pid_t spinner(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		set(SCHED_FIFO, 99);
		for (;;)
			run_for_a_while();
	}
	return pid;
}

static void not_starved(void)
{
	pid_t pid = spinner();
	uint32_t start;

	sleep_ms(20);
	start = uptime_ms();
	for (int i = 0; i < 300; i++)
		run_for_a_while();
	ok(uptime_ms() - start < 60000,
	   "the process gets time beside a child that spins");
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
