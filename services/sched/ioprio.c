/*
 * ioprio_set and ioprio_get: a task's priority in the queue of a disk.
 *
 * There is no disk here, and so no queue: the priorities are kept, inherited and
 * checked as on Linux, for programs that set their own or look at others'.
 */
#include <cred.h>
#include <proc/proc.h>
#include <services/sched/internal.h>

/* A priority is a class and, below it, a level from 0, the highest, to 7. */
#define IOPRIO_CLASS_SHIFT 13
#define IOPRIO_LEVELS      8u

enum ioprio_class {
	IOPRIO_CLASS_NONE, /* none was set: it follows from the nice value */
	IOPRIO_CLASS_RT,
	IOPRIO_CLASS_BE,
	IOPRIO_CLASS_IDLE,
};

/* `which` of the calls: PRIO_* plus 1. */
#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_WHO_USER    3

/* Returns 0 if the running task may give ioprio to anyone, -EINVAL or -EPERM. */
static int check_ioprio(s32 ioprio)
{
	u32 class = (u32)ioprio >> IOPRIO_CLASS_SHIFT;
	u32 level = (u32)ioprio & ((1u << IOPRIO_CLASS_SHIFT) - 1);

	switch (class) {
	case IOPRIO_CLASS_RT:
		if (!capable(CAP_SYS_ADMIN) && !capable(CAP_SYS_NICE))
			return -EPERM;
		return level < IOPRIO_LEVELS ? 0 : -EINVAL;
	case IOPRIO_CLASS_BE:
		return level < IOPRIO_LEVELS ? 0 : -EINVAL;
	case IOPRIO_CLASS_IDLE:
		return 0;
	case IOPRIO_CLASS_NONE:
		return level ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

/* Hold tasklist_lock. Returns 0, or -EPERM for another user's task. */
static int set_task_ioprio(struct task_struct *task, s32 ioprio)
{
	u32 uid = cred_of(&task->thread_info)->uid;

	if (uid != current_cred()->euid && uid != current_cred()->uid &&
	    !capable(CAP_SYS_NICE))
		return -EPERM;
	task->io_priority = (u16)ioprio;
	return 0;
}

/*
 * What a task without a priority of its own has in a group of tasks: the class
 * in the middle, with a level that follows from its nice value.
 */
static s32 effective_ioprio(const struct task_struct *task)
{
	if (task->io_priority)
		return task->io_priority;
	return IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT |
		(task->nice - MIN_NICE) / 5;
}

/* Stops at the first task that it may not change, as Linux. */
s32 sys_ioprio_set(s32 which, s32 who, s32 ioprio)
{
	int err = check_ioprio(ioprio);
	struct task_struct *task;
	s32 ret = -ESRCH;
	u32 flags, n = 0;

	if (err)
		return err;
	if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER)
		return -EINVAL;
	flags = tasklist_lock();
	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (sched_is_meant(task, which - 1, who)) {
			ret = set_task_ioprio(task, ioprio);
			if (ret)
				break;
		}
		/* Starting again sets the same value again. */
		if (++n % LOOKED_AT_ONCE == 0 && !let_others_in(task, &flags))
			task = TAILQ_FIRST(&all_tasks);
	}
	tasklist_unlock(flags);
	return ret;
}

/* Of one task what was set, of several the highest that they have. */
s32 sys_ioprio_get(s32 which, s32 who)
{
	s32 ret = -ESRCH, ioprio;
	struct task_struct *task;
	u32 flags, n = 0;

	if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER)
		return -EINVAL;
	flags = tasklist_lock();
	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (sched_is_meant(task, which - 1, who)) {
			ioprio = which == IOPRIO_WHO_PROCESS ?
				task->io_priority :
				effective_ioprio(task);
			ret = ret < 0 ? ioprio : min(ret, ioprio);
		}
		if (++n % LOOKED_AT_ONCE == 0 && !let_others_in(task, &flags))
			task = TAILQ_FIRST(&all_tasks);
	}
	tasklist_unlock(flags);
	return ret;
}
