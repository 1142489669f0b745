/* From a path to an open file, and closing it. */
#include <fs/internal.h>
#include <syscalls.h>

/*
 * Returns the accesses that open checks. O_TRUNC changes the file, so it needs
 * write permission even with O_RDONLY.
 */
u32 open_mask(u32 flags)
{
	/*
	 * The last row is Linux's access mode 3, for ioctl alone: it needs both
	 * rights.
	 */
	static const u8 masks[] = { MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
				    MAY_READ | MAY_WRITE };

	return masks[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
}

/*
 * Checks and opens an inode. The checks are in Linux's order, so that a program
 * sees the same error.
 */
int open_inode(const struct fs_path *at, u32 flags, u32 mask,
	       struct file **file)
{
	struct inode *inode = at->inode;
	int err;
	bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;

	if (flags & O_DIRECTORY && !S_ISDIR(inode->i_mode))
		return -ENOTDIR;
	if (S_ISLNK(inode->i_mode))
		return -ELOOP; /* only with O_NOFOLLOW */
	if (S_ISDIR(inode->i_mode) && (writes || flags & O_CREAT))
		return -EISDIR;
	/*
	 * The kind is checked before the permission: a directory opened for
	 * writing is -EISDIR for everybody.
	 */
	err = unlikely(at->mnt) ? mount_ops.may_open(at, mask) :
				  inode_permission(inode, mask);
	if (!err && unlikely(flags & O_NOATIME) && !owner_or_capable(inode))
		err = -EPERM;
	if (!err)
		err = file_open_inode(inode, flags, file);
	if (!err && unlikely(at->mnt))
		err = mount_ops.opened(at, *file);
	return err;
}

/*
 * Opens by path. It creates nothing, as the core's root is read-only. O_PATH
 * acts as O_RDONLY.
 */
int do_filp_open(s32 dirfd, const char *path, u32 flags, struct file **file)
{
	struct fs_path at;
	int err;

	err = path_at(dirfd, path, flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &at);
	/*
	 * The core cannot create files; a service that can has an open of its
	 * own.
	 */
	if (err == -ENOENT && flags & O_CREAT)
		return -EROFS;
	if (err)
		return err;
	err = flags & O_CREAT && flags & O_EXCL ?
		-EEXIST :
		open_inode(&at, flags, open_mask(flags), file);
	/* The file has references of its own. */
	path_put(&at);
	return err;
}

/*
 * Opens for the kernel. Kernel threads have no working directory, so a path
 * starts at the root.
 */
int filp_open(const char *path, u32 flags, struct file **file)
{
	return do_filp_open(AT_FDCWD, path, flags, file);
}

/*
 * Opens a program. It needs MAY_EXEC and not MAY_READ: a program that may be
 * run need not be readable.
 */
int open_exec(const char *path, struct file **result)
{
	const struct inode_operations *op;
	struct fs_path at;
	struct file *file;
	int err = path_at(AT_FDCWD, path, LOOKUP_FOLLOW, &at);

	if (err)
		return err;
	op = at.inode->i_op;
	if (S_ISREG(at.inode->i_mode))
		err = open_inode(&at, O_RDONLY, MAY_EXEC, &file);
	else
		/* As Linux: directories and devices cannot be executed. */
		err = -EACCES;
	if (!err && op && op->run) {
		/*
		 * Called after the file is open: from here to the last fput no
		 * writer can open the inode, so the program's text stays as it
		 * was mapped.
		 */
		err = op->run(at.inode, file);
		if (err)
			fput(file);
	}
	path_put(&at);
	if (!err)
		*result = file;
	return err;
}

/* ---- system calls ------------------------------------------------ */

/*
 * Makes the descriptor as the last step of every open: the file is complete
 * before others can use it.
 */
s32 open_fd(struct file *file, u32 flags)
{
	u32 fd;
	int err = files_install(current_thread_info()->files, file, 0,
				flags & O_CLOEXEC, &fd);

	if (!err)
		return (s32)fd;
	/* No slot: the caller cannot close what it never got. */
	fput(file);
	return err;
}

/*
 * openat(2). mode is for files that are created, which only a service's call
 * does.
 */
s32 sys_openat(s32 dirfd, uaddr_t path, u32 flags, u32 mode __unused_arg)
{
	struct file *file;
	char *name;
	int err = getname(path, &name);

	if (err)
		return err;
	err = do_filp_open(dirfd, name, flags, &file);
	kfree(name);
	return err ? err : open_fd(file, flags);
}

/* open(2): a relative path starts at the working directory. */
s32 sys_open(uaddr_t path, u32 flags, u32 mode)
{
	return sys_openat(AT_FDCWD, path, flags, mode);
}

/*
 * close(2). The slot is free first, so the number can be used again even if
 * closing sleeps.
 */
s32 sys_close(u32 fd)
{
	struct files_struct *files = current_thread_info()->files;
	struct file *file = files_remove(files, fd, NULL);

	if (!file)
		return -EBADF;
	filp_close(file, files);
	return 0;
}
