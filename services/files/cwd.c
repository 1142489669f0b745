/*
 * services/files/cwd.c - changes a task's working directory, root directory and
 * umask.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <string.h>

/*
 * Makes dir the working directory or the root; takes over the caller's
 * reference to dir.
 */
static void set_place(struct inode **place, struct inode *dir)
{
	struct fs_struct *fs = current_thread_info()->fs;
	struct inode *old;

	spin_lock(&fs->lock);
	old = *place;
	*place = dir;
	spin_unlock(&fs->lock);
	/*
	 * Outside of the spinlock: the last reference frees the inode's pages,
	 * which may take long.
	 */
	iput(old);
}

/* Takes over the caller's reference to dir. */
static void set_cwd(struct inode *dir)
{
	set_place(&current_thread_info()->fs->cwd, dir);
}

/*
 * Whether the task may work in dir: it must be a directory that the task may
 * search. Returns 0, -ENOTDIR or -EACCES.
 */
static int may_stand(const struct inode *dir)
{
	return S_ISDIR(dir->i_mode) ? inode_permission(dir, MAY_EXEC) :
				      -ENOTDIR;
}

s32 sys_chdir(uaddr_t path)
{
	struct inode *inode;
	s32 err = user_path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);

	if (err)
		return err;
	/*
	 * Checked at the time of chdir only: later walks start here without a
	 * check of the directories above.
	 */
	err = may_stand(inode);
	if (err)
		iput(inode);
	else
		set_cwd(inode);
	return err;
}

/* fchdir(2). fget_raw, because a descriptor opened with O_PATH will do. */
s32 sys_fchdir(u32 fd)
{
	struct file *file = fget_raw(fd);
	s32 err;

	if (!file)
		return -EBADF;
	err = may_stand(file->f_inode);
	if (!err)
		set_cwd(igrab(file->f_inode));
	fput(file);
	return err;
}

/*
 * chroot(2). The working directory stays, even if it lies outside of the new
 * root, as on Linux.
 */
s32 sys_chroot(uaddr_t path)
{
	struct inode *inode;
	s32 err = user_path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);

	if (err)
		return err;
	err = may_stand(inode);
	/*
	 * Checked last, as in Linux: a path that is wrong is reported as such
	 * to everybody.
	 */
	if (!err && !capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (err)
		iput(inode);
	else
		set_place(&current_thread_info()->fs->root, inode);
	return err;
}

/* getcwd(2) returns the length with the NUL, unlike the C function. */
s32 sys_getcwd(uaddr_t buf, u32 bytes)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	struct inode *cwd;
	u32 length;
	s32 ret;

	if (!path)
		return -ENOMEM;
	/*
	 * A reference, as another thread may call chdir while the path is
	 * built.
	 */
	cwd = get_cwd();
	ret = inode_path(cwd, path, PATH_MAX);
	iput(cwd);
	if (!ret) {
		length = (u32)strlen(path) + 1;
		ret = (s32)length;
		/*
		 * No part of a path is stored: a cut path would name another
		 * directory.
		 */
		if (length > bytes)
			ret = -ERANGE;
		else if (copy_to_user(buf, path, length))
			ret = -EFAULT;
	}
	kfree(path);
	return ret;
}

/*
 * umask(2). The lock makes the exchange one step for threads that share the
 * fs_struct: each old mask is returned once.
 */
s32 sys_umask(u32 mask)
{
	struct fs_struct *fs = current_thread_info()->fs;
	u32 old;

	spin_lock(&fs->lock);
	old = fs->umask;
	fs->umask = mask & 0777;
	spin_unlock(&fs->lock);
	return (s32)old;
}
