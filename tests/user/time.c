/*
 * Clocks and sleep. Only what holds however slow the machine is.
 */
#include <uapi/time.h>
#include "check.h"

int main(void)
{
	struct old_timespec32 a = { -1, -1 }, b = { -1, -1 };
	struct old_timespec32 nap = { 0, 30 * 1000 * 1000 };
	int64_t ns;

	is(SYS(clock_gettime, CLOCK_MONOTONIC, &a), 0,
	   "clock_gettime of CLOCK_MONOTONIC");
	ok(a.tv_sec >= 0 && a.tv_nsec >= 0 && a.tv_nsec < 1000000000,
	   "its nanoseconds are less than a second");
	is(SYS(nanosleep, &nap, 0), 0, "nanosleep of 30 ms");
	SYS(clock_gettime, CLOCK_MONOTONIC, &b);
	ns = (b.tv_sec - a.tv_sec) * 1000000000ll + b.tv_nsec - a.tv_nsec;
	ok(ns >= 30000000, "it took 30 ms at least");
	nap.tv_nsec = 1000000000;
	is(SYS(nanosleep, &nap, 0), -EINVAL,
	   "nanosleep of 1000000000 nanoseconds is refused");
	nap.tv_nsec = -1;
	is(SYS(nanosleep, &nap, 0), -EINVAL,
	   "nanosleep of -1 nanoseconds is refused");
	is(SYS(clock_gettime, 1000, &a), -EINVAL,
	   "clock_gettime of an unknown clock is refused");
	is(SYS(clock_gettime, CLOCK_REALTIME, &a), 0,
	   "clock_gettime of CLOCK_REALTIME");
	return done();
}
