/*
 * Wait queues: tasks that sleep until a condition holds.
 *
 * An entry lies on the sleeper's stack. wake_up takes it off the queue under
 * the queue's lock; its last access to the entry clears the link, which shows
 * the sleeper that the entry is free. If the entry is still in the queue when
 * the sleeper leaves, finish_wait takes it off under the same lock, before the
 * stack frame goes.
 */
#include <bug.h>
#include <run/run.h>

/*
 * Takes entry off; from here on it belongs to its owner alone. Hold wq->lock.
 */
static void dequeue(struct wait_queue_head *wq, struct wait_entry *entry)
{
	TAILQ_REMOVE(&wq->waiters, entry, link);
	smp_mb(); /* our accesses to it precede its owner's return */
	WRITE_ONCE(entry->link.tqe_prev, NULL);
}

/*
 * Called before each test of the condition, so that a wake-up between test and
 * sleep finds the entry and resets the state.
 */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_entry *entry,
		     enum task_state state)
{
	u32 flags;

	BUG_ON(entry->task != current);
	spin_lock_irqsave(&wq->lock, flags);
	if (!is_queued(entry))
		TAILQ_INSERT_TAIL(&wq->waiters, entry, link);
	WRITE_ONCE(current->state, state);
	/*
	 * Its barrier: the state is visible before the condition is looked at.
	 */
	spin_unlock_irqrestore(&wq->lock, flags);
}

/* The state first: a task that is RUNNING is not woken for nothing. */
void finish_wait(struct wait_queue_head *wq, struct wait_entry *entry)
{
	u32 flags;

	WRITE_ONCE(current->state, TASK_RUNNING);
	if (likely(!is_queued(entry)))
		return;
	spin_lock_irqsave(&wq->lock, flags);
	/* Again, now under the lock: wake_up may have been faster. */
	if (is_queued(entry))
		dequeue(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

/*
 * Wakes all: waiters test their conditions themselves, and few queues have more
 * than one.
 */
void __wake_up(struct wait_queue_head *wq)
{
	struct wait_entry *entry;
	u32 flags;

	spin_lock_irqsave(&wq->lock, flags);
	while ((entry = TAILQ_FIRST(&wq->waiters)) != NULL) {
		/* Before the dequeue, after which the entry may be gone. */
		wake_up_process(entry->task);
		dequeue(wq, entry);
	}
	spin_unlock_irqrestore(&wq->lock, flags);
}
