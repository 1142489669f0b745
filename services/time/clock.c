/*
 * Reading the clocks.
 *
 * There are two clocks: the monotonic one, nanoseconds of the board's timer
 * since boot, and the wall clock, which is the RTC, read once at boot, plus the
 * monotonic one. CPU-time clocks count ticks.
 */
#include <asm/uaccess.h>
#include <cred.h>
#include <proc/proc.h>
#include <services/time/clock_timer.h>
#include <services/time/internal.h>
#include <uapi/time.h>

/*
 * Returns the CPU time of leader's process in ns, including that of threads
 * that have exited. Hold tasklist_lock.
 */
static u64 process_cpu_ns(struct task_struct *leader, bool with_system)
{
	const struct task_usage *use = &leader->group_use;

	return use->utime_ns + (with_system ? use->stime_ns : 0);
}

/*
 * The number of a CPU clock is below zero: the complement of a process's or a
 * thread's number (0: the caller's), shifted left by three, and these three
 * bits.
 */
#define CPUCLOCK_WHICH  3u /* the kind of time */
#define CPUCLOCK_VIRT   1u /* user mode only; other values: both modes */
#define CPUCLOCK_NONE   3u /* not a CPU clock */
#define CPUCLOCK_THREAD 4u

/* Returns the number of the process or thread, 0 for the caller's. */
static s32 cpu_clock_pid(s32 clock)
{
	return ~(clock >> 3);
}

/*
 * Returns the task that a CPU clock belongs to: a thread of the caller's
 * process, or the leader of any process; NULL: there is none. Hold
 * tasklist_lock.
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

/*
 * Sets *ns to the CPU time: 0, or -EINVAL if there is no such process or
 * thread.
 */
static int read_cpu_clock(s32 clock, u64 *ns)
{
	u32 which = (u32)clock & CPUCLOCK_WHICH;
	bool both = which != CPUCLOCK_VIRT;
	struct task_struct *task;
	u32 flags;

	/*
	 * Bits that Linux reserves for file descriptors of clock devices, of
	 * which there are none.
	 */
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

/* Linux forbids such a clock for sleeping: it would never wake. */
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

	/*
	 * Only the thread's own process can read its clock, so a thread's clock
	 * that was read is one of the caller's process.
	 */
	return (u32)clock & CPUCLOCK_THREAD || pid == 0 ||
		pid == current->tgid || pid == current->pid;
}

bool may_wake_by(s32 clock)
{
	return (clock != CLOCK_REALTIME_ALARM &&
		clock != CLOCK_BOOTTIME_ALARM) ||
		capable(CAP_WAKE_ALARM);
}

int check_timing_clock(s32 clock)
{
	u64 now;
	int err = clock_read(clock, &now);

	if (err || clock < 0)
		return err;
	if (clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME_COARSE ||
	    clock == CLOCK_MONOTONIC_COARSE)
		return -EOPNOTSUPP;
	return may_wake_by(clock) ? 0 : -EPERM;
}

bool clock_is_wall(s32 clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM ||
		clock == CLOCK_TAI;
}

/*
 * Inlined into both gettime calls: a call would cost 6 % of their instructions.
 */
static inline int read_clock(s32 clock, u64 *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
		*ns = wall_clock_ns();
		return 0;
	case CLOCK_TAI:
		*ns = wall_clock_ns() + ahead_of_wall(CLOCK_TAI);
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

/* The same for callers that do not need it inlined. */
int clock_read(s32 clock, u64 *ns)
{
	return read_clock(clock, ns);
}

/* ---- reading the clocks ------------------------------------------ */

/* The old call, with 32-bit seconds. */
s32 sys_clock_gettime(s32 clock, uaddr_t to)
{
	u64 ns;
	int err = read_clock(clock, &ns);

	return err ? err : put_timespec32(ns, to);
}

/* The call that C libraries use today, with 64-bit seconds. */
s32 sys_clock_gettime64(s32 clock, uaddr_t to)
{
	u64 ns;
	int err = read_clock(clock, &ns);

	return err ? err : put_timespec(ns, to, true);
}

/*
 * The body of both calls. Clocks that are counted or read by ticks have their
 * resolution.
 */
static s32 do_clock_getres(s32 clock, uaddr_t to, bool time64)
{
	u64 ns;
	int err = clock_read(clock, &ns);
	bool ticks = clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID ||
		clock == CLOCK_THREAD_CPUTIME_ID ||
		clock == CLOCK_REALTIME_COARSE ||
		clock == CLOCK_MONOTONIC_COARSE;

	/* Linux allows no address: a program asks whether the clock exists. */
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

/*
 * Linux's kernel time zone is UTC unless a program sets it, which nothing keeps
 * here.
 */
s32 sys_gettimeofday(uaddr_t tv, uaddr_t tz)
{
	const struct kernel_timezone utc = { 0, 0 };
	u32 nsec, sec = split_seconds(wall_clock_ns(), &nsec);
	struct old_timeval32 now = {
		.tv_sec = (s32)sec,
		.tv_usec = (s32)(nsec / NSEC_PER_USEC),
	};

	/* Either address may be 0. */
	if (tv && copy_to_user(tv, &now, sizeof(now)))
		return -EFAULT;
	if (tz && copy_to_user(tz, &utc, sizeof(utc)))
		return -EFAULT;
	return 0;
}

/*
 * Returns ns in units of 1/USER_HZ second, modulo 2^32, as times() reports
 * them.
 */
static s32 clock_ticks(u64 ns)
{
	u32 nsec, sec = split_seconds(ns, &nsec);

	return (s32)(sec * USER_HZ + nsec / (u32)(NSEC_PER_SEC / USER_HZ));
}

/*
 * Returns the ticks since boot. Both sums are read under one lock, so that they
 * belong to the same moment.
 */
s32 sys_times(uaddr_t to)
{
	struct task_struct *leader = current->group_leader;
	struct task_usage use, child;
	struct tms tms;
	u32 flags = tasklist_lock();

	use = leader->group_use;
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
