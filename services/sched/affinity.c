/*
 * On which cores a task may run: the one there is. The C library counts the
 * processors of a machine by sched_getaffinity.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/sched/sched.h>

#define ONLINE 1u /* a bit for each core */

static bool task_exists(s32 pid)
{
	u32 flags = tasklist_lock();
	bool exists = pid == 0 || find_task(pid);

	tasklist_unlock(flags);
	return exists;
}

/* The answer is how many bytes of the mask mean something. */
s32 sys_sched_getaffinity(s32 pid, u32 bytes, uaddr_t to)
{
	const u32 mask = ONLINE;

	if (bytes == 0 || !IS_ALIGNED(bytes, sizeof(mask)))
		return -EINVAL;
	if (!task_exists(pid))
		return -ESRCH;
	if (copy_to_user(to, &mask, sizeof(mask)))
		return -EFAULT;
	return sizeof(mask);
}

/* Cores that are not there do not matter, if one that is there is among them. */
s32 sys_sched_setaffinity(s32 pid, u32 bytes, uaddr_t from)
{
	u32 mask = 0;

	if (copy_from_user(&mask, from, min(bytes, (u32)sizeof(mask))))
		return -EFAULT;
	if (!task_exists(pid))
		return -ESRCH;
	return mask & ONLINE ? 0 : -EINVAL;
}
