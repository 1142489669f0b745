/*
 * Fills the root from an archive.
 *
 * A file's bytes stay where they are: the archive becomes the backing of its
 * pages (fs/filemap.c). An entry that cannot be made is named on the log and
 * left out; one whose end cannot be found (fs/cpio.c) ends the reading. A name
 * that is there already gives way to the later entry, as in Linux: several
 * archives may lie one behind the other.
 */
#include <fs/cpio.h>
#include <fs/internal.h>
#include <lib/printk.h>
#include <string.h>

/* An inode with several names, until the archive's trailer. */
struct hard_link {
	LIST_ENTRY(hard_link) link;
	struct cpio_entry entry; /* its first */
	struct inode *inode;     /* a reference */
};

LIST_HEAD(hard_links, hard_link);

static struct inode *find_hard_link(const struct hard_links *links,
				    const struct cpio_entry *entry)
{
	struct hard_link *hard;

	LIST_FOREACH(hard, links, link)
		if (hard->entry.ino == entry->ino &&
		    hard->entry.dev_major == entry->dev_major &&
		    hard->entry.dev_minor == entry->dev_minor &&
		    (hard->entry.mode & S_IFMT) == (entry->mode & S_IFMT))
			return igrab(hard->inode);
	return NULL;
}

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

/* With several names the data may come with any of them, usually the last. */
static void set_file_data(struct inode *inode, const struct cpio_entry *entry)
{
	if (entry->data_bytes == 0)
		return;
	truncate_inode_pages(&inode->i_data, 0);
	inode->i_data.backing = entry->data;
	inode->i_data.backing_bytes = entry->data_bytes;
	inode->i_size = entry->data_bytes;
}

/* A link's text has no NUL in the archive. */
static int set_link_text(struct inode *inode, const struct cpio_entry *entry)
{
	u32 bytes = entry->data_bytes;
	char *text;

	if (inode->i_private)
		return 0; /* another name of it brought the text */
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
		inode->i_rdev = MKDEV(entry->rdev_major, entry->rdev_minor);
		return 0;
	default:
		return 0;
	}
}

/* The inode that the entry names, with a reference: an old one or a new one. */
static int get_inode(struct hard_links *links, const struct cpio_entry *entry,
		     struct inode **result)
{
	bool linked = entry->nlink > 1 && !S_ISDIR(entry->mode);
	struct inode *inode = linked ? find_hard_link(links, entry) : NULL;
	bool found = inode != NULL;
	int err;

	if (!found)
		inode = ramfs_inode(entry->mode & (S_IFMT | 07777));
	if (!inode)
		return -ENOMEM;
	err = set_contents(inode, entry);
	if (!err && linked && !found)
		err = add_hard_link(links, entry, inode);
	if (err) {
		iput(inode);
		return err;
	}
	if (found)
		inode->i_nlink++;
	*result = inode;
	return 0;
}

/* ---- its name ---------------------------------------------------- */

/* A directory that is there already stays, and gets the entry's mode and owner. */
static bool keep_directory(struct nameidata *nd, const struct cpio_entry *entry)
{
	struct inode *old;
	bool keep;

	if (nd->inode->i_op->lookup(nd->inode, nd->name, nd->bytes, &old))
		return false;
	keep = S_ISDIR(old->i_mode) && S_ISDIR(entry->mode);
	if (keep) {
		old->i_mode = entry->mode & (S_IFMT | 07777);
		old->i_uid = entry->uid;
		old->i_gid = entry->gid;
	}
	iput(old);
	return keep;
}

static int make_entry(struct hard_links *links, struct nameidata *nd,
		      const struct cpio_entry *entry)
{
	struct inode *inode;
	int err;

	if (!nd->name) /* "." or "/": the root is there */
		return S_ISDIR(entry->mode) ? 0 : -EISDIR;
	if (nd->want_dir && !S_ISDIR(entry->mode))
		return -ENOTDIR;
	if (keep_directory(nd, entry))
		return 0;
	err = get_inode(links, entry, &inode);
	if (err)
		return err;
	err = ramfs_link(nd->inode, nd->name, nd->bytes, inode, true);
	iput(inode);
	return err;
}

/* Is one of the name's components ".."? */
static bool climbs(const char *name)
{
	const char *p;

	for (p = strstr(name, ".."); p; p = strstr(p + 1, ".."))
		if ((p == name || p[-1] == '/') && (!p[2] || p[2] == '/'))
			return true;
	return false;
}

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

static const char *explain(int err)
{
	for (u32 i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].err == err)
			return reasons[i].why;
	return "it cannot be made";
}

/* 0, or -EINVAL after saying why it was left out. */
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
	err = path_parent(AT_FDCWD, entry->name, &nd);
	if (!err)
		err = make_entry(links, &nd, entry);
	end_walk(&nd);
	return err ? cpio_complain(entry, "%s", explain(err)) : 0;
}

const void *initramfs;
u32 initramfs_bytes;

/* ---- all of them ------------------------------------------------- */

/* Entries that cannot be made are counted in *left_out. */
static int unpack_all(struct cpio *cpio, struct hard_links *links,
		      u32 *left_out)
{
	struct cpio_entry entry;
	bool trailer = false;
	int more;

	while ((more = cpio_next(cpio, &entry, &trailer)) > 0) {
		if (trailer)
			forget_hard_links(links);
		else if (unpack_entry(links, &entry))
			++*left_out;
	}
	if (!more && !trailer)
		return cpio_complain(
			&entry,
			"the archive ends here, expected an entry called TRAILER!!!");
	return more;
}

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
