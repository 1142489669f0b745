/*
 * fs/fs.h - what a program can open or map.
 *
 *	file -> inode -> address_space (page cache) -> pages
 *
 * One tree of inodes: ramfs directories and files, filled from a cpio archive;
 * /dev/console, null, zero; /proc (its files belong to inspect/). File data
 * is in the page cache and nowhere else, but the archive stays where the
 * loader put it and is the backing of pages nobody wrote: they are filled on
 * the first read or fault, and may be dropped again.
 */
#ifndef FS_FS_H
#define FS_FS_H

#include <address_space.h>
#include <alloc/alloc.h>
#include <file.h>
#include <rwsem.h>
#include <service.h>
#include <sys/queue.h>
#include <sys/tree.h>
#include <types.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>

#define PATH_MAX 4096
#define NAME_MAX 255

struct inode;

/*
 * No file grows beyond this, so i_size fits one word and a reader that does
 * not hold i_lock never sees half of it.
 */
#define MAX_FILE_BYTES 0xffffefffull

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
	int (*create)(struct inode *dir, const char *name, u32 bytes, u32 mode,
		      struct inode **child);
	int (*unlink)(struct inode *dir, const char *name, u32 bytes);
	/* Symbolic link's text, NUL-terminated, into buf[PATH_MAX]. */
	int (*readlink)(struct inode *inode, char *buf, u32 bytes);
	int (*truncate)(struct inode *inode, u64 bytes);
	/* Called by open: may set file->f_op, private_data. 0 or -errno. */
	int (*open)(struct inode *inode, struct file *file);
	/* The last reference is gone. */
	void (*evict)(struct inode *inode);
	/* "pipe": in no directory, its files are called "pipe:[INO]". Or NULL. */
	const char *nameless;
};

struct inode {
	/* constant */
	u32 i_ino;
	u32 i_dev, i_rdev;
	const struct inode_operations *i_op;
	const struct file_operations *i_fop;
	/* atomic */
	atomic_t i_count;
	/* i_lock */
	struct rw_semaphore i_lock;
	u32 i_mode; /* S_IF*, constant, and permissions */
	u64 i_size;
	u32 i_nlink;
	u32 i_mtime;                 /* seconds */
	struct address_space i_data; /* a file's pages */
	/* i_data.lock: files open for writing, or below 0: FMODE_NOWRITERS */
	s32 i_writecount;
	struct dir_entry *i_entry; /* tree_lock; NULL: no name (any more) */
	void *i_private;           /* the file system's own */
};

/* Slab caches, the root directory, /dev. */
void fs_init(void);
/*
 * Unpack the newc archive, or several one behind the other, of `bytes` at
 * `archive`, which stays there, into the root. 0; or -EINVAL after naming on
 * the log what was wrong: everything that could be read is in place.
 */
int __must_check initramfs_unpack(const void *archive, u32 bytes);

/* ---- kernel-side opening ---------------------------------------------------- */

/*
 * Open by absolute path from the kernel: *file with a reference. 0, -ENOENT,
 * -ENOTDIR, -EISDIR, -EACCES, -ELOOP, -ENOMEM ...
 */
int __must_check filp_open(const char *path, u32 flags, u32 mode,
			   struct file **file);
/*
 * For execve: regular, executable, opened for reading. As long as this file is
 * open, nobody can open the inode for writing. Adds -EACCES, and -ETXTBSY:
 * somebody has it open for that.
 */
int __must_check open_exec(const char *path, struct file **file);

/*
 * Hang an inode tree (inspect's /proc) on directory `path` of the root, creating or
 * covering an empty one; the caller's reference moves. 0, -ENOMEM, -EEXIST
 * (a file, or a directory in use).
 */
int __must_check fs_mount(const char *path, struct inode *root);

/* A new inode of no directory, i_count 1; NULL: no memory. */
struct inode *new_inode(u32 mode) __must_check;
static inline struct inode *igrab(struct inode *inode)
{
	atomic_inc(&inode->i_count);
	return inode;
}

void iput(struct inode *inode); /* NULL allowed */
/* An open file on inode (its own reference is taken). 0 or what open said. */
int __must_check file_open_inode(struct inode *inode, u32 flags,
				 struct file **file);

/* ---- what tasks carry ---------------------------------------------------------- */

/* Open file table. share = another reference; copy = fork. NULL: no memory. */
struct files_struct *files_alloc(void) __must_check;
struct files_struct *files_share(struct files_struct *files);
struct files_struct *files_copy(struct files_struct *files) __must_check;
void files_put(struct files_struct *files); /* NULL allowed */
/* Has somebody else this table, too (CLONE_FILES)? */
bool files_are_shared(const struct files_struct *files);
/* How many descriptors it has room for, as it is. */
u32 files_size(const struct files_struct *files);
void files_close_on_exec(struct files_struct *files);
/* Install file (its reference moves) at the lowest free slot >= min. */
int files_install(struct files_struct *files, struct file *file, u32 min,
		  bool cloexec, u32 *fd);
/* The open file at fd of any table, with a reference, or NULL. */
struct file *files_get(struct files_struct *files, u32 fd) __must_check;

/* Where a task stands in the tree; threads share it. */
struct fs_struct {
	atomic_t count;
	spinlock_t lock;
	struct inode *cwd; /* lock; a reference */
	u32 umask;         /* lock */
};

struct fs_struct *fs_alloc(void) __must_check; /* cwd = root, umask 022 */
struct fs_struct *fs_share(struct fs_struct *fs);
struct fs_struct *fs_copy(struct fs_struct *fs) __must_check;
void fs_put(struct fs_struct *fs);
static inline u32 fs_umask(const struct fs_struct *fs)
{
	return READ_ONCE(fs->umask);
}

/* ---- directories for file systems ------------------------------------------------ */

/*
 * getdents64's accumulator. iterate() emits each entry whose cookie is >= pos,
 * setting pos to the cookie that follows it before; emit false = stop.
 */
struct dir_context {
	bool (*emit)(struct dir_context *ctx, const char *name, u32 bytes,
		     u32 ino, u32 type);
	u64 pos;
};

/* ---- page cache (fs/filemap.c) ----------------------------------------------------- */

/*
 * The page at index with a reference, filled from the backing (or zeroed) if
 * it was not there. 0, -ENOMEM. *major: it had to be filled.
 */
int __must_check read_cache_page(struct address_space *mapping, u32 index,
				 struct page **page, bool *major);
/* The page if cached, with a reference; NULL otherwise. Never sleeps. */
struct page *find_get_page(struct address_space *mapping, u32 index);
/* f_op->mmap and the ops for regular files. */
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);
/* Pages in the cache, over all files. */
u32 nr_cached_pages(void);
/* Drop every clean page that nobody maps or holds. Returns pages freed. */
u32 drop_pagecache(u32 nr);

/* ---- console tty ----------------------------------------------------------------------- */

extern const struct service files_service, tty_service;

#endif
