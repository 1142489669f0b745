/*
 * services/files/make.c - names come: mkdir, mknod, symbolic links, further names of a
 * file.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <string.h>

int may_create(const struct inode *dir)
{
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

/* ---- a new inode ------------------------------------------------- */

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

int ramfs_make_inode(const struct inode *dir, u32 mode, struct inode **result)
{
	struct inode *inode;
	int err = limit_names();

	if (err)
		return err;
	inode = ramfs_inode(mode);
	if (!inode)
		return -ENOMEM;
	err = join_tree(inode, dir->i_limits);
	if (err) {
		iput(inode);
		return err;
	}
	inode->i_dev = dir->i_dev;
	init_owner(inode, dir);
	*result = inode;
	return 0;
}

int ramfs_create(struct inode *dir, const char *name, u32 bytes, u32 mode,
		 struct inode **child)
{
	struct inode *inode;
	int err = ramfs_make_inode(dir, mode, &inode);

	if (err)
		return err;
	err = ramfs_link(dir, name, bytes, inode, false);
	if (err)
		iput(inode);
	else
		*child = inode;
	return err;
}

/* ---- a new name -------------------------------------------------- */

/* What a name is to be made for. */
struct making {
	u32 mode;            /* S_IF* and permissions */
	u32 rdev;            /* of a device */
	const char *text;    /* of a symbolic link */
	struct inode *old;   /* it gets a further name; or NULL */
	struct inode **made; /* gets a reference to the new one; or NULL */
};

int ramfs_set_link_text(struct inode *inode, const char *text)
{
	u32 length = (u32)strlen(text);

	inode->i_private = kmalloc(length + 1, GFP_KERNEL);
	if (!inode->i_private)
		return -ENOMEM;
	memcpy(inode->i_private, text, length + 1);
	inode->i_size = length;
	return 0;
}

static int make_inode(const struct nameidata *nd, const struct making *what)
{
	struct inode *inode;
	int err = ramfs_make_inode(nd->inode, what->mode, &inode);

	if (err)
		return err;
	inode->i_rdev = what->rdev;
	if (what->text)
		err = ramfs_set_link_text(inode, what->text);
	if (!err)
		err = ramfs_link(nd->inode, nd->name, nd->bytes, inode, false);
	if (!err && what->made)
		*what->made = igrab(inode);
	iput(inode); /* the name has a reference of its own */
	return err;
}

/* A file whose last name has gone gets none any more. */
static int add_link(struct inode *inode)
{
	int err = 0;

	down_write(&inode->i_lock);
	if (inode->i_nlink == 0)
		err = -ENOENT;
	else
		inode->i_nlink++;
	inode_changed(inode);
	up_write(&inode->i_lock);
	return err;
}

static int link_inode(const struct nameidata *nd, struct inode *inode)
{
	int err = limit_names();

	if (!err)
		err = S_ISDIR(inode->i_mode) ? -EPERM : add_link(inode);
	if (err)
		return err;
	err = ramfs_link(nd->inode, nd->name, nd->bytes, inode, false);
	if (err) {
		down_write(&inode->i_lock);
		inode->i_nlink--;
		up_write(&inode->i_lock);
	}
	return err;
}

/* Nothing has the name so far: -ENOENT. */
static int look_up(const struct nameidata *nd)
{
	struct inode *inode;
	int err = nd->inode->i_op->lookup(nd->inode, nd->name, nd->bytes,
					  &inode);

	if (err)
		return err;
	iput(inode);
	return -EEXIST;
}

static bool is_device(u32 mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode);
}

/*
 * The walk stands on the directory. As in Linux -EEXIST comes before what else
 * is wrong. Directories whose names the kernel makes get no others.
 */
static int make_at(const struct nameidata *nd, const struct making *what)
{
	int err = nd->name ? look_up(nd) : -EEXIST;

	if (err != -ENOENT)
		return err;
	if (nd->want_dir && !S_ISDIR(what->mode))
		return -ENOENT;
	if (what->old && what->old->i_dev != nd->inode->i_dev)
		return -EXDEV;
	if (!is_ramfs_dir(nd->inode))
		return -ENOENT;
	err = may_create(nd->inode);
	if (!err && is_device(what->mode) && !capable(CAP_MKNOD))
		err = -EPERM;
	if (err)
		return err;
	return what->old ? link_inode(nd, what->old) : make_inode(nd, what);
}

static int make_path(s32 dirfd, const char *path, const struct making *what)
{
	struct nameidata nd;
	int err = path_parent(dirfd, path, &nd);

	if (!err)
		err = make_at(&nd, what);
	end_walk(&nd);
	return err;
}

static s32 make_name(s32 dirfd, uaddr_t path, const struct making *what)
{
	char *name;
	int err = getname(path, &name);

	if (err)
		return err;
	err = make_path(dirfd, name, what);
	kfree(name);
	return err;
}

int make_node(const char *path, u32 mode, struct inode **made)
{
	return make_path(AT_FDCWD, path,
			 &(struct making){ .mode = mode, .made = made });
}

/* ---- system calls ------------------------------------------------ */

s32 sys_mkdirat(s32 dirfd, uaddr_t path, u32 mode)
{
	const struct making what = {
		.mode = S_IFDIR | (mode & 01777 & ~current_umask()),
	};

	return make_name(dirfd, path, &what);
}

s32 sys_mkdir(uaddr_t path, u32 mode)
{
	return sys_mkdirat(AT_FDCWD, path, mode);
}

static int check_node(u32 type)
{
	switch (type) {
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
	case S_IFCHR:
	case S_IFBLK:
		return 0;
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

s32 sys_mknodat(s32 dirfd, uaddr_t path, u32 mode, u32 dev)
{
	u32 type = mode & S_IFMT ? mode & S_IFMT : S_IFREG;
	const struct making what = {
		.mode = type | (mode & 07777 & ~current_umask()),
		.rdev = is_device(type) ? dev : 0,
	};
	int err = check_node(type);

	return err ? err : make_name(dirfd, path, &what);
}

s32 sys_mknod(uaddr_t path, u32 mode, u32 dev)
{
	return sys_mknodat(AT_FDCWD, path, mode, dev);
}

s32 sys_symlinkat(uaddr_t text, s32 dirfd, uaddr_t path)
{
	struct making what = { .mode = S_IFLNK | 0777 };
	char *link;
	s32 err = getname(text, &link);

	if (err)
		return err;
	what.text = link;
	err = link[0] ? make_name(dirfd, path, &what) : -ENOENT;
	kfree(link);
	return err;
}

s32 sys_symlink(uaddr_t text, uaddr_t path)
{
	return sys_symlinkat(text, AT_FDCWD, path);
}

s32 sys_linkat(s32 old_dirfd, uaddr_t old, s32 dirfd, uaddr_t path,
	       u32 at_flags)
{
	struct making what = { 0 };
	s32 err;

	if (at_flags & ~(u32)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (at_flags & AT_EMPTY_PATH && !capable(CAP_DAC_READ_SEARCH))
		return -ENOENT;
	err = user_path_lookup(
		old_dirfd, old,
		(at_flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) |
			(at_flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0),
		&what.old);
	if (err)
		return err;
	err = make_name(dirfd, path, &what);
	iput(what.old);
	return err;
}

s32 sys_link(uaddr_t old, uaddr_t path)
{
	return sys_linkat(AT_FDCWD, old, AT_FDCWD, path, 0);
}
