/*
 * Locks that lend priority: FUTEX_LOCK_PI and its family.
 *
 * The word of such a lock holds its owner's number, so the kernel knows for whom
 * a waiter waits. As long as it does, the owner has at least the waiter's share
 * of the core. It is given up to the heaviest waiter, whose number the one that
 * unlocks writes into the word: nobody can take it in between.
 *
 * A program may write anything into the word. So what is in it is only believed
 * for the moment: a waiter that wakes reads it again, and either the lock is its
 * own or it begins anew.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/futex/internal.h>
#include <services/sched/sched.h>
#include <uapi/futex.h>

struct pi_waiter {
	struct futex_waiter futex; /* pi; woken: look at the word */
	bool chosen; /* bucket lock: the word is being written for it */
	/* pi_lock */
	struct task_struct *owner; /* whom it lends to; a reference */
	bool owner_left;           /* that one is gone, or has a new program */
	LIST_ENTRY(pi_waiter) link;
};

/* Inside a bucket's lock and tasklist_lock. */
static spinlock_t pi_lock = SPINLOCK_INIT;
static LIST_HEAD(, pi_waiter) pi_waiters; /* pi_lock: all that lend */

/* A chain of locks is followed so far: a longer one may be a circle. */
#define CHAIN_MAX 1024
/* And a share is lent on along so many. */
#define LENT_ON   16

/* ---- lending; pi_lock held --------------------------------------- */

/* The largest share that anybody lends to task, as an inverse weight. */
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
 * Somebody lends to task now, or does no more: so may it, to the owner of the
 * lock that it waits for itself.
 */
static void update_share(struct task_struct *task)
{
	for (u32 n = 0; task && n < LENT_ON; n++) {
		sched_lend(task, lent_to(task));
		task = task->pi_wait ? task->pi_wait->owner : NULL;
	}
}

/* Would the running task wait, through others, for itself? */
static bool would_deadlock(const struct task_struct *owner)
{
	for (u32 n = 0; n < CHAIN_MAX; n++) {
		if (owner == current)
			return true;
		if (!owner->pi_wait)
			return false;
		owner = owner->pi_wait->owner;
	}
	return true;
}

/* ---- an owner ---------------------------------------------------- */

/*
 * The running task lends to the one with this number from now on: 0, -ESRCH,
 * -EDEADLK.
 */
static int start_lending(struct pi_waiter *w, s32 tid)
{
	u32 flags = tasklist_lock();
	struct task_struct *owner = find_task(tid);
	int err = 0;

	spin_lock(&pi_lock);
	if (!owner || !owner->thread_info.mm)
		err = -ESRCH;
	else if (would_deadlock(owner))
		err = -EDEADLK;
	if (!err) {
		w->owner = get_task(owner);
		LIST_INSERT_HEAD(&pi_waiters, w, link);
		current->pi_wait = w;
		update_share(owner);
		smp_mb(); /* see exit_pi_waiters() */
		w->owner_left = READ_ONCE(owner->left_futexes);
	}
	spin_unlock(&pi_lock);
	tasklist_unlock(flags);
	return err;
}

/* pi_lock held. */
static void end_loan(struct pi_waiter *w)
{
	LIST_REMOVE(w, link);
	w->owner = NULL;
	w->futex.task->pi_wait = NULL;
}

/* True if that owner had gone, and with it the lock. */
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
	if (!owner)
		return false;
	put_task(owner);
	return w->owner_left;
}

/*
 * The running task has given its lock to heir: who waits for it lends to that one.
 * It has to be so before heir wakes, which may be what preempts us then.
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
	update_share(current);
	spin_unlock(&pi_lock);
	tasklist_unlock(flags);
}

void exit_pi_waiters(struct task_struct *task)
{
	struct pi_waiter *w;
	u32 flags;

	WRITE_ONCE(task->left_futexes, true);
	smp_mb(); /* before the look: start_lending() does it the other way round */
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

/* From old to new in one step: 0, -EAGAIN: it was something else. */
static int set_lock_word(uaddr_t va, u32 old, u32 new)
{
	u32 seen;
	int err = cmpxchg_user_u32(va, old, new, &seen);

	return err ? err : seen == old ? 0 : -EAGAIN;
}

static u32 own_tid(void)
{
	return (u32)current->pid;
}

/*
 * Take the lock if it is free. *value: what the word says otherwise. 0: it is the
 * caller's; 1: it is another one's; -EAGAIN: look again.
 */
static int try_word(uaddr_t va, u32 *value)
{
	int err = get_user_u32(value, va);

	if (err)
		return err;
	if (*value & FUTEX_TID_MASK)
		return (*value & FUTEX_TID_MASK) == own_tid() ? -EDEADLK : 1;
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
 * Out of the queue. True: an owner has written our number into the word, or
 * tried to; while it does, we wait for it.
 */
static bool unqueue(struct pi_waiter *w)
{
	struct bucket *b = futex_lock_bucket(w->futex.bucket);
	bool woken;

	while (w->chosen && !w->futex.woken) {
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

/* Asleep until the lock may be ours. 0, -ETIMEDOUT, -ERESTARTNOINTR. */
static int sleep_for_lock(struct pi_waiter *w, u64 until)
{
	int err = 0;

	for (;;) {
		u64 now = ktime_ns();

		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(w->futex.woken) || READ_ONCE(w->owner_left))
			break;
		if (now >= until)
			err = -ETIMEDOUT;
		else if (signal_pending())
			err = -ERESTARTNOINTR;
		if (err)
			break;
		schedule_timeout(until == UINT64_MAX ? UINT64_MAX :
						       until - now);
	}
	set_current_state(TASK_RUNNING);
	return err;
}

/*
 * The lock is another one's, as value says: tell it in the word that somebody
 * waits, and do. 0: look at the word again.
 */
static int wait_for_owner(struct pi_waiter *w, uaddr_t va, u32 value, u64 until)
{
	int err = start_lending(w, (s32)(value & FUTEX_TID_MASK));

	if (!err && !(value & FUTEX_WAITERS))
		err = set_lock_word(va, value, value | FUTEX_WAITERS);
	if (!err)
		err = sleep_for_lock(w, until);
	/* It left without a word in its robust list: it is over all the same. */
	if (stop_lending(w) && !err &&
	    !set_lock_word(va, value | FUTEX_WAITERS,
			   own_tid() | FUTEX_WAITERS | FUTEX_OWNER_DIED))
		return 1;
	return err == -EAGAIN ? 0 : err;
}

/* One look, with the waiter in the queue. 0: look again; 1: it is ours. */
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

/* Was it given to us, also if a signal or the time came as well? */
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
		futex_queue(&w.futex);
		err = look_at_lock(&w, va, until);
		if (unqueue(&w) && is_owner(va))
			return 0;
		if (!err && give_way())
			err = -ERESTARTNOINTR; /* it is being killed */
	}
	return err == 1 ? 0 : err;
}

/* ---- unlocking --------------------------------------------------- */

/* The heaviest of those who wait, the first of equals; bucket lock held. */
static struct pi_waiter *choose(const struct bucket *b,
				const struct futex_key *key)
{
	struct futex_waiter *f, *best = NULL;

	TAILQ_FOREACH(f, &b->waiters, link)
		if (f->pi && futex_same_key(&f->key, key) &&
		    (!best || f->task->inv_weight < best->task->inv_weight))
			best = f;
	return best ? container_of(best, struct pi_waiter, futex) : NULL;
}

/*
 * Write the heir's number into the word, which says `value`. Meanwhile that
 * waiter stays in the queue, and cannot leave it. Then it may look.
 */
static int give_to_waiter(uaddr_t va, u32 i, struct pi_waiter *heir, u32 value)
{
	int err = set_lock_word(va, value,
				(u32)heir->futex.task->pid | FUTEX_WAITERS);
	struct bucket *b;

	if (!err)
		pass_on_loans(heir);
	b = futex_lock_bucket(i);
	futex_wake_waiter(b, &heir->futex);
	spin_unlock(&b->lock);
	return err;
}

static int unlock_once(uaddr_t va, const struct futex_key *key)
{
	u32 value, i = futex_bucket(key);
	struct pi_waiter *heir;
	struct bucket *b;
	int err = get_user_u32(&value, va);

	if (err)
		return err;
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
