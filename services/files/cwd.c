/*
 * services/files/cwd.c - changes a task's working directory, root directory and
 * umask.
 */
#include <fs/fs.h>
#include <fs/namei.h>
#include <services/files/files.h>
#include <string.h>

/*
 * Makes dir the working directory or the root; takes over the caller's
 * references to dir.
 */
static void set_place(struct fs_path *place, const struct fs_path *dir)
{
	struct fs_struct *fs = current_thread_info()->fs;
	struct fs_path old;

	spin_lock(&fs->lock);
	old = *place;
	*place = *dir;
	spin_unlock(&fs->lock);
	/*
	 * Outside of the spinlock: the last reference frees the inode's pages,
	 * which may take long.
	 */
	path_put(&old);
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
	struct fs_path at;
	s32 err = user_path_at(AT_FDCWD, path, LOOKUP_FOLLOW, &at);

	if (err)
		return err;
	/*
	 * Checked at the time of chdir only: later walks start here without a
	 * check of the directories above.
	 */
	err = may_stand(at.inode);
	if (err)
		path_put(&at);
	else
		set_place(&current_thread_info()->fs->pwd, &at);
	return err;
}

/* fchdir(2). fget_raw, because a descriptor opened with O_PATH will do. */
s32 sys_fchdir(u32 fd)
{
	struct file *file = fget_raw(fd);
	struct fs_path at;
	s32 err;

	if (!file)
		return -EBADF;
	err = may_stand(file->f_inode);
	if (!err) {
		at = (struct fs_path){ igrab(file->f_inode),
				       mntget(file->f_mnt) };
		set_place(&current_thread_info()->fs->pwd, &at);
	}
	fput(file);
	return err;
}

/*
 * chroot(2). The working directory stays, even if it lies outside of the new
 * root, as on Linux.
 */
s32 sys_chroot(uaddr_t path)
{
	struct fs_path at;
	s32 err = user_path_at(AT_FDCWD, path, LOOKUP_FOLLOW, &at);

	if (err)
		return err;
	err = may_stand(at.inode);
	/*
	 * Checked last, as in Linux: a path that is wrong is reported as such
	 * to everybody.
	 */
	if (!err && !capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (err)
		path_put(&at);
	else
		set_place(&current_thread_info()->fs->root, &at);
	return err;
}

#define UNREACHABLE "(unreachable)" /* Linux's mark */

/*
 * For a task with a root of its own: marks path, which is cwd's and has room
 * for PATH_MAX bytes, if cwd does not lie below that root, so that the path
 * begins at the first root instead. 0, -ENAMETOOLONG, or inode_path()'s error.
 */
static int mark_unreachable(const struct fs_path *cwd, char *path)
{
	const struct fs_path first = { root_inode, NULL };
	const size_t length = strlen(path), mark = sizeof(UNREACHABLE) - 1;
	struct fs_path root;
	bool whole;
	int err = path_at(AT_FDCWD, "/", 0, &root);

	if (err)
		return err;
	/* A mount on the first root shows all, too. */
	whole = !inode_path(&root, &first, path, PATH_MAX) &&
		!strcmp(path, "/");
	path_put(&root);
	/* Below the task's root the path from the first one is longer. */
	if (whole || inode_path(cwd, &first, path, PATH_MAX) ||
	    strlen(path) != length)
		return inode_path(cwd, NULL, path, PATH_MAX);
	if (mark + length + 1 > PATH_MAX)
		return -ENAMETOOLONG;
	memmove(path + mark, path, length + 1);
	memcpy(path, UNREACHABLE, mark);
	return 0;
}

/* getcwd(2) returns the length with the NUL, unlike the C function. */
s32 sys_getcwd(uaddr_t buf, u32 bytes)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	struct fs_path cwd, root;
	u32 length;
	s32 ret;

	if (!path)
		return -ENOMEM;
	/*
	 * References, as another thread may call chdir while the path is built.
	 */
	get_cwd(&cwd);
	ret = inode_path(&cwd, NULL, path, PATH_MAX);
	root = current_root();
	if (!ret && unlikely(root.mnt || root.inode != root_inode))
		ret = mark_unreachable(&cwd, path);
	path_put(&cwd);
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
