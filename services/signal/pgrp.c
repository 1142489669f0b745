/*
 * A signal for all processes of a group: from kill(), from the terminal, and
 * for a group that has become orphaned.
 */
#include <services/signal/pgrp.h>

/* How many processes get a signal before tasklist_lock is released. */
#define SENT_AT_ONCE 8
/* How often each task there is could be met, before a walk ends. */
#define TURNS        4u

/* The time for which other tasks have the core between two batches. */
#define PAUSE_NSEC 20000u
#define MAX_WALKS  8u

/*
 * Taken with interrupts off, inside tasklist_lock. The first walk changes only
 * under tasklist_lock, so pgrp_timer_expired() uses it without walks_lock.
 */
static spinlock_t walks_lock = SPINLOCK_INIT;
/* walks_lock */
static struct pgrp_walk walks[MAX_WALKS];
static u32 first_walk, nr_walks;

static void pgrp_timer_expired(struct timer *timer);

/* Not in startup/services.c: the core calls it only through walk_timer. */
static const struct service pgrp_timer_service = {
	.timer_expired = pgrp_timer_expired,
};

static struct timer walk_timer = { .service = &pgrp_timer_service };

/* Sends walk's signal to a process, if whoever sends it may. */
static void send_to_one(struct pgrp_walk *walk, struct task_struct *task)
{
	walk->found++;
	if (walk->owner.id && !file_owner_may_tell(&walk->owner, task))
		walk->refused++;
	else
		walk->refused += send_to_group(task, &walk->info) != 0;
}

/*
 * If the next process left the group meanwhile, its place in the list is lost,
 * and the walk starts again: some then get the signal twice, but none misses it.
 */
bool walk_on(struct pgrp_walk *walk)
{
	struct task_struct *first = find_by_id(ID_PGRP, walk->pgrp);
	struct task_struct *task = first, *next = walk->next;

	/*
	 * The task may have been released; the reference keeps its memory, so
	 * that comparing it with the task of that number shows whether it still
	 * exists.
	 */
	walk->next = NULL;
	if (next && find_task(next->pid) == next && next->pgrp == walk->pgrp)
		task = next;
	if (next)
		put_task(next);
	if (!walk->found)
		walk->most = TURNS * nr_tasks();
	for (u32 n = 0; task && n < SENT_AT_ONCE; n++) {
		send_to_one(walk, task);
		task = task->ids[ID_PGRP].next;
		task = task != first ? task : NULL;
	}
	/*
	 * The list of a group is a ring without an end mark: NULL after one
	 * turn. Processes that leave and join all the time, which they do at its end,
	 * would keep a walk busy for ever, and the others waiting; those that stay
	 * have come to the front meanwhile.
	 */
	if (walk->found >= walk->most)
		task = NULL;
	walk->next = task ? get_task(task) : NULL;
	return task;
}

int send_to_pgrp(s32 pgrp, const struct kernel_siginfo *info, u32 *flags)
{
	struct pgrp_walk walk = { .pgrp = pgrp, .info = *info };

	while (walk_on(&walk)) {
		tasklist_unlock(*flags);
		cond_resched();
		*flags = tasklist_lock();
	}
	return walk.found > walk.refused ? 0 : walk.found ? -EPERM : -ESRCH;
}

/* Makes the walk timer expire after_ns from now. Hold walks_lock. */
static void start_walk_timer(u32 after_ns)
{
	walk_timer.expires_ns = ktime_ns() + after_ns;
	timer_start(&walk_timer);
}

/*
 * Sends the next batch of the first walk. walk_on() takes signal_lock, so it
 * runs before walks_lock is taken, which is inside.
 */
static void pgrp_timer_expired(struct timer *timer __unused_arg)
{
	u32 flags = tasklist_lock();
	bool more = walk_on(&walks[first_walk]);

	tasklist_unlock(flags);
	spin_lock_irqsave(&walks_lock, flags);
	if (!more) {
		first_walk = (first_walk + 1) % MAX_WALKS;
		nr_walks--;
	}
	if (nr_walks)
		start_walk_timer(PAUSE_NSEC);
	spin_unlock_irqrestore(&walks_lock, flags);
}

/* Hands *walk to the timer. Returns false if MAX_WALKS are waiting already. */
static bool add_walk(const struct pgrp_walk *walk)
{
	bool room;
	u32 flags;

	spin_lock_irqsave(&walks_lock, flags);
	room = nr_walks < MAX_WALKS;
	if (room) {
		walks[(first_walk + nr_walks++) % MAX_WALKS] = *walk;
		/*
		 * With more than one the timer runs already and takes them in
		 * turn.
		 */
		if (nr_walks == 1)
			start_walk_timer(0);
	}
	spin_unlock_irqrestore(&walks_lock, flags);
	return room;
}

void kill_pgrp_locked(s32 pgrp, int sig)
{
	struct pgrp_walk walk = { .pgrp = pgrp,
				  .info = { .signo = sig, .code = SI_KERNEL } };

	/*
	 * No place to wait: better a long walk under the lock than a lost
	 * signal.
	 */
	if (walk_on(&walk) && !add_walk(&walk))
		while (walk_on(&walk))
			;
}

void kill_pgrp(s32 pgrp, int sig)
{
	u32 flags = tasklist_lock();

	kill_pgrp_locked(pgrp, sig);
	tasklist_unlock(flags);
}

void kill_pgrp_soon(s32 pgrp, int sig)
{
	struct pgrp_walk walk = { .pgrp = pgrp,
				  .info = { .signo = sig, .code = SI_KERNEL } };

	add_walk(&walk);
}
