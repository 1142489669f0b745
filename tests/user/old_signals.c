/*
 * The signal calls of old programs, whose sets are one word: signals 33 to 64
 * stay as they are.
 */
#include <uapi/signal.h>
#include "check.h"

struct old_action {
	uint32_t handler, mask, flags, restorer;
};

#define ALL      0xffffffffu
#define BIT(sig) (1u << ((sig)-1))

static volatile int caught, blocked_in_handler;

static void on_usr1(int sig, struct test_siginfo *info, void *ucontext)
{
	uint32_t set = 0;

	(void)info;
	(void)ucontext;
	SYS(sigprocmask, SIG_BLOCK, 0, &set);
	caught = sig;
	blocked_in_handler = set == (BIT(LINUX_SIGUSR1) | BIT(LINUX_SIGUSR2));
}

/* A handler of libc's for its restorer, and the same by the old call. */
static void actions(void)
{
	struct old_action act, old;

	handle(LINUX_SIGUSR1, on_usr1, 0);
	is(SYS(sigaction, LINUX_SIGUSR1, 0, &act), 0,
	   "sigaction returns the present action");
	ok(act.handler == (uint32_t)(uintptr_t)on_usr1,
	   "it contains the handler");
	act.mask = BIT(LINUX_SIGUSR2);
	is(SYS(sigaction, LINUX_SIGUSR1, &act, &old), 0,
	   "sigaction sets the same handler with a mask");
	is(old.mask, 0, "the old action had an empty mask");
	SYS(kill, getpid(), LINUX_SIGUSR1);
	is(caught, LINUX_SIGUSR1, "the handler ran");
	ok(blocked_in_handler,
	   "in it the signal itself and the mask's were blocked");
	is(SYS(sigaction, LINUX_SIGUSR1, 0, &old), 0,
	   "sigaction returns the new action");
	is(old.mask, BIT(LINUX_SIGUSR2), "it contains the mask");
	is(SYS(sigaction, LINUX_SIGKILL, &act, 0), -EINVAL,
	   "sigaction of SIGKILL is refused");
	is(SYS(sigaction, 65, 0, &old), -EINVAL,
	   "sigaction of signal 65 is refused");
	is(SYS(sigaction, 65, 8, 0), -EFAULT,
	   "a new action at an unmapped address is refused before that");
	is(SYS(sigaction, LINUX_SIGUSR1, 0, 8), -EFAULT,
	   "an old action to an unmapped address is refused");
}

static void sets(void)
{
	uint32_t set = BIT(LINUX_SIGUSR1), old = 1;
	uint64_t both = 1ull << 39, now = 0;

	SYS(rt_sigprocmask, SIG_SETMASK, &both, 0, 8);
	is(SYS(sigprocmask, SIG_BLOCK, &set, &old), 0,
	   "sigprocmask blocks SIGUSR1");
	is(old, 0, "none of the first 32 signals was blocked before");
	SYS(rt_sigprocmask, SIG_BLOCK, 0, &now, 8);
	ok(now == (both | BIT(LINUX_SIGUSR1)),
	   "SIGUSR1 is blocked, and signal 40 still is");
	caught = 0;
	SYS(kill, getpid(), LINUX_SIGUSR1);
	is(SYS(sigpending, &old), 0, "sigpending with SIGUSR1 pending");
	is(old, BIT(LINUX_SIGUSR1), "it returns SIGUSR1");
	is(caught, 0, "the handler has not run");
	is(SYS(sigsuspend, 0, 0, 0), -EINTR,
	   "sigsuspend with an empty mask ends by a signal");
	is(caught, LINUX_SIGUSR1, "the handler has run");
	set = ALL;
	is(SYS(sigprocmask, SIG_UNBLOCK, &set, &old), 0,
	   "sigprocmask unblocks all 32 signals");
	is(old, BIT(LINUX_SIGUSR1), "sigsuspend had restored the mask before");
	SYS(rt_sigprocmask, SIG_BLOCK, 0, &now, 8);
	ok(now == both, "signal 40 is still blocked");
	set = BIT(LINUX_SIGUSR2) | BIT(LINUX_SIGKILL);
	is(SYS(sigprocmask, SIG_SETMASK, &set, 0), 0,
	   "sigprocmask sets SIGUSR2 and SIGKILL");
	SYS(rt_sigprocmask, SIG_BLOCK, 0, &now, 8);
	ok(now == (both | BIT(LINUX_SIGUSR2)),
	   "SIGUSR2 is blocked, SIGKILL is not");
	is(SYS(sigprocmask, 3, &set, 0), -EINVAL, "an unknown way is refused");
	is(SYS(sigprocmask, 3, 0, &set), 0,
	   "an unknown way without a set is accepted");
	is(SYS(sigprocmask, 3, 8, 0), -EFAULT,
	   "a set at an unmapped address is refused before the way");
	is(SYS(rt_sigpending, &set, 4), 0, "half a set of pending signals");
	is(SYS(rt_sigpending, &set, 9), -EINVAL, "more than a set is refused");
	is(SYS(sigpending, 8), -EFAULT,
	   "sigpending to an unmapped address is refused");
}

int main(void)
{
	actions();
	sets();
	return done();
}
