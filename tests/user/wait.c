/*
 * wait4: how children ended, and which one is meant.
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
	is(in_child(kill_self, (void *)17), 0, "SIGCHLD kills nobody");
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
	is(SYS(wait4, a, &status, WNOHANG, 0), 0, "WNOHANG, child alive");
	ok(SYS(wait4, b, &status, 0, 0) == b && status == 0x200,
	   "one child by its pid");
	is(SYS(wait4, b, &status, 0, 0), -ECHILD, "the same again");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	ok(SYS(wait4, -1, &status, 0, 0) == a && status == 0x100, "any child");
	is(SYS(wait4, -1, &status, 0, 0), -ECHILD, "no child left");
	is(SYS(wait4, -1, &status, WNOHANG, 0), -ECHILD,
	   "no child left, WNOHANG");
	is(SYS(wait4, -1, &status, 0x40, 0), -EINVAL, "unknown option");
	is(SYS(wait4, 1, &status, 0, 0), -ECHILD, "somebody else's child");
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
	   "wait4 with usage");
	ok(ru.ru_utime_sec >= 0 && ru.ru_minflt >= 0, "which is filled in");
	pid = fork();
	if (pid == 0)
		_exit(0);
	ok(SYS(wait4, pid, 0, 0, 0) == pid, "without anywhere to tell it");
}

int main(void)
{
	statuses();
	whom();
	usage();
	return done();
}
