/*
 * Wait queues: tasks that sleep until something is so.
 *
 * An entry lives on the sleeper's stack; wake_up looks at it under the queue's
 * lock, and finish_wait takes the same lock before the stack frame goes.
 */
#include <proc/internal.h>

/* The link of an entry in no queue: wait_event's entries start zeroed. */
static bool is_queued(const struct wait_entry *entry)
{
	return entry->link.tqe_prev != NULL;
}

void prepare_to_wait(struct wait_queue_head *wq, struct wait_entry *entry,
		     enum task_state state)
{
	u32 flags;

	BUG_ON(entry->task != current);
	spin_lock_irqsave(&wq->lock, flags);
	if (!is_queued(entry))
		TAILQ_INSERT_TAIL(&wq->waiters, entry, link);
	set_current_state(state);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void finish_wait(struct wait_queue_head *wq, struct wait_entry *entry)
{
	u32 flags;

	set_current_state(TASK_RUNNING);
	spin_lock_irqsave(&wq->lock, flags);
	if (is_queued(entry)) {
		TAILQ_REMOVE(&wq->waiters, entry, link);
		entry->link.tqe_prev = NULL;
	}
	spin_unlock_irqrestore(&wq->lock, flags);
}

void wake_up(struct wait_queue_head *wq)
{
	struct wait_entry *entry;
	u32 flags;

	spin_lock_irqsave(&wq->lock, flags);
	TAILQ_FOREACH(entry, &wq->waiters, link)
		wake_up_process(entry->task);
	spin_unlock_irqrestore(&wq->lock, flags);
}
