/*
 * Setting the wall clock, and adjtimex, which reports how it is kept.
 *
 * The clock runs as fast as the board's timer: nothing slews it, and
 * clock_adjtime() fails with -EPERM if a program asks for that. It keeps what a
 * program says of the clock's errors and state, and can step it.
 */
#include <asm/uaccess.h>
#include <cred.h>
#include <proc/proc.h>
#include <services/time/internal.h>
#include <uapi/time.h>

#define STA_PLL       0x1
#define STA_UNSYNC    0x40
#define STA_NANO      0x2000
#define STA_READ_ONLY 0xff00
/* What a program may set: a phase lock, its mode, that it is held, no clock. */
#define STA_KEPT      (STA_PLL | 0x8 | 0x80 | STA_UNSYNC)

#define MAX_ERROR_USEC 16000000

/*
 * What a time daemon has told of the wall clock. The values with which Linux starts:
 * nothing synchronises it.
 */
static struct {
	spinlock_t lock; /* of tai_offset, too */
	s64 maxerror, esterror, constant;
	s32 status;
	u64 since_ns; /* maxerror is that of this moment: it grows from then on */
} kept = {
	.lock = SPINLOCK_INIT,
	.maxerror = MAX_ERROR_USEC,
	.esterror = MAX_ERROR_USEC,
	.constant = 2,
	.status = STA_UNSYNC,
};

s32 tai_offset;

/* ---- setting ----------------------------------------------------- */

/* As on Linux, what was said of the clock does not hold once it was set. */
static void forget_errors(void)
{
	spin_lock(&kept.lock);
	kept.maxerror = kept.esterror = MAX_ERROR_USEC;
	kept.since_ns = ktime_ns();
	kept.status |= STA_UNSYNC;
	spin_unlock(&kept.lock);
}

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
	forget_errors();
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

#define TIMEX_LONGS 21 /* members of struct timex from modes to tai */

/* Those that have a meaning here. The others are of a pulse per second: 0. */
enum timex_member {
	TX_MODES,
	TX_OFFSET,
	TX_FREQ,
	TX_MAXERROR,
	TX_ESTERROR,
	TX_STATUS,
	TX_CONSTANT,
	TX_PRECISION,
	TX_TOLERANCE,
	TX_SEC,
	TX_USEC, /* nanoseconds with ADJ_NANO or STA_NANO */
	TX_TICK,
	TX_TAI = TIMEX_LONGS - 1, /* an int, and the last one */
};

#define ADJ_OFFSET    0x1u
#define ADJ_FREQUENCY 0x2u
#define ADJ_MAXERROR  0x4u
#define ADJ_ESTERROR  0x8u
#define ADJ_STATUS    0x10u
#define ADJ_TIMECONST 0x20u
#define ADJ_TAI       0x80u
#define ADJ_SETOFFSET 0x100u
#define ADJ_MICRO     0x1000u
#define ADJ_NANO      0x2000u /* with ADJ_ADJTIME: change nothing */
#define ADJ_TICK      0x4000u
#define ADJ_ADJTIME   0x8000u /* adjtime(3), together with ADJ_OFFSET */

#define TIME_OK    0
#define TIME_ERROR 5

#define MAX_TIME_CONSTANT   10
#define MAX_TAI_OFFSET      100000
#define TOLERANCE           32768000 /* 500 ppm, of which the errors grow */
#define ERROR_USEC_A_SECOND 500
#define TICK_USEC           ((s64)(TICK_NSEC / NSEC_PER_USEC))

/* The words of a struct timex: members of 32 bits or, for time64, of 64. */
static u32 timex_bytes(bool time64)
{
	return TX_TAI * (time64 ? sizeof(u64) : sizeof(u32)) + sizeof(u32);
}

static int get_timex(uaddr_t from, bool time64, s64 *tx)
{
	u32 words[2 * TIMEX_LONGS];

	if (copy_from_user(words, from, timex_bytes(time64)))
		return -EFAULT;
	for (u32 i = 0; i < TIMEX_LONGS; i++)
		tx[i] = time64 && i != TX_TAI ?
			(s64)((u64)words[2 * i + 1] << 32 | words[2 * i]) :
			(s32)words[i];
	/* These two are ints, also where padding follows. */
	tx[TX_MODES] = words[0];
	tx[TX_STATUS] = (s32)words[time64 ? 2 * TX_STATUS : TX_STATUS];
	return 0;
}

/* What follows behind tai stays as it is. Returns 0 or -EFAULT. */
static int put_timex(uaddr_t to, bool time64, const s64 *tx)
{
	u32 words[2 * TIMEX_LONGS];

	for (u32 i = 0; i < TIMEX_LONGS; i++) {
		words[time64 ? 2 * i : i] = (u32)tx[i];
		if (time64)
			words[2 * i + 1] = (u32)((u64)tx[i] >> 32);
	}
	return copy_to_user(to, words, timex_bytes(time64)) ? -EFAULT : 0;
}

/* The arguments and the right to change, with Linux's errors in its order. */
static int check_timex(const s64 *tx)
{
	u32 modes = (u32)tx[TX_MODES];
	s64 second = modes & ADJ_NANO ? NSEC_PER_SEC : 1000000;

	if (modes & ADJ_ADJTIME) {
		if (!(modes & ADJ_OFFSET))
			return -EINVAL;
		return modes & ADJ_NANO || capable(CAP_SYS_TIME) ? 0 : -EPERM;
	}
	if (modes && !capable(CAP_SYS_TIME))
		return -EPERM;
	if (modes & ADJ_TICK &&
	    (tx[TX_TICK] < TICK_USEC * 9 / 10 ||
	     tx[TX_TICK] > TICK_USEC * 11 / 10))
		return -EINVAL;
	if (modes & ADJ_SETOFFSET && (tx[TX_USEC] < 0 || tx[TX_USEC] >= second))
		return -EINVAL;
	return 0;
}

/*
 * Whether the clock would have to run faster or slower, or show leap seconds, for
 * the call to have its effect. An error, and not success without effect: a time
 * daemon must notice.
 */
static bool would_slew(const s64 *tx)
{
	u32 modes = (u32)tx[TX_MODES];
	s64 status = modes & ADJ_STATUS ? tx[TX_STATUS] :
					  READ_ONCE(kept.status);

	if (modes & ADJ_ADJTIME)
		return !(modes & ADJ_NANO) && tx[TX_OFFSET];
	return (modes & ADJ_FREQUENCY && tx[TX_FREQ]) ||
		(modes & ADJ_TICK && tx[TX_TICK] != TICK_USEC) ||
		/* Without a phase lock Linux ignores the offset, too. */
		(modes & ADJ_OFFSET && tx[TX_OFFSET] && status & STA_PLL) ||
		(modes & ADJ_STATUS && status & ~(STA_KEPT | STA_READ_ONLY));
}

/* ADJ_SETOFFSET: moves the clock at once. */
static int step_wall_clock(const s64 *tx)
{
	s64 unit = tx[TX_MODES] & ADJ_NANO ? 1 : NSEC_PER_USEC, ns;

	if (__builtin_mul_overflow(tx[TX_SEC], (s64)NSEC_PER_SEC, &ns) ||
	    __builtin_add_overflow(ns, tx[TX_USEC] * unit, &ns) ||
	    __builtin_add_overflow(ns, (s64)wall_clock_ns(), &ns) || ns < 0)
		return -EINVAL;
	return set_wall_clock((u64)ns);
}

/*
 * Adds what the clock may have gone wrong in the whole seconds since the last look.
 * When it may be wrong by more than the largest error, it is not synchronised any
 * more. Hold kept.lock.
 */
static void grow_error(void)
{
	u32 rest, age = split_seconds(ktime_ns() - kept.since_ns, &rest);

	if (!age)
		return;
	kept.since_ns += (u64)age * NSEC_PER_SEC;
	kept.maxerror += (s64)age * ERROR_USEC_A_SECOND;
	if (kept.maxerror > MAX_ERROR_USEC) {
		kept.maxerror = MAX_ERROR_USEC;
		kept.status |= STA_UNSYNC;
	}
}

/* Keeps what the program tells. Hold kept.lock. */
static void keep_timex(const s64 *tx)
{
	u32 modes = (u32)tx[TX_MODES];
	s64 constant = tx[TX_CONSTANT];

	if (modes & ADJ_STATUS)
		kept.status = (kept.status & STA_READ_ONLY) |
			((s32)tx[TX_STATUS] & STA_KEPT);
	if (modes & ADJ_NANO)
		kept.status |= STA_NANO;
	if (modes & ADJ_MICRO)
		kept.status &= ~STA_NANO;
	if (modes & ADJ_MAXERROR) {
		kept.maxerror = tx[TX_MAXERROR];
		kept.since_ns = ktime_ns();
	}
	/* Others are ignored, as on Linux. */
	if (modes & ADJ_TAI && constant >= 0 && constant <= MAX_TAI_OFFSET)
		tai_offset = (s32)constant;
	if (modes & ADJ_ESTERROR)
		kept.esterror = tx[TX_ESTERROR];
	if (modes & ADJ_TIMECONST) {
		/* Programs of the time of microseconds have another scale. */
		constant += kept.status & STA_NANO ? 0 : 4;
		kept.constant = max((s64)0,
				    min(constant, (s64)MAX_TIME_CONSTANT));
	}
}

/* Fills in what the call returns. Hold kept.lock. */
static void report_timex(s64 *tx)
{
	u32 nsec, sec = split_seconds(wall_clock_ns(), &nsec);

	tx[TX_OFFSET] = tx[TX_FREQ] = 0;
	tx[TX_MAXERROR] = kept.maxerror;
	tx[TX_ESTERROR] = kept.esterror;
	tx[TX_STATUS] = kept.status;
	tx[TX_CONSTANT] = kept.constant;
	tx[TX_PRECISION] = 1;
	tx[TX_TOLERANCE] = TOLERANCE;
	tx[TX_SEC] = sec;
	tx[TX_USEC] = kept.status & STA_NANO ? nsec : nsec / NSEC_PER_USEC;
	tx[TX_TICK] = TICK_USEC;
	for (u32 i = TX_TICK + 1; i < TX_TAI; i++)
		tx[i] = 0;
	tx[TX_TAI] = tai_offset;
}

/* Returns 0, or what was wrong; then nothing has changed. */
static int change_timex(s64 *tx)
{
	int err = check_timex(tx);
	s32 tai;

	if (!err && would_slew(tx))
		err = -EPERM;
	if (!err && !(tx[TX_MODES] & ADJ_ADJTIME) &&
	    tx[TX_MODES] & ADJ_SETOFFSET)
		err = step_wall_clock(tx);
	if (err)
		return err;
	spin_lock(&kept.lock);
	grow_error();
	tai = tai_offset;
	if (!(tx[TX_MODES] & ADJ_ADJTIME))
		keep_timex(tx);
	report_timex(tx);
	spin_unlock(&kept.lock);
	/* For CLOCK_TAI it is as if the wall clock had been set. */
	if (tx[TX_TAI] != tai)
		clock_was_set();
	return 0;
}

/*
 * The body of the three calls: returns TIME_OK or TIME_ERROR, which is not an error
 * but the state of the clock, or -errno.
 */
static s32 do_clock_adjtime(s32 clock, uaddr_t timex, bool time64)
{
	s64 tx[TIMEX_LONGS];
	u64 ns;
	int err = clock_read(clock, &ns);

	/* Linux can adjust other clocks only if a driver provides them. */
	if (!err && clock != CLOCK_REALTIME)
		err = -EOPNOTSUPP;
	if (!err)
		err = get_timex(timex, time64, tx);
	if (!err)
		err = change_timex(tx);
	if (!err)
		err = put_timex(timex, time64, tx);
	if (err)
		return err;
	return tx[TX_STATUS] & STA_UNSYNC ? TIME_ERROR : TIME_OK;
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
