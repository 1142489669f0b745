/*
 * Lives and names of inodes.
 *
 * Owns the inode cache, tree_lock, the root and the hooks of mounts. An inode
 * lives while a reference is held: each name in a directory holds one, each
 * open file another.
 */
#include <fs/internal.h>
#include <string.h>

spinlock_t tree_lock = SPINLOCK_INIT;
struct inode *root_inode;
struct mount_operations mount_ops;

static struct kmem_cache *inode_cache;
static atomic_t last_ino = ATOMIC_INIT(0);

/*
 * Creates the cache of inodes. One serves all kinds, which differ in i_private
 * only.
 */
void inode_init(void)
{
	inode_cache = kmem_cache_create("inode_cache", sizeof(struct inode), 0,
					SLAB_PANIC, NULL);
}

/* ---- times ------------------------------------------------------- */

/* Returns the wall clock, which files show. */
static struct file_time current_time(void)
{
	struct file_time now;

	now.sec = split_seconds(wall_clock_ns(), &now.nsec);
	return now;
}

/*
 * Notes a change of the data, which by POSIX is a change of the inode as well.
 */
void inode_modified(struct inode *inode)
{
	inode->i_mtime = inode->i_ctime = current_time();
	inode->i_was_read = false;
}

/* Notes a change by chmod, link and the like: the data is as before. */
void inode_changed(struct inode *inode)
{
	inode->i_ctime = current_time();
	inode->i_was_read = false;
}

/*
 * Whether a is later than b. Seconds are signed, as time_t is: a file may be
 * older than 1970.
 */
static bool is_later(const struct file_time *a, const struct file_time *b)
{
	return a->sec != b->sec ? (s32)a->sec > (s32)b->sec : a->nsec > b->nsec;
}

/*
 * Linux's relatime, less its rule of 24 hours: the time moves only if the file
 * changed since it was last read.
 */
void __touch_atime(struct inode *inode)
{
	if (!is_later(&inode->i_atime, &inode->i_mtime) ||
	    !is_later(&inode->i_atime, &inode->i_ctime))
		inode->i_atime = current_time();
	/* From here on reads cost a test, until the next change. */
	inode->i_was_read = true;
}

/* ---- lives ------------------------------------------------------- */

/*
 * Allocates an inode. It is zeroed, so only other values are set; the caller
 * adds the operations.
 */
struct inode *new_inode(u32 mode)
{
	struct inode *inode = kmem_cache_alloc(inode_cache,
					       GFP_KERNEL | __GFP_ZERO);

	if (!inode)
		return NULL;
	inode->i_ino = (u32)atomic_add_return(1, &last_ino);
	inode->i_mode = mode;
	inode->i_nlink = 1;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time();
	atomic_set(&inode->i_count, 1);
	init_zeroed_rwsem(&inode->i_lock);
	spin_lock_init(&inode->i_data.lock);
	/* Set for every kind of inode, since devices are mapped as well. */
	init_zeroed_rwsem(&inode->i_data.i_mmap_rwsem);
	TAILQ_INIT(&inode->i_data.i_mmap);
	inode->i_data.host = inode;
	return inode;
}

/*
 * Drops a reference. At the last one nobody can reach the inode, so no lock is
 * taken. A loop, as i_removed keeps the directory: a tree of any depth may have
 * been removed.
 */
void iput(struct inode *inode)
{
	struct inode *dir;

	for (; inode && atomic_dec_and_test(&inode->i_count); inode = dir) {
		/* evict comes first, as it may still use the pages. */
		if (inode->i_op && inode->i_op->evict)
			inode->i_op->evict(inode);
		BUG_ON(inode->i_entry || inode->i_writecount);
		/*
		 * LIST_REMOVE does not clear le_prev: NULL means that the file
		 * never had a page in the cache, as for most links and devices.
		 */
		if (inode->i_data.cached.le_prev)
			truncate_inode_pages(&inode->i_data, 0);
		BUG_ON(inode->i_data.nr_pages);
		BUG_ON(!TAILQ_EMPTY(&inode->i_data.i_mmap));
		/*
		 * This comes last: dropping the pages has counted them off the
		 * limits.
		 */
		if (inode->i_limits &&
		    atomic_dec_and_test(&inode->i_limits->inodes))
			kfree(inode->i_limits);
		dir = inode->i_removed ? inode->i_removed->dir : NULL;
		kfree(inode->i_removed);
		kmem_cache_free(inode_cache, inode);
		if (dir)
			cond_resched();
	}
}

/* ---- names ------------------------------------------------------- */

/* Puts '/' and name in front of buf[*at] and lowers *at. 0 or -ENAMETOOLONG. */
static int prepend(char *buf, size_t *at, const char *name, u32 bytes)
{
	if (*at < bytes + 1)
		return -ENAMETOOLONG;
	*at -= bytes + 1;
	buf[*at] = '/';
	memcpy(buf + *at + 1, name, bytes);
	return 0;
}

/*
 * Writes a place's path, from its end, since a walk upward finds the last
 * name first: buf[bytes - 1] is the NUL, and each name goes in front of the
 * previous. Then the path is moved to the start of buf.
 */
int inode_path(const struct fs_path *path, const struct fs_path *top, char *buf,
	       size_t bytes)
{
	size_t at = bytes - 1;
	const struct fs_path root = top ? *top : current_root();
	struct fs_path here = *path;
	int err = 0;

	BUG_ON(bytes == 0);
	buf[at] = '\0';
	/*
	 * Held over the whole walk: after a rename in between the path would be
	 * one that never existed.
	 */
	spin_lock(&tree_lock);
	while (!err && !same_path(&here, &root) &&
	       (here.inode != root_inode || here.mnt)) {
		const struct dir_entry *entry = here.inode->i_entry;

		if (!entry)
			entry = here.inode->i_removed;
		if (at_mount_root(&here)) {
			here.inode = here.mnt->mnt_point;
			here.mnt = here.mnt->mnt_parent;
			err = here.inode ? 0 : -ENOENT; /* unmounted */
		} else if (entry) {
			err = prepend(buf, &at, entry->name, entry->bytes);
			here.inode = entry->dir;
		} else {
			err = -ENOENT; /* removed, or of no directory: a pipe */
		}
	}
	spin_unlock(&tree_lock);
	if (!err && buf[at] == '\0')
		err = prepend(buf, &at, "", 0); /* the root itself */
	memmove(buf, buf + at, bytes - at);
	return err || !path->inode->i_removed ? err : -ENOENT;
}
