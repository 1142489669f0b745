/*
 * Wait queues: tasks that sleep until something is so.
 *
 * An entry lives on the sleeper's stack. wake_up takes it off the queue, under
 * the queue's lock, and says so in its link with its last access to it; an
 * entry that still is in the queue finish_wait takes off, under the same lock,
 * before the stack frame goes.
 */
#include <bug.h>
#include <run/run.h>

/* wq->lock held; from here on the entry is its owner's alone. */
static void dequeue(struct wait_queue_head *wq, struct wait_entry *entry)
{
	TAILQ_REMOVE(&wq->waiters, entry, link);
	smp_mb(); /* our other accesses to it before its owner lets it go */
	WRITE_ONCE(entry->link.tqe_prev, NULL);
}

void prepare_to_wait(struct wait_queue_head *wq, struct wait_entry *entry,
		     enum task_state state)
{
	u32 flags;

	BUG_ON(entry->task != current);
	spin_lock_irqsave(&wq->lock, flags);
	if (!is_queued(entry))
		TAILQ_INSERT_TAIL(&wq->waiters, entry, link);
	WRITE_ONCE(current->state, state);
	/* Its barrier: the state is visible before the condition is looked at. */
	spin_unlock_irqrestore(&wq->lock, flags);
}

void finish_wait(struct wait_queue_head *wq, struct wait_entry *entry)
{
	u32 flags;

	WRITE_ONCE(current->state, TASK_RUNNING);
	if (likely(!is_queued(entry)))
		return;
	spin_lock_irqsave(&wq->lock, flags);
	if (is_queued(entry))
		dequeue(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void __wake_up(struct wait_queue_head *wq)
{
	struct wait_entry *entry;
	u32 flags;

	spin_lock_irqsave(&wq->lock, flags);
	while ((entry = TAILQ_FIRST(&wq->waiters)) != NULL) {
		wake_up_process(entry->task);
		dequeue(wq, entry);
	}
	spin_unlock_irqrestore(&wq->lock, flags);
}
