/*
 * From a path to an open file, and the end of one.
 */
#include <fs/internal.h>
#include <syscalls.h>

/* What the flags ask of an inode that is there. 0 or -errno. */
static int may_open(const struct inode *inode, u32 flags)
{
	bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;

	if (flags & O_DIRECTORY && !S_ISDIR(inode->i_mode))
		return -ENOTDIR;
	if (flags & O_PATH)
		return 0;
	if (S_ISLNK(inode->i_mode))
		return -ELOOP; /* only with O_NOFOLLOW */
	if (S_ISDIR(inode->i_mode) && (writes || flags & O_CREAT))
		return -EISDIR;
	return 0;
}

int do_truncate(struct inode *inode, u64 bytes)
{
	int err = get_write_access(inode);

	if (err)
		return err;
	err = inode->i_op->truncate(inode, bytes);
	put_write_access(inode);
	return err;
}

static int open_inode(struct inode *inode, u32 flags, struct file **file)
{
	int err = may_open(inode, flags);

	if (!err)
		err = file_open_inode(inode, flags, file);
	if (err)
		return err;
	/* Linux truncates what is opened for reading, too. */
	if (flags & O_TRUNC && inode->i_op && inode->i_op->truncate)
		err = do_truncate(inode, 0);
	if (err)
		fput(*file);
	return err;
}

/*
 * The walk stands on the last name's directory: the inode of that name, new if
 * there was none. -ELOOP with *inode set: it is a link, which may be followed.
 */
static int lookup_or_create(struct nameidata *nd, u32 flags, u32 mode,
			    struct inode **inode)
{
	const struct inode_operations *op = nd->inode->i_op;
	int err;

	*inode = NULL;
	if (!nd->name)
		return flags & O_EXCL ? -EEXIST : -EISDIR;
	if (nd->want_dir)
		return -EISDIR;
	if (!op->lookup)
		return -ENOTDIR;
	err = op->lookup(nd->inode, nd->name, nd->bytes, inode);
	if (!err && flags & O_EXCL)
		return -EEXIST;
	if (!err)
		return S_ISLNK((*inode)->i_mode) ? -ELOOP : 0;
	if (err != -ENOENT)
		return err;
	if (!op->create)
		return err;
	return op->create(nd->inode, nd->name, nd->bytes,
			  S_IFREG | (mode & 07777 & ~current_umask()), inode);
}

static int open_create(s32 dirfd, const char *path, u32 flags, u32 mode,
		       struct inode **inode)
{
	struct nameidata nd;
	struct inode *link;
	int err = path_parent(dirfd, path, &nd);

	while (!err) {
		err = lookup_or_create(&nd, flags, mode, inode);
		if (err != -ELOOP || flags & O_NOFOLLOW)
			break;
		link = *inode;
		err = path_parent_through(&nd, link);
		iput(link);
		*inode = NULL;
	}
	if (err && *inode) {
		iput(*inode);
		*inode = NULL;
	}
	end_walk(&nd);
	return err;
}

int do_filp_open(s32 dirfd, const char *path, u32 flags, u32 mode,
		 struct file **file)
{
	struct inode *inode = NULL;
	int err;

	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if (flags & O_CREAT && flags & O_DIRECTORY)
		return -EINVAL;
	if (flags & O_CREAT)
		err = open_create(dirfd, path, flags, mode, &inode);
	else
		err = path_lookup(dirfd, path,
				  flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW,
				  &inode);
	if (err)
		return err;
	err = open_inode(inode, flags, file);
	iput(inode);
	return err;
}

int filp_open(const char *path, u32 flags, u32 mode, struct file **file)
{
	return do_filp_open(AT_FDCWD, path, flags, mode, file);
}

int open_exec(const char *path, struct file **result)
{
	struct file *file;
	int err = filp_open(path, O_RDONLY, 0, &file);

	if (err)
		return err;
	if (!S_ISREG(file->f_inode->i_mode) || !(file->f_inode->i_mode & 0111))
		err = -EACCES;
	else
		err = deny_write_access(file->f_inode);
	if (err) {
		fput(file);
		return err;
	}
	file->f_mode |= FMODE_NOWRITERS;
	*result = file;
	return 0;
}

/* ---- system calls ------------------------------------------------ */

s32 sys_openat(s32 dirfd, uaddr_t path, u32 flags, u32 mode)
{
	struct files_struct *files = current_thread_info()->files;
	struct file *file;
	char *name;
	u32 fd;
	int err = getname(path, &name);

	if (err)
		return err;
	err = do_filp_open(dirfd, name, flags, mode, &file);
	kfree(name);
	if (err)
		return err;
	err = files_install(files, file, 0, flags & O_CLOEXEC, &fd);
	if (err) {
		fput(file);
		return err;
	}
	return (s32)fd;
}

s32 sys_open(uaddr_t path, u32 flags, u32 mode)
{
	return sys_openat(AT_FDCWD, path, flags, mode);
}

s32 sys_close(u32 fd)
{
	struct file *file = files_remove(current_thread_info()->files, fd,
					 NULL);

	if (!file)
		return -EBADF;
	fput(file);
	return 0;
}
