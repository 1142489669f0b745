/*
 * waitid: what it tells, and what it leaves.
 */
#include <uapi/signal.h>
#include <uapi/wait.h>
#include "check.h"

struct info {
	int32_t signo, error, code, pid, uid, status;
	uint32_t pad[26];
};

static pid_t child(int code, int sig)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (sig)
			SYS(kill, getpid(), sig);
		_exit(code);
	}
	return pid;
}

static void expect(const struct info *info, pid_t pid, int code, int status,
		   const char *what)
{
	ok(info->signo == SIGCHLD && info->pid == pid && info->code == code &&
		   info->status == status && info->error == 0,
	   "%s", what);
}

static void told(void)
{
	struct info info;
	pid_t pid = child(7, 0);

	is(SYS(waitid, P_PID, pid, &info, WEXITED | WNOWAIT, 0), 0,
	   "WNOWAIT reports a child and leaves it a zombie");
	expect(&info, pid, CLD_EXITED, 7, "the report: it exited with 7");
	is(SYS(waitid, P_ALL, 0, &info, WEXITED, 0), 0,
	   "P_ALL without WNOWAIT reaps it");
	expect(&info, pid, CLD_EXITED, 7, "the report is the same");
	is(SYS(waitid, P_ALL, 0, &info, WEXITED, 0), -ECHILD,
	   "no child is left");

	pid = child(0, SIGKILL);
	is(SYS(waitid, P_PGID, 0, &info, WEXITED, 0), 0,
	   "P_PGID with 0 finds a child of the caller's group");
	expect(&info, pid, CLD_KILLED, SIGKILL,
	       "the report: it was killed by SIGKILL");
	pid = child(0, 0);
	is(SYS(waitid, P_PID, pid, 0, WEXITED, 0), 0,
	   "waitid without a siginfo");
}

static void nothing_yet(void)
{
	struct info info;
	int fds[2], status;
	pid_t pid;
	char c;

	memset(&info, 0xff, sizeof(info));
	SYS(pipe, fds);
	pid = fork();
	if (pid == 0) {
		SYS(close, fds[1]);
		SYS(read, fds[0], &c, 1);
		_exit(0);
	}
	is(SYS(waitid, P_PID, pid, &info, WEXITED | WNOHANG, 0), 0,
	   "WNOHANG while the child lives returns 0");
	ok(info.signo == 0 && info.pid == 0,
	   "the report has signal 0 and number 0");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	SYS(wait4, pid, &status, 0, 0);
}

/* A process whose parent has ended gets another parent. */
static void orphan(void)
{
	int go[2], answer[2], status = 0;
	pid_t pid;
	char c = 'n';

	SYS(pipe, go);
	SYS(pipe, answer);
	pid = fork();
	if (pid == 0) {
		pid_t parent = getpid();

		if (fork() != 0)
			_exit(4);
		SYS(read, go[0], &c, 1);
		c = SYS(getppid) != parent && SYS(getppid) > 0 ? 'y' : 'n';
		SYS(write, answer[1], &c, 1);
		_exit(0);
	}
	ok(SYS(wait4, pid, &status, 0, 0) == pid && status == 0x400,
	   "a child exits and leaves a child of its own");
	SYS(write, go[1], "g", 1);
	SYS(read, answer[0], &c, 1);
	ok(c == 'y', "that one has another parent now");
}

static void refused(void)
{
	struct info info;

	is(SYS(waitid, P_ALL, 0, &info, 0, 0), -EINVAL,
	   "no kind of change to wait for is refused");
	is(SYS(waitid, P_ALL, 0, &info, WEXITED | 0x100, 0), -EINVAL,
	   "an unknown option is refused");
	is(SYS(waitid, 9, 0, &info, WEXITED, 0), -EINVAL,
	   "an unknown kind of child is refused");
	is(SYS(waitid, P_PID, 0, &info, WEXITED, 0), -EINVAL,
	   "P_PID with number 0 is refused");
	is(SYS(waitid, P_PID, 1, &info, WEXITED, 0), -ECHILD,
	   "P_PID of another process's child is refused");
}

int main(void)
{
	told();
	nothing_yet();
	orphan();
	refused();
	return done();
}
