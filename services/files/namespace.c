/*
 * services/files/namespace.c - names come and go: mkdir, unlink, symbolic links.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <string.h>

/* ---- who may ----------------------------------------------------- */

int may_create(const struct inode *dir)
{
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

/* In a sticky directory the owners decide, of the file and of the directory. */
int may_remove(const struct inode *dir, const struct inode *inode)
{
	int err = inode_permission(dir, MAY_WRITE | MAY_EXEC);

	if (!err && dir->i_mode & S_ISVTX && !owner_or_capable(inode) &&
	    current_cred()->fsuid != dir->i_uid)
		err = -EPERM;
	return err;
}

/* ---- making ------------------------------------------------------ */

/* Whose a new inode is: a set-gid directory passes its group on. */
static void init_owner(struct inode *inode, const struct inode *dir)
{
	const struct cred *cred = current_cred();

	inode->i_uid = cred->fsuid;
	inode->i_gid = cred->fsgid;
	if (!(dir->i_mode & S_ISGID))
		return;
	inode->i_gid = dir->i_gid;
	if (S_ISDIR(inode->i_mode))
		inode->i_mode |= S_ISGID;
	else if ((inode->i_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
		 !in_group(cred, dir->i_gid) && !has_cap(cred, CAP_FSETID))
		inode->i_mode &= ~(u32)S_ISGID;
}

int ramfs_create(struct inode *dir, const char *name, u32 bytes, u32 mode,
		 struct inode **child)
{
	struct inode *inode;
	int err = limit_names();

	if (err)
		return err;
	inode = ramfs_inode(mode);
	if (!inode)
		return -ENOMEM;
	init_owner(inode, dir);
	err = ramfs_link(dir, name, bytes, inode, false);
	if (err) {
		iput(inode);
		return err;
	}
	*child = inode;
	return 0;
}

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

/* May the name be made? As in Linux -EEXIST comes before -EACCES. */
static int check_create(const struct nameidata *nd)
{
	int err = cannot_create(nd);

	return err == -ENOENT ? may_create(nd->inode) : err;
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
		err = check_create(&nd);
	if (!err)
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

static int make_symlink(struct inode *dir, const char *name, u32 bytes,
			const char *text)
{
	u32 length = (u32)strlen(text);
	struct inode *inode;
	int err = limit_names();

	if (err)
		return err;
	inode = ramfs_inode(S_IFLNK | 0777);
	if (!inode)
		return -ENOMEM;
	init_owner(inode, dir);
	err = -ENOMEM;
	inode->i_private = kmalloc(length + 1, GFP_KERNEL);
	if (inode->i_private) {
		memcpy(inode->i_private, text, length + 1);
		inode->i_size = length;
		err = ramfs_link(dir, name, bytes, inode, false);
	}
	iput(inode); /* the name has a reference of its own */
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
	if (!err && !is_ramfs_dir(nd.inode))
		err = cannot_create(&nd);
	else if (!err)
		err = check_create(&nd);
	if (!err)
		err = make_symlink(nd.inode, nd.name, nd.bytes, text);
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

/* ---- removing ---------------------------------------------------- */

/* Is it of the kind the caller wants gone, and may he? */
static int check_removal(const struct nameidata *nd, const struct inode *inode,
			 bool want_dir)
{
	bool is_dir = S_ISDIR(inode->i_mode);
	int err;

	if (!want_dir && nd->want_dir) /* "file/" */
		return is_dir ? -EISDIR : -ENOTDIR;
	err = may_remove(nd->inode, inode);
	if (err || want_dir == is_dir)
		return err;
	return want_dir ? -ENOTDIR : -EISDIR;
}

/* What the kernel puts into its directories stays there. */
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

static int remove_name(const struct nameidata *nd, bool want_dir)
{
	struct inode *dir = nd->inode, *inode = NULL;
	struct dir_entry *entry;
	int err = -ENOENT;

	down_write(&dir->i_lock);
	entry = ramfs_find_entry(dir, nd->name, nd->bytes);
	if (entry)
		err = check_removal(nd, entry->inode, want_dir);
	if (!err)
		err = ramfs_drop_entry(dir, entry, &inode);
	up_write(&dir->i_lock);
	iput(inode); /* the name's reference; may free the file's pages */
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
		err = is_ramfs_dir(nd.inode) ? remove_name(&nd, want_dir) :
					       cannot_remove(&nd, want_dir);
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

/* ---- reading links ----------------------------------------------- */

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
