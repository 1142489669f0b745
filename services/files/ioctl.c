/*
 * services/files/ioctl.c - the three ioctl requests that every kind of file
 * accepts; all others go to the file's own operation.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <uapi/termios.h>

/*
 * FIONBIO: sets or clears O_NONBLOCK by the word at arg. Returns 0 or -EFAULT.
 */
static s32 set_nonblock(struct file *file, uaddr_t arg)
{
	u32 on;
	int err = get_user_u32(&on, arg);

	if (err)
		return err;
	file->f_flags = (file->f_flags & ~(u32)O_NONBLOCK) |
		(on ? O_NONBLOCK : 0);
	return 0;
}

/* ioctl(2). fget first, because -EBADF comes before all other errors. */
static s32 set_async(struct file *file, u32 fd, uaddr_t arg)
{
	u32 on;
	int err = get_user_u32(&on, arg);

	return err ? err : files_set_async(file, fd, on);
}

s32 sys_ioctl_all(u32 fd, u32 cmd, u32 arg)
{
	struct files_struct *files = current_thread_info()->files;
	struct file *file = fget(fd);
	s32 ret;

	if (!file)
		return -EBADF;
	switch (cmd) {
	/*
	 * These two change the descriptor, so the file's operation never sees
	 * them.
	 */
	case FIOCLEX:
	case FIONCLEX:
		ret = files_set_cloexec(files, fd, cmd == FIOCLEX);
		break;
	case FIONBIO:
		ret = set_nonblock(file, arg);
		break;
	case FIOASYNC:
		ret = set_async(file, fd, arg);
		break;
	default:
		ret = sys_ioctl(fd, cmd, arg);
		break;
	}
	fput(file);
	return ret;
}
