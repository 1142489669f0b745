/*
 * 2,000 processes at once, and the calls that walk over all of them or over all of
 * a group. Their results are checked here. How long they keep other tasks from
 * running, and interrupts off, is measured from outside (tests/bench/latency.py).
 * The processes share their memory, so that there is room for them.
 */
#include <fcntl.h>
#include <uapi/mman.h>
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/termios.h>
#include <uapi/time.h>
#include "check.h"

#define TASKS 2000u
#define LINKS 39u
#define DOTS  2000u

/* Sleeps for a time of its own, so that the timers are in no order. */
static void sleeper(void *arg)
{
	uint32_t i = (uint32_t)(uintptr_t)arg;
	int32_t forever[2] = { (int32_t)(1000 + i * 7919 % TASKS), 0 };

	for (;;)
		SYS(nanosleep, forever, 0);
}

/* TASKS children, all of the caller's group. */
static uint32_t start_all(void)
{
	return start_many(TASKS, CLONE_VM | LINUX_SIGCHLD, sleeper);
}

static void looks(void)
{
	static char buf[32768];
	uint32_t bytes = 0;
	int32_t n;
	int fd = SYS(open, "/proc", O_RDONLY, 0);

	while ((n = SYS(getdents64, fd, buf, sizeof(buf))) > 0)
		bytes += (uint32_t)n;
	SYS(close, fd);
	ok(bytes > TASKS * 20, "/proc lists 2,000 processes");
	fd = SYS(open, "/proc/self/status", O_RDONLY, 0);
	ok(SYS(read, fd, buf, sizeof(buf)) > 0,
	   "/proc/self/status, which counts pending signals, is read");
	SYS(close, fd);
	is(SYS(getpriority, PRIO_USER, 0), 20,
	   "getpriority of a user's 2,000 processes");
	is(SYS(getpriority, PRIO_PGRP, 0), 20,
	   "getpriority of a group of 2,000");
	is(SYS(wait4, -1, 0, WNOHANG, 0), 0,
	   "wait4 of any of 2,000 children: none has ended");
	is(SYS(kill, 0, 0), 0, "kill of the group by signal 0");
}

static void changes(void)
{
	is(SYS(setpriority, PRIO_PGRP, 0, 3), 0,
	   "setpriority of a group of 2,000");
	is(SYS(getpriority, PRIO_PGRP, 0), 17,
	   "getpriority returns the new value");
	is(SYS(kill, 0, SIGCONT), 0, "SIGCONT to a group of 2,000");
}

/* A terminal that is given up sends SIGHUP to its foreground group. */
static int hang_up(void *unused)
{
	int32_t tty = SYS(open, "/dev/console", O_RDWR, 0), pgrp;

	(void)unused;
	SYS(setsid);
	pgrp = SYS(getpid);
	if (tty < 0 || SYS(ioctl, tty, TIOCSCTTY, 1) != 0 ||
	    SYS(ioctl, tty, TIOCSPGRP, &pgrp) != 0)
		return 1;
	by_default(SIGHUP);
	if (start_all() != TASKS)
		return 2;
	ignore(SIGHUP);
	if (SYS(ioctl, tty, TIOCNOTTY, 0) != 0)
		return 3;
	return reap_all() == TASKS ? 0 : 4;
}

/* Ends before its children, which init then adopts. */
static int leaves_children(void *unused)
{
	(void)unused;
	return start_all() != TASKS;
}

/* 39 links, each with as many names as fit; the last leads to nothing. */
static void paths(void)
{
	static char text[4096], name[64];

	for (uint32_t i = 0; i < LINKS; i++) {
		for (uint32_t n = 0; n < DOTS; n++)
			memcpy(text + 2 * n, "./", 2);
		snprintf(text + 2 * DOTS, 64, "long_walks%u",
			 (unsigned int)i + 1);
		snprintf(name, sizeof(name), "long_walks%u", (unsigned int)i);
		SYS(symlink, text, scratch(name));
	}
	is(SYS(open, scratch("long_walks0"), O_RDONLY, 0), -ENOENT,
	   "open of a path of 78,000 names");
	for (uint32_t i = 0; i < LINKS; i++) {
		snprintf(name, sizeof(name), "long_walks%u", (unsigned int)i);
		SYS(unlink, scratch(name));
	}
	remove_scratch();
}

int main(void)
{
	paths();
	by_default(SIGTERM);
	is((int32_t)start_all(), TASKS,
	   "2,000 processes that share their memory");
	looks();
	changes();
	ignore(SIGTERM);
	is(SYS(kill, 0, SIGTERM), 0, "SIGTERM to a group of 2,000");
	is((int32_t)reap_all(), TASKS, "all of them end");
	is(in_child(hang_up, NULL), 0,
	   "the terminal's SIGHUP ends a group of 2,000");
	by_default(SIGTERM);
	is(in_child(leaves_children, NULL), 0,
	   "2,000 children become init's when their parent ends");
	ignore(SIGTERM);
	SYS(kill, 0, SIGTERM);
	return done();
}
