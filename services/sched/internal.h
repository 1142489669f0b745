/*
 * services/sched/internal.h - the weights of tasks, and the right to change
 * them.
 */
#ifndef SERVICES_SCHED_INTERNAL_H
#define SERVICES_SCHED_INTERNAL_H

#include <run/task.h>
#include <services/sched/sched.h>
#include <uapi/sched.h>

#define MIN_NICE (-20)
#define MAX_NICE 19

#define RT_PRIO_MIN 1u
#define RT_PRIO_MAX RT_INV_WEIGHTS

/*
 * A slice of SCHED_RR in ticks, rounded up as on Linux: at least one, since the
 * time is never 0, and no more than a task's slice_ticks can count, 2.55 s.
 */
static inline u32 rr_slice_ticks(void)
{
	u32 tick_ms = 1000 / HZ;

	return min((READ_ONCE(sched_rr_timeslice_ms) + tick_ms - 1) / tick_ms,
		   (u32)UINT8_MAX);
}

/* What a program can set for a task: struct sched_attr without a deadline. */
struct sched_choice {
	u32 policy; /* without SCHED_RESET_ON_FORK */
	u32 priority;
	bool reset_on_fork;
	s32 nice; /* ignored for a real-time class */
};

/* Returns true if policy, without SCHED_RESET_ON_FORK, is a real-time class. */
static inline bool is_realtime(u32 policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

#define LOOKED_AT_ONCE 50 /* tasks, before tasklist_lock is released */

/*
 * Returns true if `which` (PRIO_*) and `who` of setpriority() select task. Hold
 * tasklist_lock.
 */
bool sched_is_meant(const struct task_struct *task, s32 which, s32 who);

/*
 * nice_weight() returns Linux's weight for a nice value from -20 to 19;
 * clamp_nice() returns the nearest of these values.
 */
u32 nice_weight(s32 nice);
s32 clamp_nice(s32 nice);

/*
 * At boot: registers realtime.c with the scheduler, which keeps real-time tasks
 * there from now on.
 */
void realtime_init(void);

/*
 * Returns the value by which the scheduler sorts task, without what others lend
 * it: RT_PRIO_MAX minus a real-time priority, or else 2^24 divided by the
 * weight of its class and nice value.
 */
u32 sched_own_inv_weight(const struct task_struct *task);
/*
 * Gives task the share of its class, priority and nice value, after one of them
 * has changed. Discards what a lock's waiter has lent it. Hold tasklist_lock.
 */
void sched_update_weight(struct task_struct *task);

/*
 * Return true if the running task may change task's share at all; may give it
 * that nice value; may give it that class (which includes the first two tests).
 * Hold tasklist_lock, for task and its credentials.
 */
bool sched_may_change(const struct task_struct *task);
bool sched_may_have_nice(const struct task_struct *task, s32 nice);
bool sched_may_choose(const struct task_struct *task,
		      const struct sched_choice *choice);

#endif
