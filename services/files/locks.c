/*
 * services/files/locks.c - who holds which part of a file, and who waits for it.
 *
 * An owner holds each position once, shared or exclusive; what he takes again
 * changes, so that a lock may fall into two. One lock, locks_lock, is for all
 * files: it is held for a look through one file's list. Who must wait, tries
 * again whenever some lock has gone.
 */
#include <fs/fs.h>
#include <sched.h>
#include <services/files/files.h>
#include <services/files/locks.h>

static struct rw_semaphore locks_lock = {
	.lock = SPINLOCK_INIT,
	.wait = WAIT_QUEUE_INIT(locks_lock.wait),
};

/* Counts the times that a lock has gone. locks_lock */
static u32 nr_unlocked;
static struct wait_queue_head unlocked = WAIT_QUEUE_INIT(unlocked);

/* One who waits for a record lock, and for whom. locks_lock */
struct waiter {
	LIST_ENTRY(waiter) link;
	const void *owner, *holder;
};

/* clang-format off */
static LIST_HEAD(, waiter) waiters = LIST_HEAD_INITIALIZER(waiters);
/* clang-format on */

/* ---- looking; locks_lock held ------------------------------------ */

static bool overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static bool in_the_way(const struct file_lock *lock,
		       const struct file_lock *want)
{
	return lock->kind == want->kind && lock->owner != want->owner &&
		(lock->exclusive || want->exclusive) && overlap(lock, want);
}

static struct file_lock *first_in_the_way(struct inode *inode,
					  const struct file_lock *want)
{
	struct file_lock *lock, *first = NULL;

	LIST_FOREACH(lock, &inode->i_locks, link) {
		if (in_the_way(lock, want) &&
		    (!first || lock->start < first->start))
			first = lock;
		cond_resched();
	}
	return first;
}

#define MAX_CHAIN 10 /* of those who wait for each other, as in Linux */

/* Does holder wait for somebody who waits ... for owner? */
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

/* ---- changing; locks_lock held ----------------------------------- */

static void remove_lock(struct file_lock *lock)
{
	LIST_REMOVE(lock, link);
	kfree(lock);
}

/* Take what `cut` covers away from lock; *spare is for a second part of it. */
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
		**spare = *lock;
		(*spare)->start = cut->end + 1;
		lock->end = cut->start - 1;
		LIST_INSERT_AFTER(lock, *spare, link);
		*spare = NULL;
	}
}

/* Room beside it that is locked alike becomes part of new. */
static bool absorb(struct file_lock *new, struct file_lock *lock)
{
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
 * The owner's locks without cut's range, or with it: new. *spare: for a lock
 * that falls into two, which happens once.
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
	if (new)
		LIST_INSERT_HEAD(&inode->i_locks, new, link);
	nr_unlocked++;
	wake_up(&unlocked);
}

/* ---- waiting ----------------------------------------------------- */

/* -EAGAIN; or -EDEADLK; or 0, and waiter is in the list. locks_lock held. */
static int begin_to_wait(struct waiter *waiter, const struct file_lock *want,
			 const struct file_lock *lock, bool wait)
{
	if (!wait)
		return -EAGAIN;
	*waiter = (struct waiter){ .owner = want->owner,
				   .holder = lock->owner };
	if (want->kind == LOCK_RECORD && want->pid >= 0 &&
	    would_deadlock(want->owner, lock->owner))
		return -EDEADLK;
	LIST_INSERT_HEAD(&waiters, waiter, link);
	return 0;
}

static int wait_for_unlock(struct waiter *waiter, u32 seen)
{
	int err;

	up_write(&locks_lock);
	err = wait_event_interruptible(&unlocked,
				       READ_ONCE(nr_unlocked) != seen);
	down_write(&locks_lock);
	LIST_REMOVE(waiter, link);
	return err;
}

/* Until nobody is in want's way. locks_lock held, but not while it waits. */
static int wait_for_range(struct inode *inode, const struct file_lock *want,
			  bool wait)
{
	const struct file_lock *lock;
	struct waiter waiter;
	int err = 0;

	while (!err && (lock = first_in_the_way(inode, want))) {
		err = begin_to_wait(&waiter, want, lock, wait);
		if (!err)
			err = wait_for_unlock(&waiter, nr_unlocked);
	}
	return err;
}

/* ---- the interface ----------------------------------------------- */

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
		*found = *lock;
	up_write(&locks_lock);
	return lock;
}

void forget_locks(struct inode *inode, const void *owner)
{
	struct file_lock *lock, *next;

	down_write(&locks_lock);
	LIST_FOREACH_SAFE(lock, &inode->i_locks, link, next)
		if (lock->owner == owner)
			remove_lock(lock);
	nr_unlocked++;
	wake_up(&unlocked);
	up_write(&locks_lock);
}
