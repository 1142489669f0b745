/*
 * Process groups and sessions: which processes may change to which group.
 *
 * Everything happens in a child: this program may be a session's leader.
 */
#include "check.h"

static int in_session(void *arg)
{
	pid_t me = getpid(), child;
	int fds[2], status;
	char c;

	(void)arg;
	ok(SYS(setsid) == me,
	   "setsid makes a session; its number is the process's");
	is(SYS(setsid), -EPERM, "setsid by a group's leader is refused");
	ok(SYS(getsid, 0) == me && SYS(getpgid, 0) == me,
	   "the process leads its session and its group");
	is(SYS(setpgid, 0, 0), -EPERM,
	   "setpgid of a session's leader is refused");

	SYS(pipe, fds);
	child = fork();
	if (child == 0) {
		SYS(close, fds[1]);
		SYS(read, fds[0], &c, 1);
		_exit(SYS(getpgid, 0) == getpid() ? 5 : 6);
	}
	ok(SYS(getpgid, child) == me && SYS(getsid, child) == me,
	   "a child is in its parent's group and session");
	is(SYS(setpgid, child, -1), -EINVAL,
	   "setpgid to a negative group is refused");
	is(SYS(setpgid, getppid(), 0), -ESRCH,
	   "setpgid of a process that is no child is refused");
	is(SYS(setpgid, child, 30000), -EPERM,
	   "setpgid to a group that does not exist is refused");
	is(SYS(setpgid, child, child), 0,
	   "setpgid of the child to a group of its own");
	ok(SYS(getpgid, child) == child && SYS(getsid, child) == me,
	   "the child is in that group, and in the same session");
	is(SYS(setpgid, child, me), 0,
	   "setpgid of the child back to the parent's group");
	is(SYS(setpgid, child, 0), 0,
	   "setpgid with 0: to the group of the child's own number");
	is(SYS(wait4, 0, &status, 0x1, 0), -ECHILD,
	   "wait4 of the caller's group finds no child");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	ok(SYS(wait4, -child, &status, 0, 0) == child && status == 0x500,
	   "wait4 of the child's group finds it");
	is(SYS(getpgid, child), -ESRCH,
	   "getpgid of a reaped process is refused");
	is(SYS(getsid, child), -ESRCH, "getsid of a reaped process is refused");
	is(SYS(setpgid, child, 0), -ESRCH,
	   "setpgid of a reaped process is refused");
	return done();
}

int main(void)
{
	int status = in_child(in_session, NULL);

	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
