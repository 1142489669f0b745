/*
 * services/sched/sched.h - a task's share of the core: nice values and classes.
 */
#ifndef SERVICES_SCHED_SCHED_H
#define SERVICES_SCHED_SCHED_H

#include <run/task.h>
#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

extern const struct service sched_service;

/* How much of each period real-time tasks may have, as on Linux. */
#define SCHED_RT_PERIOD_US  1000000u
#define SCHED_RT_RUNTIME_US 950000u

#define RR_TIMESLICE_MS 100u /* as on Linux */
/* How long a task of SCHED_RR runs before its equals. No lock. (realtime.c) */
extern u32 sched_rr_timeslice_ms;

/* clang-format off */
#define SCHED_CALLS \
	CALL(nice), CALL(getpriority), CALL(setpriority), \
	CALL(sched_setscheduler), CALL(sched_getscheduler), \
	CALL(sched_setparam), CALL(sched_getparam), \
	CALL(sched_setattr), CALL(sched_getattr), \
	CALL(sched_get_priority_max), CALL(sched_get_priority_min), \
	CALL(sched_rr_get_interval), CALL(sched_rr_get_interval_time64), \
	CALL(sched_setaffinity), CALL(sched_getaffinity), CALL(getcpu), \
	CALL(ioprio_set), CALL(ioprio_get)
/* clang-format on */

#define DEFAULT_TIMER_SLACK_NS 50000u

/* How late a timer of task may be, in ns: PR_SET_TIMERSLACK. */
static inline u32 task_timer_slack(const struct task_struct *task)
{
	return task->timer_slack_ns ? task->timer_slack_ns :
				      DEFAULT_TIMER_SLACK_NS;
}

/*
 * Gives task at least the share inv_weight (2^24 divided by a weight), which a
 * task that waits for it lends, until the next call; UINT32_MAX: only its own
 * share. Hold tasklist_lock, so that task is not released.
 */
void sched_lend(struct task_struct *task, u32 inv_weight);

/*
 * The system calls, with Linux's arguments and errors. pid, or who, 0 stands
 * for the caller; param, attr, timespec, mask, cpu and node are user addresses.
 */
s32 sys_nice(s32 increment);
s32 sys_getpriority(s32 which, s32 who);
s32 sys_setpriority(s32 which, s32 who, s32 nice);
s32 sys_sched_setscheduler(s32 pid, s32 policy, uaddr_t param);
s32 sys_sched_getscheduler(s32 pid);
s32 sys_sched_setparam(s32 pid, uaddr_t param);
s32 sys_sched_getparam(s32 pid, uaddr_t param);
s32 sys_sched_setattr(s32 pid, uaddr_t attr, u32 flags);
s32 sys_sched_getattr(s32 pid, uaddr_t attr, u32 size, u32 flags);
s32 sys_sched_get_priority_max(u32 policy);
s32 sys_sched_get_priority_min(u32 policy);
s32 sys_sched_rr_get_interval(s32 pid, uaddr_t timespec);
s32 sys_sched_rr_get_interval_time64(s32 pid, uaddr_t timespec);
s32 sys_sched_setaffinity(s32 pid, u32 bytes, uaddr_t mask);
s32 sys_sched_getaffinity(s32 pid, u32 bytes, uaddr_t mask);
s32 sys_getcpu(uaddr_t cpu, uaddr_t node, uaddr_t unused);
s32 sys_ioprio_set(s32 which, s32 who, s32 ioprio);
s32 sys_ioprio_get(s32 which, s32 who);

#endif
