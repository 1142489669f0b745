/*
 * services/files/fcntl.c - descriptors of one file: dup, fcntl.
 */
#include <fs/fs.h>
#include <sched.h>
#include <services/files/files.h>

/* What F_SETFL may change. */
#define SETFL_MASK ((u32)(O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME))

/* A further descriptor for fd's file, the lowest free one >= min_fd. */
static s32 dup_from(u32 fd, u32 min_fd, bool cloexec)
{
	struct file *file = fget_raw(fd);
	u32 result;
	int err;

	if (!file)
		return -EBADF;
	err = files_install(current_thread_info()->files, file, min_fd, cloexec,
			    &result);
	if (err) {
		fput(file);
		return err;
	}
	return (s32)result;
}

s32 sys_dup(u32 fd)
{
	return dup_from(fd, 0, false);
}

/* Put file (its reference moves) at fd exactly; *old: what was there. */
static int files_replace(struct files_struct *files, u32 fd, struct file *file,
			 bool cloexec, struct file **old)
{
	if (fd >= fd_limit())
		return -EBADF;
	if (fd >= files->nr_slots && files_expand(files, fd + 1))
		return -ENOMEM;
	spin_lock(&files->lock);
	*old = files->slots[fd].file;
	files_set_slot(files, fd, file, cloexec);
	spin_unlock(&files->lock);
	return 0;
}

static s32 dup_to(u32 old, u32 new, bool cloexec)
{
	struct file *file = fget_raw(old), *replaced;
	int err;

	if (!file)
		return -EBADF;
	err = files_replace(current_thread_info()->files, new, file, cloexec,
			    &replaced);
	if (err) {
		fput(file);
		return err;
	}
	if (replaced)
		filp_close(replaced, current_thread_info()->files);
	return (s32) new;
}

s32 sys_dup2(u32 old, u32 new)
{
	struct file *file;

	if (old != new)
		return dup_to(old, new, false);
	file = fget_raw(old);
	if (!file)
		return -EBADF;
	fput(file);
	return (s32) new;
}

s32 sys_dup3(u32 old, u32 new, u32 flags)
{
	if (flags & ~(u32)O_CLOEXEC || old == new)
		return -EINVAL;
	return dup_to(old, new, flags & O_CLOEXEC);
}

/* ---- fcntl ------------------------------------------------------- */

/* 1, 0 or -EBADF. */
static int files_get_cloexec(struct files_struct *files, u32 fd)
{
	int ret = -EBADF;

	spin_lock(&files->lock);
	if (fd < files->nr_slots && files->slots[fd].file)
		ret = files->slots[fd].cloexec;
	spin_unlock(&files->lock);
	return ret;
}

int files_set_cloexec(struct files_struct *files, u32 fd, bool cloexec)
{
	int err = -EBADF;

	spin_lock(&files->lock);
	if (fd < files->nr_slots && files->slots[fd].file) {
		files->slots[fd].cloexec = cloexec;
		err = 0;
	}
	spin_unlock(&files->lock);
	return err;
}

static s32 file_fcntl(struct file *file, u32 cmd, u32 arg)
{
	/* As Linux: every file may be large. */
	if (cmd == F_GETFL)
		return (s32)(file->f_flags |
			     (file->f_mode & FMODE_PATH ? 0 : O_LARGEFILE));
	if (file->f_mode & FMODE_PATH)
		return -EBADF;
	switch (cmd) {
	case F_SETFL:
		if (arg & ~file->f_flags & O_NOATIME &&
		    !owner_or_capable(file->f_inode))
			return -EPERM;
		file->f_flags = (file->f_flags & ~SETFL_MASK) |
			(arg & SETFL_MASK);
		return 0;
	case F_GETPIPE_SZ:
	case F_SETPIPE_SZ:
		return file->f_op->fcntl ? file->f_op->fcntl(file, cmd, arg) :
					   -EBADF;
	case F_ADD_SEALS:
	case F_GET_SEALS:
		return file->f_op->fcntl ? file->f_op->fcntl(file, cmd, arg) :
					   -EINVAL;
	default:
		return -EINVAL;
	}
}

s32 sys_fcntl64(u32 fd, u32 cmd, u32 arg)
{
	struct files_struct *files = current_thread_info()->files;
	struct file *file = fget_raw(fd);
	s32 ret;

	if (!file)
		return -EBADF;
	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		ret = arg >= rlimit(RLIMIT_NOFILE) ?
			-EINVAL :
			dup_from(fd, arg, cmd == F_DUPFD_CLOEXEC);
		break;
	case F_GETFD:
		ret = files_get_cloexec(files, fd);
		break;
	case F_SETFD:
		ret = files_set_cloexec(files, fd, arg & FD_CLOEXEC);
		break;
	default:
		ret = is_lock_cmd(cmd) ? fcntl_lock(fd, file, cmd, arg) :
					 file_fcntl(file, cmd, arg);
		break;
	}
	fput(file);
	return ret;
}

/* The call of before there were large files: it has no locks of 64 bits. */
s32 sys_fcntl(u32 fd, u32 cmd, u32 arg)
{
	struct file *file;

	if (!is_lock_cmd(cmd) || cmd < F_GETLK64)
		return sys_fcntl64(fd, cmd, arg);
	file = fget_raw(fd);
	if (!file)
		return -EBADF;
	fput(file);
	return -EINVAL;
}
