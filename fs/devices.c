/*
 * fs/devices.c - /dev: a table of character devices, and the small ones.
 *
 * A device inode has a number only; open finds the operations in the table.
 * The nodes are made at boot, and those in the archive work as well.
 */
#include "internal.h"

#include <lib/printk.h>
#include <mm/mm.h>
#include <services/system/system.h>
#include <string.h>
#include <syscalls.h>

/* ---- null, zero, full --------------------------------------------------------------- */

static s32 null_read(struct file *file __unused_arg, uaddr_t buf __unused_arg,
		     u32 bytes __unused_arg, u64 *pos __unused_arg)
{
	return 0;
}

static s32 null_write(struct file *file __unused_arg, uaddr_t buf __unused_arg,
		      u32 bytes, u64 *pos __unused_arg)
{
	return (s32)bytes;
}

static s32 full_write(struct file *file __unused_arg, uaddr_t buf __unused_arg,
		      u32 bytes __unused_arg, u64 *pos __unused_arg)
{
	return -ENOSPC;
}

static s32 zero_read(struct file *file __unused_arg, uaddr_t buf, u32 bytes,
		     u64 *pos __unused_arg)
{
	u32 left = clear_user(buf, bytes);

	return left == bytes && bytes ? -EFAULT : (s32)(bytes - left);
}

/* Private: anonymous memory. Shared: memory that fork shares. */
static int zero_mmap(struct file *file __unused_arg, struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_SHARED ? shmem_zero_setup(vma) : 0;
}

/* These have no position, but programs seek on them. */
static s64 null_llseek(struct file *file, s64 offset __unused_arg,
		       int whence __unused_arg)
{
	file->f_pos = 0;
	return 0;
}

static const struct file_operations null_fops = {
	.read = null_read,
	.write = null_write,
	.llseek = null_llseek,
};

static const struct file_operations zero_fops = {
	.read = zero_read,
	.write = null_write,
	.llseek = null_llseek,
	.mmap = zero_mmap,
};

static const struct file_operations full_fops = {
	.read = zero_read,
	.write = full_write,
	.llseek = null_llseek,
};

/* ---- kmsg: the kernel's log --------------------------------------------------------- */

#define KMSG_CHUNK 256

/* Plain text from *pos on; the end of what there is now is the end. */
static s32 kmsg_read(struct file *file __unused_arg, uaddr_t buf, u32 bytes,
		     u64 *pos)
{
	char chunk[KMSG_CHUNK];
	u32 done = 0, n;

	while (done < bytes) {
		n = (u32)log_read(pos, chunk,
				  min(bytes - done, (u32)sizeof(chunk)));
		if (n == 0)
			break;
		if (copy_to_user(buf + done, chunk, n))
			return done ? (s32)done : -EFAULT;
		done += n;
	}
	return (s32)done;
}

/* One record, cut to KMSG_CHUNK; a line's end is implied. */
static s32 kmsg_write(struct file *file __unused_arg, uaddr_t buf, u32 bytes,
		      u64 *pos __unused_arg)
{
	char chunk[KMSG_CHUNK];
	u32 n = min(bytes, (u32)sizeof(chunk) - 1);

	if (copy_from_user(chunk, buf, n))
		return -EFAULT;
	if (n && chunk[n - 1] == '\n')
		n--;
	chunk[n] = '\0';
	pr_notice("%s\n", chunk);
	return (s32)bytes;
}

static const struct file_operations kmsg_fops = {
	.read = kmsg_read,
	.write = kmsg_write,
	.llseek = generic_file_llseek,
};

/* ---- random ---------------------------------------------------------------------------- */

static s32 random_read(struct file *file __unused_arg, uaddr_t buf, u32 bytes,
		       u64 *pos __unused_arg)
{
	return sys_getrandom(buf, bytes, 0);
}

static const struct file_operations random_fops = {
	.read = random_read,
	.write = null_write,
	.llseek = null_llseek,
};

/* ---- the table ---------------------------------------------------------------------------- */

/* Linux's numbers (Documentation/admin-guide/devices.txt). */
static const struct chrdev chrdevs[] = {
	{ "null", MKDEV(1, 3), 0666, &null_fops },
	{ "zero", MKDEV(1, 5), 0666, &zero_fops },
	{ "full", MKDEV(1, 7), 0666, &full_fops },
	{ "random", MKDEV(1, 8), 0666, &random_fops },
	{ "urandom", MKDEV(1, 9), 0666, &random_fops },
	{ "kmsg", MKDEV(1, 11), 0644, &kmsg_fops },
	{ "tty", MKDEV(5, 0), 0666, &tty_fops },
	{ "console", MKDEV(5, 1), 0600, &tty_fops },
	{ "ttyAMA0", MKDEV(204, 64), 0600, &tty_fops },
};

static int device_open(struct inode *inode, struct file *file)
{
	u32 i;

	if (!S_ISCHR(inode->i_mode))
		return -ENXIO;
	for (i = 0; i < ARRAY_SIZE(chrdevs); i++)
		if (chrdevs[i].rdev == inode->i_rdev)
			file->f_op = chrdevs[i].fops;
	return file->f_op ? 0 : -ENXIO;
}

const struct inode_operations device_node_ops = {
	.open = device_open,
};

void devices_init(void)
{
	struct inode *dev = ramfs_inode(S_IFDIR | 0755), *node;
	u32 i;
	int err;

	if (!dev || ramfs_link(root_inode, "dev", 3, dev))
		panic("/dev: no memory");
	for (i = 0; i < ARRAY_SIZE(chrdevs); i++) {
		err = dev->i_op->create(dev, chrdevs[i].name,
					(u32)strlen(chrdevs[i].name),
					S_IFCHR | chrdevs[i].mode, &node);
		if (err)
			panic("/dev/%s: error %d", chrdevs[i].name, err);
		node->i_rdev = chrdevs[i].rdev;
		iput(node);
	}
	iput(dev);
}
