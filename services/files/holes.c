/*
 * services/files/holes.c - fallocate: allocates the pages of a range of a file
 * before they are written, or frees them; and SEEK_DATA and SEEK_HOLE of lseek.
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

#define PAGES_AT_ONCE 1024 /* that are looked at under the lock */

/*
 * Moves *index to the first page from there on that a write, a store or an
 * allocation has filled, or to UINT32_MAX if there is none. Clean pages contain
 * what filling them again would give, here zeroes, and belong to holes. Returns
 * false if there are so many of these that the caller has to give way first, and
 * to go on from *index.
 */
static bool next_written(struct address_space *mapping, u32 *index)
{
	const struct page *page;
	u32 left = PAGES_AT_ONCE;

	spin_lock(&mapping->lock);
	while ((page = page_tree_next(mapping, index)) &&
	       !(page->flags & PG_DIRTY) && left) {
		(*index)++;
		left--;
	}
	spin_unlock(&mapping->lock);
	if (!page)
		*index = UINT32_MAX;
	return left;
}

/* Whether the page has been filled, which one look shows. */
static bool is_written(struct address_space *mapping, u32 index)
{
	u32 next = index;

	return next_written(mapping, &next) && next == index;
}

/*
 * Finds the first data (or hole) from pos on. What the archive backs is data,
 * and so is each written page. Returns its offset, which may lie behind the
 * file's end, or -EINTR: a file may have many pages, and a killed task must end.
 */
static s64 seek_hole_data(struct address_space *mapping, u64 pos, bool hole)
{
	u64 backed = ALIGN_UP((u64)mapping->backing_bytes, (u64)PAGE_SIZE);
	u32 index = (u32)(max(pos, backed) >> PAGE_SHIFT);

	if (!hole && pos < backed)
		return (s64)pos;
	while (hole ? is_written(mapping, index) :
		      !next_written(mapping, &index)) {
		if (give_way())
			return -EINTR;
		index += hole;
	}
	return (s64)max(pos, (u64)index << PAGE_SHIFT);
}

/*
 * SEEK_DATA and SEEK_HOLE by the pages that the file has, as on Linux's tmpfs;
 * the file's end is a hole, too. Hold lock_pos.
 */
s64 ramfs_llseek(struct file *file, s64 offset, int whence)
{
	s64 size = (s64)i_size_read(file->f_inode);

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return generic_file_llseek(file, offset, whence);
	/* Beyond the end there is neither data nor a hole. */
	if (offset < 0 || offset >= size)
		return -ENXIO;
	offset = seek_hole_data(&file->f_inode->i_data, (u64)offset,
				whence == SEEK_HOLE);
	if (offset >= size)
		offset = whence == SEEK_HOLE ? size : -ENXIO;
	if (offset >= 0)
		file->f_pos = (u64)offset;
	return offset;
}

/* ---- fallocate --------------------------------------------------- */

/*
 * Makes page `index` of the file permanent, as a write would, without changing
 * its bytes. Returns 0, -ENOSPC or read_cache_page's error.
 */
static int keep_page(struct address_space *mapping, u32 index)
{
	struct page *page;
	int err = read_cache_page(mapping, index, &page);

	if (err)
		return err;
	err = limit_data(page);
	if (!err)
		/*
		 * A clean page may be dropped when memory is short, and the
		 * allocation would be lost. Atomic, as mappings change the
		 * flags without i_lock.
		 */
		atomic_or(PG_DIRTY, &page->flags);
	put_page(page);
	return err;
}

/*
 * Looks first whether pages first to last fit, since those of a call that fails would
 * keep the file system full. Hold i_lock. 0, -ENOSPC or -EINTR.
 */
static int check_room(struct address_space *mapping, u32 first, u32 last)
{
	u32 left = limit_pages_left(mapping->host->i_limits);
	u32 missing = last - first + 1;
	struct page *page;

	/* More than all pages of the file can spare need no look at each. */
	if (missing > left && missing - left > mapping->nr_pages)
		return -ENOSPC;
	for (u32 index = first; missing > left && index <= last; index++) {
		page = find_get_page(mapping, index);
		missing -= page && page->flags & PG_CHARGED;
		if (page)
			put_page(page);
		if (give_way())
			return -EINTR;
	}
	return missing > left ? -ENOSPC : 0;
}

/*
 * Allocates [start, end). Hold i_lock for writing, so that no truncation frees
 * the pages meanwhile. If memory runs out, the pages allocated so far stay.
 */
static int allocate(struct inode *inode, u64 start, u64 end, bool keep_size)
{
	u32 index = (u32)(start >> PAGE_SHIFT);
	u32 last = (u32)((end - 1) >> PAGE_SHIFT);
	int err = check_room(&inode->i_data, index, last);

	for (; !err && index <= last; index++) {
		err = keep_page(&inode->i_data, index);
		/* The range may be gigabytes: a killed task must end soon. */
		if (give_way())
			err = -EINTR;
	}
	/*
	 * Last: after an error the file must not end behind what was allocated.
	 */
	if (!err && !keep_size && end > inode->i_size) {
		i_size_write(inode, end);
		inode_changed(inode);
	}
	return err;
}

/*
 * Zeroes `bytes` bytes at pos, which lie in one page. If the archive does not
 * back the page and all of it is zeroed, it may go: filling it again gives
 * zeroes. A page that is mapped stays, and stays dirty, because a store through
 * a writable mapping may follow without a fault.
 */
static int clear_part(struct address_space *mapping, u64 pos, u32 bytes)
{
	bool whole = bytes == PAGE_SIZE, backed = pos < mapping->backing_bytes;
	struct page *page = find_get_page(mapping, (u32)(pos >> PAGE_SHIFT));
	int err = 0;

	/* Not in memory and not in the archive: it reads as zeroes. */
	if (!page && !backed)
		return 0;
	if (!page)
		err = read_cache_page(mapping, (u32)(pos >> PAGE_SHIFT), &page);
	/*
	 * The page will hold zeroes that the archive does not have, so from now
	 * on it cannot be dropped and counts against the limit.
	 */
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
	/* After put_page: our own reference would keep it. */
	if (whole && !backed)
		drop_unused_page(mapping, (u32)(pos >> PAGE_SHIFT));
	return 0;
}

/*
 * Zeroes [start, end). Hold i_lock for writing: otherwise a write could dirty a
 * page between its zeroing and its drop.
 */
static int punch(struct inode *inode, u64 start, u64 end)
{
	u64 pos = start;
	u32 part;
	int err = 0;

	/*
	 * The file's size does not change, so there is nothing to free behind
	 * it.
	 */
	end = min(end, ALIGN_UP(inode->i_size, (u64)PAGE_SIZE));
	for (; !err && pos < end; pos += part) {
		part = (u32)min((u64)PAGE_SIZE - page_offset(pos), end - pos);
		err = clear_part(&inode->i_data, pos, part);
		if (!err && give_way())
			err = -EINTR;
	}
	/* Even after an error: a part of the data may have changed. */
	inode_modified(inode);
	return err;
}

/* The checks in Linux's order. Returns 0 or the call's -errno. */
static int check_fallocate(const struct file *file, u32 mode, s64 offset,
			   s64 bytes)
{
	s64 end;

	if (offset < 0 || bytes <= 0)
		return -EINVAL;
	/*
	 * A hole never changes the size, and Linux demands that the caller
	 * confirms that by KEEP_SIZE.
	 */
	if (mode & ~(u32)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE) ||
	    mode == FALLOC_FL_PUNCH_HOLE)
		return -EOPNOTSUPP;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (S_ISFIFO(file->f_inode->i_mode))
		return -ESPIPE;
	if (!file->f_op->fallocate)
		return -ENODEV;
	/*
	 * Checked by the compiler's builtin: a signed overflow would be
	 * undefined.
	 */
	if (__builtin_add_overflow(offset, bytes, &end) ||
	    (u64)end > MAX_FILE_BYTES)
		return -EFBIG;
	return 0;
}

/*
 * RLIMIT_FSIZE, only for a call that makes the file larger. Returns 0, or
 * -EFBIG after SIGXFSZ. Hold i_lock, so that the size stays.
 */
static int check_limit(const struct inode *inode, u32 mode, u64 end)
{
	u32 limit = rlimit(RLIMIT_FSIZE);

	if (mode || limit == RLIM_INFINITY || end <= limit ||
	    end <= inode->i_size)
		return 0;
	send_sig_current(SIGXFSZ);
	return -EFBIG;
}

/* file_operations.fallocate of ramfs; check_fallocate() has passed. */
int generic_fallocate(struct file *file, u32 mode, u64 start, u64 bytes)
{
	struct inode *inode = file->f_inode;
	int err;

	down_write(&inode->i_lock);
	err = check_limit(inode, mode, start + bytes);
	if (!err)
		/*
		 * Before the data changes: a set-uid program must not run with
		 * other contents even for a moment.
		 */
		file_remove_privs(inode);
	if (!err && mode & FALLOC_FL_PUNCH_HOLE)
		err = punch(inode, start, start + bytes);
	else if (!err)
		err = allocate(inode, start, start + bytes, mode);
	up_write(&inode->i_lock);
	return err;
}

/* fallocate(2). Offset and length are 64 bits each, in register pairs. */
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
