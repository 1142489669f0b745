/*
 * services/files/mounts.h - the mounts, and the file systems that they show.
 *
 * A file system is a tree (struct file_tree). A place (struct mount_place) is
 * one mount of a tree or of a part of it: the core's struct mount, and the
 * arguments of mount(2). As on Linux, a walk keeps the mount by which it came
 * to an inode (struct fs_path), because the same directory may be seen in
 * several places, and the place decides where ".." of a mounted root leads, how
 * a path is written, and what MS_RDONLY, MS_NOEXEC and the like forbid. A bind
 * mount is therefore just a further place of the same tree.
 *
 * A mount is kept by references: of paths, of open files, of mounts on it, and
 * of the list of mounts. umount can therefore decide by the count whether it is
 * busy, and MNT_DETACH only takes it off the list: tasks that use it keep it,
 * and the last reference frees it.
 */
#ifndef SERVICES_FILES_MOUNTS_H
#define SERVICES_FILES_MOUNTS_H

#include <services/files/files.h>
#include <services/files/mount_options.h>

struct file_tree {
	/* constant */
	struct inode *root; /* a reference */
	u32 mode, uid, gid; /* the options of mount(2) */
	bool in_memory;     /* a tmpfs: freed with its last place */
	char type[MOUNT_NAME_BYTES];
	/* atomic */
	atomic_t count; /* number of its places */
	/* writers_lock */
	u32 writers; /* of all its places */
	bool read_only;
};

TAILQ_HEAD(place_list, mount_place);

struct mount_place {
	struct mount mnt;
	/* constant */
	struct file_tree *tree;
	char source[MOUNT_NAME_BYTES];
	/* tree_lock */
	u32 walks; /* how many have come into it */
	/* mounts_lock */
	u32 expire_walks; /* walks as they were at MNT_EXPIRE; or 0 */
	TAILQ_ENTRY(mount_place) link;
	TAILQ_ENTRY(mount_place) sibling;
	struct place_list children; /* the mounts on it, oldest first */
	/* writers_lock (mount_write.c) */
	u32 writers; /* changes in progress, open files */
};

/* Guards the list of places; held for writing by each call that changes it. */
extern struct rw_semaphore mounts_lock;

/* The place that contains mnt, which is not NULL. */
static inline struct mount_place *place_of(struct mount *mnt)
{
	return container_of(mnt, struct mount_place, mnt);
}

/* Whether mnt, NULL allowed, was unmounted. Tasks may still use it. */
static inline bool is_taken_off(const struct mount *mnt)
{
	return mnt && !mnt->mnt_point;
}

/* The mount on a place, or NULL. Hold tree_lock. (mounts.c) */
struct mount *mount_on(const struct fs_path *at);

/*
 * mount_operations.free: frees the place, and its tree with the last place.
 * Hold no spinlock. (mount_path.c)
 */
void free_place(struct mount *mnt);

/* ---- mounts.c; hold mounts_lock for writing ---------------------- */

/*
 * Makes a place, not mounted yet, that shows `root` of tree. It takes over the
 * caller's count in tree and takes a reference to root; mntput() frees it.
 * source is copied. NULL: no memory, and the count stays the caller's.
 */
struct mount_place *new_place(struct file_tree *tree, struct inode *root,
			      const char *source);
/*
 * Mounts the place at `at`, to which it takes references. 0; -ENOTDIR for a
 * directory on a file or a file on a directory; -EINVAL on an unmounted mount;
 * -ENOENT if at was removed or is a name that /proc makes anew for each walk;
 * -ENOSPC if there are max_mounts already.
 */
int __must_check attach(struct mount_place *place, const struct fs_path *at);
/*
 * Unmounts the place and all mounts below it, and drops the list's references.
 */
void take_off_all(struct mount_place *place);
/*
 * Moves the place to at, which must be of the same kind. 0, -EINVAL or -ENOENT
 * as attach(), or -ELOOP if at lies within the place itself.
 */
int __must_check move_place(struct mount_place *place,
			    const struct fs_path *at);
/*
 * Copies all mounts below src to the same places below top, a copy of src. 0,
 * -ENOMEM or attach()'s error, and then the copies made so far stay. src's own
 * tree may contain top.
 */
int __must_check copy_below(struct mount_place *top, const struct fs_path *src);
/* A further place, not mounted yet, that shows src. NULL: no memory. */
struct mount_place *clone_place(const struct fs_path *src);
/* Whether at is the root of a mount that is still mounted. */
bool is_mount_root(const struct fs_path *at);
/* ---- mount_write.c; hold mounts_lock for writing ----------------- */

/*
 * Sets or clears MS_RDONLY for all places of the tree. 0, or -EBUSY while
 * something in it is changed, or open for writing.
 */
int __must_check set_tree_read_only(struct file_tree *tree, bool read_only);
/*
 * Sets the place's own flags (MS_*). 0, or -EBUSY if MS_RDONLY is among them
 * while something is changed by way of it, or open for writing.
 */
int __must_check set_place_flags(struct mount_place *place, u32 flags);

#endif
