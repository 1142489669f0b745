/*
 * file.h - an open file, as much of it as the floors below fs/ must know.
 *
 * A VMA holds a reference to the file it maps, and mm/ calls the file's ops;
 * fs/ owns everything else. Names and meaning are Linux's. read and write
 * return the bytes moved (>= 0) or -errno, as the system calls do.
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
struct mount;
struct vm_area_struct;
struct kstat64;
struct dir_context;
struct page;

/*
 * Of a file: how often data to read arrived, and how often room to write. A
 * poller that compares two values sees an event between its two looks.
 */
struct poll_edges {
	u32 in, out; /* start anywhere and wrap */
};

struct file_operations {
	/*
	 * buf is a user address, *pos is advanced by what was moved. Both
	 * return the bytes moved, or -errno. A NULL member fails with -EINVAL.
	 */
	s32 (*read)(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);
	s32 (*write)(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);
	/*
	 * readv and writev for a file where all n pieces form one message.
	 * NULL: the pieces are read or written one by one.
	 */
	s32 (*pieces)(struct file *file, const struct iovec32 *iov, u32 n,
		      bool write);
	s64 (*llseek)(struct file *file, s64 offset, int whence);
	int (*iterate)(struct file *file, struct dir_context *ctx);
	int (*ioctl)(struct file *file, u32 cmd, u32 arg);
	/*
	 * The fcntl commands that only this kind of file has (F_GETPIPE_SZ
	 * ...).
	 */
	s32 (*fcntl)(struct file *file, u32 cmd, u32 arg);
	/*
	 * Returns the POLLIN, POLLOUT ... that hold now; stores in *edges how
	 * often each came to hold.
	 */
	u32 (*poll)(struct file *file, struct poll_edges *edges);
	/*
	 * Checks the mapping and sets vma->vm_ops. mmap_lock is held for
	 * writing. 0 or -errno; after an error the VMA must own nothing of the
	 * file. NULL: the file cannot be mapped (-ENODEV).
	 */
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	/*
	 * Reads bytes at pos into kernel memory, for program images. Returns
	 * the bytes read, short at the end of the file, or -errno.
	 */
	s32 (*kernel_read)(struct file *file, void *buf, u32 bytes, u64 pos);
	/* For sendfile: writes bytes of kernel memory as write() would. */
	s32 (*kernel_write)(struct file *file, const void *buf, u32 bytes,
			    u64 *pos);
	/*
	 * Allocates or frees the memory of a range, as fallocate(2); the caller
	 * has checked the arguments. NULL: -ENODEV.
	 */
	int (*fallocate)(struct file *file, u32 mode, u64 start, u64 bytes);
	/*
	 * The last reference is gone: free what private_data owns. May sleep.
	 */
	void (*release)(struct file *file);
};

struct file {
	/* constant after open */
	const struct file_operations *f_op;
	struct inode *f_inode;
	struct mount *f_mnt; /* a reference: where it was opened; or NULL */
	struct address_space *f_mapping; /* f_inode's */
	u32 f_mode;                      /* FMODE_* */
	void *private_data;
	/*
	 * Closes the file. A pointer, because fput is in mm/, which may not
	 * name a function of fs/.
	 */
	void (*f_free)(struct file *file);
	/* atomic */
	atomic_t f_count;
	/* Changed by the task that does I/O; fs/ serialises on the inode. */
	u32 f_flags;                    /* O_APPEND, O_NONBLOCK ... */
	struct rw_semaphore f_pos_lock; /* see lock_pos (fs/fs.h) */
	u64 f_pos;
};

#define FMODE_READ       0x1
#define FMODE_WRITE      0x2
#define FMODE_PATH       0x8  /* O_PATH: a place in the tree, f_op is NULL */
#define FMODE_NOWRITERS  0x10 /* no writer may open the file meanwhile */
#define FMODE_ATOMIC_POS 0x20 /* f_pos moves under f_pos_lock */
#define FMODE_WRITER     0x40 /* counts in i_writecount */
#define FMODE_TELL_CLOSE 0x80 /* services learn of each close */

/*
 * Takes another reference to the open file; fput drops it. The caller holds one
 * already, so no lock is needed.
 */
static inline struct file *get_file(struct file *file)
{
	atomic_inc(&file->f_count);
	return file;
}

/*
 * Returns the open file of the running task's descriptor fd with a reference,
 * for fput to drop. NULL if fd is not open, or was opened with O_PATH: such a
 * file has no operations. (fs/file.c)
 */
struct file *fget(u32 fd) __must_check;

/*
 * Drops a reference. The last one closes the file, which may sleep: no spinlock
 * may be held. (mm/file.c)
 */
void fput(struct file *file);

/*
 * Writes the path of an open file, as "/bin/sh", for reports and
 * /proc/PID/maps: NUL-terminated and cut to `bytes`. Returns buf. (fs/file.c)
 */
const char *file_path(const struct file *file, char *buf, size_t bytes);

/* Stores the device and inode number that /proc/PID/maps shows. (fs/file.c) */
void file_id(const struct file *file, u32 *dev, u32 *ino);

/*
 * Returns the size in bytes now. It may change at once, unless the caller holds
 * i_lock. (fs/file.c)
 */
u64 file_size(const struct file *file);

#endif
