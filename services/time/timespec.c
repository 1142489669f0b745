/*
 * Times in user memory: Linux's struct timespec, of 32-bit or of 64-bit words.
 *
 * Most calls that take a time exist twice, as NAME and NAME_time64, with the
 * same effect: their code passes `time64` down to the functions of this file.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <run/run.h>
#include <services/time/time.h>
#include <uapi/time.h>

/*
 * Later than any clock, and small enough that the sum of two such times fits 64
 * bits.
 */
#define FAR_SECONDS (TIME_FAR_NS / NSEC_PER_SEC)

/* Reads a timespec of 64-bit words: 0, -EFAULT or -EINVAL. */
static int get_timespec64(uaddr_t from, u64 *ns)
{
	struct kernel_timespec ts;
	u32 nsec;

	if (copy_from_user(&ts, from, sizeof(ts)))
		return -EFAULT;
	/* As on Linux the upper half of the nanoseconds is padding. */
	nsec = (u32)ts.tv_nsec;
	if (ts.tv_sec < 0 || nsec >= NSEC_PER_SEC)
		return -EINVAL;
	*ns = ts.tv_sec >= (s64)FAR_SECONDS ?
		TIME_FAR_NS :
		(u64)ts.tv_sec * NSEC_PER_SEC + nsec;
	return 0;
}

/* Writes a timespec of 64-bit words: 0 or -EFAULT. */
static int put_timespec64(u64 ns, uaddr_t to)
{
	struct kernel_timespec ts;
	u32 nsec;

	ts.tv_sec = split_seconds(ns, &nsec);
	ts.tv_nsec = nsec;
	return copy_to_user(to, &ts, sizeof(ts)) ? -EFAULT : 0;
}

/* Most callers have 32-bit times, whose functions are in the core (proc/). */
int get_timespec(uaddr_t from, bool time64, u64 *ns)
{
	return time64 ? get_timespec64(from, ns) : get_timespec32(from, ns);
}

int get_deadline(uaddr_t from, bool time64, bool wall, u64 *until)
{
	int err;

	*until = UINT64_MAX;
	if (!from)
		return 0;
	err = get_timespec(from, time64, until);
	if (!err && wall)
		*until |= UNTIL_WALL;
	return err;
}

int put_timespec(u64 ns, uaddr_t to, bool time64)
{
	return time64 ? put_timespec64(ns, to) : put_timespec32(ns, to);
}

/* In a struct itimerspec the period stands before the first expiry. */
int get_itimerspec(uaddr_t from, bool time64, u64 *value, u64 *interval)
{
	u32 bytes = time64 ? sizeof(struct kernel_timespec) :
			     sizeof(struct old_timespec32);
	int err = get_timespec(from, time64, interval);

	return err ? err : get_timespec(from + bytes, time64, value);
}

/* The period stands before the first expiry, as in get_itimerspec(). */
int put_itimerspec(u64 left, u64 interval, uaddr_t to, bool time64)
{
	u32 bytes = time64 ? sizeof(struct kernel_timespec) :
			     sizeof(struct old_timespec32);
	int err = put_timespec(interval, to, time64);

	return err ? err : put_timespec(left, to + bytes, time64);
}

/* A 32-bit microsecond field: a negative one is too large as unsigned. */
int get_timeval(const struct old_timeval32 *tv, u64 *ns)
{
	if (tv->tv_sec < 0 || (u32)tv->tv_usec >= USEC_PER_SEC)
		return -EINVAL;
	*ns = (u64)(u32)tv->tv_sec * NSEC_PER_SEC +
		(u32)tv->tv_usec * NSEC_PER_USEC;
	return 0;
}

struct old_timeval32 to_timeval(u64 ns)
{
	u32 nsec, sec = split_seconds(ns, &nsec);

	return (struct old_timeval32){
		.tv_sec = (s32)sec,
		.tv_usec = (s32)(nsec / NSEC_PER_USEC),
	};
}

u64 time_until(u64 until)
{
	u64 now = ktime_ns();

	return until > now ? until - now : 0;
}
