/*
 * Lives and names of inodes.
 *
 * Owns the inode cache, tree_lock and the root. An inode lives while somebody holds a
 * reference: each name in a directory is one, each open file another.
 */
#include <fs/internal.h>
#include <string.h>

spinlock_t tree_lock = SPINLOCK_INIT;
struct inode *root_inode;

static struct kmem_cache *inode_cache;
static atomic_t last_ino = ATOMIC_INIT(0);

void inode_init(void)
{
	inode_cache = kmem_cache_create("inode_cache", sizeof(struct inode), 0,
					SLAB_PANIC, NULL);
}

/* ---- times ------------------------------------------------------- */

static struct file_time current_time(void)
{
	struct file_time now;

	now.sec = split_seconds(wall_clock_ns(), &now.nsec);
	return now;
}

void inode_modified(struct inode *inode)
{
	inode->i_mtime = inode->i_ctime = current_time();
	inode->i_was_read = false;
}

void inode_changed(struct inode *inode)
{
	inode->i_ctime = current_time();
	inode->i_was_read = false;
}

static bool is_later(const struct file_time *a, const struct file_time *b)
{
	return a->sec != b->sec ? (s32)a->sec > (s32)b->sec : a->nsec > b->nsec;
}

void __touch_atime(struct inode *inode)
{
	if (!is_later(&inode->i_atime, &inode->i_mtime) ||
	    !is_later(&inode->i_atime, &inode->i_ctime))
		inode->i_atime = current_time();
	inode->i_was_read = true;
}

/* ---- lives ------------------------------------------------------- */

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
	init_rwsem(&inode->i_lock);
	spin_lock_init(&inode->i_data.lock);
	init_rwsem(&inode->i_data.i_mmap_rwsem);
	TAILQ_INIT(&inode->i_data.i_mmap);
	inode->i_data.host = inode;
	return inode;
}

void iput(struct inode *inode)
{
	if (!inode || !atomic_dec_and_test(&inode->i_count))
		return;
	if (inode->i_op && inode->i_op->evict)
		inode->i_op->evict(inode);
	BUG_ON(inode->i_entry || inode->i_writecount);
	/* In no list ever, for a link is not cleared: it never had a page. */
	if (inode->i_data.cached.le_prev)
		truncate_inode_pages(&inode->i_data, 0);
	BUG_ON(inode->i_data.nr_pages || !TAILQ_EMPTY(&inode->i_data.i_mmap));
	if (inode->i_limits && atomic_dec_and_test(&inode->i_limits->inodes))
		kfree(inode->i_limits);
	kmem_cache_free(inode_cache, inode);
}

/* ---- names ------------------------------------------------------- */

/* Put name and the '/' before it in front of buf[*at]. */
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
 * Built from its end: buf[bytes - 1] is the NUL and each name goes in front of
 * what is there. Then it is moved to the start of buf.
 */
int inode_path(const struct inode *inode, char *buf, size_t bytes)
{
	size_t at = bytes - 1;
	const struct inode *root = current_root();
	const struct dir_entry *entry;
	int err = 0;

	BUG_ON(bytes == 0);
	buf[at] = '\0';
	spin_lock(&tree_lock);
	for (; !err && inode != root_inode && inode != root;
	     inode = entry->dir) {
		entry = inode->i_entry;
		if (!entry) {
			err = -ENOENT;
			break;
		}
		err = prepend(buf, &at, entry->name, entry->bytes);
	}
	spin_unlock(&tree_lock);
	if (!err && buf[at] == '\0')
		err = prepend(buf, &at, "", 0); /* the root itself */
	memmove(buf, buf + at, bytes - at);
	return err;
}
