/*
 * fs/internal.h - what the files of fs/ share with each other only.
 *
 * Locks, outermost first: a directory's i_lock, parent before child (who takes
 * two has services' rename_lock); a file's i_lock; then the spinlocks, of which
 * tree_lock, files->lock and mapping->lock are never held together.
 */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include <fs/fs.h>

/* ---- inodes (inode.c) -------------------------------------------- */

void inode_init(void);

/* ---- the page tree (page_tree.c); mapping->lock held ------------- */

void page_tree_init(void);
struct page *page_tree_lookup(const struct address_space *mapping, u32 index);
/* The same for n indices from `index` on. */
void page_tree_lookup_run(const struct address_space *mapping, u32 index, u32 n,
			  struct page *pages[]);
/* 0, -EEXIST, -ENOMEM (then nothing changed). */
int __must_check page_tree_insert(struct address_space *mapping, u32 index,
				  struct page *page);
struct page *page_tree_delete(struct address_space *mapping, u32 index);
/* The first page at or after *index, which gets its index; or NULL. */
struct page *page_tree_next(const struct address_space *mapping, u32 *index);

/* ---- page cache (filemap.c) -------------------------------------- */

void filemap_init(void);
s32 generic_file_read(struct file *file, uaddr_t buf, u32 bytes, u64 *pos);
s32 generic_kernel_read(struct file *file, void *buf, u32 bytes, u64 pos);

/* ---- ramfs (ramfs.c) --------------------------------------------- */

void ramfs_init(void);

/* ---- open files (file.c) ----------------------------------------- */

void file_init(void);

/* ---- devices (devices.c) ----------------------------------------- */

void devices_init(void); /* /dev */
/* Inodes of devices: open finds the driver. */
extern const struct inode_operations device_node_ops;

#endif
