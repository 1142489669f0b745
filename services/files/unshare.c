/* services/files/unshare.c - unshare: a task parts with what clone shared. */
#include <cred.h>
#include <fs/fs.h>
#include <proc/proc.h>
#include <services/files/files.h>
#include <uapi/sched.h>

/* As on Linux these can only be asked for: they are not parted with. */
#define OF_THREADS (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)
#define KNOWN      (OF_THREADS | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM)
#define NAMESPACES                                                     \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
	 CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWTIME)

/* Returns false if the caller shares one of OF_THREADS that flags name. */
static bool is_alone(u32 flags)
{
	if (flags & OF_THREADS && current->group_leader->nr_threads > 1)
		return false;
	/* A task that shares the handlers also has the memory. */
	return !(flags & (CLONE_SIGHAND | CLONE_VM)) ||
		atomic_read(&current->thread_info.mm->mm_users) == 1;
}

/*
 * unshare(2): 0, -ENOMEM, or -EINVAL, for a namespace, too, as of a Linux that
 * was built without it, which asks for the right to make one first: -EPERM.
 */
s32 sys_unshare(u32 flags)
{
	struct fs_struct *fs = NULL;
	int err = 0;

	if (flags & ~(u32)(KNOWN | NAMESPACES) || !is_alone(flags))
		return -EINVAL;
	if (flags & NAMESPACES)
		return capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	if (flags & CLONE_FS)
		err = fs_copy_shared(&fs);
	if (!err && flags & CLONE_FILES)
		err = unshare_table(current_thread_info());
	/* Last, since a call that fails must have changed nothing. */
	if (err)
		fs_put(fs);
	else if (fs)
		fs_replace(current, fs);
	return err;
}
