/*
 * What a task may do with an inode: Linux's rules for owner, group and others.
 */
#include <fs/internal.h>

/* The bits of mode that hold for cred, lowest three: read, write, execute. */
static u32 mode_for(const struct inode *inode, const struct cred *cred)
{
	if (cred->fsuid == inode->i_uid)
		return inode->i_mode >> 6;
	if (in_group(cred, inode->i_gid))
		return inode->i_mode >> 3;
	return inode->i_mode;
}

int cred_permission(const struct cred *cred, const struct inode *inode,
		    u32 mask)
{
	if (!(mask & ~mode_for(inode, cred)))
		return 0;
	if (mask & MAY_EXEC && !S_ISDIR(inode->i_mode) &&
	    !(inode->i_mode & 0111))
		return -EACCES; /* not for root either */
	if (has_cap(cred, CAP_DAC_OVERRIDE))
		return 0;
	/* It lets one read files, and read and search directories. */
	if (!(mask & MAY_WRITE) &&
	    (S_ISDIR(inode->i_mode) || !(mask & MAY_EXEC)) &&
	    has_cap(cred, CAP_DAC_READ_SEARCH))
		return 0;
	return -EACCES;
}

bool owner_or_capable(const struct inode *inode)
{
	return current_cred()->fsuid == inode->i_uid || capable(CAP_FOWNER);
}
