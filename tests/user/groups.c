/*
 * Process groups and sessions: who may go where.
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
	ok(SYS(setsid) == me, "setsid");
	is(SYS(setsid), -EPERM, "again: a leader cannot");
	ok(SYS(getsid, 0) == me && SYS(getpgid, 0) == me,
	   "leader of a session and of a group");
	is(SYS(setpgid, 0, 0), -EPERM, "a leader stays in its group");

	SYS(pipe, fds);
	child = fork();
	if (child == 0) {
		SYS(close, fds[1]);
		SYS(read, fds[0], &c, 1);
		_exit(SYS(getpgid, 0) == getpid() ? 5 : 6);
	}
	ok(SYS(getpgid, child) == me && SYS(getsid, child) == me,
	   "a child is where its parent is");
	is(SYS(setpgid, child, -1), -EINVAL, "group -1");
	is(SYS(setpgid, getppid(), 0), -ESRCH, "only a child is moved");
	is(SYS(setpgid, child, 30000), -EPERM, "a group that is not there");
	is(SYS(setpgid, child, child), 0, "a group of its own for the child");
	ok(SYS(getpgid, child) == child && SYS(getsid, child) == me,
	   "in the same session");
	is(SYS(setpgid, child, me), 0, "back");
	is(SYS(setpgid, child, 0), 0, "and again");
	is(SYS(wait4, 0, &status, 0x1, 0), -ECHILD, "nobody in our group");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	ok(SYS(wait4, -child, &status, 0, 0) == child && status == 0x500,
	   "wait4 by its group");
	is(SYS(getpgid, child), -ESRCH, "it is gone");
	is(SYS(getsid, child), -ESRCH, "from its session too");
	is(SYS(setpgid, child, 0), -ESRCH, "not to be moved");
	return done();
}

int main(void)
{
	int status = in_child(in_session, NULL);

	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
