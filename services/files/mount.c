/*
 * services/files/mount.c - mount and umount2.
 *
 * A tmpfs is a tree of ramfs with a device number of its own. The directories
 * that proc, devtmpfs and devpts show exist from the start in the root file
 * system, so mounting one of these gives that directory a further place.
 */
#include <services/files/mounts.h>
#include <string.h>

/* Flags about the propagation of mounts, of which there is none here. */
#define MS_PROPAGATION (MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED)
/* The flags that are kept per place. */
#define MS_ATIME       (MS_NOATIME | MS_NODIRATIME | MS_RELATIME)
#define MS_PLACE                                                         \
	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW | \
	 MS_NOATIME | MS_NODIRATIME)

/* The arguments of mount(2). */
struct mount_call {
	struct fs_path at;
	char type[MOUNT_NAME_BYTES], options[MOUNT_NAME_BYTES];
	char source[PATH_MAX];
	u32 flags;
	bool has_type; /* an empty one is a type that does not exist */
};

/*
 * The place's MS_*. As on Linux, MS_RELATIME unless the call has another kind.
 */
static u32 flags_of_place(const struct mount_call *call)
{
	u32 flags = call->flags & MS_PLACE;

	if (!(flags & MS_NOATIME))
		flags |= MS_RELATIME;
	if (call->flags & MS_STRICTATIME)
		flags &= ~(u32)(MS_NOATIME | MS_RELATIME);
	return flags;
}

/* ---- a new file system ------------------------------------------- */

/*
 * Makes the root of a tmpfs or a ramfs. A ramfs has no limits, obeys only mode=
 * and ignores options that it does not have, as on Linux. 0, -EINVAL or
 * -ENOMEM; the caller puts tree->root in either case.
 */
static int make_root(struct file_tree *tree, char *text)
{
	static u32 last_dev = TMPFS_FIRST_DEV; /* mounts_lock */
	struct tree_options options = default_tree_options();
	bool limited = !strcmp(tree->type, "tmpfs");
	int err;

	if (!limited)
		options.mode = RAMFS_MODE;
	err = parse_tree_options(text, &options);
	if (!limited)
		options.uid = options.gid = 0;
	else if (err)
		return err;
	tree->root = ramfs_inode(S_IFDIR | options.mode);
	if (!tree->root)
		return -ENOMEM;
	err = limited ? limit_tree(tree->root, &options) : 0;
	if (err)
		return err;
	tree->in_memory = true;
	tree->mode = options.mode;
	tree->uid = tree->root->i_uid = options.uid;
	tree->gid = tree->root->i_gid = options.gid;
	last_dev++;
	tree->root->i_dev = MKDEV(0, last_dev);
	if (limited)
		tree->root->i_crtime = tree->root->i_ctime;
	return 0;
}

/* Stores the directory `name` of dir as tree's root, even if it is covered. */
static int find_root(struct file_tree *tree, struct inode *dir,
		     const char *name)
{
	int err = dir->i_op->lookup(dir, name, (u32)strlen(name), &tree->root);

	if (!err && !S_ISDIR(tree->root->i_mode))
		err = -ENOTDIR;
	return err;
}

/* The same for /dev/pts. */
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

/*
 * Fills in the tree that call describes. 0, -ENODEV for an unknown type, or the
 * -errno of its making.
 */
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

/* mount of a file system by its type. 0 or -errno. */
static int mount_new(struct mount_call *call)
{
	struct file_tree *tree = kzalloc(sizeof(*tree), GFP_KERNEL);
	struct mount_place *place = NULL;
	int err = tree ? fill_tree(tree, call) : -ENOMEM;

	/* As on Linux, proc and the like are not mounted on themselves. */
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
	/* Before attach(), after which walks use them. */
	place->mnt.mnt_place_flags = flags_of_place(call);
	err = attach(place, &call->at);
	if (err)
		mntput(&place->mnt);
	return err;
}

/* ---- bind mounts, moves and remounts ----------------------------- */

/*
 * MS_BIND, and with MS_REC all mounts below. 0 or -errno, and then nothing is
 * mounted.
 */
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

/* MS_MOVE. source must be a mount's root. */
static int move(const struct mount_call *call, const struct fs_path *source)
{
	if (!is_mount_root(source) ||
	    S_ISDIR(source->inode->i_mode) != S_ISDIR(call->at.inode->i_mode))
		return -EINVAL;
	return move_place(place_of(source->mnt), &call->at);
}

/* The calls whose source is a path. */
static int mount_old(const struct mount_call *call)
{
	struct fs_path source;
	int err = call->source[0] ?
		path_at(AT_FDCWD, call->source, LOOKUP_FOLLOW, &source) :
		-EINVAL;

	if (err)
		return err;
	if (is_taken_off(source.mnt))
		err = -EINVAL;
	else
		err = call->flags & MS_BIND ? bind(call, &source) :
					      move(call, &source);
	path_put(&source);
	return err;
}

/*
 * Changes a tree's MS_RDONLY and, of a tmpfs, the limits; options that the text
 * does not list stay. 0, -EINVAL or -EBUSY, and then nothing has changed.
 */
static int remount_tree(struct file_tree *tree, char *text, bool read_only)
{
	struct tree_limits *limits = tree->root->i_limits;
	struct tree_options options;
	int err;

	if (!limits)
		return set_tree_read_only(tree, read_only);
	options = (struct tree_options){ .max_pages = limits->max_pages,
					 .max_inodes = limits->max_inodes };
	err = parse_tree_options(text, &options);
	if (!err && exceeds_limits(limits, &options))
		err = -EINVAL;
	/* Before the limits, as it can fail. */
	if (!err)
		err = set_tree_read_only(tree, read_only);
	if (!err)
		change_limits(limits, &options);
	return err;
}

/*
 * MS_REMOUNT: changes the flags of a place and, without MS_BIND, options and
 * MS_RDONLY of its tree. 0, -EINVAL or -EBUSY.
 */
static int remount(struct mount_call *call)
{
	bool read_only = call->flags & MS_RDONLY;
	struct mount_place *place;
	u32 flags = flags_of_place(call);
	int err = 0;

	if (!call->at.mnt && call->at.inode == root_inode)
		return read_only ? -EBUSY : 0; /* the root file system */
	if (!is_mount_root(&call->at))
		return -EINVAL;
	place = place_of(call->at.mnt);
	/*
	 * As on Linux, a remount without any of these flags keeps the old ones.
	 */
	if (!(call->flags & (MS_ATIME | MS_STRICTATIME)))
		flags = (flags & ~(u32)MS_ATIME) |
			(place->mnt.mnt_place_flags & MS_ATIME);
	if (!(call->flags & MS_BIND))
		err = remount_tree(place->tree, call->options, read_only);
	return err ? err : set_place_flags(place, flags);
}

/*
 * MS_SHARED and its kin, one of them at a time, with MS_REC and MS_SILENT alone.
 * No mount propagates to others here. 0 or -EINVAL.
 */
static int set_propagation(const struct mount_call *call)
{
	u32 kind = call->flags & ~(u32)(MS_REC | MS_SILENT);

	if (kind & ~(u32)MS_PROPAGATION || kind & (kind - 1))
		return -EINVAL;
	return is_mount_root(&call->at) ||
			(!call->at.mnt && call->at.inode == root_inode) ?
		0 :
		-EINVAL;
}

/* ---- mount ------------------------------------------------------- */

/*
 * Finds out by the flags which operation it is, in Linux's order. Hold
 * mounts_lock for writing.
 */
static int do_mount(struct mount_call *call)
{
	if (call->flags & MS_REMOUNT)
		return remount(call);
	if (!(call->flags & MS_BIND) && call->flags & MS_PROPAGATION)
		return set_propagation(call);
	follow_mounts(&call->at); /* "." and "/" may be covered themselves */
	if (call->flags & (MS_BIND | MS_MOVE))
		return mount_old(call);
	return call->has_type ? mount_new(call) : -EINVAL;
}

/*
 * Copies a program's text of at most `bytes` bytes with its NUL; address 0
 * gives an empty text. 0, -EFAULT or -ENAMETOOLONG.
 */
static int read_text(uaddr_t from, char *text, u32 bytes)
{
	text[0] = '\0';
	return from ? strncpy_from_user(text, from, bytes, NULL) : 0;
}

/* Copies the texts. A source is a path only for bind mounts and moves. */
static int read_call(struct mount_call *call, uaddr_t source, uaddr_t type,
		     uaddr_t data)
{
	u32 bytes = call->flags & (MS_BIND | MS_MOVE) ? PATH_MAX :
							MOUNT_NAME_BYTES;
	int err = read_text(type, call->type, MOUNT_NAME_BYTES);

	call->has_type = type;
	if (!err)
		err = read_text(source, call->source, bytes);
	return err ? err : read_text(data, call->options, MOUNT_NAME_BYTES);
}

/*
 * mount(2). In Linux's order of errors: -EFAULT, -ENOENT and the walk's others,
 * then -EPERM.
 */
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

/*
 * MNT_EXPIRE: -EAGAIN, and 0 if no walk but the call's own has come into the
 * mount since another such call.
 */
static int expire(struct mount_place *place)
{
	u32 walks = READ_ONCE(place->walks);

	if (walks - place->expire_walks == 1)
		return 0;
	place->expire_walks = walks;
	return -EAGAIN;
}

/* Hold mounts_lock for writing. 0, -EINVAL, -EBUSY or -EAGAIN. */
static int do_umount(const struct fs_path *at, u32 flags)
{
	int err = 0;

	if (!is_mount_root(at) ||
	    (flags & MNT_EXPIRE && flags & (MNT_FORCE | MNT_DETACH)))
		return -EINVAL;
	/*
	 * The list and `at` have one reference each. Any other one is a path,
	 * an open file or a mount on this one.
	 */
	if (!(flags & MNT_DETACH) && atomic_read(&at->mnt->mnt_count) > 2)
		return -EBUSY;
	if (flags & MNT_EXPIRE)
		err = expire(place_of(at->mnt));
	if (!err)
		take_off_all(place_of(at->mnt));
	return err;
}

s32 sys_umount2(uaddr_t target, u32 flags)
{
	struct fs_path at;
	s32 err;

	if (flags &
	    ~(u32)(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = user_path_at(AT_FDCWD, target,
			   flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &at);
	if (err)
		return err;
	follow_mounts(&at); /* "." and "/" may be covered themselves */
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
