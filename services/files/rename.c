/*
 * services/files/rename.c - rename: moves a name, replaces another, or
 * exchanges the two.
 *
 * Owns rename_lock. Names move only within one mount of ramfs; everything else
 * is -EXDEV, on which mv(1) copies.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <string.h>

/*
 * One rename at a time: the tree's shape is then constant, so is_below() stays
 * true, and two renames cannot take each other's directories in opposite order.
 */
struct rw_semaphore rename_lock = {
	.lock = SPINLOCK_INIT,
	.wait = WAIT_QUEUE_INIT(rename_lock.wait),
};

/* ---- two directories --------------------------------------------- */

/*
 * Locks both directories for writing, a parent before its child, as every walk
 * does. Unrelated ones may have any order: rename_lock keeps out the only other
 * task that takes two unrelated ones.
 */
static void lock_two(struct inode *a, struct inode *b)
{
	if (a == b) {
		down_write(&a->i_lock);
		return;
	}
	if (is_below(a, b)) {
		down_write(&b->i_lock);
		down_write(&a->i_lock);
	} else {
		down_write(&a->i_lock);
		down_write(&b->i_lock);
	}
}

/* In any order: nobody waits for both. */
static void unlock_two(struct inode *a, struct inode *b)
{
	up_write(&a->i_lock);
	if (a != b)
		up_write(&b->i_lock);
}

/*
 * Whether `from` may take the place of `to` (NULL: the name is free). Returns 0
 * or Linux's -errno.
 */
static int check_target(struct inode *old_dir, const struct inode *from,
			struct inode *new_dir, const struct dir_entry *to)
{
	bool from_is_dir = S_ISDIR(from->i_mode);
	bool to_is_dir = to && S_ISDIR(to->inode->i_mode);

	if (is_mount(from))
		return -EBUSY;
	/*
	 * A directory inside itself would be cut off from the root, and walks
	 * up would never end.
	 */
	if (from_is_dir && is_below(new_dir, from))
		return -EINVAL;
	if (!to)
		return 0;
	/*
	 * A directory that contains `from` is not empty. Checked before
	 * ramfs_drop_entry(), which would take its i_lock, and that is held
	 * already if it is old_dir.
	 */
	if (to_is_dir && is_below(old_dir, to->inode))
		return -ENOTEMPTY;
	if (to_is_dir && !from_is_dir)
		return -EISDIR;
	return from_is_dir && !to_is_dir ? -ENOTDIR : 0;
}

/*
 * Whether the task may change both directories. A directory that gets another
 * parent changes, too, in its "..". 0, -EACCES or -EPERM.
 */
static int may_rename(const struct inode *old_dir, const struct inode *from,
		      const struct inode *new_dir, const struct dir_entry *to)
{
	int err = may_remove(old_dir, from);

	if (!err)
		err = to ? may_remove(new_dir, to->inode) : may_create(new_dir);
	if (!err && S_ISDIR(from->i_mode) && old_dir != new_dir)
		err = inode_permission(from, MAY_WRITE);
	return err;
}

/* One of the two names; its directory is locked. */
struct rename_end {
	struct inode *dir;
	struct dir_entry *entry; /* of the name, or NULL: it is free */
};

/*
 * RENAME_EXCHANGE: the two entries swap their inodes. Hold rename_lock and both
 * directories.
 */
static int exchange(struct rename_end *from, struct rename_end *to)
{
	struct inode *a = from->entry->inode, *b = to->entry->inode;
	s32 moved = S_ISDIR(a->i_mode) - S_ISDIR(b->i_mode);

	/*
	 * A mount's root stays where it was mounted. check_target() has tested
	 * this for the other inode.
	 */
	if (is_mount(b))
		return -EBUSY;
	/* check_target() has tested this for the other direction. */
	if (S_ISDIR(b->i_mode) && is_below(from->dir, b))
		return -EINVAL;
	/* Walks up to the root see either both moved or none. */
	spin_lock(&tree_lock);
	from->entry->inode = b;
	b->i_entry = from->entry;
	to->entry->inode = a;
	a->i_entry = to->entry;
	spin_unlock(&tree_lock);
	/* Each directory counts the ".." of its subdirectories. */
	from->dir->i_nlink -= (u32)moved;
	to->dir->i_nlink += (u32)moved;
	inode_modified(from->dir);
	inode_modified(to->dir);
	inode_changed_with(a, to->dir);
	inode_changed_with(b, to->dir);
	return 0;
}

/*
 * Moves from's inode to `entry` in to's directory. *replaced gets the inode
 * that had the name, with its reference.
 */
static int replace_target(struct rename_end *from, struct rename_end *to,
			  struct dir_entry *entry, struct inode **replaced)
{
	struct inode *moved = from->entry->inode;
	int err = 0;

	if (to->entry)
		err = ramfs_drop_entry(to->dir, to->entry, replaced);
	if (err)
		return err;
	/*
	 * Removed before it is inserted, so an inode never has two names;
	 * nobody can look between, as both directories are locked.
	 */
	ramfs_remove_entry(from->dir, from->entry);
	ramfs_insert_entry(to->dir, entry, moved);
	inode_changed_with(moved, to->dir);
	return 0;
}

/* Hold rename_lock and both directories. Sets *entry to NULL if it was used. */
static int rename_locked(struct rename_end *from, struct rename_end *to,
			 struct dir_entry **entry, u32 flags,
			 struct inode **replaced)
{
	int err;

	/* Without links the target directory was removed after the walk. */
	if (!from->entry || to->dir->i_nlink == 0 ||
	    (flags & RENAME_EXCHANGE && !to->entry))
		return -ENOENT;
	if (to->entry && flags & RENAME_NOREPLACE)
		return -EEXIST;
	if (to->entry && to->entry->inode == from->entry->inode)
		return 0; /* POSIX: both names stay */
	err = may_rename(from->dir, from->entry->inode, to->dir, to->entry);
	if (!err)
		err = check_target(from->dir, from->entry->inode, to->dir,
				   flags & RENAME_EXCHANGE ? NULL : to->entry);
	if (err)
		return err;
	if (flags & RENAME_EXCHANGE)
		return exchange(from, to);
	err = replace_target(from, to, *entry, replaced);
	if (!err)
		*entry = NULL;
	return err;
}

/*
 * Renames after both walks have ended at their directories. 0 or -errno, and
 * then nothing has changed.
 */
static int move_name(const struct nameidata *old, const struct nameidata *new,
		     u32 flags)
{
	struct dir_entry *entry = ramfs_new_entry(new->name, new->bytes);
	struct rename_end from = { .dir = old->inode },
			  to = { .dir = new->inode };
	struct inode *replaced = NULL;
	int err;

	/*
	 * Allocated first: no step can fail for lack of memory after the target
	 * is gone.
	 */
	if (!entry)
		return -ENOMEM;
	down_write(&rename_lock);
	lock_two(from.dir, to.dir);
	/* Looked up under the locks: what the walks saw may have changed. */
	from.entry = ramfs_find_entry(from.dir, old->name, old->bytes);
	to.entry = ramfs_find_entry(to.dir, new->name, new->bytes);
	err = rename_locked(&from, &to, &entry, flags, &replaced);
	unlock_two(from.dir, to.dir);
	up_write(&rename_lock);
	kfree(entry);
	/* Unlocked, since it may free all pages of a large file. */
	iput(replaced);
	return err;
}

/* ---- two paths --------------------------------------------------- */

/*
 * One of the names ends in a slash: what moves must be a directory. 0,
 * -ENOTDIR, or the lookup's error.
 */
static int check_slashes(const struct nameidata *from, u32 flags)
{
	struct inode *inode;
	int err = from->inode->i_op->lookup(from->inode, from->name,
					    from->bytes, &inode);

	if (err)
		return err;
	if (!S_ISDIR(inode->i_mode) &&
	    (from->want_dir || !(flags & RENAME_EXCHANGE)))
		err = -ENOTDIR;
	iput(inode);
	return err;
}

/*
 * Both walks have stopped before the last names. ".", ".." and "/" are no
 * names.
 */
static int rename_walked(struct nameidata *from, struct nameidata *to,
			 u32 flags)
{
	int err = 0;

	if (from->mnt != to->mnt)
		return -EXDEV;
	if (!from->name)
		return -EBUSY;
	if (!to->name)
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	/* Also for a mount: its inodes belong to its own limits. */
	if (!is_ramfs_dir(from->inode) || !is_ramfs_dir(to->inode) ||
	    from->inode->i_dev != to->inode->i_dev)
		return -EXDEV;
	err = mnt_want_write(from->mnt);
	if (err)
		return err;
	if (from->want_dir || to->want_dir)
		err = check_slashes(from, flags);
	if (!err)
		err = move_name(from, to, flags);
	mnt_drop_write(from->mnt);
	return err;
}

/*
 * Both walks are ended even if the first failed, since path_parent leaves
 * references in either case.
 */
static int do_rename(s32 old_dirfd, const char *old, s32 new_dirfd,
		     const char *new, u32 flags)
{
	struct nameidata from, to;
	int err = path_parent(old_dirfd, old, &from);

	if (!err) {
		err = path_parent(new_dirfd, new, &to);
		if (!err)
			err = rename_walked(&from, &to, flags);
		end_walk(&to);
	}
	end_walk(&from);
	return err;
}

/* renameat2(2). RENAME_WHITEOUT is for overlay file systems and is refused. */
s32 sys_renameat2(s32 old_dirfd, uaddr_t from, s32 new_dirfd, uaddr_t to,
		  u32 flags)
{
	char *old, *new;
	int err;

	/*
	 * The two flags contradict each other: an exchange needs a name that
	 * exists.
	 */
	if (flags & ~(u32)(RENAME_NOREPLACE | RENAME_EXCHANGE) ||
	    flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	err = getname(from, &old);
	if (err)
		return err;
	err = getname(to, &new);
	if (!err) {
		err = do_rename(old_dirfd, old, new_dirfd, new, flags);
		kfree(new);
	}
	kfree(old);
	return err;
}

s32 sys_renameat(s32 old_dirfd, uaddr_t from, s32 new_dirfd, uaddr_t to)
{
	return sys_renameat2(old_dirfd, from, new_dirfd, to, 0);
}

s32 sys_rename(uaddr_t from, uaddr_t to)
{
	return sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}
