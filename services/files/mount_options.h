/*
 * services/files/mount_options.h - the options of a tmpfs, and the limits on
 * its tree.
 */
#ifndef SERVICES_FILES_MOUNT_OPTIONS_H
#define SERVICES_FILES_MOUNT_OPTIONS_H

#include <fs/fs.h>

struct tree_options {
	u32 mode, uid, gid;        /* of the root directory */
	u32 max_pages, max_inodes; /* 0: no limit */
};

#define RAMFS_MODE 0755 /* of a ramfs's root, unless mode= says another */

/* The options of a tmpfs that is mounted without any. */
struct tree_options default_tree_options(void);
/*
 * Changes the options that text, such as "size=64k,mode=755", lists. text is
 * overwritten. 0, or -EINVAL for an unknown option or no number.
 */
int __must_check parse_tree_options(char *text, struct tree_options *options);
/* Gives the new tree of root limits, which are freed with it. 0 or -ENOMEM. */
int __must_check limit_tree(struct inode *root,
			    const struct tree_options *options);
/* Whether a tree has more than the options would allow. */
bool exceeds_limits(const struct tree_limits *limits,
		    const struct tree_options *options);
/* Changes a tree's limits. Hold mounts_lock for writing. */
void change_limits(struct tree_limits *limits,
		   const struct tree_options *options);
struct file_tree;
/* Writes the options as /proc/mounts shows them: ",size=64k", or "". */
void show_tree_options(const struct file_tree *tree, char *text, size_t bytes);

#endif
