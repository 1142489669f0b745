/*
 * What programs are told of the time.
 *
 * Two clocks: the monotonic one, nanoseconds of the board's timer since boot,
 * and the wall clock, which is the RTC read once at boot plus the monotonic
 * one. CPU-time clocks count ticks.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/time/time.h>
#include <uapi/time.h>

static u64 process_cpu_ns(void)
{
	struct task_usage use;
	u32 flags = tasklist_lock();

	group_usage(current->group_leader, &use);
	tasklist_unlock(flags);
	return use.utime_ns + use.stime_ns;
}

/* Nanoseconds of a clock(2) id: 0 or -EINVAL. */
static int read_clock(u32 clock, u64 *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		*ns = wall_clock_ns();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*ns = ktime_ns();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		*ns = process_cpu_ns();
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		*ns = current->use.utime_ns + current->use.stime_ns;
		return 0;
	default:
		return -EINVAL;
	}
}

/* ---- reading the clocks ------------------------------------------ */

s32 sys_clock_gettime(u32 clock, uaddr_t to)
{
	u64 ns;
	int err = read_clock(clock, &ns);

	return err ? err : put_timespec32(ns, to);
}

s32 sys_clock_gettime64(u32 clock, uaddr_t to)
{
	struct kernel_timespec ts;
	u32 nsec;
	u64 ns;
	int err = read_clock(clock, &ns);

	if (err)
		return err;
	ts.tv_sec = split_seconds(ns, &nsec);
	ts.tv_nsec = nsec;
	return copy_to_user(to, &ts, sizeof(ts)) ? -EFAULT : 0;
}

s32 sys_clock_getres(u32 clock, uaddr_t to)
{
	u64 ns;
	int err = read_clock(clock, &ns);
	bool ticks = clock == CLOCK_PROCESS_CPUTIME_ID ||
		clock == CLOCK_THREAD_CPUTIME_ID ||
		clock == CLOCK_REALTIME_COARSE ||
		clock == CLOCK_MONOTONIC_COARSE;

	if (err || !to)
		return err;
	return put_timespec32(ticks ? TICK_NSEC : 1, to);
}

s32 sys_gettimeofday(uaddr_t tv, uaddr_t tz)
{
	const struct kernel_timezone utc = { 0, 0 };
	u32 nsec, sec = split_seconds(wall_clock_ns(), &nsec);
	struct old_timeval32 now = {
		.tv_sec = (s32)sec,
		.tv_usec = (s32)(nsec / NSEC_PER_USEC),
	};

	if (tv && copy_to_user(tv, &now, sizeof(now)))
		return -EFAULT;
	if (tz && copy_to_user(tz, &utc, sizeof(utc)))
		return -EFAULT;
	return 0;
}

static s32 clock_ticks(u64 ns)
{
	u32 nsec, sec = split_seconds(ns, &nsec);

	return (s32)(sec * USER_HZ + nsec / (u32)(NSEC_PER_SEC / USER_HZ));
}

s32 sys_times(uaddr_t to)
{
	struct task_struct *leader = current->group_leader;
	struct task_usage use, child;
	struct tms tms;
	u32 flags = tasklist_lock();

	group_usage(leader, &use);
	child = leader->child_use;
	tasklist_unlock(flags);
	tms = (struct tms){ clock_ticks(use.utime_ns),
			    clock_ticks(use.stime_ns),
			    clock_ticks(child.utime_ns),
			    clock_ticks(child.stime_ns) };
	if (to && copy_to_user(to, &tms, sizeof(tms)))
		return -EFAULT;
	return clock_ticks(ktime_ns());
}

/* ---- sleeping by a clock ----------------------------------------- */

s32 sys_clock_nanosleep(u32 clock, u32 flags, uaddr_t req, uaddr_t rem)
{
	u64 ns, now;
	int err;

	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC &&
	    clock != CLOCK_BOOTTIME)
		return -EINVAL;
	err = get_timespec32(req, &ns);
	if (err)
		return err;
	if (!(flags & TIMER_ABSTIME))
		return sleep_for(ns, rem);
	if (clock == CLOCK_REALTIME) {
		now = boot_wall_ns;
		ns = ns > now ? ns - now : 0;
	}
	/* Slept by the clock, not by what is left: simply started again. */
	return sleep_until(ns) ? -ERESTARTNOHAND : 0;
}
