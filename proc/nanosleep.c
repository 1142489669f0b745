/*
 * nanosleep: sleeping for a time, and a struct timespec in user memory.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <syscalls.h>
#include <uapi/time.h>

/* ---- moving times ------------------------------------------------ */

/* Both words in one copy: user memory is opened once. */
int put_timespec32(u64 ns, uaddr_t to)
{
	u32 nsec, sec = split_seconds(ns, &nsec);

	return put_user_pair(sec, nsec, to);
}

/* The unsigned comparison refuses negative nanoseconds, too. */
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

/*
 * Sleeps until the monotonic clock reaches `until`. Returns 0, or -EINTR when a
 * signal is pending. A loop, because a task may be woken for other reasons than
 * its timer.
 */
int sleep_until(u64 until)
{
	int err;

	do {
		/*
		 * The state before the look: a signal that arrives in between
		 * finds a sleeper and wakes it.
		 */
		set_current_state(TASK_INTERRUPTIBLE);
		err = schedule_until(until);
	} while (!err);
	set_current_state(TASK_RUNNING);
	return err == -ETIMEDOUT ? 0 : -EINTR;
}

/*
 * Sleeps until block->until. If a signal ends that early, stores the time left
 * at arg[0] and asks for a restart. The end is absolute, so a restart does not
 * prolong the sleep.
 */
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
	/* -ERESTART_RESTARTBLOCK: without a handler the sleep continues. */
	return restart_with(block);
}

/* Nothing is stored in rem if the sleep ends in time, as Linux. */
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
