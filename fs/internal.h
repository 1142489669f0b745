/*
 * fs/internal.h - what the files of fs/ share with each other only.
 *
 * Locks, outermost first: a directory's i_lock, parent before child (a call
 * that takes two holds services' rename_lock); a file's i_lock; then the
 * spinlocks, of which tree_lock, files->lock and mapping->lock are never held
 * together.
 */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include <fs/fs.h>

/* ---- inodes (inode.c) -------------------------------------------- */

/* Boot: creates the cache of inodes. Panics without memory. */
void inode_init(void);

/* ---- the page tree (page_tree.c); mapping->lock held ------------- */

/* Boot: creates the cache of nodes. Panics without memory. */
void page_tree_init(void);
/*
 * Returns the page at index without a reference, or NULL. Hold mapping->lock,
 * here and below: the page stays in the tree only as long.
 */
struct page *page_tree_lookup(const struct address_space *mapping, u32 index);
/* The same for n indices from `index` on, into pages[]. */
void page_tree_lookup_run(const struct address_space *mapping, u32 index, u32 n,
			  struct page *pages[]);
/*
 * Adds page, whose reference of the tree the caller takes. 0, -EEXIST, -ENOMEM:
 * then nothing has changed. Does not sleep.
 */
int __must_check page_tree_insert(struct address_space *mapping, u32 index,
				  struct page *page);
/*
 * Takes the page at index out and returns it, with the tree's reference; NULL:
 * there was none.
 */
struct page *page_tree_delete(struct address_space *mapping, u32 index);

/* ---- page cache (filemap.c) -------------------------------------- */

/* Boot: registers the shrinker of the page cache. */
void filemap_init(void);
/*
 * f_op->read and kernel_read of regular files: bytes from *pos (pos) to user
 * (kernel) memory. Return the bytes moved, 0 at the end of the file, or
 * -EFAULT, -ENOMEM. May sleep.
 */
s32 generic_file_read(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);
s32 generic_kernel_read(struct file *file, void *buf, u32 bytes, u64 pos);

/* ---- ramfs (ramfs.c) --------------------------------------------- */

/* Boot: makes the root directory. Panics without memory. */
void ramfs_init(void);

/* ---- open files (file.c) ----------------------------------------- */

/* Boot: creates the caches of files and tables. Panics without memory. */
void file_init(void);

/* ---- devices (devices.c) ----------------------------------------- */

/* Boot: makes /dev and a node for each device. Panics without memory. */
void devices_init(void);
/* The operations of a device's inode: open finds the driver. */
extern const struct inode_operations device_node_ops;

#endif
