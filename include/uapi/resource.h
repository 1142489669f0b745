/*
 * uapi/resource.h - limits and usage, with Linux's numbers and structures.
 */
#ifndef UAPI_RESOURCE_H
#define UAPI_RESOURCE_H

#include <stdint.h>

#define RLIMIT_CPU        0 /* seconds */
#define RLIMIT_FSIZE      1 /* bytes, as are the next four */
#define RLIMIT_DATA       2
#define RLIMIT_STACK      3
#define RLIMIT_CORE       4
#define RLIMIT_RSS        5
#define RLIMIT_NPROC      6
#define RLIMIT_NOFILE     7
#define RLIMIT_MEMLOCK    8 /* bytes */
#define RLIMIT_AS         9 /* bytes */
#define RLIMIT_LOCKS      10
#define RLIMIT_SIGPENDING 11
#define RLIMIT_MSGQUEUE   12
#define RLIMIT_NICE       13
#define RLIMIT_RTPRIO     14
#define RLIMIT_RTTIME     15
#define RLIM_NLIMITS      16

#define RLIM_INFINITY   0xffffffffu
#define RLIM64_INFINITY 0xffffffffffffffffull

/* getpriority and setpriority: whose nice value. */
#define PRIO_PROCESS 0
#define PRIO_PGRP    1
#define PRIO_USER    2

struct rlimit {
	uint32_t rlim_cur;
	uint32_t rlim_max;
};

struct rlimit64 {
	uint64_t rlim_cur;
	uint64_t rlim_max;
};

#define RUSAGE_SELF     0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD   1

/* Eighteen words. Times are 32-bit seconds and microseconds. */
struct rusage {
	int32_t ru_utime_sec, ru_utime_usec;
	int32_t ru_stime_sec, ru_stime_usec;
	int32_t ru_maxrss; /* KiB */
	int32_t ru_ixrss, ru_idrss, ru_isrss;
	int32_t ru_minflt, ru_majflt;
	int32_t ru_nswap;
	int32_t ru_inblock, ru_oublock;
	int32_t ru_msgsnd, ru_msgrcv;
	int32_t ru_nsignals;
	int32_t ru_nvcsw, ru_nivcsw;
};

#endif
