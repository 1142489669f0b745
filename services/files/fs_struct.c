/*
 * services/files/fs_struct.c - where a task stands in the tree: its working
 * directory, which the core only looks at, and its umask. Threads share it, fork
 * copies it.
 */
#include <fs/fs.h>
#include <proc/proc.h>
#include <services/files/files.h>
#include <uapi/sched.h>

#define DEFAULT_UMASK 022

/* The first program's, and its threads'; one reference is its own. */
static struct fs_struct init_fs = {
	.count = ATOMIC_INIT(1),
	.lock = SPINLOCK_INIT,
	.umask = DEFAULT_UMASK,
};

static void fs_put(struct fs_struct *fs)
{
	if (!fs || !atomic_dec_and_test(&fs->count))
		return;
	iput(fs->cwd);
	if (unlikely(fs->root))
		iput(fs->root);
	kfree(fs);
}

static struct fs_struct *fs_share(struct fs_struct *fs)
{
	atomic_inc(&fs->count);
	return fs;
}

static struct fs_struct *fs_copy(struct fs_struct *from)
{
	struct fs_struct *fs = kmalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	atomic_set(&fs->count, 1);
	spin_lock_init(&fs->lock);
	spin_lock(&from->lock);
	fs->cwd = igrab(from->cwd);
	fs->root = from->root ? igrab(from->root) : NULL;
	fs->umask = from->umask;
	spin_unlock(&from->lock);
	return fs;
}

void fs_struct_init(void)
{
	init_fs.cwd = igrab(root_inode);
}

int fs_struct_fork(struct task_struct *child, u32 flags)
{
	struct fs_struct *fs = current_thread_info()->fs;

	if (!fs)
		return 0;
	fs = flags & CLONE_FS ? fs_share(fs) : fs_copy(fs);
	child->thread_info.fs = fs;
	return fs ? 0 : -ENOMEM;
}

void fs_struct_undo_fork(struct task_struct *child)
{
	fs_put(child->thread_info.fs);
}

/* Kernel threads have none; the one that becomes a program gets init's. */
void fs_struct_exec(void)
{
	struct thread_info *ti = current_thread_info();

	if (!ti->fs)
		ti->fs = fs_share(&init_fs);
}

void fs_struct_exit(struct task_struct *task)
{
	struct fs_struct *fs = task->thread_info.fs;
	u32 flags = tasklist_lock(); /* /proc looks */

	task->thread_info.fs = NULL;
	tasklist_unlock(flags);
	fs_put(fs);
}

u32 current_umask(void)
{
	struct fs_struct *fs = current_thread_info()->fs;

	return fs ? fs_umask(fs) : 0;
}
