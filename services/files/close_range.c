/*
 * services/files/close_range.c - closes many descriptors at once, or marks them
 * to be closed by execve.
 */
#include <fs/fs.h>
#include <proc/proc.h>
#include <sched.h>
#include <services/files/files.h>
#include <uapi/close_range.h>

int unshare_table(struct thread_info *ti)
{
	struct files_struct *shared = ti->files, *own;
	u32 flags;

	if (!files_are_shared(shared))
		return 0;
	own = files_copy(shared);
	if (!own)
		return -ENOMEM;
	/*
	 * /proc follows the `files` of other tasks under tasklist_lock; with
	 * the lock held here, no reader can be using the table that is put
	 * below.
	 */
	flags = tasklist_lock();
	ti->files = own;
	tasklist_unlock(flags);
	files_put(shared);
	return 0;
}

/*
 * Does nothing if fd is free: unlike close(2), close_range reports no -EBADF.
 */
static void close_one(struct files_struct *files, u32 fd)
{
	struct file *file = files_remove(files, fd, NULL);

	if (file)
		filp_close(file, files);
}

/*
 * close_range(2). A signal does not end it: a program that relies on it would
 * be surprised by descriptors that stay open.
 */
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
	/*
	 * The size is read again each time, since other threads may let the
	 * table grow. Nothing is open beyond it, so last may be UINT32_MAX.
	 */
	for (fd = first; fd <= last && fd < files_size(ti->files); fd++) {
		if (flags & CLOSE_RANGE_CLOEXEC)
			/*
			 * A free slot gives -EBADF here, which is no error of
			 * the call.
			 */
			(void)files_set_cloexec(ti->files, fd, true);
		else
			close_one(ti->files, fd);
		cond_resched();
	}
	return 0;
}
