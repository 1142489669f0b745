/*
 * fs/ramfs.c - directories in memory; file data is in the page cache.
 *
 * Owns the dir_entry of each name. A directory's i_private is its struct
 * ramfs_dir, a symbolic link's its text. Every file system here hangs its
 * devices and mount points into these directories.
 */
#include "internal.h"

#include <string.h>
#include <uapi/dirent.h>

struct ramfs_dir {
	TAILQ_HEAD(entry_list, dir_entry) entries; /* i_lock; by pos */
	u64 next_pos;                              /* i_lock */
};

/* readdir's cookies 0 and 1 are "." and "..". */
#define FIRST_POS 2

/* One rename at a time, so that two can never wait for each other. */
static struct rw_semaphore rename_lock;

static struct ramfs_dir *ramfs_dir(const struct inode *dir)
{
	return dir->i_private;
}

/* dir->i_lock held. */
static struct dir_entry *find_entry(const struct inode *dir, const char *name,
				    u32 bytes)
{
	struct dir_entry *entry;

	TAILQ_FOREACH(entry, &ramfs_dir(dir)->entries, link)
		if (entry->bytes == bytes && entry->name[0] == name[0] &&
		    memcmp(entry->name, name, bytes) == 0)
			return entry;
	return NULL;
}

static int ramfs_lookup(struct inode *dir, const char *name, u32 bytes,
			struct inode **child)
{
	struct dir_entry *entry;

	down_read(&dir->i_lock);
	entry = find_entry(dir, name, bytes);
	if (entry)
		*child = igrab(entry->inode);
	up_read(&dir->i_lock);
	return entry ? 0 : -ENOENT;
}

static struct dir_entry *new_entry(const char *name, u32 bytes)
{
	struct dir_entry *entry = kmalloc(sizeof(*entry) + bytes + 1,
					  GFP_KERNEL);

	if (!entry)
		return NULL;
	memcpy(entry->name, name, bytes);
	entry->name[bytes] = '\0';
	entry->bytes = bytes;
	return entry;
}

/* Write i_lock of dir held; entry is filled but for its place. */
static void insert_entry(struct inode *dir, struct dir_entry *entry,
			 struct inode *inode)
{
	entry->pos = ramfs_dir(dir)->next_pos++;
	entry->inode = inode;
	TAILQ_INSERT_TAIL(&ramfs_dir(dir)->entries, entry, link);
	spin_lock(&tree_lock);
	entry->dir = dir;
	inode->i_entry = entry;
	spin_unlock(&tree_lock);
	if (S_ISDIR(inode->i_mode))
		dir->i_nlink++; /* its ".." */
	dir->i_mtime = current_seconds();
}

/*
 * Write i_lock of dir held. The entry's reference to the inode is the caller's
 * then, and the entry itself is freed.
 */
static void remove_entry(struct inode *dir, struct dir_entry *entry)
{
	struct inode *inode = entry->inode;

	TAILQ_REMOVE(&ramfs_dir(dir)->entries, entry, link);
	spin_lock(&tree_lock);
	if (inode->i_entry == entry)
		inode->i_entry = NULL;
	spin_unlock(&tree_lock);
	if (S_ISDIR(inode->i_mode))
		dir->i_nlink--;
	dir->i_mtime = current_seconds();
	kfree(entry);
}

int ramfs_link(struct inode *dir, const char *name, u32 bytes,
	       struct inode *inode)
{
	struct dir_entry *entry = new_entry(name, bytes);
	int err = 0;

	if (!entry)
		return -ENOMEM;
	down_write(&dir->i_lock);
	if (find_entry(dir, name, bytes))
		err = -EEXIST;
	else if (dir->i_nlink == 0)
		err = -ENOENT; /* removed while we waited */
	else
		insert_entry(dir, entry, igrab(inode));
	up_write(&dir->i_lock);
	if (err)
		kfree(entry);
	return err;
}

static int ramfs_create(struct inode *dir, const char *name, u32 bytes,
			u32 mode, struct inode **child)
{
	struct inode *inode = ramfs_inode(mode);
	int err;

	if (!inode)
		return -ENOMEM;
	err = ramfs_link(dir, name, bytes, inode);
	if (err) {
		iput(inode);
		return err;
	}
	*child = inode;
	return 0;
}

static int ramfs_symlink(struct inode *dir, const char *name, u32 bytes,
			 const char *text)
{
	struct inode *inode = ramfs_inode(S_IFLNK | 0777);
	u32 length = (u32)strlen(text);
	int err = -ENOMEM;

	if (!inode)
		return -ENOMEM;
	inode->i_private = kmalloc(length + 1, GFP_KERNEL);
	if (inode->i_private) {
		memcpy(inode->i_private, text, length + 1);
		inode->i_size = length;
		err = ramfs_link(dir, name, bytes, inode);
	}
	iput(inode); /* the name has a reference of its own */
	return err;
}

static bool dir_is_empty(const struct inode *dir)
{
	return dir->i_op != &ramfs_dir_ops ||
		TAILQ_EMPTY(&ramfs_dir(dir)->entries);
}

/*
 * An inode lost a name. dir_is_empty was seen under the parent's lock; the
 * emptied directory's own lock keeps creators out before i_nlink says no.
 */
static int drop_link(struct inode *inode)
{
	int err = 0;

	down_write(&inode->i_lock);
	if (!S_ISDIR(inode->i_mode))
		inode->i_nlink--;
	else if (!dir_is_empty(inode))
		err = -ENOTEMPTY;
	else
		inode->i_nlink = 0;
	up_write(&inode->i_lock);
	return err;
}

static int ramfs_unlink(struct inode *dir, const char *name, u32 bytes)
{
	struct dir_entry *entry;
	struct inode *inode = NULL;
	int err = -ENOENT;

	down_write(&dir->i_lock);
	entry = find_entry(dir, name, bytes);
	if (entry) {
		err = entry->inode->i_op == &ramfs_dir_ops ||
				!S_ISDIR(entry->inode->i_mode) ?
			drop_link(entry->inode) :
			-EBUSY; /* a mount */
		if (!err) {
			inode = entry->inode;
			remove_entry(dir, entry);
		}
	}
	up_write(&dir->i_lock);
	iput(inode); /* the name's reference; may free the file's pages */
	return err;
}

/* ---- rename -------------------------------------------------------------------- */

/* Is dir inside of what or the same? */
static bool is_below(struct inode *dir, const struct inode *what)
{
	bool below = false;

	spin_lock(&tree_lock);
	while (dir && !below) {
		below = dir == what;
		dir = dir->i_entry ? dir->i_entry->dir : NULL;
	}
	spin_unlock(&tree_lock);
	return below;
}

static void lock_two(struct inode *a, struct inode *b)
{
	if (a == b) {
		down_write(&a->i_lock);
		return;
	}
	if (is_below(a, b)) { /* parent before child */
		down_write(&b->i_lock);
		down_write(&a->i_lock);
	} else {
		down_write(&a->i_lock);
		down_write(&b->i_lock);
	}
}

static void unlock_two(struct inode *a, struct inode *b)
{
	up_write(&a->i_lock);
	if (a != b)
		up_write(&b->i_lock);
}

/* May `from` take the place of `to` (NULL: nothing is there)? Gives it up. */
static int replace_target(struct inode *old_dir, struct inode *from,
			  struct inode *new_dir, struct dir_entry *to)
{
	bool from_is_dir = S_ISDIR(from->i_mode);
	bool to_is_dir = to && S_ISDIR(to->inode->i_mode);

	if (from_is_dir && from->i_op != &ramfs_dir_ops)
		return -EBUSY; /* a mount */
	if (from_is_dir && is_below(new_dir, from))
		return -EINVAL;
	if (!to)
		return 0;
	if (to_is_dir && !from_is_dir)
		return -EISDIR;
	if (from_is_dir && !to_is_dir)
		return -ENOTDIR;
	if (to_is_dir && to->inode->i_op != &ramfs_dir_ops)
		return -EBUSY;
	/* It may hold `from` itself, and be locked by us as old_dir. */
	if (to_is_dir && is_below(old_dir, to->inode))
		return -ENOTEMPTY;
	return drop_link(to->inode);
}

static int ramfs_rename(struct inode *old_dir, const char *old, u32 old_bytes,
			struct inode *new_dir, const char *new, u32 new_bytes)
{
	struct dir_entry *entry = new_entry(new, new_bytes), *from, *to;
	struct inode *replaced = NULL, *moved;
	int err = -ENOENT;

	if (!entry)
		return -ENOMEM;
	down_write(&rename_lock);
	lock_two(old_dir, new_dir);
	from = find_entry(old_dir, old, old_bytes);
	to = find_entry(new_dir, new, new_bytes);
	if (!from || new_dir->i_nlink == 0)
		goto out;
	err = 0;
	if (to && to->inode == from->inode)
		goto out; /* two names of one file: done */
	err = replace_target(old_dir, from->inode, new_dir, to);
	if (err)
		goto out;
	if (to) {
		replaced = to->inode;
		remove_entry(new_dir, to);
	}
	moved = from->inode;
	remove_entry(old_dir, from);
	insert_entry(new_dir, entry, moved);
	entry = NULL;
out:
	unlock_two(old_dir, new_dir);
	up_write(&rename_lock);
	kfree(entry);
	iput(replaced);
	return err;
}

/* ---- the rest ------------------------------------------------------------------- */

static int ramfs_readlink(struct inode *inode, char *buf, u32 bytes)
{
	const char *text = inode->i_private;
	u32 length = (u32)inode->i_size;

	if (length + 1 > bytes)
		return -ENAMETOOLONG;
	memcpy(buf, text, length + 1);
	return 0;
}

static void ramfs_evict(struct inode *inode)
{
	if (S_ISDIR(inode->i_mode))
		BUG_ON(!dir_is_empty(inode));
	kfree(inode->i_private);
}

static bool emit_dots(struct inode *dir, struct dir_context *ctx)
{
	u32 parent_ino;

	/* Another may take our name away: that needs our parent's i_lock only. */
	spin_lock(&tree_lock);
	parent_ino = dir->i_entry ? dir->i_entry->dir->i_ino : dir->i_ino;
	spin_unlock(&tree_lock);
	if (ctx->pos == 0) {
		if (!ctx->emit(ctx, ".", 1, dir->i_ino, DT_DIR))
			return false;
		ctx->pos = 1;
	}
	if (ctx->pos == 1) {
		if (!ctx->emit(ctx, "..", 2, parent_ino, DT_DIR))
			return false;
		ctx->pos = FIRST_POS;
	}
	return true;
}

static int ramfs_iterate(struct file *file, struct dir_context *ctx)
{
	struct inode *dir = file->f_inode;
	struct dir_entry *entry;

	down_read(&dir->i_lock);
	if (!emit_dots(dir, ctx))
		goto out;
	TAILQ_FOREACH(entry, &ramfs_dir(dir)->entries, link) {
		if (entry->pos < ctx->pos)
			continue;
		ctx->pos = entry->pos;
		if (!ctx->emit(ctx, entry->name, entry->bytes,
			       entry->inode->i_ino,
			       mode_to_dt(entry->inode->i_mode)))
			goto out;
		ctx->pos = entry->pos + 1;
	}
out:
	up_read(&dir->i_lock);
	return 0;
}

const struct inode_operations ramfs_dir_ops = {
	.lookup = ramfs_lookup,
	.create = ramfs_create,
	.unlink = ramfs_unlink,
	.rename = ramfs_rename,
	.symlink = ramfs_symlink,
	.evict = ramfs_evict,
};

const struct inode_operations ramfs_file_ops = {
	.truncate = generic_truncate,
};

const struct inode_operations ramfs_link_ops = {
	.readlink = ramfs_readlink,
	.evict = ramfs_evict,
};

static const struct file_operations ramfs_dir_fops = {
	.iterate = ramfs_iterate,
	.llseek = generic_file_llseek,
};

static const struct file_operations ramfs_file_fops = {
	.read = generic_file_read,
	.write = generic_file_write,
	.llseek = generic_file_llseek,
	.mmap = generic_file_mmap,
	.kernel_read = generic_kernel_read,
	.kernel_write = generic_kernel_write,
};

static int make_dir(struct inode *inode)
{
	struct ramfs_dir *dir = kmalloc(sizeof(*dir), GFP_KERNEL);

	if (!dir)
		return -ENOMEM;
	TAILQ_INIT(&dir->entries);
	dir->next_pos = FIRST_POS;
	inode->i_private = dir;
	inode->i_nlink = 2; /* its name and its "." */
	inode->i_op = &ramfs_dir_ops;
	inode->i_fop = &ramfs_dir_fops;
	return 0;
}

struct inode *ramfs_inode(u32 mode)
{
	struct inode *inode = new_inode(mode);

	if (!inode)
		return NULL;
	inode->i_dev = RAMFS_DEV;
	switch (mode & S_IFMT) {
	case S_IFDIR:
		if (make_dir(inode)) {
			iput(inode);
			return NULL;
		}
		break;
	case S_IFLNK:
		inode->i_op = &ramfs_link_ops;
		break;
	case S_IFREG:
		inode->i_op = &ramfs_file_ops;
		inode->i_fop = &ramfs_file_fops;
		break;
	default:
		inode->i_op = &device_node_ops;
		break;
	}
	return inode;
}

void ramfs_init(void)
{
	init_rwsem(&rename_lock);
	root_inode = ramfs_inode(S_IFDIR | 0755);
	if (!root_inode)
		panic("ramfs: no memory for the root directory");
}
