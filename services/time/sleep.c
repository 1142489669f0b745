/*
 * clock_nanosleep: sleeping for a time, or until a clock shows a time.
 *
 * All sleeps end by the monotonic clock. A task that sleeps until a time of the
 * wall clock is also in a list, and computes its end anew when the clock is set.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/time/internal.h>
#include <uapi/time.h>

/* ---- for a time -------------------------------------------------- */

/*
 * Sleeps until block->until, of the monotonic clock. If a signal interrupts it,
 * stores the rest at user address arg[0] (unless 0; arg[1]: time64), and can be
 * continued.
 */
static s32 sleep_with_rest(const struct restart_block *block)
{
	uaddr_t rem = block->arg[0];

	if (sleep_until(block->until) == 0)
		return 0;
	/*
	 * The rest is stored at each interruption: the program may not continue
	 * the sleep.
	 */
	if (rem && put_timespec(time_until(block->until), rem, block->arg[1]))
		return -EFAULT;
	return restart_with(block);
}

/* ---- until a time ------------------------------------------------ */

/* A task that sleeps until a time of the wall clock; it lies on its stack. */
struct wall_sleeper {
	LIST_ENTRY(wall_sleeper) link;
	struct task_struct *task;
};

static spinlock_t sleepers_lock = SPINLOCK_INIT;
/* sleepers_lock */
static LIST_HEAD(, wall_sleeper) sleepers = LIST_HEAD_INITIALIZER(sleepers);

/*
 * Also wakes those whose time is later than before: they sleep again. There may
 * be thousands, so others run between two of them.
 */
void clock_was_set(void)
{
	LIST_HEAD(, wall_sleeper) old = LIST_HEAD_INITIALIZER(old);
	struct wall_sleeper *sleeper;

	clock_timers_set();
	spin_lock(&sleepers_lock);
	LIST_SWAP(&sleepers, &old, wall_sleeper, link);
	while ((sleeper = LIST_FIRST(&old))) {
		LIST_REMOVE(sleeper, link);
		LIST_INSERT_HEAD(&sleepers, sleeper, link);
		wake_up_process(sleeper->task);
		spin_unlock(&sleepers_lock);
		cond_resched();
		spin_lock(&sleepers_lock);
	}
	spin_unlock(&sleepers_lock);
}

int schedule_until_wall(u64 until)
{
	struct wall_sleeper me = { .task = current };
	int err;

	spin_lock(&sleepers_lock);
	LIST_INSERT_HEAD(&sleepers, &me, link);
	spin_unlock(&sleepers_lock);
	/*
	 * Read after the task is in the list: a change of the clock after this
	 * look wakes it.
	 */
	err = schedule_until(until - min(until, READ_ONCE(boot_wall_ns)));
	spin_lock(&sleepers_lock);
	LIST_REMOVE(&me, link);
	spin_unlock(&sleepers_lock);
	return err;
}

/*
 * Sleeps until clock, which is the wall clock or ahead of it, shows `until`: 0,
 * or -EINTR for a signal.
 */
static int sleep_until_wall(s32 clock, u64 until)
{
	int err;

	do {
		/* Before the looks at the clock and at signals. */
		set_current_state(TASK_INTERRUPTIBLE);
		/* Each time anew: what it is ahead may have changed. */
		err = schedule_until_wall(until -
					  min(until, ahead_of_wall(clock)));
	} while (!err);
	set_current_state(TASK_RUNNING);
	return err == -ETIMEDOUT ? 0 : -EINTR;
}

/*
 * Sleeps until a CPU clock shows `until`. A CPU clock is never faster than the
 * monotonic one, so the missing time can be slept at once; from then on a tick
 * at a time.
 */
static int sleep_until_cpu(s32 clock, u64 until)
{
	u64 now;
	int err;

	for (;;) {
		err = clock_read(clock, &now);
		/*
		 * The process may have ended meanwhile, and its clock with it.
		 */
		if (err || now >= until)
			return err;
		err = sleep_until(ktime_ns() +
				  max(until - now, (u64)TICK_NSEC));
		if (err)
			return err;
	}
}

/* Sleeps until clock shows `until`: 0, -EINTR or an error of the clock. */
static int sleep_until_clock(s32 clock, u64 until)
{
	if (clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID)
		return sleep_until_cpu(clock, until);
	if (clock_is_wall(clock))
		return sleep_until_wall(clock, until);
	return sleep_until(until);
}

/* ---- the call ---------------------------------------------------- */

/*
 * Returns 0 if a task can sleep by clock, or Linux's error: some clocks can
 * only be read, and a thread cannot wait for its own CPU time.
 */
static int may_sleep_by(s32 clock)
{
	int err = check_timing_clock(clock);

	if (!err && clock == CLOCK_THREAD_CPUTIME_ID)
		return -EOPNOTSUPP;
	return !err && clock_is_own_thread(clock) ? -EINVAL : err;
}

static s32 do_clock_nanosleep(s32 clock, u32 flags, uaddr_t req, uaddr_t rem,
			      bool time64)
{
	struct restart_block block = { .go_on = sleep_with_rest,
				       .arg = { rem, time64 } };
	u64 ns, now;
	int err = may_sleep_by(clock);

	if (!err)
		err = get_timespec(req, time64, &ns);
	if (err)
		return err;
	/*
	 * A relative sleep is not affected if the wall clock is set, so any
	 * clock will do.
	 */
	if (!(flags & TIMER_ABSTIME) && clock >= 0 &&
	    clock != CLOCK_PROCESS_CPUTIME_ID) {
		block.until = ktime_ns() + ns;
		return sleep_with_rest(&block);
	}
	/* A CPU clock may stand still, so no time of ktime_ns() would do. */
	if (!(flags & TIMER_ABSTIME)) {
		err = clock_read(clock, &now);
		ns += now;
	}
	if (!err)
		err = sleep_until_clock(clock, ns);
	/*
	 * An absolute sleep is simply made again after a stop: its end does not
	 * depend on when it began.
	 */
	return err == -EINTR ? -ERESTARTNOHAND : err;
}

s32 sys_clock_nanosleep(s32 clock, u32 flags, uaddr_t req, uaddr_t rem)
{
	return do_clock_nanosleep(clock, flags, req, rem, false);
}

s32 sys_clock_nanosleep_time64(s32 clock, u32 flags, uaddr_t req, uaddr_t rem)
{
	return do_clock_nanosleep(clock, flags, req, rem, true);
}
