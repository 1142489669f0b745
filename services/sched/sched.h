/*
 * services/sched/sched.h - nice values: a task's share of the core, and which cores.
 */
#ifndef SERVICES_SCHED_SCHED_H
#define SERVICES_SCHED_SCHED_H

#include <trap/core_calls.h>
#include <types.h>

struct task_struct;

/* clang-format off */
#define SCHED_CALLS \
	CALL(nice), CALL(getpriority), CALL(setpriority), \
	CALL(sched_setaffinity), CALL(sched_getaffinity)
/* clang-format on */

/*
 * task has at least this share, which somebody who waits for it lends: 2^24 by
 * the weight, and UINT32_MAX for no more than its own. Until the next call.
 */
void sched_lend(struct task_struct *task, u32 inv_weight);

s32 sys_nice(s32 increment);
s32 sys_getpriority(s32 which, s32 who);
s32 sys_setpriority(s32 which, s32 who, s32 nice);
s32 sys_sched_setaffinity(s32 pid, u32 bytes, uaddr_t from);
s32 sys_sched_getaffinity(s32 pid, u32 bytes, uaddr_t to);

#endif
