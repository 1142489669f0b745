/*
 * Fills the root from an archive.
 *
 * A file's bytes stay where they are: the archive becomes the backing of its
 * pages (fs/filemap.c). An entry that cannot be made is named on the log and
 * left out; one whose end cannot be found (fs/cpio.c) ends the reading. If a
 * name exists already, the later entry replaces it, as in Linux: several
 * archives may follow each other.
 */
#include <fs/cpio.h>
#include <fs/internal.h>
#include <lib/printk.h>
#include <string.h>

/* An inode with several names, until the archive's trailer. */
struct hard_link {
	LIST_ENTRY(hard_link) link;
	struct cpio_entry entry; /* the first entry of the inode */
	struct inode *inode;     /* a reference */
};

LIST_HEAD(hard_links, hard_link);

/*
 * Returns the inode of an earlier name, with a reference, or NULL. One that has
 * no name any more is none. The type is compared, too, as in Linux: a number
 * that a bad archive uses twice must not make a device of a file.
 */
static struct inode *find_hard_link(const struct hard_links *links,
				    const struct cpio_entry *entry)
{
	struct hard_link *hard;

	LIST_FOREACH(hard, links, link)
		if (hard->inode->i_nlink && hard->entry.ino == entry->ino &&
		    hard->entry.dev_major == entry->dev_major &&
		    hard->entry.dev_minor == entry->dev_minor &&
		    (hard->entry.mode & S_IFMT) == (entry->mode & S_IFMT))
			/*
			 * The list's reference ends at the trailer; the entry
			 * needs its own.
			 */
			return igrab(hard->inode);
	return NULL;
}

/*
 * Notes an inode that will get more names. A list is enough: few files of an
 * archive have several names.
 */
static int add_hard_link(struct hard_links *links,
			 const struct cpio_entry *entry, struct inode *inode)
{
	struct hard_link *hard = kmalloc(sizeof(*hard), GFP_KERNEL);

	if (!hard)
		return -ENOMEM;
	hard->entry = *entry;
	hard->inode = igrab(inode);
	LIST_INSERT_HEAD(links, hard, link);
	return 0;
}

/*
 * Drops the noted inodes, at each trailer: the next archive numbers its files
 * anew.
 */
static void forget_hard_links(struct hard_links *links)
{
	struct hard_link *hard;

	while ((hard = LIST_FIRST(links))) {
		LIST_REMOVE(hard, link);
		iput(hard->inode);
		kfree(hard);
	}
}

/* ---- one entry's inode ------------------------------------------- */

/*
 * Sets the archive's bytes as the file's data. With several names they may come
 * with any of them, usually the last.
 */
static void set_file_data(struct inode *inode, const struct cpio_entry *entry)
{
	if (entry->data_bytes == 0)
		return;
	/* Two entries may both have data: pages of the first must not stay. */
	truncate_inode_pages(&inode->i_data, 0);
	inode->i_data.backing = entry->data;
	inode->i_data.backing_bytes = entry->data_bytes;
	inode->i_size = entry->data_bytes;
}

/*
 * Copies a link's text: it has no NUL in the archive, and readlink needs one.
 */
static int set_link_text(struct inode *inode, const struct cpio_entry *entry)
{
	u32 bytes = entry->data_bytes;
	char *text;

	if (inode->i_private)
		return 0; /* another name of the inode came with the text */
	/* A NUL inside would end the text early, and differ from i_size. */
	if (bytes == 0 || bytes >= PATH_MAX || memchr(entry->data, 0, bytes))
		return -EINVAL;
	text = kmalloc(bytes + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	memcpy(text, entry->data, bytes);
	text[bytes] = '\0';
	inode->i_private = text;
	inode->i_size = bytes;
	return 0;
}

/*
 * Sets the entry's times, owner and data. It is called for later names of a
 * hard link, too: the last entry decides, as in Linux.
 */
static int set_contents(struct inode *inode, const struct cpio_entry *entry)
{
	inode->i_atime.sec = inode->i_mtime.sec = inode->i_ctime.sec =
		entry->mtime;
	inode->i_uid = entry->uid;
	inode->i_gid = entry->gid;
	switch (entry->mode & S_IFMT) {
	case S_IFREG:
		set_file_data(inode, entry);
		return 0;
	case S_IFLNK:
		return set_link_text(inode, entry);
	case S_IFCHR:
	case S_IFBLK:
		/* The driver is found when the node is opened. */
		inode->i_rdev = MKDEV(entry->rdev_major, entry->rdev_minor);
		return 0;
	default:
		return 0;
	}
}

/*
 * Stores the entry's inode with a reference: that of an earlier name, or a new
 * one. 0 or -errno.
 */
static int get_inode(struct hard_links *links, const struct cpio_entry *entry,
		     struct inode **result)
{
	/* A directory's count is that of its subdirectories: no hard links. */
	bool linked = entry->nlink > 1 && !S_ISDIR(entry->mode);
	struct inode *inode = linked ? find_hard_link(links, entry) : NULL;
	bool found = inode != NULL;
	int err;

	if (!found)
		inode = ramfs_inode(entry->mode & (S_IFMT | 07777));
	if (!inode)
		return -ENOMEM;
	/*
	 * Filled before it has a name, so that nobody sees an inode without
	 * contents.
	 */
	err = set_contents(inode, entry);
	if (!err && linked && !found)
		err = add_hard_link(links, entry, inode);
	if (err) {
		iput(inode);
		return err;
	}
	/* ramfs_inode has counted the first name only. */
	if (found)
		inode->i_nlink++;
	*result = inode;
	return 0;
}

/* ---- its name ---------------------------------------------------- */

/*
 * A directory that exists keeps its entries and gets the new entry's mode and
 * owner. Returns false if there is none to keep.
 */
static bool keep_directory(struct nameidata *nd, const struct cpio_entry *entry)
{
	struct inode *old;
	bool keep;

	if (nd->inode->i_op->lookup(nd->inode, nd->name, nd->bytes, &old))
		return false;
	keep = S_ISDIR(old->i_mode) && S_ISDIR(entry->mode);
	/* No lock is needed, as no program runs yet. */
	if (keep) {
		old->i_mode = entry->mode & (S_IFMT | 07777);
		old->i_uid = entry->uid;
		old->i_gid = entry->gid;
	}
	iput(old);
	return keep;
}

/*
 * Gives the entry its place in the tree. 0 or -errno, which explain() puts into
 * words.
 */
static int make_entry(struct hard_links *links, struct nameidata *nd,
		      const struct cpio_entry *entry)
{
	struct inode *inode;
	int err;

	if (!nd->name) /* "." or "/": the root exists */
		return S_ISDIR(entry->mode) ? 0 : -EISDIR;
	/* "name/" names a directory only. */
	if (nd->want_dir && !S_ISDIR(entry->mode))
		return -ENOTDIR;
	if (keep_directory(nd, entry))
		return 0;
	err = get_inode(links, entry, &inode);
	if (err)
		return err;
	err = ramfs_link(nd->inode, nd->name, nd->bytes, inode, true);
	/* The name has a reference now; after an error this frees the inode. */
	iput(inode);
	return err;
}

/*
 * Whether a component is "..": such a name could replace files outside of its
 * own directory.
 */
static bool climbs(const char *name)
{
	const char *p;

	for (p = strstr(name, ".."); p; p = strstr(p + 1, ".."))
		/* "..x" and "x.." are ordinary names. */
		if ((p == name || p[-1] == '/') && (!p[2] || p[2] == '/'))
			return true;
	return false;
}

/* Whether mode has a file type that some operation knows. */
static bool known_type(u32 mode)
{
	return S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode) ||
		S_ISCHR(mode) || S_ISBLK(mode) || S_ISFIFO(mode) ||
		(mode & S_IFMT) == S_IFSOCK;
}

/* clang-format off */
static const struct {
	int err;
	const char *why;
} reasons[] = {
	{ -ENOENT, "expected its directory before it" },
	{ -ENOTDIR, "a directory is expected where another file is" },
	{ -EISDIR, "it is the root, expected a directory" },
	{ -ENOTEMPTY, "a directory of this name is in use, expected none" },
	{ -EBUSY, "a directory of this name is in use, expected none" },
	{ -ENAMETOOLONG, "expected no part of the name longer than 255 bytes" },
	{ -ELOOP, "expected fewer symbolic links in its name" },
	{ -EINVAL, "expected the link's text: 1 to 4095 bytes, no NUL" },
	{ -ENOMEM, "no memory is left for it" },
};
/* clang-format on */

/* Returns the words for an error of make_entry, from a user's view. */
static const char *explain(int err)
{
	for (u32 i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].err == err)
			return reasons[i].why;
	return "it cannot be made";
}

/* Makes one entry. 0, or -EINVAL after reporting why it was left out. */
static int unpack_entry(struct hard_links *links,
			const struct cpio_entry *entry)
{
	struct nameidata nd;
	int err;

	if (!known_type(entry->mode))
		return cpio_complain(entry,
				     "mode 0%o, expected a file type in it",
				     entry->mode);
	if (climbs(entry->name))
		return cpio_complain(entry, "expected a name without \"..\"");
	/* No task has a working directory yet, so names start at the root. */
	err = path_parent(AT_FDCWD, entry->name, &nd);
	if (!err)
		err = make_entry(links, &nd, entry);
	/* Also called after an error, as the walk holds an inode. */
	end_walk(&nd);
	return err ? cpio_complain(entry, "%s", explain(err)) : 0;
}

const void *initramfs;
u32 initramfs_bytes;

/* ---- all of them ------------------------------------------------- */

/*
 * Makes all entries; those that cannot be made are counted in *left_out. 0 or
 * -EINVAL.
 */
static int unpack_all(struct cpio *cpio, struct hard_links *links,
		      u32 *left_out)
{
	struct cpio_entry entry;
	bool trailer = false;
	int more;

	while ((more = cpio_next(cpio, &entry, &trailer)) > 0) {
		if (trailer)
			/* Inode numbers are unique within one archive only. */
			forget_hard_links(links);
		else if (unpack_entry(links, &entry))
			++*left_out;
	}
	/* A cut at an entry's border is noticed only by the missing trailer. */
	if (!more && !trailer)
		return cpio_complain(
			&entry,
			"the archive ends here, expected an entry called TRAILER!!!");
	return more;
}

/*
 * Unpacks archives. It goes on after a bad entry: a system with one file less
 * may still boot, and its user sees why.
 */
int initramfs_unpack(const void *archive, u32 bytes)
{
	struct hard_links links = LIST_HEAD_INITIALIZER(links);
	struct cpio cpio = { .archive = archive, .bytes = bytes };
	u32 left_out = 0;
	int err = unpack_all(&cpio, &links, &left_out);

	forget_hard_links(&links);
	pr_info("initramfs: %u entries, %u left out, %u KiB\n", cpio.nr_entries,
		left_out, bytes >> 10);
	return err || left_out ? -EINVAL : 0;
}
