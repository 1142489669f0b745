/*
 * services/files/ioctl.c - the ioctl requests that every kind of file accepts, and
 * those of regular files and directories; all others go to the file's own
 * operation.
 */
#include <asm/uaccess.h>
#include <cred.h>
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

/*
 * FIONREAD: the bytes between the position and the end, less than 0 behind the
 * end. The position may move meanwhile, as on Linux.
 */
static s32 bytes_to_read(const struct file *file, uaddr_t arg)
{
	return put_user_u32((u32)(i_size_read(file->f_inode) - file->f_pos),
			    arg);
}

/* FIOQSIZE: the bytes of memory that the file's data takes. */
static s32 bytes_taken(const struct inode *inode, uaddr_t arg)
{
	u64 bytes = (u64)inode_blocks(inode) * 512;

	return copy_to_user(arg, &bytes, sizeof(bytes)) ? -EFAULT : 0;
}

/* The requests of a regular file or a directory. -ENOTTY: it is none of them. */
static s32 ioctl_data(const struct file *file, u32 cmd, uaddr_t arg)
{
	const struct inode *inode = file->f_inode;
	bool regular = S_ISREG(inode->i_mode);

	if (!regular && !S_ISDIR(inode->i_mode))
		return -ENOTTY;
	switch (cmd) {
	case FIOQSIZE:
		return bytes_taken(inode, arg);
	case FIGETBSZ:
		return put_user_u32(PAGE_SIZE, arg);
	case FIONREAD:
		return regular ? bytes_to_read(file, arg) : -ENOTTY;
	/* No file has blocks on a disk, whose numbers could be told. */
	case FIBMAP:
		if (!regular)
			return -ENOTTY;
		return capable(CAP_SYS_RAWIO) ? -EINVAL : -EPERM;
	default:
		return -ENOTTY;
	}
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
		if (ret == -ENOTTY)
			ret = ioctl_data(file, cmd, arg);
		break;
	}
	fput(file);
	return ret;
}
