/*
 * services/files/mount.c - mount and umount2.
 *
 * A tmpfs is a tree of ramfs with a device number of its own. What proc, devtmpfs
 * and devpts show is there from the start, in the first tree: to mount one of them
 * gives that directory a further place.
 */
#include <services/files/mounts.h>
#include <string.h>

/* Which mounts propagate to which. */
#define MS_PROPAGATION (MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED)
/* The flags that a place has. */
#define MS_ATIME       (MS_NOATIME | MS_NODIRATIME | MS_RELATIME)
#define MS_PLACE                                                     \
	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | \
	 MS_NODIRATIME)

/* What the program has passed. */
struct mount_call {
	struct fs_path at;
	char type[MOUNT_NAME_BYTES], options[MOUNT_NAME_BYTES];
	char source[PATH_MAX];
	u32 flags;
};

/* As Linux: relatime, unless the program asks for another kind. */
static u32 flags_of_place(const struct mount_call *call)
{
	u32 flags = call->flags & MS_PLACE;

	if (!(flags & MS_NOATIME))
		flags |= MS_RELATIME;
	if (call->flags & MS_STRICTATIME)
		flags &= ~(u32)(MS_NOATIME | MS_RELATIME);
	return flags;
}

/* ---- a file system ----------------------------------------------- */

/* A tmpfs; a ramfs has a mode alone, knows no limit and minds no other option. */
static int make_root(struct file_tree *tree, char *text)
{
	static u32 last_dev = TMPFS_FIRST_DEV; /* mounts_lock */
	struct tree_options options = default_tree_options();
	bool limited = !strcmp(tree->type, "tmpfs");
	int err = parse_tree_options(text, &options);

	if (!limited)
		options.max_pages = options.max_inodes = 0;
	if (err && limited)
		return err;
	tree->root = ramfs_inode(S_IFDIR | options.mode);
	err = tree->root ? limit_tree(tree->root, &options) : -ENOMEM;
	if (err)
		return err;
	tree->in_memory = true;
	tree->mode = options.mode;
	tree->uid = tree->root->i_uid = options.uid;
	tree->gid = tree->root->i_gid = options.gid;
	last_dev++;
	tree->root->i_dev = MKDEV(0, last_dev);
	return 0;
}

/* What has that name in the first tree, under whatever is mounted on it. */
static int find_root(struct file_tree *tree, struct inode *dir,
		     const char *name)
{
	int err = dir->i_op->lookup(dir, name, (u32)strlen(name), &tree->root);

	if (!err && !S_ISDIR(tree->root->i_mode))
		err = -ENOTDIR;
	return err;
}

static int find_devpts(struct file_tree *tree)
{
	struct inode *dev;
	int err = find_root(tree, root_inode, "dev");

	dev = tree->root;
	tree->root = NULL;
	if (!err)
		err = find_root(tree, dev, "pts");
	iput(dev);
	return err;
}

static int fill_tree(struct file_tree *tree, struct mount_call *call)
{
	strcpy(tree->type, call->type);
	tree->read_only = call->flags & MS_RDONLY;
	atomic_set(&tree->count, 1);
	if (!strcmp(call->type, "tmpfs") || !strcmp(call->type, "ramfs"))
		return make_root(tree, call->options);
	if (!strcmp(call->type, "proc"))
		return find_root(tree, root_inode, "proc");
	if (!strcmp(call->type, "devtmpfs"))
		return find_root(tree, root_inode, "dev");
	if (!strcmp(call->type, "devpts"))
		return find_devpts(tree);
	return -ENODEV;
}

/* The first place of a tree, which may be a new one. */
static int mount_new(struct mount_call *call)
{
	struct file_tree *tree = kzalloc(sizeof(*tree), GFP_KERNEL);
	struct mount_place *place = NULL;
	int err = tree ? fill_tree(tree, call) : -ENOMEM;

	/* As Linux: not a second time on itself. */
	if (!err && is_mount_root(&call->at) && call->at.inode == tree->root)
		err = -EBUSY;
	if (!err) {
		place = new_place(tree, tree->root, call->source);
		err = place ? 0 : -ENOMEM;
	}
	if (err) {
		if (tree)
			iput(tree->root);
		kfree(tree);
		return err;
	}
	set_place_flags(place, flags_of_place(call));
	err = attach(place, &call->at);
	if (err)
		mntput(&place->mnt);
	return err;
}

/* ---- places of what is there ------------------------------------- */

static int bind(const struct mount_call *call, const struct fs_path *source)
{
	struct mount_place *place = clone_place(source);
	int err;

	if (!place)
		return -ENOMEM;
	err = attach(place, &call->at);
	if (err) {
		mntput(&place->mnt);
		return err;
	}
	if (call->flags & MS_REC)
		err = copy_below(place, source);
	if (err)
		take_off_all(place);
	return err;
}

static int move(const struct mount_call *call, const struct fs_path *source)
{
	if (!is_mount_root(source) ||
	    S_ISDIR(source->inode->i_mode) != S_ISDIR(call->at.inode->i_mode))
		return -EINVAL;
	return move_place(place_of(source->mnt), &call->at);
}

static int mount_old(const struct mount_call *call)
{
	struct fs_path source;
	int err = call->source[0] ?
		path_at(AT_FDCWD, call->source, LOOKUP_FOLLOW, &source) :
		-EINVAL;

	if (err)
		return err;
	err = call->flags & MS_BIND ? bind(call, &source) : move(call, &source);
	path_put(&source);
	return err;
}

/* What is not said anew stays. */
static int remount_tree(const struct file_tree *tree, char *text)
{
	struct tree_limits *limits = tree->root->i_limits;
	struct tree_options options;
	int err;

	if (!limits || !tree->in_memory)
		return 0;
	options = (struct tree_options){ .max_pages = limits->max_pages,
					 .max_inodes = limits->max_inodes };
	err = parse_tree_options(text, &options);
	return err ? err : change_tree_limits(tree->root, &options);
}

/* Other flags for a place; and unless MS_BIND says so for its tree, too. */
static int remount(struct mount_call *call)
{
	bool read_only = call->flags & MS_RDONLY;
	struct mount_place *place;
	u32 flags = flags_of_place(call);
	int err = 0;

	if (!call->at.mnt && call->at.inode == root_inode)
		return read_only ? -EBUSY : 0; /* the first tree: as it is */
	if (!is_mount_root(&call->at))
		return -EINVAL;
	place = place_of(call->at.mnt);
	if (!(call->flags & (MS_ATIME | MS_STRICTATIME)))
		flags = (flags & ~(u32)MS_ATIME) | (place->flags & MS_ATIME);
	if (!(call->flags & MS_BIND)) {
		err = remount_tree(place->tree, call->options);
		if (!err)
			err = set_tree_read_only(place->tree, read_only);
	} else if (read_only && atomic_read(&place->writers)) {
		err = -EBUSY;
	}
	if (!err)
		set_place_flags(place, flags);
	return err;
}

/* ---- mount ------------------------------------------------------- */

/* In Linux's order. mounts_lock held for writing. */
static int do_mount(struct mount_call *call)
{
	if (call->flags & MS_REMOUNT)
		return remount(call);
	if (!(call->flags & MS_BIND) && call->flags & MS_PROPAGATION)
		return is_mount_root(&call->at) ||
				(!call->at.mnt &&
				 call->at.inode == root_inode) ?
			0 :
			-EINVAL;  /* no mount propagates to others here */
	follow_mounts(&call->at); /* "." and "/" may be covered themselves */
	if (call->flags & (MS_BIND | MS_MOVE))
		return mount_old(call);
	return call->type[0] ? mount_new(call) : -EINVAL;
}

/* A text of the program's, of so many bytes with the NUL; 0: an empty one. */
static int read_text(uaddr_t from, char *text, u32 bytes)
{
	text[0] = '\0';
	return from ? strncpy_from_user(text, from, bytes, NULL) : 0;
}

static int read_call(struct mount_call *call, uaddr_t source, uaddr_t type,
		     uaddr_t data)
{
	u32 bytes = call->flags & (MS_BIND | MS_MOVE) ? PATH_MAX :
							MOUNT_NAME_BYTES;
	int err = read_text(type, call->type, MOUNT_NAME_BYTES);

	if (!err)
		err = read_text(source, call->source, bytes);
	return err ? err : read_text(data, call->options, MOUNT_NAME_BYTES);
}

/* Linux's order: what cannot be read, what is not there, who may not. */
s32 sys_mount(uaddr_t source, uaddr_t target, uaddr_t type, u32 flags,
	      uaddr_t data)
{
	struct mount_call *call = kzalloc(sizeof(*call), GFP_KERNEL);
	s32 err;

	if (!call)
		return -ENOMEM;
	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~(u32)MS_MGC_MSK;
	call->flags = flags;
	err = read_call(call, source, type, data);
	if (!err)
		err = user_path_at(AT_FDCWD, target, LOOKUP_FOLLOW, &call->at);
	if (!err && !capable(CAP_SYS_ADMIN))
		err = -EPERM;
	if (!err) {
		down_write(&mounts_lock);
		err = do_mount(call);
		up_write(&mounts_lock);
	}
	path_put(&call->at);
	kfree(call);
	return err;
}

/* ---- umount ------------------------------------------------------ */

/* mounts_lock held for writing. */
static int do_umount(const struct fs_path *at, u32 flags)
{
	if (!is_mount_root(at))
		return -EINVAL;
	/* Two references are the list's and ours; what is mounted on it has one. */
	if (!(flags & MNT_DETACH) && atomic_read(&at->mnt->mnt_count) > 2)
		return -EBUSY;
	take_off_all(place_of(at->mnt));
	return 0;
}

s32 sys_umount2(uaddr_t target, u32 flags)
{
	struct fs_path at;
	s32 err;

	if (flags & ~(u32)(MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = user_path_at(AT_FDCWD, target,
			   flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &at);
	if (err)
		return err;
	if (capable(CAP_SYS_ADMIN)) {
		down_write(&mounts_lock);
		err = do_umount(&at, flags);
		up_write(&mounts_lock);
	} else {
		err = -EPERM;
	}
	path_put(&at);
	return err;
}
