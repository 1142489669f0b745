/*
 * The machine as a whole, and who we are on it.
 */
#include <uapi/fcntl.h>
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

/* ---- how late timers may be -------------------------------------- */

#define PR_SET_TIMERSLACK 29
#define PR_GET_TIMERSLACK 30
#define PR_GET_TIMING     13
#define PR_SET_TIMING     14

static int32_t slack_of_file(void)
{
	char text[16] = "";
	int fd = SYS(open, "/proc/self/timerslack_ns", O_RDWR);

	SYS(read, fd, text, sizeof(text) - 1);
	SYS(close, fd);
	return atoi(text);
}

static int inherits_slack(void *unused)
{
	(void)unused;
	is(SYS(prctl, PR_GET_TIMERSLACK), 70000, "a child inherits it");
	SYS(prctl, PR_SET_TIMERSLACK, 1);
	is(SYS(prctl, PR_SET_TIMERSLACK, 0), 0, "0 takes the default");
	is(SYS(prctl, PR_GET_TIMERSLACK), 70000,
	   "which is what the parent had at the fork");
	return 0;
}

static void timer_slack(void)
{
	int fd;

	is(SYS(prctl, PR_GET_TIMERSLACK), 50000, "PR_GET_TIMERSLACK at first");
	is(SYS(prctl, PR_SET_TIMERSLACK, 70000), 0, "PR_SET_TIMERSLACK");
	is(SYS(prctl, PR_GET_TIMERSLACK), 70000,
	   "PR_GET_TIMERSLACK reports it");
	is(slack_of_file(), 70000, "so does /proc/self/timerslack_ns");
	checks_in_child(inherits_slack, NULL);
	fd = SYS(open, "/proc/self/timerslack_ns", O_WRONLY);
	is(SYS(write, fd, "300", 3), 3, "a number is written to the file");
	is(SYS(prctl, PR_GET_TIMERSLACK), 300, "it is the thread's slack");
	SYS(close, fd);
	SYS(prctl, PR_SET_TIMERSLACK, 0);
	is(SYS(prctl, PR_GET_TIMERSLACK), 50000, "0 takes the first default");
	is(SYS(prctl, PR_GET_TIMING), 0, "PR_GET_TIMING: by ticks");
	is(SYS(prctl, PR_SET_TIMING, 0), 0, "PR_SET_TIMING by ticks");
	is(SYS(prctl, PR_SET_TIMING, 1), -EINVAL, "there is no other way");
}

static void memory(void)
{
	struct sysinfo info;

	memset(&info, 0, sizeof(info));
	is(SYS(sysinfo, &info), 0, "sysinfo of this machine");
	ok(info.mem_unit > 0 && info.totalram > info.freeram &&
		   info.freeram > 0,
	   "it reports memory, some of it free");
	is((int32_t)info.mem_unit, 1, "in bytes");
	ok(info.procs > 0, "it reports at least one process");
	is(SYS(sysinfo, 8), -EFAULT,
	   "sysinfo to an unmapped address is refused");
}

static void randomness(void)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 }, zero[32] = { 0 };
	int32_t page;

	is(SYS(getrandom, a, 32, 0), 32, "getrandom of 32 bytes");
	is(SYS(getrandom, b, 32, 0), 32, "getrandom of 32 bytes again");
	ok(memcmp(a, b, 32) != 0 && memcmp(a, zero, 32) != 0,
	   "the bytes differ");
	is(SYS(getrandom, a, 0, 0), 0, "getrandom of 0 bytes");
	is(SYS(getrandom, a, 32, 0x80), -EINVAL,
	   "getrandom with an unknown flag is refused");
	is(SYS(getrandom, a, 32, 6), -EINVAL,
	   "GRND_RANDOM together with GRND_INSECURE is refused");
	/* Near the end of the addresses, with none behind the first page. */
	page = SYS(mmap2, 0, 8192, 3, 0x22, -1, 0);
	SYS(munmap, page + 4096, 4096);
	is(SYS(getrandom, page, -1, 0), -EFAULT,
	   "getrandom of more bytes than there are addresses is refused");
	is(SYS(getrandom, 8, 32, 0), -EFAULT,
	   "getrandom to an unmapped address is refused");
}

static int hangs_up_as_nobody(void *arg)
{
	(void)arg;
	SYS(setresuid32, 65534, 65534, 65534);
	return SYS(vhangup) == -EPERM;
}

/* A process without a terminal, as these programs are. */
static void hang_up(void)
{
	is(SYS(vhangup), 0, "vhangup without a terminal");
	is(WEXITSTATUS(in_child(hangs_up_as_nobody, NULL)), 1,
	   "vhangup without privilege is refused");
}

/* The device of the root directory, by stat64, whose first word it is. */
static void free_space(void)
{
	uint32_t st[26], space[5] = { 0 };

	SYS(stat64, "/", st);
	is(SYS(ustat, st[0], space), 0, "ustat of the root directory's device");
	is(SYS(ustat, st[0], 8), -EFAULT,
	   "ustat to an unmapped address is refused");
	is(SYS(ustat, -1, space), -EINVAL,
	   "ustat of no mounted device is refused");
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
	timer_slack();
	memory();
	randomness();
	times_of_day();
	hang_up();
	free_space();
	return done();
}
