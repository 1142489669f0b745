/*
 * futex_waitv: waiting for any of several words.
 */
#include <uapi/futex.h>
#include <uapi/mman.h>
#include <uapi/time.h>
#include "check.h"

#define WORDS 4

/* In memory shared with the children. */
static uint32_t *words;

static struct futex_waitv waiters[FUTEX_WAITV_MAX + 1];

/* Makes a list of WORDS words whose values are 0. */
static void set_up(void)
{
	for (int i = 0; i < WORDS; i++) {
		words[i] = 0;
		waiters[i] = (struct futex_waitv){
			.uaddr = (uint32_t)&words[i],
			.flags = FUTEX_32,
		};
	}
}

static int32_t waitv(uint32_t nr, const struct kernel_timespec *timeout)
{
	return SYS(futex_waitv, waiters, nr, 0, timeout, CLOCK_MONOTONIC);
}

/* ---- waking ------------------------------------------------------ */

static int wait_for_all(void *arg)
{
	(void)arg;
	return waitv(WORDS, NULL);
}

/*
 * A child waits for all words; returns what its call returns if `word` is
 * woken.
 */
static int woken_by(int word)
{
	pid_t pid = start_child(wait_for_all, NULL);
	int status = -1;

	while (SYS(futex, &words[word], FUTEX_WAKE, 1) == 0)
		SYS(sched_yield);
	SYS(wait4, pid, &status, 0, 0);
	return WEXITSTATUS(status);
}

static void waking(void)
{
	set_up();
	is(woken_by(0), 0, "a wake of the first word returns its index");
	is(woken_by(WORDS - 1), WORDS - 1,
	   "a wake of the last word returns its index");
	for (int i = 0; i < WORDS; i++)
		is(SYS(futex, &words[i], FUTEX_WAKE, 1), 0,
		   "after that nobody waits for word %d", i);
	waiters[1].flags |= FUTEX_PRIVATE_FLAG;
	waiters[2].uaddr = waiters[0].uaddr;
	is(woken_by(0), 0,
	   "a word that is listed twice: the first index is returned");
}

/* ---- not waiting ------------------------------------------------- */

static void values(void)
{
	struct kernel_timespec past = { 0, 1000 };

	set_up();
	words[2] = 7;
	is(waitv(WORDS, NULL), -EAGAIN,
	   "a word with another value ends the call");
	waiters[2].val = 7;
	is(waitv(WORDS, &past), -ETIMEDOUT,
	   "all words have their values: the wait times out");
	waiters[2].val = 0x100000007ull;
	is(waitv(WORDS, &past), -ETIMEDOUT,
	   "only 32 bits of a value are compared: it times out");
	past.tv_nsec = 1000000000;
	is(waitv(WORDS, &past), -EINVAL,
	   "a time with 1000000000 nanoseconds is refused");
	past.tv_nsec = 0;
	is(SYS(futex_waitv, waiters, WORDS, 0, &past, CLOCK_REALTIME),
	   -ETIMEDOUT, "a deadline of CLOCK_REALTIME is accepted");
	is(SYS(futex_waitv, waiters, WORDS, 0, &past, CLOCK_BOOTTIME), -EINVAL,
	   "a deadline of another clock is refused");
}

static volatile int handled;

static void note(int sig, struct test_siginfo *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	handled = 1;
}

/* The timer goes on until it finds the wait. */
static void signals(void)
{
	static const uint32_t often[4] = { 0, 20000, 0, 20000 },
			      never[4] = { 0 };

	set_up();
	handle(14 /* SIGALRM */, note, 0);
	SYS(setitimer, 0, often, 0);
	is(waitv(WORDS, NULL), -EINTR, "a signal with a handler ends the wait");
	SYS(setitimer, 0, never, 0);
	is(handled, 1, "the handler has run");
}

static void rules(void)
{
	set_up();
	is(waitv(0, NULL), -EINVAL, "an empty list is refused");
	is(waitv(FUTEX_WAITV_MAX + 1, NULL), -EINVAL,
	   "a list of 129 words is refused");
	is(SYS(futex_waitv, 0, 1, 0, 0, 0), -EINVAL,
	   "a list at address 0 is refused");
	is(SYS(futex_waitv, 0x10, 1, 0, 0, 0), -EFAULT,
	   "a list at another unmapped address is refused");
	is(SYS(futex_waitv, waiters, 1, 1, 0, 0), -EINVAL,
	   "an unknown flag of the call is refused");
	waiters[1].flags = 0;
	is(waitv(2, NULL), -EINVAL, "a word without a size is refused");
	waiters[1].flags = FUTEX_32 | 0x100;
	is(waitv(2, NULL), -EINVAL, "a word with an unknown flag is refused");
	waiters[1].flags = FUTEX_32;
	waiters[1].__reserved = 1;
	is(waitv(2, NULL), -EINVAL,
	   "a reserved field that is not zero is refused");
	waiters[1].__reserved = 0;
	waiters[1].uaddr++;
	is(waitv(2, NULL), -EINVAL, "a word that is not aligned is refused");
	waiters[1].uaddr = 0x10;
	is(waitv(2, NULL), -EFAULT, "a word at an unmapped address is refused");
}

int main(void)
{
	words = (uint32_t *)pages_with(1, PROT_READ | PROT_WRITE, MAP_SHARED);
	waking();
	values();
	signals();
	rules();
	return done();
}
