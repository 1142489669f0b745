/*
 * services/system/random.c - random numbers as files: /dev/random and
 * /dev/urandom, which are the same here.
 */
#include <fs/fs.h>
#include <services/system/system.h>

static s32 random_read(struct file *file __unused_arg, uaddr_t buf, u32 bytes,
		       u64 *pos __unused_arg)
{
	return sys_getrandom(buf, bytes, 0);
}

/*
 * Bytes that programs write are accepted and ignored: there is no pool to mix
 * them into.
 */
static s32 random_write(struct file *file __unused_arg,
			uaddr_t buf __unused_arg, u32 bytes,
			u64 *pos __unused_arg)
{
	return (s32)bytes;
}

static const struct file_operations random_fops = {
	.read = random_read,
	.write = random_write,
	.llseek = null_llseek,
};

static const struct chrdev system_devices[] = {
	{ "random", MKDEV(1, 8), 0666, &random_fops },
	{ "urandom", MKDEV(1, 9), 0666, &random_fops },
	{ NULL },
};

const struct service system_service = {
	.devices = system_devices,
};
