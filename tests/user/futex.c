/*
 * Futexes between processes that share memory: wake, requeue and time-outs.
 */
#include <uapi/fcntl.h>
#include <uapi/futex.h>
#include <uapi/mman.h>
#include <uapi/time.h>
#include "check.h"

#define CHILDREN 3

/* In memory shared with the children. */
static struct shared {
	uint32_t a, b;
	uint32_t awake;
} * shared;

static pid_t child_waiting_for(uint32_t *word)
{
	pid_t pid = fork();

	if (pid == 0) {
		int32_t err = SYS(futex, word, FUTEX_WAIT, 0, 0);

		__atomic_add_fetch(&shared->awake, 1, __ATOMIC_SEQ_CST);
		_exit(err == 0 ? 0 : 1);
	}
	return pid;
}

/* Waits for n children; returns how many of them exited with 0. */
static int reap(int n)
{
	int good = 0, status;

	while (n-- > 0)
		good += SYS(wait4, -1, &status, 0, 0) > 0 && status == 0;
	return good;
}

/*
 * Repeats the call until `want` waiters on word a were woken or moved, since
 * the children may not have begun to wait yet.
 */
static int requeue(int wake, int move, int want)
{
	int done = 0;

	while (done < want) {
		int n = SYS(futex, &shared->a, FUTEX_CMP_REQUEUE, wake, move,
			    &shared->b, 0);

		if (n < 0)
			return n;
		done += n;
		wake = 0;
		move = want - done;
		SYS(sched_yield);
	}
	return done;
}

static void waking(void)
{
	int woken = 0;

	child_waiting_for(&shared->a);
	while (woken == 0) {
		woken = SYS(futex, &shared->a, FUTEX_WAKE, 1);
		SYS(sched_yield);
	}
	is(woken, 1, "a child that waits in shared memory is woken");
	is(reap(1), 1, "the child's FUTEX_WAIT returned 0");
}

/* Wakes the waiters on every other word of the page; returns their number. */
static int wake_other_words(const uint32_t *word)
{
	uint32_t *page = (uint32_t *)shared;
	int woken = 0;

	for (uint32_t i = 0; i < PAGE / 4; i++)
		if (&page[i] != word)
			woken += SYS(futex, &page[i], FUTEX_WAKE, CHILDREN);
	return woken;
}

static void moving(void)
{
	int left = CHILDREN, n;

	shared->awake = 0;
	for (int i = 0; i < CHILDREN; i++)
		child_waiting_for(&shared->a);
	is(requeue(0, CHILDREN, CHILDREN), CHILDREN,
	   "FUTEX_CMP_REQUEUE moves all waiters to another word");
	is((int32_t)shared->awake, 0, "none of them has woken up");
	is(wake_other_words(&shared->b), 0,
	   "they wait on no other word of the page");
	n = SYS(futex, &shared->b, FUTEX_WAKE, 1);
	is(n, 1, "FUTEX_WAKE of the new word wakes one");
	left -= n;
	is(SYS(futex, &shared->b, FUTEX_WAKE, CHILDREN), left,
	   "FUTEX_WAKE of the new word wakes the rest");
	is(reap(CHILDREN), CHILDREN, "the wait of each returned 0");
	is(SYS(futex, &shared->a, FUTEX_CMP_REQUEUE, 1, 1, &shared->b, 7),
	   -EAGAIN, "FUTEX_CMP_REQUEUE with a wrong value is refused");
}

static void bitsets(void)
{
	pid_t pid = fork();
	int woken = 0;

	if (pid == 0)
		_exit(SYS(futex, &shared->a, FUTEX_WAIT_BITSET, 0, 0, 0, 6) !=
		      0);
	while (woken == 0) {
		if (SYS(futex, &shared->a, FUTEX_WAKE_BITSET, 1, 0, 0, 1) != 0)
			break;
		woken = SYS(futex, &shared->a, FUTEX_WAKE_BITSET, 1, 0, 0, 4);
		SYS(sched_yield);
	}
	is(woken, 1,
	   "FUTEX_WAKE_BITSET wakes by a common bit, and by no other");
	is(reap(1), 1, "the child's FUTEX_WAIT_BITSET returned 0");
	is(SYS(futex, &shared->a, FUTEX_WAIT_BITSET, 0, 0, 0, 0), -EINVAL,
	   "FUTEX_WAIT_BITSET with an empty set is refused");
}

/* Two mappings of /dev/zero are separate memory, though they have one file. */
static void strangers(void)
{
	struct old_timespec32 short_time = { 0, 30000000 };
	int fd = SYS(open, "/dev/zero", O_RDWR, 0), woken = 0, status = -1;
	uint32_t *one = (uint32_t *)SYS(mmap2, 0, PAGE, PROT_READ | PROT_WRITE,
					MAP_SHARED, fd, 0);
	uint32_t *other = (uint32_t *)SYS(mmap2, 0, PAGE,
					  PROT_READ | PROT_WRITE, MAP_SHARED,
					  fd, 0);
	pid_t pid = fork();

	if (pid == 0)
		_exit(SYS(futex, one, FUTEX_WAIT, 0, &short_time) ==
		      -ETIMEDOUT);
	while (SYS(wait4, pid, &status, WNOHANG, 0) == 0) {
		woken += SYS(futex, other, FUTEX_WAKE, 1);
		SYS(sched_yield);
	}
	is(woken, 0,
	   "a wake in another mapping of /dev/zero reaches no waiter");
	is(WEXITSTATUS(status), 1, "the waiter of the first mapping timed out");
	pid = fork();
	if (pid == 0)
		_exit(SYS(futex, one, FUTEX_WAIT, 0, 0) != 0);
	woken = 0;
	while (woken == 0) {
		woken = SYS(futex, one, FUTEX_WAKE, 1);
		SYS(sched_yield);
	}
	is(reap(1), 1, "a wake in the same mapping reaches its waiter");
	SYS(munmap, one, PAGE);
	SYS(munmap, other, PAGE);
	SYS(close, fd);
}

/*
 * A shared futex is found by its page, so that an unreadable word is an error;
 * a private one is found by its address alone.
 */
static void nowhere(void)
{
	uint32_t *none = (uint32_t *)pages_with(2, PROT_NONE, MAP_SHARED);
	uint32_t *gone = &none[PAGE / 4];
	uint32_t *word = &shared->a;
	uint32_t *fresh = (uint32_t *)pages(2);

	SYS(munmap, gone, PAGE);
	is(SYS(futex, gone, FUTEX_WAKE, 1), -EFAULT,
	   "a shared wake of an unmapped word is refused");
	is(SYS(futex, none, FUTEX_WAKE, 1), -EFAULT,
	   "a shared wake of a PROT_NONE word is refused");
	is(SYS(futex, none, FUTEX_WAIT, 0, 0), -EFAULT,
	   "a wait on a PROT_NONE word is refused");
	is(SYS(futex, gone, FUTEX_REQUEUE, 1, 1, word), -EFAULT,
	   "a requeue from an unmapped word is refused");
	is(SYS(futex, word, FUTEX_REQUEUE, 1, 1, gone), -EFAULT,
	   "a requeue to an unmapped word is refused");
	is(SYS(futex, word, FUTEX_REQUEUE, 1, 1, none), -EFAULT,
	   "a requeue to a PROT_NONE word is refused");
	is(SYS(futex, gone, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 1, 1, word,
	       0),
	   -EFAULT, "FUTEX_CMP_REQUEUE that cannot read the value is refused");
	is(SYS(futex, fresh, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 1, 1, word,
	       1),
	   -EAGAIN, "the value in a page never touched is not 1: refused");
	is(SYS(futex, fresh + PAGE / 4, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG,
	       1, 1, word, 0),
	   0, "that value is 0: accepted, and nobody waits");
	is(SYS(futex, gone, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1), 0,
	   "a private wake of an unmapped word needs its address only");
	SYS(munmap, none, PAGE);
	SYS(munmap, fresh, 2 * PAGE);
}

/* A page of a mapping behind its file's end has no memory: -EFAULT. */
static void behind_the_end(void)
{
	const char *path = scratch("short");
	int fd = make_file(path, 100);
	uint32_t *map = (uint32_t *)SYS(mmap2, 0, 2 * PAGE,
					PROT_READ | PROT_WRITE, MAP_SHARED, fd,
					0);

	is(SYS(futex, map, FUTEX_WAKE, 1), 0,
	   "a wake of a word in a file's mapping");
	is(SYS(futex, &map[PAGE / 4], FUTEX_WAKE, 1), -EFAULT,
	   "a wake of a word behind the file's end is refused");
	SYS(munmap, map, 2 * PAGE);
	SYS(close, fd);
	SYS(unlink, path);
	remove_scratch();
}

static int64_t now_ns(void)
{
	struct old_timespec32 now;

	SYS(clock_gettime, CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static void giving_up(void)
{
	struct old_timespec32 ms = { 0, 1000000 }, bad = { 0, 1000000000 };
	struct old_timespec32 past = { 0, 0 };
	int64_t start = now_ns();

	is(SYS(futex, &shared->a, FUTEX_WAIT, 0, &ms), -ETIMEDOUT,
	   "a wait of a millisecond times out");
	ok(now_ns() - start >= ms.tv_nsec, "it took a millisecond at least");
	is(SYS(futex, &shared->a, FUTEX_WAIT_BITSET, 0, &past, 0, 1),
	   -ETIMEDOUT, "a deadline in the past times out at once");
	is(SYS(futex, &shared->a, FUTEX_WAIT, 0, &bad), -EINVAL,
	   "a time with 1000000000 nanoseconds is refused");
	is(SYS(futex, &shared->a, FUTEX_WAIT, 0, 4), -EFAULT,
	   "a time at an unmapped address is refused");
	is(SYS(futex, 8, FUTEX_WAIT, 0, 0), -EFAULT,
	   "a wait on a word at an unmapped address is refused");
	is(SYS(futex, &shared->a, 77, 0, 0), -ENOSYS,
	   "an unknown operation is refused");
}

/* After fork, private memory is another word at the same address. */
static void private(void)
{
	static uint32_t word;
	struct old_timespec32 ms = { 0, 5000000 };
	pid_t pid = fork();

	if (pid == 0)
		_exit(SYS(futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0,
			  &ms) != -ETIMEDOUT);
	is(SYS(futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1), 0,
	   "a private wake in the parent finds no waiter");
	is(reap(1), 1, "the child, which waits on its own copy, times out");
}

int main(void)
{
	shared = (void *)pages_with(1, 3, 0x21); /* shared, anonymous */
	waking();
	moving();
	bitsets();
	giving_up();
	private();
	strangers();
	nowhere();
	behind_the_end();
	return done();
}
