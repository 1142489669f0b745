/*
 * services/files/devices.c - /dev/full, on which each write fails with -ENOSPC;
 * symbolic links in /dev; and the table of this service's devices.
 */
#include <fs/fs.h>
#include <lib/printk.h>
#include <services/files/files.h>
#include <string.h>

/* ---- full -------------------------------------------------------- */

/* Lets a program test what it does when a disk is full. */
static s32 full_write(struct file *file __unused_arg, uaddr_t buf __unused_arg,
		      u32 bytes __unused_arg, u64 *pos __unused_arg)
{
	return -ENOSPC;
}

static const struct file_operations full_fops = {
	.read = zero_read,
	.write = full_write,
	.llseek = null_llseek,
};

/* ---- names that programs expect in /dev -------------------------- */

static const struct {
	const char *name, *text;
} links[] = {
	{ "fd", "/proc/self/fd" },
	{ "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
};

/*
 * Makes a directory or a symbolic link (with text) in /dev. Returns 0 or
 * -errno.
 */
static int make_in(struct inode *dev, const char *name, u32 mode,
		   const char *text)
{
	struct inode *inode;
	int err = ramfs_create(dev, name, (u32)strlen(name), mode, &inode);

	/*
	 * The initramfs may contain the name already; then its version stays.
	 */
	if (err)
		return err == -EEXIST ? 0 : err;
	if (text)
		err = ramfs_set_link_text(inode, text);
	iput(inode);
	return err;
}

/*
 * Runs at boot, after the initramfs was unpacked. An error ends the boot, since
 * programs rely on these names.
 */
void files_make_dev(void)
{
	struct inode *dev;
	int err = path_lookup(AT_FDCWD, "/dev", LOOKUP_FOLLOW, &dev);

	if (err)
		panic("cannot find /dev: error %d", err);
	err = make_in(dev, "shm", S_IFDIR | 01777, NULL);
	for (u32 i = 0; i < ARRAY_SIZE(links) && !err; i++)
		err = make_in(dev, links[i].name, S_IFLNK | 0777,
			      links[i].text);
	if (err)
		panic("cannot make the names in /dev: error %d", err);
	iput(dev);
}

/* ---- the table --------------------------------------------------- */

/*
 * Linux's numbers (Documentation/admin-guide/devices.txt), since archives made
 * on Linux contain nodes with them.
 */
const struct chrdev files_devices[] = {
	{ "full", MKDEV(1, 7), 0666, &full_fops },
	{ "kmsg", MKDEV(1, 11), 0644, &kmsg_fops },
	{ NULL },
};
