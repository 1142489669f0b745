/*
 * services/files/mount_options.h - a tmpfs's options, and what its tree may hold.
 */
#ifndef SERVICES_FILES_MOUNT_OPTIONS_H
#define SERVICES_FILES_MOUNT_OPTIONS_H

#include <fs/fs.h>

struct tree_options {
	u32 mode, uid, gid;        /* of the root directory */
	u32 max_pages, max_inodes; /* 0: no limit */
};

struct tree_options default_tree_options(void);
/*
 * Change what text, "size=64k,mode=755", says; text is cut up. 0, or -EINVAL: an
 * option that is not known, or no number.
 */
int __must_check parse_tree_options(char *text, struct tree_options *options);
/* The new tree of root gets limits: 0 or -ENOMEM. */
int __must_check limit_tree(struct inode *root,
			    const struct tree_options *options);
/* Others, for a tree that has some: 0, or -EINVAL: there is more in it. */
int __must_check change_tree_limits(struct inode *root,
				    const struct tree_options *options);
struct file_tree;
/* Writes what /proc/mounts shows behind the flags: ",size=64k", or "". */
void show_tree_options(const struct file_tree *tree, char *text, size_t bytes);

#endif
