/*
 * file.h - an open file, as much of it as the floors below fs/ must know.
 *
 * mm/ keeps a reference to the file a VMA maps and calls its ops; fs/ owns
 * everything else. Linux's names and meaning; a count is never a status:
 * read and write return the bytes moved (>= 0) or -errno, as the calls do.
 */
#ifndef FILE_H
#define FILE_H

#include <asm/atomic.h>
#include <bug.h>
#include <rwsem.h>
#include <types.h>

struct address_space;
struct file;
struct inode;
struct iovec32;
struct vm_area_struct;
struct kstat64;
struct dir_context;
struct page;

/* Of a file: how often there was more to read, and more room to write. */
struct poll_edges {
	u32 in, out; /* any start; they wrap */
};

struct file_operations {
	/* Buffers are user addresses; *pos is moved. NULL = -EINVAL. */
	s32 (*read)(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);
	s32 (*write)(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);
	/* readv, writev, where the pieces are one message; or NULL. */
	s32 (*pieces)(struct file *file, const struct iovec32 *iov, u32 n,
		      bool write);
	s64 (*llseek)(struct file *file, s64 offset, int whence);
	int (*iterate)(struct file *file, struct dir_context *ctx);
	int (*ioctl)(struct file *file, u32 cmd, u32 arg);
	/* fcntl's commands for this kind of file alone (F_GETPIPE_SZ ...). */
	s32 (*fcntl)(struct file *file, u32 cmd, u32 arg);
	/* POLLIN, POLLOUT ... that hold now, and how often they came to hold. */
	u32 (*poll)(struct file *file, struct poll_edges *edges);
	/* Check the mapping, set vma->vm_ops. 0 or -errno (-ENODEV: cannot). */
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	/*
	 * The kernel reading a program image: bytes at pos into kernel memory.
	 * Returns the bytes read, short at the end of the file, or -errno.
	 */
	s32 (*kernel_read)(struct file *file, void *buf, u32 bytes, u64 pos);
	/* sendfile: bytes of kernel memory, written as write() would. */
	s32 (*kernel_write)(struct file *file, const void *buf, u32 bytes,
			    u64 *pos);
	/*
	 * As fallocate(2), checked: memory for these bytes, or back from them.
	 * NULL: -ENODEV.
	 */
	int (*fallocate)(struct file *file, u32 mode, u64 start, u64 bytes);
	/* Last reference is gone. */
	void (*release)(struct file *file);
};

struct file {
	/* constant after open */
	const struct file_operations *f_op;
	struct inode *f_inode;
	struct address_space *f_mapping; /* f_inode's */
	u32 f_mode;                      /* FMODE_* */
	void *private_data;
	/*
	 * Closes the file: a word in it, for mm/ drops files too and may name
	 * no function of fs/.
	 */
	void (*f_free)(struct file *file);
	/* atomic */
	atomic_t f_count;
	/* owner: whoever does I/O; the fs serialises on the inode */
	u32 f_flags;                    /* O_APPEND, O_NONBLOCK ... */
	struct rw_semaphore f_pos_lock; /* see lock_pos (fs/fs.h) */
	u64 f_pos;
};

#define FMODE_READ       0x1
#define FMODE_WRITE      0x2
#define FMODE_EXEC       0x4 /* the inode may be executed or mapped PROT_EXEC */
#define FMODE_PATH       0x8 /* O_PATH: a place in the tree, f_op is NULL */
#define FMODE_NOWRITERS  0x10 /* while it is open nobody may write the file */
#define FMODE_ATOMIC_POS 0x20 /* who moves f_pos keeps others off it */
#define FMODE_WRITER     0x40 /* counts in i_writecount */

static inline struct file *get_file(struct file *file)
{
	atomic_inc(&file->f_count);
	return file;
}

/*
 * A reference to the running task's open file, or NULL, as for one opened with
 * O_PATH, which has no operations. fput it. (fs/file.c)
 */
struct file *fget(u32 fd) __must_check;

/* Drop a reference; the last one closes the file. May sleep. */
void fput(struct file *file);

/*
 * "/bin/sh" of an open file for reports and /proc/PID/maps, NUL-terminated and
 * cut to bytes; returns buf. (fs/file.c)
 */
const char *file_path(const struct file *file, char *buf, size_t bytes);

/* Inode number and device for /proc/PID/maps. (fs/file.c) */
void file_id(const struct file *file, u32 *dev, u32 *ino);

/* Size in bytes now. (fs/file.c) */
u64 file_size(const struct file *file);

#endif
