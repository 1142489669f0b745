/*
 * The calls whose times have 64 bits, all of the clocks, and setting one.
 */
#include <uapi/futex.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
#include <uapi/time.h>
#include "check.h"

#define MS 1000000

static const struct {
	int32_t clock;
	const char *name;
} clocks[] = {
	{ CLOCK_REALTIME, "REALTIME" },
	{ CLOCK_MONOTONIC, "MONOTONIC" },
	{ CLOCK_PROCESS_CPUTIME_ID, "PROCESS_CPUTIME" },
	{ CLOCK_THREAD_CPUTIME_ID, "THREAD_CPUTIME" },
	{ CLOCK_MONOTONIC_RAW, "MONOTONIC_RAW" },
	{ CLOCK_REALTIME_COARSE, "REALTIME_COARSE" },
	{ CLOCK_MONOTONIC_COARSE, "MONOTONIC_COARSE" },
	{ CLOCK_BOOTTIME, "BOOTTIME" },
	{ CLOCK_TAI, "TAI" },
	{ -6, "the CPU clock of the process" },
	{ -2, "the CPU clock of the thread" },
	{ -7, "its time in user mode" },
};

/* The number of a process's CPU clock: clock_getcpuclockid(3). */
static uint32_t cpu_clock_of(int32_t pid)
{
	return ~(uint32_t)pid << 3 | 2;
}

static void all_clocks(void)
{
	struct kernel_timespec wide, res;
	struct old_timespec32 narrow;

	for (uint32_t i = 0; i < ARRAY_SIZE(clocks); i++) {
		wide.tv_nsec = res.tv_nsec = -1;
		is(SYS(clock_gettime, clocks[i].clock, &narrow), 0,
		   "clock_gettime of %s", clocks[i].name);
		is(SYS(clock_gettime64, clocks[i].clock, &wide), 0,
		   "clock_gettime64 of the same clock");
		ok(wide.tv_sec - narrow.tv_sec <= 1 && wide.tv_nsec >= 0 &&
			   wide.tv_nsec < 1000 * MS,
		   "it returns the same time, to a second");
		is(SYS(clock_getres_time64, clocks[i].clock, &res), 0,
		   "clock_getres_time64 of the same clock");
		ok(res.tv_sec == 0 && res.tv_nsec > 0,
		   "the resolution is a part of a second");
	}
	is(SYS(clock_gettime, 99, &narrow), -EINVAL,
	   "clock_gettime of clock 99 is refused");
	is(SYS(clock_gettime, 10, &narrow), -EINVAL,
	   "clock_gettime of clock 10 is refused");
	/* cpu_clock_of(1000000): of a process that nobody is. */
	is(SYS(clock_gettime, cpu_clock_of(1000000), &narrow), -EINVAL,
	   "the CPU clock of a process that does not exist is refused");
	is(SYS(clock_gettime, cpu_clock_of(getpid()), &narrow), 0,
	   "the CPU clock of this process by its number");
	is(SYS(clock_gettime, -5, &narrow), -EINVAL,
	   "a number that is no kind of CPU clock is refused");
}

static void cpu_clock(void)
{
	struct old_timespec32 before, after, user, both;
	uint32_t start = uptime_ms();

	SYS(clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &before);
	while (uptime_ms() - start < 100)
		run_for_a_while();
	SYS(clock_gettime, CLOCK_PROCESS_CPUTIME_ID, &after);
	SYS(clock_gettime, -7, &user);
	SYS(clock_gettime, -8, &both);
	ok(after.tv_sec * 1000 + after.tv_nsec / MS >
		   before.tv_sec * 1000 + before.tv_nsec / MS,
	   "the process's CPU clock moves while it runs");
	ok(user.tv_sec * 1000 + user.tv_nsec / MS <=
		   both.tv_sec * 1000 + both.tv_nsec / MS,
	   "its time in user mode is a part of it");
}

static void sleeping(void)
{
	struct kernel_timespec time = { 0, 30 * MS }, now;
	struct old_timespec32 narrow = { 0, 1000 };
	uint32_t start = uptime_ms();

	is(SYS(clock_nanosleep_time64, CLOCK_MONOTONIC, 0, &time, 0), 0,
	   "clock_nanosleep_time64 of 30 ms");
	ok(uptime_ms() - start >= 29, "it slept that long");
	SYS(clock_gettime64, CLOCK_BOOTTIME, &now);
	now.tv_nsec += 20 * MS;
	now.tv_sec += now.tv_nsec / (1000 * MS);
	now.tv_nsec %= 1000 * MS;
	is(SYS(clock_nanosleep_time64, CLOCK_BOOTTIME, TIMER_ABSTIME, &now, 0),
	   0, "clock_nanosleep_time64 until a time of CLOCK_BOOTTIME");
	is(SYS(clock_nanosleep, CLOCK_MONOTONIC_RAW, 0, &narrow, 0),
	   -EOPNOTSUPP, "a sleep by CLOCK_MONOTONIC_RAW is refused");
	is(SYS(clock_nanosleep, CLOCK_MONOTONIC_COARSE, 0, &narrow, 0),
	   -EOPNOTSUPP, "a sleep by CLOCK_MONOTONIC_COARSE is refused");
	is(SYS(clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &narrow, 0),
	   -EOPNOTSUPP, "a sleep by the thread's CPU clock is refused");
	is(SYS(clock_nanosleep, -2, 0, &narrow, 0), -EINVAL,
	   "a sleep by that clock's number is refused");
}

static void others(void)
{
	static uint32_t word;
	static const uint32_t usr1[2] = { SIGNAL_BIT(SIGUSR1), 0 };
	struct kernel_timespec time = { 0, 20 * MS }, bad = { 0, 1000 * MS };
	struct kernel_timespec padded = { 0, 20 * MS | 1ll << 32 };
	struct kernel_timespec times[2] = { { 5, 0 }, { 77, 0 } };
	struct kstat64 st;
	uint32_t start = uptime_ms();
	int fd = make_file(scratch("f"), 1);

	is(SYS(futex_time64, &word, FUTEX_WAIT, 0, &time), -ETIMEDOUT,
	   "futex_time64 times out");
	is(SYS(futex_time64, &word, FUTEX_WAIT, 0, &padded), -ETIMEDOUT,
	   "bits above 32 in the nanoseconds are ignored: it times out");
	ok(uptime_ms() - start >= 39, "both waited that long");
	is(SYS(futex_time64, &word, FUTEX_WAIT, 0, &bad), -EINVAL,
	   "1000000000 nanoseconds are refused");
	is(SYS(futex_time64, &word, FUTEX_WAKE, 1), 0,
	   "FUTEX_WAKE by futex_time64");
	set_mask(SIG_BLOCK, SIGNAL_BIT(SIGUSR1));
	is(SYS(rt_sigtimedwait_time64, usr1, 0, &time, 8), -EAGAIN,
	   "rt_sigtimedwait_time64 times out");
	kill_process(getpid(), SIGUSR1);
	is(SYS(rt_sigtimedwait_time64, usr1, 0, &time, 8), SIGUSR1,
	   "rt_sigtimedwait_time64 takes a pending signal");
	is(SYS(utimensat_time64, fd, 0, times, 0), 0,
	   "utimensat_time64 of a file");
	SYS(fstat64, fd, &st);
	is((int32_t)st.st_mtime_sec, 77, "the file's mtime is the given one");
	SYS(close, fd);
	SYS(unlink, scratch("f"));
	remove_scratch();
}

int main(void)
{
	all_clocks();
	cpu_clock();
	sleeping();
	others();
	return done();
}
