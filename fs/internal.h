/*
 * fs/internal.h - what the files of fs/ share with each other only.
 *
 * Locks, outermost first: rename_lock (sleeps); a directory's i_lock, parent
 * before child; a file's i_lock; then the spinlocks, of which tree_lock,
 * files->lock and mapping->lock are never held together.
 */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include <asm/uaccess.h>
#include <bug.h>
#include <fs/fs.h>
#include <sched.h>
#include <spinlock.h>
#include <thread_info.h>

/* ---- inodes (inode.c) --------------------------------------------------- */

void inode_init(void);
/* Every i_entry and dir_entry.dir: who is called what. Held for a few loads. */
extern spinlock_t tree_lock;
/* ramfs_init() makes it; constant then. */
extern struct inode *root_inode;
/* The path of inode from the root: 0; -ENOENT if it has no name any more. */
int __must_check inode_path(const struct inode *inode, char *buf, size_t bytes);
/* Seconds now, for i_mtime. */
static inline u32 current_seconds(void)
{
	return (u32)(wall_clock_ns() / 1000000000u);
}

/*
 * One writer more of a regular file, and its end; one more who runs it and
 * bears no writer, and its end. Who comes while the others are there gets
 * -ETXTBSY.
 */
int __must_check get_write_access(struct inode *inode);
void put_write_access(struct inode *inode);
int __must_check deny_write_access(struct inode *inode);
void allow_write_access(struct inode *inode);

/* ---- the page tree (page_tree.c); mapping->lock held -------------------- */

void page_tree_init(void);
struct page *page_tree_lookup(const struct address_space *mapping, u32 index);
/* The same for n indices from `index` on. */
void page_tree_lookup_run(const struct address_space *mapping, u32 index, u32 n,
			  struct page *pages[]);
/* 0, -EEXIST, -ENOMEM (then nothing changed). */
int __must_check page_tree_insert(struct address_space *mapping, u32 index,
				  struct page *page);
struct page *page_tree_delete(struct address_space *mapping, u32 index);
/* The first page at or after *index, which gets its index; or NULL. */
struct page *page_tree_next(const struct address_space *mapping, u32 *index);

/* ---- page cache (filemap.c) ----------------------------------------------- */

void filemap_init(void);
/* Forget pages at and after byte `from`; zero the rest of from's own page. */
void truncate_inode_pages(struct address_space *mapping, u64 from);
s32 generic_file_read(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);
s32 generic_file_write(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);
s32 generic_kernel_read(struct file *file, void *buf, u32 bytes, u64 pos);
s32 generic_kernel_write(struct file *file, const void *buf, u32 bytes,
			 u64 *pos);
/* Set the file's size: 0, -EFBIG. */
int __must_check generic_truncate(struct inode *inode, u64 bytes);
s64 generic_file_llseek(struct file *file, s64 offset, int whence);

/* ---- ramfs (ramfs.c) -------------------------------------------------------- */

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

extern const struct inode_operations ramfs_dir_ops;
void ramfs_init(void);
/* A new inode of the kind that mode says, in no directory; NULL: no memory. */
struct inode *ramfs_inode(u32 mode) __must_check;
/* Give inode a (further) name in dir. 0, -EEXIST, -ENOMEM, -ENOENT (dir gone). */
int __must_check ramfs_link(struct inode *dir, const char *name, u32 bytes,
			    struct inode *inode);

static inline bool is_ramfs_dir(const struct inode *inode)
{
	return inode->i_op == &ramfs_dir_ops;
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
 * An inode of dir is to lose a name: 0, or -ENOTEMPTY and nothing is changed.
 * Takes the inode's own i_lock.
 */
int __must_check ramfs_drop_link(struct inode *inode);

/* Device numbers of what lies on no device, as Linux numbers them from 0:1. */
#define RAMFS_DEV  MKDEV(0, 2)
#define PIPEFS_DEV MKDEV(0, 10)

/* ---- names (namei.c) ----------------------------------------------------------- */

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

/* The inode that path leads to, with a reference. dirfd: as openat's. */
int __must_check path_lookup(s32 dirfd, const char *path, u32 flags,
			     struct inode **inode);
int __must_check user_path_lookup(s32 dirfd, uaddr_t path, u32 flags,
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

/* open(2)'s work. */
int __must_check do_filp_open(s32 dirfd, const char *path, u32 flags, u32 mode,
			      struct file **file);

/*
 * Set the size of an inode that can be truncated: 0, -EFBIG, or -ETXTBSY:
 * somebody runs it.
 */
int __must_check do_truncate(struct inode *inode, u64 bytes);
/* struct stat64, for a program. 0 or -EFAULT. (fstat.c) */
int __must_check put_stat64(const struct inode *inode, uaddr_t buf);
/* Memory that it has, in st_blocks' unit: 512 bytes. */
static inline u32 inode_blocks(const struct inode *inode)
{
	return inode->i_data.nr_pages * (PAGE_SIZE / 512);
}

/* What one call may move: Linux's limit. */
#define MAX_RW_BYTES 0x7ffff000u

/* ---- open files (file.c) -------------------------------------------------------- */

void file_init(void);
/* As fget, and a file opened with O_PATH counts as well. */
struct file *fget_raw(u32 fd) __must_check;
/* A file with no inode yet, f_count 1; NULL: no memory. */
struct file *alloc_file(void) __must_check;
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
 * position, and wait for long. True: unlock_pos is due. Outside mmap_lock.
 */
static inline bool lock_pos(struct file *file)
{
	if (likely(atomic_read(&file->f_count) == 1) ||
	    !(file->f_mode & FMODE_ATOMIC_POS))
		return false;
	down_write(&file->f_pos_lock);
	return true;
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

/*
 * Take fd out: its file, whose reference is the caller's, or NULL. only, unless
 * NULL: the file that it must still be, for a number that was just installed
 * may have been closed by another thread and be anybody's now.
 */
struct file *files_remove(struct files_struct *files, u32 fd,
			  const struct file *only);
/* Put file (its reference moves) at fd exactly; *old: what was there. */
int __must_check files_replace(struct files_struct *files, u32 fd,
			       struct file *file, bool cloexec,
			       struct file **old);
/* 1, 0 or -EBADF. */
int files_get_cloexec(struct files_struct *files, u32 fd);
int files_set_cloexec(struct files_struct *files, u32 fd, bool cloexec);

/* Working directory of the running task, with a reference. */
struct inode *get_cwd(void);
u32 current_umask(void);

/* ---- devices (devices.c) ------------------------------------------------- */

struct chrdev;

/* The n-th table: each service's, then our own; NULL: that was the last. */
const struct chrdev *device_table(u32 n);
/* Inodes of devices and pipes: open finds the driver. */
extern const struct inode_operations device_node_ops;

/* ---- waiting for any of several files (poll.c) ------------------------------------ */

/* A file's readiness changed: whoever sits in poll looks again. Any context. */
void poll_wake(void);

/* ---- pipes (pipe.c) --------------------------------------------------------------- */

void pipe_init(void);

#endif
