/*
 * Nice values: getpriority, setpriority and nice, inheritance, groups, and what
 * /proc/PID/stat shows; ioprio_set and ioprio_get.
 */
#include <fcntl.h>
#include <signal.h>
#include "check.h"
#include "linux.h"

/* A nice value as getpriority's raw answer has it: an error is below 0. */
static int32_t biased(int nice)
{
	return 20 - nice;
}

static int32_t own(void)
{
	return SYS(getpriority, PRIO_PROCESS, 0);
}

static void set_and_get(void)
{
	is(own(), biased(0),
	   "a program starts with nice value 0: getpriority returns 20 - 0");
	is(SYS(setpriority, PRIO_PROCESS, 0, 7), 0, "setpriority to 7");
	is(own(), biased(7), "getpriority returns 20 - 7");
	is(SYS(setpriority, PRIO_PROCESS, 0, 100), 0,
	   "setpriority to 100 is accepted");
	is(own(), biased(19), "setpriority to 100 sets 19, the highest value");
	is(SYS(setpriority, PRIO_PROCESS, 0, -100), 0,
	   "setpriority to -100 is accepted");
	is(own(), biased(-20),
	   "setpriority to -100 sets -20, the lowest value");
	is(SYS(nice, 25), 0, "nice(25) returns 0");
	is(own(), biased(5), "nice(25) has added 25 to -20");
	is(SYS(nice, 0x7fffffff), 0,
	   "nice() of the largest number is accepted");
	is(own(), biased(19), "nice() sets 19, the highest value");
	is(SYS(nice, -0x7fffffff - 1), 0,
	   "nice() of the smallest number is accepted");
	is(own(), biased(-20), "nice() sets -20, the lowest value");
	is(SYS(setpriority, PRIO_PROCESS, 0, 0), 0, "setpriority back to 0");
}

static void refused(void)
{
	is(SYS(getpriority, 3, 0), -EINVAL,
	   "getpriority of an unknown kind is refused");
	is(SYS(getpriority, -1, 0), -EINVAL,
	   "getpriority of a negative kind is refused");
	is(SYS(setpriority, 3, 0, 0), -EINVAL,
	   "setpriority of an unknown kind is refused");
	is(SYS(getpriority, PRIO_PROCESS, 99999), -ESRCH,
	   "getpriority of a process that does not exist is refused");
	is(SYS(setpriority, PRIO_PROCESS, 99999, 0), -ESRCH,
	   "setpriority of a process that does not exist is refused");
	is(SYS(setpriority, PRIO_PGRP, 99999, 0), -ESRCH,
	   "setpriority of a group that does not exist is refused");
	is(SYS(getpriority, PRIO_USER, 4711), -ESRCH,
	   "getpriority of a user without processes is refused");
}

static int own_value(void *arg)
{
	(void)arg;
	return own();
}

static int lower_my_value(void *arg)
{
	(void)arg;
	SYS(nice, 3);
	return own();
}

static void inherited(void)
{
	SYS(setpriority, PRIO_PROCESS, 0, 4);
	is(in_child(own_value, NULL) >> 8, biased(4),
	   "a child inherits its parent's nice value");
	is(in_child(lower_my_value, NULL) >> 8, biased(7),
	   "a child changes its own nice value");
	is(own(), biased(4), "the parent's nice value is unchanged");
	SYS(setpriority, PRIO_PROCESS, 0, 0);
}

/* Field n, counted from 1 as in proc(5), of a stat file. */
static int stat_field(pid_t pid, int n)
{
	char path[32], text[512] = "", *at;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return -1000;
	close(fd);
	at = strrchr(text, ')');
	for (n -= 2; at && n; n--)
		at = strchr(at + 1, ' ');
	return at ? atoi(at) : -1000;
}

/* A child in a group of its own, asleep until it is killed. */
static pid_t start_group(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			sleep_ms(1000);
	SYS(setpgid, pid, pid);
	return pid;
}

static void of_others(void)
{
	pid_t first = start_group(), second = start_group();

	SYS(setpgid, second, first);
	is(SYS(setpriority, PRIO_PROCESS, first, 11), 0,
	   "setpriority of another process");
	is(SYS(getpriority, PRIO_PROCESS, first), biased(11),
	   "that process has the value");
	is(SYS(getpriority, PRIO_PROCESS, second), biased(0),
	   "another process of its group does not have it");
	is(SYS(getpriority, PRIO_PGRP, first), biased(0),
	   "getpriority of a group returns the best value in it");
	is(SYS(setpriority, PRIO_PGRP, first, -6), 0, "setpriority of a group");
	is(SYS(getpriority, PRIO_PROCESS, first), biased(-6),
	   "the first process of the group has the value");
	is(SYS(getpriority, PRIO_PROCESS, second), biased(-6),
	   "the second process of the group has the value");
	is(own(), biased(0), "a process of another group does not have it");
	is(stat_field(first, 19), -6, "/proc/PID/stat contains the nice value");
	is(stat_field(first, 18), 14,
	   "/proc/PID/stat contains 20 more as the priority");
	kill(first, SIGKILL);
	kill(second, SIGKILL);
	waitpid(first, NULL, 0);
	waitpid(second, NULL, 0);
}

/* ---- priorities for a disk --------------------------------------- */

#define IOPRIO_PROCESS 1
#define IOPRIO_PGRP    2
#define IOPRIO_USER    3

/* Classes: 1 real-time, 2 best effort, 3 idle. */
static int32_t ioprio(int32_t class, int32_t level)
{
	return class << 13 | level;
}

static int32_t own_ioprio(void)
{
	return SYS(ioprio_get, IOPRIO_PROCESS, 0);
}

static int has_ioprio(void *value)
{
	return own_ioprio() == *(int32_t *)value;
}

static int set_by_another_user(void *pid)
{
	SYS(setresuid32, 1001, 1001, 1001);
	is(SYS(ioprio_set, IOPRIO_PROCESS, 0, ioprio(1, 4)), -EPERM,
	   "another user may not choose the real-time class");
	is(SYS(ioprio_set, IOPRIO_PROCESS, 0, ioprio(2, 7)), 0,
	   "another user may choose a level");
	is(SYS(ioprio_set, IOPRIO_PROCESS, *(int32_t *)pid, ioprio(2, 7)),
	   -EPERM, "but not for a process of root");
	is(SYS(ioprio_get, IOPRIO_USER, 1001), ioprio(2, 7),
	   "the best of a user with one process");
	return 0;
}

static int of_a_group(void *unused)
{
	int32_t me = SYS(getpid);

	(void)unused;
	SYS(setpgid, 0, 0);
	SYS(ioprio_set, IOPRIO_PROCESS, 0, 0);
	SYS(setpriority, PRIO_PROCESS, 0, 0);
	is(own_ioprio(), 0, "without a priority: none");
	is(SYS(ioprio_get, IOPRIO_PGRP, 0), ioprio(2, 4),
	   "in its group it counts by its nice value");
	SYS(setpriority, PRIO_PROCESS, 0, 19);
	is(SYS(ioprio_get, IOPRIO_PGRP, me), ioprio(2, 7),
	   "the highest nice value is the lowest level");
	is(SYS(ioprio_set, IOPRIO_PGRP, 0, ioprio(3, 0)), 0,
	   "ioprio_set of the group");
	is(own_ioprio(), ioprio(3, 0), "its process has it");
	return 0;
}

static void disk(void)
{
	int32_t me = SYS(getpid), value = ioprio(1, 3);

	is(own_ioprio(), 0, "ioprio_get: at first none was set");
	is(SYS(ioprio_set, IOPRIO_PROCESS, 0, ioprio(2, 8)), -EINVAL,
	   "ioprio_set: there are levels from 0 to 7");
	is(SYS(ioprio_set, IOPRIO_PROCESS, 0, ioprio(0, 4)), -EINVAL,
	   "no class has no level");
	is(SYS(ioprio_set, IOPRIO_PROCESS, 0, ioprio(4, 0)), -EINVAL,
	   "there is no fourth class");
	is(SYS(ioprio_set, 0, 0, value), -EINVAL, "of an unknown kind");
	is(SYS(ioprio_get, 4, 0), -EINVAL, "ioprio_get of an unknown kind");
	is(SYS(ioprio_get, IOPRIO_PROCESS, 99999), -ESRCH, "of no process");
	is(SYS(ioprio_set, IOPRIO_PGRP, 99999, value), -ESRCH, "of no group");
	is(SYS(ioprio_set, IOPRIO_PROCESS, me, value), 0,
	   "ioprio_set of the real-time class");
	is(own_ioprio(), value, "ioprio_get reports it");
	is(WEXITSTATUS(in_child(has_ioprio, &value)), 1,
	   "a child of fork inherits it");
	checks_in_child(set_by_another_user, &me);
	checks_in_child(of_a_group, NULL);
}

int main(void)
{
	set_and_get();
	refused();
	inherited();
	of_others();
	disk();
	return done();
}
