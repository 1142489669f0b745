/*
 * fs/namei.h - from a path to a place in the tree.
 */
#ifndef FS_NAMEI_H
#define FS_NAMEI_H

#include <mount.h>
#include <types.h>

struct inode;

#define LOOKUP_FOLLOW 0x1 /* a symbolic link at the end is followed */
#define LOOKUP_EMPTY  0x2 /* "" means dirfd itself */

/* A walk along a path; end_walk() drops what it holds. */
struct nameidata {
	union { /* references: where the walk has come to */
		struct fs_path at;
		struct {
			struct inode *inode;
			struct mount *mnt;
		};
	};
	char *path;       /* path with a link's text, from kmalloc */
	const char *rest; /* the part not walked yet */
	const char *name; /* path_parent: the last component, no NUL;
				 * NULL: there is none ("/", ".", "..") */
	u32 bytes;        /* of name */
	u32 links;        /* followed so far */
	bool want_dir;    /* a slash follows the last component */
};

/*
 * Copies a user's path: *name gets PATH_MAX bytes from kmalloc, to be kfree'd.
 * 0, -EFAULT, -ENAMETOOLONG, -ENOMEM.
 */
int __must_check getname(uaddr_t path, char **name);

/* Stores the working directory, or the root, with references. */
void get_cwd(struct fs_path *at);
/*
 * Stores where path leads, with references for path_put(). dirfd: openat's. 0
 * or -errno.
 */
int __must_check path_at(s32 dirfd, const char *path, u32 flags,
			 struct fs_path *at);
/* The same for a caller that does not mind the mount. */
int __must_check path_lookup(s32 dirfd, const char *path, u32 flags,
			     struct inode **inode);
/*
 * Walks to the directory of path's last name, which need not exist: nd->inode,
 * nd->name. Whatever it returns, end_walk() must follow.
 */
int __must_check path_parent(s32 dirfd, const char *path, struct nameidata *nd);
/*
 * The last name is the symbolic link `link`: goes on through it, to the
 * directory of the name it leads to.
 */
int __must_check path_parent_through(struct nameidata *nd, struct inode *link);
/* Drops the walk's references; nd is unusable then. */
void end_walk(struct nameidata *nd);

#endif
