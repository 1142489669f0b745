/*
 * Nice values: who has which, who may have them changed, and who inherits them.
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
	is(own(), biased(0), "a program starts with nice 0, biased by 20");
	is(SYS(setpriority, PRIO_PROCESS, 0, 7), 0, "setpriority to 7");
	is(own(), biased(7), "which getpriority returns");
	is(SYS(setpriority, PRIO_PROCESS, 0, 100), 0, "far above the range");
	is(own(), biased(19), "means its end");
	is(SYS(setpriority, PRIO_PROCESS, 0, -100), 0, "and so does far below");
	is(own(), biased(-20), "it");
	is(SYS(nice, 25), 0, "nice() returns 0");
	is(own(), biased(5), "and adds to the value");
	is(SYS(nice, 0x7fffffff), 0, "nice of the largest number");
	is(own(), biased(19), "stays in the range");
	is(SYS(nice, -0x7fffffff - 1), 0, "and of the smallest");
	is(own(), biased(-20), "too");
	is(SYS(setpriority, PRIO_PROCESS, 0, 0), 0, "back to 0");
}

static void refused(void)
{
	is(SYS(getpriority, 3, 0), -EINVAL, "getpriority of something unknown");
	is(SYS(getpriority, -1, 0), -EINVAL, "below 0 too");
	is(SYS(setpriority, 3, 0, 0), -EINVAL, "setpriority of it");
	is(SYS(getpriority, PRIO_PROCESS, 99999), -ESRCH, "of nobody");
	is(SYS(setpriority, PRIO_PROCESS, 99999, 0), -ESRCH, "to nobody");
	is(SYS(setpriority, PRIO_PGRP, 99999, 0), -ESRCH, "to no group");
	is(SYS(getpriority, PRIO_USER, 4711), -ESRCH,
	   "of a user without tasks");
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
	   "a child has it from fork");
	is(in_child(lower_my_value, NULL) >> 8, biased(7),
	   "it may change its own");
	is(own(), biased(4), "the parent's stays");
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
	is(SYS(setpriority, PRIO_PROCESS, first, 11), 0, "of another process");
	is(SYS(getpriority, PRIO_PROCESS, first), biased(11), "it has it");
	is(SYS(getpriority, PRIO_PROCESS, second), biased(0),
	   "another of its group has not");
	is(SYS(getpriority, PRIO_PGRP, first), biased(0),
	   "of a group: the best of its members");
	is(SYS(setpriority, PRIO_PGRP, first, -6), 0, "of a group");
	is(SYS(getpriority, PRIO_PROCESS, first), biased(-6),
	   "the first has it");
	is(SYS(getpriority, PRIO_PROCESS, second), biased(-6),
	   "the second too");
	is(own(), biased(0), "a task of another group has not");
	is(stat_field(first, 19), -6, "/proc/PID/stat has the nice value");
	is(stat_field(first, 18), 14, "and 20 more as the priority");
	kill(first, SIGKILL);
	kill(second, SIGKILL);
	waitpid(first, NULL, 0);
	waitpid(second, NULL, 0);
}

int main(void)
{
	set_and_get();
	refused();
	inherited();
	of_others();
	return done();
}
