/*
 * services/files/mount_options.c - the options of a tmpfs in `mount -o`, and
 * the limits on its tree. As on Linux, the default is half of the memory in
 * pages, and as many inodes; 0 means no limit.
 */
#include <mm/mm.h>
#include <services/files/files.h>
#include <services/files/mounts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Returns the number at *text with Linux's suffixes k, m and g, and moves *text
 * behind it.
 */
static u64 parse_number(char **text)
{
	u64 number = strtoul(*text, text, 0);
	const char *units = "kmg", *unit;

	unit = **text ? strchr(units, **text | 0x20) : NULL;
	if (!unit)
		return number;
	++*text;
	return number << 10 * (unit - units + 1);
}

/*
 * size=: bytes, or a percentage of the memory; rounded up to pages. 0 or
 * -EINVAL.
 */
static int parse_size(char *value, u32 *pages)
{
	char *end = value;
	u64 bytes = parse_number(&end);

	if (*end == '%') {
		bytes = min(bytes, (u64)100) * totalram_pages() / 100
			<< PAGE_SHIFT;
		end++;
	}
	if (end == value || *end)
		return -EINVAL;
	/* More than 32 bits of pages is as good as no limit on this machine. */
	*pages = (u32)min((bytes + PAGE_SIZE - 1) >> PAGE_SHIFT,
			  (u64)UINT32_MAX);
	return 0;
}

/* nr_blocks= and nr_inodes=. 0 or -EINVAL. */
static int parse_count(char *value, u32 *count)
{
	char *end = value;
	u64 number = parse_number(&end);

	if (end == value || *end || number > UINT32_MAX)
		return -EINVAL;
	*count = (u32)number;
	return 0;
}

/* uid=, gid= and, with base 8, mode=. 0 or -EINVAL. */
static int parse_id(char *value, int base, u32 *id)
{
	char *end = value;

	*id = (u32)strtoul(value, &end, base);
	return end == value || *end ? -EINVAL : 0;
}

/* One "name=value". 0, or -EINVAL for a name that no tmpfs has. */
static int parse_option(struct tree_options *options, const char *name,
			char *value)
{
	int err;

	if (!strcmp(name, "size"))
		return parse_size(value, &options->max_pages);
	if (!strcmp(name, "nr_blocks"))
		return parse_count(value, &options->max_pages);
	if (!strcmp(name, "nr_inodes"))
		return parse_count(value, &options->max_inodes);
	if (!strcmp(name, "uid"))
		return parse_id(value, 10, &options->uid);
	if (!strcmp(name, "gid"))
		return parse_id(value, 10, &options->gid);
	if (strcmp(name, "mode"))
		return -EINVAL;
	err = parse_id(value, 8, &options->mode);
	options->mode &= 07777;
	return err;
}

int parse_tree_options(char *text, struct tree_options *options)
{
	char *next, *value;
	int err = 0;

	for (; text && *text && !err; text = next) {
		next = strchr(text, ',');
		if (next)
			*next++ = '\0';
		value = strchr(text, '=');
		/* Every option that is supported has a value. */
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		err = parse_option(options, text, value);
	}
	return err;
}

struct tree_options default_tree_options(void)
{
	return (struct tree_options){ .mode = 01777,
				      .max_pages = totalram_pages() / 2,
				      .max_inodes = totalram_pages() / 2 };
}

/* ---- limits ------------------------------------------------------ */

int limit_tree(struct inode *root, const struct tree_options *options)
{
	struct tree_limits *limits = kzalloc(sizeof(*limits), GFP_KERNEL);

	if (!limits)
		return -ENOMEM;
	/* The root counts. */
	atomic_set(&limits->inodes, 1);
	limits->max_pages = options->max_pages;
	limits->max_inodes = options->max_inodes;
	root->i_limits = limits;
	return 0;
}

bool exceeds_limits(const struct tree_limits *limits,
		    const struct tree_options *options)
{
	return (options->max_pages &&
		(u32)atomic_read(&limits->pages) > options->max_pages) ||
		(options->max_inodes &&
		 (u32)atomic_read(&limits->inodes) > options->max_inodes);
}

void change_limits(struct tree_limits *limits,
		   const struct tree_options *options)
{
	/* Writers compare with these without mounts_lock. */
	WRITE_ONCE(limits->max_pages, options->max_pages);
	WRITE_ONCE(limits->max_inodes, options->max_inodes);
}

int join_tree(struct inode *inode, struct tree_limits *limits)
{
	u32 max = limits ? READ_ONCE(limits->max_inodes) : 0;

	if (!limits)
		return 0;
	if (max && (u32)atomic_read(&limits->inodes) >= max)
		return -ENOSPC;
	atomic_inc(&limits->inodes);
	inode->i_limits = limits;
	return 0;
}

/* ---- for /proc/mounts -------------------------------------------- */

/* As Linux, shows only the options that differ from the defaults. */
void show_tree_options(const struct file_tree *tree, char *text, size_t bytes)
{
	const struct tree_options usual = default_tree_options();
	const struct tree_limits *limits = tree->root->i_limits;
	size_t n = 0;

	text[0] = '\0';
	if (!tree->in_memory)
		return;
	if (!limits) {
		/* A ramfs has no other option. */
		if (tree->mode != RAMFS_MODE)
			snprintf(text, bytes, ",mode=%o", tree->mode);
		return;
	}
	if (limits->max_pages != usual.max_pages)
		n += (size_t)snprintf(text, bytes, ",size=%uk",
				      limits->max_pages * (PAGE_SIZE / 1024));
	if (limits->max_inodes != usual.max_inodes)
		n += (size_t)snprintf(text + n, bytes - n, ",nr_inodes=%u",
				      limits->max_inodes);
	if (tree->mode != usual.mode)
		n += (size_t)snprintf(text + n, bytes - n, ",mode=%03o",
				      tree->mode);
	if (tree->uid)
		n += (size_t)snprintf(text + n, bytes - n, ",uid=%u",
				      tree->uid);
	if (tree->gid)
		snprintf(text + n, bytes - n, ",gid=%u", tree->gid);
}
