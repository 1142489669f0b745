/*
 * A signal for all processes of a group: by kill, by the terminal, and for one
 * that is orphaned.
 */
#include <services/signal/internal.h>

/* Processes that get a signal before others may run. */
#define SENT_AT_ONCE 8

/*
 * A group may have thousands of processes. A few get the signal at once, then
 * others are let in. Where the caller cannot wait for the rest, an interrupt
 * handler or who holds tasklist_lock, a timer goes on.
 */
struct pgrp_walk {
	s32 pgrp;
	struct kernel_siginfo info;
	struct task_struct *next; /* a reference: who gets it next, or NULL */
	u32 found, refused;       /* so far; by the sender's user */
};

/* As long as the timer waits, the others have the core. */
#define PAUSE_NSEC 20000u
#define MAX_WALKS  8u

/* irqs off; inside tasklist_lock, without which the first walk is not changed */
static spinlock_t walks_lock = SPINLOCK_INIT;
/* walks_lock */
static struct pgrp_walk walks[MAX_WALKS];
static u32 first_walk, nr_walks;

static void pgrp_timer_expired(struct timer *timer);

/* In no table: only its timer calls it. */
static const struct service pgrp_timer_service = {
	.timer_expired = pgrp_timer_expired,
};

static struct timer walk_timer = { .service = &pgrp_timer_service };

/*
 * Some more of the group. A process that is about to get the signal may leave
 * the group meanwhile: then all get it, again. False: that was the last.
 * tasklist_lock held.
 */
static bool walk_on(struct pgrp_walk *walk)
{
	struct task_struct *first = find_by_id(ID_PGRP, walk->pgrp);
	struct task_struct *task = first, *next = walk->next;

	walk->next = NULL;
	if (next && find_task(next->pid) == next && next->pgrp == walk->pgrp)
		task = next;
	if (next)
		put_task(next);
	for (u32 n = 0; task && n < SENT_AT_ONCE; n++) {
		walk->refused += send_to_group(task, &walk->info) != 0;
		walk->found++;
		task = task->ids[ID_PGRP].next;
		task = task != first ? task : NULL;
	}
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

/* walks_lock held. */
static void start_walk_timer(u32 after_ns)
{
	walk_timer.expires_ns = ktime_ns() + after_ns;
	timer_start(&walk_timer);
}

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

/* The timer goes on with it. False: so many groups wait already. */
static bool add_walk(const struct pgrp_walk *walk)
{
	bool room;
	u32 flags;

	spin_lock_irqsave(&walks_lock, flags);
	room = nr_walks < MAX_WALKS;
	if (room) {
		walks[(first_walk + nr_walks++) % MAX_WALKS] = *walk;
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
