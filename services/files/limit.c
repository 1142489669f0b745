/*
 * services/files/limit.c - how much of the memory files may take.
 *
 * All of ramfs is in memory: without a limit one program that writes a file
 * would leave none to the others. Pages that were written to are charged until
 * they leave the page cache, the archive's are not; names and inodes leave a
 * part of the memory free.
 */
#include <fs/fs.h>
#include <mm/mm.h>
#include <services/files/files.h>

#define NAMES_LEAVE 16 /* one page of so many */

u32 ramfs_max_pages(void)
{
	return ramfs_max_bytes ? ramfs_max_bytes / PAGE_SIZE :
				 totalram_pages() / 2;
}

/* Is there room for one more page, of all files and of this one's tree? */
static bool has_room(const struct tree_limits *limits)
{
	u32 max = limits ? READ_ONCE(limits->max_pages) : 0;

	return (u32)atomic_read(&ramfs_pages) < ramfs_max_pages() &&
		(!max || (u32)atomic_read(&limits->pages) < max);
}

/* A page that a truncation has just taken is nobody's to charge any more. */
int limit_data(struct page *page)
{
	struct address_space *mapping = READ_ONCE(page->mapping);
	struct tree_limits *limits;
	int err = 0;

	if (likely(page->flags & PG_CHARGED) || !mapping)
		return 0;
	spin_lock(&mapping->lock);
	if (page->mapping == mapping && !(page->flags & PG_CHARGED)) {
		limits = mapping->host->i_limits;
		if (!has_room(limits)) {
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

u32 limited_mkwrite(struct vm_area_struct *vma, struct page *page)
{
	if (limit_data(page))
		return VM_FAULT_SIGBUS;
	inode_modified(vma->vm_file->f_inode);
	return 0;
}

int limit_names(void)
{
	u32 leave = totalram_pages() / NAMES_LEAVE;

	if (likely(nr_free_pages() > leave))
		return 0;
	drop_pagecache(leave);
	return nr_free_pages() > leave ? 0 : -ENOSPC;
}
