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
/*
 * All places, oldest first, and those on the first tree, whose own mount is
 * NULL.
 */
static struct place_list places = TAILQ_HEAD_INITIALIZER(places);
static struct place_list on_first = TAILQ_HEAD_INITIALIZER(on_first);
static u32 last_id = ROOT_MOUNT_ID; /* mounts_lock */
static u32 nr_mounts = 1;           /* mounts_lock; the root is one */
u32 max_mounts = 4096;

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
	TAILQ_INIT(&place->children);
	place->tree = tree;
	place->walks = 1; /* so that the first MNT_EXPIRE is not the second */
	strcpy(place->source, source);
	return place;
}

/* ---- which mount is where ---------------------------------------- */

/*
 * All mounts by the place that each covers. A table instead of a list for each
 * inode: a bind mount can show the same inode in thousands of places.
 */
#define BUCKETS 1024
static struct mount *covered[BUCKETS]; /* tree_lock */

static struct mount **bucket_of(const struct inode *point,
				const struct mount *parent)
{
	u32 mix = ((u32)(uintptr_t)point >> 3) + ((u32)(uintptr_t)parent >> 4);

	return &covered[(mix ^ mix >> 6 ^ mix >> 12) % BUCKETS];
}

/* At most one is there, as another one is mounted on its root. */
struct mount *mount_on(const struct fs_path *at)
{
	struct mount *mnt = *bucket_of(at->inode, at->mnt);

	while (mnt &&
	       (mnt->mnt_point != at->inode || mnt->mnt_parent != at->mnt))
		mnt = mnt->mnt_next;
	return mnt;
}

/* The places on mnt, which may be NULL. */
static struct place_list *children_of(struct mount *mnt)
{
	return mnt ? &place_of(mnt)->children : &on_first;
}

/* ---- mounting and unmounting ------------------------------------- */

bool is_mount_root(const struct fs_path *at)
{
	return at->mnt && at->inode == at->mnt->mnt_root &&
		!is_taken_off(at->mnt);
}

/* Whether a new walk can reach at. Hold tree_lock. */
static bool has_place(const struct fs_path *at)
{
	const struct dir_entry *entry = at->inode->i_entry;

	if (at_mount_root(at) || at->inode == root_inode)
		return true;
	/*
	 * Names of /proc have inodes that live no longer than their last user;
	 * a mount on one could not be found again.
	 */
	return entry && is_ramfs_dir(entry->dir);
}

/*
 * Links a mount to the place it covers, to which it takes references. Hold
 * tree_lock.
 */
static void cover(struct mount_place *place, const struct fs_path *at)
{
	struct mount **bucket = bucket_of(at->inode, at->mnt);
	struct mount *mnt = &place->mnt;

	mnt->mnt_point = igrab(at->inode);
	mnt->mnt_parent = mntget(at->mnt);
	mnt->mnt_next = *bucket;
	*bucket = mnt;
	at->inode->i_mounted++;
	TAILQ_INSERT_TAIL(children_of(at->mnt), place, sibling);
}

/*
 * Unlinks a mount. Returns the place that it covered, whose references are the
 * caller's now. Hold tree_lock.
 */
static struct fs_path uncover(struct mount_place *place)
{
	struct mount *mnt = &place->mnt;
	const struct fs_path at = { mnt->mnt_point, mnt->mnt_parent };
	struct mount **link = bucket_of(at.inode, at.mnt);

	while (*link != mnt)
		link = &(*link)->mnt_next;
	*link = mnt->mnt_next;
	at.inode->i_mounted--;
	TAILQ_REMOVE(children_of(at.mnt), place, sibling);
	mnt->mnt_point = NULL;
	mnt->mnt_parent = mnt->mnt_next = NULL;
	return at;
}

int attach(struct mount_place *place, const struct fs_path *at)
{
	const struct inode *root = place->mnt.mnt_root;
	int err = 0;

	/* Nobody could unmount it again once the last task has left. */
	if (is_taken_off(at->mnt))
		return -EINVAL;
	if (S_ISDIR(at->inode->i_mode) != S_ISDIR(root->i_mode))
		return -ENOTDIR;
	/*
	 * rmdir and rename take tree_lock, too, so the place cannot lose its
	 * name between the check and the mount.
	 */
	spin_lock(&tree_lock);
	if (!has_place(at))
		err = -ENOENT;
	else if (nr_mounts >= READ_ONCE(max_mounts))
		err = -ENOSPC;
	else
		cover(place, at);
	spin_unlock(&tree_lock);
	if (err)
		return err;
	nr_mounts++;
	place->mnt.mnt_id = ++last_id;
	TAILQ_INSERT_TAIL(&places, place, link);
	return 0;
}

/* Unmounts one place on which nothing is mounted. */
static void take_off(struct mount_place *place)
{
	struct fs_path at;

	TAILQ_REMOVE(&places, place, link);
	nr_mounts--;
	spin_lock(&tree_lock);
	at = uncover(place);
	spin_unlock(&tree_lock);
	/* After tree_lock: dropping a reference may free a whole tree. */
	path_put(&at);
	mntput(&place->mnt);
}

void take_off_all(struct mount_place *place)
{
	struct mount_place *leaf = place, *child, *parent;

	/*
	 * Leaves first: a mount holds a reference to the one below it. Without
	 * recursion, since a program chooses the depth.
	 */
	do {
		while ((child = TAILQ_FIRST(&leaf->children))) {
			leaf = child;
			cond_resched();
		}
		parent = leaf == place ? NULL : place_of(leaf->mnt.mnt_parent);
		take_off(leaf);
		cond_resched();
		leaf = parent;
	} while (leaf);
}

int move_place(struct mount_place *place, const struct fs_path *at)
{
	const struct mount *mnt = at->mnt;
	struct fs_path old = { 0 };

	if (is_taken_off(at->mnt))
		return -EINVAL;
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
		old = uncover(place);
		cover(place, at);
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
		place->mnt.mnt_place_flags = from ? from->mnt.mnt_place_flags :
						    0;
	}
	return place;
}

/* Mounts a copy of `place` on parent. 0 and *copy, -ENOMEM or attach()'s error. */
static int copy_place(struct mount_place *place, struct mount_place *parent,
		      struct mount_place **copy)
{
	struct fs_path at = { place->mnt.mnt_root, &place->mnt };
	int err;

	*copy = clone_place(&at);
	if (!*copy)
		return -ENOMEM;
	at = (struct fs_path){ place->mnt.mnt_point, &parent->mnt };
	err = attach(*copy, &at);
	if (err)
		mntput(&(*copy)->mnt);
	return err;
}

/*
 * The first place of a list, from `place` on, that is no copy; or NULL. Copies
 * have larger ids than top: without this test they would be copied without end.
 */
static struct mount_place *first_older(struct mount_place *place,
				       const struct mount_place *top)
{
	while (place && place->mnt.mnt_id >= top->mnt.mnt_id)
		place = TAILQ_NEXT(place, sibling);
	return place;
}

/*
 * Copies `first` and all places on it; the copy of first is mounted on top. 0,
 * or copy_place()'s error.
 */
static int copy_tree(struct mount_place *first, struct mount_place *top)
{
	struct mount_place *place = first, *parent = top, *copy, *next;
	int err;

	/* Without recursion; parent is always the copy of place's parent. */
	while (place) {
		err = copy_place(place, parent, &copy);
		if (err)
			return err;
		cond_resched();
		next = first_older(TAILQ_FIRST(&place->children), top);
		if (next)
			parent = copy;
		/* No place on it: the next one beside it, or beside a parent. */
		while (!next && place != first) {
			next = first_older(TAILQ_NEXT(place, sibling), top);
			if (next)
				break;
			place = place_of(place->mnt.mnt_parent);
			parent = place_of(parent->mnt.mnt_parent);
			cond_resched();
		}
		place = next;
	}
	return 0;
}

int copy_below(struct mount_place *top, const struct fs_path *src)
{
	struct mount_place *place;
	int err = 0;

	TAILQ_FOREACH(place, children_of(src->mnt), sibling) {
		cond_resched();
		if (place->mnt.mnt_id < top->mnt.mnt_id &&
		    is_below(place->mnt.mnt_point, src->inode))
			err = copy_tree(place, top);
		if (err)
			break;
	}
	return err;
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

	facts->flags = place->mnt.mnt_place_flags;
	facts->read_only = tree->read_only;
	facts->id = place->mnt.mnt_id;
	facts->parent = mount_id(place->mnt.mnt_parent);
	facts->dev = place->mnt.mnt_root->i_dev;
	strcpy(facts->type, tree->type);
	strcpy(facts->source, place->source);
	show_tree_options(tree, facts->options, sizeof(facts->options));
	if (inode_path(&at, NULL, facts->path, sizeof(facts->path)))
		facts->path[0] = '\0'; /* it lies outside of the task's root */
	at.mnt = NULL;
	if (inode_path(&at, &top, facts->root, sizeof(facts->root)))
		strcpy(facts->root, "/"); /* the part shown was removed */
}

bool mount_of_dev(u32 dev, struct fs_path *at)
{
	struct mount_place *place;

	down_read(&mounts_lock);
	TAILQ_FOREACH(place, &places, link) {
		if (place->mnt.mnt_root->i_dev == dev)
			break;
		cond_resched();
	}
	if (place)
		*at = (struct fs_path){ igrab(place->mnt.mnt_root),
					mntget(&place->mnt) };
	up_read(&mounts_lock);
	return place;
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
	cond_resched(); /* for a caller that shows none of thousands */
	return place;
}
