/*
 * fs/namespace.c - names come, go and change: mkdir, unlink, rename, links,
 * mount points, the working directory.
 */
#include "internal.h"

#include <string.h>
#include <syscalls.h>

/* ---- making ---------------------------------------------------------------------- */

/* A directory whose names the kernel makes has that one, or never will. */
static int cannot_create(const struct nameidata *nd)
{
	struct inode *inode;
	int err = nd->inode->i_op->lookup(nd->inode, nd->name, nd->bytes,
					  &inode);

	if (err)
		return err;
	iput(inode);
	return -EEXIST;
}

static int do_mkdir(const char *path, u32 mode)
{
	struct inode *inode = NULL;
	struct nameidata nd;
	int err = path_parent(AT_FDCWD, path, &nd);

	if (!err && !nd.name)
		err = -EEXIST;
	if (!err && !nd.inode->i_op->create)
		err = cannot_create(&nd);
	else if (!err)
		err = nd.inode->i_op->create(nd.inode, nd.name, nd.bytes,
					     S_IFDIR | (mode & 07777), &inode);
	iput(inode);
	end_walk(&nd);
	return err;
}

s32 sys_mkdir(uaddr_t path, u32 mode)
{
	char *name;
	int err = getname(path, &name);

	if (err)
		return err;
	err = do_mkdir(name, mode & 01777 & ~current_umask());
	kfree(name);
	return err;
}

static int do_symlink(const char *text, const char *path)
{
	struct nameidata nd;
	int err = path_parent(AT_FDCWD, path, &nd);

	if (!err && !nd.name)
		err = -EEXIST;
	if (!err && nd.want_dir)
		err = -ENOENT;
	if (!err && !nd.inode->i_op->symlink)
		err = cannot_create(&nd);
	else if (!err)
		err = nd.inode->i_op->symlink(nd.inode, nd.name, nd.bytes,
					      text);
	end_walk(&nd);
	return err;
}

s32 sys_symlink(uaddr_t text, uaddr_t path)
{
	char *link, *name;
	int err = getname(text, &link);

	if (err)
		return err;
	err = link[0] ? getname(path, &name) : -ENOENT;
	if (!err) {
		err = do_symlink(link, name);
		kfree(name);
	}
	kfree(link);
	return err;
}

/* ---- removing ---------------------------------------------------------------------- */

/* Is it of the kind the caller wants gone? */
static int check_kind(struct nameidata *nd, bool want_dir)
{
	struct inode *inode;
	int err = nd->inode->i_op->lookup(nd->inode, nd->name, nd->bytes,
					  &inode);

	if (err)
		return err;
	if (want_dir && !S_ISDIR(inode->i_mode))
		err = -ENOTDIR;
	else if (!want_dir && S_ISDIR(inode->i_mode))
		err = -EISDIR;
	else if (!want_dir && nd->want_dir)
		err = -ENOTDIR; /* "file/" */
	iput(inode);
	return err;
}

/* What rmdir says of a path without a last name; unlink calls it a directory. */
static int no_name_error(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (n >= 2 && path[n - 1] == '.' && path[n - 2] == '.')
		return -ENOTEMPTY;
	return path[n - 1] == '.' ? -EINVAL : -EBUSY;
}

static int do_unlinkat(s32 dirfd, const char *path, bool want_dir)
{
	struct nameidata nd;
	int err = path_parent(dirfd, path, &nd);

	if (!err && !nd.name)
		err = want_dir ? no_name_error(path) : -EISDIR;
	if (!err && !nd.inode->i_op->lookup)
		err = -ENOTDIR;
	if (!err)
		err = check_kind(&nd, want_dir);
	if (!err && !nd.inode->i_op->unlink)
		err = -EPERM;
	if (!err)
		err = nd.inode->i_op->unlink(nd.inode, nd.name, nd.bytes);
	end_walk(&nd);
	return err;
}

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

/* ---- renaming ------------------------------------------------------------------------ */

static int rename_walked(struct nameidata *from, struct nameidata *to)
{
	struct inode *inode;
	int err;

	if (!from->name || !to->name)
		return -EBUSY;
	if (!from->inode->i_op->rename ||
	    from->inode->i_op->rename != to->inode->i_op->rename)
		return -EXDEV;
	err = from->inode->i_op->lookup(from->inode, from->name, from->bytes,
					&inode);
	if (err)
		return err;
	if (!S_ISDIR(inode->i_mode) && (from->want_dir || to->want_dir))
		err = -ENOTDIR;
	iput(inode);
	if (err)
		return err;
	return from->inode->i_op->rename(from->inode, from->name, from->bytes,
					 to->inode, to->name, to->bytes);
}

static int do_rename(const char *old, const char *new)
{
	struct nameidata from, to;
	int err = path_parent(AT_FDCWD, old, &from);

	if (!err) {
		err = path_parent(AT_FDCWD, new, &to);
		if (!err)
			err = rename_walked(&from, &to);
		end_walk(&to);
	}
	end_walk(&from);
	return err;
}

s32 sys_rename(uaddr_t from, uaddr_t to)
{
	char *old, *new;
	int err = getname(from, &old);

	if (err)
		return err;
	err = getname(to, &new);
	if (!err) {
		err = do_rename(old, new);
		kfree(new);
	}
	kfree(old);
	return err;
}

/* ---- reading links ------------------------------------------------------------------- */

static s32 copy_link(struct inode *inode, uaddr_t buf, u32 bytes)
{
	char *text = kmalloc(PATH_MAX, GFP_KERNEL);
	s32 ret;

	if (!text)
		return -ENOMEM;
	ret = inode->i_op->readlink(inode, text, PATH_MAX);
	if (!ret) {
		bytes = min(bytes, (u32)strlen(text));
		ret = copy_to_user(buf, text, bytes) ? -EFAULT : (s32)bytes;
	}
	kfree(text);
	return ret;
}

s32 sys_readlinkat(s32 dirfd, uaddr_t path, uaddr_t buf, u32 bytes)
{
	struct inode *inode;
	char *name;
	bool empty;
	s32 ret;

	if ((s32)bytes <= 0)
		return -EINVAL;
	ret = getname(path, &name);
	if (ret)
		return ret;
	empty = !name[0];
	ret = path_lookup(dirfd, name, LOOKUP_EMPTY, &inode);
	kfree(name);
	if (ret)
		return ret;
	/* dirfd itself, by an empty name, is rarely a link. */
	ret = S_ISLNK(inode->i_mode) ? copy_link(inode, buf, bytes) :
				       (empty ? -ENOENT : -EINVAL);
	iput(inode);
	return ret;
}

s32 sys_readlink(uaddr_t path, uaddr_t buf, u32 bytes)
{
	return sys_readlinkat(AT_FDCWD, path, buf, bytes);
}

/* ---- the working directory --------------------------------------------------------------- */

s32 sys_chdir(uaddr_t path)
{
	struct inode *inode;
	s32 err = user_path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);

	if (err)
		return err;
	if (!S_ISDIR(inode->i_mode)) {
		iput(inode);
		return -ENOTDIR;
	}
	set_cwd(inode);
	return 0;
}

s32 sys_fchdir(u32 fd)
{
	struct file *file = fget_raw(fd);
	s32 err = -ENOTDIR;

	if (!file)
		return -EBADF;
	if (S_ISDIR(file->f_inode->i_mode)) {
		set_cwd(igrab(file->f_inode));
		err = 0;
	}
	fput(file);
	return err;
}

s32 sys_getcwd(uaddr_t buf, u32 bytes)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	struct inode *cwd;
	u32 length;
	s32 ret;

	if (!path)
		return -ENOMEM;
	cwd = get_cwd();
	ret = inode_path(cwd, path, PATH_MAX);
	iput(cwd);
	if (!ret) {
		length = (u32)strlen(path) + 1;
		ret = (s32)length;
		if (length > bytes)
			ret = -ERANGE;
		else if (copy_to_user(buf, path, length))
			ret = -EFAULT;
	}
	kfree(path);
	return ret;
}

/* ---- mount points -------------------------------------------------------------------------- */

/* An empty directory gives way to root; no name at all is as good. */
static int cover(struct nameidata *nd, struct inode *root)
{
	int err = check_kind(nd, true);

	if (!err)
		err = nd->inode->i_op->unlink(nd->inode, nd->name, nd->bytes);
	if (err && err != -ENOENT)
		return -EEXIST;
	return ramfs_link(nd->inode, nd->name, nd->bytes, root);
}

int fs_mount(const char *path, struct inode *root)
{
	struct nameidata nd;
	int err = path_parent(AT_FDCWD, path, &nd);

	BUG_ON(!S_ISDIR(root->i_mode));
	if (!err)
		err = nd.name && nd.inode->i_op == &ramfs_dir_ops ?
			cover(&nd, root) :
			-EEXIST;
	if (!err)
		iput(root); /* the name has a reference of its own */
	end_walk(&nd);
	return err;
}
