/*
 * services/files/locks.c - the advisory locks on ranges of files, and the tasks
 * that wait for one.
 *
 * An owner has at most one lock on each position, shared or exclusive. A new
 * lock replaces the owner's old ones in its range, which may split an old lock
 * in two. locks_lock guards the locks of all files; it is held for one walk
 * through one file's list. A waiting task tries again whenever any lock is
 * released.
 */
#include <fs/fs.h>
#include <sched.h>
#include <services/files/files.h>
#include <services/files/locks.h>

static struct rw_semaphore locks_lock = {
	.lock = SPINLOCK_INIT,
	.wait = WAIT_QUEUE_INIT(locks_lock.wait),
};

/* clang-format off */
/* locks_lock; the newest is first */
static LIST_HEAD(, file_lock) all_locks = LIST_HEAD_INITIALIZER(all_locks);
/* clang-format on */

/*
 * Counts releases, so that a waiter sees one that it slept through. locks_lock
 */
static u32 nr_unlocked;
static struct wait_queue_head unlocked = WAIT_QUEUE_INIT(unlocked);

/* On the stack of a waiting task: which owner it waits for. locks_lock */
struct waiter {
	LIST_ENTRY(waiter) link;
	const void *owner, *holder;
};

/* clang-format off */
static LIST_HEAD(, waiter) waiters = LIST_HEAD_INITIALIZER(waiters);
/* clang-format on */

/* ---- searching; hold locks_lock ---------------------------------- */

/* Both ends are inclusive. */
static bool overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

/*
 * Whether the lock of another owner excludes want: at least one of the two is
 * exclusive.
 */
static bool in_the_way(const struct file_lock *lock,
		       const struct file_lock *want)
{
	return lock->kind == want->kind && lock->owner != want->owner &&
		(lock->exclusive || want->exclusive) && overlap(lock, want);
}

/* The conflicting lock with the lowest start, which F_GETLK must report. */
static struct file_lock *first_in_the_way(struct inode *inode,
					  const struct file_lock *want)
{
	struct file_lock *lock, *first = NULL;

	LIST_FOREACH(lock, &inode->i_locks, link) {
		if (in_the_way(lock, want) &&
		    (!first || lock->start < first->start))
			first = lock;
		/*
		 * Programs choose the length of this list. locks_lock is a
		 * semaphore, so giving way is allowed.
		 */
		cond_resched();
	}
	return first;
}

#define MAX_CHAIN 10 /* waiters that are followed, as in Linux */

/*
 * Whether holder waits, perhaps through other owners, for owner. A longer chain
 * than MAX_CHAIN is taken for none, as in Linux.
 */
static bool would_deadlock(const void *owner, const void *holder)
{
	const struct waiter *waiter;

	for (u32 n = 0; n < MAX_CHAIN; n++) {
		if (holder == owner)
			return true;
		LIST_FOREACH(waiter, &waiters, link)
			if (waiter->owner == holder)
				break;
		if (!waiter)
			return false;
		holder = waiter->holder;
	}
	return false;
}

/* ---- changing; hold locks_lock for writing ----------------------- */

static void remove_lock(struct file_lock *lock)
{
	LIST_REMOVE(lock, link);
	LIST_REMOVE(lock, all);
	kfree(lock);
}

/*
 * Takes the range of `cut` away from lock, with which it overlaps. If lock is
 * split, *spare becomes the second part and NULL.
 */
static void cut_out(struct file_lock *lock, const struct file_lock *cut,
		    struct file_lock **spare)
{
	if (lock->start >= cut->start && lock->end <= cut->end) {
		remove_lock(lock);
	} else if (lock->start >= cut->start) {
		lock->start = cut->end + 1;
	} else if (lock->end <= cut->end) {
		lock->end = cut->start - 1;
	} else {
		/*
		 * The spare was allocated before locks_lock was taken: an
		 * allocation here could fail halfway through the change.
		 */
		**spare = *lock;
		(*spare)->start = cut->end + 1;
		lock->end = cut->start - 1;
		LIST_INSERT_AFTER(lock, *spare, link);
		LIST_INSERT_AFTER(lock, *spare, all);
		*spare = NULL;
	}
}

/*
 * Merges lock into new if both are of one type and touch or overlap. Returns
 * whether lock is gone.
 */
static bool absorb(struct file_lock *new, struct file_lock *lock)
{
	/* LOCK_END + 1 is no position, hence the two extra tests. */
	if (lock->exclusive != new->exclusive ||
	    (lock->end != LOCK_END && lock->end + 1 < new->start) ||
	    (new->end != LOCK_END &&new->end + 1 < lock->start))
		return false;
	new->start = min(new->start, lock->start);
	new->end = max(new->end, lock->end);
	remove_lock(lock);
	return true;
}

/*
 * Takes cut's range away from its owner's locks and, unless new is NULL, adds
 * new for it. One spare is enough: only one lock of an owner can contain the
 * range with something left on both sides.
 */
static void change_locks(struct inode *inode, const struct file_lock *cut,
			 struct file_lock *new, struct file_lock **spare)
{
	struct file_lock *lock, *next;

	LIST_FOREACH_SAFE(lock, &inode->i_locks, link, next) {
		if (lock->kind != cut->kind || lock->owner != cut->owner)
			continue;
		if (new &&absorb(new, lock))
			continue;
		if (overlap(lock, cut))
			cut_out(lock, cut, spare);
		cond_resched();
	}
	if (new) {
		new->inode = inode;
		LIST_INSERT_HEAD(&inode->i_locks, new, link);
		LIST_INSERT_HEAD(&all_locks, new, all);
	}
	/*
	 * Even when a lock is added: it may have replaced an exclusive one by a
	 * shared one.
	 */
	nr_unlocked++;
	wake_up(&unlocked);
}

/* ---- waiting ----------------------------------------------------- */

/*
 * Puts waiter on the list of waiters. Returns 0; -EAGAIN if the caller does not
 * want to wait; -EDEADLK. Hold locks_lock.
 */
static int begin_to_wait(struct waiter *waiter, const struct file_lock *want,
			 const struct file_lock *lock, bool wait)
{
	if (!wait)
		return -EAGAIN;
	*waiter = (struct waiter){ .owner = want->owner,
				   .holder = lock->owner };
	/*
	 * Only locks of processes: an open file can be shared by processes, so
	 * waiting for one proves no cycle.
	 */
	if (want->kind == LOCK_RECORD && want->pid >= 0 &&
	    would_deadlock(want->owner, lock->owner))
		return -EDEADLK;
	LIST_INSERT_HEAD(&waiters, waiter, link);
	return 0;
}

/*
 * Sleeps without locks_lock until a lock is released after `seen` was read.
 * Returns 0 or -ERESTARTSYS with the lock held again.
 */
static int wait_for_unlock(struct waiter *waiter, u32 seen)
{
	int err;

	up_write(&locks_lock);
	err = wait_event_interruptible(&unlocked,
				       READ_ONCE(nr_unlocked) != seen);
	down_write(&locks_lock);
	/* Also after a signal: waiter is on this task's stack. */
	LIST_REMOVE(waiter, link);
	return err;
}

/*
 * Returns 0 when no lock conflicts with want, else begin_to_wait's error or
 * -ERESTARTSYS. Hold locks_lock, which is released while it sleeps.
 */
static int wait_for_range(struct inode *inode, const struct file_lock *want,
			  bool wait)
{
	const struct file_lock *lock;
	struct waiter waiter;
	int err = 0;

	/*
	 * Searches anew after each sleep: the lock it waited for may be freed.
	 */
	while (!err && (lock = first_in_the_way(inode, want))) {
		err = begin_to_wait(&waiter, want, lock, wait);
		if (!err)
			err = wait_for_unlock(&waiter, nr_unlocked);
	}
	return err;
}

/* ---- the interface ----------------------------------------------- */

/*
 * Locks count as names: a program could otherwise fill the memory with them.
 * NULL: no memory.
 */
static struct file_lock *alloc_lock(const struct file_lock *from)
{
	struct file_lock *lock = limit_names() ?
		NULL :
		kmalloc(sizeof(*lock), GFP_KERNEL);

	if (lock)
		*lock = *from;
	return lock;
}

int lock_range(struct inode *inode, const struct file_lock *want, bool wait)
{
	struct file_lock *new = alloc_lock(want), *spare = alloc_lock(want);
	/* Two are needed if an old lock is split around the new one. */
	int err = new &&spare ? 0 : -ENOLCK;

	down_write(&locks_lock);
	if (!err)
		err = wait_for_range(inode, want, wait);
	if (!err) {
		change_locks(inode, want, new, &spare);
		new = NULL;
	}
	up_write(&locks_lock);
	kfree(new);
	kfree(spare);
	return err;
}

int unlock_range(struct inode *inode, const struct file_lock *what)
{
	struct file_lock *spare;

	/* No lock to release, so a full memory must not fail the call. */
	if (LIST_EMPTY(&inode->i_locks))
		return 0;
	spare = alloc_lock(what);
	if (!spare)
		return -ENOLCK;
	down_write(&locks_lock);
	change_locks(inode, what, NULL, &spare);
	up_write(&locks_lock);
	kfree(spare);
	return 0;
}

bool find_lock(struct inode *inode, const struct file_lock *want,
	       struct file_lock *found)
{
	const struct file_lock *lock;

	down_write(&locks_lock);
	lock = first_in_the_way(inode, want);
	if (lock)
		/*
		 * A copy: the lock may be freed as soon as locks_lock is
		 * released.
		 */
		*found = *lock;
	up_write(&locks_lock);
	return lock;
}

u32 get_locks(u32 first, struct lock_facts *facts, u32 n)
{
	const struct file_lock *lock;
	u32 number = 0, copied = 0;

	down_write(&locks_lock);
	LIST_FOREACH(lock, &all_locks, all) {
		cond_resched(); /* as in first_in_the_way() */
		if (number++ < first)
			continue;
		if (copied == n)
			break;
		/* A lock keeps its inode: the file's end releases it. */
		facts[copied++] = (struct lock_facts){ *lock,
						       lock->inode->i_dev,
						       lock->inode->i_ino };
	}
	up_write(&locks_lock);
	return copied;
}

void forget_locks(struct inode *inode, const void *owner)
{
	struct file_lock *lock, *next;

	down_write(&locks_lock);
	LIST_FOREACH_SAFE(lock, &inode->i_locks, link, next)
		if (lock->owner == owner)
			remove_lock(lock);
	/*
	 * The waiters search again, whichever file they wait for: one queue
	 * serves all, as waiting is rare.
	 */
	nr_unlocked++;
	wake_up(&unlocked);
	up_write(&locks_lock);
}
