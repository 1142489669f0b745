/*
 * Real-time signals: all of them come, in order and with their values, as many
 * as RLIMIT_SIGPENDING allows; and a signal stack that disarms itself.
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

/* The next one of the two: its number, and what it says. */
static int32_t take(struct info *info)
{
	static const struct old_timespec32 at_once;

	return SYS(rt_sigtimedwait, both, info, &at_once, 8);
}

static void order(void)
{
	struct info info;

	block(both);
	is(send(RT2, 1), 0, "sent");
	send(RT1, 2);
	send(RT1, 3);
	send(RT2, 4);
	send(RT1, 5);
	is(take(&info), RT1, "the lowest number first");
	ok(info.value == 2 && info.code == SI_QUEUE && info.pid == getpid(),
	   "with its value, its code and its sender");
	is(take(&info), RT1, "again");
	is(info.value, 3, "in the order in which they were sent");
	is(take(&info), RT1, "and again");
	is(info.value, 5, "none is lost");
	is(take(&info), RT2, "then the next number");
	is(info.value, 1, "the first of them");
	is(take(&info), RT2, "and the other");
	is(info.value, 4, "of them");
	is(take(&info), -EAGAIN, "that was all");
}

static void limited(void)
{
	struct rlimit old, three = { 3, 3 };
	struct info info;
	int n = 0;

	SYS(ugetrlimit, RLIMIT_SIGPENDING, &old);
	three.rlim_max = old.rlim_max;
	SYS(setrlimit, RLIMIT_SIGPENDING, &three);
	while (n < 10 && send(RT1, n) == 0)
		n++;
	is(n, 3, "no more are pending than the limit says");
	is(send(RT1, 9), -EAGAIN, "the next is refused");
	is(SYS(kill, getpid(), RT1), 0, "but for kill, whose signal is lost");
	is(take(&info), RT1, "one less");
	is(send(RT2, 9), 0, "room for one");
	is(send(RT2, 9), -EAGAIN, "and no more");
	while (take(&info) > 0)
		n--;
	is(n, 0, "what was sent comes");
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
	   "a program may deceive itself");
	is(take(&info), RT1, "it gets the signal");
	info.code = SI_USER;
	is(SYS(rt_sigqueueinfo, other, RT1, &info), -EPERM, "but nobody else");
	info.code = SI_TKILL;
	is(SYS(rt_sigqueueinfo, other, RT1, &info), -EPERM, "not so either");
	info.code = SI_QUEUE;
	is(SYS(rt_sigqueueinfo, other, 0, &info), 0, "signal 0 asks");
	is(SYS(rt_sigqueueinfo, getpid(), 65, &info), -EINVAL, "no signal 65");
	is(SYS(rt_sigqueueinfo, 4000000, RT1, &info), -ESRCH, "no process");
	is(SYS(rt_sigqueueinfo, getpid(), RT1, 8), -EFAULT, "at address 8");
	is(SYS(rt_tgsigqueueinfo, getpid(), getpid(), RT1, &info), 0,
	   "to a thread");
	is(take(&info), RT1, "which gets it");
	is(SYS(rt_tgsigqueueinfo, getpid(), 0, RT1, &info), -EINVAL,
	   "no thread 0");
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
	is(take(&info), -EAGAIN, "ignored: all that waited are gone");
	by_default(RT1);
	for (int i = 0; i < 500; i++) {
		send(RT1, i);
		ignore(RT1);
		by_default(RT1);
	}
	is(send(RT1, 3), 0, "and count no more");
	is(take(&info), RT1, "one is there");
	send(RT1, 3);
	is(in_child(nothing_pending, 0), 0, "a child has none");
	is(take(&info), RT1, "of its parent's");
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
	/* Each frame is on top of the last: the last one starts first. */
	ok(got[0] == 4101 && got[1] == 4002 && got[2] == 4003,
	   "in this order: %d %d %d", got[0], got[1], got[2]);
}

/* ---- a stack that disarms itself --------------------------------- */

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

	is(SYS(sigaltstack, &set, 0), 0, "a stack that disarms itself");
	SYS(sigaltstack, 0, &now);
	ok(now.ss_flags == SS_AUTODISARM, "it says so");
	handle(SIGUSR1, look, SA_ONSTACK);
	kill_process(getpid(), SIGUSR1);
	ok(on_it, "the handler runs there");
	ok(in_handler.ss_flags == SS_DISABLE, "where there is none meanwhile");
	SYS(sigaltstack, 0, &now);
	ok(now.ss_flags == SS_AUTODISARM && now.ss_sp == (uint32_t)stack,
	   "and afterwards it is back");
	set.ss_flags = 8;
	is(SYS(sigaltstack, &set, 0), -EINVAL, "an unknown flag");
}

int main(void)
{
	order();
	limited();
	who_may();
	dropped();
	handlers();
	disarmed();
	return done();
}
