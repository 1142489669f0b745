/*
 * services/sched/sched.h - nice values: how large a task's share of the core is.
 */
#ifndef SERVICES_SCHED_SCHED_H
#define SERVICES_SCHED_SCHED_H

#include <trap/core_calls.h>
#include <types.h>

/* clang-format off */
#define SCHED_CALLS \
	CALL(nice), CALL(getpriority), CALL(setpriority)
/* clang-format on */

s32 sys_nice(s32 increment);
s32 sys_getpriority(s32 which, s32 who);
s32 sys_setpriority(s32 which, s32 who, s32 nice);

#endif
