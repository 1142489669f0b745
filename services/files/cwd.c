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

/*
 * Whether cwd, whose path is `length` characters long, does not lie below the
 * task's root, so that the path leads from the first root instead. buf has
 * PATH_MAX bytes.
 */
static bool is_unreachable(const struct fs_path *cwd, size_t length, char *buf)
{
	const struct fs_path first = { root_inode, NULL };
	struct fs_path root;
	bool whole;

	if (path_at(AT_FDCWD, "/", 0, &root))
		return false;
	whole = inode_path(&root, &first, buf, PATH_MAX) || !strcmp(buf, "/");
	path_put(&root);
	return !whole && !inode_path(cwd, &first, buf, PATH_MAX) &&
		strlen(buf) == length;
}

#define UNREACHABLE "(unreachable)" /* in front of such a path, as on Linux */

/* getcwd(2) returns the length with the NUL, unlike the C function. */
s32 sys_getcwd(uaddr_t buf, u32 bytes)
{
	const u32 mark = sizeof(UNREACHABLE) - 1;
	char *space = kmalloc(mark + 2 * PATH_MAX, GFP_KERNEL), *path;
	struct fs_path cwd;
	u32 length;
	s32 ret;

	if (!space)
		return -ENOMEM;
	path = space + mark;
	/*
	 * References, as another thread may call chdir while the path is built.
	 */
	get_cwd(&cwd);
	ret = inode_path(&cwd, NULL, path, PATH_MAX);
	if (!ret && is_unreachable(&cwd, strlen(path), path + PATH_MAX)) {
		path = space;
		memcpy(path, UNREACHABLE, mark);
	}
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
	kfree(space);
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
