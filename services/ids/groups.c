/*
 * The supplementary groups of a task: getgroups and setgroups.
 */
#include <asm/uaccess.h>
#include <sched.h>
#include <services/ids/ids.h>

/*
 * Sorts the groups in ascending order, since in_group() searches by halves.
 * Shell's sort: a program may set NGROUPS_MAX of them, and it needs neither
 * recursion nor memory.
 */
static void sort_groups(struct cred *cred)
{
	u32 *groups = cred->groups, gap, i, at, id;

	for (gap = cred->nr_groups / 2; gap > 0; gap /= 2) {
		for (i = gap; i < cred->nr_groups; i++) {
			id = groups[i];
			for (at = i; at >= gap && groups[at - gap] > id;
			     at -= gap)
				groups[at] = groups[at - gap];
			groups[at] = id;
		}
		/*
		 * 65536 groups take many ms, which other tasks must not wait
		 * for.
		 */
		cond_resched();
	}
}

/*
 * Reads the n-th id of the program's list, of 32 bits (wide) or 16: 0 or
 * -EFAULT.
 */
static int read_group(uaddr_t list, u32 n, bool wide, u32 *id)
{
	u16 narrow;

	if (wide)
		return get_user_u32(id, list + 4 * n);
	if (copy_from_user(&narrow, list + 2 * n, sizeof(narrow)))
		return -EFAULT;
	*id = id_from_16(narrow);
	return 0;
}

/*
 * The body of both setgroups calls: 0, -EPERM, -EINVAL, -ENOMEM or -EFAULT. The
 * task's credentials change only after the whole list has been read.
 */
static s32 set_groups(u32 n, uaddr_t list, bool wide)
{
	struct cred *new;
	int err = 0;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (n > NGROUPS_MAX)
		return -EINVAL;
	new = alloc_cred(n);
	if (!new)
		return -ENOMEM;
	for (u32 i = 0; i < n && !err; i++) {
		err = read_group(list, i, wide, &new->groups[i]);
		/*
		 * -1 is no group: Linux refuses it, since set*id calls read it
		 * as "keep".
		 */
		if (!err && new->groups[i] == KEEP_ID)
			err = -EINVAL;
	}
	if (err) {
		put_cred(new);
		return err;
	}
	/* Before set_cred(): a cred that is in use does not change. */
	sort_groups(new);
	set_cred(new);
	return 0;
}

/* Writes id as the n-th of the program's list: 0 or -EFAULT. */
static int write_group(uaddr_t list, u32 n, bool wide, u32 id)
{
	u16 narrow = (u16)id_to_16(id);

	if (wide)
		return put_user_u32(id, list + 4 * n);
	return copy_to_user(list + 2 * n, &narrow, sizeof(narrow)) ? -EFAULT :
								     0;
}

/*
 * The body of both getgroups calls: returns the number of groups, -EINVAL or
 * -EFAULT.
 */
static s32 get_groups(s32 n, uaddr_t list, bool wide)
{
	const struct cred *cred = current_cred();

	if (n < 0)
		return -EINVAL;
	/* A query for the size that the list needs. */
	if (n == 0)
		return (s32)cred->nr_groups;
	/* A list that is too short gets nothing, rather than a part. */
	if ((u32)n < cred->nr_groups)
		return -EINVAL;
	for (u32 i = 0; i < cred->nr_groups; i++)
		if (write_group(list, i, wide, cred->groups[i]))
			return -EFAULT;
	return (s32)cred->nr_groups;
}

/* ---- system calls ------------------------------------------------ */

s32 sys_getgroups32(s32 n, uaddr_t list)
{
	return get_groups(n, list, true);
}

s32 sys_setgroups32(s32 n, uaddr_t list)
{
	return set_groups((u32)n, list, true);
}

s32 sys_getgroups(s32 n, uaddr_t list)
{
	return get_groups(n, list, false);
}

s32 sys_setgroups(s32 n, uaddr_t list)
{
	return set_groups((u32)n, list, false);
}
