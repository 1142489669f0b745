/*
 * Where a task stands in the tree: working directory, umask.
 */
#include <fs/internal.h>

#define DEFAULT_UMASK 022

static struct fs_struct *new_fs(struct inode *cwd, u32 umask)
{
	struct fs_struct *fs = kmalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	atomic_set(&fs->count, 1);
	spin_lock_init(&fs->lock);
	fs->cwd = igrab(cwd);
	fs->umask = umask;
	return fs;
}

static struct inode *grab_cwd(struct fs_struct *fs)
{
	struct inode *cwd;

	spin_lock(&fs->lock);
	cwd = igrab(fs->cwd);
	spin_unlock(&fs->lock);
	return cwd;
}

struct fs_struct *fs_alloc(void)
{
	return new_fs(root_inode, DEFAULT_UMASK);
}

struct fs_struct *fs_share(struct fs_struct *fs)
{
	atomic_inc(&fs->count);
	return fs;
}

struct fs_struct *fs_copy(struct fs_struct *from)
{
	struct inode *cwd = grab_cwd(from);
	struct fs_struct *fs = new_fs(cwd, from->umask);

	iput(cwd);
	return fs;
}

void fs_put(struct fs_struct *fs)
{
	if (!fs || !atomic_dec_and_test(&fs->count))
		return;
	iput(fs->cwd);
	kfree(fs);
}

/* A kernel thread without one stands in the root. */
struct inode *get_cwd(void)
{
	struct fs_struct *fs = current_thread_info()->fs;

	return fs ? grab_cwd(fs) : igrab(root_inode);
}

u32 current_umask(void)
{
	struct fs_struct *fs = current_thread_info()->fs;

	return fs ? fs_umask(fs) : 0;
}
