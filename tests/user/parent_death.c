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

/* Waits for its parent to end; writes the signal that reports it to result. */
static int orphan(int ready, int result)
{
	char sig;

	SYS(prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
	SYS(write, ready, "r", 1);
	sig = (char)SYS(rt_sigtimedwait, usr1, 0, 0, 8);
	SYS(write, result, &sig, 1);
	return 0;
}

/* Makes a child and exits when that one has chosen its signal. */
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
	is(in_child(parent, fds), 0,
	   "a process whose child has chosen a signal exits");
	is(SYS(read, fds[2], &sig, 1), 1, "the child got a signal");
	is(sig, SIGUSR1, "it is the one that the child had chosen");
}

static int not_inherited(void *unused)
{
	(void)unused;
	is(chosen(), 0,
	   "a child of fork has no signal, whatever its parent has");
	return 0;
}

static int as_another(void *unused)
{
	(void)unused;
	SYS(prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
	is(SYS(setresgid32, 0, 0, 0), 0,
	   "setresgid32 to the effective group that it has");
	is(chosen(), SIGUSR1, "the signal stays");
	is(SYS(setresgid32, 0, 5, 0), 0,
	   "setresgid32 to another effective group");
	is(chosen(), 0, "the signal is cleared");
	return 0;
}

int main(void)
{
	SYS(rt_sigprocmask, SIG_BLOCK, usr1, 0, 8);
	is(chosen(), 0, "at first there is no signal");
	is(SYS(prctl, PR_SET_PDEATHSIG, 65, 0, 0, 0), -EINVAL,
	   "PR_SET_PDEATHSIG of signal 65 is refused");
	is(SYS(prctl, PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0), 0,
	   "PR_SET_PDEATHSIG of SIGTERM");
	is(chosen(), SIGTERM, "PR_GET_PDEATHSIG returns SIGTERM");
	is(SYS(prctl, PR_GET_PDEATHSIG, 8, 0, 0, 0), -EFAULT,
	   "PR_GET_PDEATHSIG to an unmapped address is refused");
	checks_in_child(not_inherited, NULL);
	is(chosen(), SIGTERM, "the child's fork has not changed it here");
	checks_in_child(as_another, NULL);
	told();
	return done();
}
