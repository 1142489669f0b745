/*
 * What programs are told of the time, and how they sleep.
 *
 * Two clocks: the monotonic one, nanoseconds of the board's timer since boot,
 * and the wall clock, which is the RTC read once at boot plus the monotonic
 * one. CPU-time clocks count ticks.
 */
#include <asm/uaccess.h>
#include <board/board.h>
#include <lib/printk.h>
#include <percpu.h>
#include <proc/internal.h>
#include <syscalls.h>
#include <uapi/time.h>

static u64 boot_wall_ns; /* wall clock when the monotonic one was 0 */

void time_init(void)
{
	tick_init();
	boot_wall_ns = rtc_seconds() * NSEC_PER_SEC;
	if (boot_wall_ns > clock_ns())
		boot_wall_ns -= clock_ns();
}

u64 wall_clock_ns(void)
{
	return boot_wall_ns + clock_ns();
}

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
		*ns = clock_ns();
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

/* ---- moving times -------------------------------------------------------------- */

/* The second in which a program last asked a clock. No interrupt does. */
struct clock_second {
	u64 start; /* ns */
	u32 number;
};
static DEFINE_PER_CPU(struct clock_second, last_second);

/*
 * The second that ns falls into, and how far: a division of 64 bits, which
 * this core does in software. Mostly it is the second of the time before.
 */
static u32 split_seconds(u64 ns, u32 *nsec)
{
	struct clock_second *last = &this_cpu(last_second);

	if (unlikely(ns - last->start >= NSEC_PER_SEC)) {
		last->number = (u32)(ns / NSEC_PER_SEC);
		last->start = (u64)last->number * NSEC_PER_SEC;
	}
	*nsec = (u32)(ns - last->start);
	return last->number;
}

static int put_timespec32(u64 ns, uaddr_t to)
{
	u32 nsec, sec = split_seconds(ns, &nsec);

	return put_user_pair(sec, nsec, to);
}

static int get_timespec32(uaddr_t from, u64 *ns)
{
	struct old_timespec32 ts;

	if (copy_from_user(&ts, from, sizeof(ts)))
		return -EFAULT;
	if (ts.tv_sec < 0 || (u32)ts.tv_nsec >= NSEC_PER_SEC)
		return -EINVAL;
	*ns = (u64)(u32)ts.tv_sec * NSEC_PER_SEC + (u32)ts.tv_nsec;
	return 0;
}

/* ---- reading the clocks -------------------------------------------------------- */

s32 sys_clock_gettime(u32 clock, uaddr_t to)
{
	u64 ns;
	int err = read_clock(clock, &ns);

	return err ? err : put_timespec32(ns, to);
}

s32 sys_clock_gettime64(u32 clock, uaddr_t to)
{
	struct kernel_timespec ts;
	u64 ns;
	int err = read_clock(clock, &ns);

	if (err)
		return err;
	ts.tv_sec = (s64)(ns / NSEC_PER_SEC);
	ts.tv_nsec = (s64)(ns % NSEC_PER_SEC);
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
	u64 ns = wall_clock_ns();
	struct old_timeval32 now = {
		.tv_sec = (s32)(ns / NSEC_PER_SEC),
		.tv_usec = (s32)(ns % NSEC_PER_SEC / NSEC_PER_USEC),
	};

	if (tv && copy_to_user(tv, &now, sizeof(now)))
		return -EFAULT;
	if (tz && copy_to_user(tz, &utc, sizeof(utc)))
		return -EFAULT;
	return 0;
}

s32 sys_time(uaddr_t to)
{
	u32 sec = (u32)(wall_clock_ns() / NSEC_PER_SEC);

	if (to && put_user_u32(sec, to) != 0)
		return -EFAULT;
	return (s32)sec;
}

static s32 clock_ticks(u64 ns)
{
	return (s32)(ns / (NSEC_PER_SEC / USER_HZ));
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
	return clock_ticks(clock_ns());
}

/* ---- sleeping ------------------------------------------------------------------ */

/* Sleep until the monotonic clock shows `until`: 0, or -EINTR by a signal. */
static int sleep_until(u64 until)
{
	for (;;) {
		u64 now = clock_ns();

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
	now = clock_ns();
	if (rem &&
	    put_timespec32(block->until > now ? block->until - now : 0, rem))
		return -EFAULT;
	return restart_with(block);
}

/* Relative sleep of ns nanoseconds by the monotonic clock. */
static s32 sleep_for(u64 ns, uaddr_t rem)
{
	const struct restart_block block = { .go_on = sleep_with_rest,
					     .until = clock_ns() + ns,
					     .arg = { rem } };

	return sleep_with_rest(&block);
}

s32 sys_nanosleep(uaddr_t req, uaddr_t rem)
{
	u64 ns;
	int err = get_timespec32(req, &ns);

	return err ? err : sleep_for(ns, rem);
}

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
