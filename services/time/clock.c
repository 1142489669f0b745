/*
 * What programs are told of the time.
 *
 * Two clocks: the monotonic one, nanoseconds of the board's timer since boot,
 * and the wall clock, which is the RTC read once at boot plus the monotonic
 * one. CPU-time clocks count ticks.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/time/internal.h>
#include <uapi/time.h>

/* Also what a dead thread of the process used. tasklist_lock held. */
static u64 process_cpu_ns(struct task_struct *leader, bool with_system)
{
	struct task_usage use;

	group_usage(leader, &use);
	return use.utime_ns + (with_system ? use.stime_ns : 0);
}

/*
 * A CPU clock is a number below zero: the complement of a process's or a
 * thread's number (0: the caller's), and three bits.
 */
#define CPUCLOCK_WHICH  3u /* of these two bits: */
#define CPUCLOCK_VIRT   1u /* in user mode; the others: in both modes */
#define CPUCLOCK_NONE   3u /* is no CPU clock */
#define CPUCLOCK_THREAD 4u

static s32 cpu_clock_pid(s32 clock)
{
	return ~(clock >> 3);
}

/*
 * The task that a CPU clock belongs to: a thread of the caller's process, or
 * the first thread of any. NULL: there is none. tasklist_lock held.
 */
static struct task_struct *cpu_clock_task(s32 clock)
{
	s32 pid = cpu_clock_pid(clock);
	struct task_struct *task = pid ? find_task(pid) : current;

	if ((u32)clock & CPUCLOCK_THREAD)
		return task && task->tgid == current->tgid ? task : NULL;
	/* A thread may name its process by its own number. */
	if (task == current)
		return task->group_leader;
	return task == NULL || task != task->group_leader ? NULL : task;
}

static int read_cpu_clock(s32 clock, u64 *ns)
{
	u32 which = (u32)clock & CPUCLOCK_WHICH;
	bool both = which != CPUCLOCK_VIRT;
	struct task_struct *task;
	u32 flags;

	if (which == CPUCLOCK_NONE)
		return -EINVAL;
	flags = tasklist_lock();
	task = cpu_clock_task(clock);
	if (task && (u32)clock & CPUCLOCK_THREAD)
		*ns = task->use.utime_ns + (both ? task->use.stime_ns : 0);
	else if (task)
		*ns = process_cpu_ns(task, both);
	tasklist_unlock(flags);
	return task ? 0 : -EINVAL;
}

bool clock_is_own_thread(s32 clock)
{
	s32 pid = cpu_clock_pid(clock);

	return clock < 0 && (u32)clock & CPUCLOCK_THREAD &&
		(pid == 0 || pid == current->pid);
}

s32 clock_thread(s32 clock)
{
	s32 pid = cpu_clock_pid(clock);

	if (!((u32)clock & CPUCLOCK_THREAD))
		return 0;
	return pid ? pid : current->pid;
}

bool clock_is_user_only(s32 clock)
{
	return ((u32)clock & CPUCLOCK_WHICH) == CPUCLOCK_VIRT;
}

bool clock_is_own_process(s32 clock)
{
	s32 pid = cpu_clock_pid(clock);

	/* A thread's clock can be read by its own process alone. */
	return (u32)clock & CPUCLOCK_THREAD || pid == 0 ||
		pid == current->tgid || pid == current->pid;
}

bool clock_is_wall(s32 clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM ||
		clock == CLOCK_TAI;
}

/* Inlined where a program asks for the time: a call is 6 % of that. */
static inline int read_clock(s32 clock, u64 *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI: /* nobody has told how many leap seconds there were */
		*ns = wall_clock_ns();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME: /* the machine never sleeps */
	case CLOCK_BOOTTIME_ALARM:
		*ns = ktime_ns();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		return read_cpu_clock(CLOCK_OF_PROCESS, ns);
	case CLOCK_THREAD_CPUTIME_ID:
		*ns = current->use.utime_ns + current->use.stime_ns;
		return 0;
	default:
		return clock < 0 ? read_cpu_clock(clock, ns) : -EINVAL;
	}
}

int clock_read(s32 clock, u64 *ns)
{
	return read_clock(clock, ns);
}

/* ---- reading the clocks ------------------------------------------ */

s32 sys_clock_gettime(s32 clock, uaddr_t to)
{
	u64 ns;
	int err = read_clock(clock, &ns);

	return err ? err : put_timespec32(ns, to);
}

s32 sys_clock_gettime64(s32 clock, uaddr_t to)
{
	u64 ns;
	int err = read_clock(clock, &ns);

	return err ? err : put_timespec(ns, to, true);
}

static s32 do_clock_getres(s32 clock, uaddr_t to, bool time64)
{
	u64 ns;
	int err = clock_read(clock, &ns);
	bool ticks = clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID ||
		clock == CLOCK_THREAD_CPUTIME_ID ||
		clock == CLOCK_REALTIME_COARSE ||
		clock == CLOCK_MONOTONIC_COARSE;

	if (err || !to)
		return err;
	return put_timespec(ticks ? TICK_NSEC : 1, to, time64);
}

s32 sys_clock_getres(s32 clock, uaddr_t to)
{
	return do_clock_getres(clock, to, false);
}

s32 sys_clock_getres_time64(s32 clock, uaddr_t to)
{
	return do_clock_getres(clock, to, true);
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
