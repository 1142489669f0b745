/*
 * PR_SET_PDEATHSIG: the signal that a child gets when its parent ends; and
 * PR_SET_CHILD_SUBREAPER: the process that becomes its parent then.
 */
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define PR_SET_PDEATHSIG 1
#define PR_GET_PDEATHSIG 2

#define PR_SET_CHILD_SUBREAPER 36
#define PR_GET_CHILD_SUBREAPER 37

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

/* ---- who becomes its parent -------------------------------------- */

static int32_t takes_orphans(void)
{
	int32_t takes = -1;

	SYS(prctl, PR_GET_CHILD_SUBREAPER, &takes);
	return takes;
}

/* Exits with 7 when its parent is process `arg`. */
static int until_adopted(void *arg)
{
	while (SYS(getppid) != (int32_t)(intptr_t)arg)
		SYS(sched_yield);
	return 7;
}

static int exits_with_6(void *unused)
{
	(void)unused;
	return 6;
}

/* Leaves one child that is a zombie already, and one that runs. Exits with 0 if it
 * takes no orphans itself. */
static int leave_orphans(void *reaper)
{
	uint8_t info[128];

	start_child(exits_with_6, NULL);
	/* WEXITED | WNOWAIT: it has ended and is not waited for. */
	SYS(waitid, 0, 0, info, 4 | 0x01000000, 0);
	start_child(until_adopted, reaper);
	return takes_orphans();
}

static volatile uint32_t nr_told;

static void child_ended(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig, (void)info, (void)ucontext;
	nr_told++;
}

static int reap(void)
{
	int32_t status = -1;

	SYS(wait4, -1, &status, 0, 0);
	return WEXITSTATUS(status);
}

static int takes(void *unused)
{
	void *me = (void *)(intptr_t)SYS(getpid);
	int first, second;

	(void)unused;
	is(takes_orphans(), 0, "at first a process takes no orphans");
	is(SYS(prctl, PR_SET_CHILD_SUBREAPER, 5), 0, "PR_SET_CHILD_SUBREAPER");
	is(takes_orphans(), 1, "PR_GET_CHILD_SUBREAPER reports it");
	is(SYS(prctl, PR_GET_CHILD_SUBREAPER, 8), -EFAULT,
	   "to an unmapped address it is refused");
	handle(SIGCHLD, child_ended, SA_RESTART);
	is(WEXITSTATUS(in_child(leave_orphans, me)), 0,
	   "a child of fork does not take orphans");
	first = reap();
	second = reap();
	ok(first + second == 6 + 7 && first != second,
	   "both grandchildren are waited for");
	is(SYS(wait4, -1, 0, 0, 0), -ECHILD, "there is no other child");
	ok(nr_told >= 2, "SIGCHLD told of them");
	is(SYS(prctl, PR_SET_CHILD_SUBREAPER, 0), 0,
	   "PR_SET_CHILD_SUBREAPER with 0");
	is(takes_orphans(), 0, "ends it");
	return 0;
}

/* With SA_NOCLDWAIT no zombie is left, not even one that was adopted. */
static int ignores(void *unused)
{
	void *me = (void *)(intptr_t)SYS(getpid);

	(void)unused;
	SYS(prctl, PR_SET_CHILD_SUBREAPER, 1);
	handle(SIGCHLD, child_ended, SA_NOCLDWAIT | SA_RESTART);
	start_child(leave_orphans, me);
	is(SYS(wait4, -1, 0, 0, 0), -ECHILD,
	   "with SA_NOCLDWAIT there is no orphan to wait for");
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
	checks_in_child(takes, NULL);
	checks_in_child(ignores, NULL);
	return done();
}
