/*
 * fs/fs.h - what a program can open or map.
 *
 *	file -> inode -> address_space (page cache) -> pages
 *
 * One tree of inodes: ramfs directories and files, filled from a cpio archive;
 * devices in /dev; /proc (its files belong to inspect/). File data is in the
 * page cache and nowhere else. The archive stays where the loader put it and is
 * the backing of pages that nobody wrote: they are filled on the first read or
 * fault, and may be dropped again.
 */
#ifndef FS_FS_H
#define FS_FS_H

#include <address_space.h>
#include <alloc/alloc.h>
#include <asm/uaccess.h>
#include <bug.h>
#include <cred.h>
#include <file.h>
#include <fs/namei.h>
#include <rwsem.h>
#include <sched.h>
#include <service.h>
#include <spinlock.h>
#include <sys/queue.h>
#include <sys/tree.h>
#include <thread_info.h>
#include <time_units.h>
#include <types.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>

#define PATH_MAX 4096
#define NAME_MAX 255

struct inode;

/* The largest file: a page's index has 32 bits, as in Linux. */
#define MAX_FILE_BYTES 0xffffffff000ull

/* A moment since 1970. */
struct file_time {
	u32 sec, nsec;
};

/*
 * One name of an inode in a directory, freed by the file system that made it.
 * i_entry points to the one that paths in reports use.
 */
struct dir_entry {
	TAILQ_ENTRY(dir_entry) link; /* dir's i_lock */
	/* tree_lock */
	struct inode *dir; /* not counted: it outlives its entries */
	/* constant */
	struct inode *inode; /* a reference */
	u64 pos;             /* readdir's cookie, ascending */
	u32 bytes;           /* of name */
	char name[];         /* NUL-terminated */
};

struct inode_operations {
	/* Finds child name (bytes long, no NUL): 0 and a reference. */
	int (*lookup)(struct inode *dir, const char *name, u32 bytes,
		      struct inode **child);
	/* Copies the symbolic link's text, NUL-terminated, to buf. */
	int (*readlink)(struct inode *inode, char *buf, u32 bytes);
	/*
	 * For a link that leads to no path (/proc/PID/fd/N), else NULL. 0 and
	 * references in *target, or -errno.
	 */
	int (*jump)(struct inode *inode, struct fs_path *target);
	int (*truncate)(struct inode *inode, u64 bytes);
	/* Part of open: may set file->f_op, private_data. 0 or -errno. */
	int (*open)(struct inode *inode, struct file *file);
	/* execve opened file: keep writers out until it is closed. */
	int (*run)(struct inode *inode, struct file *file);
	/* The last reference is gone: frees i_private. */
	void (*evict)(struct inode *inode);
	/* For an inode in no directory: "pipe:[%u]", its ino. Or NULL. */
	const char *nameless;
	/* NULL, or writes a name that differs for each inode to buf. */
	void (*describe)(const struct inode *inode, char *buf, size_t bytes);
};

/* What a mounted tree may hold, and what it has; its inodes share it. */
struct tree_limits {
	/* The last one that ends frees this. A further name counts as one. */
	atomic_t inodes;
	atomic_t pages;            /* with PG_CHARGED */
	u32 max_pages, max_inodes; /* 0: no limit */
};

struct inode {
	/* constant */
	u32 i_ino;
	u32 i_dev, i_rdev;
	const struct inode_operations *i_op;
	const struct file_operations *i_fop;
	struct tree_limits *i_limits; /* NULL: its tree has none */
	/* atomic */
	atomic_t i_count;
	/* i_lock */
	struct rw_semaphore i_lock;
	u32 i_mode;       /* S_IF*, constant, and permissions */
	u32 i_uid, i_gid; /* the owner */
	u64 i_size;       /* read without the lock: i_size_read() */
	u32 i_nlink;
	/*
	 * Of the last read, of the last change of the data, of the last change
	 * of anything. Stored by the task that does it, mostly under i_lock;
	 * faults and reads hold no lock. i_crtime: of its making, in a tmpfs.
	 */
	struct file_time i_atime, i_mtime, i_ctime, i_crtime;
	bool i_was_read;             /* since it changed: i_atime may stay */
	bool i_linkable;             /* i_lock: may get its first name yet */
	struct address_space i_data; /* a file's pages */
	/* i_data.lock: open writers; negative: FMODE_NOWRITERS files */
	s32 i_writecount;
	struct dir_entry *i_entry;   /* tree_lock; NULL: no name (any more) */
	struct dir_entry *i_removed; /* likewise; its last, which keeps dir */
	u32 i_mounted;               /* tree_lock; number of mounts on it */
	/* the locks that programs hold on it: services/files/locks.h */
	LIST_HEAD(, file_lock) i_locks;
	void *i_private; /* the file system's own */
};

/* Boot: makes the slab caches, the root directory and /dev. */
void fs_init(void);
/*
 * Unpacks one newc archive or several, one behind the other, of `bytes` at
 * `archive` into the root. The files' pages refer to it, so it must stay there.
 * 0; or -EINVAL after naming on the log what was wrong: every readable entry is
 * in place.
 */
int __must_check initramfs_unpack(const void *archive, u32 bytes);
/* The loader's archive or the built-in one; a virtual address. */
extern const void *initramfs;
extern u32 initramfs_bytes;
/* Whether a service must unpack it first. file has at least two bytes. */
static inline bool is_gzip(const void *file)
{
	const u8 *head = file;

	return head[0] == 0x1f && head[1] == 0x8b;
}

/* ---- kernel-side opening ----------------------------------------- */

/*
 * Opens an existing file by absolute path: *file with a reference, for fput. 0,
 * -ENOENT, -ENOTDIR, -EISDIR, -EACCES, -EROFS, -ELOOP, -ENOMEM ...
 */
int __must_check filp_open(const char *path, u32 flags, struct file **file);
/* The same for a program: a relative path starts at dirfd (openat(2)). */
int __must_check do_filp_open(s32 dirfd, const char *path, u32 flags,
			      struct file **file);
/*
 * The same by place, of which the file takes references of its own. mask:
 * MAY_* that the running task must be allowed, mostly open_mask(flags), the
 * MAY_* for reading and writing; 0: the task has just made the file.
 */
int __must_check open_inode(const struct fs_path *at, u32 flags, u32 mask,
			    struct file **file);
u32 open_mask(u32 flags);
/* A descriptor, which takes over the reference; or -errno, file is closed. */
s32 open_fd(struct file *file, u32 flags);
/*
 * For execve: opens a regular, executable file for reading. While it is open,
 * nobody can open the inode for writing. Further errors: -EACCES, and -ETXTBSY
 * (it is open for writing).
 */
int __must_check open_exec(const char *path, struct file **file);

/* Returns an inode of no directory, i_count 1; NULL: no memory. */
struct inode *new_inode(u32 mode) __must_check;
/* Takes another reference; the caller has one, or tree_lock. */
static inline struct inode *igrab(struct inode *inode)
{
	atomic_inc(&inode->i_count);
	return inode;
}

/* Drops a reference; the last one frees inode and pages. May sleep. */
void iput(struct inode *inode); /* NULL allowed */
/* Guards every i_entry and dir_entry.dir, for a few loads at a time. */
extern spinlock_t tree_lock;
/* Set by ramfs_init(), then constant. */
extern struct inode *root_inode;
/*
 * Writes to buf how at is called, seen from top; NULL: from the task's root. 0,
 * -ENAMETOOLONG, or -ENOENT: it has no name any more; buf has its last one.
 */
int __must_check inode_path(const struct fs_path *at, const struct fs_path *top,
			    char *buf, size_t bytes);
/* Set the times after a change of the data / of the rest, as by chmod. */
void inode_modified(struct inode *inode);
void inode_changed(struct inode *inode);
void __touch_atime(struct inode *inode);
/* inode_changed() with dir's time, which was just set: saves a clock access. */
static inline void inode_changed_with(struct inode *inode,
				      const struct inode *dir)
{
	inode->i_ctime = dir->i_ctime;
	inode->i_was_read = false;
}

/*
 * The data was read. As with Linux's relatime, i_atime changes only if it is
 * older than the last change: most reads do not look at the clock.
 */
static inline void touch_atime(const struct file *file)
{
	struct inode *inode = file->f_inode;

	if (unlikely(!inode->i_was_read) && !(file->f_flags & O_NOATIME) &&
	    !(file->f_mnt && mount_ops.keeps_atime(inode, file->f_mnt)))
		__touch_atime(inode);
}

/* The size without i_lock: atomic, so never half of a change. */
static inline u64 i_size_read(const struct inode *inode)
{
	return __atomic_load_n(&inode->i_size, __ATOMIC_RELAXED);
}

/* Hold i_lock for writing. */
static inline void i_size_write(struct inode *inode, u64 bytes)
{
	__atomic_store_n(&inode->i_size, bytes, __ATOMIC_RELAXED);
}

/* The memory of its pages in st_blocks' unit: 512 bytes. */
static inline u32 inode_blocks(const struct inode *inode)
{
	return inode->i_data.nr_pages * (PAGE_SIZE / 512);
}

/* An open file with its own reference to inode. 0, or open's -errno. */
int __must_check file_open_inode(struct inode *inode, u32 flags,
				 struct file **file);

/* ---- open files (file.c, read_write.c) --------------------------- */

/* As fget, but also for a file opened with O_PATH. */
struct file *fget_raw(u32 fd) __must_check;
/* A file without an inode, f_count 1. NULL: no memory, or too many files. */
struct file *alloc_file(void) __must_check;
/* Which of the two causes it was: -ENOMEM or -ENFILE. */
int no_file_error(void);
/* How many files are open, and may be; CAP_SYS_ADMIN is not limited. */
u32 nr_open_files(void);
extern u32 max_files;
/* Descriptors of one process, even if RLIMIT_NOFILE is higher. */
#define NR_OPEN_MAX 4096
/* The usual f_free: releases the file and frees it. */
void free_file(struct file *file);
/*
 * As fget_raw, for one call that opens and closes no descriptor itself: takes a
 * reference only if another task could close it. fput_light gets the same *put.
 */
struct file *fget_light(u32 fd, bool *put) __must_check;

/* Ends fget_light. */
static inline void fput_light(struct file *file, bool put)
{
	if (unlikely(put))
		fput(file);
}

/*
 * Taken before a call that moves f_pos: no other thread or process that shares
 * the open file may move it meanwhile, or both would read the same bytes or
 * overwrite each other's (POSIX 2.9.7). Pipes and terminals have no position
 * and may wait for long, so they take no lock. *locked: for unlock_pos. Outside
 * mmap_lock. 0, or -EINTR: the task is killed. That ends the wait, since the
 * holder may wait for the memory that the killed task is to free.
 */
static inline int lock_pos(struct file *file, bool *locked)
{
	*locked = atomic_read(&file->f_count) != 1 &&
		file->f_mode & FMODE_ATOMIC_POS;
	if (likely(!*locked) || !down_write_killable(&file->f_pos_lock))
		return 0;
	*locked = false;
	return -EINTR;
}

static inline void unlock_pos(struct file *file, bool locked)
{
	if (unlikely(locked))
		up_write(&file->f_pos_lock);
}

typedef s32 (*rw_fn)(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);

/* Stores the operation. 0, -EBADF (not opened for it), -EISDIR, -EINVAL. */
static inline int rw_op(const struct file *file, bool write, rw_fn *fn)
{
	if (!(file->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	*fn = write ? file->f_op->write : file->f_op->read;
	if (*fn)
		return 0;
	return S_ISDIR(file->f_inode->i_mode) ? -EISDIR : -EINVAL;
}

/* lseek: *result is the new position. 0, -EBADF, -ESPIPE, -EINVAL, -EINTR. */
int __must_check do_llseek(u32 fd, s64 offset, u32 whence, s64 *result);

/* The most bytes that one call moves: Linux's limit. */
#define MAX_RW_BYTES 0x7ffff000u

/* ---- devices: operations that several share (devices.c) ---------- */

/* Reads zeroes. The bytes, or -EFAULT. */
s32 zero_read(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);
/* llseek of a device without a position: it stays 0. */
s64 null_llseek(struct file *file, s64 offset, int whence);

/* ---- what tasks carry -------------------------------------------- */

#define NR_OPEN_DEFAULT 32 /* slots in the struct itself */

struct fd_slot {
	struct file *file; /* a reference, or NULL: free */
	bool cloexec;
};

struct files_struct {
	atomic_t count;
	spinlock_t lock;
	/* lock */
	u32 nr_slots;
	u32 first_free;                      /* no slot below it is free */
	u32 end;                             /* no slot from it on is used */
	struct fd_slot *slots;               /* own, or from kmalloc */
	struct fd_slot own[NR_OPEN_DEFAULT]; /* all free in the slab */
};

/*
 * Open file tables: files_share takes another reference, files_copy is fork's.
 * NULL: no memory. files_put closes the files with the last reference; may
 * sleep.
 */
struct files_struct *files_alloc(void) __must_check;
struct files_struct *files_share(struct files_struct *files);
struct files_struct *files_copy(struct files_struct *files) __must_check;
void files_put(struct files_struct *files); /* NULL allowed */
/* Whether another task uses the table, too (CLONE_FILES). */
bool files_are_shared(const struct files_struct *files);
/* How many slots it has now. */
u32 files_size(const struct files_struct *files);
/* A descriptor ends: drops its reference, and files' locks on the file. */
static inline void filp_close(struct file *file,
			      const struct files_struct *files)
{
	if (unlikely(!LIST_EMPTY(&file->f_inode->i_locks) ||
		     file->f_mode & FMODE_TELL_CLOSE))
		services_unlock_file(file, files);
	fput(file);
}

/* execve: closes descriptors with FD_CLOEXEC. No other task has the table. */
void files_close_on_exec(struct files_struct *files);
/*
 * Installs file at the lowest free slot >= min; the slot takes the caller's
 * reference. 0 and *fd, -EMFILE, -ENOMEM.
 */
int files_install(struct files_struct *files, struct file *file, u32 min,
		  bool cloexec, u32 *fd);
/* Returns the open file at fd of any table, with a reference, or NULL. */
struct file *files_get(struct files_struct *files, u32 fd) __must_check;

/*
 * Frees slot fd and returns its file, whose reference is the caller's, or NULL.
 * only (or NULL): take out no other file, since another thread may have closed
 * and reused a descriptor that was just installed.
 */
struct file *files_remove(struct files_struct *files, u32 fd,
			  const struct file *only);
/* Descriptors that the running task may have: RLIMIT_NOFILE or NR_OPEN_MAX. */
u32 fd_limit(void);
bool fd_is_left(void); /* Is one free? Another thread may take it. */
/* Makes room for nr_slots, rounded up. Takes files->lock. 0 or -ENOMEM. */
int __must_check files_expand(struct files_struct *files, u32 nr_slots);
/* Hold files->lock; fd < nr_slots. */
static inline void files_set_slot(struct files_struct *files, u32 fd,
				  struct file *file, bool cloexec)
{
	files->slots[fd] = (struct fd_slot){ file, cloexec };
	files->end = max(files->end, fd + 1);
}

/* A task's place in the tree; a service makes and changes it. */
struct fs_struct {
	atomic_t count;
	spinlock_t lock;
	struct fs_path pwd; /* lock; references */
	/* lock: where "/" leads and ".." ends. NULL: root_inode */
	struct fs_path root;
	u32 umask; /* lock */
};

/* ---- permissions (permission.c) ---------------------------------- */

#define MAY_EXEC  1 /* of a directory: search */
#define MAY_WRITE 2
#define MAY_READ  4

/* Whether cred allows all of mask (MAY_*) on inode. 0 or -EACCES. */
int __must_check cred_permission(const struct cred *cred,
				 const struct inode *inode, u32 mask);

/* The same for the running task. */
static inline int __must_check inode_permission(const struct inode *inode,
						u32 mask)
{
	const struct cred *cred = current_thread_info()->cred;

	/* Without a cred the task is plain root: no call in a walk. */
	if (likely(!cred && (S_ISDIR(inode->i_mode) || !(mask & MAY_EXEC))))
		return 0;
	return cred_permission(current_cred(), inode, mask);
}

/* Whether the running task may do what only the owner may. */
bool owner_or_capable(const struct inode *inode);

/* ---- paths (namei.c) --------------------------------------------- */

/* The running task's root, without references: only to compare with. */
static inline struct fs_path current_root(void)
{
	const struct fs_struct *fs = current_thread_info()->fs;

	return fs && fs->root.inode ? fs->root :
				      (struct fs_path){ root_inode, NULL };
}

/* Drops the references of a path. May sleep. */
static inline void path_put(const struct fs_path *at)
{
	iput(at->inode);
	mntput(at->mnt);
}

/* Steps on to what is mounted at the place, if there is something. */
static inline void follow_mounts(struct fs_path *at)
{
	if (unlikely(READ_ONCE(at->inode->i_mounted)))
		mount_ops.cross(at);
}

/* Writes a struct stat64 to user memory. 0 or -EFAULT. (fstat.c) */
int __must_check put_stat64(const struct inode *inode, uaddr_t buf);

/* ---- the RAM file system (ramfs.c) ------------------------------- */

#define RAMFS_DEV MKDEV(0, 2) /* no device: Linux numbers these from 0:1 */

/* A directory's i_private. */
struct ramfs_dir {
	TAILQ_HEAD(entry_list, dir_entry) entries; /* i_lock; by pos */
	u64 next_pos;                              /* i_lock */
};

#define RAMFS_FIRST_POS 2 /* readdir's cookies 0 and 1 are "." and ".." */

static inline struct ramfs_dir *ramfs_dir(const struct inode *dir)
{
	return dir->i_private;
}

/*
 * The operations of all directories and files of ramfs, existing ones too. As
 * they are, nothing can be changed: -EROFS. At boot, before there is a program,
 * a service may add truncate, run, write, kernel_write and release, and replace
 * the files' open, which refuses writers.
 */
extern struct inode_operations ramfs_dir_ops, ramfs_file_ops;
/* Those of a FIFO; without the service open fails with -ENXIO. */
extern struct inode_operations fifo_node_ops;
/* ramfs_size=: bytes that files may take; 0: half of the memory. */
extern u32 ramfs_max_bytes;
extern atomic_t ramfs_pages; /* with PG_CHARGED */
extern struct file_operations ramfs_file_fops;
/* Returns an inode of mode's kind, in no directory; NULL: no memory. */
struct inode *ramfs_inode(u32 mode) __must_check;
/*
 * Gives inode a (further) name in dir. 0, -ENOMEM, -ENOENT (dir was removed),
 * -EEXIST. replace: an inode that has the name loses it, except for a directory
 * that is not empty (-ENOTEMPTY) or a mount (-EBUSY). Takes dir's i_lock.
 */
int __must_check ramfs_link(struct inode *dir, const char *name, u32 bytes,
			    struct inode *inode, bool replace);

static inline bool is_ramfs_dir(const struct inode *inode)
{
	return inode->i_op == &ramfs_dir_ops;
}

/* Whether inode is the border of a file system. */
static inline bool is_mount(const struct inode *inode)
{
	return inode->i_mounted ||
		(S_ISDIR(inode->i_mode) && !is_ramfs_dir(inode));
}

/*
 * The steps of a change, for a call that makes several. Hold dir's i_lock, for
 * the first for reading, then for writing. Returns NULL if there is none.
 */
struct dir_entry *ramfs_find_entry(const struct inode *dir, const char *name,
				   u32 bytes);
/* Returns an entry to be inserted or kfree'd. No lock. NULL: no memory. */
struct dir_entry *ramfs_new_entry(const char *name, u32 bytes);
/* Takes over the caller's reference to inode. */
void ramfs_insert_entry(struct inode *dir, struct dir_entry *entry,
			struct inode *inode);
/*
 * Takes a name off the inode's count. 0, or -ENOTEMPTY and nothing has changed.
 * While its i_lock, which this takes, is held nobody can create an entry in the
 * directory; afterwards i_nlink is 0 and refuses it.
 */
int __must_check ramfs_drop_link(struct inode *inode);
/* Frees the entry; its reference to the inode becomes the caller's. */
void ramfs_remove_entry(struct inode *dir, struct dir_entry *entry);
/*
 * The same, and counts the name off. 0, -ENOTEMPTY or -EBUSY: then nothing has
 * changed. Takes the inode's own i_lock.
 */
int __must_check ramfs_drop_entry(struct inode *dir, struct dir_entry *entry,
				  struct inode **dropped);

/* ---- directories for file systems -------------------------------- */

/*
 * getdents64's accumulator. iterate() calls emit for each entry whose cookie is
 * >= pos, after it has set pos to the next cookie; emit false: stop.
 */
struct dir_context {
	bool (*emit)(struct dir_context *ctx, const char *name, u32 bytes,
		     u32 ino, u32 type);
	u64 pos;
};

/* ---- page cache (fs/filemap.c) ----------------------------------- */

/*
 * Stores the page at index with a reference, filled from the backing (or
 * zeroes) if it was not cached. 0, -ENOMEM. May sleep.
 */
int __must_check read_cache_page(struct address_space *mapping, u32 index,
				 struct page **page);
/* The offset of pos in its page. */
static inline u32 page_offset(u64 pos)
{
	return (u32)pos & (PAGE_SIZE - 1);
}

/* Bytes of [pos, pos + bytes) within pos's page. */
static inline u32 page_part(u64 pos, u32 bytes)
{
	return min(bytes, PAGE_SIZE - page_offset(pos));
}

/* Returns the page with a reference if cached, else NULL. Never sleeps. */
struct page *find_get_page(struct address_space *mapping, u32 index);
/*
 * Returns the first page at or after *index and stores its index there; NULL:
 * there is none. Hold mapping->lock.
 */
struct page *page_tree_next(const struct address_space *mapping, u32 *index);
/* llseek of a file with a position. Hold lock_pos. */
s64 generic_file_llseek(struct file *file, s64 offset, int whence);
/* mmap and the VMA ops of regular files. */
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);
extern struct vm_operations generic_file_vm_ops;
/* Drops the pages from index on; reads under way add no stale page. */
void truncate_inode_pages(struct address_space *mapping, u32 index);
/*
 * Drops a page to which the caller has given the backing's contents, dirty or
 * not, unless it is mapped or held.
 */
void drop_unused_page(struct address_space *mapping, u32 index);
/* Drops up to nr clean pages that nobody maps or holds. Returns how many. */
u32 drop_pagecache(u32 nr);

#endif
