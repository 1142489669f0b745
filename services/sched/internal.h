/*
 * services/sched/internal.h - what a task weighs, and who may change that.
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

/* What can be set of a task: struct sched_attr without a deadline. */
struct sched_choice {
	u32 policy; /* without SCHED_RESET_ON_FORK */
	u32 priority;
	bool reset_on_fork;
	s32 nice; /* of no meaning to a real-time class */
};

static inline bool is_realtime(u32 policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

/* Linux's weight of a nice value from -20 to 19; and the nearest of these. */
u32 nice_weight(s32 nice);
s32 clamp_nice(s32 nice);

/* At boot: the scheduler asks realtime.c for real-time tasks from now on. */
void realtime_init(void);

/* What the scheduler sorts by: RT_PRIO_MAX less a real-time priority, or else
 * 2^24 by the weight that its class, priority and nice value give task. */
u32 sched_own_inv_weight(const struct task_struct *task);
/* They have changed: so does its share. What somebody lent it is forgotten. */
void sched_update_weight(struct task_struct *task);

/*
 * May the running task change task's share at all; give it that nice value; give
 * it that class, which asks the first two as well? tasklist_lock held, for task
 * and its credentials.
 */
bool sched_may_change(const struct task_struct *task);
bool sched_may_have_nice(const struct task_struct *task, s32 nice);
bool sched_may_choose(const struct task_struct *task,
		      const struct sched_choice *choice);

#endif
