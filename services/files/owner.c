/*
 * services/files/owner.c - whose a file is and what its mode says: chown, chmod,
 * and access, which asks for the real user.
 *
 * The rules for looking and opening are the core's (fs/permission.c); here are
 * those for changing what they go by.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <services/ids/ids.h>

/* The file of an open descriptor, one of O_PATH too if path. 0 or -EBADF. */
int fd_inode(u32 fd, bool path, struct inode **inode)
{
	struct file *file = path ? fget_raw(fd) : fget(fd);

	if (!file)
		return -EBADF;
	*inode = igrab(file->f_inode);
	fput(file);
	return 0;
}

/*
 * A program that others changed must not act for its owner: without set-uid,
 * and without set-gid where the group may execute it. i_lock held for writing.
 */
static u32 without_set_ids(u32 mode)
{
	if (S_ISDIR(mode))
		return mode;
	return mode & ~(u32)(mode & S_IXGRP ? S_ISUID | S_ISGID : S_ISUID);
}

void file_remove_privs(struct inode *inode)
{
	if (!capable(CAP_FSETID))
		inode->i_mode = without_set_ids(inode->i_mode);
}

/* ---- chmod ------------------------------------------------------- */

static int chmod_inode(struct inode *inode, u32 mode)
{
	int err = 0;

	if (S_ISLNK(inode->i_mode))
		return -EOPNOTSUPP;
	down_write(&inode->i_lock);
	if (!owner_or_capable(inode)) {
		err = -EPERM;
	} else {
		if (!in_group(current_cred(), inode->i_gid) &&
		    !capable(CAP_FSETID))
			mode &= ~(u32)S_ISGID;
		inode->i_mode = (inode->i_mode & S_IFMT) | (mode & 07777);
		inode_changed(inode);
	}
	up_write(&inode->i_lock);
	return err;
}

s32 sys_fchmodat(s32 dirfd, uaddr_t path, u32 mode)
{
	struct inode *inode;
	s32 err = user_path_lookup(dirfd, path, LOOKUP_FOLLOW, &inode);

	if (err)
		return err;
	err = chmod_inode(inode, mode);
	iput(inode);
	return err;
}

s32 sys_chmod(uaddr_t path, u32 mode)
{
	return sys_fchmodat(AT_FDCWD, path, mode);
}

s32 sys_fchmod(u32 fd, u32 mode)
{
	struct inode *inode;
	s32 err = fd_inode(fd, false, &inode);

	if (err)
		return err;
	err = chmod_inode(inode, mode);
	iput(inode);
	return err;
}

/* ---- chown ------------------------------------------------------- */

/* An owner may give a file to a group of his, and to nobody else. */
static bool may_chown(const struct inode *inode, u32 uid, u32 gid)
{
	const struct cred *cred = current_cred();
	bool owner = cred->fsuid == inode->i_uid;

	if (has_cap(cred, CAP_CHOWN))
		return true;
	if (uid != KEEP_ID && !(owner && uid == inode->i_uid))
		return false;
	if (gid != KEEP_ID &&
	    !(owner && (gid == inode->i_gid || in_group(cred, gid))))
		return false;
	return true;
}

static int chown_inode(struct inode *inode, u32 uid, u32 gid)
{
	int err = 0;
	u32 mode;

	down_write(&inode->i_lock);
	mode = without_set_ids(inode->i_mode);
	if (!may_chown(inode, uid, gid) ||
	    (mode != inode->i_mode && !owner_or_capable(inode))) {
		err = -EPERM;
	} else {
		if (uid != KEEP_ID)
			inode->i_uid = uid;
		if (gid != KEEP_ID)
			inode->i_gid = gid;
		inode->i_mode = mode; /* for root, too */
		inode_changed(inode);
	}
	up_write(&inode->i_lock);
	return err;
}

s32 sys_fchownat(s32 dirfd, uaddr_t path, u32 uid, u32 gid, u32 at_flags)
{
	struct inode *inode;
	u32 flags;
	s32 err;

	if (at_flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = lookup_flags(at_flags, &flags);
	if (!err)
		err = user_path_lookup(dirfd, path, flags, &inode);
	if (err)
		return err;
	err = chown_inode(inode, uid, gid);
	iput(inode);
	return err;
}

s32 sys_chown32(uaddr_t path, u32 uid, u32 gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, 0);
}

s32 sys_lchown32(uaddr_t path, u32 uid, u32 gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

s32 sys_fchown32(u32 fd, u32 uid, u32 gid)
{
	struct inode *inode;
	s32 err = fd_inode(fd, false, &inode);

	if (err)
		return err;
	err = chown_inode(inode, uid, gid);
	iput(inode);
	return err;
}

/* The oldest numbers have ids of 16 bits. */
s32 sys_chown(uaddr_t path, u32 uid, u32 gid)
{
	return sys_chown32(path, id_from_16(uid), id_from_16(gid));
}

s32 sys_lchown(uaddr_t path, u32 uid, u32 gid)
{
	return sys_lchown32(path, id_from_16(uid), id_from_16(gid));
}

s32 sys_fchown(u32 fd, u32 uid, u32 gid)
{
	return sys_fchown32(fd, id_from_16(uid), id_from_16(gid));
}

/* ---- access ------------------------------------------------------ */

static int access_path(s32 dirfd, uaddr_t path, u32 mode, u32 at_flags)
{
	struct inode *inode;
	u32 flags;
	int err = lookup_flags(at_flags & ~(u32)AT_EACCESS, &flags);

	if (!err)
		err = user_path_lookup(dirfd, path, flags, &inode);
	if (err)
		return err;
	err = inode_permission(inode, mode);
	iput(inode);
	return err;
}

/*
 * What a set-uid program may ask: might who started it do that? For the length
 * of the call the task is its real user.
 */
static int access_as_real(s32 dirfd, uaddr_t path, u32 mode, u32 at_flags)
{
	const struct cred *old = get_cred(current_thread_info()->cred);
	struct cred *real = prepare_cred();
	int err;

	if (!real) {
		put_cred(old);
		return -ENOMEM;
	}
	real->fsuid = real->uid;
	real->fsgid = real->gid;
	real->effective = real->uid == 0 ? real->permitted : 0;
	set_cred(real);
	err = access_path(dirfd, path, mode, at_flags);
	set_cred(old);
	return err;
}

s32 sys_faccessat2(s32 dirfd, uaddr_t path, u32 mode, u32 at_flags)
{
	if (mode & ~(u32)(R_OK | W_OK | X_OK) ||
	    at_flags & ~(u32)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	static_assert(R_OK == MAY_READ && W_OK == MAY_WRITE && X_OK == MAY_EXEC,
		      "one set of bits");
	if (at_flags & AT_EACCESS || !current_thread_info()->cred)
		return access_path(dirfd, path, mode, at_flags);
	return access_as_real(dirfd, path, mode, at_flags);
}

s32 sys_faccessat(s32 dirfd, uaddr_t path, u32 mode)
{
	return sys_faccessat2(dirfd, path, mode, 0);
}

s32 sys_access(uaddr_t path, u32 mode)
{
	return sys_faccessat2(AT_FDCWD, path, mode, 0);
}
