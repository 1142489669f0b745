/*
 * An archive, unpacked into a root that is empty but for /dev. Every byte of
 * every file is read then, and everything is removed again: what the kernel has
 * then more than before is lost.
 */
#include "../host/fs_world.h"
#include "host_fuzz.h"

/* Removes what the archive made; mounts stay. */
static void remove_tree(struct inode *dir)
{
	struct dir_entry *entry, *next;
	struct inode *dropped;

	TAILQ_FOREACH_SAFE(entry, &ramfs_dir(dir)->entries, link, next) {
		if (is_ramfs_dir(entry->inode))
			remove_tree(entry->inode);
		if (ramfs_drop_entry(dir, entry, &dropped) == 0)
			iput(dropped);
	}
}

static void unpack(const u8 *data, size_t bytes)
{
	host_log_clear();
	if (initramfs_unpack(data, (u32)bytes))
		expect_log("initramfs: entry");
	read_tree(root_inode);
	remove_tree(root_inode);
}

/*
 * To count all objects takes a look at every page: only when fewer pages than
 * ever are free, and for the first input, which may be one that is run again.
 */
static void check_objects(void)
{
	static u32 objects, fewest = ~0u;
	u32 free = nr_free_pages();

	if (objects && free >= fewest)
		return;
	if (!objects)
		objects = slab_report_live();
	else
		fewest = free;
	BUG_ON(slab_report_live() != objects);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	static bool up;

	if (!up) {
		fs_world_start();
		unpack(data, 0); /* for what is made once */
		check_objects();
	}
	up = true;
	unpack(data, bytes);
	check_objects();
	return 0;
}
