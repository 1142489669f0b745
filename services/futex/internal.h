/*
 * services/futex/internal.h - the table of sleepers, for the files of this
 * folder.
 */
#ifndef SERVICES_FUTEX_INTERNAL_H
#define SERVICES_FUTEX_INTERNAL_H

#include <services/futex/futex.h>
#include <spinlock.h>
#include <sys/queue.h>

struct futex_key {
	const void *object; /* compared, never dereferenced: mm, inode or shmem */
	u64 offset; /* address of the word in the mm, or byte in the object */
};

/*
 * One sleeper and the word it waits for; lives in the sleeper's stack frame.
 * futex_waitv has several for one task, from kmalloc.
 */
struct futex_waiter {
	struct futex_key key; /* bucket lock */
	struct task_struct *task;
	u32 bitset;
	u32 bucket; /* changed under both buckets' locks */
	bool woken; /* bucket lock */
	bool pi;    /* constant; true: waits for a lock, see pi.c */
	/* constant; NULL, or the lock that it asks for next: requeue_pi.c */
	const struct futex_key *next_lock;
	TAILQ_ENTRY(futex_waiter) link; /* bucket lock */
};

TAILQ_HEAD(waiter_list, futex_waiter);

struct bucket {
	spinlock_t lock;
	bool ready;                 /* true once waiters is initialised */
	struct waiter_list waiters; /* lock */
};

/*
 * Fills *key for the word at va in the running task's mm. private: the program
 * promises that no other process uses the word, so its VMA need not be looked
 * up. Returns 0, -EINVAL (unaligned) or -EFAULT (no user memory). May sleep.
 */
int __must_check futex_get_key(uaddr_t va, bool private, struct futex_key *key);
/* Returns true if both keys name the same word. */
bool futex_same_key(const struct futex_key *a, const struct futex_key *b);
/*
 * futex_bucket() returns the number of the bucket for key; futex_lock_bucket()
 * locks bucket i and returns it. The caller unlocks it by spin_unlock().
 */
u32 futex_bucket(const struct futex_key *key);
struct bucket *futex_lock_bucket(u32 i);
/*
 * Puts w, whose key is set, into its bucket: real-time tasks by priority before
 * the others, these in the order of arrival. Takes the bucket's lock.
 */
void futex_queue(struct futex_waiter *w);
/*
 * Takes w out of its queue, if no wake-up has done so. Returns true if one had.
 * Takes the bucket's lock. From then on nobody else uses *w.
 */
bool futex_unqueue(struct futex_waiter *w);
/*
 * Takes w out of bucket b and wakes its task. Hold b's lock: *w is in the
 * sleeper's stack frame, which may be gone as soon as the lock is free.
 */
void futex_wake_waiter(struct bucket *b, struct futex_waiter *w);

/*
 * Queues w, whose key is that of the word at va, and sleeps while the word has
 * the expected value. Returns 0 when woken, -EAGAIN if it had another value,
 * -ETIMEDOUT when ktime_ns() has reached `until`, -ERESTARTSYS, or -EFAULT.
 */
int futex_wait_for(struct futex_waiter *w, uaddr_t va, u32 expected, u64 until);
/* Returns 0, -EAGAIN if the word at va has another value, or -EFAULT. */
int futex_compare(uaddr_t va, u32 expected);

/* ---- wake_op.c --------------------------------------------------- */

/*
 * Changes the word at va2 as code asks, wakes up to nr waiters of va and, if
 * the old value satisfies code's comparison, up to nr2 of va2. Returns how many
 * it woke, -EINVAL or -EFAULT of an address, or -ENOSYS for an unknown code.
 * May sleep.
 */
s32 futex_wake_op(uaddr_t va, uaddr_t va2, bool private, u32 nr, u32 nr2,
		  u32 code);

/* ---- pi.c -------------------------------------------------------- */

/*
 * Takes the lock whose word is at va, or waits for it until ktime_ns() reaches
 * `until` (UINT64_MAX: no limit). Returns 0, -EDEADLK if the caller would wait
 * for itself, -ESRCH if the word names no task as owner, -ETIMEDOUT,
 * -ERESTARTNOINTR (a signal), or an error of the word's address. Sleeps.
 */
s32 futex_lock_pi(uaddr_t va, bool private, u64 until);
/* As futex_lock_pi(), but returns -EAGAIN instead of waiting. */
s32 futex_trylock_pi(uaddr_t va, bool private);
/*
 * Gives the lock to the waiter with the largest share, or frees it. Returns 0,
 * or -EPERM if the word does not name the caller as its owner.
 */
s32 futex_unlock_pi(uaddr_t va, bool private);
/*
 * task, the running task, ends or executes another program: wakes all tasks
 * that wait for locks it owns, to look at the word again.
 */
void exit_pi_waiters(struct task_struct *task);

/* ---- requeue_pi.c ------------------------------------------------ */

/*
 * FUTEX_WAIT_REQUEUE_PI: sleeps while the word at va has the expected value,
 * until a requeue to the lock at va2, and takes that lock. Returns 0 with the
 * lock, -EINVAL for the same word twice, or an error of futex_wait_for() or
 * futex_lock_pi(). Sleeps.
 */
s32 futex_wait_requeue_pi(uaddr_t va, bool private, u32 expected, u64 until,
			  uaddr_t va2);
/*
 * FUTEX_CMP_REQUEUE_PI: nr_wake, which must be 1, and nr_move waiters of va take
 * the lock at va2 or wait for it. Returns how many, -EAGAIN if the word at va has
 * another value, or -EINVAL, also for a waiter that has not asked for that lock.
 */
s32 futex_cmp_requeue_pi(uaddr_t va, uaddr_t va2, bool private, u32 nr_wake,
			 u32 nr_move, u32 expected);

#endif
