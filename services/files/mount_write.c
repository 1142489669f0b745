/*
 * services/files/mount_write.c - who changes something by way of a mount, and
 * whether one may.
 *
 * A change counts as a writer of its mount and of the mount's tree from before
 * its first look at the flags until it is done; an open file that can be
 * written to, until it is closed. While something counts, neither can become
 * read-only. So no change ends on a read-only mount, though a call may sleep
 * between its check and the change.
 */
#include <services/files/mounts.h>

/* Makes a look at the flags and a count one step, and so a remount's. */
static spinlock_t writers_lock = SPINLOCK_INIT;

/* Walks look at them without a lock. */
u32 mnt_flags(const struct mount *mnt)
{
	const struct mount_place *place;

	if (!mnt)
		return 0;
	place = container_of(mnt, struct mount_place, mnt);
	return READ_ONCE(mnt->mnt_place_flags) |
		(READ_ONCE(place->tree->read_only) ? MS_RDONLY : 0);
}

int __mnt_want_write(struct mount *mnt)
{
	struct mount_place *place = place_of(mnt);
	bool writable;

	spin_lock(&writers_lock);
	writable = !(mnt_flags(mnt) & MS_RDONLY);
	if (writable) {
		place->writers++;
		place->tree->writers++;
	}
	spin_unlock(&writers_lock);
	return writable ? 0 : -EROFS;
}

void __mnt_drop_write(struct mount *mnt)
{
	struct mount_place *place = place_of(mnt);

	spin_lock(&writers_lock);
	BUG_ON(!place->writers || !place->tree->writers);
	place->writers--;
	place->tree->writers--;
	spin_unlock(&writers_lock);
}

int set_place_flags(struct mount_place *place, u32 flags)
{
	int err = 0;

	spin_lock(&writers_lock);
	if (flags & MS_RDONLY && place->writers)
		err = -EBUSY;
	else
		WRITE_ONCE(place->mnt.mnt_place_flags, flags);
	spin_unlock(&writers_lock);
	return err;
}

int set_tree_read_only(struct file_tree *tree, bool read_only)
{
	int err = 0;

	spin_lock(&writers_lock);
	if (read_only && tree->writers)
		err = -EBUSY;
	else
		WRITE_ONCE(tree->read_only, read_only);
	spin_unlock(&writers_lock);
	return err;
}
