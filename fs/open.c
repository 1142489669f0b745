/*
 * From a path to an open file, and the end of one.
 */
#include <fs/internal.h>
#include <syscalls.h>

u32 open_mask(u32 flags)
{
	static const u8 masks[] = { MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
				    MAY_READ | MAY_WRITE };

	return masks[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0);
}

int open_inode(struct inode *inode, u32 flags, u32 mask, struct file **file)
{
	int err;
	bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;

	if (flags & O_DIRECTORY && !S_ISDIR(inode->i_mode))
		return -ENOTDIR;
	if (S_ISLNK(inode->i_mode))
		return -ELOOP; /* only with O_NOFOLLOW */
	if (S_ISDIR(inode->i_mode) && (writes || flags & O_CREAT))
		return -EISDIR;
	err = inode_permission(inode, mask);
	if (!err && unlikely(flags & O_NOATIME) && !owner_or_capable(inode))
		err = -EPERM;
	return err ? err : file_open_inode(inode, flags, file);
}

/* Nothing is created: the root is read-only. O_PATH is as good as O_RDONLY. */
int do_filp_open(s32 dirfd, const char *path, u32 flags, struct file **file)
{
	struct inode *inode;
	int err;

	err = path_lookup(dirfd, path, flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW,
			  &inode);
	if (err == -ENOENT && flags & O_CREAT)
		return -EROFS;
	if (err)
		return err;
	err = flags & O_CREAT && flags & O_EXCL ?
		-EEXIST :
		open_inode(inode, flags, open_mask(flags), file);
	iput(inode);
	return err;
}

int filp_open(const char *path, u32 flags, struct file **file)
{
	return do_filp_open(AT_FDCWD, path, flags, file);
}

int open_exec(const char *path, struct file **result)
{
	const struct inode_operations *op;
	struct inode *inode;
	struct file *file;
	int err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);

	if (err)
		return err;
	op = inode->i_op;
	if (S_ISREG(inode->i_mode))
		err = open_inode(inode, O_RDONLY, MAY_EXEC, &file);
	else
		err = -EACCES;
	if (!err && op && op->run) {
		err = op->run(inode, file);
		if (err)
			fput(file);
	}
	iput(inode);
	if (!err)
		*result = file;
	return err;
}

/* ---- system calls ------------------------------------------------ */

s32 open_fd(struct file *file, u32 flags)
{
	u32 fd;
	int err = files_install(current_thread_info()->files, file, 0,
				flags & O_CLOEXEC, &fd);

	if (!err)
		return (s32)fd;
	fput(file);
	return err;
}

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

s32 sys_open(uaddr_t path, u32 flags, u32 mode)
{
	return sys_openat(AT_FDCWD, path, flags, mode);
}

s32 sys_close(u32 fd)
{
	struct files_struct *files = current_thread_info()->files;
	struct file *file = files_remove(files, fd, NULL);

	if (!file)
		return -EBADF;
	filp_close(file, files);
	return 0;
}
