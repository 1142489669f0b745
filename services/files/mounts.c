/*
 * services/files/mounts.c - the list of mounts: adding, removing, moving and
 * copying places.
 */
#include <services/files/mounts.h>
#include <string.h>

struct rw_semaphore mounts_lock = {
	.lock = SPINLOCK_INIT,
	.wait = WAIT_QUEUE_INIT(mounts_lock.wait),
};
/* clang-format off */
static TAILQ_HEAD(, mount_place) places = TAILQ_HEAD_INITIALIZER(places);
/* clang-format on */
static u32 last_id = ROOT_MOUNT_ID; /* mounts_lock */

/* The root file system. Its root is set when a bind mount first shows it. */
static struct file_tree first_tree = {
	.type = "rootfs",
	.count = ATOMIC_INIT(1),
};

/* ---- making a place ---------------------------------------------- */

struct mount_place *new_place(struct file_tree *tree, struct inode *root,
			      const char *source)
{
	struct mount_place *place = kzalloc(sizeof(*place), GFP_KERNEL);

	if (!place)
		return NULL;
	place->mnt.mnt_root = igrab(root);
	atomic_set(&place->mnt.mnt_count, 1);
	place->tree = tree;
	strcpy(place->source, source);
	return place;
}

/* ---- mounting and unmounting ------------------------------------- */

/* Whether mnt was unmounted. Tasks may still use it. */
static bool is_taken_off(const struct mount *mnt)
{
	return !mnt->mnt_point;
}

bool is_mount_root(const struct fs_path *at)
{
	return at->mnt && at->inode == at->mnt->mnt_root &&
		!is_taken_off(at->mnt);
}

/* Whether a new walk can reach at. Hold tree_lock. */
static bool has_place(const struct fs_path *at)
{
	const struct dir_entry *entry = at->inode->i_entry;

	if (at->mnt && at->inode == at->mnt->mnt_root)
		return !is_taken_off(at->mnt);
	if (at->inode == root_inode)
		return true;
	/*
	 * Names of /proc have inodes that live no longer than their last user;
	 * a mount on one could not be found again.
	 */
	return entry && is_ramfs_dir(entry->dir);
}

/*
 * Links mnt to the place it covers, to which it takes references. Hold
 * tree_lock.
 */
static void cover(struct mount *mnt, const struct fs_path *at)
{
	mnt->mnt_point = igrab(at->inode);
	mnt->mnt_parent = mntget(at->mnt);
	mnt->mnt_next = at->inode->i_mounted;
	at->inode->i_mounted = mnt;
}

/*
 * Unlinks mnt. Returns the place that it covered, whose references are the
 * caller's now. Hold tree_lock.
 */
static struct fs_path uncover(struct mount *mnt)
{
	const struct fs_path at = { mnt->mnt_point, mnt->mnt_parent };
	struct mount **link = &at.inode->i_mounted;

	while (*link != mnt)
		link = &(*link)->mnt_next;
	*link = mnt->mnt_next;
	mnt->mnt_point = NULL;
	mnt->mnt_parent = mnt->mnt_next = NULL;
	return at;
}

int attach(struct mount_place *place, const struct fs_path *at)
{
	struct mount *mnt = &place->mnt;
	bool there;

	if (S_ISDIR(at->inode->i_mode) != S_ISDIR(mnt->mnt_root->i_mode))
		return -ENOTDIR;
	/*
	 * rmdir and rename take tree_lock, too, so the place cannot lose its
	 * name between the check and the mount.
	 */
	spin_lock(&tree_lock);
	there = has_place(at);
	if (there)
		cover(mnt, at);
	spin_unlock(&tree_lock);
	if (!there)
		return -ENOENT;
	place->id = ++last_id;
	TAILQ_INSERT_TAIL(&places, place, link);
	return 0;
}

/* Unmounts one place on which nothing is mounted. */
static void take_off(struct mount_place *place)
{
	struct fs_path at;

	TAILQ_REMOVE(&places, place, link);
	spin_lock(&tree_lock);
	at = uncover(&place->mnt);
	spin_unlock(&tree_lock);
	/* After tree_lock: dropping a reference may free a whole tree. */
	path_put(&at);
	mntput(&place->mnt);
}

/* A place that is mounted on parent, or NULL. */
static struct mount_place *find_child(const struct mount_place *parent)
{
	struct mount_place *place;

	TAILQ_FOREACH(place, &places, link)
		if (place->mnt.mnt_parent == &parent->mnt)
			return place;
	return NULL;
}

void take_off_all(struct mount_place *place)
{
	struct mount_place *leaf, *child;

	do {
		leaf = place;
		/*
		 * Leaves first: a mount holds a reference to the one below it.
		 * A search instead of recursion, since a program chooses the
		 * depth.
		 */
		while ((child = find_child(leaf)))
			leaf = child;
		child = leaf == place ? NULL : place;
		take_off(leaf);
		cond_resched();
	} while (child);
}

int move_place(struct mount_place *place, const struct fs_path *at)
{
	const struct mount *mnt = at->mnt;
	struct fs_path old = { 0 };

	/* A mount inside itself could not be reached by any path. */
	for (; mnt; mnt = mnt->mnt_parent)
		if (mnt == &place->mnt)
			return -ELOOP;
	spin_lock(&tree_lock);
	/*
	 * In one step under tree_lock: no walk finds the mount in neither
	 * place.
	 */
	if (has_place(at)) {
		old = uncover(&place->mnt);
		cover(&place->mnt, at);
	}
	spin_unlock(&tree_lock);
	path_put(&old);
	return old.inode ? 0 : -ENOENT;
}

/* ---- copying places ---------------------------------------------- */

struct mount_place *clone_place(const struct fs_path *src)
{
	struct mount_place *from = src->mnt ? place_of(src->mnt) : NULL, *place;
	struct file_tree *tree = from ? from->tree : &first_tree;

	/* The root's own mount is NULL, so its tree has no place yet. */
	first_tree.root = root_inode;
	place = new_place(tree, src->inode, from ? from->source : "rootfs");
	if (place) {
		atomic_inc(&tree->count);
		set_place_flags(place, from ? from->flags : 0);
	}
	return place;
}

/*
 * The place on which a copy of `place` belongs: top, or an earlier copy; NULL:
 * place does not lie below src.
 */
static struct mount_place *parent_of_copy(const struct mount_place *place,
					  struct mount_place *top,
					  const struct fs_path *src)
{
	struct mount *parent = place->mnt.mnt_parent;

	if (parent == src->mnt && is_below(place->mnt.mnt_point, src->inode))
		return top;
	return parent ? place_of(parent)->copy : NULL;
}

/*
 * Copies one mount below src that has no copy yet. 0; -ENOENT: all have one;
 * -ENOMEM, or attach()'s error.
 */
static int copy_one(struct mount_place *top, const struct fs_path *src)
{
	struct mount_place *place, *parent;
	struct fs_path at;

	TAILQ_FOREACH(place, &places, link) {
		/*
		 * Copies have larger ids than top; without this test they would
		 * be copied without end.
		 */
		if (place->copy || place->id >= top->id)
			continue;
		parent = parent_of_copy(place, top, src);
		if (!parent)
			continue;
		at = (struct fs_path){ place->mnt.mnt_root, &place->mnt };
		place->copy = clone_place(&at);
		if (!place->copy)
			return -ENOMEM;
		at = (struct fs_path){ place->mnt.mnt_point, &parent->mnt };
		return attach(place->copy, &at);
	}
	return -ENOENT;
}

int copy_below(struct mount_place *top, const struct fs_path *src)
{
	struct mount_place *place;
	int err;

	do {
		err = copy_one(top, src);
		cond_resched();
	} while (!err);
	/*
	 * The links are only for this call; the copies may be unmounted next.
	 */
	TAILQ_FOREACH(place, &places, link)
		place->copy = NULL;
	return err == -ENOENT ? 0 : err;
}

/* ---- flags ------------------------------------------------------- */

void set_place_flags(struct mount_place *place, u32 flags)
{
	place->flags = flags;
	/* Walks read mnt_flags without mounts_lock. */
	WRITE_ONCE(place->mnt_flags,
		   flags | (place->tree->read_only ? MS_RDONLY : 0));
}

int set_tree_read_only(struct file_tree *tree, bool read_only)
{
	struct mount_place *place;

	/* A busy place fails the call before any other has changed. */
	TAILQ_FOREACH(place, &places, link)
		if (place->tree == tree && read_only &&
		    atomic_read(&place->writers))
			return -EBUSY;
	tree->read_only = read_only;
	TAILQ_FOREACH(place, &places, link)
		if (place->tree == tree)
			set_place_flags(place, place->flags);
	return 0;
}

/* ---- for /proc --------------------------------------------------- */

/*
 * Hold mounts_lock. root is the part of the tree that the place shows, as in
 * /proc/PID/mountinfo.
 */
static void fill_facts(struct mount_place *place, struct mount_facts *facts)
{
	const struct file_tree *tree = place->tree;
	struct fs_path at = { place->mnt.mnt_root, &place->mnt };
	const struct fs_path top = { tree->root, NULL };

	facts->flags = place->flags;
	facts->read_only = tree->read_only;
	facts->id = place->id;
	facts->parent = place->mnt.mnt_parent ?
		place_of(place->mnt.mnt_parent)->id :
		ROOT_MOUNT_ID;
	facts->dev = place->mnt.mnt_root->i_dev;
	strcpy(facts->type, tree->type);
	strcpy(facts->source, place->source);
	show_tree_options(tree, facts->options, sizeof(facts->options));
	if (inode_path(&at, NULL, facts->path, sizeof(facts->path)))
		facts->path[0] = '\0'; /* it lies outside of the task's root */
	at.mnt = NULL;
	if (inode_path(&at, &top, facts->root, sizeof(facts->root)))
		strcpy(facts->root, "/"); /* that part was removed */
}

bool get_mount(u32 n, struct mount_facts *facts)
{
	struct mount_place *place;

	down_read(&mounts_lock);
	TAILQ_FOREACH(place, &places, link)
		if (n-- == 0)
			break;
	if (place)
		fill_facts(place, facts);
	up_read(&mounts_lock);
	return place;
}
