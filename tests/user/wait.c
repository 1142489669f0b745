/*
 * wait4: the status of children, and the choice among them.
 */
#include <uapi/wait.h>
#include "check.h"

static int give(void *arg)
{
	return (int)arg;
}

static int kill_self(void *arg)
{
	SYS(kill, getpid(), (int)arg);
	return 0;
}

static void statuses(void)
{
	is(in_child(give, (void *)0), 0, "status of exit(0)");
	is(in_child(give, (void *)1), 0x100, "status of exit(1)");
	is(in_child(give, (void *)255), 0xff00, "status of exit(255)");
	is(in_child(give, (void *)256), 0, "status of exit(256)");
	is(in_child(give, (void *)-1), 0xff00, "status of exit(-1)");
	is(in_child(kill_self, (void *)9), 9, "status after SIGKILL");
	is(in_child(kill_self, (void *)15), 15, "status after SIGTERM");
	is(in_child(kill_self, (void *)17), 0,
	   "SIGCHLD by default kills no process: its status");
}

static void whom(void)
{
	int fds[2], status = 0;
	pid_t a, b;
	char c;

	SYS(pipe, fds);
	a = fork();
	if (a == 0) {
		SYS(close, fds[1]);
		SYS(read, fds[0], &c, 1); /* until the parent closes */
		_exit(1);
	}
	b = fork();
	if (b == 0)
		_exit(2);
	is(SYS(wait4, a, &status, WNOHANG, 0), 0,
	   "WNOHANG while the child lives returns 0");
	ok(SYS(wait4, b, &status, 0, 0) == b && status == 0x200,
	   "wait4 of one child by its number");
	is(SYS(wait4, b, &status, 0, 0), -ECHILD,
	   "wait4 of the same child again is refused");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	ok(SYS(wait4, -1, &status, 0, 0) == a && status == 0x100,
	   "wait4 of any child");
	is(SYS(wait4, -1, &status, 0, 0), -ECHILD,
	   "wait4 without a child is refused");
	is(SYS(wait4, -1, &status, WNOHANG, 0), -ECHILD,
	   "wait4 without a child is refused with WNOHANG, too");
	is(SYS(wait4, -1, &status, 0x40, 0), -EINVAL,
	   "an unknown option is refused");
	is(SYS(wait4, 1, &status, 0, 0), -ECHILD,
	   "wait4 of another process's child is refused");
}

static void usage(void)
{
	struct rusage ru;
	pid_t pid = fork();
	int status = 0;

	memset(&ru, 0xff, sizeof(ru));
	if (pid == 0)
		_exit(3);
	ok(SYS(wait4, pid, &status, 0, &ru) == pid && status == 0x300,
	   "wait4 with a struct rusage");
	ok(ru.ru_utime_sec >= 0 && ru.ru_minflt >= 0,
	   "the structure is filled in");
	pid = fork();
	if (pid == 0)
		_exit(0);
	ok(SYS(wait4, pid, 0, 0, 0) == pid, "wait4 without a status");
}

int main(void)
{
	statuses();
	whom();
	usage();
	return done();
}
