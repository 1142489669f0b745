/*
 * Locks that lend priority (FUTEX_LOCK_PI and its family), and FUTEX_WAKE_OP.
 *
 * Threads share `lock`; who has it writes its own number there.
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
	is(pi(FUTEX_LOCK_PI, 0), 0, "a free lock");
	ok(lock == tid(), "is the caller's");
	is(pi(FUTEX_LOCK_PI, 0), -EDEADLK, "not twice");
	is(pi(FUTEX_TRYLOCK_PI, 0), -EDEADLK, "nor by trying");
	is(pi(FUTEX_UNLOCK_PI, 0), 0, "given up");
	is((int32_t)lock, 0, "it is free");
	is(pi(FUTEX_UNLOCK_PI, 0), -EPERM, "not by who has it not");
	is(pi(FUTEX_TRYLOCK_PI, 0), 0, "tried");
	lock = 3999999; /* nobody's number */
	is(pi(FUTEX_LOCK_PI, 0), -ESRCH, "an owner that there is not");
	lock = FUTEX_OWNER_DIED;
	is(pi(FUTEX_LOCK_PI, 0), 0, "one whose owner died");
	ok(lock == (tid() | FUTEX_OWNER_DIED), "which the next one learns");
	lock = 0;
	is(pi(FUTEX_LOCK_PI, &past), 0, "a free lock needs no time");
	is(SYS(futex, 1, FUTEX_LOCK_PI, 0, 0, 0, 0), -EINVAL, "not a word");
	is(SYS(futex, 8, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, 0, 0, 0),
	   -EFAULT, "no memory");
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
	is(count, 4 * 300, "four threads exclude each other");
	is((int32_t)(lock & FUTEX_TID_MASK), 0, "and leave the lock free");
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
	ok(lock == (tid() | FUTEX_WAITERS), "who waits says so in the word");
	run_thread(&threads[1], locker, (void *)1, 0);
	sleep_ms(20);
	is(pi(FUTEX_UNLOCK_PI, 0), 0, "given up");
	join_thread(&threads[0]);
	join_thread(&threads[1]);
	ok(results[0] == 0 && results[1] == 0, "both got it");
	ok(order[0] == 0 && order[1] == 1, "in their order");
	lock = 0;
}

static void holder(void *arg)
{
	(void)arg;
	pi(FUTEX_LOCK_PI, 0);
	go = 1;
	while (go != 2)
		sleep_ms(1);
	/* It ends without giving the lock up. */
}

static void timed_out(void)
{
	struct old_timespec32 soon;
	struct thread thread;
	int32_t err;

	go = 0;
	run_thread(&thread, holder, 0, 0);
	wait_until(&go, 1);
	is(pi(FUTEX_TRYLOCK_PI, 0), -EAGAIN, "another one has it");
	is(pi(FUTEX_UNLOCK_PI, 0), -EPERM, "and it alone gives it up");
	SYS(clock_gettime, CLOCK_REALTIME, &soon);
	soon.tv_nsec += 30000000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	is(pi(FUTEX_LOCK_PI, &soon), -ETIMEDOUT, "until a time");
	is(SYS(futex, &lock, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1), 0,
	   "nobody waits any more");
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
	is(err, 0, "the owner ends: who waits has the lock");
	is(results[4], 1, "and is told that it died");
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
	do
		SYS(clock_gettime, CLOCK_THREAD_CPUTIME_ID, &now);
	while ((now.tv_sec - start.tv_sec) * 1000 +
		       (now.tv_nsec - start.tv_nsec) / 1000000 <
	       100);
	pi(FUTEX_UNLOCK_PI, 0);
}

static void spin(void *arg)
{
	(void)arg;
	while (!spun)
		;
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
	is(pi(FUTEX_LOCK_PI, 0), 0, "a lock of one with a 68th of the core");
	/* Linux lends priorities of real-time classes, and no share. */
	ok(uptime_ms() - start < 2000 || !ours, "who waits lends it its own");
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
	is(wake_op(FUTEX_OP_SET, 7, FUTEX_OP_CMP_EQ, 5), 0, "nobody waits");
	is((int32_t)other, 7, "set");
	wake_op(FUTEX_OP_ADD, (uint32_t)-3, FUTEX_OP_CMP_EQ, 0);
	is((int32_t)other, 4, "a sum");
	wake_op(FUTEX_OP_OR | 8, 5, FUTEX_OP_CMP_EQ, 0);
	is((int32_t)other, 36, "a bit by its number");
	wake_op(FUTEX_OP_ANDN, 4, FUTEX_OP_CMP_EQ, 0);
	is((int32_t)other, 32, "bits cleared");
	wake_op(FUTEX_OP_XOR, 33, FUTEX_OP_CMP_EQ, 0);
	is((int32_t)other, 1, "bits changed");
	is(wake_op(7, 0, 0, 0), -ENOSYS, "an unknown operation");
	is(wake_op(FUTEX_OP_ADD, 0, 9, 0), -ENOSYS, "an unknown comparison");
	run_thread(&thread, sleeper, (void *)&lock, 0);
	sleep_ms(20);
	is(wake_op(FUTEX_OP_SET, 0, FUTEX_OP_CMP_GT, 100), 1,
	   "one of the first word");
	join_thread(&thread);
	run_thread(&thread, sleeper, (void *)&other, 0);
	sleep_ms(20);
	is(wake_op(FUTEX_OP_SET, 1, FUTEX_OP_CMP_NE, 0), 0,
	   "none of the second, where the comparison fails");
	other = 0;
	is(wake_op(FUTEX_OP_SET, 1, FUTEX_OP_CMP_LE, 0), 1,
	   "and one where it holds");
	join_thread(&thread);
	is(results[1], 0, "it was woken");
}

int main(void)
{
	alone();
	several();
	handed_over();
	timed_out();
	lending();
	wake_ops();
	return done();
}
