/*
 * epoll_wait beside other tasks: a time-out holds although the scan of many
 * files is preempted, and a wait belongs to the epoll file, whatever becomes of
 * its descriptor.
 */
#include <uapi/eventpoll.h>
#include <uapi/fcntl.h>
#include <uapi/poll.h>
#include <uapi/resource.h>
#include <uapi/sched.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define MANY  4000
#define WAITS 20

static struct epoll_event got[2];

static int32_t watch(int ep, int fd)
{
	struct epoll_event event = { .events = POLLIN };

	return SYS(epoll_ctl, ep, EPOLL_CTL_ADD, fd, &event);
}

static void nothing(int sig)
{
	(void)sig;
}

/* A child of higher priority wakes so often that it preempts every scan. */
static void long_looks(void)
{
	static const int32_t none[4], at_last[4] = { 0, 0, 10, 0 };
	static const uint32_t moment[2] = { 0, 100000 };
	struct rlimit limit = { MANY + 20, MANY + 20 };
	int ep = SYS(epoll_create1, 0), p[2], added = 0, in_time = 0;
	pid_t pid;

	SYS(setrlimit, RLIMIT_NOFILE, &limit);
	SYS(pipe2, p, 0);
	for (int i = 0; i < MANY; i++)
		added += watch(ep, SYS(dup, p[0])) == 0;
	is(added, MANY, "4,000 descriptors are watched");
	pid = fork();
	if (pid == 0) {
		SYS(setpriority, 0, 0, -20);
		for (;;)
			SYS(nanosleep, moment, 0);
	}
	on_signal(SIGALRM, nothing);
	SYS(setitimer, ITIMER_REAL, at_last, 0);
	for (int i = 0; i < WAITS; i++)
		in_time += SYS(epoll_wait, ep, got, 1, 5) == 0;
	SYS(setitimer, ITIMER_REAL, none, 0);
	is(in_time, WAITS,
	   "of the waits, how many have ended when their time was over");
	SYS(kill, pid, SIGKILL);
	SYS(wait4, pid, 0, 0, 0);
	for (int fd = 3; fd < MANY + 20; fd++)
		SYS(close, fd);
}

/* A child that shares the descriptors waits; nothing is watched yet. */
static void changed_meanwhile(bool closed)
{
	const char *what = closed ? "closed" : "another file's";
	int ep = SYS(epoll_create1, 0), kept = SYS(dup, ep);
	int watched[2], other[2], status = -1;
	pid_t pid;

	SYS(pipe2, watched, 0);
	SYS(pipe2, other, 0);
	pid = SYS(clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		_exit(SYS(epoll_wait, ep, got, 2, 10000));
	sleep_ms(50);
	if (closed)
		SYS(close, ep);
	else
		SYS(dup2, other[0], ep);
	SYS(write, other[1], "x", 1);
	sleep_ms(50);
	is(SYS(wait4, pid, &status, WNOHANG, 0), 0,
	   "the descriptor is %s: the wait continues", what);
	watch(kept, watched[0]);
	SYS(write, watched[1], "x", 1);
	SYS(wait4, pid, &status, 0, 0);
	is(status, 1 << 8, "a byte in a watched pipe ends it: exit status 1");
	for (int fd = 3; fd < 20; fd++)
		SYS(close, fd);
}

int main(void)
{
	long_looks();
	changed_meanwhile(false);
	changed_meanwhile(true);
	return done();
}
