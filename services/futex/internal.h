/*
 * services/futex/internal.h - the table of sleepers, as the files of this folder
 * see it.
 */
#ifndef SERVICES_FUTEX_INTERNAL_H
#define SERVICES_FUTEX_INTERNAL_H

#include <services/futex/futex.h>
#include <spinlock.h>
#include <sys/queue.h>

struct futex_key {
	const void *object; /* mm, inode or shmem; compared, never used */
	u64 offset;         /* of the word: address, or byte in the object */
};

/* On the sleeper's stack; or several, of one who waits for several words. */
struct futex_waiter {
	struct futex_key key; /* bucket lock */
	struct task_struct *task;
	u32 bitset;
	u32 bucket;                     /* changed under both buckets' locks */
	bool woken;                     /* bucket lock */
	bool pi;                        /* constant: of a lock; see pi.c */
	TAILQ_ENTRY(futex_waiter) link; /* bucket lock */
};

TAILQ_HEAD(waiter_list, futex_waiter);

struct bucket {
	spinlock_t lock;
	bool ready;                 /* waiters was initialised */
	struct waiter_list waiters; /* lock */
};

/*
 * The key of the word at va: 0, or -EINVAL, -EFAULT of what is no futex. private:
 * the program says that nobody else maps it.
 */
int __must_check futex_get_key(uaddr_t va, bool private, struct futex_key *key);
bool futex_same_key(const struct futex_key *a, const struct futex_key *b);
/* The number of the bucket that a key's sleepers are in; and lock it. */
u32 futex_bucket(const struct futex_key *key);
struct bucket *futex_lock_bucket(u32 i);
/* w->key is set: into its bucket, among real-time tasks by priority. (no lock) */
void futex_queue(struct futex_waiter *w);
/* Leave the queue. True if a wake-up had come for it. (no lock) */
bool futex_unqueue(struct futex_waiter *w);
/* Bucket lock held. The waiter's stack frame may go as soon as that is free. */
void futex_wake_waiter(struct bucket *b, struct futex_waiter *w);

/* ---- wake_op.c --------------------------------------------------- */

/*
 * Changes the word at va2 as code asks, wakes up to nr waiters of va and, if the
 * old value satisfies code's comparison, up to nr2 of va2. Returns how many it
 * woke, -EINVAL or -EFAULT of an address, or -ENOSYS for an unknown code.
 */
s32 futex_wake_op(uaddr_t va, uaddr_t va2, bool private, u32 nr, u32 nr2,
		  u32 code);

/* ---- pi.c -------------------------------------------------------- */

/*
 * Take the lock at va, or wait for it until ktime_ns() is `until`. 0, -EDEADLK,
 * -ESRCH: its owner is nobody, -ETIMEDOUT, -ERESTARTNOINTR, or of the word.
 */
s32 futex_lock_pi(uaddr_t va, bool private, u64 until);
/* The same without waiting: -EAGAIN, another one has it. */
s32 futex_trylock_pi(uaddr_t va, bool private);
/* Give it to the waiter that weighs most. -EPERM: it is not the caller's. */
s32 futex_unlock_pi(uaddr_t va, bool private);
/* The task ends or leaves its mm: who waits for its locks looks again. */
void exit_pi_waiters(struct task_struct *task);

#endif
