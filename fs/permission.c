/*
 * What a task may do with an inode: Linux's rules for owner, group and others.
 */
#include <fs/internal.h>

/*
 * Returns the mode bits for cred in the lowest three: read, write, execute.
 * Only one class counts: an owner without a right does not get it as one of the
 * group.
 */
static u32 mode_for(const struct inode *inode, const struct cred *cred)
{
	if (cred->fsuid == inode->i_uid)
		return inode->i_mode >> 6;
	if (in_group(cred, inode->i_gid))
		return inode->i_mode >> 3;
	return inode->i_mode;
}

/* Checks the mode bits first, since a capability is the exception. */
int cred_permission(const struct cred *cred, const struct inode *inode,
		    u32 mask)
{
	if (!(mask & ~mode_for(inode, cred)))
		return 0;
	if (mask & MAY_EXEC && !S_ISDIR(inode->i_mode) &&
	    !(inode->i_mode & 0111))
		return -EACCES; /* root needs one x bit, too */
	if (has_cap(cred, CAP_DAC_OVERRIDE))
		return 0;
	/*
	 * CAP_DAC_READ_SEARCH lets a task read files, and read and search
	 * directories.
	 */
	if (!(mask & MAY_WRITE) &&
	    (S_ISDIR(inode->i_mode) || !(mask & MAY_EXEC)) &&
	    has_cap(cred, CAP_DAC_READ_SEARCH))
		return 0;
	return -EACCES;
}

/* The check of chmod, utimes and O_NOATIME. */
bool owner_or_capable(const struct inode *inode)
{
	return current_cred()->fsuid == inode->i_uid || capable(CAP_FOWNER);
}
