/*
 * fs/init.c - the order in which this folder comes up, and /dev.
 */
#include <fs/internal.h>
#include <service.h>
#include <string.h>

/* A name that is there already is a service's device, which counts for more. */
static void make_node(struct inode *dir, const struct chrdev *device)
{
	struct inode *node = ramfs_inode(S_IFCHR | device->mode);
	int err = -ENOMEM;

	if (node) {
		node->i_rdev = device->rdev;
		err = ramfs_link(dir, device->name, (u32)strlen(device->name),
				 node, false);
	}
	if (err && err != -EEXIST)
		panic("/dev/%s: error %d", device->name, err);
	iput(node);
}

static void make_devices(void)
{
	struct inode *dir = ramfs_inode(S_IFDIR | 0755);
	const struct chrdev *device;

	if (!dir || ramfs_link(root_inode, "dev", 3, dir, false))
		panic("/dev: no memory");
	for (u32 n = 0; (device = device_table(n)); n++)
		for (; device->name; device++)
			make_node(dir, device);
	iput(dir);
}

void fs_init(void)
{
	inode_init();
	page_tree_init();
	filemap_init();
	file_init();
	ramfs_init(); /* the root directory */
	make_devices();
}
