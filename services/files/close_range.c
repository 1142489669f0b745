/*
 * services/files/close_range.c - many descriptors at once.
 */
#include <fs/fs.h>
#include <proc/proc.h>
#include <sched.h>
#include <services/files/files.h>
#include <uapi/close_range.h>

/* A table of the caller's own, if others share it. 0 or -ENOMEM. */
static int unshare_table(struct thread_info *ti)
{
	struct files_struct *shared = ti->files, *own;
	u32 flags;

	if (!files_are_shared(shared))
		return 0;
	own = files_copy(shared);
	if (!own)
		return -ENOMEM;
	flags = tasklist_lock(); /* /proc looks */
	ti->files = own;
	tasklist_unlock(flags);
	files_put(shared);
	return 0;
}

static void close_one(struct files_struct *files, u32 fd)
{
	struct file *file = files_remove(files, fd, NULL);

	if (file)
		filp_close(file, files);
}

/* A signal does not end it: descriptors that stay open would be a surprise. */
s32 sys_close_range(u32 first, u32 last, u32 flags)
{
	struct thread_info *ti = current_thread_info();
	u32 fd;
	int err = 0;

	if (flags & ~(u32)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) ||
	    first > last)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE)
		err = unshare_table(ti);
	if (err)
		return err;
	for (fd = first; fd <= last && fd < files_size(ti->files); fd++) {
		if (flags & CLOSE_RANGE_CLOEXEC)
			(void)files_set_cloexec(ti->files, fd, true);
		else
			close_one(ti->files, fd);
		cond_resched();
	}
	return 0;
}
