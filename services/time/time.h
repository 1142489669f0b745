/*
 * services/time/time.h - reading the clocks, and times in user memory.
 */
#ifndef SERVICES_TIME_TIME_H
#define SERVICES_TIME_TIME_H

#include <sched.h>
#include <time_units.h>
#include <trap/core_calls.h>
#include <types.h>
#include <uapi/time.h>

/* clang-format off */
#define TIME_CALLS \
	CALL(clock_gettime), CALL(clock_gettime64), \
	CALL(clock_getres), CALL(clock_getres_time64), \
	CALL(clock_settime), CALL(clock_settime64), \
	CALL(clock_adjtime), CALL(clock_adjtime64), CALL(adjtimex), \
	CALL(clock_nanosleep), CALL(clock_nanosleep_time64), \
	CALL(gettimeofday), CALL(settimeofday), CALL(times)
/* clang-format on */

/*
 * The system calls, with Linux's arguments and errors. ts, tv, req, rem, timex,
 * tz and buf are user addresses; names with 64 have 64-bit seconds.
 */
s32 sys_clock_nanosleep(s32 clock, u32 flags, uaddr_t req, uaddr_t rem);
s32 sys_clock_nanosleep_time64(s32 clock, u32 flags, uaddr_t req, uaddr_t rem);
s32 sys_clock_gettime(s32 clock, uaddr_t ts);
s32 sys_clock_gettime64(s32 clock, uaddr_t ts);
s32 sys_clock_getres(s32 clock, uaddr_t ts);
s32 sys_clock_getres_time64(s32 clock, uaddr_t ts);
s32 sys_clock_settime(s32 clock, uaddr_t ts);
s32 sys_clock_settime64(s32 clock, uaddr_t ts);
s32 sys_clock_adjtime(s32 clock, uaddr_t timex);
s32 sys_clock_adjtime64(s32 clock, uaddr_t timex);
s32 sys_adjtimex(uaddr_t timex);
s32 sys_gettimeofday(uaddr_t tv, uaddr_t tz);
s32 sys_settimeofday(uaddr_t tv, uaddr_t tz);
s32 sys_times(uaddr_t buf);

/* ---- times in user memory (timespec.c) --------------------------- */

/*
 * Later than any clock here will show: 126 years, whose seconds fit 32 bits. A
 * later time of 64 bits counts as this one, so that sums of times do not
 * overflow.
 */
#define TIME_FAR_NS (4000000000ull * NSEC_PER_SEC)

/*
 * Read and write Linux's struct timespec at a user address, of two 32-bit words
 * or, for time64, of two 64-bit ones. Return 0, -EFAULT, or -EINVAL if it is
 * not a time.
 */
int __must_check get_timespec(uaddr_t from, bool time64, u64 *ns);
int __must_check put_timespec(u64 ns, uaddr_t to, bool time64);
/*
 * Sets *until to the end of a wait that `from` gives as a point in time, for
 * schedule_deadline(); UINT64_MAX if `from` is 0. By ktime_ns(), or by the wall
 * clock, with UNTIL_WALL set. 0 or -errno as for get_timespec().
 */
int __must_check get_deadline(uaddr_t from, bool time64, bool wall, u64 *until);
#define UNTIL_WALL (1ull << 63) /* no time is so far away: TIME_FAR_NS */

/* As schedule_until(), and the wait ends anew when the clock is set. (sleep.c) */
int schedule_until_wall(u64 until);
/* The same until what get_deadline() stored. */
static inline int schedule_deadline(u64 until)
{
	return unlikely(until & UNTIL_WALL && until != UINT64_MAX) ?
		schedule_until_wall(until & ~UNTIL_WALL) :
		schedule_until(until);
}
/*
 * As get_timespec() and put_timespec(), for a struct itimerspec: ns to the
 * first expiry, and the period in ns.
 */
int __must_check get_itimerspec(uaddr_t from, bool time64, u64 *value,
				u64 *interval);
int __must_check put_itimerspec(u64 left, u64 interval, uaddr_t to,
				bool time64);
/* Convert a struct timeval in kernel memory to ns and back: 0 or -EINVAL. */
int __must_check get_timeval(const struct old_timeval32 *tv, u64 *ns);
struct old_timeval32 to_timeval(u64 ns);
/* Returns the ns until ktime_ns() reaches `until`, or 0 if it has passed. */
u64 time_until(u64 until);

#endif
