/*
 * services/files/fcntl.c - dup and fcntl: further descriptors of an open file,
 * and the flags of descriptors and files.
 */
#include <fs/fs.h>
#include <sched.h>
#include <services/files/files.h>
#include <services/poll/async.h>
#include <uapi/termios.h>

/* The flags that F_SETFL changes; it ignores all others. */
#define SETFL_MASK ((u32)(O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME))

/*
 * Installs fd's file at the lowest free descriptor >= min_fd. Returns it,
 * -EBADF, -EMFILE or -ENOMEM.
 */
static s32 dup_from(u32 fd, u32 min_fd, bool cloexec)
{
	struct file *file = fget_raw(fd);
	u32 result;
	int err;

	if (!file)
		return -EBADF;
	err = files_install(current_thread_info()->files, file, min_fd, cloexec,
			    &result);
	/* Otherwise the new slot owns the reference of fget_raw(). */
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

/*
 * Puts file at fd exactly; the slot takes over the caller's reference. *old
 * gets the file that was there, with its reference, or NULL. 0, -EBADF or
 * -ENOMEM.
 */
static int files_replace(struct files_struct *files, u32 fd, struct file *file,
			 bool cloexec, struct file **old)
{
	if (fd >= fd_limit())
		return -EBADF;
	if (fd >= files->nr_slots && files_expand(files, fd + 1))
		return -ENOMEM;
	/* One step for other threads: no open() can get fd in between. */
	spin_lock(&files->lock);
	*old = files->slots[fd].file;
	files_set_slot(files, fd, file, cloexec);
	spin_unlock(&files->lock);
	return 0;
}

/* Makes `new` a descriptor of old's file. Returns new or -errno. */
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
	/*
	 * After the lock is released, since closing may sleep; as on Linux its
	 * errors are lost.
	 */
	if (replaced)
		filp_close(replaced, current_thread_info()->files);
	return (s32) new;
}

/* dup2(2). For two equal numbers POSIX demands only a check. */
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

/* dup3(2): two equal numbers are an error here, unlike in dup2. */
s32 sys_dup3(u32 old, u32 new, u32 flags)
{
	if (flags & ~(u32)O_CLOEXEC || old == new)
		return -EINVAL;
	return dup_to(old, new, flags & O_CLOEXEC);
}

/* ---- fcntl ------------------------------------------------------- */

/* F_GETFD's result, which is FD_CLOEXEC (1) or 0; or -EBADF. */
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

int files_set_async(struct file *file, u32 fd, bool on)
{
	int err;

	if (!(file->f_flags & FASYNC) == !on)
		return 0;
	err = file->f_op->ioctl ? file->f_op->ioctl(file, FIOASYNC, on) :
				  -ENOTTY;
	/* Not toggled: another thread may have done the same meanwhile. */
	if (!err)
		file->f_flags = (file->f_flags & ~FASYNC) | (on ? FASYNC : 0);
	if (!err && on)
		async_set_fd(file, fd);
	return err;
}

static s32 set_flags(struct file *file, u32 fd, u32 flags)
{
	int err;

	/* As in open: a task must not hide that it reads another user's file. */
	if (flags & ~file->f_flags & O_NOATIME &&
	    !owner_or_capable(file->f_inode))
		return -EPERM;
	/* No file here moves its data past the page cache; a pipe's is kept. */
	if (flags & O_DIRECT && !S_ISFIFO(file->f_inode->i_mode))
		return -EINVAL;
	/* As on Linux the flag has no effect on a file that never tells its owner. */
	err = files_set_async(file, fd, flags & FASYNC);
	if (err && err != -ENOTTY)
		return err;
	file->f_flags = (file->f_flags & ~SETFL_MASK) | (flags & SETFL_MASK);
	return 0;
}

/* The commands on the open file: flags, a pipe's size, a memfd's seals. */
static s32 file_fcntl(struct file *file, u32 fd, u32 cmd, u32 arg)
{
	if (cmd == F_GETFL)
		return (s32)file->f_flags;
	/* A descriptor opened with O_PATH has no other command. */
	if (file->f_mode & FMODE_PATH)
		return -EBADF;
	switch (cmd) {
	case F_SETFL:
		return set_flags(file, fd, arg);
	case F_SETOWN:
	case F_GETOWN:
	case F_SETOWN_EX:
	case F_GETOWN_EX:
	case F_SETSIG:
	case F_GETSIG:
		return owner_fcntl(file, cmd, arg);
	/*
	 * For other files Linux reports a wrong descriptor here, and a wrong
	 * argument below.
	 */
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

/* fcntl64(2), the call of all current C libraries. */
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
		/*
		 * A minimum that no descriptor can have is an argument's error,
		 * not -EMFILE.
		 */
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
					 file_fcntl(file, fd, cmd, arg);
		break;
	}
	fput(file);
	return ret;
}

/* fcntl(2), older than large files: it has no locks with 64-bit positions. */
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
