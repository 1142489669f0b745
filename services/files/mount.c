/*
 * services/files/mount.c - mount and umount2: an empty file system of memory covers a
 * directory.
 *
 * A tmpfs is a tree of ramfs with a device number of its own. Its root stands in the
 * place of the directory that it covers (i_mounted): a walk steps on to it, and it
 * has that one's name and parent. /proc, /dev and /dev/pts are there from the start, in
 * one place each; to mount proc, devtmpfs or devpts there only puts it on the list.
 */
#include <fs/fs.h>
#include <services/files/files.h>
#include <services/files/mount_options.h>
#include <string.h>
#include <uapi/mount.h>

/* Which mounts propagate to which. */
#define MS_PROPAGATION (MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED)

#define NAME_BYTES 128 /* of a type, a source and the options, with the NUL */

struct mount {
	TAILQ_ENTRY(mount) link; /* mounts_lock */
	/* constant; references */
	struct inode *point, *root; /* the same: it was there from the start */
	u32 flags, id;
	char type[NAME_BYTES], source[NAME_BYTES];
};

static struct rw_semaphore mounts_lock = {
	.lock = SPINLOCK_INIT,
	.wait = WAIT_QUEUE_INIT(mounts_lock.wait),
};
/* clang-format off */
static TAILQ_HEAD(, mount) mounts = TAILQ_HEAD_INITIALIZER(mounts);
/* clang-format on */
/* mounts_lock */
static u32 last_dev = TMPFS_FIRST_DEV, last_id = ROOT_MOUNT_ID;

/* The topmost mount whose root that is, or NULL. mounts_lock held. */
static struct mount *find_mount(const struct inode *root)
{
	struct mount *mount, *found = NULL;

	TAILQ_FOREACH(mount, &mounts, link)
		if (mount->root == root)
			found = mount;
	return found;
}

/* The id of the mount that the place where this one is belongs to. */
static u32 parent_id(const struct mount *mount)
{
	const struct mount *found = NULL;
	const struct dir_entry *entry;
	const struct inode *dir = mount->point;

	spin_lock(&tree_lock);
	if (mount->root != dir)
		found = find_mount(dir);
	while (!found && (entry = dir->i_entry)) {
		dir = entry->dir;
		found = find_mount(dir);
	}
	spin_unlock(&tree_lock);
	return found ? found->id : ROOT_MOUNT_ID;
}

bool get_mount(u32 n, struct mount_facts *facts)
{
	const struct mount *mount;
	int err = -ENOENT;

	down_read(&mounts_lock);
	TAILQ_FOREACH(mount, &mounts, link)
		if (n-- == 0)
			break;
	if (mount) {
		facts->flags = mount->flags;
		facts->id = mount->id;
		facts->parent = parent_id(mount);
		facts->dev = mount->root->i_dev;
		strcpy(facts->type, mount->type);
		strcpy(facts->source, mount->source);
		err = inode_path(mount->root, facts->path, sizeof(facts->path));
	}
	up_read(&mounts_lock);
	if (mount && err) /* outside of the task's root */
		facts->path[0] = '\0';
	return mount;
}

/* ---- a tree of its own ------------------------------------------- */

/* 0 and a root directory without a name, or -errno. */
static int new_tree(const struct tree_options *options, struct inode **result)
{
	struct inode *root = ramfs_inode(S_IFDIR | options->mode);
	int err = root ? limit_tree(root, options) : -ENOMEM;

	if (err) {
		iput(root);
		return err;
	}
	root->i_uid = options->uid;
	root->i_gid = options->gid;
	last_dev++;
	root->i_dev = MKDEV(0, last_dev);
	*result = root;
	return 0;
}

/*
 * A walk through a tree holds the lock of each directory from the root down to
 * where it stands, so that nothing moves.
 */
static bool has_users(const struct inode *inode)
{
	u32 names = S_ISDIR(inode->i_mode) ? 1 : inode->i_nlink;

	return (u32)atomic_read(&inode->i_count) > names || inode->i_mounted;
}

/* Is anything of it open, or somebody in it? */
static bool tree_is_busy(struct inode *root)
{
	struct inode *dir = root;
	struct dir_entry *entry;
	bool busy = false;

	down_read(&dir->i_lock);
	entry = TAILQ_FIRST(&ramfs_dir(dir)->entries);
	for (;;) {
		if (!entry || busy) {
			up_read(&dir->i_lock);
			if (dir == root)
				return busy;
			entry = TAILQ_NEXT(dir->i_entry, link);
			dir = dir->i_entry->dir;
			continue;
		}
		busy = has_users(entry->inode);
		if (!busy && S_ISDIR(entry->inode->i_mode)) {
			dir = entry->inode;
			down_read(&dir->i_lock);
			entry = TAILQ_FIRST(&ramfs_dir(dir)->entries);
		} else {
			entry = TAILQ_NEXT(entry, link);
		}
		cond_resched();
	}
}

/* All names go, and none comes any more; what is open lives on without. */
static void empty_tree(struct inode *root)
{
	struct inode *dir = root, *inode, *parent;
	struct dir_entry *entry;

	down_write(&dir->i_lock);
	for (;;) {
		entry = TAILQ_FIRST(&ramfs_dir(dir)->entries);
		if (entry && is_ramfs_dir(entry->inode) &&
		    !TAILQ_EMPTY(&ramfs_dir(entry->inode)->entries)) {
			dir = entry->inode;
			down_write(&dir->i_lock);
		} else if (entry) {
			if (!ramfs_drop_entry(dir, entry, &inode))
				iput(inode);
		} else {
			parent = dir == root ? NULL : dir->i_entry->dir;
			if (!parent)
				root->i_nlink = 0;
			up_write(&dir->i_lock);
			if (!parent)
				return;
			dir = parent;
		}
		cond_resched();
	}
}

/* ---- covering and uncovering; mounts_lock held ------------------- */

static int cover(struct inode *point, struct inode *root)
{
	int err = 0;

	spin_lock(&tree_lock);
	if (!point->i_entry || point->i_mounted) {
		err = -EBUSY; /* the root itself; or another was first */
	} else {
		point->i_mounted = root;
		root->i_entry = point->i_entry;
	}
	spin_unlock(&tree_lock);
	return err;
}

static void uncover(struct inode *point, struct inode *root)
{
	spin_lock(&tree_lock);
	point->i_mounted = NULL;
	root->i_entry = NULL;
	spin_unlock(&tree_lock);
}

/* A ramfs has a mode alone, knows no limit and minds no other option. */
static int mount_tree(struct mount *mount, char *text)
{
	struct tree_options options = default_tree_options();
	bool limited = !strcmp(mount->type, "tmpfs");
	int err = parse_tree_options(text, &options);

	if (!limited)
		options.max_pages = options.max_inodes = 0;
	if (err && limited)
		return err;
	err = new_tree(&options, &mount->root);
	return err ? err : cover(mount->point, mount->root);
}

/* What is not said anew stays. mounts_lock held. */
static int remount_tree(struct mount *mount, char *text)
{
	struct tree_limits *limits = mount->root->i_limits;
	struct tree_options options;
	int err;

	if (!limits)
		return 0;
	options = (struct tree_options){ .max_pages = limits->max_pages,
					 .max_inodes = limits->max_inodes };
	err = parse_tree_options(text, &options);
	return err ? err : change_tree_limits(mount->root, &options);
}

/* What was there from the start: once, and where it is. */
static int mount_found(struct mount *mount, bool is_it)
{
	if (!is_it || find_mount(mount->point))
		return -EBUSY;
	mount->root = igrab(mount->point);
	return 0;
}

/* Is it what has that name in dir, and nothing on it? tree_lock held. */
static bool is_in(const struct inode *inode, const struct inode *dir,
		  const char *name)
{
	const struct dir_entry *entry = inode->i_entry;

	return entry && entry->dir == dir && entry->inode == inode &&
		!strcmp(entry->name, name);
}

/* The same in the root; or with pts, in the root's dev. */
static bool is_in_root(const struct inode *inode, const char *name, bool pts)
{
	const struct dir_entry *entry;
	bool is = true;

	spin_lock(&tree_lock);
	if (pts) {
		entry = inode->i_entry;
		is = entry && is_in(inode, entry->dir, "pts");
		inode = is ? entry->dir : inode;
	}
	is = is && is_in(inode, root_inode, name);
	spin_unlock(&tree_lock);
	return is;
}

static int mount_type(struct mount *mount, char *options)
{
	const struct inode *point = mount->point;

	if (!strcmp(mount->type, "tmpfs") || !strcmp(mount->type, "ramfs"))
		return mount_tree(mount, options);
	if (!strcmp(mount->type, "proc"))
		return mount_found(mount,
				   is_in_root(point, "proc", false) &&
					   !is_ramfs_dir(point));
	if (!strcmp(mount->type, "devtmpfs"))
		return mount_found(mount, is_in_root(point, "dev", false));
	if (!strcmp(mount->type, "devpts"))
		return mount_found(mount, is_in_root(point, "dev", true));
	return -ENODEV;
}

static void free_mount(struct mount *mount)
{
	iput(mount->point);
	iput(mount->root);
	kfree(mount);
}

/* ---- mount ------------------------------------------------------- */

/* A short text of the program's; 0: an empty one. */
static int read_text(uaddr_t from, char text[NAME_BYTES])
{
	text[0] = '\0';
	return from ? strncpy_from_user(text, from, NAME_BYTES, NULL) : 0;
}

/* mount's texts and its point are those of the call. */
static int add_mount(struct mount *mount, u32 flags, char *options)
{
	int err = 0;

	if (flags & (MS_BIND | MS_MOVE | MS_RDONLY))
		return -EINVAL; /* a directory has one place, and is writable */
	if (!S_ISDIR(mount->point->i_mode))
		return -ENOTDIR;
	mount->flags = flags;
	down_write(&mounts_lock);
	err = mount_type(mount, options);
	if (!err) {
		mount->id = ++last_id;
		TAILQ_INSERT_TAIL(&mounts, mount, link);
	}
	up_write(&mounts_lock);
	return err;
}

/* Other flags for what is mounted; who shares mounts with whom: nobody does. */
static int change_mount(const struct inode *root, u32 flags, char *options)
{
	struct mount *mount;
	int err;

	if (flags & MS_REMOUNT && flags & MS_RDONLY)
		return -EBUSY; /* nothing here can be made read-only */
	down_write(&mounts_lock);
	mount = find_mount(root);
	err = mount || root == root_inode ? 0 : -EINVAL;
	if (mount && flags & MS_REMOUNT)
		err = remount_tree(mount, options);
	if (mount && flags & MS_REMOUNT && !err)
		mount->flags = flags & ~(u32)MS_REMOUNT;
	up_write(&mounts_lock);
	return err;
}

/* Linux's order: what cannot be read, what is not there, who may not. */
s32 sys_mount(uaddr_t source, uaddr_t target, uaddr_t type, u32 flags,
	      uaddr_t data)
{
	struct mount *mount = kzalloc(sizeof(*mount), GFP_KERNEL);
	char options[NAME_BYTES];
	bool changes = flags & (MS_REMOUNT | MS_PROPAGATION);
	s32 err;

	if (!mount)
		return -ENOMEM;
	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~(u32)MS_MGC_MSK;
	err = read_text(type, mount->type);
	if (!err)
		err = read_text(source, mount->source);
	if (!err)
		err = read_text(data, options);
	if (!err)
		err = user_path_lookup(AT_FDCWD, target, LOOKUP_FOLLOW,
				       &mount->point);
	if (!err && !capable(CAP_SYS_ADMIN))
		err = -EPERM;
	if (!err)
		err = changes ? change_mount(mount->point, flags, options) :
				add_mount(mount, flags, options);
	if (err || changes)
		free_mount(mount);
	return err;
}

/* ---- umount ------------------------------------------------------ */

/* Is something mounted in the tree of root? */
static bool has_mounts(const struct inode *root)
{
	const struct mount *mount;

	TAILQ_FOREACH(mount, &mounts, link)
		if (mount->point->i_dev == root->i_dev)
			return true;
	return false;
}

/* root: with the caller's reference. mounts_lock held. */
static int take_off(struct mount *mount, struct inode *root, bool detach)
{
	if (mount->root == mount->point)
		return 0;
	if (has_mounts(root) || (!detach && atomic_read(&root->i_count) > 2))
		return -EBUSY;
	uncover(mount->point, root);
	if (!detach && tree_is_busy(root))
		return cover(mount->point, root) ? 0 : -EBUSY;
	empty_tree(root);
	return 0;
}

s32 sys_umount2(uaddr_t target, u32 flags)
{
	struct mount *mount;
	struct inode *root;
	s32 err;

	if (flags & ~(u32)(MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = user_path_lookup(AT_FDCWD, target,
			       flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW,
			       &root);
	if (err)
		return err;
	if (!capable(CAP_SYS_ADMIN)) {
		iput(root);
		return -EPERM;
	}
	down_write(&mounts_lock);
	mount = find_mount(root);
	err = mount ? take_off(mount, root, flags & MNT_DETACH) : -EINVAL;
	if (!err)
		TAILQ_REMOVE(&mounts, mount, link);
	up_write(&mounts_lock);
	if (!err)
		free_mount(mount);
	iput(root);
	return err;
}
