/*
 * services/files/make.c - makes names: mkdir, mknod, symlink, link.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <string.h>

/* Searching counts, too: a name is looked up before it is made. */
int may_create(const struct inode *dir)
{
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

/* ---- a new inode ------------------------------------------------- */

/*
 * Sets owner and group. A directory with set-gid passes its group on, so that a
 * group's files stay the group's.
 */
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
	/*
	 * Without this check a task could make a program that acts for a group
	 * it is not in.
	 */
	else if ((inode->i_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
		 !in_group(cred, dir->i_gid) && !has_cap(cred, CAP_FSETID))
		inode->i_mode &= ~(u32)S_ISGID;
}

/* Charges the inode to the limits of dir's mount. */
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
	/*
	 * A mount has a device number of its own; rename and link compare them.
	 */
	inode->i_dev = dir->i_dev;
	if (inode->i_limits) /* a tmpfs */
		inode->i_crtime = inode->i_ctime;
	init_owner(inode, dir);
	*result = inode;
	return 0;
}

/* The new inode has dir's name and a reference for the caller in *child. */
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

/* What make_path() is to make under the name. */
struct making {
	u32 mode;            /* S_IF* and permissions */
	u32 rdev;            /* of a device */
	const char *text;    /* of a symbolic link */
	struct fs_path old;  /* gets a further name; or none: make an inode */
	struct inode **made; /* out: the new inode, referenced; or NULL */
};

/* The copy is freed with the inode. */
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

/*
 * Makes an inode and its name. Returns 0 or -errno, and then nothing is left.
 */
static int make_inode(const struct nameidata *nd, const struct making *what)
{
	struct inode *inode;
	int err = ramfs_make_inode(nd->inode, what->mode, &inode);

	if (err)
		return err;
	inode->i_rdev = what->rdev;
	/* Before the name exists: no walk may find a link without its text. */
	if (what->text)
		err = ramfs_set_link_text(inode, what->text);
	if (!err)
		err = ramfs_link(nd->inode, nd->name, nd->bytes, inode, false);
	if (!err && what->made)
		*what->made = igrab(inode);
	/* The name has a reference of its own; after an error this frees. */
	iput(inode);
	return err;
}

/*
 * Counts a name that is about to be made; in a mount's limits, too, if it is a
 * further one. -ENOSPC; or -ENOENT: the last name is gone, and a removed file
 * must not come back.
 */
static int add_link(struct inode *inode)
{
	int err = 0;

	down_write(&inode->i_lock);
	if (inode->i_nlink)
		err = join_tree(inode, inode->i_limits);
	else if (!inode->i_linkable)
		err = -ENOENT;
	if (!err)
		inode->i_nlink++;
	inode_changed(inode);
	up_write(&inode->i_lock);
	return err;
}

/*
 * Gives inode a further name. Returns 0, or -errno with the count of names as
 * before.
 */
static int link_inode(const struct nameidata *nd, struct inode *inode)
{
	int err = limit_names();

	if (!err)
		/* A directory with two names could contain itself. */
		err = S_ISDIR(inode->i_mode) ? -EPERM : add_link(inode);
	if (err)
		return err;
	err = ramfs_link(nd->inode, nd->name, nd->bytes, inode, false);
	/*
	 * The count was raised first, so that no unlink in between could see 0
	 * names. Only a directory's cannot be lowered.
	 */
	if (err)
		return ramfs_drop_link(inode) ?: err;
	inode->i_linkable = false;
	return 0;
}

/* Returns -ENOENT if the name is free, -EEXIST if it is taken. */
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
 * Makes what is described under a name that is free. A directory of /proc or
 * the like takes no names from programs.
 */
static int make_new(const struct nameidata *nd, const struct making *what)
{
	int err;

	if (!is_ramfs_dir(nd->inode))
		return -ENOENT;
	/* An inode lives in one file system; another mount cannot hold it. */
	if (what->old.inode &&
	    (what->old.mnt != nd->mnt ||
	     what->old.inode->i_dev != nd->inode->i_dev))
		return -EXDEV;
	err = what->old.inode ? may_link(what->old.inode) : 0;
	if (!err)
		err = may_create(nd->inode);
	/*
	 * A device node gives access to the hardware, past all file modes, but
	 * none has the number 0: an overlay's mark for a removed name.
	 */
	if (!err && is_device(what->mode) &&
	    (S_ISBLK(what->mode) || what->rdev) && !capable(CAP_MKNOD))
		err = -EPERM;
	if (err)
		return err;
	return what->old.inode ? link_inode(nd, what->old.inode) :
				 make_inode(nd, what);
}

/*
 * The same in the directory where the walk stopped. As in Linux, -EEXIST comes
 * before other errors.
 */
static int make_at(const struct nameidata *nd, const struct making *what)
{
	int err = nd->name ? look_up(nd) : -EEXIST;

	if (err != -ENOENT)
		return err;
	/* "name/" can only become a directory. */
	if (nd->want_dir && !S_ISDIR(what->mode))
		return -ENOENT;
	err = mnt_want_write(nd->mnt);
	if (err)
		return err;
	err = make_new(nd, what);
	mnt_drop_write(nd->mnt);
	return err;
}

/* make_at() for a path of the kernel's. */
static int make_path(s32 dirfd, const char *path, const struct making *what)
{
	struct nameidata nd;
	int err = path_parent(dirfd, path, &nd);

	if (!err)
		err = make_at(&nd, what);
	end_walk(&nd);
	return err;
}

/* make_at() for a path of the program's. */
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

/*
 * mkdirat(2). Linux drops set-uid and set-gid from the mode of a new directory,
 * too.
 */
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

/*
 * Which file types mknod makes. 0, -EPERM (mkdir makes directories) or -EINVAL.
 */
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

/* mknodat(2). A mode without a type means a regular file. */
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

/* symlinkat(2). The text is not checked: a link may dangle. */
s32 sys_symlinkat(uaddr_t text, s32 dirfd, uaddr_t path)
{
	struct making what = { .mode = S_IFLNK | 0777 };
	char *link;
	s32 err = getname(text, &link);

	if (err)
		return err;
	what.text = link;
	/* An empty text could never be walked. */
	err = link[0] ? make_name(dirfd, path, &what) : -ENOENT;
	kfree(link);
	return err;
}

s32 sys_symlink(uaddr_t text, uaddr_t path)
{
	return sys_symlinkat(text, AT_FDCWD, path);
}

/*
 * linkat(2). Unlike stat and chmod, it does not follow a symbolic link unless
 * asked to: the link itself gets the further name.
 */
s32 sys_linkat(s32 old_dirfd, uaddr_t old, s32 dirfd, uaddr_t path,
	       u32 at_flags)
{
	struct making what = { 0 };
	s32 err;

	if (at_flags & ~(u32)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	/*
	 * A descriptor may come from another process, which could not have
	 * opened the file by a path that the caller may walk.
	 */
	if (at_flags & AT_EMPTY_PATH && !capable(CAP_DAC_READ_SEARCH))
		return -ENOENT;
	err = user_path_at(old_dirfd, old,
			   (at_flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) |
				   (at_flags & AT_EMPTY_PATH ? LOOKUP_EMPTY :
							       0),
			   &what.old);
	if (err)
		return err;
	err = make_name(dirfd, path, &what);
	path_put(&what.old);
	return err;
}

s32 sys_link(uaddr_t old, uaddr_t path)
{
	return sys_linkat(AT_FDCWD, old, AT_FDCWD, path, 0);
}
