/*
 * Scheduling classes and processors: sched_setscheduler and its family, with
 * Linux's results, on one scheduler of fair shares.
 *
 * The classes that are not real-time are shares: a task of SCHED_IDLE has
 * Linux's weight of 3. Real-time tasks are in realtime.c.
 *
 * There is one processor, 0. rights.c decides who may have which class.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <run/run.h>
#include <services/sched/internal.h>
#include <services/time/time.h>
#include <string.h>
#include <uapi/sched.h>

#define IDLE_WEIGHT 3u

/*
 * One number orders all tasks: real-time ones have 0 to 98, and no weight is
 * large enough for the quotient of a share to be that small.
 */
u32 sched_own_inv_weight(const struct task_struct *task)
{
	u32 weight;

	if (is_realtime(task->policy))
		return RT_PRIO_MAX - task->rt_priority;
	if (task->policy == SCHED_IDLE)
		weight = IDLE_WEIGHT;
	else
		weight = nice_weight(task->nice);
	return (1u << 24) / weight;
}

/*
 * Takes effect at once: set_inv_weight() moves a ready task if it becomes
 * real-time or ceases to be.
 */
void sched_update_weight(struct task_struct *task)
{
	set_inv_weight(task, sched_own_inv_weight(task));
}

/* ---- finding a task ---------------------------------------------- */

/* Returns task pid (0: the caller), or NULL. Hold tasklist_lock. */
static struct task_struct *find_sched_task(s32 pid)
{
	return pid ? find_task(pid) : current;
}

/* ---- setting ----------------------------------------------------- */

/* Returns 0 if the class exists and has such a priority, else -EINVAL. */
static int check_choice(const struct sched_choice *choice)
{
	switch (choice->policy) {
	case SCHED_FIFO:
	case SCHED_RR:
		return choice->priority >= RT_PRIO_MIN &&
				choice->priority <= RT_PRIO_MAX ?
			0 :
			-EINVAL;
	case SCHED_NORMAL:
	case SCHED_BATCH:
	case SCHED_IDLE:
		return choice->priority ? -EINVAL : 0;
	default: /* SCHED_DEADLINE as well: there are no deadlines here */
		return -EINVAL;
	}
}

/*
 * Sets class, priority and, with_nice, the nice value of task pid. Returns 0 or
 * an error in Linux's order: -ESRCH, -EINVAL, -EPERM.
 */
static int set_choice(s32 pid, struct sched_choice *choice, bool with_nice)
{
	u32 flags = tasklist_lock();
	struct task_struct *task = find_sched_task(pid);
	int err = task ? check_choice(choice) : -ESRCH;

	if (!err && !with_nice)
		choice->nice = task->nice;
	if (!err && !sched_may_choose(task, choice))
		err = -EPERM;
	if (!err) {
		task->policy = (u8)choice->policy;
		task->rt_priority = (u8)choice->priority;
		task->sched_reset_on_fork = choice->reset_on_fork;
		/* A real-time task keeps the nice value it will have later. */
		if (!is_realtime(choice->policy))
			task->nice = choice->nice;
		sched_update_weight(task);
	}
	tasklist_unlock(flags);
	return err;
}

/* Reads class, priority and nice value of task pid: 0, -EINVAL or -ESRCH. */
static int get_choice(s32 pid, struct sched_choice *choice)
{
	const struct task_struct *task;
	u32 flags;

	if (pid < 0)
		return -EINVAL;
	flags = tasklist_lock();
	task = find_sched_task(pid);
	if (task) {
		*choice = (struct sched_choice){ task->policy,
						 task->rt_priority,
						 task->sched_reset_on_fork,
						 task->nice };
	}
	tasklist_unlock(flags);
	return task ? 0 : -ESRCH;
}

/*
 * SCHED_RESET_ON_FORK is a bit of policy in this call, and a flag in
 * sched_setattr.
 */
s32 sys_sched_setscheduler(s32 pid, s32 policy, uaddr_t param)
{
	struct sched_choice choice;

	if (!param || pid < 0 || policy < 0)
		return -EINVAL;
	choice.policy = (u32)policy & ~SCHED_RESET_ON_FORK;
	choice.reset_on_fork = (u32)policy & SCHED_RESET_ON_FORK;
	if (get_user_u32(&choice.priority, param))
		return -EFAULT;
	return set_choice(pid, &choice, false);
}

/* Changes the priority within the class that the task has. */
s32 sys_sched_setparam(s32 pid, uaddr_t param)
{
	struct sched_choice choice;
	u32 priority;
	int err;

	if (!param || pid < 0)
		return -EINVAL;
	if (get_user_u32(&priority, param))
		return -EFAULT;
	err = get_choice(pid, &choice);
	choice.priority = priority;
	return err ? err : set_choice(pid, &choice, false);
}

/*
 * Returns the class with SCHED_RESET_ON_FORK or-ed in, as sched_setscheduler
 * takes it.
 */
s32 sys_sched_getscheduler(s32 pid)
{
	struct sched_choice choice;
	int err = get_choice(pid, &choice);

	if (err)
		return err;
	return (s32)(choice.policy |
		     (choice.reset_on_fork ? SCHED_RESET_ON_FORK : 0));
}

s32 sys_sched_getparam(s32 pid, uaddr_t param)
{
	struct sched_choice choice;
	int err = param ? get_choice(pid, &choice) : -EINVAL;

	return err ? err : put_user_u32(choice.priority, param);
}

/* ---- with a structure -------------------------------------------- */

/*
 * Reads a sched_attr whose size the program gives in its first word. A longer
 * one, of a later Linux, is accepted if the unknown part is zero. Returns 0,
 * -EFAULT or -E2BIG.
 */
static int get_attr(uaddr_t from, struct sched_attr *attr)
{
	u32 size, word, at;

	if (get_user_u32(&size, from))
		return -EFAULT;
	if (!size)
		size = SCHED_ATTR_SIZE_VER0;
	/*
	 * As Linux: the program finds the size that this kernel knows in its
	 * structure.
	 */
	if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		return put_user_u32(sizeof(*attr), from) ? -EFAULT : -E2BIG;
	memset(attr, 0, sizeof(*attr));
	if (copy_from_user(attr, from, min(size, (u32)sizeof(*attr))))
		return -EFAULT;
	for (at = sizeof(*attr); at + 4 <= size; at += 4) {
		if (get_user_u32(&word, from + at))
			return -EFAULT;
		if (word)
			return -E2BIG;
	}
	return 0;
}

s32 sys_sched_setattr(s32 pid, uaddr_t uattr, u32 flags)
{
	struct sched_attr attr;
	struct sched_choice choice;
	int err;

	if (!uattr || pid < 0 || flags)
		return -EINVAL;
	err = get_attr(uattr, &attr);
	if (err)
		return err;
	if ((s32)attr.sched_policy < 0 ||
	    attr.sched_flags & ~(u64)SCHED_FLAG_RESET_ON_FORK)
		return -EINVAL;
	choice.policy = attr.sched_policy;
	choice.priority = attr.sched_priority;
	choice.reset_on_fork = attr.sched_flags & SCHED_FLAG_RESET_ON_FORK;
	/* Linux clamps it as well, instead of an error. */
	choice.nice = clamp_nice(attr.sched_nice);
	return set_choice(pid, &choice, true);
}

/*
 * Writes only as much as the program's size: an older program has a shorter
 * structure.
 */
s32 sys_sched_getattr(s32 pid, uaddr_t uattr, u32 size, u32 flags)
{
	struct sched_attr attr;
	struct sched_choice choice;
	int err;

	if (!uattr || pid < 0 || flags || size < SCHED_ATTR_SIZE_VER0 ||
	    size > PAGE_SIZE)
		return -EINVAL;
	err = get_choice(pid, &choice);
	if (err)
		return err;
	memset(&attr, 0, sizeof(attr));
	attr.size = min(size, (u32)sizeof(attr));
	attr.sched_policy = choice.policy;
	attr.sched_priority = choice.priority;
	if (choice.reset_on_fork)
		attr.sched_flags = SCHED_FLAG_RESET_ON_FORK;
	/*
	 * Linux shows 0 for a real-time task, though it keeps its nice value.
	 */
	if (!is_realtime(choice.policy))
		attr.sched_nice = choice.nice;
	return copy_to_user(uattr, &attr, attr.size) ? -EFAULT : 0;
}

/* ---- limits and times -------------------------------------------- */

/*
 * Returns of_realtime for a real-time class, 0 for another one that exists, or
 * -EINVAL. Number 4 was planned for a class (SCHED_ISO) that Linux never had.
 */
static s32 priority_limit(u32 policy, u32 of_realtime)
{
	if (is_realtime(policy))
		return (s32)of_realtime;
	return policy <= SCHED_DEADLINE && policy != 4 ? 0 : -EINVAL;
}

s32 sys_sched_get_priority_max(u32 policy)
{
	return priority_limit(policy, RT_PRIO_MAX);
}

s32 sys_sched_get_priority_min(u32 policy)
{
	return priority_limit(policy, RT_PRIO_MIN);
}

/*
 * The body of both calls: the time that a task runs before an equal one does; 0
 * for SCHED_FIFO, which has no such limit.
 */
static s32 do_rr_get_interval(s32 pid, uaddr_t to, bool time64)
{
	struct sched_choice choice;
	u64 slice = SLICE_NSEC;
	int err = get_choice(pid, &choice);

	if (err)
		return err;
	if (choice.policy == SCHED_RR)
		slice = (u64)rr_slice_ticks() * TICK_NSEC;
	else if (choice.policy == SCHED_FIFO)
		slice = 0;
	return put_timespec(slice, to, time64);
}

s32 sys_sched_rr_get_interval(s32 pid, uaddr_t to)
{
	return do_rr_get_interval(pid, to, false);
}

s32 sys_sched_rr_get_interval_time64(s32 pid, uaddr_t to)
{
	return do_rr_get_interval(pid, to, true);
}

/* ---- processors -------------------------------------------------- */

#define CPU_0 1u

/* Any set that has processor 0 is accepted, and changes nothing. */
s32 sys_sched_setaffinity(s32 pid, u32 bytes, uaddr_t mask)
{
	const struct task_struct *task;
	u32 set = 0, flags;
	int err = 0;

	if (copy_from_user(&set, mask, min(bytes, (u32)sizeof(set))))
		return -EFAULT;
	/*
	 * As on Linux a missing task or right is reported before an empty set.
	 */
	flags = tasklist_lock();
	task = find_sched_task(pid);
	if (!task)
		err = -ESRCH;
	else if (!sched_may_change(task))
		err = -EPERM;
	tasklist_unlock(flags);
	return err || set & CPU_0 ? err : -EINVAL;
}

/*
 * Returns the number of bytes written, which are whole words: C libraries fill
 * the rest of their set with zeros.
 */
s32 sys_sched_getaffinity(s32 pid, u32 bytes, uaddr_t mask)
{
	struct sched_choice unused;

	if (bytes < 4 || bytes % 4)
		return -EINVAL;
	/*
	 * Only whether the task exists matters here; a negative pid is -ESRCH
	 * in this call, as on Linux.
	 */
	if (pid < 0 || get_choice(pid, &unused))
		return -ESRCH;
	return put_user_u32(CPU_0, mask) ? -EFAULT : 4;
}

/* Linux ignores the third argument, once a cache, too. */
s32 sys_getcpu(uaddr_t cpu, uaddr_t node, uaddr_t unused __unused_arg)
{
	if (cpu && put_user_u32(0, cpu))
		return -EFAULT;
	return node && put_user_u32(0, node) ? -EFAULT : 0;
}

/* ---- the row ----------------------------------------------------- */

/*
 * The fork of the service's row: the child has its parent's class, priority for
 * input and output, and timer slack, which becomes its default, too, but nothing
 * of what others lend the parent.
 */
static int sched_fork(struct task_struct *child, u32 flags __unused_arg)
{
	const struct task_struct *parent = current;

	/*
	 * The core has copied nice value and share already: nothing more for
	 * most tasks.
	 */
	if (likely(!(parent->policy | parent->sched_reset_on_fork |
		     parent->sched_lent | parent->io_priority |
		     parent->timer_slack_ns)))
		return 0;
	child->io_priority = parent->io_priority;
	child->timer_slack_ns = parent->timer_slack_ns;
	child->default_slack_ns = parent->timer_slack_ns;
	if (!parent->sched_reset_on_fork) {
		child->policy = parent->policy;
		child->rt_priority = parent->rt_priority;
	} else {
		child->nice = is_realtime(parent->policy) ?
			0 :
			max(parent->nice, 0);
	}
	sched_update_weight(child);
	return 0;
}

const struct service sched_service = {
	.init = realtime_init,
	.fork = sched_fork,
};
