/*
 * services/files/mounts.h - what is mounted where.
 *
 * A file system is a tree (struct file_tree); a place is one mount of it or of a part:
 * the core's struct mount, and what mount(2) said. As in Linux a walk carries
 * along the mount by which it came to an inode (struct fs_path), because the same
 * directory may be seen in several places: where ".." of a mounted root leads,
 * how a path is written, and what MS_RDONLY, MS_NOEXEC and the like forbid is a
 * matter of the place. So a bind mount is a place more with the same tree.
 *
 * A mount lives while a path, an open file or a mount on it refers to it, and
 * while it is in the list. EBUSY is therefore a look at the count, and MNT_DETACH
 * takes it off the list: who uses it still has it, and the last one frees it.
 */
#ifndef SERVICES_FILES_MOUNTS_H
#define SERVICES_FILES_MOUNTS_H

#include <services/files/files.h>
#include <services/files/mount_options.h>

struct file_tree {
	/* constant */
	struct inode *root; /* a reference */
	u32 mode, uid, gid; /* as mount(2) said */
	bool in_memory;     /* it ends with its last place */
	char type[MOUNT_NAME_BYTES];
	/* atomic */
	atomic_t count; /* its places */
	bool read_only; /* mounts_lock */
};

struct mount_place {
	struct mount mnt;
	atomic_t writers; /* open files that can write through it */
	u32 mnt_flags;    /* MS_RDONLY ...: flags, and its tree's */
	/* constant */
	struct file_tree *tree;
	u32 id;
	char source[MOUNT_NAME_BYTES];
	/* mounts_lock */
	TAILQ_ENTRY(mount_place) link;
	u32 flags;                /* mnt_flags without what the tree adds */
	struct mount_place *copy; /* while mount --rbind makes it */
};

/* Guards the list of places, and each call that changes it. */
extern struct rw_semaphore mounts_lock;

static inline struct mount_place *place_of(struct mount *mnt)
{
	return container_of(mnt, struct mount_place, mnt);
}

/* The last reference to mnt is gone: frees the place. (mount_path.c) */
void free_place(struct mount *mnt);

/* ---- mounts.c; hold mounts_lock for writing ---------------------- */

/*
 * A place, mounted nowhere yet, for root of tree, whose reference it takes over;
 * its own is for mntput(). NULL: no memory, and the tree's is the caller's.
 */
struct mount_place *new_place(struct file_tree *tree, struct inode *root,
			      const char *source);
/*
 * Mounts the place where at leads, and takes references to that. 0, -ENOTDIR:
 * a directory on a file, or a file on a directory; -ENOENT: at has no name any
 * more, or one that /proc makes at each look.
 */
int __must_check attach(struct mount_place *place, const struct fs_path *at);
/* Takes it, and all that is mounted on it, off; with its own reference. */
void take_off_all(struct mount_place *place);
/*
 * Moves it to where at leads, of the same kind. 0, -ENOENT as attach(), -ELOOP:
 * that is inside.
 */
int __must_check move_place(struct mount_place *place,
			    const struct fs_path *at);
/* Mounts below top what is mounted below src, of which top is a copy. */
int __must_check copy_below(struct mount_place *top, const struct fs_path *src);
/* Another place for what src leads to. NULL: no memory. */
struct mount_place *clone_place(const struct fs_path *src);
/* Is the root of a mount there, and not one that was taken off? */
bool is_mount_root(const struct fs_path *at);
/* Sets MS_RDONLY of all places of the tree: 0, -EBUSY: one has writers. */
int __must_check set_tree_read_only(struct file_tree *tree, bool read_only);
/* Sets the place's own flags. */
void set_place_flags(struct mount_place *place, u32 flags);

#endif
