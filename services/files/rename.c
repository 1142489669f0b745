/*
 * services/files/rename.c - a name moves, or becomes another.
 *
 * Owns rename_lock. Only directories of ramfs change; others are -EXDEV.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <string.h>

/* One rename at a time, so that two can never wait for each other. */
static struct rw_semaphore rename_lock = {
	.lock = SPINLOCK_INIT,
	.wait = WAIT_QUEUE_INIT(rename_lock.wait),
};

/* ---- two directories --------------------------------------------- */

/* Is dir inside of what or the same? */
static bool is_below(struct inode *dir, const struct inode *what)
{
	bool below = false;

	spin_lock(&tree_lock);
	while (dir && !below) {
		below = dir == what;
		dir = dir->i_entry ? dir->i_entry->dir : NULL;
	}
	spin_unlock(&tree_lock);
	return below;
}

static void lock_two(struct inode *a, struct inode *b)
{
	if (a == b) {
		down_write(&a->i_lock);
		return;
	}
	if (is_below(a, b)) { /* parent before child */
		down_write(&b->i_lock);
		down_write(&a->i_lock);
	} else {
		down_write(&a->i_lock);
		down_write(&b->i_lock);
	}
}

static void unlock_two(struct inode *a, struct inode *b)
{
	up_write(&a->i_lock);
	if (a != b)
		up_write(&b->i_lock);
}

/* May `from` take the place of `to` (NULL: nothing is there)? 0 or -errno. */
static int check_target(struct inode *old_dir, const struct inode *from,
			struct inode *new_dir, const struct dir_entry *to)
{
	bool from_is_dir = S_ISDIR(from->i_mode);
	bool to_is_dir = to && S_ISDIR(to->inode->i_mode);

	if (is_mount(from))
		return -EBUSY;
	if (from_is_dir && is_below(new_dir, from))
		return -EINVAL;
	if (!to)
		return 0;
	/* It may hold `from` itself, and be locked by us as old_dir. */
	if (to_is_dir && is_below(old_dir, to->inode))
		return -ENOTEMPTY;
	if (to_is_dir && !from_is_dir)
		return -EISDIR;
	return from_is_dir && !to_is_dir ? -ENOTDIR : 0;
}

/* A directory that gets another parent changes itself: its "..". */
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

/* One of two names, both locked. */
struct rename_end {
	struct inode *dir;
	struct dir_entry *entry; /* what has the name, or NULL */
};

/* The inodes change places. */
static int exchange(struct rename_end *from, struct rename_end *to)
{
	struct inode *a = from->entry->inode, *b = to->entry->inode;
	s32 moved = S_ISDIR(a->i_mode) - S_ISDIR(b->i_mode);

	if (is_mount(b))
		return -EBUSY;
	if (S_ISDIR(b->i_mode) && is_below(from->dir, b))
		return -EINVAL;
	spin_lock(&tree_lock);
	from->entry->inode = b;
	b->i_entry = from->entry;
	to->entry->inode = a;
	a->i_entry = to->entry;
	spin_unlock(&tree_lock);
	from->dir->i_nlink -= (u32)moved; /* their ".." */
	to->dir->i_nlink += (u32)moved;
	inode_modified(from->dir);
	inode_modified(to->dir);
	inode_changed_with(a, to->dir);
	inode_changed_with(b, to->dir);
	return 0;
}

/* entry takes from's place in to's directory; *replaced: what was there. */
static int replace_target(struct rename_end *from, struct rename_end *to,
			  struct dir_entry *entry, struct inode **replaced)
{
	struct inode *moved = from->entry->inode;
	int err = 0;

	if (to->entry)
		err = ramfs_drop_entry(to->dir, to->entry, replaced);
	if (err)
		return err;
	ramfs_remove_entry(from->dir, from->entry);
	ramfs_insert_entry(to->dir, entry, moved);
	inode_changed_with(moved, to->dir);
	return 0;
}

/* rename_lock held and both directories. *entry is NULL when it was used. */
static int rename_locked(struct rename_end *from, struct rename_end *to,
			 struct dir_entry **entry, u32 flags,
			 struct inode **replaced)
{
	int err;

	if (!from->entry || to->dir->i_nlink == 0 ||
	    (flags & RENAME_EXCHANGE && !to->entry))
		return -ENOENT;
	if (to->entry && flags & RENAME_NOREPLACE)
		return -EEXIST;
	if (to->entry && to->entry->inode == from->entry->inode)
		return 0; /* two names of one file: done */
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

static int move_name(const struct nameidata *old, const struct nameidata *new,
		     u32 flags)
{
	struct dir_entry *entry = ramfs_new_entry(new->name, new->bytes);
	struct rename_end from = { .dir = old->inode },
			  to = { .dir = new->inode };
	struct inode *replaced = NULL;
	int err;

	if (!entry)
		return -ENOMEM;
	down_write(&rename_lock);
	lock_two(from.dir, to.dir);
	from.entry = ramfs_find_entry(from.dir, old->name, old->bytes);
	to.entry = ramfs_find_entry(to.dir, new->name, new->bytes);
	err = rename_locked(&from, &to, &entry, flags, &replaced);
	unlock_two(from.dir, to.dir);
	up_write(&rename_lock);
	kfree(entry);
	iput(replaced);
	return err;
}

/* ---- two paths --------------------------------------------------- */

/* One of the names ends in a slash: what moves must be a directory. */
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

static int rename_walked(struct nameidata *from, struct nameidata *to,
			 u32 flags)
{
	int err = 0;

	if (!from->name)
		return -EBUSY;
	if (!to->name)
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	if (!is_ramfs_dir(from->inode) || !is_ramfs_dir(to->inode) ||
	    from->inode->i_dev != to->inode->i_dev)
		return -EXDEV;
	if (from->want_dir || to->want_dir)
		err = check_slashes(from, flags);
	return err ? err : move_name(from, to, flags);
}

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

s32 sys_renameat2(s32 old_dirfd, uaddr_t from, s32 new_dirfd, uaddr_t to,
		  u32 flags)
{
	char *old, *new;
	int err;

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
