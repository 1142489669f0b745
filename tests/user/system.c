/*
 * The machine as a whole, and who we are on it.
 */
#include <uapi/sysinfo.h>
#include <uapi/time.h>
#include <uapi/utsname.h>
#include "check.h"

#define PR_SET_NAME 15
#define PR_GET_NAME 16

static void names(void)
{
	struct new_utsname uts;
	char name[16];

	memset(&uts, 'x', sizeof(uts));
	is(SYS(uname, &uts), 0, "uname of this machine");
	ok(strcmp(uts.sysname, "Linux") == 0, "sysname is Linux");
	ok(strncmp(uts.machine, "armv7", 5) == 0, "machine begins with armv7");
	ok(uts.release[0] >= '5' && uts.release[0] <= '9',
	   "release is one that C libraries accept");
	is(SYS(uname, 8), -EFAULT, "uname to an unmapped address is refused");
	is(SYS(prctl, PR_SET_NAME, "a name that is too long"), 0,
	   "PR_SET_NAME with a name that is too long");
	memset(name, 'x', sizeof(name));
	is(SYS(prctl, PR_GET_NAME, name), 0, "PR_GET_NAME of this thread");
	ok(strcmp(name, "a name that is ") == 0,
	   "it returns the first 15 characters");
	is(SYS(prctl, PR_SET_NAME, 8), -EFAULT,
	   "PR_SET_NAME from an unmapped address is refused");
	is(SYS(prctl, 12345), -EINVAL,
	   "prctl with an unknown option is refused");
}

static void memory(void)
{
	struct sysinfo info;

	memset(&info, 0, sizeof(info));
	is(SYS(sysinfo, &info), 0, "sysinfo of this machine");
	ok(info.mem_unit > 0 && info.totalram > info.freeram &&
		   info.freeram > 0,
	   "it reports memory, some of it free");
	ok(info.procs > 0, "it reports at least one process");
	is(SYS(sysinfo, 8), -EFAULT,
	   "sysinfo to an unmapped address is refused");
}

static void randomness(void)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 }, zero[32] = { 0 };

	is(SYS(getrandom, a, 32, 0), 32, "getrandom of 32 bytes");
	is(SYS(getrandom, b, 32, 0), 32, "getrandom of 32 bytes again");
	ok(memcmp(a, b, 32) != 0 && memcmp(a, zero, 32) != 0,
	   "the bytes differ");
	is(SYS(getrandom, a, 0, 0), 0, "getrandom of 0 bytes");
	is(SYS(getrandom, a, 32, 0x80), -EINVAL,
	   "getrandom with an unknown flag is refused");
	is(SYS(getrandom, a, 32, 6), -EINVAL,
	   "GRND_RANDOM together with GRND_INSECURE is refused");
	is(SYS(getrandom, 8, 32, 0), -EFAULT,
	   "getrandom to an unmapped address is refused");
}

static void times_of_day(void)
{
	struct old_timeval32 tv = { -1, -1 };
	struct old_timespec32 res = { -1, -1 };
	struct tms tms = { -1, -1, -1, -1 };

	is(SYS(gettimeofday, &tv, 0), 0, "gettimeofday of the present time");
	ok(tv.tv_sec >= 0 && tv.tv_usec >= 0 && tv.tv_usec < 1000000,
	   "its microseconds are less than a second");
	is(SYS(gettimeofday, 8, 0), -EFAULT,
	   "gettimeofday to an unmapped address is refused");
	is(SYS(clock_getres, CLOCK_MONOTONIC, &res), 0,
	   "clock_getres of CLOCK_MONOTONIC");
	ok(res.tv_sec == 0 && res.tv_nsec >= 1,
	   "the resolution is finer than a second");
	is(SYS(clock_getres, 1000, &res), -EINVAL,
	   "clock_getres of an unknown clock is refused");
	ok(SYS(times, &tms) != -EFAULT && tms.tms_utime >= 0 &&
		   tms.tms_cstime >= 0,
	   "times returns CPU times");
	is(SYS(times, 8), -EFAULT, "times to an unmapped address is refused");
}

int main(void)
{
	names();
	memory();
	randomness();
	times_of_day();
	return done();
}
