/*
 * services/files/protected.c - /proc/sys/fs/protected_*: what users may do with
 * links and files of others in a directory that all may write to, like /tmp.
 *
 * All are off (0) at boot, as in Linux itself; distributions turn them on. They
 * keep a program that trusts a name in /tmp from being led to a file that the
 * name's maker may not use.
 */
#include <fs/fs.h>
#include <services/files/files.h>

u32 protected_symlinks, protected_hardlinks, protected_fifos, protected_regular;

/* Whether all may write to dir, but remove only their own names. */
static bool is_shared(const struct inode *dir)
{
	return (dir->i_mode & (S_ISVTX | 0002)) == (S_ISVTX | 0002);
}

int may_follow_link(const struct fs_path *at, const struct inode *link,
		    bool last)
{
	if (mnt_has(at->mnt, MS_NOSYMFOLLOW))
		return -ELOOP;
	if (!last || !READ_ONCE(protected_symlinks) || !is_shared(at->inode))
		return 0;
	return link->i_uid == current_cred()->fsuid ||
			link->i_uid == at->inode->i_uid ?
		0 :
		-EACCES;
}

/* Whether a further name of inode harms nobody: the task could copy it. */
static bool is_safe_source(const struct inode *inode)
{
	u32 mode = inode->i_mode;

	return S_ISREG(mode) && !(mode & S_ISUID) &&
		(mode & (S_ISGID | S_IXGRP)) != (S_ISGID | S_IXGRP) &&
		!inode_permission(inode, MAY_READ | MAY_WRITE);
}

int may_link(const struct inode *inode)
{
	return !READ_ONCE(protected_hardlinks) || is_safe_source(inode) ||
			owner_or_capable(inode) ?
		0 :
		-EPERM;
}

int may_create_in_sticky(const struct inode *dir, const struct inode *inode)
{
	u32 level = S_ISFIFO(inode->i_mode) ? READ_ONCE(protected_fifos) :
		S_ISREG(inode->i_mode)      ? READ_ONCE(protected_regular) :
					      0;

	if (!level || !(dir->i_mode & S_ISVTX) || inode->i_uid == dir->i_uid ||
	    inode->i_uid == current_cred()->fsuid)
		return 0;
	/* 2 protects directories that a group may write to, too. */
	return dir->i_mode & 0002 || (dir->i_mode & 0020 && level >= 2) ?
		-EACCES :
		0;
}
