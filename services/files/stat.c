/*
 * services/files/stat.c - what is known about an inode: stat64, statx, statfs64; and
 * its time, which one may change.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <string.h>
#include <time_units.h>
#include <uapi/statfs.h>

int user_path_lookup(s32 dirfd, uaddr_t path, u32 flags, struct inode **inode)
{
	char *name;
	int err = getname(path, &name);

	if (err)
		return err;
	err = path_lookup(dirfd, name, flags, inode);
	kfree(name);
	return err;
}

static int put_statx(const struct inode *inode, uaddr_t buf)
{
	struct statx st;

	memset(&st, 0, sizeof(st));
	st.stx_mask = STATX_BASIC_STATS;
	st.stx_blksize = PAGE_SIZE;
	st.stx_nlink = inode->i_nlink;
	st.stx_uid = inode->i_uid;
	st.stx_gid = inode->i_gid;
	st.stx_mode = (uint16_t)inode->i_mode;
	st.stx_ino = inode->i_ino;
	st.stx_size = inode->i_size;
	st.stx_blocks = inode_blocks(inode);
	st.stx_atime.tv_sec = inode->i_mtime;
	st.stx_ctime.tv_sec = inode->i_mtime;
	st.stx_mtime.tv_sec = inode->i_mtime;
	st.stx_rdev_major = MAJOR(inode->i_rdev);
	st.stx_rdev_minor = MINOR(inode->i_rdev);
	st.stx_dev_major = MAJOR(inode->i_dev);
	st.stx_dev_minor = MINOR(inode->i_dev);
	return copy_to_user(buf, &st, sizeof(st)) ? -EFAULT : 0;
}

/* The AT_* that the stat calls know, as a lookup. 0 or -EINVAL. */
static int lookup_flags(u32 at_flags, u32 *flags)
{
	const u32 known = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH |
		AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE;

	if (at_flags & ~known)
		return -EINVAL;
	*flags = (at_flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
		(at_flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	return 0;
}

static s32 do_stat(s32 dirfd, uaddr_t path, u32 at_flags, uaddr_t buf,
		   int (*put)(const struct inode *inode, uaddr_t buf))
{
	struct inode *inode;
	u32 flags;
	s32 err = lookup_flags(at_flags, &flags);

	if (!err)
		err = user_path_lookup(dirfd, path, flags, &inode);
	if (err)
		return err;
	err = put(inode, buf);
	iput(inode);
	return err;
}

s32 sys_fstatat64(s32 dirfd, uaddr_t path, uaddr_t st, u32 flags)
{
	return do_stat(dirfd, path, flags, st, put_stat64);
}

s32 sys_stat64(uaddr_t path, uaddr_t st)
{
	return do_stat(AT_FDCWD, path, 0, st, put_stat64);
}

s32 sys_lstat64(uaddr_t path, uaddr_t st)
{
	return do_stat(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, st, put_stat64);
}

s32 sys_statx(s32 dirfd, uaddr_t path, u32 flags, u32 mask, uaddr_t st)
{
	if (mask & STATX__RESERVED ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	return do_stat(dirfd, path, flags, st, put_statx);
}

/* The time of modification that `times` (NULL: now) asks for; *omit: none. */
static int new_mtime(uaddr_t times, u32 *seconds, bool *omit)
{
	/* Seconds and nanoseconds: of access, which nobody keeps here, first. */
	u32 ts[4], i;

	*omit = false;
	*seconds = current_seconds();
	if (!times)
		return 0;
	if (copy_from_user(ts, times, sizeof(ts)))
		return -EFAULT;
	for (i = 1; i < ARRAY_SIZE(ts); i += 2)
		if (ts[i] != UTIME_NOW && ts[i] != UTIME_OMIT &&
		    ts[i] >= NSEC_PER_SEC)
			return -EINVAL;
	*omit = ts[3] == UTIME_OMIT;
	if (ts[3] != UTIME_NOW)
		*seconds = ts[2];
	return 0;
}

/* What utimensat means: without a path the open file, as futimens asks. */
static int time_target(s32 dirfd, uaddr_t path, u32 at_flags,
		       struct inode **inode)
{
	struct file *file;
	u32 flags;
	int err;

	if (at_flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (path || dirfd == AT_FDCWD) {
		err = lookup_flags(at_flags, &flags);
		return err ? err : user_path_lookup(dirfd, path, flags, inode);
	}
	if (at_flags)
		return -EINVAL;
	file = fget((u32)dirfd);
	if (!file)
		return -EBADF;
	*inode = igrab(file->f_inode);
	fput(file);
	return 0;
}

s32 sys_utimensat(s32 dirfd, uaddr_t path, uaddr_t times, u32 flags)
{
	struct inode *inode;
	u32 seconds;
	bool omit;
	s32 err = new_mtime(times, &seconds, &omit);

	if (!err)
		err = time_target(dirfd, path, flags, &inode);
	if (err)
		return err;
	if (!omit) {
		down_write(&inode->i_lock);
		inode->i_mtime = seconds;
		up_write(&inode->i_lock);
	}
	iput(inode);
	return 0;
}

s32 sys_statfs64(uaddr_t path, u32 bytes, uaddr_t buf)
{
	struct statfs64 st;
	struct inode *inode;
	s32 err;

	/* Linux takes 88 too: the size of an unpacked structure. */
	if (bytes != sizeof(st) && bytes != sizeof(st) + 4)
		return -EINVAL;
	err = user_path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);
	if (err)
		return err;
	memset(&st, 0, sizeof(st));
	st.f_type = inode->i_dev == RAMFS_DEV ? RAMFS_MAGIC : PROC_SUPER_MAGIC;
	st.f_bsize = PAGE_SIZE;
	st.f_frsize = PAGE_SIZE;
	st.f_namelen = NAME_MAX;
	st.f_flags = ST_VALID;
	iput(inode);
	return copy_to_user(buf, &st, sizeof(st)) ? -EFAULT : 0;
}
