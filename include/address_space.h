/*
 * address_space.h - one file's memory: its pages, and the VMAs that map it.
 *
 *	file -> f_mapping --+-- root	the page cache: pages by index (fs/)
 *			    +-- i_mmap	every VMA that maps the file (mm/)
 *
 * A fault goes from a VMA to the file's page. A truncation goes the other way:
 * from the file to the entries of every process that map what is cut off.
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
	 * Owned by mm/i_mmap.c. Hold it for writing while a VMA enters or
	 * leaves i_mmap, or while the borders or entries of a listed VMA move;
	 * hold it for reading to unmap pages from all listed VMAs.
	 */
	struct rw_semaphore i_mmap_rwsem;
	struct vma_list i_mmap; /* i_mmap_rwsem; oldest first */
};

#endif
