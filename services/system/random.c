/*
 * services/system/random.c - random numbers as files: /dev/random and
 * /dev/urandom, which are the same here.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <services/system/system.h>

#define RNDGETENTCNT 0x80045200u

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

/*
 * RNDGETENTCNT. No source of true randomness feeds the generator, so it can
 * vouch for no bit: a Linux without such a source says the same. The other
 * requests of Linux change the pool, which does not exist here.
 */
static int random_ioctl(struct file *file __unused_arg, u32 cmd, u32 arg)
{
	return cmd == RNDGETENTCNT ? put_user_u32(entropy_avail(), arg) :
				     -ENOTTY;
}

static const struct file_operations random_fops = {
	.read = random_read,
	.ioctl = random_ioctl,
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
