/*
 * PR_SET_PDEATHSIG: the signal that a child gets when its parent ends.
 */
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define PR_SET_PDEATHSIG 1
#define PR_GET_PDEATHSIG 2

static int32_t chosen(void)
{
	int32_t sig = -1;

	SYS(prctl, PR_GET_PDEATHSIG, &sig, 0, 0, 0);
	return sig;
}

static const uint32_t usr1[2] = { 1u << (SIGUSR1 - 1), 0 };

/* Its parent is about to end; exit code: the signal that tells so. */
static int orphan(int ready, int result)
{
	char sig;

	SYS(prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
	SYS(write, ready, "r", 1);
	sig = (char)SYS(rt_sigtimedwait, usr1, 0, 0, 8);
	SYS(write, result, &sig, 1);
	return 0;
}

/* A child with a child, which it leaves when that has said what it wants. */
static int parent(void *pipes)
{
	int *fds = pipes;
	char c;

	if (!fork())
		_exit(orphan(fds[1], fds[3]));
	SYS(read, fds[0], &c, 1);
	return 0;
}

static void told(void)
{
	int fds[4];
	char sig = 0;

	SYS(pipe, fds);
	SYS(pipe, fds + 2);
	is(in_child(parent, fds), 0, "a parent ends");
	is(SYS(read, fds[2], &sig, 1), 1, "its child is told");
	is(sig, SIGUSR1, "by the signal that it chose");
}

static int not_inherited(void *unused)
{
	(void)unused;
	is(chosen(), 0, "a child has chosen none");
	return 0;
}

static int as_another(void *unused)
{
	(void)unused;
	SYS(prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
	is(SYS(setresgid32, 0, 0, 0), 0, "the group that it had");
	is(chosen(), SIGUSR1, "leaves it");
	is(SYS(setresgid32, 0, 5, 0), 0, "another effective group");
	is(chosen(), 0, "takes it away");
	return 0;
}

int main(void)
{
	SYS(rt_sigprocmask, SIG_BLOCK, usr1, 0, 8);
	is(chosen(), 0, "none at first");
	is(SYS(prctl, PR_SET_PDEATHSIG, 65, 0, 0, 0), -EINVAL, "signal 65");
	is(SYS(prctl, PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0), 0, "SIGTERM");
	is(chosen(), SIGTERM, "is chosen");
	is(SYS(prctl, PR_GET_PDEATHSIG, 8, 0, 0, 0), -EFAULT, "at no address");
	checks_in_child(not_inherited, NULL);
	is(chosen(), SIGTERM, "as it was here");
	checks_in_child(as_another, NULL);
	told();
	return done();
}
