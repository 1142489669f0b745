/*
 * Setting the wall clock: who sleeps until a time of it wakes when that has
 * come, and the monotonic clock does not move.
 */
#include <uapi/eventfd.h>
#include <uapi/fcntl.h>
#include <uapi/futex.h>
#include <uapi/mqueue.h>
#include <uapi/poll.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define HOUR 3600

static int32_t seconds(int32_t clock)
{
	struct old_timespec32 now = { -1, 0 };

	SYS(clock_gettime, clock, &now);
	return now.tv_sec;
}

/* Exit code 0: the clock was set past the hour that the child sleeps. */
static pid_t sleeper(int32_t until)
{
	struct old_timespec32 time = { until, 0 };
	pid_t pid = fork();

	if (pid)
		return pid;
	_exit(SYS(clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &time, 0) ?
		      1 :
		      0);
}

/* Waits for what nobody does, until a time of the wall clock. */
enum wait { FUTEX, FUTEX_PI, FUTEX_WAITV, QUEUE, WAITS };

static const char *const wait_names[WAITS] = { "futex", "lock of FUTEX_LOCK_PI",
					       "futex_waitv", "message" };

static int32_t wait_until(enum wait how, struct kernel_timespec *until)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 4 };
	/* The lock is the parent's, who does not know of it. */
	uint32_t word = how == FUTEX_PI ? (uint32_t)SYS(getppid) : 0;
	struct futex_waitv of = { 0, (uintptr_t)&word, FUTEX_32, 0 };
	int32_t queue;

	switch (how) {
	case FUTEX:
		return SYS(futex_time64, &word,
			   FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, until,
			   0, 0xffffffff);
	case FUTEX_PI:
		return SYS(futex_time64, &word, FUTEX_LOCK_PI, 0, until, 0, 0);
	case FUTEX_WAITV:
		return SYS(futex_waitv, &of, 1, 0, until, CLOCK_REALTIME);
	default:
		queue = SYS(mq_open, "set_clock", O_CREAT | O_RDWR, 0600,
			    &attr);
		return SYS(mq_timedreceive_time64, queue, &word, 4, 0, until);
	}
}

/* Exit code 0: the wait ended because its time had come. */
static pid_t waiter(enum wait how, int32_t until)
{
	struct kernel_timespec time = { until, 0 };
	pid_t pid = fork();

	if (pid)
		return pid;
	_exit(wait_until(how, &time) == -ETIMEDOUT ? 0 : 1);
}

/* A timer that is read as a file, at a time of the wall clock. */
static int set_timer(int32_t at, int how)
{
	struct old_timespec32 spec[2] = { { 0, 0 }, { at, 0 } };
	int fd = SYS(timerfd_create, CLOCK_REALTIME, TFD_NONBLOCK);

	SYS(timerfd_settime, fd, how, spec, 0);
	return fd;
}

/* One that sends no signal, an hour from now. */
static int32_t relative_timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	struct old_timespec32 spec[2] = { { 0, 0 }, { HOUR, 0 } };
	int32_t id = -1;

	SYS(timer_create, CLOCK_REALTIME, &event, &id);
	SYS(timer_settime, id, 0, spec, 0);
	return id;
}

/* Returns whether half an hour at least and an hour at most is left. */
static bool most_of_an_hour(const struct old_timespec32 spec[2])
{
	return spec[1].tv_sec > HOUR / 2 && spec[1].tv_sec <= HOUR;
}

/* Timers with a relative time do not move when the clock is set. */
static void relative_ones(int32_t now)
{
	struct old_timespec32 spec[2], later = { now + HOUR, 0 };
	struct old_timespec32 back = { now, 0 };
	int fd = set_timer(HOUR, 0);
	int32_t id = relative_timer();

	is(SYS(clock_settime, CLOCK_REALTIME, &later), 0,
	   "clock_settime to an hour later");
	SYS(timer_gettime, id, spec);
	ok(most_of_an_hour(spec),
	   "timer_create's timer, an hour from now, has not expired");
	SYS(timerfd_gettime, fd, spec);
	ok(most_of_an_hour(spec),
	   "a timerfd, an hour from now, has not expired");
	is(SYS(clock_settime, CLOCK_REALTIME, &back), 0, "clock_settime back");
	SYS(timer_gettime, id, spec);
	ok(most_of_an_hour(spec),
	   "timer_create's timer does not take longer, either");
	SYS(timerfd_gettime, fd, spec);
	ok(most_of_an_hour(spec), "a timerfd does not take longer, either");
	SYS(timer_delete, id);
	SYS(close, fd);
}

/* The clock in nanoseconds. */
static uint64_t now_ns(int32_t clock)
{
	struct kernel_timespec now;

	SYS(clock_gettime64, clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static struct kernel_timespec of_ns(uint64_t ns)
{
	return (struct kernel_timespec){ .tv_sec = (int64_t)(ns / 1000000000u),
					 .tv_nsec = ns % 1000000000u };
}

/* 1970 begins with the boot: the earliest date that the clock takes. */
static void set_to_boot(void)
{
	struct kernel_timespec date;
	uint32_t more = 0;

	do {
		date = of_ns(now_ns(CLOCK_MONOTONIC) + more);
		more += 100;
	} while (SYS(clock_settime64, CLOCK_REALTIME, &date) == -EINVAL);
}

/* Whether a wait until a time of the wall clock ends before that has come. */
static bool too_early(bool of_queue, int queue)
{
	uint64_t at = now_ns(CLOCK_REALTIME) + 200000;
	struct kernel_timespec until = of_ns(at);
	uint32_t word = 0;

	if (of_queue)
		SYS(mq_timedreceive_time64, queue, &word, 4, 0, &until);
	else
		SYS(futex_time64, &word,
		    FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &until, 0,
		    0xffffffff);
	return now_ns(CLOCK_REALTIME) < at;
}

/* A board without a battery's clock begins so. */
static void from_boot(void)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 4 };
	int queue = SYS(mq_open, "set_clock", O_CREAT | O_RDWR, 0600, &attr);
	uint32_t futexes = 0, queues = 0;

	for (int i = 0; i < 50; i++) {
		set_to_boot();
		futexes += too_early(false, queue);
		queues += too_early(true, queue);
	}
	is((int32_t)futexes, 0,
	   "1970 is at boot: no futex's wait is too short");
	is((int32_t)queues, 0,
	   "1970 is at boot: no message's wait is too short");
	SYS(close, queue);
	SYS(mq_unlink, "set_clock");
}

static void refused(int32_t now)
{
	struct old_timespec32 back = { now, 0 };
	struct kernel_timespec early = { -1, 0 };
	struct kernel_timezone far_zone = { 901, 0 };

	is(SYS(clock_settime64, CLOCK_REALTIME, &early), -EINVAL,
	   "a time before 1970 is refused");
	early.tv_sec = 0;
	is(SYS(clock_settime64, CLOCK_REALTIME, &early), -EINVAL,
	   "a time that puts the machine's start before 1970 is refused");
	is(SYS(clock_settime, CLOCK_MONOTONIC, &back), -EINVAL,
	   "clock_settime of CLOCK_MONOTONIC is refused");
	is(SYS(clock_settime, -6, &back), -EPERM,
	   "clock_settime of a CPU clock is refused");
	is(SYS(clock_settime, 99, &back), -EINVAL,
	   "clock_settime of an unknown clock is refused");
	is(SYS(settimeofday, 0, &far_zone), -EINVAL,
	   "a time zone 15 hours away is refused");
}

/* ---- what adjtimex keeps ----------------------------------------- */

/* struct timex: its modes, and the members that are read. */
enum {
	MODES,
	OFFSET,
	FREQ,
	MAXERROR,
	ESTERROR,
	STATUS,
	CONSTANT,
	SEC = 9,
	USEC,
	TICK,
	TAI = 20,
	LONGS = 64
};

enum {
	ADJ_OFFSET = 1,
	ADJ_FREQUENCY = 2,
	ADJ_MAXERROR = 4,
	ADJ_ESTERROR = 8,
	ADJ_STATUS = 0x10,
	ADJ_TIMECONST = 0x20,
	ADJ_TAI = 0x80,
	ADJ_SETOFFSET = 0x100,
	ADJ_MICRO = 0x1000,
	ADJ_NANO = 0x2000,
	ADJ_TICK = 0x4000,
	ADJ_ADJTIME = 0x8000
};

#define UNSYNC 0x40

static int32_t timex[LONGS];

/* adjtimex with one member that is to be changed. */
static int32_t adjust(int32_t modes, int member, int32_t value)
{
	timex[MODES] = modes;
	timex[member] = value;
	return SYS(adjtimex, timex);
}

static void refused_adjustments(void)
{
	is(adjust(ADJ_TICK, TICK, 8999), -EINVAL,
	   "adjtimex with a tick that is too short is refused");
	is(adjust(ADJ_TICK, TICK, 11001), -EINVAL,
	   "adjtimex with a tick that is too long is refused");
	is(adjust(ADJ_TICK, TICK, 10000), 5, "the usual tick is accepted");
	is(adjust(ADJ_FREQUENCY, FREQ, 0), 5, "the usual frequency, too");
	is(adjust(ADJ_ADJTIME, OFFSET, 0), -EINVAL,
	   "ADJ_ADJTIME without ADJ_OFFSET is refused");
	is(adjust(ADJ_ADJTIME | ADJ_OFFSET, OFFSET, 0), 5,
	   "adjtime of no difference is accepted");
	timex[SEC] = 0;
	is(adjust(ADJ_SETOFFSET, USEC, 1000000), -EINVAL,
	   "a step of a million microseconds is refused");
	is(adjust(ADJ_SETOFFSET, USEC, -1), -EINVAL,
	   "a step of -1 microseconds is refused");
	is(SYS(adjtimex, 16), -EFAULT,
	   "adjtimex at an unmapped address is refused");
	is(SYS(clock_adjtime, CLOCK_MONOTONIC, timex), -EOPNOTSUPP,
	   "clock_adjtime of CLOCK_MONOTONIC is not supported");
}

/* CLOCK_TAI less CLOCK_REALTIME, in seconds. */
static int32_t ahead(void)
{
	uint64_t wall = now_ns(CLOCK_REALTIME);

	/* Read after it: what passes in between is less than a second. */
	return (int32_t)((now_ns(CLOCK_TAI) - wall) / 1000000000u);
}

/* What CLOCK_TAI is ahead, and who waits for a time of it. */
static void offset_of_tai(void)
{
	struct old_timespec32 time = { seconds(CLOCK_TAI) + HOUR, 0 };
	struct kernel_timespec soon;
	int status = -1;
	pid_t pid;

	is(ahead(), 0, "CLOCK_TAI is the time of day at first");
	pid = fork();
	if (!pid)
		_exit(SYS(clock_nanosleep, CLOCK_TAI, TIMER_ABSTIME, &time, 0) ?
			      1 :
			      0);
	sleep_ms(30);
	is(adjust(ADJ_TAI, CONSTANT, 2 * HOUR), 5, "ADJ_TAI of two hours");
	is(timex[TAI], 2 * HOUR, "adjtimex returns them");
	is(ahead(), 2 * HOUR, "CLOCK_TAI is two hours ahead");
	waitpid(pid, &status, 0);
	is(status, 0, "a child that slept until a time of CLOCK_TAI wakes");
	is(adjust(ADJ_TAI, CONSTANT, -1), 5, "ADJ_TAI of -1 is accepted");
	is(adjust(ADJ_TAI, CONSTANT, 100001), 5, "so is one of 100001");
	is(timex[TAI], 2 * HOUR, "both are ignored");
	soon = of_ns(now_ns(CLOCK_TAI) + 20000000);
	is(SYS(clock_nanosleep_time64, CLOCK_TAI, TIMER_ABSTIME, &soon, 0), 0,
	   "clock_nanosleep until 20 ms later by CLOCK_TAI");
	ok(now_ns(CLOCK_TAI) >= now_ns(CLOCK_REALTIME) + 7199000000000u &&
		   now_ns(CLOCK_TAI) >= (uint64_t)soon.tv_sec * 1000000000u +
				   (uint64_t)soon.tv_nsec,
	   "it has not woken before");
	is(adjust(ADJ_TAI, CONSTANT, 0), 5, "ADJ_TAI of 0");
	is(ahead(), 0, "CLOCK_TAI is the time of day again");
}

static void adjustments(void)
{
	int32_t now = seconds(CLOCK_REALTIME);

	is(adjust(0, OFFSET, 0), 5, "adjtimex: the clock is not synchronised");
	is(timex[STATUS], UNSYNC, "its status: STA_UNSYNC");
	refused_adjustments();
	offset_of_tai();
	is(adjust(ADJ_MAXERROR, MAXERROR, 1000), 5, "ADJ_MAXERROR");
	ok(timex[MAXERROR] >= 1000 && timex[MAXERROR] < 100000,
	   "the largest error is what was set, and grows");
	is(adjust(ADJ_ESTERROR, ESTERROR, 2000), 5, "ADJ_ESTERROR");
	is(adjust(ADJ_STATUS, STATUS, 0), 0,
	   "ADJ_STATUS without STA_UNSYNC: the clock is synchronised");
	is(adjust(ADJ_OFFSET, OFFSET, 12345), 0,
	   "ADJ_OFFSET without a phase lock is accepted");
	is(timex[OFFSET], 0, "and ignored");
	is(adjust(ADJ_TIMECONST, CONSTANT, 3), 0, "ADJ_TIMECONST");
	is(timex[CONSTANT], 7, "the time constant is 4 more");
	is(adjust(ADJ_NANO, OFFSET, 0), 0, "ADJ_NANO");
	is(timex[STATUS], ADJ_NANO, "the status shows it");
	is(adjust(ADJ_TIMECONST, CONSTANT, 77), 0, "ADJ_TIMECONST of 77");
	is(timex[CONSTANT], 10, "the time constant is at most 10");
	adjust(ADJ_MICRO, OFFSET, 0);
	timex[USEC] = 0;
	is(adjust(ADJ_SETOFFSET, SEC, HOUR), 5,
	   "ADJ_SETOFFSET of an hour: the clock is not synchronised");
	is(timex[ESTERROR], 16000000, "its error is the largest");
	ok(seconds(CLOCK_REALTIME) >= now + HOUR,
	   "CLOCK_REALTIME is an hour later");
	timex[USEC] = 0;
	is(adjust(ADJ_SETOFFSET, SEC, -HOUR), 5, "and back");
	ok(seconds(CLOCK_REALTIME) < now + HOUR, "it is as before");
	adjust(ADJ_MAXERROR, MAXERROR, 1000);
	adjust(ADJ_ESTERROR, ESTERROR, 2000);
	is(adjust(ADJ_STATUS, STATUS, 0), 0, "it can be synchronised again");
	memset(timex, 0, sizeof(timex));
	is(SYS(adjtimex, timex), 0, "adjtimex that only reads");
	ok(timex[ESTERROR] == 2000 && timex[CONSTANT] == 10 &&
		   timex[TICK] == 10000,
	   "it returns what was set");
	is(adjust(ADJ_STATUS, STATUS, UNSYNC), 5, "ADJ_STATUS with STA_UNSYNC");
}

int main(void)
{
	int32_t now = a_date(), up = seconds(CLOCK_MONOTONIC);
	struct old_timespec32 later = { now + HOUR, 0 };
	struct kernel_timespec wide = { now + 2 * HOUR, 0 };
	struct old_timeval32 tv = { now, 0 };
	struct kernel_timezone zone = { 0, 0 };
	int timer = set_timer(now + HOUR / 2, TFD_TIMER_ABSTIME);
	int told = set_timer(now + 9 * HOUR,
			     TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
	struct pollfd fds[2] = { { timer, POLLIN, 0 }, { told, POLLIN, 0 } };
	pid_t pid = sleeper(now + HOUR / 2);
	pid_t waiters[WAITS];
	int status = -1;
	uint64_t n = 0;

	for (int how = 0; how < WAITS; how++)
		waiters[how] = waiter(how, now + HOUR / 2);
	sleep_ms(30);
	is(SYS(clock_settime, CLOCK_REALTIME, &later), 0,
	   "clock_settime to an hour later");
	ok(seconds(CLOCK_REALTIME) >= now + HOUR,
	   "CLOCK_REALTIME is an hour later");
	ok(seconds(CLOCK_MONOTONIC) - up < HOUR / 2,
	   "CLOCK_MONOTONIC has not jumped");
	waitpid(pid, &status, 0);
	is(status, 0, "a child that slept until half of that hour wakes");
	for (int how = 0; how < WAITS; how++) {
		waitpid(waiters[how], &status, 0);
		is(status, 0,
		   "a child that waited for a %s until then wakes, too",
		   wait_names[how]);
	}
	SYS(mq_unlink, "set_clock");
	is(SYS(poll, fds, 2, 1000), 2, "poll reports both timerfds");
	is(SYS(read, timer, &n, 8), 8,
	   "read of the timerfd for half of that hour");
	is((int32_t)n, 1, "that timerfd has expired once");
	is(SYS(read, told, &n, 8), -ECANCELED,
	   "read of one with TFD_TIMER_CANCEL_ON_SET is refused");
	is(SYS(poll, &fds[1], 1, 0), 0, "poll reports that one once");
	is(SYS(clock_settime64, CLOCK_REALTIME, &wide), 0,
	   "clock_settime64 to two hours later");
	ok(seconds(CLOCK_REALTIME) >= now + 2 * HOUR,
	   "CLOCK_REALTIME is two hours later");
	is(SYS(settimeofday, &tv, &zone), 0, "settimeofday puts it back");
	ok(seconds(CLOCK_REALTIME) < now + HOUR / 2, "CLOCK_REALTIME is back");
	refused(now);
	relative_ones(now);
	from_boot();
	SYS(settimeofday, &tv, 0);
	adjustments();
	return done();
}
