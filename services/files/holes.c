/*
 * services/files/holes.c - memory for a part of a file before it is written, or back
 * from it: fallocate; and where data and holes are, for lseek.
 */
#include <fs/fs.h>
#include <mm/mm.h>
#include <sched.h>
#include <services/files/files.h>
#include <services/signal/signal.h>
#include <string.h>
#include <uapi/resource.h>
#include <uapi/signal.h>

/* ---- lseek ------------------------------------------------------- */

/* All of a file is data and its end a hole, as on Linux's ramfs. */
s64 ramfs_llseek(struct file *file, s64 offset, int whence)
{
	s64 size = (s64)i_size_read(file->f_inode);

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return generic_file_llseek(file, offset, whence);
	if (offset < 0 || offset >= size)
		return -ENXIO;
	if (whence == SEEK_HOLE)
		offset = size;
	file->f_pos = (u64)offset;
	return offset;
}

/* ---- fallocate --------------------------------------------------- */

/* The page is the file's for good, as if it were written. */
static int keep_page(struct address_space *mapping, u32 index)
{
	struct page *page;
	bool major;
	int err = read_cache_page(mapping, index, &page, &major);

	if (err)
		return err;
	err = limit_data(page);
	if (!err)
		atomic_or(PG_DIRTY, &page->flags);
	put_page(page);
	return err;
}

/* i_lock held for writing. What is there already stays if it fails. */
static int allocate(struct inode *inode, u64 start, u64 end, bool keep_size)
{
	u32 index = (u32)(start >> PAGE_SHIFT);
	u32 last = (u32)((end - 1) >> PAGE_SHIFT);
	int err = 0;

	for (; !err && index <= last; index++) {
		err = keep_page(&inode->i_data, index);
		if (give_way())
			err = -EINTR;
	}
	if (!err && !keep_size && end > inode->i_size) {
		i_size_write(inode, end);
		inode_changed(inode);
	}
	return err;
}

/*
 * Zeroes in the place of bytes of a page. Where the archive has none a whole one
 * equals what filling it again would give, and goes; whoever maps it, keeps it,
 * and it stays dirty: a store through a mapping that may write asks nobody.
 */
static int clear_part(struct address_space *mapping, u64 pos, u32 bytes)
{
	bool whole = bytes == PAGE_SIZE, backed = pos < mapping->backing_bytes;
	struct page *page = find_get_page(mapping, (u32)(pos >> PAGE_SHIFT));
	bool major;
	int err = 0;

	if (!page && !backed)
		return 0;
	if (!page)
		err = read_cache_page(mapping, (u32)(pos >> PAGE_SHIFT), &page,
				      &major);
	if (!err && backed) {
		err = limit_data(page);
		if (err)
			put_page(page);
	}
	if (err)
		return err;
	memset((char *)page_address(page) + page_offset(pos), 0, bytes);
	flush_dcache_page(page);
	if (backed)
		atomic_or(PG_DIRTY, &page->flags);
	put_page(page);
	if (whole && !backed)
		drop_unused_page(mapping, (u32)(pos >> PAGE_SHIFT));
	return 0;
}

/* i_lock held for writing: it keeps the pages that are dirty and new. */
static int punch(struct inode *inode, u64 start, u64 end)
{
	u64 pos = start;
	u32 part;
	int err = 0;

	end = min(end, ALIGN_UP(inode->i_size, (u64)PAGE_SIZE));
	for (; !err && pos < end; pos += part) {
		part = (u32)min((u64)PAGE_SIZE - page_offset(pos), end - pos);
		err = clear_part(&inode->i_data, pos, part);
		if (!err && give_way())
			err = -EINTR;
	}
	inode_modified(inode);
	return err;
}

static int check_fallocate(const struct file *file, u32 mode, s64 offset,
			   s64 bytes)
{
	s64 end;

	if (offset < 0 || bytes <= 0)
		return -EINVAL;
	if (mode & ~(u32)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE) ||
	    mode == FALLOC_FL_PUNCH_HOLE)
		return -EOPNOTSUPP;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (S_ISFIFO(file->f_inode->i_mode))
		return -ESPIPE;
	if (!file->f_op->fallocate)
		return -ENODEV;
	if (__builtin_add_overflow(offset, bytes, &end) ||
	    (u64)end > MAX_FILE_BYTES)
		return -EFBIG;
	return 0;
}

static int check_limit(const struct inode *inode, u32 mode, u64 end)
{
	u32 limit = rlimit(RLIMIT_FSIZE);

	if (mode || limit == RLIM_INFINITY || end <= limit ||
	    end <= inode->i_size)
		return 0;
	send_sig_current(SIGXFSZ);
	return -EFBIG;
}

int generic_fallocate(struct file *file, u32 mode, u64 start, u64 bytes)
{
	struct inode *inode = file->f_inode;
	int err;

	down_write(&inode->i_lock);
	err = check_limit(inode, mode, start + bytes);
	if (!err)
		file_remove_privs(inode);
	if (!err && mode & FALLOC_FL_PUNCH_HOLE)
		err = punch(inode, start, start + bytes);
	else if (!err)
		err = allocate(inode, start, start + bytes, mode);
	up_write(&inode->i_lock);
	return err;
}

s32 sys_fallocate(u32 fd, u32 mode, u32 offset_lo, u32 offset_hi, u32 bytes_lo,
		  u32 bytes_hi)
{
	u64 offset = (u64)offset_hi << 32 | offset_lo;
	u64 bytes = (u64)bytes_hi << 32 | bytes_lo;
	struct file *file = fget(fd);
	s32 err;

	if (!file)
		return -EBADF;
	err = check_fallocate(file, mode, (s64)offset, (s64)bytes);
	if (!err)
		err = file->f_op->fallocate(file, mode, offset, bytes);
	fput(file);
	return err;
}
