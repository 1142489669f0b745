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
 * Tables come back to the slab with all own slots free, so files_alloc need not
 * clear them.
 */
static void construct_files(void *files)
{
	memset(files, 0, sizeof(struct files_struct));
}

/*
 * Both caches; the machine's limit of files follows from the memory there is.
 */
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

/* The order: release may use the inode, whose last reference this may be. */
void free_file(struct file *file)
{
	/* Locks of the open file itself (F_OFD_SETLK) end with it. */
	if (unlikely(!LIST_EMPTY(&file->f_inode->i_locks)))
		services_unlock_file(file, NULL);
	if (file->f_op && file->f_op->release)
		file->f_op->release(file);
	iput(file->f_inode);
	kmem_cache_free(filp_cache, file);
	atomic_add(-1, &nr_files);
}

/* For /proc/sys/fs/file-nr and the limit. */
u32 nr_open_files(void)
{
	return (u32)atomic_read(&nr_files);
}

/*
 * A machine's limit, not a process's: root may go beyond, to repair it.
 */
static bool too_many_files(void)
{
	return unlikely(nr_open_files() >= READ_ONCE(max_files)) &&
		!capable(CAP_SYS_ADMIN);
}

/*
 * Asked after alloc_file returned NULL; the causes are told apart by the count.
 */
int no_file_error(void)
{
	return too_many_files() ? -ENFILE : -ENOMEM;
}

/*
 * Counted and limited: files are the kernel memory that any program can take.
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
	 * Not reserved before: two tasks may pass the check at once, which
	 * exceeds the limit by one file.
	 */
	atomic_inc(&nr_files);
	atomic_set(&file->f_count, 1);
	init_rwsem(&file->f_pos_lock);
	file->f_free = free_file;
	return file;
}

/* O_RDONLY is 0, so the two bits are a number, not flags. */
static u32 mode_of_flags(u32 flags)
{
	static const u32 modes[] = {
		[O_RDONLY] = FMODE_READ,
		[O_WRONLY] = FMODE_WRITE,
		[O_RDWR] = FMODE_READ | FMODE_WRITE,
		[O_ACCMODE] = 0, /* Linux: for ioctl alone */
	};

	return modes[flags & O_ACCMODE];
}

/* Everything is set before i_op->open, which may replace f_op. */
int file_open_inode(struct inode *inode, u32 flags, struct file **result)
{
	struct file *file = alloc_file();
	int err = 0;

	if (!file)
		return no_file_error();
	file->f_inode = igrab(inode);
	file->f_mapping = &inode->i_data;
	file->f_mode = mode_of_flags(flags);
	/* Only these have a position that readers must agree on. */
	if (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode))
		file->f_mode |= FMODE_ATOMIC_POS;
	if (S_ISREG(inode->i_mode))
		file->f_mode |= FMODE_EXEC;
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
	/* These acted during open; F_GETFL must not show them. */
	file->f_flags &= ~(u32)(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC |
				O_CLOEXEC);
	*result = file;
	return 0;
}

/*
 * The path within the task's root; a file without a name gets what Linux shows.
 */
const char *file_path(const struct file *file, char *buf, size_t bytes)
{
	const struct inode *inode = file->f_inode;

	/* There must be room for the NUL. */
	BUG_ON(bytes == 0);
	if (inode_path(inode, buf, bytes) == 0)
		return buf;
	if (inode->i_op && inode->i_op->describe)
		inode->i_op->describe(inode, buf, bytes);
	else if (inode->i_op && inode->i_op->nameless)
		snprintf(buf, bytes, inode->i_op->nameless, inode->i_ino);
	else
		snprintf(buf, bytes, "(deleted)");
	return buf;
}

/* Both are constant: no lock. */
void file_id(const struct file *file, u32 *dev, u32 *ino)
{
	*dev = file->f_inode->i_dev;
	*ino = file->f_inode->i_ino;
}

/* For mm/, which must not know inodes. */
u64 file_size(const struct file *file)
{
	return i_size_read(file->f_inode);
}

/* ---- lives of tables --------------------------------------------- */

/* Small tables need no second allocation: the first slots are inside. */
struct files_struct *files_alloc(void)
{
	struct files_struct *files = kmem_cache_alloc(files_cache, GFP_KERNEL);

	if (!files)
		return NULL;
	atomic_set(&files->count, 1);
	spin_lock_init(&files->lock);
	files->nr_slots = NR_OPEN_DEFAULT;
	files->first_free = 0;
	files->end = 0;
	files->slots = files->own;
	return files;
}

/* For CLONE_FILES: both tasks see each other's descriptors. */
struct files_struct *files_share(struct files_struct *files)
{
	atomic_inc(&files->count);
	return files;
}

/* Allocates before it locks; old slots move under the lock. */
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
		 * The constructed state: files_put frees the struct with its
		 * own slots unused.
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

/* fork's copy: the same open files, with references and positions shared. */
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
	/* The slots are the same, and so is the lowest free one. */
	files->first_free = from->first_free;
	files->end = end;
	spin_unlock(&from->lock);
	return files;
}

/* The last reference: no lock, nobody else can reach the table. */
void files_put(struct files_struct *files)
{
	u32 i;

	if (!files || !atomic_dec_and_test(&files->count))
		return;
	for (i = 0; i < files->end; i++)
		/*
		 * Any of them may be the last reference, and release may sleep.
		 */
		if (files->slots[i].file)
			filp_close(files->slots[i].file, files);
	/*
	 * The constructed state again: the slab's next user expects every own
	 * slot free.
	 */
	if (files->slots == files->own)
		memset(files->own, 0, files->end * sizeof(files->own[0]));
	else
		kfree(files->slots);
	kmem_cache_free(files_cache, files);
}

/* A hint: only another task with the table could change it. */
bool files_are_shared(const struct files_struct *files)
{
	return atomic_read(&files->count) > 1;
}

/* May be out of date at once: other threads may open files. */
u32 files_size(const struct files_struct *files)
{
	return READ_ONCE(files->nr_slots);
}

/* execve has a table of its own by now, so slots are read without the lock. */
void files_close_on_exec(struct files_struct *files)
{
	struct file *file;
	u32 fd;

	for (fd = 0; fd < files->end; fd++) {
		if (!files->slots[fd].cloexec)
			continue;
		/* Out of the table before it is closed: release may sleep. */
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

/* For calls that work on the place in the tree, such as fstat and openat. */
struct file *fget_raw(u32 fd)
{
	return files_get(current_thread_info()->files, fd);
}

/* As Linux: an O_PATH descriptor is -EBADF for all that use the data. */
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
 * Saves two atomic operations in a process with one thread. Only a task that
 * shares the table could close the file meanwhile, and only the running task
 * itself could begin to share it.
 */
struct file *fget_light(u32 fd, bool *put)
{
	const struct files_struct *files = current_thread_info()->files;

	*put = atomic_read(&files->count) != 1;
	if (*put)
		return fget_raw(fd);
	/* Without the lock: no other task can change the table. */
	return fd < files->nr_slots ? files->slots[fd].file : NULL;
}

/* The limit may be far above what a table should take. */
u32 fd_limit(void)
{
	return min(rlimit(RLIMIT_NOFILE), (u32)NR_OPEN_MAX);
}

/*
 * Looks for the lowest free slot, as POSIX wants; grows the table unlocked and
 * looks again.
 */
int files_install(struct files_struct *files, struct file *file, u32 min_fd,
		  bool cloexec, u32 *result)
{
	u32 limit = fd_limit(), fd;

	for (;;) {
		spin_lock(&files->lock);
		fd = max(min_fd, files->first_free);
		while (fd < files->nr_slots && files->slots[fd].file)
			fd++;
		if (fd < min(files->nr_slots, limit))
			break;
		spin_unlock(&files->lock);
		/* Checked unlocked: both values are the running task's own. */
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

/* Only the slot changes; the caller closes the file without the lock. */
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
		/* The lowest free slot is what the next open must return. */
		files->first_free = min(files->first_free, fd);
	}
	spin_unlock(&files->lock);
	return file;
}
