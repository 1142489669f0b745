/*
 * Locks that lend priority (FUTEX_LOCK_PI and its family), and FUTEX_WAKE_OP.
 *
 * Threads share the word `lock`; its owner writes its own thread number there.
 */
#include <uapi/futex.h>
#include <uapi/resource.h>
#include <uapi/time.h>
#include "check.h"
#include "threads.h"

static volatile uint32_t lock, other, go;
static volatile int32_t results[8];
static volatile int order[8], nr_order;

static uint32_t tid(void)
{
	return (uint32_t)linux_syscall(__NR_gettid);
}

static int32_t pi(int op, void *time)
{
	return SYS(futex, &lock, op | FUTEX_PRIVATE_FLAG, 0, time, 0, 0);
}

static void wait_until(volatile uint32_t *word, uint32_t bits)
{
	while ((*word & bits) != bits)
		sleep_ms(1);
}

/* ---- one thread -------------------------------------------------- */

static void alone(void)
{
	struct old_timespec32 past = { 0, 0 };

	lock = 0;
	is(pi(FUTEX_LOCK_PI, 0), 0, "FUTEX_LOCK_PI of a free lock");
	ok(lock == tid(), "the word contains the caller's number");
	is(pi(FUTEX_LOCK_PI, 0), -EDEADLK,
	   "FUTEX_LOCK_PI by the owner is refused");
	is(pi(FUTEX_TRYLOCK_PI, 0), -EDEADLK,
	   "FUTEX_TRYLOCK_PI by the owner is refused");
	is(pi(FUTEX_UNLOCK_PI, 0), 0, "FUTEX_UNLOCK_PI by the owner");
	is((int32_t)lock, 0, "the word is zero: the lock is free");
	is(pi(FUTEX_UNLOCK_PI, 0), -EPERM,
	   "FUTEX_UNLOCK_PI by a thread that is not the owner is refused");
	is(pi(FUTEX_TRYLOCK_PI, 0), 0, "FUTEX_TRYLOCK_PI of a free lock");
	lock = 3999999; /* nobody's number */
	is(pi(FUTEX_LOCK_PI, 0), -ESRCH,
	   "an owner that does not exist is refused");
	lock = FUTEX_OWNER_DIED;
	is(pi(FUTEX_LOCK_PI, 0), 0, "FUTEX_LOCK_PI of a lock whose owner died");
	ok(lock == (tid() | FUTEX_OWNER_DIED),
	   "the word keeps FUTEX_OWNER_DIED for the new owner");
	lock = 0;
	is(pi(FUTEX_LOCK_PI, &past), 0,
	   "FUTEX_LOCK_PI of a free lock with a deadline in the past");
	is(SYS(futex, 1, FUTEX_LOCK_PI, 0, 0, 0, 0), -EINVAL,
	   "a word that is not aligned is refused");
	is(SYS(futex, 8, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, 0, 0, 0),
	   -EFAULT, "a word at an unmapped address is refused");
	lock = 0;
}

/* ---- several ----------------------------------------------------- */

static volatile int count;

static void work(void *arg)
{
	(void)arg;
	for (int i = 0; i < 300; i++) {
		while (lock != 0 ||
		       !__sync_bool_compare_and_swap(&lock, 0, tid()))
			if (pi(FUTEX_LOCK_PI, 0) == 0)
				break;
		int seen = count;
		if (i % 16 == 0)
			SYS(sched_yield);
		count = seen + 1;
		if (!__sync_bool_compare_and_swap(&lock, tid(), 0))
			pi(FUTEX_UNLOCK_PI, 0);
	}
}

static void several(void)
{
	struct thread threads[4];

	for (int i = 0; i < 4; i++)
		run_thread(&threads[i], work, 0, 0);
	for (int i = 0; i < 4; i++)
		join_thread(&threads[i]);
	is(count, 4 * 300, "four threads count under the lock: the sum");
	is((int32_t)(lock & FUTEX_TID_MASK), 0, "the lock is free after that");
	lock = 0;
}

static void locker(void *arg)
{
	int i = (int)(uintptr_t)arg;

	results[i] = pi(FUTEX_LOCK_PI, 0);
	order[nr_order++] = i;
	results[i + 4] = lock & FUTEX_OWNER_DIED ? 1 : 0;
	if (results[i] == 0)
		pi(FUTEX_UNLOCK_PI, 0);
}

static void handed_over(void)
{
	struct thread threads[2];

	pi(FUTEX_LOCK_PI, 0);
	run_thread(&threads[0], locker, (void *)0, 0);
	wait_until(&lock, FUTEX_WAITERS);
	ok(lock == (tid() | FUTEX_WAITERS),
	   "a waiter sets FUTEX_WAITERS in the word");
	run_thread(&threads[1], locker, (void *)1, 0);
	sleep_ms(20);
	is(pi(FUTEX_UNLOCK_PI, 0), 0, "FUTEX_UNLOCK_PI with two waiters");
	join_thread(&threads[0]);
	join_thread(&threads[1]);
	ok(results[0] == 0 && results[1] == 0, "both waiters got the lock");
	ok(order[0] == 0 && order[1] == 1,
	   "they got it in the order of their calls");
	lock = 0;
}

static void holder(void *arg)
{
	(void)arg;
	pi(FUTEX_LOCK_PI, 0);
	go = 1;
	while (go != 2)
		sleep_ms(1);
	/* The thread exits without unlocking. */
}

static void timed_out(void)
{
	struct old_timespec32 soon;
	struct thread thread;
	int32_t err;

	go = 0;
	run_thread(&thread, holder, 0, 0);
	wait_until(&go, 1);
	is(pi(FUTEX_TRYLOCK_PI, 0), -EAGAIN,
	   "FUTEX_TRYLOCK_PI of another thread's lock is refused");
	is(pi(FUTEX_UNLOCK_PI, 0), -EPERM,
	   "FUTEX_UNLOCK_PI of another thread's lock is refused");
	SYS(clock_gettime, CLOCK_REALTIME, &soon);
	soon.tv_nsec += 30000000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	is(pi(FUTEX_LOCK_PI, &soon), -ETIMEDOUT,
	   "FUTEX_LOCK_PI with a deadline times out");
	is(SYS(futex, &lock, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1), 0,
	   "FUTEX_WAKE after that finds no waiter");
	/* The owner ends while somebody waits. */
	results[0] = results[4] = -1;
	struct thread waiter;
	run_thread(&waiter, locker, (void *)0, 0);
	wait_until(&lock, FUTEX_WAITERS);
	sleep_ms(10);
	go = 2;
	join_thread(&thread);
	join_thread(&waiter);
	err = results[0];
	is(err, 0,
	   "the owner exits without unlocking: the waiter gets the lock");
	is(results[4], 1, "the waiter finds FUTEX_OWNER_DIED in the word");
	lock = 0;
}

/* It ends without unlocking, as soon as it has the lock. */
static void keeper(void *arg)
{
	(void)arg;
	results[1] = pi(FUTEX_LOCK_PI, 0);
}

static void heir_ends(void)
{
	struct thread heir, next;

	pi(FUTEX_LOCK_PI, 0);
	results[0] = results[1] = results[4] = -1;
	run_thread(&heir, keeper, 0, 0);
	wait_until(&lock, FUTEX_WAITERS);
	run_thread(&next, locker, (void *)0, 0);
	sleep_ms(20);
	pi(FUTEX_UNLOCK_PI, 0);
	join_thread(&heir);
	join_thread(&next);
	is(results[1], 0, "the first of two waiters gets the lock, and ends");
	is(results[0], 0, "the second one gets it then");
	is(results[4], 1, "it finds FUTEX_OWNER_DIED in the word");
	lock = 0;
}

/* ---- requeueing --------------------------------------------------- */

#define PRIVATE(op) (FUTEX_##op | FUTEX_PRIVATE_FLAG)

static volatile uint32_t cond;

static void cond_waiter(void *arg)
{
	int i = (int)(uintptr_t)arg;

	results[i] = SYS(futex, &cond, PRIVATE(WAIT_REQUEUE_PI), 0, 0, &lock,
			 0);
	results[i + 4] = (lock & FUTEX_TID_MASK) == tid();
	pi(FUTEX_UNLOCK_PI, 0);
}

static void short_waiter(void *arg)
{
	struct old_timespec32 soon;

	(void)arg;
	SYS(clock_gettime, CLOCK_MONOTONIC, &soon);
	soon.tv_nsec += 100000000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	results[0] = SYS(futex, &cond, PRIVATE(WAIT_REQUEUE_PI), 0, &soon,
			 &lock, 0);
}

static void plain_waiter(void *arg)
{
	(void)arg;
	results[0] = SYS(futex, &cond, PRIVATE(WAIT), 0, 0);
}

static int32_t requeue_pi(uint32_t move, volatile uint32_t *to)
{
	return SYS(futex, &cond, PRIVATE(CMP_REQUEUE_PI), 1, move, to, 0);
}

static void requeue_errors(void)
{
	struct old_timespec32 past = { 0, 0 };

	is(SYS(futex, &cond, PRIVATE(WAIT_REQUEUE_PI), 0, 0, &cond, 0), -EINVAL,
	   "FUTEX_WAIT_REQUEUE_PI from a word to itself is refused");
	is(SYS(futex, &cond, PRIVATE(WAIT_REQUEUE_PI), 1, 0, &lock, 0), -EAGAIN,
	   "FUTEX_WAIT_REQUEUE_PI with a wrong value is refused");
	is(SYS(futex, &cond, PRIVATE(WAIT_REQUEUE_PI), 0, &past, &lock, 0),
	   -ETIMEDOUT, "FUTEX_WAIT_REQUEUE_PI until a time in the past");
	is(SYS(futex, &cond, PRIVATE(CMP_REQUEUE_PI), 2, 0, &lock, 0), -EINVAL,
	   "FUTEX_CMP_REQUEUE_PI that is to wake two is refused");
	is(SYS(futex, &cond, PRIVATE(CMP_REQUEUE_PI), 1, 0, &lock, 1), -EAGAIN,
	   "FUTEX_CMP_REQUEUE_PI with a wrong value is refused");
	is(requeue_pi(0, &cond), -EINVAL,
	   "FUTEX_CMP_REQUEUE_PI from a word to itself is refused");
	is(requeue_pi(1, &lock), 0, "FUTEX_CMP_REQUEUE_PI of nobody");
}

static void requeued(void)
{
	struct thread threads[3];

	for (int i = 0; i < 3; i++)
		run_thread(&threads[i], cond_waiter, (void *)(uintptr_t)i, 0);
	sleep_ms(20);
	is(SYS(futex, &cond, PRIVATE(WAKE), 1), -EINVAL,
	   "FUTEX_WAKE of one that waits in FUTEX_WAIT_REQUEUE_PI is refused");
	is(SYS(futex, &cond, PRIVATE(REQUEUE), 1, 1, &other), -EINVAL,
	   "FUTEX_REQUEUE of it is refused");
	is(requeue_pi(1, &other), -EINVAL,
	   "FUTEX_CMP_REQUEUE_PI to another lock is refused");
	pi(FUTEX_LOCK_PI, 0);
	is(requeue_pi(1, &lock), 2,
	   "FUTEX_CMP_REQUEUE_PI of two waiters to the caller's lock");
	ok(lock == (tid() | FUTEX_WAITERS), "the lock has FUTEX_WAITERS");
	is(pi(FUTEX_UNLOCK_PI, 0), 0, "FUTEX_UNLOCK_PI");
	join_thread(&threads[0]);
	join_thread(&threads[1]);
	ok(results[0] == 0 && results[1] == 0, "both waits returned 0");
	ok(results[4] && results[5], "both had the lock then");
	is(requeue_pi(1, &lock), 1,
	   "FUTEX_CMP_REQUEUE_PI of one to a free lock");
	join_thread(&threads[2]);
	ok(results[2] == 0 && results[6], "its wait returned 0, with the lock");
	is((int32_t)lock, 0, "the lock is free");
}

static void requeued_otherwise(void)
{
	struct thread thread;

	pi(FUTEX_LOCK_PI, 0);
	run_thread(&thread, short_waiter, 0, 0);
	sleep_ms(20);
	is(requeue_pi(0, &lock), 1, "FUTEX_CMP_REQUEUE_PI of one with a limit");
	join_thread(&thread);
	is(results[0], -ETIMEDOUT, "it waits for the lock until its limit");
	pi(FUTEX_UNLOCK_PI, 0);
	run_thread(&thread, plain_waiter, 0, 0);
	sleep_ms(20);
	is(requeue_pi(0, &lock), -EINVAL,
	   "FUTEX_CMP_REQUEUE_PI of one in FUTEX_WAIT is refused");
	SYS(futex, &cond, PRIVATE(WAKE), 1);
	join_thread(&thread);
	is(results[0], 0, "it can be woken");
	lock = 0;
}

/* ---- lending ----------------------------------------------------- */

static volatile uint32_t spun;

static void light(void *arg)
{
	(void)arg;
	SYS(setpriority, PRIO_PROCESS, 0, 19);
	pi(FUTEX_LOCK_PI, 0);
	go = 1;
	/* 100 ms of its own CPU time. */
	struct old_timespec32 start, now;
	SYS(clock_gettime, CLOCK_THREAD_CPUTIME_ID, &start);
	do {
		run_for_a_while();
		SYS(clock_gettime, CLOCK_THREAD_CPUTIME_ID, &now);
	} while ((now.tv_sec - start.tv_sec) * 1000 +
			 (now.tv_nsec - start.tv_nsec) / 1000000 <
		 100);
	pi(FUTEX_UNLOCK_PI, 0);
}

static void spin(void *arg)
{
	(void)arg;
	while (!spun)
		run_for_a_while();
}

static void lending(void)
{
	struct thread owner, spinner;
	bool ours = SYS(access, "/proc/audit", 0) == 0;
	uint32_t start;

	go = spun = 0;
	lock = 0;
	run_thread(&owner, light, 0, 0);
	wait_until(&go, 1);
	run_thread(&spinner, spin, 0, 0);
	start = uptime_ms();
	is(pi(FUTEX_LOCK_PI, 0), 0,
	   "the lock of a nice 19 thread, beside one that spins");
	/* Linux lends priorities of real-time classes, and no share. */
	ok(uptime_ms() - start < 2000 || !ours,
	   "the waiter lends the owner its priority: it took no 2 s");
	spun = 1;
	pi(FUTEX_UNLOCK_PI, 0);
	join_thread(&owner);
	join_thread(&spinner);
}

/* ---- FUTEX_WAKE_OP ----------------------------------------------- */

static void sleeper(void *word)
{
	results[1] = SYS(futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, 0);
}

static int32_t wake_op(uint32_t op, uint32_t oparg, uint32_t cmp, uint32_t arg)
{
	return SYS(futex, &lock, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 1, 1,
		   &other,
		   op << 28 | cmp << 24 | (oparg & 0xfff) << 12 |
			   (arg & 0xfff));
}

static void wake_ops(void)
{
	struct thread thread;

	lock = 0;
	other = 5;
	is(wake_op(FUTEX_OP_SET, 7, FUTEX_OP_CMP_EQ, 5), 0,
	   "FUTEX_WAKE_OP wakes nobody where nobody waits");
	is((int32_t)other, 7, "FUTEX_OP_SET stores the argument");
	wake_op(FUTEX_OP_ADD, (uint32_t)-3, FUTEX_OP_CMP_EQ, 0);
	is((int32_t)other, 4, "FUTEX_OP_ADD adds a negative argument");
	wake_op(FUTEX_OP_OR | 8, 5, FUTEX_OP_CMP_EQ, 0);
	is((int32_t)other, 36,
	   "FUTEX_OP_OR with a shift sets the bit of that number");
	wake_op(FUTEX_OP_ANDN, 4, FUTEX_OP_CMP_EQ, 0);
	is((int32_t)other, 32, "FUTEX_OP_ANDN clears the bits");
	wake_op(FUTEX_OP_XOR, 33, FUTEX_OP_CMP_EQ, 0);
	is((int32_t)other, 1, "FUTEX_OP_XOR inverts the bits");
	is(wake_op(7, 0, 0, 0), -ENOSYS, "an unknown operation is refused");
	is(wake_op(FUTEX_OP_ADD, 0, 9, 0), -ENOSYS,
	   "an unknown comparison is refused");
	run_thread(&thread, sleeper, (void *)&lock, 0);
	sleep_ms(20);
	is(wake_op(FUTEX_OP_SET, 0, FUTEX_OP_CMP_GT, 100), 1,
	   "FUTEX_WAKE_OP wakes a waiter of the first word");
	join_thread(&thread);
	run_thread(&thread, sleeper, (void *)&other, 0);
	sleep_ms(20);
	is(wake_op(FUTEX_OP_SET, 1, FUTEX_OP_CMP_NE, 0), 0,
	   "it wakes none of the second word if the comparison fails");
	other = 0;
	is(wake_op(FUTEX_OP_SET, 1, FUTEX_OP_CMP_LE, 0), 1,
	   "it wakes one of the second word if the comparison holds");
	join_thread(&thread);
	is(results[1], 0, "that waiter's wait returned 0");
}

int main(void)
{
	alone();
	several();
	handed_over();
	timed_out();
	heir_ends();
	requeue_errors();
	requeued();
	requeued_otherwise();
	lending();
	wake_ops();
	return done();
}
