/*
 * Resource limits: getrlimit, setrlimit and prlimit64, with Linux's results.
 *
 * The limits are enforced by: AS, DATA and STACK mm/; NOFILE fs/file.c; FSIZE
 * services/files; CPU cpu_limit.c; MEMLOCK mm/ and services/advice, NPROC
 * services/ids, NICE and RTPRIO services/sched, these four not for root;
 * SIGPENDING services/signal; CORE services/coredump; MSGQUEUE services/mqueue.
 * RSS and LOCKS have no effect, as on Linux; RTTIME bounds what does not exist
 * here.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <proc/proc.h>
#include <services/ids/ids.h>
#include <services/system/system.h>

/*
 * Sets one limit for every thread of leader's process: limits belong to the
 * process, but each task has a copy, so that a check needs no lock. Hold
 * tasklist_lock.
 */
static void set_group_limit(const struct task_struct *leader, u32 resource,
			    const struct rlimit *new)
{
	struct task_struct *task;

	for_each_thread(task, leader)
		task->rlim[resource] = *new;
}

/*
 * Returns 0 if the running task may see and set task's limits, else -EPERM.
 * Another process must have the same user, and only privilege raises a hard
 * limit. Hold tasklist_lock.
 */
static int check_prlimit(const struct task_struct *task, u32 resource,
			 const struct rlimit *new)
{
	if (task->tgid != current->tgid && !same_user(task) &&
	    !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (new &&new->rlim_max > task->rlim[resource].rlim_max &&
	    !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (new &&resource == RLIMIT_NOFILE &&new->rlim_max > NR_OPEN_MAX)
		return -EPERM; /* not even root: there are no more descriptors */
	return 0;
}

/*
 * Reads *old and sets *new of task pid (0: the caller); both may be NULL.
 * Returns 0, -EINVAL, -EPERM, -ESRCH, or an error of cpu_limit_watch().
 */
static int do_prlimit(s32 pid, u32 resource, const struct rlimit *new,
		      struct rlimit *old)
{
	const struct task_struct *task;
	int err = 0;
	u32 flags;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	if (new &&new->rlim_cur > new->rlim_max)
		return -EINVAL;
	/* Before tasklist_lock: starting a thread sleeps. */
	if (new &&resource == RLIMIT_CPU &&new->rlim_cur != RLIM_INFINITY)
		err = cpu_limit_watch();
	if (err)
		return err;
	/*
	 * Reading and setting under one lock: of two tasks that swap a limit
	 * each sees the other's.
	 */
	flags = tasklist_lock();
	task = pid ? find_task(pid) : current;
	err = task ? check_prlimit(task, resource, new) : -ESRCH;
	if (!err && old)
		*old = task->rlim[resource];
	if (!err && new)
		set_group_limit(task->group_leader, resource, new);
	tasklist_unlock(flags);
	return err;
}

s32 sys_getrlimit(u32 resource, uaddr_t to)
{
	struct rlimit old;
	int err = do_prlimit(0, resource, NULL, &old);

	if (err)
		return err;
	return copy_to_user(to, &old, sizeof(old)) ? -EFAULT : 0;
}

s32 sys_setrlimit(u32 resource, uaddr_t from)
{
	struct rlimit new;

	if (copy_from_user(&new, from, sizeof(new)))
		return -EFAULT;
	return do_prlimit(0, resource, &new, NULL);
}

/* Returns a 64-bit limit as one of 32 bits: what does not fit is no limit. */
static u32 limit_from_64(u64 value)
{
	return value >= RLIM_INFINITY ? RLIM_INFINITY : (u32)value;
}

/* Returns a limit as prlimit64() reports it. */
static u64 limit_to_64(u32 value)
{
	return value == RLIM_INFINITY ? RLIM64_INFINITY : value;
}

s32 sys_prlimit64(s32 pid, u32 resource, uaddr_t unew, uaddr_t uold)
{
	struct rlimit64 wide;
	struct rlimit new, old;
	int err;

	if (unew) {
		if (copy_from_user(&wide, unew, sizeof(wide)))
			return -EFAULT;
		/*
		 * Before both are cut to 32 bits, where they might become
		 * equal.
		 */
		if (wide.rlim_cur > wide.rlim_max)
			return -EINVAL;
		new.rlim_cur = limit_from_64(wide.rlim_cur);
		new.rlim_max = limit_from_64(wide.rlim_max);
	}
	err = do_prlimit(pid, resource, unew ? &new : NULL, &old);
	if (err || !uold)
		return err;
	wide.rlim_cur = limit_to_64(old.rlim_cur);
	wide.rlim_max = limit_to_64(old.rlim_max);
	return copy_to_user(uold, &wide, sizeof(wide)) ? -EFAULT : 0;
}
