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
	is(SYS(sigaction, LINUX_SIGUSR1, 0, &act), 0, "sigaction: what is it?");
	ok(act.handler == (uint32_t)(uintptr_t)on_usr1, "the handler");
	act.mask = BIT(LINUX_SIGUSR2);
	is(SYS(sigaction, LINUX_SIGUSR1, &act, &old), 0, "with a mask");
	is(old.mask, 0, "it had none");
	SYS(kill, getpid(), LINUX_SIGUSR1);
	is(caught, LINUX_SIGUSR1, "the handler ran");
	ok(blocked_in_handler, "with that signal and the mask's blocked");
	is(SYS(sigaction, LINUX_SIGUSR1, 0, &old), 0, "sigaction: and now?");
	is(old.mask, BIT(LINUX_SIGUSR2), "the mask");
	is(SYS(sigaction, LINUX_SIGKILL, &act, 0), -EINVAL, "SIGKILL");
	is(SYS(sigaction, 65, 0, &old), -EINVAL, "signal 65");
	is(SYS(sigaction, 65, 8, 0), -EFAULT, "signal 65 from address 8");
	is(SYS(sigaction, LINUX_SIGUSR1, 0, 8), -EFAULT, "to address 8");
}

static void sets(void)
{
	uint32_t set = BIT(LINUX_SIGUSR1), old = 1;
	uint64_t both = 1ull << 39, now = 0;

	SYS(rt_sigprocmask, SIG_SETMASK, &both, 0, 8);
	is(SYS(sigprocmask, SIG_BLOCK, &set, &old), 0, "block SIGUSR1");
	is(old, 0, "nothing of the first 32 was");
	SYS(rt_sigprocmask, SIG_BLOCK, 0, &now, 8);
	ok(now == (both | BIT(LINUX_SIGUSR1)),
	   "it is, and signal 40 as before");
	caught = 0;
	SYS(kill, getpid(), LINUX_SIGUSR1);
	is(SYS(sigpending, &old), 0, "sigpending");
	is(old, BIT(LINUX_SIGUSR1), "SIGUSR1");
	is(caught, 0, "its handler waits");
	is(SYS(sigsuspend, 0, 0, 0), -EINTR, "sigsuspend without a mask");
	is(caught, LINUX_SIGUSR1, "now it ran");
	set = ALL;
	is(SYS(sigprocmask, SIG_UNBLOCK, &set, &old), 0, "unblock all 32");
	is(old, BIT(LINUX_SIGUSR1), "the mask was back");
	SYS(rt_sigprocmask, SIG_BLOCK, 0, &now, 8);
	ok(now == both, "signal 40 is blocked");
	set = BIT(LINUX_SIGUSR2) | BIT(LINUX_SIGKILL);
	is(SYS(sigprocmask, SIG_SETMASK, &set, 0), 0, "SIGUSR2 and SIGKILL");
	SYS(rt_sigprocmask, SIG_BLOCK, 0, &now, 8);
	ok(now == (both | BIT(LINUX_SIGUSR2)), "SIGKILL is never blocked");
	is(SYS(sigprocmask, 3, &set, 0), -EINVAL, "how 3");
	is(SYS(sigprocmask, 3, 0, &set), 0, "how 3, to ask");
	is(SYS(sigprocmask, 3, 8, 0), -EFAULT, "how 3, from address 8");
	is(SYS(sigpending, 8), -EFAULT, "sigpending to address 8");
}

int main(void)
{
	actions();
	sets();
	return done();
}
