/*
 * Open files, and the tables of them that tasks have.
 *
 * A struct file lives while a descriptor, a mapping or a running call holds a
 * reference. A table (files_struct) is shared by threads and copied by fork;
 * its lock is held for a few loads, never while a file is closed.
 */
#include <fs/internal.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

u32 max_files = 8192;

static atomic_t nr_files = ATOMIC_INIT(0);
static struct kmem_cache *filp_cache, *files_cache;

/*
 * The slab's constructor. Tables return to the slab with all own slots free, so
 * files_alloc need not clear them.
 */
static void construct_files(void *files)
{
	memset(files, 0, sizeof(struct files_struct));
}

/* Creates both caches. The machine's limit of files follows from its memory. */
void file_init(void)
{
	filp_cache = kmem_cache_create("filp", sizeof(struct file), 0,
				       SLAB_PANIC, NULL);
	/* Linux's rule: a tenth of the memory, counting 1 KiB for each file. */
	max_files = max(max_files, totalram_pages() * (PAGE_SIZE / 1024) / 10);
	files_cache = kmem_cache_create("files_cache",
					sizeof(struct files_struct), 0,
					SLAB_PANIC, construct_files);
}

/* ---- files ------------------------------------------------------- */

/*
 * Ends an open file. release may use the inode, so the inode's reference is
 * dropped after it.
 */
void free_file(struct file *file)
{
	/* Locks of the open file itself (F_OFD_SETLK) end with it. */
	if (unlikely(!LIST_EMPTY(&file->f_inode->i_locks)))
		services_unlock_file(file, NULL);
	if (file->f_op && file->f_op->release)
		file->f_op->release(file);
	if (unlikely(file->f_mnt))
		mount_ops.closed(file);
	iput(file->f_inode);
	kmem_cache_free(filp_cache, file);
	atomic_add(-1, &nr_files);
}

/*
 * Returns the open files of all processes, for /proc/sys/fs/file-nr and the
 * limit.
 */
u32 nr_open_files(void)
{
	return (u32)atomic_read(&nr_files);
}

/*
 * Whether the machine's limit is reached. root may go beyond it, to be able to
 * repair the machine.
 */
static bool too_many_files(void)
{
	return unlikely(nr_open_files() >= READ_ONCE(max_files)) &&
		!capable(CAP_SYS_ADMIN);
}

/*
 * Returns the error of a failed alloc_file. Only the count tells the two causes
 * apart.
 */
int no_file_error(void)
{
	return too_many_files() ? -ENFILE : -ENOMEM;
}

/*
 * Allocates an open file. Files are limited because any program can take kernel
 * memory by them.
 */
struct file *alloc_file(void)
{
	struct file *file;

	if (too_many_files())
		return NULL;
	file = kmem_cache_alloc(filp_cache, GFP_KERNEL | __GFP_ZERO);
	if (!file)
		return NULL;
	/*
	 * Counted after the check: two tasks may pass it at once and exceed the
	 * limit by one, which does no harm.
	 */
	atomic_inc(&nr_files);
	atomic_set(&file->f_count, 1);
	init_zeroed_rwsem(&file->f_pos_lock);
	file->f_free = free_file;
	return file;
}

/*
 * Converts O_* to FMODE_*. O_RDONLY is 0, so the two bits are a number and no
 * flags.
 */
static u32 mode_of_flags(u32 flags)
{
	/* O_ACCMODE itself is neither: on Linux for ioctl alone. */
	static const u32 modes[O_ACCMODE + 1] = {
		[O_RDONLY] = FMODE_READ,
		[O_WRONLY] = FMODE_WRITE,
		[O_RDWR] = FMODE_READ | FMODE_WRITE,
	};

	return modes[flags & O_ACCMODE];
}

/*
 * Opens an inode. Everything is set before i_op->open is called, which may
 * replace f_op.
 */
int file_open_inode(struct inode *inode, u32 flags, struct file **result)
{
	struct file *file = alloc_file();
	int err = 0;

	if (!file)
		return no_file_error();
	file->f_inode = igrab(inode);
	file->f_mapping = &inode->i_data;
	file->f_mode = mode_of_flags(flags);
	/*
	 * Only files and directories have a position that sharers must agree
	 * on.
	 */
	if (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode))
		file->f_mode |= FMODE_ATOMIC_POS;
	file->f_flags = flags;
	file->f_op = inode->i_fop;
	if (inode->i_op && inode->i_op->open)
		err = inode->i_op->open(inode, file);
	if (!err && !file->f_op)
		err = -ENXIO;
	if (err) {
		file->f_op = NULL; /* not open: no release */
		fput(file);
		return err;
	}
	/* These flags acted during open; F_GETFL must not show them. */
	file->f_flags &= ~(u32)(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC |
				O_CLOEXEC);
	*result = file;
	return 0;
}

/*
 * Writes the path within the task's root, or for a file without a name what
 * Linux shows.
 */
const char *file_path(const struct file *file, char *buf, size_t bytes)
{
	const struct inode *inode = file->f_inode;
	const struct fs_path at = { file->f_inode, file->f_mnt };

	if (inode_path(&at, NULL, buf, bytes) == 0)
		return buf;
	if (inode->i_op && inode->i_op->describe)
		inode->i_op->describe(inode, buf, bytes);
	else if (inode->i_op && inode->i_op->nameless)
		snprintf(buf, bytes, inode->i_op->nameless, inode->i_ino);
	else if (inode->i_removed)
		snprintf(strchr(buf, '\0'), bytes - strlen(buf), " (deleted)");
	else
		snprintf(buf, bytes, "(deleted)");
	return buf;
}

/* Reads two constants, so no lock is needed. */
void file_id(const struct file *file, u32 *dev, u32 *ino)
{
	*dev = file->f_inode->i_dev;
	*ino = file->f_inode->i_ino;
}

/* Returns the size, for mm/, which must not know inodes. */
u64 file_size(const struct file *file)
{
	return i_size_read(file->f_inode);
}

/* ---- lives of tables --------------------------------------------- */

/*
 * Allocates a table. Its first slots are inside, so a small table needs no
 * second allocation.
 */
struct files_struct *files_alloc(void)
{
	struct files_struct *files = kmem_cache_alloc(files_cache, GFP_KERNEL);

	if (!files)
		return NULL;
	atomic_set(&files->count, 1);
	spin_lock_init(&files->lock);
	files->nr_slots = NR_OPEN_DEFAULT;
	files->first_free = files->end = 0;
	files->slots = files->own;
	return files;
}

/*
 * Takes a reference for CLONE_FILES: both tasks then see each other's
 * descriptors.
 */
struct files_struct *files_share(struct files_struct *files)
{
	atomic_inc(&files->count);
	return files;
}

/*
 * Grows a table. It allocates before it locks, and moves the old slots under
 * the lock.
 */
int files_expand(struct files_struct *files, u32 nr_slots)
{
	struct fd_slot *slots, *old;

	nr_slots = ALIGN_UP(nr_slots, NR_OPEN_DEFAULT);
	slots = kcalloc(nr_slots, sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	spin_lock(&files->lock);
	/* Another thread may have made it as large meanwhile. */
	if (files->nr_slots < nr_slots) {
		old = files->slots;
		memcpy(slots, old, files->nr_slots * sizeof(*slots));
		/*
		 * Back to the constructed state, in which the struct returns to
		 * its slab.
		 */
		if (old == files->own)
			memset(old, 0, sizeof(files->own));
		files->slots = slots;
		files->nr_slots = nr_slots;
		slots = old == files->own ? NULL : old;
	}
	spin_unlock(&files->lock);
	kfree(slots); /* the old ones; or ours, if another was faster */
	return 0;
}

/*
 * Copies a table for fork. Both tables refer to the same open files and share
 * their positions.
 */
struct files_struct *files_copy(struct files_struct *from)
{
	struct files_struct *files = files_alloc();
	u32 end, i;

	if (!files)
		return NULL;
	/* Another thread may open files while we allocate: look again. */
	for (;;) {
		spin_lock(&from->lock);
		end = from->end;
		while (end > 0 && !from->slots[end - 1].file)
			end--;
		from->end = end; /* the next fork skips these closed slots */
		if (end <= files->nr_slots)
			break;
		spin_unlock(&from->lock);
		if (files_expand(files, end)) {
			files_put(files);
			return NULL;
		}
	}
	for (i = 0; i < end; i++) {
		files->slots[i] = from->slots[i];
		if (files->slots[i].file)
			get_file(files->slots[i].file);
	}
	/* The same slots are used, so the lowest free one is the same. */
	files->first_free = from->first_free;
	files->end = end;
	spin_unlock(&from->lock);
	return files;
}

/*
 * Drops a table. At the last reference nobody else can reach it, so no lock is
 * taken.
 */
void files_put(struct files_struct *files)
{
	u32 i;

	if (!files || !atomic_dec_and_test(&files->count))
		return;
	for (i = 0; i < files->end; i++)
		/*
		 * Closing may sleep, so it is good that no lock is needed here.
		 */
		if (files->slots[i].file)
			filp_close(files->slots[i].file, files);
	/*
	 * Back to the constructed state: files_alloc expects every own slot
	 * free.
	 */
	if (files->slots == files->own)
		memset(files->own, 0, files->end * sizeof(files->own[0]));
	else
		kfree(files->slots);
	kmem_cache_free(files_cache, files);
}

/*
 * Whether other tasks have the table. It may change only by a task that has it.
 */
bool files_are_shared(const struct files_struct *files)
{
	return atomic_read(&files->count) > 1;
}

/* Returns the number of slots, which another thread may change at once. */
u32 files_size(const struct files_struct *files)
{
	return READ_ONCE(files->nr_slots);
}

/*
 * Closes descriptors for execve, which has made the table its own before: slots
 * are read without the lock.
 */
void files_close_on_exec(struct files_struct *files)
{
	struct file *file;
	u32 fd;

	for (fd = 0; fd < files->end; fd++) {
		if (!files->slots[fd].cloexec)
			continue;
		/*
		 * Taken out of the table before it is closed, as release may
		 * sleep.
		 */
		file = files_remove(files, fd, NULL);
		if (file)
			filp_close(file, files);
	}
}

/* ---- slots ------------------------------------------------------- */

/*
 * The reference is taken under the lock, or another thread could close the file
 * between look-up and use.
 */
struct file *files_get(struct files_struct *files, u32 fd)
{
	struct file *file = NULL;

	spin_lock(&files->lock);
	if (fd < files->nr_slots)
		file = files->slots[fd].file;
	if (file)
		get_file(file);
	spin_unlock(&files->lock);
	return file;
}

/*
 * Returns any open file, for calls that need only its place in the tree, such
 * as fstat and openat.
 */
struct file *fget_raw(u32 fd)
{
	return files_get(current_thread_info()->files, fd);
}

/*
 * Returns a file that can be used. As on Linux, calls that use the data of an
 * O_PATH descriptor fail with -EBADF.
 */
struct file *fget(u32 fd)
{
	struct file *file = fget_raw(fd);

	if (file && file->f_mode & FMODE_PATH) {
		fput(file);
		return NULL;
	}
	return file;
}

/*
 * fget_raw without two atomic operations in a process with one thread. Only a
 * task that shares the table could close the file meanwhile, and only the
 * running task itself could begin to share it.
 */
struct file *fget_light(u32 fd, bool *put)
{
	const struct files_struct *files = current_thread_info()->files;

	*put = atomic_read(&files->count) != 1;
	if (*put)
		return fget_raw(fd);
	/* No lock is needed while no other task can change the table. */
	return fd < files->nr_slots ? files->slots[fd].file : NULL;
}

/*
 * Returns the limit for descriptors. RLIMIT_NOFILE may be far above the size
 * that a table should have.
 */
u32 fd_limit(void)
{
	return min(rlimit(RLIMIT_NOFILE), (u32)NR_OPEN_MAX);
}

/* Returns the lowest free slot from min_fd on. Hold files->lock. */
static u32 lowest_free(const struct files_struct *files, u32 min_fd)
{
	u32 fd = max(min_fd, files->first_free);

	while (fd < files->nr_slots && files->slots[fd].file)
		fd++;
	return fd;
}

/* Whether open, which may create or empty a file first, will find a slot. */
bool fd_is_left(void)
{
	struct files_struct *files = current_thread_info()->files;
	u32 limit = fd_limit(), fd = READ_ONCE(files->end);

	/* Mostly no descriptor was ever near the limit: nothing to search. */
	if (unlikely(fd >= limit)) {
		spin_lock(&files->lock);
		fd = lowest_free(files, 0);
		spin_unlock(&files->lock);
	}
	return fd < limit;
}

/*
 * Installs file at the lowest free slot, as POSIX wants. A full table is grown
 * without the lock and searched again.
 */
int files_install(struct files_struct *files, struct file *file, u32 min_fd,
		  bool cloexec, u32 *result)
{
	u32 limit = fd_limit(), fd;

	for (;;) {
		spin_lock(&files->lock);
		fd = lowest_free(files, min_fd);
		if (fd < min(files->nr_slots, limit))
			break;
		spin_unlock(&files->lock);
		/* Checked without the lock: a limit is the process's own. */
		if (fd >= limit)
			return -EMFILE;
		/*
		 * Doubled, so that growing costs a constant for each
		 * descriptor.
		 */
		if (files_expand(files, max(2 * files->nr_slots, fd + 1)))
			return -ENOMEM;
	}
	files_set_slot(files, fd, file, cloexec);
	/*
	 * All slots from first_free to fd were found used. From a higher min_fd
	 * on the slots below it are not known.
	 */
	if (min_fd <= files->first_free)
		files->first_free = fd + 1;
	spin_unlock(&files->lock);
	*result = fd;
	return 0;
}

/* Frees a slot. The caller closes the file, without the lock. */
struct file *files_remove(struct files_struct *files, u32 fd,
			  const struct file *only)
{
	struct file *file = NULL;

	spin_lock(&files->lock);
	if (fd < files->nr_slots)
		file = files->slots[fd].file;
	if (only && file != only)
		file = NULL;
	if (file) {
		files->slots[fd] = (struct fd_slot){ NULL, false };
		/* POSIX: the next open returns the lowest free descriptor. */
		files->first_free = min(files->first_free, fd);
	}
	spin_unlock(&files->lock);
	return file;
}
