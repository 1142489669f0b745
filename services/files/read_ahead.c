/*
 * services/files/read_ahead.c - readahead, fadvise and sync_file_range.
 *
 * All files are in memory, so there is nothing to read ahead and nothing to
 * write back. The calls only check their arguments, with Linux's errors.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <uapi/fadvise.h>

#define SYNC_FILE_RANGE_FLAGS                                        \
	((u32)(SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | \
	       SYNC_FILE_RANGE_WAIT_AFTER))

/*
 * Returns 0 if fd is open with `mode` and has data of its own, -EBADF if it is
 * not open so, and `none` for a pipe, a terminal and the like.
 */
static s32 check_data(u32 fd, u32 mode, s32 none)
{
	struct file *file = fget(fd);
	s32 ret = 0;

	if (!file)
		return -EBADF;
	if ((file->f_mode & mode) != mode)
		ret = -EBADF;
	/* As on Linux: block devices have pages, character devices do not. */
	else if (!S_ISREG(file->f_inode->i_mode) &&
		 !S_ISDIR(file->f_inode->i_mode) &&
		 !S_ISBLK(file->f_inode->i_mode))
		ret = none;
	fput(file);
	return ret;
}

/* readahead(2). Linux refuses what cannot be read, directories and pipes. */
s32 sys_readahead(u32 fd, u32 pad __unused_arg, u32 lo __unused_arg,
		  u32 hi __unused_arg, u32 bytes __unused_arg)
{
	s32 err = check_data(fd, FMODE_READ, -EINVAL);
	struct file *file = err ? NULL : fget(fd);

	if (!file)
		return err ? err : -EBADF;
	if (S_ISDIR(file->f_inode->i_mode))
		err = -EINVAL;
	fput(file);
	return err;
}

/*
 * posix_fadvise(2), of everything but a pipe, as on Linux. On ARM the advice comes
 * before the offset, so that the 64-bit arguments fall into even register pairs.
 */
s32 sys_arm_fadvise64_64(u32 fd, u32 advice, u32 offset_lo __unused_arg,
			 u32 offset_hi __unused_arg, u32 bytes_lo __unused_arg,
			 u32 bytes_hi)
{
	struct inode *inode;
	s32 err = fd_inode(fd, false, &inode);

	if (err)
		return err;
	if (S_ISFIFO(inode->i_mode))
		err = -ESPIPE;
	else if ((s32)bytes_hi < 0 || advice > POSIX_FADV_NOREUSE)
		err = -EINVAL;
	iput(inode);
	return err;
}

/* sync_file_range(2), with ARM's order of arguments, as above. */
s32 sys_arm_sync_file_range(u32 fd, u32 flags, u32 offset_lo, u32 offset_hi,
			    u32 bytes_lo, u32 bytes_hi)
{
	s64 offset = (s64)((u64)offset_hi << 32 | offset_lo);
	s64 bytes = (s64)((u64)bytes_hi << 32 | bytes_lo);
	s32 err = check_data(fd, 0, -ESPIPE);

	/*
	 * Linux checks the arguments between the descriptor and the file's
	 * kind.
	 */
	if (err == -EBADF)
		return err;
	if (flags & ~SYNC_FILE_RANGE_FLAGS || offset < 0 || bytes < 0 ||
	    (s64)((u64)offset + (u64)bytes) < 0)
		return -EINVAL;
	return err;
}
