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
	is(SYS(uname, &uts), 0, "uname");
	ok(strcmp(uts.sysname, "Linux") == 0, "the ABI's name");
	ok(strncmp(uts.machine, "armv7", 5) == 0, "the machine's");
	ok(uts.release[0] >= '5' && uts.release[0] <= '9',
	   "a release that libraries accept");
	is(SYS(uname, 8), -EFAULT, "to address 8");
	is(SYS(prctl, PR_SET_NAME, "a name that is too long"), 0,
	   "a name for the thread");
	memset(name, 'x', sizeof(name));
	is(SYS(prctl, PR_GET_NAME, name), 0, "asked for");
	ok(strcmp(name, "a name that is ") == 0, "is its beginning");
	is(SYS(prctl, PR_SET_NAME, 8), -EFAULT, "from address 8");
	is(SYS(prctl, 12345), -EINVAL, "an unknown option");
}

static void memory(void)
{
	struct sysinfo info;

	memset(&info, 0, sizeof(info));
	is(SYS(sysinfo, &info), 0, "sysinfo");
	ok(info.mem_unit > 0 && info.totalram > info.freeram &&
		   info.freeram > 0,
	   "some memory, some of it free");
	ok(info.procs > 0, "at least one process");
	is(SYS(sysinfo, 8), -EFAULT, "to address 8");
}

static void randomness(void)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 }, zero[32] = { 0 };

	is(SYS(getrandom, a, 32, 0), 32, "random bytes");
	is(SYS(getrandom, b, 32, 0), 32, "again");
	ok(memcmp(a, b, 32) != 0 && memcmp(a, zero, 32) != 0,
	   "which are others");
	is(SYS(getrandom, a, 0, 0), 0, "none");
	is(SYS(getrandom, a, 32, 0x80), -EINVAL, "an unknown flag");
	is(SYS(getrandom, 8, 32, 0), -EFAULT, "to address 8");
}

static void times_of_day(void)
{
	struct old_timeval32 tv = { -1, -1 };
	struct old_timespec32 res = { -1, -1 };
	struct tms tms = { -1, -1, -1, -1 };

	is(SYS(gettimeofday, &tv, 0), 0, "gettimeofday");
	ok(tv.tv_sec >= 0 && tv.tv_usec >= 0 && tv.tv_usec < 1000000, "a time");
	is(SYS(gettimeofday, 8, 0), -EFAULT, "to address 8");
	is(SYS(clock_getres, CLOCK_MONOTONIC, &res), 0, "clock_getres");
	ok(res.tv_sec == 0 && res.tv_nsec >= 1, "finer than a second");
	is(SYS(clock_getres, 1000, &res), -EINVAL, "of an unknown clock");
	ok(SYS(times, &tms) != -EFAULT && tms.tms_utime >= 0 &&
		   tms.tms_cstime >= 0,
	   "times");
	is(SYS(times, 8), -EFAULT, "to address 8");
}

int main(void)
{
	names();
	memory();
	randomness();
	times_of_day();
	return done();
}
