/*
 * address_space.h - one file's memory: its pages, and who maps them.
 *
 *	file -> f_mapping --+-- root	the page cache: pages by index (fs/)
 *			    +-- i_mmap	every VMA that maps the file (mm/)
 *
 * Faults go from a VMA to the file's page, truncation the other way: from the
 * file to every entry of every process that maps what is cut off.
 */
#ifndef ADDRESS_SPACE_H
#define ADDRESS_SPACE_H

#include <mm_types.h>

struct inode;
struct page_node;

struct address_space {
	spinlock_t lock;
	struct page_node *root;           /* lock */
	u32 height;                       /* lock; levels, 0 = empty */
	u32 nr_pages;                     /* lock */
	u32 truncate_count;               /* lock; see filemap_fault */
	LIST_ENTRY(address_space) cached; /* filemap.c's; nr_pages > 0 */
	struct inode *host;               /* constant */
	/* Backing archive bytes, or NULL: constant once the file has a name */
	const u8 *backing;
	u32 backing_bytes; /* host's i_lock: truncate cuts it */
	/*
	 * mm/i_mmap.c. Held for writing while a VMA comes, goes, moves its
	 * borders or its entries; for reading by who unmaps from all of them.
	 */
	struct rw_semaphore i_mmap_rwsem;
	struct vma_list i_mmap; /* i_mmap_rwsem; oldest first */
};

#endif
