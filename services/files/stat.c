/*
 * services/files/stat.c - stat64, lstat64, fstatat64 and statx: reports what an
 * inode holds. fstat64 is the core's. stat, lstat and fstat have 32-bit sizes.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <services/ids/ids.h>
#include <string.h>
#include <uapi/old_stat.h>

/*
 * The path is copied once, so the program cannot change it between two looks.
 */
int user_path_at(s32 dirfd, uaddr_t path, u32 flags, struct fs_path *at)
{
	char *name;
	int err = getname(path, &name);

	if (err)
		return err;
	err = path_at(dirfd, name, flags, at);
	kfree(name);
	return err;
}

/* For calls on which a mount has no influence. */
int user_path_lookup(s32 dirfd, uaddr_t path, u32 flags, struct inode **inode)
{
	struct fs_path at;
	int err = user_path_at(dirfd, path, flags, &at);

	if (err)
		return err;
	mntput(at.mnt);
	*inode = at.inode;
	return 0;
}

/* The mount keeps its flags until the change is done. */
int user_path_to_change(s32 dirfd, uaddr_t path, u32 flags, struct fs_path *at)
{
	int err = user_path_at(dirfd, path, flags, at);

	if (err)
		return err;
	err = mnt_want_write(at->mnt);
	if (err)
		path_put(at);
	return err;
}

void end_change(const struct fs_path *at)
{
	mnt_drop_write(at->mnt);
	path_put(at);
}

/* statx has 64 bits for seconds; times before 1970 keep their sign. */
static struct statx_timestamp statx_time(const struct file_time *time)
{
	return (struct statx_timestamp){ .tv_sec = (s32)time->sec,
					 .tv_nsec = time->nsec };
}

/* Whether at is where a mount, or the root file system, begins. */
static bool begins_mount(const struct fs_path *at)
{
	return at->inode == (at->mnt ? at->mnt->mnt_root : root_inode);
}

/*
 * Stores the struct statx of a place at buf. mask: the fields that the program
 * wants, of which one alone is not filled in without. 0 or -EFAULT.
 */
static int put_statx(const struct fs_path *at, u32 mask, uaddr_t buf)
{
	const struct inode *inode = at->inode;
	struct statx st;

	/* Clears the padding, or stack bytes would reach the program. */
	memset(&st, 0, sizeof(st));
	/*
	 * All basic fields, whatever was asked for: none costs anything here.
	 */
	st.stx_mask = STATX_BASIC_STATS | STATX_MNT_ID;
	/* Nothing here has the other two: is mounted on demand, or DAX. */
	st.stx_attributes_mask = STATX_ATTR_AUTOMOUNT | STATX_ATTR_MOUNT_ROOT |
		STATX_ATTR_DAX;
	st.stx_attributes = begins_mount(at) ? STATX_ATTR_MOUNT_ROOT : 0;
	/* As on Linux a tmpfs knows it, other file systems in memory do not. */
	if (mask & STATX_BTIME && inode->i_crtime.sec) {
		st.stx_mask |= STATX_BTIME;
		st.stx_btime = statx_time(&inode->i_crtime);
	}
	st.stx_blksize = PAGE_SIZE;
	st.stx_nlink = inode->i_nlink;
	st.stx_uid = inode->i_uid;
	st.stx_gid = inode->i_gid;
	st.stx_mode = (uint16_t)inode->i_mode;
	st.stx_ino = inode->i_ino;
	st.stx_size = i_size_read(inode);
	st.stx_blocks = inode_blocks(inode);
	st.stx_atime = statx_time(&inode->i_atime);
	st.stx_ctime = statx_time(&inode->i_ctime);
	st.stx_mtime = statx_time(&inode->i_mtime);
	st.stx_rdev_major = MAJOR(inode->i_rdev);
	st.stx_rdev_minor = MINOR(inode->i_rdev);
	st.stx_dev_major = MAJOR(inode->i_dev);
	st.stx_dev_minor = MINOR(inode->i_dev);
	st.stx_mnt_id = mount_id(at->mnt);
	return copy_to_user(buf, &st, sizeof(st)) ? -EFAULT : 0;
}

/* The same for struct stat. -EOVERFLOW if it has no room for size or links. */
static int put_stat(const struct inode *inode, uaddr_t buf)
{
	u64 bytes = i_size_read(inode);
	struct kstat st = {
		.st_dev = inode->i_dev,
		.st_ino = inode->i_ino,
		.st_mode = (uint16_t)inode->i_mode,
		.st_nlink = (uint16_t)inode->i_nlink,
		.st_uid = (uint16_t)id_to_16(inode->i_uid),
		.st_gid = (uint16_t)id_to_16(inode->i_gid),
		.st_rdev = inode->i_rdev,
		.st_size = (u32)bytes,
		.st_blksize = PAGE_SIZE,
		.st_blocks = (u32)inode_blocks(inode),
		.st_atime_sec = inode->i_atime.sec,
		.st_atime_nsec = inode->i_atime.nsec,
		.st_mtime_sec = inode->i_mtime.sec,
		.st_mtime_nsec = inode->i_mtime.nsec,
		.st_ctime_sec = inode->i_ctime.sec,
		.st_ctime_nsec = inode->i_ctime.nsec,
	};

	if (bytes > INT32_MAX || inode->i_nlink > UINT16_MAX)
		return -EOVERFLOW;
	return copy_to_user(buf, &st, sizeof(st)) ? -EFAULT : 0;
}

/*
 * AT_NO_AUTOMOUNT and the sync types are accepted because nothing is mounted on
 * demand and nothing is remote.
 */
int lookup_flags(u32 at_flags, u32 *flags)
{
	const u32 known = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH |
		AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE;

	if (at_flags & ~known)
		return -EINVAL;
	*flags = (at_flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
		(at_flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	return 0;
}

/* Looks the path up and lets `put` store the structure. */
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
	/*
	 * No lock: a stat that races with a change shows each field before or
	 * after it.
	 */
	err = put(inode, buf);
	iput(inode);
	return err;
}

/* fstatat64(2). With AT_EMPTY_PATH it reports dirfd itself. */
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

s32 sys_stat(uaddr_t path, uaddr_t st)
{
	return do_stat(AT_FDCWD, path, 0, st, put_stat);
}

s32 sys_lstat(uaddr_t path, uaddr_t st)
{
	return do_stat(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, st, put_stat);
}

s32 sys_fstat(u32 fd, uaddr_t st)
{
	struct file *file = fget_raw(fd);
	s32 err;

	if (!file)
		return -EBADF;
	err = put_stat(file->f_inode, st);
	fput(file);
	return err;
}

/*
 * statx(2). Linux may leave out fields that the mask does not name; here all
 * are filled in.
 */
s32 sys_statx(s32 dirfd, uaddr_t path, u32 flags, u32 mask, uaddr_t st)
{
	struct fs_path at;
	s32 err;

	/*
	 * Linux keeps that bit free for a longer structure. Both sync types at
	 * once contradict each other.
	 */
	if (mask & STATX__RESERVED ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	err = lookup_flags(flags, &flags);
	if (!err)
		err = user_path_at(dirfd, path, flags, &at);
	if (err)
		return err;
	err = put_statx(&at, mask, st);
	path_put(&at);
	return err;
}
