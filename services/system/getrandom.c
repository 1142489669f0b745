/*
 * getrandom, and /dev/random: the numbers of proc/random.c for programs.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/system/system.h>

#define GRND_NONBLOCK 0x1
#define GRND_RANDOM   0x2
#define GRND_INSECURE 0x4

s32 sys_getrandom(uaddr_t buf, u32 bytes, u32 flags)
{
	u8 chunk[64];
	u32 done = 0;

	if (flags & ~(u32)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	bytes = min(bytes, (u32)INT32_MAX);
	while (done < bytes) {
		u32 part = min(bytes - done, (u32)sizeof(chunk));

		get_random_bytes(chunk, part);
		if (copy_to_user(buf + done, chunk, part))
			return done ? (s32)done : -EFAULT;
		done += part;
		if (signal_pending())
			break;
		cond_resched();
	}
	return (s32)done;
}
