/*
 * The right to give a task a larger share of the core, by Linux's rules: a task
 * with CAP_SYS_NICE (root) may give any task any share, a user's task may give
 * that user's tasks what their RLIMIT_NICE and RLIMIT_RTPRIO allow.
 */
#include <cred.h>
#include <proc/proc.h>
#include <services/sched/internal.h>
#include <uapi/sched.h>

/*
 * Returns a limit of the task whose share changes, which counts, not the
 * caller's.
 */
static u32 limit_of(const struct task_struct *task, u32 resource)
{
	return task->rlim[resource].rlim_cur;
}

bool sched_may_change(const struct task_struct *task)
{
	const struct cred *cred = current_cred();
	const struct cred *other = cred_of(&task->thread_info);

	/* A set-uid program may have privileges that its user has not. */
	return has_cap(cred, CAP_SYS_NICE) ||
		((cred->euid == other->uid || cred->euid == other->euid) &&
		 !(other->permitted & ~cred->permitted));
}

/*
 * RLIMIT_NICE counts from 1 (nice 19) to 40 (nice -20). Lowering a share is
 * allowed to everybody, though it cannot be taken back then.
 */
bool sched_may_have_nice(const struct task_struct *task, s32 nice)
{
	return nice >= task->nice ||
		(u32)(MAX_NICE + 1 - nice) <= limit_of(task, RLIMIT_NICE) ||
		capable(CAP_SYS_NICE);
}

/*
 * Returns true if task may have choice's real-time class and priority:
 * RLIMIT_RTPRIO must allow a class that it does not have yet, and a priority
 * above its own.
 */
static bool may_have_priority(const struct task_struct *task,
			      const struct sched_choice *choice)
{
	u32 limit = limit_of(task, RLIMIT_RTPRIO);

	return (choice->policy == task->policy || limit) &&
		(choice->priority <= task->rt_priority ||
		 choice->priority <= limit);
}

bool sched_may_choose(const struct task_struct *task,
		      const struct sched_choice *choice)
{
	if (capable(CAP_SYS_NICE))
		return true;
	/*
	 * A task whose children must not inherit its class may not get rid of
	 * that.
	 */
	if (!sched_may_change(task) ||
	    (task->sched_reset_on_fork && !choice->reset_on_fork))
		return false;
	if (is_realtime(choice->policy) && !may_have_priority(task, choice))
		return false;
	/*
	 * SCHED_IDLE is below every nice value, so leaving it raises the share:
	 * Linux wants RLIMIT_NICE to allow it.
	 */
	if (task->policy == SCHED_IDLE && choice->policy != SCHED_IDLE &&
	    (u32)(MAX_NICE + 1 - task->nice) > limit_of(task, RLIMIT_NICE))
		return false;
	return (choice->policy != SCHED_NORMAL &&
		choice->policy != SCHED_BATCH) ||
		sched_may_have_nice(task, choice->nice);
}
