/*
 * Sleeping: until a time, and until a signal.
 */
#include <uapi/time.h>
#include <uapi/wait.h>
#include "check.h"

#define MS 1000000

static int64_t now_ns(uint32_t clock)
{
	struct old_timespec32 now;

	SYS(clock_gettime, clock, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static struct old_timespec32 in_ms(uint32_t clock, int ms)
{
	int64_t ns = now_ns(clock) + (int64_t)ms * MS;

	return (struct old_timespec32){ (int32_t)(ns / 1000000000),
					(int32_t)(ns % 1000000000) };
}

static void until(uint32_t clock, const char *name)
{
	struct old_timespec32 then = in_ms(clock, 20);
	int64_t ns = then.tv_sec * 1000000000ll + then.tv_nsec;

	is(SYS(clock_nanosleep, clock, TIMER_ABSTIME, &then, 0), 0,
	   "clock_nanosleep until a time of the %s clock", name);
	ok(now_ns(clock) >= ns, "clock_nanosleep has waited until that time");
	then.tv_sec = 0;
	is(SYS(clock_nanosleep, clock, TIMER_ABSTIME, &then, 0), 0,
	   "clock_nanosleep until a time in the past returns at once");
}

static void handler(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig, (void)info, (void)ucontext;
}

/* Sends signals until the child ends: at the first it may not sleep yet. */
static int wake_until_it_ends(pid_t pid)
{
	int status = -1;

	while (SYS(wait4, pid, &status, WNOHANG, 0) == 0) {
		SYS(kill, pid, LINUX_SIGUSR1);
		SYS(sched_yield);
	}
	return status;
}

static int sleep_relative(void)
{
	struct old_timespec32 long_time = { 1000, 0 }, left = { -1, -1 };

	if (SYS(nanosleep, &long_time, &left) != -EINTR)
		return 1;
	if (left.tv_sec < 0 || left.tv_sec > 1000 ||
	    (left.tv_sec == 1000 && left.tv_nsec > 0))
		return 2;
	return left.tv_sec > 500 && left.tv_nsec >= 0 ? 0 : 3;
}

static int sleep_absolute(void)
{
	struct old_timespec32 then = in_ms(CLOCK_MONOTONIC, 1000000);
	struct old_timespec32 left = { -1, -1 };

	if (SYS(clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &then,
		&left) != -EINTR)
		return 1;
	return left.tv_sec == -1 ? 0 : 2; /* not written */
}

static int sleep_nowhere(void)
{
	struct old_timespec32 long_time = { 1000, 0 };

	return SYS(nanosleep, &long_time, 8) != -EFAULT;
}

static void interrupted(int (*fn)(void), const char *what)
{
	pid_t pid;

	handle(LINUX_SIGUSR1, handler, TEST_SA_RESTART);
	pid = fork();
	if (pid == 0)
		_exit(fn());
	is(wake_until_it_ends(pid), 0, "%s", what);
	by_default(LINUX_SIGUSR1);
}

static void refused(void)
{
	struct old_timespec32 bad = { 0, 1000000000 }, nap = { 0, 1 };

	is(SYS(clock_nanosleep, CLOCK_MONOTONIC, 0, &bad, 0), -EINVAL,
	   "1000000000 nanoseconds are refused");
	bad.tv_nsec = 0;
	bad.tv_sec = -1;
	is(SYS(clock_nanosleep, CLOCK_MONOTONIC, 0, &bad, 0), -EINVAL,
	   "negative seconds are refused");
	is(SYS(clock_nanosleep, 1000, 0, &nap, 0), -EINVAL,
	   "an unknown clock is refused");
	is(SYS(clock_nanosleep, CLOCK_MONOTONIC, 0, 8, 0), -EFAULT,
	   "a time at an unmapped address is refused");
	is(SYS(clock_nanosleep, CLOCK_MONOTONIC, 0, &nap, 0), 0,
	   "clock_nanosleep of a nanosecond");
}

int main(void)
{
	until(CLOCK_MONOTONIC, "monotonic");
	until(CLOCK_REALTIME, "wall");
	interrupted(
		sleep_relative,
		"a signal ends nanosleep with EINTR, and the rest is returned");
	interrupted(sleep_absolute,
		    "a signal ends an absolute sleep, and no rest is returned");
	interrupted(sleep_nowhere, "a rest that cannot be written is -EFAULT");
	refused();
	return done();
}
