/*
 * fs/fs.h - what a program can open or map.
 *
 *	file -> inode -> address_space (page cache) -> pages
 *
 * One tree of inodes: ramfs directories and files, filled from a cpio archive;
 * /dev's devices; /proc (its files belong to inspect/). File data
 * is in the page cache and nowhere else, but the archive stays where the
 * loader put it and is the backing of pages nobody wrote: they are filled on
 * the first read or fault, and may be dropped again.
 */
#ifndef FS_FS_H
#define FS_FS_H

#include <address_space.h>
#include <alloc/alloc.h>
#include <asm/uaccess.h>
#include <bug.h>
#include <cred.h>
#include <file.h>
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

/* No file grows beyond this: a page's index is 32 bits, as in Linux. */
#define MAX_FILE_BYTES 0xffffffff000ull

/* A moment since 1970. */
struct file_time {
	u32 sec, nsec;
};

/*
 * One name of an inode in a directory. The file system that made it frees it;
 * i_entry points to the one that reports show.
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
	/* The child called name (bytes long, no NUL): 0 and a reference. */
	int (*lookup)(struct inode *dir, const char *name, u32 bytes,
		      struct inode **child);
	/* Symbolic link's text, NUL-terminated, into buf[PATH_MAX]. */
	int (*readlink)(struct inode *inode, char *buf, u32 bytes);
	/*
	 * NULL, or where a link leads that is no path (/proc/PID/fd/N): 0 and a
	 * reference to the inode in *target, or -errno.
	 */
	int (*jump)(struct inode *inode, struct inode **target);
	int (*truncate)(struct inode *inode, u64 bytes);
	/* Called by open: may set file->f_op, private_data. 0 or -errno. */
	int (*open)(struct inode *inode, struct file *file);
	/* As long as file is open somebody runs it. 0 or -errno. */
	int (*run)(struct inode *inode, struct file *file);
	/* The last reference is gone. */
	void (*evict)(struct inode *inode);
	/* "pipe": in no directory, its files are called "pipe:[INO]". Or NULL. */
	const char *nameless;
	/* NULL, or the same for each with a text of its own, into buf. */
	void (*describe)(const struct inode *inode, char *buf, size_t bytes);
};

/* What a mounted tree may hold, and what it has. Its inodes share it. */
struct tree_limits {
	atomic_t inodes;           /* the last one frees it */
	atomic_t pages;            /* with PG_CHARGED */
	u32 max_pages, max_inodes; /* 0: no limit */
};

struct inode {
	/* constant */
	u32 i_ino;
	u32 i_dev, i_rdev;
	const struct inode_operations *i_op;
	const struct file_operations *i_fop;
	struct tree_limits *i_limits; /* NULL: of no such tree */
	/* atomic */
	atomic_t i_count;
	/* i_lock */
	struct rw_semaphore i_lock;
	u32 i_mode;       /* S_IF*, constant, and permissions */
	u32 i_uid, i_gid; /* whose it is */
	u64 i_size;       /* read without the lock: i_size_read() */
	u32 i_nlink;
	/*
	 * Last read, changed, changed in itself or its data. Whoever does it
	 * stores them, mostly under i_lock; faults and reads without.
	 */
	struct file_time i_atime, i_mtime, i_ctime;
	bool i_was_read; /* since it changed: i_atime may stay as it is */
	struct address_space i_data; /* a file's pages */
	/* i_data.lock: files open for writing, or below 0: FMODE_NOWRITERS */
	s32 i_writecount;
	struct dir_entry *i_entry; /* tree_lock; NULL: no name (any more) */
	struct inode *i_mounted;   /* tree_lock; what covers it, or NULL */
	/* services/files/locks.h: those that programs hold on it */
	LIST_HEAD(, file_lock) i_locks;
	void *i_private; /* the file system's own */
};

/* Slab caches, the root directory, /dev. */
void fs_init(void);
/*
 * Unpack the newc archive, or several one behind the other, of `bytes` at
 * `archive`, which stays there, into the root. 0; or -EINVAL after naming on
 * the log what was wrong: everything that could be read is in place.
 */
int __must_check initramfs_unpack(const void *archive, u32 bytes);
/* The one that the loader brought, or the built-in one; virtual. */
extern const void *initramfs;
extern u32 initramfs_bytes;
/* What gzip has packed is left to a service. file has two bytes at least. */
static inline bool is_gzip(const void *file)
{
	const u8 *head = file;

	return head[0] == 0x1f && head[1] == 0x8b;
}

/* ---- kernel-side opening ----------------------------------------- */

/*
 * Open what is there, by absolute path from the kernel: *file with a reference.
 * 0, -ENOENT, -ENOTDIR, -EISDIR, -EACCES, -EROFS, -ELOOP, -ENOMEM ...
 */
int __must_check filp_open(const char *path, u32 flags, struct file **file);
/* The same, for a program: by a path from dirfd, which is as openat's. */
int __must_check do_filp_open(s32 dirfd, const char *path, u32 flags,
			      struct file **file);
/*
 * The same, by inode: whose own reference is taken. mask: MAY_* that the running
 * task must be allowed, mostly open_mask(flags); 0: it has just made the file.
 */
int __must_check open_inode(struct inode *inode, u32 flags, u32 mask,
			    struct file **file);
u32 open_mask(u32 flags);
/* A descriptor for file, whose reference moves; or -errno, and it is closed. */
s32 open_fd(struct file *file, u32 flags);
/*
 * For execve: regular, executable, opened for reading. As long as this file is
 * open, nobody can open the inode for writing. Adds -EACCES, and -ETXTBSY:
 * somebody has it open for that.
 */
int __must_check open_exec(const char *path, struct file **file);

/* A new inode of no directory, i_count 1; NULL: no memory. */
struct inode *new_inode(u32 mode) __must_check;
static inline struct inode *igrab(struct inode *inode)
{
	atomic_inc(&inode->i_count);
	return inode;
}

void iput(struct inode *inode); /* NULL allowed */
/* Every i_entry and dir_entry.dir: who is called what. Held for a few loads. */
extern spinlock_t tree_lock;
/* ramfs_init() makes it; constant then. */
extern struct inode *root_inode;
/* The path of inode from the root: 0; -ENOENT if it has no name any more. */
int __must_check inode_path(const struct inode *inode, char *buf, size_t bytes);
/* Its data changed now; or only what is known about it, as by chmod. */
void inode_modified(struct inode *inode);
void inode_changed(struct inode *inode);
void __touch_atime(struct inode *inode);
/* The same as inode_changed(), by what just changed dir: no look at the clock. */
static inline void inode_changed_with(struct inode *inode,
				      const struct inode *dir)
{
	inode->i_ctime = dir->i_ctime;
	inode->i_was_read = false;
}

/*
 * Its data was read. As with Linux's relatime i_atime moves if it is older than
 * the last change, so that not every read looks at the clock.
 */
static inline void touch_atime(struct inode *inode, u32 f_flags)
{
	if (unlikely(!inode->i_was_read) && !(f_flags & O_NOATIME))
		__touch_atime(inode);
}

/* Bytes of data, for who does not hold i_lock: never half of a change. */
static inline u64 i_size_read(const struct inode *inode)
{
	return __atomic_load_n(&inode->i_size, __ATOMIC_RELAXED);
}

/* i_lock held for writing. */
static inline void i_size_write(struct inode *inode, u64 bytes)
{
	__atomic_store_n(&inode->i_size, bytes, __ATOMIC_RELAXED);
}

/* Memory that it has, in st_blocks' unit: 512 bytes. */
static inline u32 inode_blocks(const struct inode *inode)
{
	return inode->i_data.nr_pages * (PAGE_SIZE / 512);
}

/* An open file on inode (its own reference is taken). 0 or what open said. */
int __must_check file_open_inode(struct inode *inode, u32 flags,
				 struct file **file);

/* ---- open files (file.c, read_write.c) --------------------------- */

/* As fget, and a file opened with O_PATH counts as well. */
struct file *fget_raw(u32 fd) __must_check;
/* A file with no inode yet, f_count 1; NULL: no memory, or too many files. */
struct file *alloc_file(void) __must_check;
/* Which of the two it was: -ENOMEM or -ENFILE. */
int no_file_error(void);
/* Files that are open, and how many may be; CAP_SYS_ADMIN is not bound. */
u32 nr_open_files(void);
extern u32 max_files;
/* How many descriptors a process may have, whatever RLIMIT_NOFILE says. */
#define NR_OPEN_MAX 4096
/* What f_free is at first: the last reference is gone, the file goes. */
void free_file(struct file *file);
/*
 * As fget_raw, for the length of one call that opens and closes nothing itself:
 * without a reference where none is needed. fput_light with the same *put.
 */
struct file *fget_light(u32 fd, bool *put) __must_check;

static inline void fput_light(struct file *file, bool put)
{
	if (unlikely(put))
		fput(file);
}

/*
 * Before a call that moves f_pos: no other thread or process that shares the
 * open file moves it at the same time, so that none reads a byte twice or
 * writes over what the other wrote (POSIX 2.9.7). Pipes and terminals have no
 * position, and wait for long. *locked: for unlock_pos. Outside mmap_lock.
 * 0, or -EINTR: the task is killed. Its holder may wait for memory, which the
 * one who waits is to give.
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

/* The file's operation for reading (writing), if it was opened for that. */
static inline int rw_op(const struct file *file, bool write, rw_fn *fn)
{
	if (!(file->f_mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	*fn = write ? file->f_op->write : file->f_op->read;
	if (*fn)
		return 0;
	return S_ISDIR(file->f_inode->i_mode) ? -EISDIR : -EINVAL;
}

/* lseek, *result is where fd's position is then. 0 or -errno. */
int __must_check do_llseek(u32 fd, s64 offset, u32 whence, s64 *result);

/* What one call may move: Linux's limit. */
#define MAX_RW_BYTES 0x7ffff000u

/* ---- devices: operations that several share (devices.c) ---------- */

/* Zeroes, as many as are asked for. */
s32 zero_read(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);
/* For a device that has no position, but on which programs seek: it stays 0. */
s64 null_llseek(struct file *file, s64 offset, int whence);

/* ---- what tasks carry -------------------------------------------- */

#define NR_OPEN_DEFAULT 32 /* slots in the table itself */

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

/* Open file table. share = another reference; copy = fork. NULL: no memory. */
struct files_struct *files_alloc(void) __must_check;
struct files_struct *files_share(struct files_struct *files);
struct files_struct *files_copy(struct files_struct *files) __must_check;
void files_put(struct files_struct *files); /* NULL allowed */
/* Has somebody else this table, too (CLONE_FILES)? */
bool files_are_shared(const struct files_struct *files);
/* How many descriptors it has room for, as it is. */
u32 files_size(const struct files_struct *files);
/* A descriptor's end: what files has locked of the file goes, and a reference. */
static inline void filp_close(struct file *file,
			      const struct files_struct *files)
{
	if (unlikely(!LIST_EMPTY(&file->f_inode->i_locks)))
		services_unlock_file(file, files);
	fput(file);
}

void files_close_on_exec(struct files_struct *files);
/* Install file (its reference moves) at the lowest free slot >= min. */
int files_install(struct files_struct *files, struct file *file, u32 min,
		  bool cloexec, u32 *fd);
/* The open file at fd of any table, with a reference, or NULL. */
struct file *files_get(struct files_struct *files, u32 fd) __must_check;

/*
 * Take fd out: its file, whose reference is the caller's, or NULL. only, unless
 * NULL: the file that it must still be, for a number that was just installed
 * may have been closed by another thread and be anybody's now.
 */
struct file *files_remove(struct files_struct *files, u32 fd,
			  const struct file *only);
/* How many descriptors the running task may have: RLIMIT_NOFILE, or less. */
u32 fd_limit(void);
/* Room for nr_slots, rounded up; files->lock not held. 0 or -ENOMEM. */
int __must_check files_expand(struct files_struct *files, u32 nr_slots);
/* files->lock held; fd < nr_slots. */
static inline void files_set_slot(struct files_struct *files, u32 fd,
				  struct file *file, bool cloexec)
{
	files->slots[fd] = (struct fd_slot){ file, cloexec };
	files->end = max(files->end, fd + 1);
}

/* Where a task stands in the tree: a service's, which changes it. */
struct fs_struct {
	atomic_t count;
	spinlock_t lock;
	struct inode *cwd; /* lock; a reference */
	/* The same: where "/" leads, and ".." ends. NULL: root_inode */
	struct inode *root;
	u32 umask; /* lock */
};

/* ---- permissions (permission.c) ---------------------------------- */

#define MAY_EXEC  1 /* of a directory: search */
#define MAY_WRITE 2
#define MAY_READ  4

/* May who has cred do all of mask (MAY_*) with inode? 0 or -EACCES. */
int __must_check cred_permission(const struct cred *cred,
				 const struct inode *inode, u32 mask);

/* The same of the running task. */
static inline int __must_check inode_permission(const struct inode *inode,
						u32 mask)
{
	const struct cred *cred = current_thread_info()->cred;

	/* The walk of who is root and nothing else costs no call. */
	if (likely(!cred && (S_ISDIR(inode->i_mode) || !(mask & MAY_EXEC))))
		return 0;
	return cred_permission(current_cred(), inode, mask);
}

/* May the running task do what only the owner may? */
bool owner_or_capable(const struct inode *inode);

/* ---- paths (namei.c) --------------------------------------------- */

#define LOOKUP_FOLLOW 0x1 /* a symbolic link at the end is followed */
#define LOOKUP_EMPTY  0x2 /* "" means dirfd itself */

/* A walk along a path; end_walk() gives back what it holds. */
struct nameidata {
	struct inode *inode; /* a reference: where the walk stands */
	char *path;          /* the path once a link was put in; kfree'd */
	const char *rest;    /* what is not walked yet */
	const char *name;    /* path_parent: the last component, no NUL;
				 * NULL: there is none ("/", ".", "..") */
	u32 bytes;           /* of name */
	u32 links;           /* followed so far */
	bool want_dir;       /* a slash follows the last component */
};

/*
 * A user's path: *name gets PATH_MAX bytes from kmalloc, to be kfree'd. 0,
 * -EFAULT, -ENAMETOOLONG, -ENOMEM.
 */
int __must_check getname(uaddr_t path, char **name);

/*
 * The running task's working directory, with a reference; the root, if it has
 * none.
 */
struct inode *get_cwd(void);
/* Where "/" leads the running task; only to compare with. */
static inline const struct inode *current_root(void)
{
	const struct fs_struct *fs = current_thread_info()->fs;
	const struct inode *root = fs ? READ_ONCE(fs->root) : NULL;

	return root ? root : root_inode;
}
/* The inode that path leads to, with a reference. dirfd: as openat's. */
int __must_check path_lookup(s32 dirfd, const char *path, u32 flags,
			     struct inode **inode);
/*
 * Walk to the directory of path's last name, which need not exist: nd->inode,
 * nd->name. Whatever it returns, end_walk() must follow.
 */
int __must_check path_parent(s32 dirfd, const char *path, struct nameidata *nd);
/*
 * The last name turned out to be the symbolic link `link`: walk on through it,
 * to the directory of the name it leads to.
 */
int __must_check path_parent_through(struct nameidata *nd, struct inode *link);
void end_walk(struct nameidata *nd);

/* struct stat64, for a program. 0 or -EFAULT. (fstat.c) */
int __must_check put_stat64(const struct inode *inode, uaddr_t buf);

/* ---- the RAM file system (ramfs.c) ------------------------------- */

#define RAMFS_DEV \
	MKDEV(0, 2) /* on no device: as Linux numbers them, from 0:1 */

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
 * What all directories and files of ramfs have, those that are there already,
 * too. As they are, nothing can be changed: -EROFS. At boot, before there is a
 * program, a service may add truncate, run, write,
 * kernel_write and release, and puts its own in place of the files' open, which
 * refuses writers.
 */
extern struct inode_operations ramfs_dir_ops, ramfs_file_ops;
/* Those of a FIFO, which cannot be opened before a service says how. */
extern struct inode_operations fifo_node_ops;
/* ramfs_size=: what files may take; 0: half of the memory. */
extern u32 ramfs_max_bytes;
extern atomic_t ramfs_pages; /* with PG_CHARGED */
extern struct file_operations ramfs_file_fops;
/* A new inode of the kind that mode says, in no directory; NULL: no memory. */
struct inode *ramfs_inode(u32 mode) __must_check;
/*
 * Give inode a (further) name in dir. 0, -ENOMEM, -ENOENT (dir gone). What has
 * the name already is -EEXIST; or, if inode is to replace it, gives way, but for
 * a directory that is not empty (-ENOTEMPTY) or a mount (-EBUSY).
 */
int __must_check ramfs_link(struct inode *dir, const char *name, u32 bytes,
			    struct inode *inode, bool replace);

static inline bool is_ramfs_dir(const struct inode *inode)
{
	return inode->i_op == &ramfs_dir_ops;
}

/* Does a file system end here, or is one mounted on it? */
static inline bool is_mount(const struct inode *inode)
{
	return S_ISDIR(inode->i_mode) &&
		(!is_ramfs_dir(inode) || inode->i_mounted);
}

/*
 * The steps of a change, for who makes several in one; dir's i_lock is held,
 * for writing but in the first. NULL: there is none.
 */
struct dir_entry *ramfs_find_entry(const struct inode *dir, const char *name,
				   u32 bytes);
/* Without a place; to be inserted or kfree'd. No lock. NULL: no memory. */
struct dir_entry *ramfs_new_entry(const char *name, u32 bytes);
/* It takes the caller's reference to inode. */
void ramfs_insert_entry(struct inode *dir, struct dir_entry *entry,
			struct inode *inode);
/* Its reference to its inode is the caller's then, and the entry is freed. */
void ramfs_remove_entry(struct inode *dir, struct dir_entry *entry);
/*
 * The same, and the inode has a name less: 0, or -ENOTEMPTY or -EBUSY and
 * nothing is changed. Takes the inode's own i_lock.
 */
int __must_check ramfs_drop_entry(struct inode *dir, struct dir_entry *entry,
				  struct inode **dropped);

/* ---- directories for file systems -------------------------------- */

/*
 * getdents64's accumulator. iterate() emits each entry whose cookie is >= pos,
 * setting pos to the cookie that follows it before; emit false = stop.
 */
struct dir_context {
	bool (*emit)(struct dir_context *ctx, const char *name, u32 bytes,
		     u32 ino, u32 type);
	u64 pos;
};

/* ---- page cache (fs/filemap.c) ----------------------------------- */

/*
 * The page at index with a reference, filled from the backing (or zeroed) if
 * it was not there. 0, -ENOMEM. *major: it had to be filled.
 */
int __must_check read_cache_page(struct address_space *mapping, u32 index,
				 struct page **page, bool *major);
/* Where in its page pos is. */
static inline u32 page_offset(u64 pos)
{
	return (u32)pos & (PAGE_SIZE - 1);
}

/* Bytes of [pos, pos + bytes) that lie in pos's page. */
static inline u32 page_part(u64 pos, u32 bytes)
{
	return min(bytes, PAGE_SIZE - page_offset(pos));
}

/* The page if cached, with a reference; NULL otherwise. Never sleeps. */
struct page *find_get_page(struct address_space *mapping, u32 index);
/* For who keeps a position: f_op->llseek. */
s64 generic_file_llseek(struct file *file, s64 offset, int whence);
/* f_op->mmap and the ops for regular files. */
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);
extern struct vm_operations generic_file_vm_ops;
/* Forget the pages from index on, and what is being read for them. */
void truncate_inode_pages(struct address_space *mapping, u32 index);
/*
 * Drop one of a file's pages, which the caller has made what the backing gives,
 * dirty or not, unless somebody maps or holds it.
 */
void drop_unused_page(struct address_space *mapping, u32 index);
/* Drop every clean page that nobody maps or holds. Returns pages freed. */
u32 drop_pagecache(u32 nr);

#endif
