/*
 * uapi/time.h - times as system calls pass them, in Linux's ARM layout.
 */
#ifndef UAPI_TIME_H
#define UAPI_TIME_H

#include <stdint.h>

#define CLOCK_REALTIME           0
#define CLOCK_MONOTONIC          1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID  3
#define CLOCK_MONOTONIC_RAW      4
#define CLOCK_REALTIME_COARSE    5
#define CLOCK_MONOTONIC_COARSE   6
#define CLOCK_BOOTTIME           7
#define CLOCK_REALTIME_ALARM     8
#define CLOCK_BOOTTIME_ALARM     9
#define CLOCK_TAI                11

#define TIMER_ABSTIME 1 /* clock_nanosleep, timer_settime */

/* The 32-bit calls: nanosleep, clock_gettime. */
struct old_timespec32 {
	int32_t tv_sec;
	int32_t tv_nsec;
};

struct old_timeval32 {
	int32_t tv_sec;
	int32_t tv_usec;
};

/* getitimer, setitimer */
#define ITIMER_REAL    0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF    2

struct old_itimerval32 {
	struct old_timeval32 it_interval;
	struct old_timeval32 it_value; /* to the next one; 0: stopped */
};

/* The *_time64 calls. */
struct kernel_timespec {
	int64_t tv_sec;
	int64_t tv_nsec;
};

struct kernel_timezone {
	int32_t tz_minuteswest;
	int32_t tz_dsttime;
};

/* times(2): clock ticks of 1/USER_HZ second */
#define USER_HZ 100

struct tms {
	int32_t tms_utime;
	int32_t tms_stime;
	int32_t tms_cutime;
	int32_t tms_cstime;
};

#endif
