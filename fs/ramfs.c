/*
 * Directories in memory; file data is in the page cache.
 *
 * Owns the dir_entry of each name. A directory's i_private is its struct
 * ramfs_dir, a symbolic link's its text. Every file system here has its devices
 * and mount points in these directories.
 *
 * Only the kernel changes anything, at boot: for programs it is a read-only
 * file system, until a service adds operations to the tables below.
 */
#include <fs/internal.h>
#include <string.h>

u32 ramfs_max_bytes;
atomic_t ramfs_pages;

#define NAMES_AT_ONCE 64 /* compared before other tasks may run */

/*
 * Returns the entry of name, or NULL. Hold i_lock. A list and no hash: the
 * directories of an archive are small. Inlined in both callers, as a walk comes
 * here for each name of its path.
 */
static __always_inline struct dir_entry *find_entry(const struct inode *dir,
						    const char *name, u32 bytes)
{
	struct dir_entry *entry;
	u32 left = NAMES_AT_ONCE;

	TAILQ_FOREACH(entry, &ramfs_dir(dir)->entries, link) {
		/*
		 * Length and first byte rule out nearly all entries without a
		 * call.
		 */
		if (entry->bytes == bytes && entry->name[0] == name[0] &&
		    memcmp(entry->name, name, bytes) == 0)
			return entry;
		/* i_lock sleeps, so others may run while it is held. */
		if (unlikely(--left == 0)) {
			cond_resched();
			left = NAMES_AT_ONCE;
		}
	}
	return NULL;
}

/* find_entry for a service's calls, which hold i_lock over several steps. */
struct dir_entry *ramfs_find_entry(const struct inode *dir, const char *name,
				   u32 bytes)
{
	return find_entry(dir, name, bytes);
}

/* Finds a child for a walk, with a reference, or -ENOENT. */
static int ramfs_lookup(struct inode *dir, const char *name, u32 bytes,
			struct inode **child)
{
	struct dir_entry *entry;

	down_read(&dir->i_lock);
	entry = find_entry(dir, name, bytes);
	if (entry)
		/*
		 * The reference is taken under the lock: the entry may be
		 * removed right after.
		 */
		*child = igrab(entry->inode);
	up_read(&dir->i_lock);
	return entry ? 0 : -ENOENT;
}

/*
 * Allocates an entry. Callers do so before they take i_lock, to hold it for
 * less time.
 */
struct dir_entry *ramfs_new_entry(const char *name, u32 bytes)
{
	struct dir_entry *entry = kmalloc(sizeof(*entry) + bytes + 1,
					  GFP_KERNEL);

	if (!entry)
		return NULL;
	memcpy(entry->name, name, bytes);
	entry->name[bytes] = '\0';
	entry->bytes = bytes;
	return entry;
}

/*
 * Adds an entry at the tail: positions ascend, so readdir finds its place
 * again.
 */
void ramfs_insert_entry(struct inode *dir, struct dir_entry *entry,
			struct inode *inode)
{
	entry->pos = ramfs_dir(dir)->next_pos++;
	entry->inode = inode;
	TAILQ_INSERT_TAIL(&ramfs_dir(dir)->entries, entry, link);
	/* Paths in reports follow these two from any inode, without i_lock. */
	spin_lock(&tree_lock);
	entry->dir = dir;
	inode->i_entry = entry;
	spin_unlock(&tree_lock);
	dir->i_nlink += S_ISDIR(inode->i_mode); /* for its ".." */
	inode_modified(dir);
}

/* Takes a name away. The inode may stay open, and keeps the last for reports. */
void ramfs_remove_entry(struct inode *dir, struct dir_entry *entry)
{
	struct inode *inode = entry->inode;

	TAILQ_REMOVE(&ramfs_dir(dir)->entries, entry, link);
	spin_lock(&tree_lock);
	/* Another name of the inode may be the one that reports show. */
	if (inode->i_entry == entry)
		inode->i_entry = NULL;
	/* Of two last names that are taken away at once the first stays. */
	if (!inode->i_nlink && !inode->i_removed)
		inode->i_removed = entry;
	spin_unlock(&tree_lock);
	dir->i_nlink -= S_ISDIR(inode->i_mode);
	inode_modified(dir);
	if (inode->i_removed == entry)
		igrab(dir);
	else
		kfree(entry);
}

int ramfs_drop_link(struct inode *inode)
{
	int err = 0;

	down_write(&inode->i_lock);
	if (!S_ISDIR(inode->i_mode)) {
		/* The last name's count is the inode's, which may be open. */
		if (--inode->i_nlink && inode->i_limits)
			atomic_add(-1, &inode->i_limits->inodes);
	} else if (!TAILQ_EMPTY(&ramfs_dir(inode)->entries)) {
		err = -ENOTEMPTY;
	} else {
		/*
		 * The two links of an empty directory, its name and its ".",
		 * end together.
		 */
		inode->i_nlink = 0;
	}
	up_write(&inode->i_lock);
	return err;
}

/*
 * Takes a name away for unlink, rmdir and rename. All checks come before the
 * first step.
 */
int ramfs_drop_entry(struct inode *dir, struct dir_entry *entry,
		     struct inode **dropped)
{
	struct inode *inode = entry->inode;
	int err;

	if (is_mount(inode))
		return -EBUSY;
	err = ramfs_drop_link(inode);
	if (err)
		return err;
	ramfs_remove_entry(dir, entry);
	/* The lost name changes ctime, to the time that dir just got. */
	inode_changed_with(inode, dir);
	*dropped = inode;
	return 0;
}

/*
 * Gives inode a name, or changes nothing: the entry is allocated first, and
 * freed if it is not needed.
 */
int ramfs_link(struct inode *dir, const char *name, u32 bytes,
	       struct inode *inode, bool replace)
{
	struct dir_entry *entry = ramfs_new_entry(name, bytes), *old;
	struct inode *replaced = NULL;
	int err = 0;

	if (!entry)
		return -ENOMEM;
	down_write(&dir->i_lock);
	old = ramfs_find_entry(dir, name, bytes);
	if (old)
		err = replace ? ramfs_drop_entry(dir, old, &replaced) : -EEXIST;
	else if (dir->i_nlink == 0)
		err = -ENOENT; /* dir was removed while we waited for its lock */
	if (!err)
		ramfs_insert_entry(dir, entry, igrab(inode));
	up_write(&dir->i_lock);
	if (err)
		kfree(entry);
	/* Dropped after unlocking, as this may free all pages of a file. */
	iput(replaced);
	return err;
}

/* ---- the rest ---------------------------------------------------- */

/* Copies a link's text, which is constant, so no lock is taken. */
static int ramfs_readlink(struct inode *inode, char *buf, u32 bytes)
{
	const char *text = inode->i_private;
	u32 length = (u32)inode->i_size;

	if (length + 1 > bytes)
		return -ENAMETOOLONG;
	memcpy(buf, text, length + 1);
	return 0;
}

/* Frees a directory's list head or a link's text with the inode. */
static void ramfs_evict(struct inode *inode)
{
	/* Its entries would be left without a directory. */
	BUG_ON(is_ramfs_dir(inode) && !TAILQ_EMPTY(&ramfs_dir(inode)->entries));
	kfree(inode->i_private);
}

/* The open of a file while the tree is read-only; a service replaces it. */
static int refuse_writing(struct inode *inode __unused_arg, struct file *file)
{
	return file->f_mode & FMODE_WRITE || file->f_flags & O_TRUNC ? -EROFS :
								       0;
}

struct inode_operations ramfs_dir_ops = {
	.lookup = ramfs_lookup,
	.evict = ramfs_evict,
};

struct inode_operations ramfs_file_ops = {
	.open = refuse_writing,
};

static const struct inode_operations ramfs_link_ops = {
	.readlink = ramfs_readlink,
	.evict = ramfs_evict,
};

static const struct file_operations ramfs_dir_fops = {
	.llseek = generic_file_llseek,
};

struct file_operations ramfs_file_fops = {
	.read = generic_file_read,
	.llseek = generic_file_llseek,
	.mmap = generic_file_mmap,
	.kernel_read = generic_kernel_read,
};

/* Makes inode an empty directory. 0 or -ENOMEM. */
static int make_dir(struct inode *inode)
{
	struct ramfs_dir *dir = kmalloc(sizeof(*dir), GFP_KERNEL);

	if (!dir)
		return -ENOMEM;
	TAILQ_INIT(&dir->entries);
	dir->next_pos = RAMFS_FIRST_POS;
	inode->i_private = dir;
	inode->i_nlink = 2; /* its name and its "." */
	inode->i_op = &ramfs_dir_ops;
	inode->i_fop = &ramfs_dir_fops;
	return 0;
}

/*
 * Makes an inode of mode's kind. i_dev is the same in the whole tree, as
 * programs expect of st_dev.
 */
struct inode *ramfs_inode(u32 mode)
{
	struct inode *inode = new_inode(mode);

	if (!inode)
		return NULL;
	inode->i_dev = RAMFS_DEV;
	if (S_ISREG(mode)) {
		inode->i_op = &ramfs_file_ops;
		inode->i_fop = &ramfs_file_fops;
	} else if (S_ISLNK(mode)) {
		inode->i_op = &ramfs_link_ops;
	} else if (S_ISFIFO(mode)) {
		inode->i_op = &fifo_node_ops;
	} else if (!S_ISDIR(mode)) {
		inode->i_op = &device_node_ops;
	} else if (make_dir(inode)) {
		iput(inode);
		return NULL;
	}
	return inode;
}

/*
 * Makes the root directory. It has no entry, so ".." ends at it, and it is
 * never freed.
 */
void ramfs_init(void)
{
	root_inode = ramfs_inode(S_IFDIR | 0755);
	if (!root_inode)
		panic("ramfs: no memory for the root directory");
}
