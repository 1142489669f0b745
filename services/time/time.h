/*
 * services/time/time.h - reading the clocks.
 */
#ifndef SERVICES_TIME_TIME_H
#define SERVICES_TIME_TIME_H

#include <trap/core_calls.h>
#include <types.h>

/* clang-format off */
#define TIME_CALLS \
	CALL(clock_nanosleep), CALL(clock_gettime), CALL(clock_gettime64), \
	CALL(clock_getres), CALL(gettimeofday), CALL(times)
/* clang-format on */

s32 sys_clock_nanosleep(u32 clock, u32 flags, uaddr_t req, uaddr_t rem);
s32 sys_clock_gettime(u32 clock, uaddr_t ts);
s32 sys_clock_gettime64(u32 clock, uaddr_t ts);
s32 sys_clock_getres(u32 clock, uaddr_t ts);
s32 sys_gettimeofday(uaddr_t tv, uaddr_t tz);
s32 sys_times(uaddr_t buf);

#endif
