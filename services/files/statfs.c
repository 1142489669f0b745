/*
 * services/files/statfs.c - statfs: reports a file system's type and free
 * space. Also fsync and sync, which have nothing to write back.
 */
#include <fs/fs.h>
#include <services/files/mounts.h>
#include <string.h>
#include <uapi/statfs.h>

#define MQUEUE_MAGIC 0x19800202 /* of no header of Linux: of ipc/mqueue.c */

/* What is left of max. Never negative: a remount may have lowered max. */
static u32 nr_left(u32 max, const atomic_t *used)
{
	return max - min(max, (u32)atomic_read(used));
}

/* Pages and inodes of a mount that has limits. */
static void fill_limits(const struct tree_limits *limits, struct statfs64 *st)
{
	st->f_blocks = limits->max_pages;
	st->f_bfree = st->f_bavail = nr_left(limits->max_pages, &limits->pages);
	st->f_files = limits->max_inodes;
	st->f_ffree = nr_left(limits->max_inodes, &limits->inodes);
}

/* The mount's flags as in statfs, where two have other values. */
static u32 statfs_flags(const struct mount *mnt)
{
	u32 flags = mnt_flags(mnt);

	return ST_VALID | (flags & ~(u32)(MS_RELATIME | MS_NOSYMFOLLOW)) |
		(flags & MS_RELATIME ? ST_RELATIME : 0) |
		(flags & MS_NOSYMFOLLOW ? ST_NOSYMFOLLOW : 0);
}

static u32 type_of(const struct inode *inode)
{
	switch (inode->i_dev) {
	case SHMEM_DEV:
		return TMPFS_MAGIC;
	case PIPEFS_DEV:
		return PIPEFS_MAGIC;
	case SOCKFS_DEV:
		return SOCKFS_MAGIC;
	case ANON_INODEFS_DEV:
		return ANON_INODE_FS_MAGIC;
	case MQUEUE_DEV:
		return MQUEUE_MAGIC;
	case RAMFS_DEV:
		return RAMFS_MAGIC;
	}
	if (MINOR(inode->i_dev) <= TMPFS_FIRST_DEV)
		return PROC_SUPER_MAGIC;
	return inode->i_limits ? TMPFS_MAGIC : RAMFS_MAGIC;
}

/* The same, where two directories of the root file system are mounts. */
static u32 type_at(const struct fs_path *at)
{
	const char *type = at->mnt ? place_of(at->mnt)->tree->type : "";

	if (!strcmp(type, "devpts"))
		return DEVPTS_SUPER_MAGIC;
	/* Linux's devtmpfs is a tmpfs. */
	return strcmp(type, "devtmpfs") ? type_of(at->inode) : TMPFS_MAGIC;
}

/*
 * Fills in st for the file system of a place: the type that programs compare,
 * in pages how much is used, and the flags of the mount.
 */
static void fill_statfs(const struct fs_path *at, struct statfs64 *st)
{
	const struct inode *inode = at->inode;

	memset(st, 0, sizeof(*st));
	st->f_bsize = PAGE_SIZE;
	st->f_frsize = PAGE_SIZE;
	st->f_namelen = NAME_MAX;
	st->f_flags = statfs_flags(at->mnt);
	st->f_type = type_at(at);
	/*
	 * Device numbers up to TMPFS_FIRST_DEV are the kernel's own file
	 * systems (proc, pipes), which have no blocks.
	 */
	if (inode->i_dev != RAMFS_DEV && MINOR(inode->i_dev) <= TMPFS_FIRST_DEV)
		return;
	if (inode->i_limits) {
		fill_limits(inode->i_limits, st);
		return;
	}
	/*
	 * ramfs has no limit of its own, but all files together have one, and
	 * df shows that.
	 */
	st->f_blocks = ramfs_max_pages();
	st->f_bfree = st->f_blocks -
		min((u32)st->f_blocks, (u32)atomic_read(&ramfs_pages));
	st->f_bavail = st->f_bfree;
}

/* 0 or -EFAULT. */
static s32 put_statfs64(const struct statfs64 *st, uaddr_t buf)
{
	return copy_to_user(buf, st, sizeof(*st)) ? -EFAULT : 0;
}

/* The old structure has 32-bit words only. Linux's f_fsid (words 7, 8) is 0. */
static s32 put_statfs(const struct statfs64 *st, uaddr_t buf)
{
	u32 words[16] = { 0 };

	words[0] = st->f_type;
	words[1] = st->f_bsize;
	/*
	 * Fits, as limits are counted in 32 bits. Linux has to check, and fails
	 * with -EOVERFLOW.
	 */
	words[2] = (u32)st->f_blocks;
	words[3] = (u32)st->f_bfree;
	words[4] = (u32)st->f_bavail;
	words[5] = (u32)st->f_files;
	words[6] = (u32)st->f_ffree;
	words[9] = st->f_namelen;
	words[10] = st->f_frsize;
	words[11] = st->f_flags;
	return copy_to_user(buf, words, sizeof(words)) ? -EFAULT : 0;
}

/* ---- system calls ------------------------------------------------ */

/* Fills in st by path. 0 or -errno. */
static s32 statfs_path(uaddr_t path, struct statfs64 *st)
{
	struct fs_path at;
	s32 err = user_path_at(AT_FDCWD, path, LOOKUP_FOLLOW, &at);

	if (err)
		return err;
	fill_statfs(&at, st);
	path_put(&at);
	return 0;
}

/* Fills in st by descriptor, O_PATH included. 0 or -EBADF. */
static s32 statfs_fd(u32 fd, struct statfs64 *st)
{
	struct file *file = fget_raw(fd);
	struct fs_path at;

	if (!file)
		return -EBADF;
	at = (struct fs_path){ file->f_inode, file->f_mnt };
	fill_statfs(&at, st);
	fput(file);
	return 0;
}

/*
 * The program passes the size of its structure. ARM's is packed to 84 bytes;
 * Linux accepts 88, too, the size without packing.
 */
static bool valid_size(u32 bytes)
{
	return bytes == sizeof(struct statfs64) ||
		bytes == sizeof(struct statfs64) + 4;
}

/* statfs64(2). The size is checked first, as on Linux. */
s32 sys_statfs64(uaddr_t path, u32 bytes, uaddr_t buf)
{
	struct statfs64 st;
	s32 err = valid_size(bytes) ? statfs_path(path, &st) : -EINVAL;

	return err ? err : put_statfs64(&st, buf);
}

s32 sys_fstatfs64(u32 fd, u32 bytes, uaddr_t buf)
{
	struct statfs64 st;
	s32 err = valid_size(bytes) ? statfs_fd(fd, &st) : -EINVAL;

	return err ? err : put_statfs64(&st, buf);
}

s32 sys_statfs(uaddr_t path, uaddr_t buf)
{
	struct statfs64 st;
	s32 err = statfs_path(path, &st);

	return err ? err : put_statfs(&st, buf);
}

s32 sys_fstatfs(u32 fd, uaddr_t buf)
{
	struct statfs64 st;
	s32 err = statfs_fd(fd, &st);

	return err ? err : put_statfs(&st, buf);
}

/* ---- ustat ------------------------------------------------------- */

/* Linux's struct ustat. */
struct ustat {
	u32 f_tfree, f_tinode; /* free blocks and inodes */
	char f_fname[6], f_fpack[6];
};

static_assert(sizeof(struct ustat) == 20, "Linux's layout");

/* Stores the root of a file system by its device number. 0 or -EINVAL. */
static int root_of_dev(u32 dev, struct fs_path *at)
{
	*at = (struct fs_path){ root_inode, NULL };
	if (dev == root_inode->i_dev) {
		igrab(root_inode);
		return 0;
	}
	return mount_of_dev(dev, at) ? 0 : -EINVAL;
}

/* ustat(2): what is free in the mounted file system with this device number. */
s32 sys_ustat(u32 dev, uaddr_t buf)
{
	struct statfs64 st;
	struct fs_path at;
	struct ustat ust;
	int err = root_of_dev(dev, &at);

	if (err)
		return err;
	fill_statfs(&at, &st);
	path_put(&at);
	memset(&ust, 0, sizeof(ust));
	ust.f_tfree = (u32)st.f_bfree;
	ust.f_tinode = (u32)st.f_ffree;
	return copy_to_user(buf, &ust, sizeof(ust)) ? -EFAULT : 0;
}

/*
 * fsync(2) and fdatasync(2). Memory is the only storage, so all data has
 * arrived.
 */
s32 sys_fsync(u32 fd)
{
	struct inode *inode;
	s32 err = fd_inode(fd, false, &inode);

	if (err)
		return err;
	/*
	 * A pipe or a terminal has no storage; programs use this error to find
	 * out. A text of /proc is made when it is read.
	 */
	if ((!S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode)) ||
	    type_of(inode) == PROC_SUPER_MAGIC)
		err = -EINVAL;
	iput(inode);
	return err;
}

/* syncfs(2): only -EBADF can be wrong. */
s32 sys_syncfs(u32 fd)
{
	struct inode *inode;
	s32 err = fd_inode(fd, false, &inode);

	if (!err)
		iput(inode);
	return err;
}

s32 sys_sync(void)
{
	return 0;
}
