/*
 * Locks that lend priority: FUTEX_LOCK_PI and its family.
 *
 * The word of such a lock holds its owner's thread number, so the kernel knows
 * for whom a waiter waits. While it waits, the owner has at least the waiter's
 * share of the core. At the unlock the owner writes the number of the waiter
 * with the largest share into the word: no other thread can take the lock in
 * between.
 *
 * A program may write anything into the word. So its value is believed only for
 * the moment: a waiter that wakes reads it again, and either owns the lock or
 * begins anew.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/futex/internal.h>
#include <services/sched/sched.h>
#include <services/time/time.h>
#include <uapi/futex.h>

struct pi_waiter {
	struct futex_waiter futex; /* pi; woken: read the word again */
	bool chosen; /* bucket lock; the owner is writing the word for it */
	bool waited; /* its own: it has been a waiter of this lock */
	/* pi_lock */
	struct task_struct *owner; /* borrower; holds a reference */
	bool owner_left; /* owner has exited or executed a new program */
	LIST_ENTRY(pi_waiter) link;
};

/* Taken inside tasklist_lock. Guards all loans. */
static spinlock_t pi_lock = SPINLOCK_INIT;
static LIST_HEAD(, pi_waiter) pi_waiters; /* pi_lock: all that lend */

/*
 * How far a chain of owners that wait for each other is followed: a longer one
 * may be a circle.
 */
#define CHAIN_MAX 1024
/* Through how many such owners a share is lent on. */
#define LENT_ON   16

/* ---- lending; pi_lock held --------------------------------------- */

/*
 * Returns the largest share that a waiter lends to task, as an inverse weight;
 * UINT32_MAX: none does.
 */
static u32 lent_to(const struct task_struct *task)
{
	const struct pi_waiter *w;
	u32 lent = UINT32_MAX;

	LIST_FOREACH(w, &pi_waiters, link)
		if (w->owner == task)
			lent = min(lent, w->futex.task->inv_weight);
	return lent;
}

/*
 * The loans to task have changed: sets its share, and that of the owner for
 * whose lock task itself waits, and so on.
 */
static void update_share(struct task_struct *task)
{
	for (u32 n = 0; task && n < LENT_ON; n++) {
		sched_lend(task, lent_to(task));
		task = task->pi_wait ? task->pi_wait->owner : NULL;
	}
}

/*
 * Returns true if owner waits, through a chain of locks, for the running task.
 * A chain of CHAIN_MAX counts as a circle.
 */
static bool would_deadlock(const struct task_struct *owner)
{
	for (u32 n = 0; n < CHAIN_MAX; n++) {
		if (owner == current)
			return true;
		/*
		 * It runs, or waits for something else: the chain ends without
		 * a circle.
		 */
		if (!owner->pi_wait)
			return false;
		owner = owner->pi_wait->owner;
	}
	return true;
}

/* ---- an owner ---------------------------------------------------- */

/*
 * Makes the running task lend its share to the task with number tid. Returns 0,
 * -ESRCH if that is no program's task, or -EDEADLK.
 */
static int start_lending(struct pi_waiter *w, s32 tid)
{
	u32 flags = tasklist_lock();
	struct task_struct *owner = find_task(tid);
	int err = 0;

	spin_lock(&pi_lock);
	/* A kernel thread never unlocks, and a program can write any number. */
	if (!owner || !owner->thread_info.mm)
		err = -ESRCH;
	else if (would_deadlock(owner))
		err = -EDEADLK;
	if (!err) {
		w->owner = get_task(owner);
		LIST_INSERT_HEAD(&pi_waiters, w, link);
		current->pi_wait = w;
		update_share(owner);
		smp_mb(); /* pairs with exit_pi_waiters() */
		w->owner_left = READ_ONCE(owner->left_futexes);
	}
	spin_unlock(&pi_lock);
	tasklist_unlock(flags);
	return err;
}

/*
 * Ends w's loan; the caller updates the borrower's share and drops the
 * reference. Hold pi_lock.
 */
static void end_loan(struct pi_waiter *w)
{
	LIST_REMOVE(w, link);
	w->owner = NULL;
	w->futex.task->pi_wait = NULL;
}

/*
 * Ends w's loan, if it has one. Returns true if the owner has exited or
 * executed a new program, so that nobody will unlock.
 */
static bool stop_lending(struct pi_waiter *w)
{
	struct task_struct *owner;
	u32 flags = tasklist_lock();

	spin_lock(&pi_lock);
	owner = w->owner;
	if (owner) {
		end_loan(w);
		update_share(owner);
	}
	spin_unlock(&pi_lock);
	tasklist_unlock(flags);
	/*
	 * The lock was given to this task: pass_on_loans() has ended the loan.
	 */
	if (!owner)
		return false;
	put_task(owner);
	return w->owner_left;
}

/*
 * The running task has given its lock to heir: the tasks that wait for it lend
 * to heir from now on. This must be done before heir wakes, which may preempt
 * the running task at once: the loans would stay with the wrong task.
 */
static void pass_on_loans(struct pi_waiter *heir)
{
	struct task_struct *owner = heir->futex.task;
	u32 flags = tasklist_lock();
	struct pi_waiter *w, *next;

	spin_lock(&pi_lock);
	LIST_FOREACH_SAFE(w, &pi_waiters, link, next) {
		if (w->owner != current ||
		    !futex_same_key(&w->futex.key, &heir->futex.key))
			continue;
		put_task(current); /* the loan's reference */
		if (w == heir)
			end_loan(w);
		else
			w->owner = get_task(owner);
	}
	update_share(owner);
	/*
	 * From now on the running task has only what waiters for its other
	 * locks lend it.
	 */
	update_share(current);
	spin_unlock(&pi_lock);
	tasklist_unlock(flags);
}

/*
 * Sets left_futexes before it looks for loans; start_lending() adds its loan
 * before it looks at left_futexes. So at least one of the two sees the other.
 */
void exit_pi_waiters(struct task_struct *task)
{
	struct pi_waiter *w;
	u32 flags;

	WRITE_ONCE(task->left_futexes, true);
	smp_mb(); /* pairs with start_lending() */
	/*
	 * Almost no exit finds a loan, so the locks are not taken for this
	 * look.
	 */
	if (likely(LIST_EMPTY(&pi_waiters)))
		return;
	flags = tasklist_lock();
	spin_lock(&pi_lock);
	LIST_FOREACH(w, &pi_waiters, link) {
		if (w->owner != task)
			continue;
		w->owner_left = true;
		wake_up_process(w->futex.task);
	}
	spin_unlock(&pi_lock);
	tasklist_unlock(flags);
}

/* ---- the word ---------------------------------------------------- */

/*
 * Changes the word at va from old to new atomically. Returns 0, -EAGAIN if it
 * had another value, or -EFAULT.
 */
static int set_lock_word(uaddr_t va, u32 old, u32 new)
{
	u32 seen;
	int err = cmpxchg_user_u32(va, old, new, &seen);

	return err ? err : seen == old ? 0 : -EAGAIN;
}

/* Returns the running task's number, as the word of a lock it owns has it. */
static u32 own_tid(void)
{
	return (u32)current->pid;
}

/*
 * Takes the lock at va if the word names no owner. Returns 0 if it did, 1 with
 * the word in *value if another task owns it, -EDEADLK if the caller does,
 * -EAGAIN if the word changed meanwhile, or -EFAULT.
 */
static int try_word(uaddr_t va, u32 *value)
{
	int err = get_user_u32(value, va);

	if (err)
		return err;
	if (*value & FUTEX_TID_MASK)
		return (*value & FUTEX_TID_MASK) == own_tid() ? -EDEADLK : 1;
	/*
	 * FUTEX_OWNER_DIED stays for the program to see: the data that the lock
	 * guards may be half changed. FUTEX_WAITERS stays so that the unlock
	 * comes to the kernel.
	 */
	return set_lock_word(va, *value,
			     own_tid() |
				     (*value &
				      (FUTEX_OWNER_DIED | FUTEX_WAITERS)));
}

s32 futex_trylock_pi(uaddr_t va, bool private)
{
	struct futex_key key;
	u32 value;
	int err = futex_get_key(va, private, &key);

	if (err)
		return err;
	do
		err = try_word(va, &value);
	while (err == -EAGAIN);
	return err == 1 ? -EAGAIN : err;
}

/* ---- waiting ----------------------------------------------------- */

/*
 * Takes w out of the queue. Returns true if an owner has written this task's
 * number into the word, or tried to. While the owner is doing that, waits for
 * it: w is in this task's stack frame and must not go away under it.
 */
static bool unqueue(struct pi_waiter *w)
{
	struct bucket *b = futex_lock_bucket(w->futex.bucket);
	bool woken;

	while (w->chosen && !w->futex.woken) {
		/*
		 * The state is set before the lock is released:
		 * give_to_waiter() wakes under it.
		 */
		set_current_state(TASK_UNINTERRUPTIBLE);
		spin_unlock(&b->lock);
		schedule();
		futex_lock_bucket(w->futex.bucket);
	}
	woken = w->futex.woken;
	if (!woken)
		TAILQ_REMOVE(&b->waiters, &w->futex, link);
	w->chosen = w->futex.woken = false;
	spin_unlock(&b->lock);
	return woken;
}

/*
 * Sleeps until this task may own the lock, the owner has left, or ktime_ns()
 * reaches `until`. Returns 0, -ETIMEDOUT or -ERESTARTNOINTR.
 */
static int sleep_for_lock(struct pi_waiter *w, u64 until)
{
	int err = 0;

	do {
		/*
		 * Before the looks: an owner that wakes this task after them is
		 * not missed.
		 */
		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(w->futex.woken) || READ_ONCE(w->owner_left))
			break;
		err = schedule_deadline(until);
	} while (!err);
	set_current_state(TASK_RUNNING);
	return err == -ERESTARTSYS ? -ERESTARTNOINTR : err;
}

/*
 * Another task owns the lock, as value shows: sets FUTEX_WAITERS in the word,
 * so that its unlock enters the kernel, and waits. Returns 0 if the word is to
 * be read again, 1 if the lock is this task's, or -errno.
 */
static int wait_for_owner(struct pi_waiter *w, uaddr_t va, u32 value, u64 until)
{
	int err = start_lending(w, (s32)(value & FUTEX_TID_MASK));
	bool left = err == -ESRCH && w->waited;

	if (!err && !(value & FUTEX_WAITERS))
		err = set_lock_word(va, value, value | FUTEX_WAITERS);
	if (!err) {
		value |= FUTEX_WAITERS;
		w->waited = true;
		err = sleep_for_lock(w, until);
	}
	/*
	 * The owner left without the lock in its robust list: nobody else will
	 * ever unlock it, so this task takes it, marked as for a robust one. It
	 * may be a later owner than the one that this task has waited for: a
	 * waiter got the lock and ended before this task ran.
	 */
	if ((stop_lending(w) && !err) || left)
		err = set_lock_word(va, value, own_tid() | FUTEX_WAITERS | FUTEX_OWNER_DIED) ?:
			1;
	/*
	 * -EAGAIN: the word changed before FUTEX_WAITERS was set; perhaps it is
	 * free.
	 */
	return err == -EAGAIN ? 0 : err;
}

/*
 * Looks at the word once, with w in the queue. Returns 0 to look again, 1 if
 * this task owns the lock, or -errno.
 */
static int look_at_lock(struct pi_waiter *w, uaddr_t va, u64 until)
{
	u32 value;
	int err = try_word(va, &value);

	if (err == 0)
		return 1;
	if (err != 1)
		return err == -EAGAIN ? 0 : err;
	return wait_for_owner(w, va, value, until);
}

/*
 * Returns true if the word names this task as owner. An unlock may have given
 * it the lock at the moment in which a signal or the timeout ended its sleep.
 */
static bool is_owner(uaddr_t va)
{
	u32 value;

	return get_user_u32(&value, va) == 0 &&
		(value & FUTEX_TID_MASK) == own_tid();
}

s32 futex_lock_pi(uaddr_t va, bool private, u64 until)
{
	struct pi_waiter w = { .futex = { .task = current,
					  .bitset = FUTEX_BITSET_MATCH_ANY,
					  .pi = true } };
	int err = futex_get_key(va, private, &w.futex.key);

	while (!err) {
		/*
		 * Queued before the word is read, as in futex_wait(): an unlock
		 * after that read finds this waiter.
		 */
		futex_queue(&w.futex);
		err = look_at_lock(&w, va, until);
		/*
		 * Even after a timeout or a signal: the lock is this task's,
		 * and must be unlocked.
		 */
		if (unqueue(&w) && is_owner(va))
			return 0;
		if (!err && give_way())
			err = -ERESTARTNOINTR; /* the task is being killed */
	}
	return err == 1 ? 0 : err;
}

/* ---- unlocking --------------------------------------------------- */

/*
 * Returns the waiter for key with the largest share, the first of equals, or
 * NULL. Hold b's lock.
 */
static struct pi_waiter *choose(const struct bucket *b,
				const struct futex_key *key)
{
	struct futex_waiter *f, *best = NULL;

	/*
	 * Only a larger share replaces the best one: the first of equals stays.
	 */
	TAILQ_FOREACH(f, &b->waiters, link)
		if (f->pi && futex_same_key(&f->key, key) &&
		    (!best || f->task->inv_weight < best->task->inv_weight))
			best = f;
	return best ? container_of(best, struct pi_waiter, futex) : NULL;
}

/*
 * Changes the word at va from value to heir's number. `chosen` keeps heir in
 * the queue meanwhile: no bucket lock may be held here, since the word's page
 * may fault. Then heir is woken. Returns 0, or -EAGAIN or -EFAULT of the word.
 */
static int give_to_waiter(uaddr_t va, u32 i, struct pi_waiter *heir, u32 value)
{
	int err = set_lock_word(va, value,
				(u32)heir->futex.task->pid | FUTEX_WAITERS);
	struct bucket *b;

	if (!err)
		pass_on_loans(heir);
	/*
	 * Also after an error: heir waits in unqueue() for the end of this
	 * attempt.
	 */
	b = futex_lock_bucket(i);
	futex_wake_waiter(b, &heir->futex);
	spin_unlock(&b->lock);
	return err;
}

/*
 * One attempt to unlock: 0, -EPERM, -EFAULT, or -EAGAIN if the word changed
 * meanwhile.
 */
static int unlock_once(uaddr_t va, const struct futex_key *key)
{
	u32 value, i = futex_bucket(key);
	struct pi_waiter *heir;
	struct bucket *b;
	int err = get_user_u32(&value, va);

	if (err)
		return err;
	/*
	 * The word is the only record of the owner: a program that changes it
	 * has lost the lock.
	 */
	if ((value & FUTEX_TID_MASK) != own_tid())
		return -EPERM;
	b = futex_lock_bucket(i);
	heir = choose(b, key);
	if (heir)
		heir->chosen = true;
	spin_unlock(&b->lock);
	return heir ? give_to_waiter(va, i, heir, value) :
		      set_lock_word(va, value, 0);
}

s32 futex_unlock_pi(uaddr_t va, bool private)
{
	struct futex_key key;
	int err = futex_get_key(va, private, &key);

	if (err)
		return err;
	do
		err = unlock_once(va, &key);
	while (err == -EAGAIN);
	return err;
}
