/*
 * Condition variables whose lock lends priority: FUTEX_WAIT_REQUEUE_PI and
 * FUTEX_CMP_REQUEUE_PI.
 *
 * On Linux the requeue moves a sleeper to the lock's queue. Here it wakes the
 * sleeper, which then takes the lock, or waits for it, by itself: only the task
 * that waits for a lock can lend to its owner (pi.c). A program sees the same,
 * because the sleeper returns to it with the lock only.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/futex/internal.h>
#include <uapi/futex.h>

s32 futex_wait_requeue_pi(uaddr_t va, bool private, u32 expected, u64 until,
			  uaddr_t va2)
{
	struct futex_key lock;
	struct futex_waiter w = { .task = current,
				  .bitset = FUTEX_BITSET_MATCH_ANY,
				  .next_lock = &lock };
	int err = futex_get_key(va, private, &w.key);

	if (!err)
		err = futex_get_key(va2, private, &lock);
	if (!err && futex_same_key(&w.key, &lock))
		err = -EINVAL;
	if (!err)
		err = futex_wait_for(&w, va, expected, until);
	if (err)
		/* The word is compared anew: no time that is left is kept. */
		return err == -ERESTARTSYS ? -ERESTARTNOINTR : err;
	err = futex_lock_pi(va2, private, until);
	/*
	 * The requeue has happened and would be waited for in vain: as on Linux
	 * the program begins anew.
	 */
	return err == -ERESTARTNOINTR ? -EAGAIN : err;
}

/*
 * Wakes up to nr waiters of `from`, in their order, which have asked for `lock`.
 * Returns how many, or -EINVAL at the first that has not.
 */
static s32 send_to_lock(const struct futex_key *from,
			const struct futex_key *lock, u32 nr)
{
	struct bucket *b = futex_lock_bucket(futex_bucket(from));
	struct futex_waiter *w, *next;
	s32 sent = 0;

	TAILQ_FOREACH_SAFE(w, &b->waiters, link, next) {
		if (!futex_same_key(&w->key, from))
			continue;
		if ((u32)sent == nr)
			break;
		if (!w->next_lock || !futex_same_key(w->next_lock, lock)) {
			sent = -EINVAL;
			break;
		}
		futex_wake_waiter(b, w);
		sent++;
	}
	spin_unlock(&b->lock);
	return sent;
}

/*
 * Sets FUTEX_WAITERS in the lock's word if it has an owner, so that the unlock
 * enters the kernel even before the first waiter has run. An error of the word
 * is the waiters' to report.
 */
static void announce_waiters(uaddr_t va)
{
	u32 value, seen;

	if (get_user_u32(&value, va))
		return;
	while (value & FUTEX_TID_MASK && !(value & FUTEX_WAITERS)) {
		if (cmpxchg_user_u32(va, value, value | FUTEX_WAITERS, &seen) ||
		    seen == value)
			return;
		value = seen;
	}
}

s32 futex_cmp_requeue_pi(uaddr_t va, uaddr_t va2, bool private, u32 nr_wake,
			 u32 nr_move, u32 expected)
{
	struct futex_key from, lock;
	int err = nr_wake == 1 && (s32)nr_move >= 0 ? 0 : -EINVAL;
	s32 sent;

	if (!err)
		err = futex_get_key(va, private, &from);
	if (!err)
		err = futex_get_key(va2, private, &lock);
	if (!err && futex_same_key(&from, &lock))
		err = -EINVAL;
	/* Before the bucket's lock, for the reason in futex_requeue(). */
	if (!err)
		err = futex_compare(va, expected);
	if (err)
		return err;
	sent = send_to_lock(&from, &lock, nr_wake + nr_move);
	if (sent > 0)
		announce_waiters(va2);
	return sent;
}
