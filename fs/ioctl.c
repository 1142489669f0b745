/*
 * fs/ioctl.c - what each kind of file alone can be asked; and three requests
 * that all understand.
 */
#include <fs/internal.h>
#include <syscalls.h>
#include <uapi/termios.h>

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

s32 sys_ioctl(u32 fd, u32 cmd, u32 arg)
{
	struct files_struct *files = current_thread_info()->files;
	struct file *file = fget(fd);
	s32 ret;

	if (!file)
		return -EBADF;
	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		ret = files_set_cloexec(files, fd, cmd == FIOCLEX);
		break;
	case FIONBIO:
		ret = set_nonblock(file, arg);
		break;
	default:
		ret = file->f_op->ioctl ? file->f_op->ioctl(file, cmd, arg) :
					  -ENOTTY;
		break;
	}
	fput(file);
	return ret;
}
