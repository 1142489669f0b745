/*
 * services/files/owner.c - chown, chmod and access.
 *
 * The core (fs/permission.c) decides who may walk and open by a file's owner
 * and mode; here are the rules for changing owner and mode.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <services/ids/ids.h>

/* fget skips files opened with O_PATH, fget_raw does not. */
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
 * The mount by which the file was opened decides, not one that shows it
 * elsewhere.
 */
int fd_to_change(u32 fd, struct fs_path *at)
{
	struct file *file = fget(fd);
	int err;

	if (!file)
		return -EBADF;
	err = mnt_want_write(file->f_mnt);
	if (!err)
		*at = (struct fs_path){ igrab(file->f_inode),
					mntget(file->f_mnt) };
	fput(file);
	return err;
}

/*
 * Returns mode without the bits that let a program act for its owner or group.
 * set-gid without group execute means mandatory locking, so it stays. Hold
 * i_lock for writing.
 */
static u32 without_set_ids(u32 mode)
{
	if (S_ISDIR(mode))
		return mode;
	return mode & ~(u32)(mode & S_IXGRP ? S_ISUID | S_ISGID : S_ISUID);
}

/*
 * Somebody else's bytes in a set-uid program would run with its owner's rights.
 */
void file_remove_privs(struct inode *inode)
{
	if (!capable(CAP_FSETID))
		inode->i_mode = without_set_ids(inode->i_mode);
}

/* ---- chmod ------------------------------------------------------- */

/*
 * Hold no lock. Returns 0, -EPERM, or -EOPNOTSUPP for a symbolic link, whose
 * mode nobody checks.
 */
static int chmod_inode(struct inode *inode, u32 mode)
{
	int err = 0;

	if (S_ISLNK(inode->i_mode))
		return -EOPNOTSUPP;
	down_write(&inode->i_lock);
	if (!owner_or_capable(inode)) {
		err = -EPERM;
	} else {
		/*
		 * An owner outside of the group could otherwise make programs
		 * that act for it.
		 */
		if (!in_group(current_cred(), inode->i_gid) &&
		    !capable(CAP_FSETID))
			mode &= ~(u32)S_ISGID;
		/*
		 * The type is fixed for the inode's life; only the lowest 12
		 * bits change.
		 */
		inode->i_mode = (inode->i_mode & S_IFMT) | (mode & 07777);
		inode_changed(inode);
	}
	up_write(&inode->i_lock);
	return err;
}

/* fchmodat(2), whose flags Linux's call does not have either. */
s32 sys_fchmodat(s32 dirfd, uaddr_t path, u32 mode)
{
	struct fs_path at;
	s32 err = user_path_to_change(dirfd, path, LOOKUP_FOLLOW, &at);

	if (err)
		return err;
	err = chmod_inode(at.inode, mode);
	end_change(&at);
	return err;
}

s32 sys_chmod(uaddr_t path, u32 mode)
{
	return sys_fchmodat(AT_FDCWD, path, mode);
}

s32 sys_fchmod(u32 fd, u32 mode)
{
	struct fs_path at;
	s32 err = fd_to_change(fd, &at);

	if (err)
		return err;
	err = chmod_inode(at.inode, mode);
	end_change(&at);
	return err;
}

/* ---- chown ------------------------------------------------------- */

/*
 * An owner may give a file to a group that the owner is in, but not to another
 * user: files given away would evade the limits on their owner.
 */
static bool may_chown(const struct inode *inode, u32 uid, u32 gid)
{
	const struct cred *cred = current_cred();
	bool owner = cred->fsuid == inode->i_uid;

	if (has_cap(cred, CAP_CHOWN))
		return true;
	/* A chown to the owner that the file has already is allowed. */
	if (uid != KEEP_ID && !(owner && uid == inode->i_uid))
		return false;
	if (gid != KEEP_ID &&
	    !(owner && (gid == inode->i_gid || in_group(cred, gid))))
		return false;
	return true;
}

/* KEEP_ID for uid or gid leaves that id. Returns 0 or -EPERM. */
static int chown_inode(struct inode *inode, u32 uid, u32 gid)
{
	int err = 0;
	u32 mode;

	down_write(&inode->i_lock);
	/* Linux clears them for every chown, even one that keeps both ids. */
	mode = without_set_ids(inode->i_mode);
	/*
	 * The second test: chown(-1, -1) changes no id, but would clear
	 * set-uid, which is a chmod.
	 */
	if (!may_chown(inode, uid, gid) ||
	    (mode != inode->i_mode && !owner_or_capable(inode))) {
		err = -EPERM;
	} else {
		if (uid != KEEP_ID)
			inode->i_uid = uid;
		if (gid != KEEP_ID)
			inode->i_gid = gid;
		/*
		 * For root, too: the new owner did not choose that
		 * others run this program with the new owner's rights.
		 */
		inode->i_mode = mode;
		inode_changed(inode);
	}
	up_write(&inode->i_lock);
	return err;
}

/* fchownat(2). AT_SYMLINK_NOFOLLOW changes the link itself. */
s32 sys_fchownat(s32 dirfd, uaddr_t path, u32 uid, u32 gid, u32 at_flags)
{
	struct fs_path at;
	u32 flags;
	s32 err;

	/*
	 * lookup_flags() would accept more: flags that only the stat calls
	 * have.
	 */
	if (at_flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = lookup_flags(at_flags, &flags);
	if (!err)
		err = user_path_to_change(dirfd, path, flags, &at);
	if (err)
		return err;
	err = chown_inode(at.inode, uid, gid);
	end_change(&at);
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
	struct fs_path at;
	s32 err = fd_to_change(fd, &at);

	if (err)
		return err;
	err = chown_inode(at.inode, uid, gid);
	end_change(&at);
	return err;
}

/* The oldest call numbers pass ids of 16 bits, where 0xffff means KEEP_ID. */
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

/* Checks mode with the task's current filesystem ids. */
static int access_path(s32 dirfd, uaddr_t path, u32 mode, u32 at_flags)
{
	struct fs_path at;
	u32 flags;
	int err = lookup_flags(at_flags & ~(u32)AT_EACCESS, &flags);

	if (!err)
		err = user_path_at(dirfd, path, flags, &at);
	if (err)
		return err;
	err = path_permission(&at, mode);
	path_put(&at);
	return err;
}

/*
 * Whether the user who started a set-uid program could access the file. The
 * task takes on its real ids for the length of the call, because the walk along
 * the path must be checked with them, too.
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
	/*
	 * As Linux: the capabilities that the real user would have after an
	 * exec.
	 */
	real->effective = real->uid == 0 ? real->permitted : 0;
	set_cred(real);
	err = access_path(dirfd, path, mode, at_flags);
	set_cred(old);
	return err;
}

/* faccessat2(2). Only this version has flags. */
s32 sys_faccessat2(s32 dirfd, uaddr_t path, u32 mode, u32 at_flags)
{
	if (mode & ~(u32)(R_OK | W_OK | X_OK) ||
	    at_flags & ~(u32)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	static_assert(R_OK == MAY_READ && W_OK == MAY_WRITE && X_OK == MAY_EXEC,
		      "one set of bits");
	/*
	 * Without credentials of its own the task is root in every respect, so
	 * there is no other real user.
	 */
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
