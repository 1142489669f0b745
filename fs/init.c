/*
 * fs/init.c - the order in which this folder comes up.
 */
#include <fs/internal.h>

/*
 * Starts the folder in this order because each line needs those before it:
 * devices make nodes in the root, which are inodes with files' operations.
 */
void fs_init(void)
{
	inode_init();
	page_tree_init();
	filemap_init();
	file_init();
	ramfs_init(); /* the root directory */
	devices_init();
}
