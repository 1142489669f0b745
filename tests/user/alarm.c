/*
 * setitimer: SIGALRM after a time, once or periodically, and what fork
 * inherits.
 *
 * exec.c tests that a timer outlives execve.
 */
#include <uapi/time.h>
#include "check.h"

#define SIGALRM_NR  14
#define FROM_KERNEL 0x80 /* si_code SI_KERNEL */
#define MS          1000

static volatile int alarms, last_code;

static void on_alarm(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)ucontext;
	alarms += sig == SIGALRM_NR;
	last_code = info->si_code;
}

static int32_t set_timer(int32_t usec, int32_t interval_usec)
{
	const struct old_itimerval32 value = {
		.it_interval = { interval_usec / 1000000,
				 interval_usec % 1000000 },
		.it_value = { usec / 1000000, usec % 1000000 },
	};

	return SYS(setitimer, ITIMER_REAL, &value, 0);
}

/* Returns whether the timer is stopped and has no period. */
static bool is_stopped(void)
{
	struct old_itimerval32 value = { { 1, 1 }, { 1, 1 } };
	static const struct old_itimerval32 zero;

	return SYS(getitimer, ITIMER_REAL, &value) == 0 &&
		memcmp(&value, &zero, sizeof(value)) == 0;
}

static void once(void)
{
	struct old_itimerval32 value;
	uint32_t start = uptime_ms();

	ok(is_stopped(), "a program begins without a timer");
	is(set_timer(30 * MS, 0), 0, "setitimer: once, in 30 ms");
	SYS(getitimer, ITIMER_REAL, &value);
	ok(value.it_value.tv_sec == 0 && value.it_value.tv_usec > 0 &&
		   value.it_value.tv_usec <= 30 * MS &&
		   !value.it_interval.tv_usec,
	   "getitimer returns at most 30 ms and no period");
	is(SYS(pause), -EINTR, "SIGALRM ends a pause");
	ok(uptime_ms() - start >= 29, "it came after 30 ms, not earlier");
	is(alarms, 1, "one signal came");
	is(last_code, FROM_KERNEL, "its si_code is SI_KERNEL");
	ok(is_stopped(), "the timer is stopped after that");
}

static void periods(void)
{
	struct old_itimerval32 old, none = { { 0, 0 }, { 0, 0 } };
	uint32_t start = uptime_ms();

	alarms = 0;
	set_timer(5 * MS, 10 * MS);
	while (alarms < 4)
		;
	ok(uptime_ms() - start >= 34,
	   "a timer with a period: four signals take 35 ms at least");
	is(SYS(setitimer, ITIMER_REAL, &none, &old), 0,
	   "setitimer to zero returns the old value");
	is(old.it_interval.tv_usec, 10 * MS,
	   "the old value contains the period");
	ok(old.it_value.tv_usec <= 10 * MS,
	   "the old value contains the time that was left");
	alarms = 0;
	sleep_ms(30);
	is(alarms, 0, "after that no signal comes any more");
}

static void blocked(void)
{
	set_mask(0, SIGNAL_BIT(SIGALRM_NR));
	alarms = 0;
	set_timer(1, 1); /* a microsecond: nothing else would run */
	sleep_ms(20);
	is(alarms, 0, "a blocked SIGALRM runs no handler");
	set_timer(0, 0);
	set_mask(1, SIGNAL_BIT(SIGALRM_NR));
	is(alarms, 1, "of many periods one signal is pending");
	set_timer(20 * MS, 0);
	set_timer(2000 * 1000000, 0);
	sleep_ms(30);
	is(alarms, 1, "a new setitimer replaces the old time: no signal more");
	is(SYS(setitimer, ITIMER_REAL, 0, 0), 0,
	   "setitimer with a NULL value is accepted");
	ok(is_stopped(), "the timer is stopped by it");
}

/*
 * A signal that was taken late does not move the periods: the next one ends
 * where it would have. What the clock says is known to a millisecond, and what
 * passes between two looks at it counts for the kernel.
 */
static void late(void)
{
	const uint32_t first = 10, period = 40;
	struct old_itimerval32 value;
	uint32_t set[2], seen[2], due;

	set_mask(0, SIGNAL_BIT(SIGALRM_NR));
	alarms = 0;
	set[0] = uptime_ms();
	set_timer((int32_t)first * MS, (int32_t)period * MS);
	set[1] = uptime_ms() + 1;
	sleep_ms(100);
	set_mask(1, SIGNAL_BIT(SIGALRM_NR));
	is(alarms, 1, "one signal came for two periods and a half");
	seen[0] = uptime_ms();
	SYS(getitimer, ITIMER_REAL, &value);
	seen[1] = uptime_ms() + 1;
	set_timer(0, 0);
	value.it_value.tv_usec /= MS;
	for (due = set[0] + first; due + (set[1] - set[0]) <
	     seen[0] + (uint32_t)value.it_value.tv_usec;
	     due += period)
		;
	ok(due <= seen[1] + (uint32_t)value.it_value.tv_usec + 1,
	   "the next period ends a number of whole periods after the first");
}

static int look_in_child(void *arg)
{
	(void)arg;
	return is_stopped() ? 0 : 1;
}

static int die(void *arg)
{
	(void)arg;
	by_default(SIGALRM_NR);
	set_timer(5 * MS, 0);
	for (;;)
		SYS(pause);
	return 1;
}

static int leave_it(void *arg)
{
	(void)arg;
	set_timer(5 * MS, 5 * MS);
	return 0;
}

static void processes(void)
{
	struct old_itimerval32 value;

	set_timer(2000 * 1000000, 7);
	is(in_child(look_in_child, NULL), 0, "a child of fork has no timer");
	SYS(getitimer, ITIMER_REAL, &value);
	ok(value.it_value.tv_sec > 1900 && value.it_interval.tv_usec == 7,
	   "the parent keeps its timer");
	set_timer(0, 0);
	is(in_child(die, NULL), SIGALRM_NR,
	   "SIGALRM kills a process without a handler");
	is(in_child(leave_it, NULL), 0,
	   "a process with a timer exits, and the timer with it");
	sleep_ms(20);
}

static void bad_values(void)
{
	struct old_itimerval32 value = { { 0, 0 }, { 0, 1000000 } };

	is(SYS(setitimer, ITIMER_REAL, &value, 0), -EINVAL,
	   "1000000 microseconds are refused");
	value.it_value = (struct old_timeval32){ -1, 0 };
	is(SYS(setitimer, ITIMER_REAL, &value, 0), -EINVAL,
	   "negative seconds are refused");
	value.it_value = (struct old_timeval32){ 0, 0 };
	value.it_interval.tv_usec = -1;
	is(SYS(setitimer, ITIMER_REAL, &value, 0), -EINVAL,
	   "a period of negative microseconds is refused");
	value.it_interval.tv_usec = 0;
	is(SYS(setitimer, 3, &value, 0), -EINVAL,
	   "setitimer of an unknown timer is refused");
	is(SYS(getitimer, 3, &value), -EINVAL,
	   "getitimer of an unknown timer is refused");
	is(SYS(getitimer, -1, &value), -EINVAL,
	   "getitimer of a negative number is refused");
}

int main(void)
{
	handle(SIGALRM_NR, on_alarm, 0);
	once();
	periods();
	blocked();
	late();
	processes();
	bad_values();
	return done();
}
