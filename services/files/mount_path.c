/*
 * services/files/mount_path.c - the core's hooks into mounts: a walk crosses
 * the border of a mount, a mount's flags forbid an access, the last reference
 * ends.
 */
#include <services/files/mounts.h>

/* How many directories a walk upwards passes before it lets others run. */
#define WALK_UP 1000u

/* ---- borders ----------------------------------------------------- */

/* Replaces a path by another one, whose references it takes over. */
static void replace_path(struct fs_path *at, const struct fs_path *by)
{
	path_put(at);
	*at = *by;
}

/*
 * mount_operations.cross: steps from a covered place to the root of the topmost
 * mount on it. A loop, since mounts may be stacked.
 */
static void place_cross(struct fs_path *at)
{
	struct fs_path over;

	for (;;) {
		spin_lock(&tree_lock);
		over.mnt = mount_on(at);
		if (over.mnt) {
			over.inode = igrab(mntget(over.mnt)->mnt_root);
			place_of(over.mnt)->walks++;
		}
		spin_unlock(&tree_lock);
		if (!over.mnt)
			return;
		replace_path(at, &over);
		cond_resched(); /* max_mounts may be on one place */
	}
}

/*
 * Steps from a mount's root to the place that it covers. False: it was
 * unmounted.
 */
static bool leave_one(struct fs_path *at)
{
	struct fs_path up = { NULL, NULL };

	/*
	 * umount clears the pointers and drops their references; the lock keeps
	 * both until new references are taken.
	 */
	spin_lock(&tree_lock);
	if (at->mnt->mnt_point) {
		up.inode = igrab(at->mnt->mnt_point);
		up.mnt = mntget(at->mnt->mnt_parent);
	}
	spin_unlock(&tree_lock);
	if (up.inode)
		replace_path(at, &up);
	return up.inode;
}

/* mount_operations.leave. */
static void place_leave(struct fs_path *at)
{
	const struct fs_path root = current_root();

	while (!same_path(at, &root) && at_mount_root(at) && leave_one(at))
		cond_resched(); /* max_mounts may be on one place */
}

bool is_below(struct inode *dir, const struct inode *what)
{
	struct inode *held = NULL, *next;
	u32 left;

	do {
		left = WALK_UP;
		/* rmdir can drop an i_entry: it takes no rename_lock. */
		spin_lock(&tree_lock);
		for (; left && dir && dir != what; left--)
			dir = dir->i_entry ? dir->i_entry->dir : NULL;
		/* Kept while others run: only the way up from it may change. */
		next = left || !dir ? NULL : igrab(dir);
		spin_unlock(&tree_lock);
		iput(held);
		held = next;
		cond_resched();
	} while (held);
	return dir;
}

/*
 * mount_operations.shows. No rename leads out of a whole tree, so only below a
 * part of one the directories are walked.
 */
static bool place_shows(const struct fs_path *at)
{
	const struct inode *root = at->mnt->mnt_root;
	bool shown = root == place_of(at->mnt)->tree->root;

	if (!shown) {
		down_read(&rename_lock);
		shown = is_below(at->inode, root);
		up_read(&rename_lock);
	}
	return shown;
}

/* ---- flags ------------------------------------------------------- */

/*
 * The mount's flags bind root, too. MS_RDONLY does not forbid writing to a
 * device or a FIFO: that changes nothing in the file system.
 */
int path_permission(const struct fs_path *at, u32 mask)
{
	u32 flags = mnt_flags(at->mnt), mode = at->inode->i_mode;

	if (mask & MAY_EXEC && flags & MS_NOEXEC && S_ISREG(mode))
		return -EACCES;
	if (mask & MAY_WRITE && flags & MS_RDONLY &&
	    (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)))
		return -EROFS;
	return inode_permission(at->inode, mask);
}

/*
 * mount_operations.may_open: MS_NODEV counts for opening only, so a device's
 * mode can still be changed.
 */
static int place_may_open(const struct fs_path *at, u32 mask)
{
	u32 mode = at->inode->i_mode;

	if ((S_ISCHR(mode) || S_ISBLK(mode)) && mnt_flags(at->mnt) & MS_NODEV)
		return -EACCES;
	return path_permission(at, mask);
}

bool mnt_keeps_atime(const struct inode *inode, const struct mount *mnt)
{
	u32 flags = mnt_flags(mnt);

	return flags & (MS_RDONLY | MS_NOATIME) ||
		(flags & MS_NODIRATIME && S_ISDIR(inode->i_mode));
}

/* ---- open files -------------------------------------------------- */

/* Whether file keeps its mount from becoming read-only. */
static bool is_writer(const struct file *file)
{
	return file->f_mode & FMODE_WRITE && S_ISREG(file->f_inode->i_mode);
}

/*
 * mount_operations.opened: file takes a reference to the mount. A writer
 * counts from here on, and asks again: open may have slept since may_open.
 */
static int place_opened(const struct fs_path *at, struct file *file)
{
	int err = is_writer(file) ? mnt_want_write(at->mnt) : 0;

	if (err) {
		fput(file);
		return err;
	}
	file->f_mnt = mntget(at->mnt);
	return 0;
}

/* mount_operations.closed. */
static void place_closed(struct file *file)
{
	if (is_writer(file))
		mnt_drop_write(file->f_mnt);
	mntput(file->f_mnt);
}

/* ---- freeing ----------------------------------------------------- */

/*
 * Removes all names of a tree that no mount shows any more, so that each inode
 * is freed with its last open file.
 */
static void empty_tree(struct inode *root)
{
	struct inode *dir = root, *inode, *parent;
	struct dir_entry *entry;

	down_write(&dir->i_lock);
	for (;;) {
		entry = TAILQ_FIRST(&ramfs_dir(dir)->entries);
		if (entry && is_ramfs_dir(entry->inode) &&
		    !TAILQ_EMPTY(&ramfs_dir(entry->inode)->entries)) {
			/*
			 * Down to a directory without entries first: only such
			 * can be dropped. Without recursion, as the depth is
			 * the program's choice.
			 */
			dir = entry->inode;
			down_write(&dir->i_lock);
		} else if (entry) {
			if (!ramfs_drop_entry(dir, entry, &inode))
				iput(inode);
		} else {
			parent = dir == root ? NULL : dir->i_entry->dir;
			if (!parent)
				root->i_nlink = 0;
			up_write(&dir->i_lock);
			if (!parent)
				return;
			dir = parent;
		}
		cond_resched();
	}
}

void free_place(struct mount *mnt)
{
	struct mount_place *place = place_of(mnt);
	struct file_tree *tree = place->tree;

	iput(mnt->mnt_root);
	kfree(place);
	if (!atomic_dec_and_test(&tree->count))
		return;
	if (tree->in_memory)
		empty_tree(tree->root);
	iput(tree->root);
	kfree(tree);
}

void mounts_init(void)
{
	/*
	 * Linux has 100,000. With 4,096 on one place inode_path(), which no
	 * other task interrupts, takes 90,000 instructions. Nor more than a
	 * 64th of the memory: a place is 256 bytes of slab, and none is charged
	 * to anybody.
	 */
	max_mounts = min(max_mounts, totalram_pages() / 64 * (PAGE_SIZE / 256));
	mount_ops = (struct mount_operations){
		.cross = place_cross,
		.leave = place_leave,
		.shows = place_shows,
		.may_open = place_may_open,
		.may_follow = may_follow_link,
		.keeps_atime = mnt_keeps_atime,
		.opened = place_opened,
		.closed = place_closed,
		.free = free_place,
	};
}
