/*
 * services/files/devices.c - /dev/full, on which there is never room, and the
 * table of this service's devices.
 */
#include <fs/fs.h>
#include <services/files/files.h>

/* ---- full -------------------------------------------------------- */

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

/* ---- the table --------------------------------------------------- */

/* Linux's numbers (Documentation/admin-guide/devices.txt). */
const struct chrdev files_devices[] = {
	{ "full", MKDEV(1, 7), 0666, &full_fops },
	{ "kmsg", MKDEV(1, 11), 0644, &kmsg_fops },
	{ NULL },
};
