/*
 * Setting the wall clock, and adjtimex, which reports how it is kept.
 *
 * The clock runs as fast as the board's timer: nothing slews it, and
 * clock_adjtime() fails with -EPERM if a program asks for that.
 */
#include <asm/uaccess.h>
#include <cred.h>
#include <proc/proc.h>
#include <services/time/internal.h>
#include <uapi/time.h>

/* ---- setting ----------------------------------------------------- */

/*
 * Sets the wall clock to ns since 1970: 0, -EINVAL or -EPERM. As on Linux a
 * time is refused by which the boot would have been before 1970; Linux checks
 * this last.
 */
static int set_wall_clock(u64 ns)
{
	u64 now = ktime_ns();

	if (ns >= TIME_FAR_NS)
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (ns < now)
		return -EINVAL;
	/*
	 * The wall clock is this sum, so the monotonic clock and all sleeps by
	 * it are untouched.
	 */
	boot_wall_ns = ns - now;
	clock_was_set();
	return 0;
}

/* The body of both calls: 0, -EINVAL, -EPERM or -EFAULT. */
static s32 do_clock_settime(s32 clock, uaddr_t from, bool time64)
{
	u64 ns;
	int err = clock_read(clock, &ns);

	/*
	 * Only CLOCK_REALTIME can be set; Linux has another error for CPU
	 * clocks.
	 */
	if (!err && clock != CLOCK_REALTIME)
		err = clock < 0 ? -EPERM : -EINVAL;
	if (!err)
		err = get_timespec(from, time64, &ns);
	return err ? err : set_wall_clock(ns);
}

s32 sys_clock_settime(s32 clock, uaddr_t from)
{
	return do_clock_settime(clock, from, false);
}

s32 sys_clock_settime64(s32 clock, uaddr_t from)
{
	return do_clock_settime(clock, from, true);
}

/*
 * The time zone is checked as on Linux, but not kept: C libraries have their
 * own.
 */
s32 sys_settimeofday(uaddr_t utv, uaddr_t utz)
{
	struct kernel_timezone tz;
	struct old_timeval32 tv;
	u64 ns = 0;
	int err = 0;

	if (utv && copy_from_user(&tv, utv, sizeof(tv)))
		return -EFAULT;
	if (utv)
		err = get_timeval(&tv, &ns);
	if (!err && utz && copy_from_user(&tz, utz, sizeof(tz)))
		err = -EFAULT;
	if (!err && !capable(CAP_SYS_TIME))
		err = -EPERM;
	if (!err && utz &&
	    (tz.tz_minuteswest > 900 || tz.tz_minuteswest < -900))
		err = -EINVAL;
	return err || !utv ? err : set_wall_clock(ns);
}

/* ---- how it is kept ---------------------------------------------- */

#define TIMEX_LONGS 20 /* members of struct timex from modes to stbcnt */
#define TIMEX_WORDS 12 /* tai and reserved words */

/*
 * The result and status of adjtimex(2) for a clock that nothing synchronises.
 */
#define TIME_ERROR         5
#define STA_UNSYNC         0x40
/* The one mode that changes nothing: reads the rest of an adjtime(3). */
#define ADJ_OFFSET_SS_READ 0xa001u
/* The values with which Linux starts. */
#define MAX_ERROR_USEC     16000000
#define TOLERANCE          32768000

/*
 * Writes Linux's struct timex to a user address: members of 32 bits or, for
 * time64, of 64, where an int is followed by padding. The twelve words at its
 * end stay as they are. Returns 0 or -EFAULT.
 */
static int put_timex(uaddr_t to, bool time64)
{
	u32 nsec, sec = split_seconds(wall_clock_ns(), &nsec);
	const u32 values[TIMEX_LONGS] = {
		[3] = MAX_ERROR_USEC,
		[4] = MAX_ERROR_USEC,
		[5] = STA_UNSYNC,
		[6] = 2, /* time constant */
		[7] = 1,
		/* usec */[8] = TOLERANCE,
		[9] = sec,
		[10] = nsec / (u32)NSEC_PER_USEC,
		[11] = TICK_NSEC / (u32)NSEC_PER_USEC,
	};
	u32 step = time64 ? 2 : 1, words[2 * TIMEX_LONGS] = { 0 };

	for (u32 i = 0; i < TIMEX_LONGS; i++)
		words[i * step] = values[i];
	return copy_to_user(to, words, TIMEX_LONGS * step * 4) ? -EFAULT : 0;
}

/*
 * The body of the three calls: returns TIME_ERROR, which is not an error but
 * the state of the clock, or -errno.
 */
static s32 do_clock_adjtime(s32 clock, uaddr_t timex, bool time64)
{
	u64 ns;
	u32 modes;
	int err = clock_read(clock, &ns);

	/* Linux can adjust other clocks only if a driver provides them. */
	if (!err && clock != CLOCK_REALTIME)
		err = -EOPNOTSUPP;
	if (!err)
		err = get_user_u32(&modes, timex);
	/*
	 * An error, and not success without effect: a time daemon must notice.
	 */
	if (!err && modes && modes != ADJ_OFFSET_SS_READ)
		err = -EPERM;
	if (!err)
		err = put_timex(timex, time64);
	return err ? err : TIME_ERROR;
}

s32 sys_clock_adjtime(s32 clock, uaddr_t timex)
{
	return do_clock_adjtime(clock, timex, false);
}

s32 sys_clock_adjtime64(s32 clock, uaddr_t timex)
{
	return do_clock_adjtime(clock, timex, true);
}

s32 sys_adjtimex(uaddr_t timex)
{
	return do_clock_adjtime(CLOCK_REALTIME, timex, false);
}
