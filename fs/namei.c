/*
 * From a path to an inode.
 *
 * A walk stands on one inode and takes one name after the other. A symbolic
 * link is followed by putting its text in front of the rest of the path, so
 * however links are nested there is no recursion; LINKS_MAX ends loops.
 */
#include <fs/internal.h>
#include <string.h>

#define LINKS_MAX 40 /* as Linux */

int getname(uaddr_t path, char **name)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);
	int err;

	if (!buf)
		return -ENOMEM;
	err = strncpy_from_user(buf, path, PATH_MAX, NULL);
	if (err)
		kfree(buf);
	else
		*name = buf;
	return err;
}

void end_walk(struct nameidata *nd)
{
	iput(nd->inode);
	kfree(nd->path);
}

static void step_to(struct nameidata *nd, struct inode *inode)
{
	iput(nd->inode);
	nd->inode = inode;
}

struct inode *get_cwd(void)
{
	struct fs_struct *fs = current_thread_info()->fs;
	struct inode *cwd;

	if (!fs)
		return igrab(root_inode);
	spin_lock(&fs->lock);
	cwd = igrab(fs->cwd);
	spin_unlock(&fs->lock);
	return cwd;
}

static struct inode *get_root(void)
{
	struct fs_struct *fs = current_thread_info()->fs;
	struct inode *root;

	/* During another thread's chroot() it is the old root or the new. */
	if (!fs || likely(!READ_ONCE(fs->root)))
		return igrab(root_inode);
	spin_lock(&fs->lock);
	root = igrab(fs->root ? fs->root : root_inode);
	spin_unlock(&fs->lock);
	return root;
}

/* Where a walk from dirfd begins: a directory, or any open file for "". */
static int start_inode(s32 dirfd, struct inode **inode)
{
	struct file *file;

	if (dirfd == AT_FDCWD) {
		*inode = get_cwd();
		return 0;
	}
	file = fget_raw((u32)dirfd);
	if (!file)
		return -EBADF;
	*inode = igrab(file->f_inode);
	fput(file);
	return 0;
}

static int begin_walk(s32 dirfd, const char *path, u32 flags,
		      struct nameidata *nd)
{
	*nd = (struct nameidata){ .rest = path };
	if (!path[0] && !(flags & LOOKUP_EMPTY))
		return -ENOENT;
	if (path[0] == '/') {
		nd->inode = get_root();
		return 0;
	}
	return start_inode(dirfd, &nd->inode);
}

/* Cut the next component off: nd->name, nd->bytes. False: there is none. */
static bool next_name(struct nameidata *nd)
{
	const char *p = nd->rest;

	while (*p == '/')
		p++;
	nd->name = p;
	while (*p && *p != '/')
		p++;
	nd->bytes = (u32)(p - nd->name);
	nd->want_dir = *p == '/';
	while (*p == '/')
		p++;
	nd->rest = p;
	return nd->bytes > 0;
}

static bool is_dot(const struct nameidata *nd)
{
	return nd->bytes == 1 && nd->name[0] == '.';
}

static bool is_dotdot(const struct nameidata *nd)
{
	return nd->bytes == 2 && nd->name[0] == '.' && nd->name[1] == '.';
}

/* ".." of the root is the root; of a directory that was removed, nothing. */
static int step_up(struct nameidata *nd)
{
	struct inode *parent = NULL;

	if (nd->inode == root_inode || nd->inode == current_root())
		return 0;
	spin_lock(&tree_lock);
	if (nd->inode->i_entry)
		parent = igrab(nd->inode->i_entry->dir);
	spin_unlock(&tree_lock);
	if (!parent)
		return -ENOENT;
	step_to(nd, parent);
	return 0;
}

static int jump_to_target(struct nameidata *nd, struct inode *link)
{
	struct inode *target;
	int err = link->i_op->jump(link, &target);

	if (!err)
		step_to(nd, target);
	return err;
}

/* Go on at the link's text, and after it at what was left of the path. */
static int follow_link(struct nameidata *nd, struct inode *link)
{
	size_t length, rest = strlen(nd->rest);
	char *path;
	int err;

	if (++nd->links > LINKS_MAX)
		return -ELOOP;
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
	if (nd->want_dir)
		path[length++] = '/';
	memcpy(path + length, nd->rest, rest + 1);
	kfree(nd->path);
	nd->path = path;
	nd->rest = path;
	if (path[0] == '/')
		step_to(nd, get_root());
	return 0;
}

/* What is mounted on a directory stands in its place. The reference moves. */
static struct inode *cross_mounts(struct inode *inode)
{
	struct inode *over;

	while (unlikely(READ_ONCE(inode->i_mounted))) {
		spin_lock(&tree_lock);
		over = inode->i_mounted ? igrab(inode->i_mounted) : NULL;
		spin_unlock(&tree_lock);
		if (!over)
			break;
		iput(inode);
		inode = over;
	}
	return inode;
}

/* Walk one ordinary name; `follow` says what to do if it is a link. */
static int step_down(struct nameidata *nd, bool follow)
{
	struct inode *child;
	int err;

	if (!nd->inode->i_op || !nd->inode->i_op->lookup)
		return -ENOTDIR;
	err = nd->inode->i_op->lookup(nd->inode, nd->name, nd->bytes, &child);
	if (err)
		return err;
	if (!S_ISLNK(child->i_mode) || !follow) {
		step_to(nd, cross_mounts(child));
		return 0;
	}
	err = follow_link(nd, child);
	iput(child);
	return err;
}

/* parent: stop before the last name. follow: a link that is the last one. */
static int walk(struct nameidata *nd, bool parent, bool follow)
{
	bool last, want_dir = false;
	int err = 0;

	while (!err && next_name(nd)) {
		cond_resched(); /* links may make a path of 80,000 names */
		want_dir = nd->want_dir;
		last = *nd->rest == '\0';
		if (!S_ISDIR(nd->inode->i_mode))
			return -ENOTDIR;
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
			err = step_down(nd, follow || want_dir);
	}
	if (!err && want_dir && !S_ISDIR(nd->inode->i_mode))
		err = -ENOTDIR;
	nd->name = NULL;
	return err;
}

int path_lookup(s32 dirfd, const char *path, u32 flags, struct inode **inode)
{
	struct nameidata nd;
	int err = begin_walk(dirfd, path, flags, &nd);

	if (!err)
		err = walk(&nd, false, flags & LOOKUP_FOLLOW);
	if (!err)
		*inode = igrab(nd.inode);
	end_walk(&nd);
	return err;
}

int path_parent(s32 dirfd, const char *path, struct nameidata *nd)
{
	int err = begin_walk(dirfd, path, 0, nd);

	return err ? err : walk(nd, true, true);
}

int path_parent_through(struct nameidata *nd, struct inode *link)
{
	int err = follow_link(nd, link);

	return err ? err : walk(nd, true, true);
}
