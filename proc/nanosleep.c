/*
 * nanosleep: sleeping for a time, and a struct timespec in user memory.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <syscalls.h>
#include <uapi/time.h>

/* ---- moving times ------------------------------------------------ */

int put_timespec32(u64 ns, uaddr_t to)
{
	u32 nsec, sec = split_seconds(ns, &nsec);

	return put_user_pair(sec, nsec, to);
}

int get_timespec32(uaddr_t from, u64 *ns)
{
	struct old_timespec32 ts;

	if (copy_from_user(&ts, from, sizeof(ts)))
		return -EFAULT;
	if (ts.tv_sec < 0 || (u32)ts.tv_nsec >= NSEC_PER_SEC)
		return -EINVAL;
	*ns = (u64)(u32)ts.tv_sec * NSEC_PER_SEC + (u32)ts.tv_nsec;
	return 0;
}

/* ---- sleeping ---------------------------------------------------- */

/* Sleep until the monotonic clock shows `until`: 0, or -EINTR by a signal. */
int sleep_until(u64 until)
{
	for (;;) {
		u64 now = ktime_ns();

		if (now >= until)
			return 0;
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending()) {
			set_current_state(TASK_RUNNING);
			return -EINTR;
		}
		schedule_timeout(until - now);
	}
}

/* Sleep until block->until; cut by a signal, say what is left at arg[0]. */
static s32 sleep_with_rest(const struct restart_block *block)
{
	uaddr_t rem = block->arg[0];
	u64 now;

	if (sleep_until(block->until) == 0)
		return 0;
	now = ktime_ns();
	if (rem &&
	    put_timespec32(block->until > now ? block->until - now : 0, rem))
		return -EFAULT;
	return restart_with(block);
}

s32 sys_nanosleep(uaddr_t req, uaddr_t rem)
{
	struct restart_block block = { .go_on = sleep_with_rest,
				       .arg = { rem } };
	u64 ns;
	int err = get_timespec32(req, &ns);

	if (err)
		return err;
	block.until = ktime_ns() + ns;
	return sleep_with_rest(&block);
}
