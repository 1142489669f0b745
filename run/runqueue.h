/*
 * run/runqueue.h - the tasks that are ready to run, as sched.c and many.c see them.
 */
#ifndef RUN_RUNQUEUE_H
#define RUN_RUNQUEUE_H

#include <run/run.h>
#include <spinlock.h>

/* With more tasks than this, ready or not, searches use the tree. */
#define MANY_TASKS 40u

TAILQ_HEAD(ready_list, task_struct);
RB_HEAD(ready_tree, task_struct);

struct runqueue {
	spinlock_t lock;         /* irqs off */
	struct ready_list ready; /* lock: the least vruntime is first */
	struct ready_tree tree;  /* lock: the same tasks, if there are many */
	u32 nr_realtime;         /* lock: real-time ones, ready or running */
	u32 nr_alive;            /* lock: ready, running or asleep */
	bool many;               /* lock: the tree is in use */
	u32 min_units; /* lock: the least there was; never goes back */
	u32 since;     /* lock: clock_ns_low() when it was last read */
	struct task_struct *idle; /* constant */
	/* From before a switch to after it: who ran, and the mm to drop. */
	struct task_struct *prev;
	struct mm_struct *prev_mm;
	struct core_use use; /* lock */
	u64 next_load;       /* lock: jiffies at the next look for use.load */
};

/*
 * vruntime grows by a task's inv_weight for each nanosecond that it runs. The
 * queue is sorted by its high word, whose unit is 0.26 ms at nice 0. It wraps
 * after 13 days, a turn, so two times are compared by their difference.
 */
static inline u32 vruntime_units(const struct task_struct *task)
{
	return (u32)(task->vruntime >> 32);
}

/* How many units `task` has run less than `other`; negative: it ran more. */
static inline s32 units_behind(const struct task_struct *task,
			       const struct task_struct *other)
{
	return (s32)(vruntime_units(other) - vruntime_units(task));
}

/*
 * The tree's part of queueing and taking, if there are many; rq->lock held for
 * all. Into tree and list, before the first that task is behind by `beside`.
 */
void queue_in_tree(struct runqueue *rq, struct task_struct *task, s32 beside);
/* There are many now: those that are ready, in the order they have. */
void begin_tree(struct runqueue *rq);
/* Out of the tree; the last that goes ends it, if there are no more so many. */
void take_from_tree(struct runqueue *rq, struct task_struct *task);

#endif
