/*
 * Real-time signals are queued: each arrives, in order and with its value, up
 * to RLIMIT_SIGPENDING, also the one of the boot. And rt_sigtimedwait for a
 * signal that is not blocked, and SS_AUTODISARM, a stack that is unset in its
 * handler.
 */
#include <uapi/resource.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include <uapi/ucontext.h>
#include "check.h"

#define RT1 40
#define RT2 41

struct info {
	int32_t signo, error, code;
	int32_t pid, uid, value;
	uint32_t pad[26];
};

static const uint32_t both[2] = { 0, 3u << (RT1 - 33) };

static int32_t send(int sig, int32_t value)
{
	struct info info = { sig, 0, SI_QUEUE, getpid(), 0, value, { 0 } };

	return SYS(rt_sigqueueinfo, getpid(), sig, &info);
}

static void block(const uint32_t *set)
{
	SYS(rt_sigprocmask, SIG_SETMASK, set, 0, 8);
}

/* Takes the next pending signal of the two; returns its number, fills info. */
static int32_t take(struct info *info)
{
	static const struct old_timespec32 at_once;

	return SYS(rt_sigtimedwait, both, info, &at_once, 8);
}

static void order(void)
{
	struct info info;

	block(both);
	is(send(RT2, 1), 0,
	   "rt_sigqueueinfo of a real-time signal to this process");
	send(RT1, 2);
	send(RT1, 3);
	send(RT2, 4);
	send(RT1, 5);
	is(take(&info), RT1, "rt_sigtimedwait takes the lowest number first");
	ok(info.value == 2 && info.code == SI_QUEUE && info.pid == getpid(),
	   "with its value, its si_code and its sender");
	is(take(&info), RT1, "it takes the same number again");
	is(info.value, 3, "its value is the second that was sent");
	is(take(&info), RT1, "it takes the same number a third time");
	is(info.value, 5, "its value is the last that was sent");
	is(take(&info), RT2, "it takes the next number");
	is(info.value, 1, "its value is the first that was sent");
	is(take(&info), RT2, "it takes that number again");
	is(info.value, 4, "its value is the second that was sent");
	is(take(&info), -EAGAIN, "nothing is pending after that");
}

static void limited(void)
{
	struct rlimit old, three = { 3, 3 };
	struct info info;
	int n = 0;

	SYS(ugetrlimit, RLIMIT_SIGPENDING, &old);
	while (send(RT1, n) == 0)
		n++;
	is((int32_t)old.rlim_cur - n, 0,
	   "the limit of the boot: how many could not be queued");
	while (take(&info) > 0)
		n--;
	is(n, 0, "every one is taken: how many are left");
	three.rlim_max = old.rlim_max;
	SYS(setrlimit, RLIMIT_SIGPENDING, &three);
	while (n < 10 && send(RT1, n) == 0)
		n++;
	is(n, 3, "RLIMIT_SIGPENDING 3: so many signals can be queued");
	is(send(RT1, 9), -EAGAIN, "rt_sigqueueinfo of one more is refused");
	is(SYS(kill, getpid(), RT1), 0,
	   "kill succeeds, though its signal cannot be queued");
	is(take(&info), RT1, "rt_sigtimedwait takes one signal");
	is(send(RT2, 9), 0, "one more can be queued then");
	is(send(RT2, 9), -EAGAIN, "a second one is refused");
	while (take(&info) > 0)
		n--;
	is(n, 0, "every queued signal is taken: how many are left");
	SYS(setrlimit, RLIMIT_SIGPENDING, &old);
}

static void who_may(void)
{
	struct info info = { RT1, 0, SI_USER, 0, 0, 7, { 0 } };
	pid_t other = fork();

	if (other == 0) {
		SYS(pause);
		_exit(0);
	}

	is(SYS(rt_sigqueueinfo, getpid(), RT1, &info), 0,
	   "a process may send itself a signal with si_code SI_USER");
	is(take(&info), RT1, "it gets that signal");
	info.code = SI_USER;
	is(SYS(rt_sigqueueinfo, other, RT1, &info), -EPERM,
	   "to another process SI_USER is refused");
	info.code = SI_TKILL;
	is(SYS(rt_sigqueueinfo, other, RT1, &info), -EPERM,
	   "to another process SI_TKILL is refused");
	info.code = SI_QUEUE;
	is(SYS(rt_sigqueueinfo, other, 0, &info), 0,
	   "signal 0 only checks that the process exists");
	is(SYS(rt_sigqueueinfo, getpid(), 65, &info), -EINVAL,
	   "signal 65 is refused");
	is(SYS(rt_sigqueueinfo, 4000000, RT1, &info), -ESRCH,
	   "a process that does not exist is refused");
	is(SYS(rt_sigqueueinfo, getpid(), RT1, 8), -EFAULT,
	   "a siginfo at an unmapped address is refused");
	is(SYS(rt_tgsigqueueinfo, getpid(), getpid(), RT1, &info), 0,
	   "rt_tgsigqueueinfo to a thread");
	is(take(&info), RT1, "the thread gets that signal");
	is(SYS(rt_tgsigqueueinfo, getpid(), 0, RT1, &info), -EINVAL,
	   "thread number 0 is refused");
	kill_process(other, SIGKILL);
	waitpid(other, NULL, 0);
}

static int nothing_pending(void *unused)
{
	struct info info;

	(void)unused;
	return take(&info) == -EAGAIN ? 0 : 1;
}

/* ---- dropped ----------------------------------------------------- */

static void dropped(void)
{
	struct info info;

	for (int i = 0; i < 5; i++)
		send(RT1, i);
	ignore(RT1);
	is(take(&info), -EAGAIN,
	   "ignoring a signal drops all that are pending");
	by_default(RT1);
	for (int i = 0; i < 500; i++) {
		send(RT1, i);
		ignore(RT1);
		by_default(RT1);
	}
	is(send(RT1, 3), 0, "dropped signals do not count for the limit");
	is(take(&info), RT1, "a signal sent after that is taken");
	send(RT1, 3);
	is(in_child(nothing_pending, 0), 0,
	   "a child of fork inherits no pending signals");
	is(take(&info), RT1, "the parent's signal is still pending");
}

/* ---- in handlers ------------------------------------------------- */

static volatile int got[8], nr_got;

static void note(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)ucontext;
	if (nr_got < 8)
		got[nr_got++] = sig * 100 + ((struct info *)info)->value;
}

static void handlers(void)
{
	static const uint32_t none[2];

	handle(RT1, note, 0);
	handle(RT2, note, 0);
	block(both);
	send(RT2, 1);
	send(RT1, 2);
	send(RT1, 3);
	block(none);
	is(nr_got, 3, "three handlers ran");
	/*
	 * Each frame is put on top of the one before, so that the last runs
	 * first.
	 */
	ok(got[0] == 4101 && got[1] == 4002 && got[2] == 4003,
	   "the handler of the signal taken last starts first: %d %d %d",
	   got[0], got[1], got[2]);
}

/* ---- a signal that is awaited, but not blocked ------------------- */

static volatile int nr_handled;

static void count(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig;
	(void)info;
	(void)ucontext;
	nr_handled++;
}

/* Waits for the signal *arg, which another process sends. */
static int wait_unblocked(void *arg)
{
	static const struct old_timespec32 soon = { 0, 20000000 };
	static const struct old_timespec32 late = { 1, 0 };
	int sig = *(int *)arg;
	uint32_t set[2] = { SIGNAL_BIT(sig), 0 };
	pid_t me = getpid();
	int32_t ret;

	if (sig == SIGUSR2)
		handle(SIGUSR2, count, 0);
	if (fork() == 0) {
		SYS(nanosleep, &soon, 0);
		kill_process(me, sig);
		_exit(0);
	}
	ret = SYS(rt_sigtimedwait, set, 0, &late, 8);
	return ret < 0 ? 100 - ret : ret + 64 * nr_handled;
}

static void unblocked(void)
{
	static int ends = SIGALRM, dumps = SIGABRT, nothing = SIGCHLD,
		   handled = SIGUSR2;

	is(in_child(wait_unblocked, &ends), SIGALRM,
	   "a signal whose default is to end the process ends the waiting one");
	is(in_child(wait_unblocked, &dumps), SIGABRT << 8,
	   "one whose default is to leave a core, too, is taken");
	is(in_child(wait_unblocked, &nothing), (100 + EAGAIN) << 8,
	   "one whose default is nothing does not come");
	is(in_child(wait_unblocked, &handled), SIGUSR2 << 8,
	   "one with a handler is taken, and the handler not called");
}

/* ---- SS_AUTODISARM ----------------------------------------------- */

static uint8_t stack[8192];
static struct sigaltstack in_handler;
static volatile bool on_it;

static void look(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig;
	(void)info;
	(void)ucontext;
	on_it = (uint8_t *)&sig > stack && (uint8_t *)&sig < stack + 8192;
	SYS(sigaltstack, 0, &in_handler);
}

static void disarmed(void)
{
	struct sigaltstack set = { (uint32_t)stack, SS_AUTODISARM, 8192 }, now;

	is(SYS(sigaltstack, &set, 0), 0, "sigaltstack with SS_AUTODISARM");
	SYS(sigaltstack, 0, &now);
	ok(now.ss_flags == SS_AUTODISARM, "sigaltstack returns that flag");
	handle(SIGUSR1, look, SA_ONSTACK);
	kill_process(getpid(), SIGUSR1);
	ok(on_it, "the handler runs on that stack");
	ok(in_handler.ss_flags == SS_DISABLE, "in the handler no stack is set");
	SYS(sigaltstack, 0, &now);
	ok(now.ss_flags == SS_AUTODISARM && now.ss_sp == (uint32_t)stack,
	   "after the handler the stack is set again");
	set.ss_flags = 8;
	is(SYS(sigaltstack, &set, 0), -EINVAL,
	   "sigaltstack with an unknown flag is refused");
}

int main(void)
{
	order();
	limited();
	who_may();
	dropped();
	handlers();
	unblocked();
	disarmed();
	return done();
}
