/*
 * services/files/limit.c - limits how much memory files may take.
 *
 * All of ramfs is in memory: without a limit one program that writes a file
 * could take all memory from the others. A page that was written to is charged
 * until it leaves the page cache; a page of the archive is not charged. Making
 * a name or an inode fails when only a part of the memory is free.
 */
#include <fs/fs.h>
#include <mm/mm.h>
#include <services/files/files.h>

#define NAMES_LEAVE 16 /* names leave a 16th of all pages free */

/*
 * Half of the memory, as Linux gives to a tmpfs, unless the boot arguments set
 * ramfs_max_bytes.
 */
u32 ramfs_max_pages(void)
{
	return ramfs_max_bytes ? ramfs_max_bytes / PAGE_SIZE :
				 totalram_pages() / 2;
}

/* Pages below a limit. A limit that was lowered may be less than what is used. */
static u32 below(u32 max, const atomic_t *used)
{
	return max - min(max, (u32)atomic_read(used));
}

u32 limit_pages_left(const struct tree_limits *limits)
{
	u32 max = limits ? READ_ONCE(limits->max_pages) : 0;
	u32 left = below(ramfs_max_pages(), &ramfs_pages);

	return max ? min(left, below(max, &limits->pages)) : left;
}

/*
 * The flags are checked without the lock first, because nearly all writes go to
 * pages that are charged already. A page without a mapping was truncated a
 * moment ago: it is about to be freed, so it is not charged.
 */
int limit_data(struct page *page)
{
	struct address_space *mapping = READ_ONCE(page->mapping);
	struct tree_limits *limits;
	int err = 0;

	if (likely(page->flags & PG_CHARGED) || !mapping)
		return 0;
	/*
	 * A truncation takes pages out under this lock and lowers the counts if
	 * PG_CHARGED is set, so count and flag change together.
	 */
	spin_lock(&mapping->lock);
	if (page->mapping == mapping && !(page->flags & PG_CHARGED)) {
		limits = mapping->host->i_limits;
		if (!limit_pages_left(limits)) {
			err = -ENOSPC;
		} else {
			atomic_inc(&ramfs_pages);
			if (limits)
				atomic_inc(&limits->pages);
			atomic_or(PG_CHARGED, &page->flags);
		}
	}
	spin_unlock(&mapping->lock);
	return err;
}

/* Runs at the first store to a page of a shared mapping. */
u32 limited_mkwrite(struct vm_area_struct *vma, struct page *page)
{
	/* A store cannot return an error, so the program gets SIGBUS. */
	if (limit_data(page))
		return VM_FAULT_SIGBUS;
	inode_modified(vma->vm_file->f_inode);
	return 0;
}

/*
 * Names and inodes come from the slab and are never dropped, so only free
 * memory can bound them.
 */
int limit_names(void)
{
	u32 leave = totalram_pages() / NAMES_LEAVE;

	if (likely(nr_free_pages() > leave))
		return 0;
	/* Clean pages of the archive can be read again, so they go first. */
	drop_pagecache(leave);
	/*
	 * Looked at again: most of the cache may be dirty, and then nothing was
	 * dropped.
	 */
	return nr_free_pages() > leave ? 0 : -ENOSPC;
}
