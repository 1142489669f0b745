/*
 * services/files/devices.c - /dev/kmsg: the kernel's log, to read and to add to;
 * and /dev/full, on which there is never room.
 */
#include <fs/fs.h>
#include <lib/printk.h>
#include <services/files/files.h>

/* ---- kmsg -------------------------------------------------------- */

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
