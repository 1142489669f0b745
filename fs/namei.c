/*
 * From a path to an inode.
 *
 * A walk stands on one inode and takes one name after the other. It follows a
 * symbolic link by putting the link's text in front of the rest of the path, so
 * nested links need no recursion; LINKS_MAX ends loops.
 */
#include <fs/internal.h>
#include <string.h>

#define LINKS_MAX 40 /* as Linux */

/* Copies a path, because the program may change it during the walk. */
int getname(uaddr_t path, char **name)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	int err;

	if (!buf)
		return -ENOMEM;
	err = strncpy_from_user(buf, path, PATH_MAX, NULL);
	/*
	 * strncpy_from_user fails with -ENAMETOOLONG if no NUL comes within
	 * PATH_MAX.
	 */
	if (err)
		kfree(buf);
	else
		*name = buf;
	return err;
}

/* Ends a walk, also one that failed early, where both members may be NULL. */
void end_walk(struct nameidata *nd)
{
	path_put(&nd->at);
	kfree(nd->path);
}

/* Moves the walk and its reference on, so that one inode is held at a time. */
static void step_to(struct nameidata *nd, struct inode *inode)
{
	iput(nd->inode);
	nd->inode = inode;
}

/* Stores a place of the task's, which another thread may change. */
static void get_place(struct fs_struct *fs, const struct fs_path *place,
		      struct fs_path *at)
{
	/*
	 * Another thread's chdir() would drop the inode between load and igrab.
	 */
	spin_lock(&fs->lock);
	*at = *place;
	igrab(at->inode);
	mntget(at->mnt);
	spin_unlock(&fs->lock);
}

/*
 * Stores the working directory. At boot and in kernel threads there is no
 * fs_struct, and it is the root.
 */
void get_cwd(struct fs_path *at)
{
	struct fs_struct *fs = current_thread_info()->fs;

	if (fs)
		get_place(fs, &fs->pwd, at);
	else
		*at = (struct fs_path){ igrab(root_inode), NULL };
}

/* get_cwd for paths that begin with "/". */
static void get_root(struct fs_path *at)
{
	struct fs_struct *fs = current_thread_info()->fs;

	/*
	 * While another thread calls chroot() either root is right. Mostly
	 * there is none, and the lock can be saved.
	 */
	if (fs && unlikely(READ_ONCE(fs->root.inode)))
		get_place(fs, &fs->root, at);
	else
		*at = (struct fs_path){ igrab(root_inode), NULL };
}

/*
 * Stores where a walk from dirfd begins, with references: a directory, or for
 * "" any open file. 0 or -EBADF.
 */
static int start_place(s32 dirfd, struct fs_path *at)
{
	struct file *file;

	if (dirfd == AT_FDCWD) {
		get_cwd(at);
		return 0;
	}
	file = fget_raw((u32)dirfd);
	if (!file)
		return -EBADF;
	/*
	 * The walk keeps the inode and not the file, so the descriptor may be
	 * closed meanwhile.
	 */
	*at = (struct fs_path){ igrab(file->f_inode), mntget(file->f_mnt) };
	fput(file);
	return 0;
}

/*
 * Sets nd to the start of path. 0, -ENOENT for an empty path (POSIX), -EBADF.
 */
static int begin_walk(s32 dirfd, const char *path, u32 flags,
		      struct nameidata *nd)
{
	/* Filled before any error, because end_walk reads it. */
	nd->at = (struct fs_path){ NULL, NULL };
	nd->path = NULL;
	nd->links = 0;
	nd->rest = path;
	if (!path[0] && !(flags & LOOKUP_EMPTY))
		return -ENOENT;
	if (path[0] == '/') {
		get_root(&nd->at);
		return 0;
	}
	return start_place(dirfd, &nd->at);
}

/*
 * Cuts off the next component: nd->name, nd->bytes. Returns false if there is
 * none. Slashes behind it are skipped, so that an empty rest means the last
 * one.
 */
static bool next_name(struct nameidata *nd)
{
	const char *p = nd->rest;

	while (*p == '/')
		p++;
	nd->name = p;
	while (*p && *p != '/')
		p++;
	nd->bytes = (u32)(p - nd->name);
	/* "name/" must be a directory, even if it is a link to one. */
	nd->want_dir = *p == '/';
	while (*p == '/')
		p++;
	nd->rest = p;
	return nd->bytes > 0;
}

/* Whether the name is ".", which stays where the walk is. */
static bool is_dot(const struct nameidata *nd)
{
	return nd->bytes == 1 && nd->name[0] == '.';
}

/* Whether the name is "..", for which no directory has an entry. */
static bool is_dotdot(const struct nameidata *nd)
{
	return nd->bytes == 2 && nd->name[0] == '.' && nd->name[1] == '.';
}

/*
 * Takes ".." up, and on to what is mounted there. Of a mounted root it is the
 * covered directory's; of the task's root it is the root itself, or chroot
 * would not confine. One that was removed leads up as before, as on Linux. 0,
 * or -ENOENT for a directory that was moved out of what the mount shows: no path
 * from the task's root may lead on there.
 */
static int step_up(struct nameidata *nd)
{
	const struct fs_path root = current_root(), top = { root_inode, NULL };
	struct inode *parent = NULL;

	if (at_mount_root(&nd->at))
		mount_ops.leave(&nd->at);
	if (same_path(&nd->at, &root) || same_path(&nd->at, &top) ||
	    at_mount_root(&nd->at))
		goto out;
	/*
	 * A rename may move the directory meanwhile; the lock keeps its parent.
	 */
	spin_lock(&tree_lock);
	if (nd->inode->i_entry)
		parent = igrab(nd->inode->i_entry->dir);
	else if (nd->inode->i_removed)
		parent = igrab(nd->inode->i_removed->dir);
	spin_unlock(&tree_lock);
	if (!parent)
		return -ENOENT;
	step_to(nd, parent);
	/* After the step, so that no rename in between is missed. */
	if (nd->mnt && !mount_ops.shows(&nd->at))
		return -ENOENT;
out:
	follow_mounts(&nd->at);
	return 0;
}

/*
 * Follows the link of an open file (/proc/PID/fd/N), whose path may lead
 * elsewhere by now, or be gone.
 */
static int jump_to_target(struct nameidata *nd, struct inode *link)
{
	struct fs_path target;
	int err = link->i_op->jump(link, &target);

	if (!err) {
		path_put(&nd->at);
		nd->at = target;
	}
	return err;
}

/*
 * Goes on at the link's text, and behind it at the rest of the path. 0, -ELOOP,
 * -ENOENT (empty text), -ENAMETOOLONG, -ENOMEM.
 */
static int follow_link(struct nameidata *nd, struct inode *link)
{
	size_t length, rest = strlen(nd->rest);
	char *path;
	int err;

	if (++nd->links > LINKS_MAX)
		return -ELOOP;
	err = mount_ops.may_follow ?
		mount_ops.may_follow(&nd->at, link, !*nd->rest) :
		0;
	if (err)
		return err;
	if (link->i_op->jump)
		return jump_to_target(nd, link);
	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	err = link->i_op->readlink(link, path, PATH_MAX);
	length = err ? 0 : strlen(path);
	if (!err && length == 0)
		err = -ENOENT;
	if (!err && length + 1 + rest >= PATH_MAX)
		err = -ENAMETOOLONG;
	if (err) {
		kfree(path);
		return err;
	}
	/* The slash was skipped: it must still demand a directory. */
	if (nd->want_dir)
		path[length++] = '/';
	memcpy(path + length, nd->rest, rest + 1);
	/* Freed only after the copy, because rest pointed into it. */
	kfree(nd->path);
	nd->path = path;
	nd->rest = path;
	/*
	 * A relative text starts at the link's directory, where the walk
	 * stands.
	 */
	if (path[0] == '/') {
		path_put(&nd->at);
		get_root(&nd->at);
	}
	return 0;
}

/* Walks one ordinary name; a link is followed if `follow`. 0 or -errno. */
static int step_down(struct nameidata *nd, bool follow)
{
	struct inode *child;
	int err;

	/* Only directories have a lookup. */
	if (!nd->inode->i_op || !nd->inode->i_op->lookup)
		return -ENOTDIR;
	err = nd->inode->i_op->lookup(nd->inode, nd->name, nd->bytes, &child);
	if (err)
		return err;
	if (!S_ISLNK(child->i_mode) || !follow) {
		step_to(nd, child);
		follow_mounts(&nd->at);
		return 0;
	}
	err = follow_link(nd, child);
	iput(child);
	return err;
}

/*
 * Walks the rest of the path. parent: stops before the last name. follow:
 * follows a link that is the last one. 0 or -errno.
 */
static int walk(struct nameidata *nd, bool parent, bool follow)
{
	bool last, want_dir = false;
	int err = 0;

	while (!err && next_name(nd)) {
		cond_resched(); /* 40 links of 4 KiB: 80,000 names */
		want_dir = nd->want_dir;
		last = *nd->rest == '\0';
		if (!S_ISDIR(nd->inode->i_mode))
			return -ENOTDIR;
		/*
		 * For each name, "." and ".." too: search permission is of the
		 * directory it is looked up in.
		 */
		err = inode_permission(nd->inode, MAY_EXEC);
		if (err)
			return err;
		if (nd->bytes > NAME_MAX)
			return -ENAMETOOLONG;
		if (is_dot(nd))
			continue;
		if (is_dotdot(nd))
			err = step_up(nd);
		else if (last && parent)
			return 0;
		else
			/*
			 * "link/" is followed even where the last link is not
			 * (POSIX 4.13).
			 */
			err = step_down(nd, follow || want_dir);
	}
	if (!err && want_dir && !S_ISDIR(nd->inode->i_mode))
		err = -ENOTDIR;
	/*
	 * The loop has used the last name: for path_parent this means that
	 * there is none to create.
	 */
	nd->name = NULL;
	return err;
}

/* Finds the place that a path leads to. The walk's references move. */
int path_at(s32 dirfd, const char *path, u32 flags, struct fs_path *at)
{
	struct nameidata nd;
	int err = begin_walk(dirfd, path, flags, &nd);

	if (!err)
		err = walk(&nd, false, flags & LOOKUP_FOLLOW);
	if (err) {
		end_walk(&nd);
		return err;
	}
	kfree(nd.path);
	*at = nd.at;
	return 0;
}

/* Finds the inode of a path. */
int path_lookup(s32 dirfd, const char *path, u32 flags, struct inode **inode)
{
	struct fs_path at;
	int err = path_at(dirfd, path, flags, &at);

	if (err)
		return err;
	mntput(at.mnt);
	*inode = at.inode;
	return 0;
}

/*
 * Finds the directory for a call that creates or removes a name, which is
 * itself not looked up.
 */
int path_parent(s32 dirfd, const char *path, struct nameidata *nd)
{
	int err = begin_walk(dirfd, path, 0, nd);

	return err ? err : walk(nd, true, true);
}

/*
 * Goes on through a link for open(O_CREAT), which creates the file that a
 * dangling link leads to.
 */
int path_parent_through(struct nameidata *nd, struct inode *link)
{
	int err = follow_link(nd, link);

	return err ? err : walk(nd, true, true);
}
