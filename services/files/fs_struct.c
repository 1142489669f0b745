/*
 * services/files/fs_struct.c - the life of a task's fs_struct: working
 * directory, root directory and umask. Threads share it, fork copies it; the
 * core only reads it.
 */
#include <fs/fs.h>
#include <proc/proc.h>
#include <services/files/files.h>
#include <uapi/sched.h>

#define DEFAULT_UMASK 022

/*
 * Shared by the first program and its threads. The initial reference is never
 * put, so that kfree() is never called for this static object.
 */
static struct fs_struct init_fs = {
	.count = ATOMIC_INIT(1),
	.lock = SPINLOCK_INIT,
	.umask = DEFAULT_UMASK,
};

/*
 * Drops a reference; the last one frees. fs may be NULL: kernel threads have
 * none.
 */
void fs_put(struct fs_struct *fs)
{
	if (!fs || !atomic_dec_and_test(&fs->count))
		return;
	path_put(&fs->pwd);
	path_put(&fs->root);
	kfree(fs);
}

static struct fs_struct *fs_share(struct fs_struct *fs)
{
	atomic_inc(&fs->count);
	return fs;
}

/* Returns a copy for fork, or NULL: no memory. */
static struct fs_struct *fs_copy(struct fs_struct *from)
{
	struct fs_struct *fs = kmalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	atomic_set(&fs->count, 1);
	spin_lock_init(&fs->lock);
	/*
	 * A thread that shares `from` may call chdir now and drop the directory
	 * that igrab is to hold.
	 */
	spin_lock(&from->lock);
	fs->pwd = (struct fs_path){ igrab(from->pwd.inode),
				    mntget(from->pwd.mnt) };
	fs->root = from->root;
	if (unlikely(fs->root.inode))
		igrab(fs->root.inode);
	mntget(fs->root.mnt);
	fs->umask = from->umask;
	spin_unlock(&from->lock);
	return fs;
}

/* At boot, after the root directory exists. */
void fs_struct_init(void)
{
	init_fs.pwd.inode = igrab(root_inode);
}

/*
 * service.fork: CLONE_FS shares, everything else copies. Returns 0 or -ENOMEM.
 */
int fs_struct_fork(struct task_struct *child, u32 flags)
{
	struct fs_struct *fs = current_thread_info()->fs;

	if (!fs)
		return 0;
	fs = flags & CLONE_FS ? fs_share(fs) : fs_copy(fs);
	child->thread_info.fs = fs;
	return fs ? 0 : -ENOMEM;
}

/*
 * service.undo_fork: a later step of fork failed. No lock, since nobody can
 * find the child yet.
 */
void fs_struct_undo_fork(struct task_struct *child)
{
	fs_put(child->thread_info.fs);
}

/*
 * service.exec. Kernel threads have no fs_struct; the one that becomes the
 * first program gets init_fs.
 */
void fs_struct_exec(void)
{
	struct thread_info *ti = current_thread_info();

	if (!ti->fs)
		ti->fs = fs_share(&init_fs);
}

void fs_replace(struct task_struct *task, struct fs_struct *fs)
{
	struct fs_struct *old = task->thread_info.fs;
	/* /proc/PID/cwd uses the fs of other tasks under this lock. */
	u32 flags = tasklist_lock();

	task->thread_info.fs = fs;
	tasklist_unlock(flags);
	fs_put(old);
}

int fs_copy_shared(struct fs_struct **copy)
{
	struct fs_struct *fs = current_thread_info()->fs;

	*copy = atomic_read(&fs->count) > 1 ? fs_copy(fs) : NULL;
	return *copy || atomic_read(&fs->count) == 1 ? 0 : -ENOMEM;
}

/*
 * service.exit_late. The task has no files any more, so nothing of it walks a
 * path after this.
 */
void fs_struct_exit(struct task_struct *task)
{
	fs_replace(task, NULL);
}

/* Kernel threads have no umask: what they make gets the mode as given. */
u32 current_umask(void)
{
	struct fs_struct *fs = current_thread_info()->fs;

	return fs ? fs_umask(fs) : 0;
}
