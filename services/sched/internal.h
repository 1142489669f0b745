/*
 * services/sched/internal.h - what a task weighs.
 */
#ifndef SERVICES_SCHED_INTERNAL_H
#define SERVICES_SCHED_INTERNAL_H

#include <services/sched/sched.h>

/* Linux's weight of a nice value from -20 to 19; and the nearest of these. */
u32 nice_weight(s32 nice);
s32 clamp_nice(s32 nice);

/* 2^24 by the weight that its class, priority and nice value give task. */
u32 sched_own_inv_weight(const struct task_struct *task);
/* They have changed: so does its share. What somebody lent it is forgotten. */
void sched_update_weight(struct task_struct *task);

#endif
