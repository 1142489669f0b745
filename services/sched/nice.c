/*
 * Nice values: nice, getpriority and setpriority, with Linux's results.
 *
 * A nice value is a weight, and tasks that always want to run share the core in
 * proportion to their weights: one step of nice is a factor of about 1.25. Each
 * thread has its own nice value, which fork copies and execve keeps. A task
 * without privilege may only lower its share, or raise it as far as
 * RLIMIT_NICE.
 */
#include <cred.h>
#include <proc/proc.h>
#include <run/run.h>
#include <services/sched/internal.h>
#include <services/signal/signal.h>

/* Linux's sched_prio_to_weight: from nice -20 to 19. */
static const u32 weights[MAX_NICE - MIN_NICE + 1] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
	9548,  7620,  6100,  4904,  3906,  3121,  2501,  1991,  1586,  1277,
	1024,  820,   655,   526,   423,   335,   272,   215,   172,   137,
	110,   87,    70,    56,    45,    36,    29,    23,    18,    15,
};

/*
 * Linux's values and not a formula, so that shares can be compared with
 * Linux's.
 */
u32 nice_weight(s32 nice)
{
	return weights[nice - MIN_NICE];
}

s32 clamp_nice(s32 nice)
{
	return nice < MIN_NICE ? MIN_NICE : min(nice, MAX_NICE);
}

/*
 * Sets task's nice value. The time that it has run since its last switch is
 * charged by the new weight, too.
 */
static void set_nice(struct task_struct *task, s32 nice)
{
	task->nice = nice;
	sched_update_weight(task);
}

/* sched_lent remembers that the share is not all task's own, for fork. */
void sched_lend(struct task_struct *task, u32 inv_weight)
{
	task->sched_lent = inv_weight != UINT32_MAX;
	set_inv_weight(task, min(sched_own_inv_weight(task), inv_weight));
}

bool sched_is_meant(const struct task_struct *task, s32 which, s32 who)
{
	switch (which) {
	case PRIO_PROCESS: /* one thread, as on Linux */
		return task->pid == (who ? who : current->pid);
	case PRIO_PGRP:
		return task->pgrp == (who ? who : current->pgrp);
	default:
		return cred_of(&task->thread_info)->uid ==
			(who ? (u32)who : current_cred()->uid);
	}
}

/*
 * Sets task's nice value: 0, or -EPERM or -EACCES if the running task may not.
 * Hold tasklist_lock.
 */
static int try_nice(struct task_struct *task, s32 nice)
{
	if (!sched_may_change(task))
		return -EPERM;
	/*
	 * Linux has two errors: the wrong task, and a value beyond the limit.
	 */
	if (!sched_may_have_nice(task, nice))
		return -EACCES;
	set_nice(task, nice);
	return 0;
}

/*
 * Returns nice values -20 to 19 as 40 to 1, since a negative result would be an
 * error; of several tasks the highest.
 */
s32 sys_getpriority(s32 which, s32 who)
{
	struct task_struct *task;
	s32 highest = -ESRCH;
	u32 flags, n = 0;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	flags = tasklist_lock();
	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (sched_is_meant(task, which, who))
			highest = max(highest, MAX_NICE + 1 - task->nice);
		/*
		 * If the task at which the walk stood has gone, the walk starts
		 * again: looking twice does no harm.
		 */
		if (++n % LOOKED_AT_ONCE == 0 && !let_others_in(task, &flags))
			task = TAILQ_FIRST(&all_tasks);
	}
	tasklist_unlock(flags);
	return highest;
}

/*
 * Sets all selected tasks that it may and then reports an error if one was
 * refused, as Linux.
 */
s32 sys_setpriority(s32 which, s32 who, s32 nice)
{
	struct task_struct *task;
	s32 err = -ESRCH, refused = 0;
	u32 flags, n = 0;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	flags = tasklist_lock();
	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (sched_is_meant(task, which, who)) {
			/*
			 * Values beyond the range are clamped, not refused, as
			 * on Linux.
			 */
			err = try_nice(task, clamp_nice(nice));
			if (err)
				refused = err;
		}
		/* Starting again sets the same value again. */
		if (++n % LOOKED_AT_ONCE == 0 && !let_others_in(task, &flags))
			task = TAILQ_FIRST(&all_tasks);
	}
	tasklist_unlock(flags);
	return refused ? refused : err;
}

s32 sys_nice(s32 increment)
{
	/*
	 * A larger step than the whole range would only make the sum overflow.
	 */
	s32 step = increment < -40 ? -40 : min(increment, 40);

	s32 nice = clamp_nice(current->nice + step);

	if (!sched_may_have_nice(current, nice))
		return -EPERM;
	set_nice(current, nice);
	return 0;
}
