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
/* How many numbers are looked at for the next group that waits. */
#define LOOKS      512u

/* The signals that the kernel sends to groups, each a bit in `waiting`. */
static const u8 kernel_signals[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGCONT,
				     SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH };

/*
 * The signals that the timer has yet to send to the group of each number. Taken
 * with interrupts off, inside tasklist_lock.
 */
static spinlock_t walks_lock = SPINLOCK_INIT;
/* walks_lock */
static u8 *waiting;    /* constant; MAX_PID of them */
static u32 nr_waiting; /* groups */
static u32 next_group; /* the number to look at next */

/* The group that is being told, and what it gets then. tasklist_lock */
static struct pgrp_walk going;
static u32 going_signals;

static void pgrp_timer_expired(struct timer *timer);

/* Not in startup/services.c: the core calls it only through walk_timer. */
static const struct service pgrp_timer_service = {
	.timer_expired = pgrp_timer_expired,
};

static struct timer walk_timer = { .service = &pgrp_timer_service };

/* MAX_PID bytes of zeros in the image would make it slower to start. */
void pgrp_init(void)
{
	waiting = kzalloc(MAX_PID, GFP_KERNEL);
	BUG_ON(!waiting);
}

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

/* Starts the timer if it has something to do. Hold walks_lock. */
static void start_walk_timer(u32 after_ns)
{
	if (walk_timer.queued || !(going_signals || nr_waiting))
		return;
	walk_timer.expires_ns = ktime_ns() + after_ns;
	timer_start(&walk_timer);
}

/*
 * Looks for the next group that waits, and takes what it waits for. The search
 * goes round, so that each group has its turn.
 */
static void next_walk(void)
{
	u32 flags, n = 0;

	spin_lock_irqsave(&walks_lock, flags);
	while (nr_waiting && !waiting[next_group] && n++ < LOOKS)
		next_group = (next_group + 1) % MAX_PID;
	if (waiting[next_group]) {
		going.pgrp = (s32)next_group;
		going_signals = waiting[next_group];
		waiting[next_group] = 0;
		nr_waiting--;
		next_group = (next_group + 1) % MAX_PID;
	}
	spin_unlock_irqrestore(&walks_lock, flags);
}

/*
 * Sends the next batch, one signal after the other: SIGHUP before SIGCONT. Only
 * the timer changes `going`, so walk_on() runs without walks_lock, which is
 * inside of those that it takes.
 */
static void pgrp_timer_expired(struct timer *timer __unused_arg)
{
	u32 flags = tasklist_lock();

	if (!going_signals)
		next_walk();
	if (going_signals && !going.next)
		going = (struct pgrp_walk){
			.pgrp = going.pgrp,
			.info = { .signo = kernel_signals[__builtin_ctz(
					  going_signals)],
				  .code = SI_KERNEL }
		};
	if (going_signals && !walk_on(&going))
		going_signals &= going_signals - 1;
	tasklist_unlock(flags);
	spin_lock_irqsave(&walks_lock, flags);
	start_walk_timer(PAUSE_NSEC);
	spin_unlock_irqrestore(&walks_lock, flags);
}

void kill_pgrp_soon(s32 pgrp, int sig)
{
	u32 bit = 0, flags;

	while (kernel_signals[bit] != sig)
		bit++;
	spin_lock_irqsave(&walks_lock, flags);
	if (!nr_waiting)
		next_group = (u32)pgrp;
	if (!waiting[pgrp])
		nr_waiting++;
	waiting[pgrp] |= 1u << bit;
	start_walk_timer(0);
	spin_unlock_irqrestore(&walks_lock, flags);
}

/* Returns true if the first batch does not reach all of the group. */
static bool is_large(s32 pgrp)
{
	const struct task_struct *task;
	u32 n = 0;

	for_each_by_id(task, ID_PGRP, pgrp)
		if (++n > SENT_AT_ONCE)
			return true;
	return false;
}

void kill_pgrp_locked(s32 pgrp, int sig)
{
	struct pgrp_walk all = { .pgrp = pgrp,
				 .info = { .signo = sig, .code = SI_KERNEL } };

	if (is_large(pgrp))
		kill_pgrp_soon(pgrp, sig);
	else
		walk_on(&all);
}

void kill_pgrp(s32 pgrp, int sig)
{
	u32 flags = tasklist_lock();

	kill_pgrp_locked(pgrp, sig);
	tasklist_unlock(flags);
}
