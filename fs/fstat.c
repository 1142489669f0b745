/* fs/fstat.c - the stat64 structure, for every call of the stat family. */
#include <fs/internal.h>
#include <string.h>
#include <syscalls.h>

/*
 * Fills a struct stat64. It takes no i_lock: as on Linux, two members may be of
 * different moments.
 */
int put_stat64(const struct inode *inode, uaddr_t buf)
{
	struct kstat64 st;

	memset(&st, 0, sizeof(st)); /* the program gets the padding */
	st.st_dev = inode->i_dev;
	st.st_ino = inode->i_ino;
	/* The ABI's old 32-bit place; programs read either. */
	st.st_ino_low = inode->i_ino;
	st.st_mode = inode->i_mode;
	st.st_nlink = inode->i_nlink;
	st.st_uid = inode->i_uid;
	st.st_gid = inode->i_gid;
	st.st_rdev = inode->i_rdev;
	st.st_size = (s64)i_size_read(inode);
	/* The best size of a read or write: one page of the cache. */
	st.st_blksize = PAGE_SIZE;
	st.st_blocks = inode_blocks(inode);
	st.st_atime_sec = inode->i_atime.sec;
	st.st_atime_nsec = inode->i_atime.nsec;
	st.st_mtime_sec = inode->i_mtime.sec;
	st.st_mtime_nsec = inode->i_mtime.nsec;
	st.st_ctime_sec = inode->i_ctime.sec;
	st.st_ctime_nsec = inode->i_ctime.nsec;
	return copy_to_user(buf, &st, sizeof(st)) ? -EFAULT : 0;
}

/*
 * fstat64(2), also for an O_PATH descriptor, which has an inode but no
 * operations.
 */
s32 sys_fstat64(u32 fd, uaddr_t st)
{
	struct file *file = fget_raw(fd);
	s32 err;

	if (!file)
		return -EBADF;
	err = put_stat64(file->f_inode, st);
	fput(file);
	return err;
}
