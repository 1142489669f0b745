/*
 * Scheduling classes and processors: sched_setscheduler and its family, as Linux
 * answers them, on one scheduler of fair shares.
 *
 * The classes that are not real-time are shares: a task of SCHED_IDLE has Linux's
 * weight of 3. What real-time tasks have instead: realtime.c.
 *
 * There is one processor, 0. Who may have which class: rights.c.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <run/run.h>
#include <services/sched/internal.h>
#include <services/time/time.h>
#include <string.h>
#include <uapi/sched.h>

#define IDLE_WEIGHT 3u

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

void sched_update_weight(struct task_struct *task)
{
	set_inv_weight(task, sched_own_inv_weight(task));
}

/* ---- finding a task ---------------------------------------------- */

/* 0: the caller. tasklist_lock held. */
static struct task_struct *find_sched_task(s32 pid)
{
	return pid ? find_task(pid) : current;
}

/* ---- setting ----------------------------------------------------- */

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
	default: /* SCHED_DEADLINE, too: nobody keeps deadlines here */
		return -EINVAL;
	}
}

/* Linux's order of errors: nobody, nothing such, not allowed. */
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
		if (!is_realtime(choice->policy))
			task->nice = choice->nice;
		sched_update_weight(task);
	}
	tasklist_unlock(flags);
	return err;
}

/* What task has: 0 or -ESRCH. */
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

/* size is what the program has; more than we know must be zero. */
static int get_attr(uaddr_t from, struct sched_attr *attr)
{
	u32 size, word, at;

	if (get_user_u32(&size, from))
		return -EFAULT;
	if (!size)
		size = SCHED_ATTR_SIZE_VER0;
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
	choice.nice = clamp_nice(attr.sched_nice);
	return set_choice(pid, &choice, true);
}

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
	if (!is_realtime(choice.policy))
		attr.sched_nice = choice.nice;
	return copy_to_user(uattr, &attr, attr.size) ? -EFAULT : 0;
}

/* ---- limits and times -------------------------------------------- */

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

/* How long a task runs before another one of its class does; 0: for ever. */
static s32 do_rr_get_interval(s32 pid, uaddr_t to, bool time64)
{
	struct sched_choice choice;
	int err = get_choice(pid, &choice);

	if (err)
		return err;
	return put_timespec(choice.policy == SCHED_FIFO ? 0 : SLICE_NSEC, to,
			    time64);
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

s32 sys_sched_setaffinity(s32 pid, u32 bytes, uaddr_t mask)
{
	const struct task_struct *task;
	u32 set = 0, flags;
	int err = 0;

	if (copy_from_user(&set, mask, min(bytes, (u32)sizeof(set))))
		return -EFAULT;
	flags = tasklist_lock();
	task = find_sched_task(pid);
	if (!task)
		err = -ESRCH;
	else if (!sched_may_change(task))
		err = -EPERM;
	tasklist_unlock(flags);
	return err || set & CPU_0 ? err : -EINVAL;
}

/* Returns how many bytes of the set it has written: whole words. */
s32 sys_sched_getaffinity(s32 pid, u32 bytes, uaddr_t mask)
{
	struct sched_choice unused;

	if (bytes < 4 || bytes % 4)
		return -EINVAL;
	if (pid < 0 || get_choice(pid, &unused))
		return -ESRCH;
	return put_user_u32(CPU_0, mask) ? -EFAULT : 4;
}

s32 sys_getcpu(uaddr_t cpu, uaddr_t node, uaddr_t unused __unused_arg)
{
	if (cpu && put_user_u32(0, cpu))
		return -EFAULT;
	return node && put_user_u32(0, node) ? -EFAULT : 0;
}

/* ---- the row ----------------------------------------------------- */

/* The child has what its parent chose, and nothing of what that is lent. */
static int sched_fork(struct task_struct *child, u32 flags __unused_arg)
{
	const struct task_struct *parent = current;

	if (likely(!(parent->policy | parent->sched_reset_on_fork |
		     parent->sched_lent)))
		return 0;
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
