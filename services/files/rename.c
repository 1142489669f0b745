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

	if (from_is_dir && !is_ramfs_dir(from))
		return -EBUSY; /* a mount */
	if (from_is_dir && is_below(new_dir, from))
		return -EINVAL;
	if (!to)
		return 0;
	if (to_is_dir && !from_is_dir)
		return -EISDIR;
	if (from_is_dir && !to_is_dir)
		return -ENOTDIR;
	/* It may hold `from` itself, and be locked by us as old_dir. */
	return to_is_dir && is_below(old_dir, to->inode) ? -ENOTEMPTY : 0;
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

static int move_name(struct inode *old_dir, const char *old, u32 old_bytes,
		     struct inode *new_dir, const char *new, u32 new_bytes)
{
	struct dir_entry *entry = ramfs_new_entry(new, new_bytes), *from, *to;
	struct inode *replaced = NULL, *moved;
	int err = -ENOENT;

	if (!entry)
		return -ENOMEM;
	down_write(&rename_lock);
	lock_two(old_dir, new_dir);
	from = ramfs_find_entry(old_dir, old, old_bytes);
	to = ramfs_find_entry(new_dir, new, new_bytes);
	if (!from || new_dir->i_nlink == 0)
		goto out;
	err = 0;
	if (to && to->inode == from->inode)
		goto out; /* two names of one file: done */
	err = may_rename(old_dir, from->inode, new_dir, to);
	if (!err)
		err = check_target(old_dir, from->inode, new_dir, to);
	if (!err && to)
		err = ramfs_drop_entry(new_dir, to, &replaced);
	if (err)
		goto out;
	moved = from->inode;
	ramfs_remove_entry(old_dir, from);
	ramfs_insert_entry(new_dir, entry, moved);
	entry = NULL;
out:
	unlock_two(old_dir, new_dir);
	up_write(&rename_lock);
	kfree(entry);
	iput(replaced);
	return err;
}

/* ---- two paths --------------------------------------------------- */

static int rename_walked(struct nameidata *from, struct nameidata *to)
{
	struct inode *inode;
	int err;

	if (!from->name || !to->name)
		return -EBUSY;
	if (!is_ramfs_dir(from->inode) || !is_ramfs_dir(to->inode))
		return -EXDEV;
	err = from->inode->i_op->lookup(from->inode, from->name, from->bytes,
					&inode);
	if (err)
		return err;
	if (!S_ISDIR(inode->i_mode) && (from->want_dir || to->want_dir))
		err = -ENOTDIR;
	iput(inode);
	if (err)
		return err;
	return move_name(from->inode, from->name, from->bytes, to->inode,
			 to->name, to->bytes);
}

static int do_rename(const char *old, const char *new)
{
	struct nameidata from, to;
	int err = path_parent(AT_FDCWD, old, &from);

	if (!err) {
		err = path_parent(AT_FDCWD, new, &to);
		if (!err)
			err = rename_walked(&from, &to);
		end_walk(&to);
	}
	end_walk(&from);
	return err;
}

s32 sys_rename(uaddr_t from, uaddr_t to)
{
	char *old, *new;
	int err = getname(from, &old);

	if (err)
		return err;
	err = getname(to, &new);
	if (!err) {
		err = do_rename(old, new);
		kfree(new);
	}
	kfree(old);
	return err;
}
