/*
 * services/files/truncate.c - truncate and ftruncate: change a file's size and
 * free the pages behind it.
 */
#include <fs/fs.h>
#include <mm/mm.h>
#include <sched.h>
#include <services/files/files.h>
#include <services/signal/signal.h>
#include <string.h>
#include <uapi/resource.h>
#include <uapi/signal.h>

/*
 * Zeroes what lies behind `end` in its page: if the file grows again, those
 * bytes must read as zeroes.
 */
static void clear_rest_of_page(struct address_space *mapping, u64 end)
{
	u32 offset = (u32)end & (PAGE_SIZE - 1);
	struct page *page;

	if (offset == 0)
		return;
	page = find_get_page(mapping, (u32)(end >> PAGE_SHIFT));
	if (!page)
		return; /* filling it later zeroes the part behind backing_bytes */
	memset((char *)page_address(page) + offset, 0, PAGE_SIZE - offset);
	flush_dcache_page(page);
	put_page(page);
}

/*
 * The order keeps freed pages from coming back. The new size is visible
 * already; then truncate_count changes and the tree is emptied. A fault that
 * found a page before that has either mapped it by now, and it is unmapped
 * here, or sees the changed count under page_table_lock and tries again. The
 * same holds for a reader that was filling the last page.
 */
static void truncate_pagecache(struct address_space *mapping, u64 from)
{
	u32 index = (u32)((from + PAGE_SIZE - 1) >> PAGE_SHIFT);

	truncate_inode_pages(mapping, index);
	clear_rest_of_page(mapping, from);
	unmap_mapping_pages(mapping, index);
}

/*
 * inode_operations.truncate of ramfs. Takes i_lock, so that no write extends
 * the file in between.
 */
int generic_truncate(struct inode *inode, u64 bytes)
{
	struct address_space *mapping = &inode->i_data;

	if (bytes > MAX_FILE_BYTES)
		return -EFBIG;
	down_write(&inode->i_lock);
	/* Growing needs no page: what is not in memory reads as zeroes. */
	if (bytes < inode->i_size) {
		i_size_write(inode, bytes);
		/*
		 * The archive's bytes behind the new end must not reappear if
		 * the file grows again.
		 */
		mapping->backing_bytes = (u32)min((u64)mapping->backing_bytes,
						  bytes);
		truncate_pagecache(mapping, bytes);
	}
	i_size_write(inode, bytes);
	file_remove_privs(inode);
	inode_modified(inode);
	up_write(&inode->i_lock);
	return 0;
}

/*
 * A task that makes a file larger than its RLIMIT_FSIZE gets SIGXFSZ and
 * -EFBIG.
 */
static int check_size_limit(const struct inode *inode, u64 bytes)
{
	u32 limit = rlimit(RLIMIT_FSIZE);

	if (bytes <= i_size_read(inode) || limit == RLIM_INFINITY ||
	    bytes <= limit)
		return 0;
	send_sig_current(SIGXFSZ);
	return -EFBIG;
}

/*
 * Counts as a writer meanwhile, so that no program starts from a file that
 * loses its pages.
 */
int do_truncate(struct inode *inode, u64 bytes)
{
	int err = get_write_access(inode);

	if (err)
		return err;
	err = check_size_limit(inode, bytes);
	if (!err)
		err = inode->i_op->truncate(inode, bytes);
	put_write_access(inode);
	return err;
}

/* ---- system calls ------------------------------------------------ */

/* Linux's errors for what cannot be truncated. */
static s32 truncate_inode(struct inode *inode, u64 bytes)
{
	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!inode->i_op || !inode->i_op->truncate)
		return -EINVAL;
	return do_truncate(inode, bytes);
}

/* truncate by path. 0 or -errno. */
static s32 do_truncate_path(uaddr_t path, u64 bytes)
{
	struct fs_path at;
	s32 err;

	if ((s64)bytes < 0)
		return -EINVAL;
	err = user_path_to_change(AT_FDCWD, path, LOOKUP_FOLLOW, &at);
	if (err)
		return err;
	/* For other kinds -EISDIR or -EINVAL comes before -EACCES. */
	err = S_ISREG(at.inode->i_mode) ?
		inode_permission(at.inode, MAY_WRITE) :
		0;
	if (!err)
		err = truncate_inode(at.inode, bytes);
	end_change(&at);
	return err;
}

/* truncate(2): `bytes` is signed, so half of the range is negative. */
s32 sys_truncate(uaddr_t path, u32 bytes)
{
	return do_truncate_path(path, (u64)(s64)(s32)bytes);
}

s32 sys_truncate64(uaddr_t path, u32 pad __unused_arg, u32 lo, u32 hi)
{
	return do_truncate_path(path, (u64)hi << 32 | lo);
}

/*
 * ftruncate by descriptor. No permission is checked: it was when the file was
 * opened.
 */
static s32 do_ftruncate(u32 fd, u64 bytes)
{
	struct file *file;
	s32 err = -EINVAL;

	if ((s64)bytes < 0)
		return -EINVAL;
	file = fget(fd);
	if (!file)
		return -EBADF;
	/* Linux: -EINVAL and not -EBADF for a descriptor that cannot write. */
	if (file->f_mode & FMODE_WRITE && S_ISREG(file->f_inode->i_mode))
		err = truncate_inode(file->f_inode, bytes);
	fput(file);
	return err;
}

s32 sys_ftruncate(u32 fd, u32 bytes)
{
	return do_ftruncate(fd, (u64)(s64)(s32)bytes);
}

s32 sys_ftruncate64(u32 fd, u32 pad __unused_arg, u32 lo, u32 hi)
{
	return do_ftruncate(fd, (u64)hi << 32 | lo);
}
