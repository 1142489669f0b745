/*
 * services/system/random.c - random numbers as files: /dev/random and urandom.
 */
#include <fs/fs.h>
#include <services/system/system.h>

static s32 random_read(struct file *file __unused_arg, uaddr_t buf, u32 bytes,
		       u64 *pos __unused_arg)
{
	return sys_getrandom(buf, bytes, 0);
}

/* What programs stir in is not needed. */
static s32 random_write(struct file *file __unused_arg,
			uaddr_t buf __unused_arg, u32 bytes,
			u64 *pos __unused_arg)
{
	return (s32)bytes;
}

/* There is no position, but programs seek. */
static s64 random_llseek(struct file *file, s64 offset __unused_arg,
			 int whence __unused_arg)
{
	file->f_pos = 0;
	return 0;
}

static const struct file_operations random_fops = {
	.read = random_read,
	.write = random_write,
	.llseek = random_llseek,
};

static const struct chrdev system_devices[] = {
	{ "random", MKDEV(1, 8), 0666, &random_fops },
	{ "urandom", MKDEV(1, 9), 0666, &random_fops },
	{ NULL },
};

const struct service system_service = {
	.devices = system_devices,
};
