/*
 * mount.h - where a file is: an inode, and the mount through which it is seen. What
 * is mounted is a service's (services/files/mounts.h); without it there is one
 * tree of files, and no mount.
 */
#ifndef MOUNT_H
#define MOUNT_H

#include <asm/atomic.h>
#include <bug.h>
#include <types.h>
#include <uapi/mount.h>

struct file;
struct inode;

/*
 * A tree of files, or a part of one, that covers a directory or a file: a walk
 * that comes to mnt_point by way of mnt_parent steps on to mnt_root. The same
 * tree may be mounted in several places. The first one, whose root is
 * root_inode, is mounted nowhere: NULL stands for its mount.
 */
struct mount {
	/* constant */
	struct inode *mnt_root; /* a reference */
	u32 mnt_id;             /* as in /proc/PID/mountinfo */
	/* a service's; read without a lock */
	u32 mnt_place_flags; /* MS_* of this place alone */
	/* atomic */
	atomic_t mnt_count; /* paths, files, mounts on it; and being mounted */
	/* tree_lock; all three NULL: it is mounted no more */
	struct inode *mnt_point;  /* a reference */
	struct mount *mnt_parent; /* a reference; or NULL: the first tree */
	struct mount *mnt_next;   /* in the table of covered places */
};

/* A place in the tree: an inode, as it is seen through a mount. */
struct fs_path {
	struct inode *inode;
	struct mount *mnt; /* NULL: the first tree */
};

/* Nobody calls them without a service: then there is no mount. */
struct mount_operations {
	/*
	 * Something is mounted on the inode, here or where another mount shows
	 * it: steps on to what is mounted here. The path's references move.
	 */
	void (*cross)(struct fs_path *at);
	/*
	 * From a mount's root goes to the place that it covers, and on while
	 * that is a mount's root, too. Stays at the task's root, and where a
	 * mount was unmounted: then there is nothing above.
	 */
	void (*leave)(struct fs_path *at);
	/* Whether at lies in what its mount shows, which may be a part. */
	bool (*shows)(const struct fs_path *at);
	/* Whether the running task may open it: as inode_permission(). */
	int (*may_open)(const struct fs_path *at, u32 mask);
	/* A walk in the directory at may follow its link. 0, -ELOOP, -EACCES. */
	int (*may_follow)(const struct fs_path *at, const struct inode *link,
			  bool last);
	/* Whether reading the inode by way of mnt leaves its i_atime alone. */
	bool (*keeps_atime)(const struct inode *inode, const struct mount *mnt);
	/*
	 * at was opened as file, which takes a reference to the mount. 0; or
	 * -EROFS, and the file is dropped: the mount has just become read-only.
	 */
	int (*opened)(const struct fs_path *at, struct file *file);
	/* That file ends: drops the reference. May sleep. */
	void (*closed)(struct file *file);
	/* The last reference is gone. May sleep. */
	void (*free)(struct mount *mnt);
};

/* Filled at boot, before there is a program; then constant. */
extern struct mount_operations mount_ops;

/* Takes a reference; the caller has one, or tree_lock. NULL allowed. */
static inline struct mount *mntget(struct mount *mnt)
{
	if (unlikely(mnt))
		atomic_inc(&mnt->mnt_count);
	return mnt;
}

/* Drops a reference. NULL allowed. May sleep. */
static inline void mntput(struct mount *mnt)
{
	if (unlikely(mnt) && atomic_dec_and_test(&mnt->mnt_count))
		mount_ops.free(mnt);
}

static inline bool same_path(const struct fs_path *a, const struct fs_path *b)
{
	return a->inode == b->inode && a->mnt == b->mnt;
}

/* Whether a path is where its mount begins. */
static inline bool at_mount_root(const struct fs_path *at)
{
	return unlikely(at->mnt) && at->inode == at->mnt->mnt_root;
}

/* Whether a mount (NULL: the first, which has none) has one of these MS_*. */
static inline bool mnt_has(const struct mount *mnt, u32 flags)
{
	return unlikely(mnt) && READ_ONCE(mnt->mnt_place_flags) & flags;
}

#endif
