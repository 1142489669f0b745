/*
 * fs/devices.c - character devices: the small ones, and how open finds each.
 *
 * A device inode contains only a number. open finds the operations for it in
 * the tables, of which those of services come before ours. The nodes are made
 * at boot; nodes in the archive work as well.
 */
#include <fs/internal.h>
#include <lib/printk.h>
#include <mm/mm.h>
#include <service.h>
#include <string.h>

/* ---- null, zero -------------------------------------------------- */

#define ZEROES 16384 /* bytes cleared before other tasks may run */

/* Returns the end of the file at once. */
static s32 null_read(struct file *file __unused_arg, uaddr_t buf __unused_arg,
		     u32 bytes __unused_arg, u64 *pos __unused_arg)
{
	return 0;
}

/*
 * Accepts everything without reading buf, so a bad address is no error, as on
 * Linux.
 */
static s32 null_write(struct file *file __unused_arg, uaddr_t buf __unused_arg,
		      u32 bytes, u64 *pos __unused_arg)
{
	return (s32)bytes;
}

/* For sendfile() and splice(). */
static s32 null_kernel_write(struct file *file __unused_arg,
			     const void *buf __unused_arg, u32 bytes,
			     u64 *pos __unused_arg)
{
	return (s32)bytes;
}

/* A read that faults half-way returns what it has cleared. */
s32 zero_read(struct file *file __unused_arg, uaddr_t buf, u32 bytes,
	      u64 *pos __unused_arg)
{
	u32 done = 0, part, left = 0;

	might_fault();
	/* __clear_user does not check, so the whole range is checked once. */
	if (!access_ok(buf, bytes))
		return -EFAULT;
	while (done < bytes && !left) {
		part = min(bytes - done, (u32)ZEROES);
		/*
		 * Cleared in pieces, so that a kill ends a read of gigabytes.
		 */
		left = __clear_user(buf + done, part);
		done += part - left;
		if (give_way())
			break;
	}
	return !done && left ? -EFAULT : (s32)done;
}

/*
 * A private mapping is anonymous memory and needs nothing; a shared one is an
 * object that fork shares.
 */
static int zero_mmap(struct file *file __unused_arg, struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_SHARED ? shmem_zero_setup(vma) : 0;
}

/*
 * Succeeds without moving: programs seek before they know what they have
 * opened.
 */
s64 null_llseek(struct file *file, s64 offset __unused_arg,
		int whence __unused_arg)
{
	file->f_pos = 0;
	return 0;
}

static const struct file_operations null_fops = {
	.read = null_read,
	.write = null_write,
	.kernel_write = null_kernel_write,
	.llseek = null_llseek,
};

static const struct file_operations zero_fops = {
	.read = zero_read,
	.write = null_write,
	.llseek = null_llseek,
	.mmap = zero_mmap,
};

/* ---- console: the kernel's own, to write to ---------------------- */

#define CHUNK 128 /* bytes moved at a time */

/*
 * Writes to the console, through a buffer on the stack because console_text
 * must not meet a fault.
 */
static s32 plain_console_write(struct file *file __unused_arg, uaddr_t buf,
			       u32 bytes, u64 *pos __unused_arg)
{
	char chunk[CHUNK];
	u32 done, part;

	for (done = 0; done < bytes; done += part) {
		/*
		 * The serial line takes long, and a killed task must not wait
		 * for it.
		 */
		if (fatal_signal_pending())
			return done ? (s32)done : -EINTR;
		part = min(bytes - done, (u32)CHUNK);
		if (copy_from_user(chunk, buf + done, part))
			return done ? (s32)done : -EFAULT;
		/* At 115200 baud a byte takes 87 us: others run in between. */
		for (u32 i = 0; i < part; i++) {
			console_text(&chunk[i], 1);
			cond_resched();
		}
	}
	return (s32)done;
}

/* Reading returns end of file: input needs the tty service. */
static const struct file_operations plain_console_fops = {
	.read = null_read,
	.write = plain_console_write,
};

/* ---- the tables -------------------------------------------------- */

/* Linux's numbers (Documentation/admin-guide/devices.txt). */
static const struct chrdev core_devices[] = {
	{ "null", MKDEV(1, 3), 0666, &null_fops },
	{ "zero", MKDEV(1, 5), 0666, &zero_fops },
	{ "console", MKDEV(5, 1), 0600, &plain_console_fops },
	{ NULL },
};

/* Returns the n-th table: each service's, then our own; NULL after that. */
static const struct chrdev *device_table(u32 n)
{
	const struct chrdev *table = services_devices(n);

	if (table)
		return table;
	/* The core's own table follows the last one of a service. */
	return n == 0 || services_devices(n - 1) ? core_devices : NULL;
}

/*
 * Finds the driver of a node by its number and not by its name, because a node
 * may have any name.
 */
static int device_open(struct inode *inode, struct file *file)
{
	const struct chrdev *device;

	/* There are no block devices, and a socket's node cannot be opened. */
	if (!S_ISCHR(inode->i_mode))
		return -ENXIO;
	/*
	 * Services come first: one may replace a device of ours, as the tty
	 * does the console.
	 */
	for (u32 n = 0; (device = device_table(n)); n++)
		for (; device->name; device++)
			if (device->rdev == inode->i_rdev) {
				file->f_op = device->fops;
				return 0;
			}
	return -ENXIO;
}

const struct inode_operations device_node_ops = {
	.open = device_open,
};

struct inode_operations fifo_node_ops = {
	.open = device_open, /* no driver has a FIFO's number: -ENXIO */
};

/*
 * Makes a node in /dev. A name that exists is the device of a service, whose
 * table comes first: it stays.
 */
static void make_node(struct inode *dir, const struct chrdev *device)
{
	struct inode *node = ramfs_inode(S_IFCHR | device->mode);
	int err = -ENOMEM;

	if (node) {
		node->i_rdev = device->rdev;
		err = ramfs_link(dir, device->name, (u32)strlen(device->name),
				 node, false);
	}
	/* At boot there is memory, and nothing works without /dev/console. */
	if (err && err != -EEXIST)
		panic("/dev/%s: error %d", device->name, err);
	iput(node);
}

/* Makes /dev before the archive is unpacked, which may add nodes to it. */
void devices_init(void)
{
	struct inode *dir = ramfs_inode(S_IFDIR | 0755);
	const struct chrdev *device;

	if (!dir || ramfs_link(root_inode, "dev", 3, dir, false))
		panic("/dev: no memory");
	for (u32 n = 0; (device = device_table(n)); n++)
		for (; device->name; device++)
			make_node(dir, device);
	iput(dir);
}
