/*
 * Resource limits: getrlimit, setrlimit and prlimit64, as Linux answers them.
 *
 * Who enforces them: AS, DATA and STACK mm/, NOFILE fs/file.c, FSIZE
 * services/files, CPU cpu_limit.c, MEMLOCK mm/ and services/advice, NPROC
 * services/ids, NICE and RTPRIO services/sched; the last four not for root.
 * SIGPENDING services/signal. CORE: no program leaves one. RSS, LOCKS: nowhere, as
 * on Linux; MSGQUEUE, RTTIME bound what does not exist here.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <proc/proc.h>
#include <services/ids/ids.h>
#include <services/system/system.h>

/*
 * Set one limit of every thread of a group; limits are the process's.
 * tasklist_lock held.
 */
static void set_group_limit(const struct task_struct *leader, u32 resource,
			    const struct rlimit *new)
{
	struct task_struct *task;

	for_each_thread(task, leader)
		task->rlim[resource] = *new;
}

/* A hard limit goes up for who may do so; another's limits are its user's. */
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
		return -EPERM; /* nor who may: there are no more */
	return 0;
}

/* old and new may be NULL. 0, -EINVAL, -EPERM, -ESRCH. */
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
	if (new &&resource == RLIMIT_CPU &&new->rlim_cur != RLIM_INFINITY)
		err = cpu_limit_watch();
	if (err)
		return err;
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

static u32 limit_from_64(u64 value)
{
	return value >= RLIM_INFINITY ? RLIM_INFINITY : (u32)value;
}

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
