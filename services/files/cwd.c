/*
 * services/files/cwd.c - where a task stands in the tree, and the permissions it withholds.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <string.h>

/* dir's reference moves to the working directory, or to the root. */
static void set_place(struct inode **place, struct inode *dir)
{
	struct fs_struct *fs = current_thread_info()->fs;
	struct inode *old;

	spin_lock(&fs->lock);
	old = *place;
	*place = dir;
	spin_unlock(&fs->lock);
	iput(old);
}

static void set_cwd(struct inode *dir)
{
	set_place(&current_thread_info()->fs->cwd, dir);
}

/* In a directory that the task may search. */
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
	err = may_stand(inode);
	if (err)
		iput(inode);
	else
		set_cwd(inode);
	return err;
}

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

/* The working directory stays, be it outside. */
s32 sys_chroot(uaddr_t path)
{
	struct inode *inode;
	s32 err = user_path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);

	if (err)
		return err;
	err = may_stand(inode);
	if (!err && !capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (err)
		iput(inode);
	else
		set_place(&current_thread_info()->fs->root, inode);
	return err;
}

s32 sys_getcwd(uaddr_t buf, u32 bytes)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	struct inode *cwd;
	u32 length;
	s32 ret;

	if (!path)
		return -ENOMEM;
	cwd = get_cwd();
	ret = inode_path(cwd, path, PATH_MAX);
	iput(cwd);
	if (!ret) {
		length = (u32)strlen(path) + 1;
		ret = (s32)length;
		if (length > bytes)
			ret = -ERANGE;
		else if (copy_to_user(buf, path, length))
			ret = -EFAULT;
	}
	kfree(path);
	return ret;
}

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
