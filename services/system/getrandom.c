/*
 * getrandom, and the body of /dev/random: the numbers of proc/random.c for
 * programs.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/system/system.h>

#define GRND_NONBLOCK 0x1
#define GRND_RANDOM   0x2
#define GRND_INSECURE 0x4

/*
 * The generator (proc/random.c) has no pool that could be empty, so no call
 * waits and the flags make no difference.
 */
s32 sys_getrandom(uaddr_t buf, u32 bytes, u32 flags)
{
	u8 chunk[64];
	u32 done = 0;

	if (flags & ~(u32)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	/* On Linux one asks for more entropy, the other for none. */
	if (flags & GRND_RANDOM && flags & GRND_INSECURE)
		return -EINVAL;
	bytes = min(bytes, (u32)INT32_MAX);
	/* Not even the first of them: a count like this is mostly an -errno. */
	if (!access_ok(buf, bytes))
		return -EFAULT;
	while (done < bytes) {
		u32 part = min(bytes - done, (u32)sizeof(chunk));

		/*
		 * Through the stack: the generator's lock is a spinlock, and
		 * the copy may fault.
		 */
		get_random_bytes(chunk, part);
		if (copy_to_user(buf + done, chunk, part))
			return done ? (s32)done : -EFAULT;
		done += part;
		/*
		 * A request of 2 GiB must be interruptible; Linux returns the
		 * bytes so far, too.
		 */
		if (signal_pending())
			break;
		cond_resched();
	}
	return (s32)done;
}
