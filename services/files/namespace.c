/*
 * services/files/namespace.c - removes names (unlink, rmdir), and reads
 * symbolic links.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <string.h>

/* ---- removing ---------------------------------------------------- */

/*
 * Whether the task may remove inode's name from dir. In a sticky directory,
 * such as /tmp, only the owner of the file or of the directory may. 0, -EACCES
 * or -EPERM.
 */
int may_remove(const struct inode *dir, const struct inode *inode)
{
	int err = inode_permission(dir, MAY_WRITE | MAY_EXEC);

	if (!err && dir->i_mode & S_ISVTX && !owner_or_capable(inode) &&
	    current_cred()->fsuid != dir->i_uid)
		err = -EPERM;
	return err;
}

/*
 * Whether inode is of the kind that the call removes, and the task may remove
 * it. Linux's order of errors.
 */
static int check_removal(const struct nameidata *nd, const struct inode *inode,
			 bool want_dir)
{
	bool is_dir = S_ISDIR(inode->i_mode);
	int err;

	/* unlink("name/"): the slash demands what unlink does not remove. */
	if (!want_dir && nd->want_dir)
		return is_dir ? -EISDIR : -ENOTDIR;
	err = may_remove(nd->inode, inode);
	/*
	 * Permission comes before the kind: rmdir of a file in a directory that
	 * is not writable is -EACCES.
	 */
	if (err || want_dir == is_dir)
		return err;
	return want_dir ? -ENOTDIR : -EISDIR;
}

/*
 * The name is one of the kernel's (/proc): finds the error that Linux returns.
 * Never 0.
 */
static int cannot_remove(const struct nameidata *nd, bool want_dir)
{
	struct inode *inode;
	int err = nd->inode->i_op->lookup(nd->inode, nd->name, nd->bytes,
					  &inode);

	if (err)
		return err;
	err = check_removal(nd, inode, want_dir);
	iput(inode);
	return err ? err : -EPERM;
}

/*
 * Removes the last name of the walk from its directory. 0, -ENOENT, or the
 * -errno of check_removal() or ramfs_drop_entry().
 */
static int remove_name(const struct nameidata *nd, bool want_dir)
{
	struct inode *dir = nd->inode, *inode = NULL;
	struct dir_entry *entry;
	int err = -ENOENT;

	down_write(&dir->i_lock);
	/*
	 * Found and dropped under one lock, so that no other task removes or
	 * replaces the entry in between.
	 */
	entry = ramfs_find_entry(dir, nd->name, nd->bytes);
	if (entry)
		err = check_removal(nd, entry->inode, want_dir);
	if (!err)
		err = ramfs_drop_entry(dir, entry, &inode);
	up_write(&dir->i_lock);
	/* The name's reference. Unlocked: it may free all of a file's pages. */
	iput(inode);
	return err;
}

/*
 * rmdir's error for a path that ends in no name: ".." is never empty, "." is
 * invalid, "/" is busy.
 */
static int no_name_error(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n >= 2 && path[n - 1] == '.' && path[n - 2] == '.')
		return -ENOTEMPTY;
	return path[n - 1] == '.' ? -EINVAL : -EBUSY;
}

/* Removes the name at which the walk has stopped. 0 or -errno. */
static int remove_walked(const struct nameidata *nd, bool want_dir)
{
	int err = mnt_want_write(nd->mnt);

	if (err)
		return err;
	/* /proc/PID/fd/N may lead the walk to a file instead of a directory. */
	if (!nd->inode->i_op->lookup)
		err = -ENOTDIR;
	else if (is_ramfs_dir(nd->inode))
		err = remove_name(nd, want_dir);
	else
		err = cannot_remove(nd, want_dir);
	mnt_drop_write(nd->mnt);
	return err;
}

/* unlink and rmdir (want_dir) for a path of the kernel's. */
int do_unlinkat(s32 dirfd, const char *path, bool want_dir)
{
	struct nameidata nd;
	int err = path_parent(dirfd, path, &nd);

	if (!err && !nd.name)
		err = want_dir ? no_name_error(path) : -EISDIR;
	if (!err)
		err = remove_walked(&nd, want_dir);
	end_walk(&nd);
	return err;
}

/* unlinkat(2): one call for unlink and, with AT_REMOVEDIR, rmdir. */
s32 sys_unlinkat(s32 dirfd, uaddr_t path, u32 flags)
{
	char *name;
	int err;

	if (flags & ~(u32)AT_REMOVEDIR)
		return -EINVAL;
	err = getname(path, &name);
	if (err)
		return err;
	err = do_unlinkat(dirfd, name, flags & AT_REMOVEDIR);
	kfree(name);
	return err;
}

s32 sys_unlink(uaddr_t path)
{
	return sys_unlinkat(AT_FDCWD, path, 0);
}

s32 sys_rmdir(uaddr_t path)
{
	return sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

/* ---- reading links ----------------------------------------------- */

/*
 * Copies a link's text to the program, cut to `bytes` and without a NUL, as
 * POSIX demands. Returns the length.
 */
static s32 copy_link(const struct fs_path *at, uaddr_t buf, u32 bytes)
{
	char *text = kmalloc(PATH_MAX, GFP_KERNEL);
	struct inode *inode = at->inode;
	s32 ret;

	if (!text)
		return -ENOMEM;
	/*
	 * To kernel memory first: a link of /proc makes its text anew for each
	 * read, under locks that forbid a fault.
	 */
	ret = inode->i_op->readlink(inode, text, PATH_MAX);
	if (!mnt_keeps_atime(inode, at->mnt))
		__touch_atime(inode);
	if (!ret) {
		bytes = min(bytes, (u32)strlen(text));
		ret = copy_to_user(buf, text, bytes) ? -EFAULT : (s32)bytes;
	}
	kfree(text);
	return ret;
}

/*
 * readlinkat(2). With an empty path it reads the link that dirfd (O_PATH |
 * O_NOFOLLOW) is.
 */
s32 sys_readlinkat(s32 dirfd, uaddr_t path, uaddr_t buf, u32 bytes)
{
	struct fs_path at;
	char *name;
	bool empty;
	s32 ret;

	/*
	 * A result of 0 would mean an empty text, so an empty buffer is an
	 * error.
	 */
	if ((s32)bytes <= 0)
		return -EINVAL;
	ret = getname(path, &name);
	if (ret)
		return ret;
	empty = !name[0];
	ret = path_at(dirfd, name, LOOKUP_EMPTY, &at);
	kfree(name);
	if (ret)
		return ret;
	/*
	 * -ENOENT, as on Linux: the empty path was meant for a dirfd that is a
	 * link, and it is none.
	 */
	ret = S_ISLNK(at.inode->i_mode) ? copy_link(&at, buf, bytes) :
					  (empty ? -ENOENT : -EINVAL);
	path_put(&at);
	return ret;
}

s32 sys_readlink(uaddr_t path, uaddr_t buf, u32 bytes)
{
	return sys_readlinkat(AT_FDCWD, path, buf, bytes);
}
