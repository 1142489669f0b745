/*
 * services/files/create.c - open with O_CREAT (makes a missing file), O_TRUNC
 * (empties it), O_TMPFILE (makes a file without a name) and O_PATH.
 */
#include <fs/fs.h>
#include <services/files/files.h>

/*
 * Finds the inode of the last name, in whose directory the walk has stopped, or
 * makes a file of that name. Returns -ELOOP with *inode set if the name is a
 * symbolic link, which the caller may follow. After *created the caller ends
 * the change by mnt_drop_write().
 */
static int lookup_or_create(struct nameidata *nd, u32 flags, u32 mode,
			    struct inode **inode, bool *created)
{
	const struct inode_operations *op = nd->inode->i_op;
	int err;

	*inode = NULL;
	/*
	 * The path was "/" or ended in "." or "..": there is no name to create.
	 */
	if (!nd->name && S_ISDIR(nd->inode->i_mode))
		return flags & O_EXCL ? -EEXIST : -EISDIR;
	if (!nd->name) {
		/* A link of /proc/PID/fd leads to a file without a name. */
		*inode = igrab(nd->inode);
		return 0;
	}
	/* "name/" demands a directory, and open creates only files. */
	if (nd->want_dir)
		return -EISDIR;
	if (!op->lookup)
		return -ENOTDIR;
	err = op->lookup(nd->inode, nd->name, nd->bytes, inode);
	if (!err && flags & O_EXCL)
		return -EEXIST;
	if (!err)
		return S_ISLNK((*inode)->i_mode) ?
			-ELOOP :
			may_create_in_sticky(nd->inode, *inode);
	if (err != -ENOENT)
		return err;
	/* The names in /proc are the kernel's; no program can add one. */
	if (!is_ramfs_dir(nd->inode))
		return err;
	err = mnt_want_write(nd->mnt);
	if (err)
		return err;
	/*
	 * Only now: a file that exists can be opened in a directory that the
	 * task may not write to.
	 */
	err = may_create(nd->inode);
	if (!err)
		err = ramfs_create(nd->inode, nd->name, nd->bytes,
				   S_IFREG | (mode & 07777 & ~current_umask()),
				   inode);
	if (err)
		mnt_drop_write(nd->mnt);
	*created = !err;
	return err;
}

/*
 * Returns 0 and the place at the path's end, with references; the inode is made
 * if there was none.
 */
static int find_or_create(s32 dirfd, const char *path, u32 flags, u32 mode,
			  struct fs_path *at, bool *created)
{
	struct nameidata nd;
	struct inode *inode = NULL;
	int err = path_parent(dirfd, path, &nd);

	while (!err) {
		err = lookup_or_create(&nd, flags, mode, &inode, created);
		/* Another task has made it since the look: it can be opened. */
		if (err == -EEXIST && !(flags & O_EXCL)) {
			err = 0;
			continue;
		}
		if (err != -ELOOP || flags & O_NOFOLLOW)
			break;
		/*
		 * As on Linux, a dangling link does not fail: the file is
		 * created where the link leads. The walk's own count of links
		 * ends a cycle.
		 */
		err = path_parent_through(&nd, inode);
		iput(inode);
		inode = NULL;
	}
	if (err) {
		/* O_EXCL or O_NOFOLLOW refused an inode that exists. */
		iput(inode);
	} else {
		*at = (struct fs_path){ inode, mntget(nd.mnt) };
		/* As on Linux, not even if somebody mounts on it right now. */
		if (!*created)
			follow_mounts(at);
	}
	end_walk(&nd);
	return err;
}

/*
 * open with O_CREAT. Returns 0 and the open file, whose permissions are checked
 * only if it existed before. Of a file that it made it takes O_TRUNC out of
 * *flags: truncating would clear the set-ID bits that the file was made with.
 */
static int open_create(s32 dirfd, const char *path, u32 *flags, u32 mode,
		       struct file **file)
{
	struct fs_path at;
	bool created = false;
	int err;

	/*
	 * open never makes a directory, so both flags together are an error, as
	 * in newer versions of Linux.
	 */
	if (*flags & O_DIRECTORY)
		return -EINVAL;
	err = find_or_create(dirfd, path, *flags, mode, &at, &created);
	if (err)
		return err;
	/*
	 * The task that makes a file may open it, whatever its mode is:
	 * open(path, O_CREAT | O_RDWR, 0444) gives a descriptor for writing.
	 */
	err = open_inode(&at, *flags, created ? 0 : open_mask(*flags), file);
	if (created) {
		*flags &= ~(u32)O_TRUNC;
		mnt_drop_write(at.mnt);
	}
	path_put(&at);
	return err;
}

/*
 * Makes the file in dir, where a change has begun, and opens it.
 */
static int make_tmpfile(const struct fs_path *dir, u32 flags, u32 mode,
			struct file **file)
{
	struct fs_path at = { NULL, dir->mnt };
	int err;

	if (!is_ramfs_dir(dir->inode))
		return -EOPNOTSUPP;
	err = may_create(dir->inode);
	if (!err)
		err = ramfs_make_inode(
			dir->inode, S_IFREG | (mode & 07777 & ~current_umask()),
			&at.inode);
	if (err)
		return err;
	/* Unless link() names it, the last fput frees the inode. */
	at.inode->i_nlink = 0;
	at.inode->i_linkable = !(flags & O_EXCL);
	err = open_inode(&at, flags & ~(u32)O_TMPFILE, 0, file);
	iput(at.inode);
	return err;
}

/*
 * Opens a new file that belongs to the directory's file system but has no name
 * in it. It is freed with its last descriptor.
 */
static int open_tmpfile(s32 dirfd, const char *path, u32 flags, u32 mode,
			struct file **file)
{
	struct fs_path dir;
	int err;

	/* A new file that nobody can write to would stay empty. */
	if ((flags & O_ACCMODE) == O_RDONLY)
		return -EINVAL;
	err = path_at(dirfd, path, LOOKUP_FOLLOW, &dir);
	if (err)
		return err;
	err = S_ISDIR(dir.inode->i_mode) ? mnt_want_write(dir.mnt) : -ENOTDIR;
	if (!err) {
		err = make_tmpfile(&dir, flags, mode, file);
		mnt_drop_write(dir.mnt);
	}
	path_put(&dir);
	return err;
}

/* Without f_op it cannot be read or written, and fget() does not return it. */
int open_place(const struct fs_path *at, u32 flags, struct file **result)
{
	struct file *file = alloc_file();

	if (!file)
		return no_file_error();
	file->f_inode = igrab(at->inode);
	file->f_mnt = mntget(at->mnt);
	file->f_mapping = &at->inode->i_data;
	/* No access mode: O_RDWR and the like are ignored, as on Linux. */
	file->f_mode = FMODE_PATH;
	file->f_flags = flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW);
	*result = file;
	return 0;
}

/* open with O_PATH. */
static int open_path(s32 dirfd, const char *path, u32 flags,
		     struct file **result)
{
	struct fs_path at;
	int err = path_at(dirfd, path, flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW,
			  &at);

	if (err)
		return err;
	err = flags & O_DIRECTORY && !S_ISDIR(at.inode->i_mode) ?
		-ENOTDIR :
		open_place(&at, flags, result);
	path_put(&at);
	return err;
}

/*
 * O_TRUNC, which is obeyed with O_RDONLY, too, as on Linux: open_mask() has
 * checked the write permission. A device or a FIFO has nothing to truncate.
 */
static int truncate_opened(struct file *file)
{
	const struct inode_operations *op = file->f_inode->i_op;
	int err;

	if (!op || !op->truncate)
		return 0;
	err = mnt_want_write(file->f_mnt);
	if (err)
		return err;
	err = do_truncate(file->f_inode, 0);
	mnt_drop_write(file->f_mnt);
	return err;
}

/* Opens for access to the data. O_TMPFILE, O_CREAT or neither. */
static int open_data(s32 dirfd, const char *path, u32 *flags, u32 mode,
		     struct file **file)
{
	if ((*flags & O_TMPFILE) == O_TMPFILE)
		return *flags & O_CREAT ?
			-EINVAL :
			open_tmpfile(dirfd, path, *flags, mode, file);
	/*
	 * O_TMPFILE contains O_DIRECTORY, so that kernels without O_TMPFILE
	 * fail instead of opening the directory; one bit alone is an error.
	 */
	if (*flags & (O_TMPFILE & ~O_DIRECTORY))
		return -EINVAL;
	return *flags & O_CREAT ? open_create(dirfd, path, flags, mode, file) :
				  do_filp_open(dirfd, path, *flags, file);
}

/* Needs no permission for O_PATH, since such a file gives no access to data. */
int files_open(s32 dirfd, const char *path, u32 flags, u32 mode,
	       struct file **file)
{
	int err;

	if (flags & O_PATH)
		return open_path(dirfd, path, flags, file);
	err = open_data(dirfd, path, &flags, mode, file);
	if (err || !(flags & (O_TRUNC | O_DIRECT)))
		return err;
	/*
	 * All data is in the page cache, past which O_DIRECT would go. As on
	 * Linux a file that O_CREAT has made stays.
	 */
	err = flags & O_DIRECT ? -EINVAL : truncate_opened(*file);
	if (err)
		fput(*file);
	return err;
}

/* ---- system calls ------------------------------------------------ */

/* Both calls below. */
static __always_inline s32 do_openat(s32 dirfd, uaddr_t path, u32 flags,
				     u32 mode)
{
	struct file *file;
	char *name;
	int err = getname(path, &name);

	if (err)
		return err;
	/* A call that gets no descriptor must neither make nor empty a file. */
	err = flags & (O_CREAT | O_TRUNC) && !fd_is_left() ?
		-EMFILE :
		files_open(dirfd, name, flags, mode, &file);
	kfree(name);
	return err ? err : open_fd(file, flags);
}

/* openat(2), in the place of the core's, which creates nothing. */
s32 sys_openat_or_create(s32 dirfd, uaddr_t path, u32 flags, u32 mode)
{
	return do_openat(dirfd, path, flags, mode);
}

s32 sys_open_or_create(uaddr_t path, u32 flags, u32 mode)
{
	return do_openat(AT_FDCWD, path, flags, mode);
}

/* creat(2): an open that predates O_CREAT. */
s32 sys_creat(uaddr_t path, u32 mode)
{
	return sys_open_or_create(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
