/*
 * eventfd and timerfd: counters that can be waited for as files.
 */
#include <uapi/eventfd.h>
#include <uapi/fcntl.h>
#include <uapi/poll.h>
#include <uapi/time.h>
#include "check.h"

#define MS 1000000

static int32_t write_count(int fd, uint64_t n)
{
	return SYS(write, fd, &n, sizeof(n));
}

/* The count that a read takes, or its error as -errno. */
static int64_t read_count(int fd)
{
	uint64_t n = 0;
	int32_t got = SYS(read, fd, &n, sizeof(n));

	return got == 8 ? (int64_t)n : got;
}

/* Returns poll's events of the descriptor at this moment. */
static int32_t ready(int fd)
{
	struct pollfd f = { fd, POLLIN | POLLOUT | POLLRDNORM, 0 };

	SYS(poll, &f, 1, 0);
	return f.revents;
}

/* ---- eventfd ----------------------------------------------------- */

static int write_later(void *fd)
{
	sleep_ms(20);
	return write_count(*(int *)fd, 9) == 8 ? 0 : 1;
}

static void counting(void)
{
	int fd = SYS(eventfd2, 3, EFD_NONBLOCK), waiting, status;
	uint64_t n;
	pid_t pid;

	is(ready(fd), POLLIN | POLLOUT,
	   "a count of 3 can be read and written: poll");
	is(write_count(fd, 4), 8, "write of 4");
	is((int32_t)read_count(fd), 7,
	   "read returns the sum, 7, and clears it");
	is(ready(fd), POLLOUT, "a count of 0 can only be written: poll");
	is((int32_t)read_count(fd), -EAGAIN,
	   "read of a count of 0 is refused with EFD_NONBLOCK");
	is(write_count(fd, UINT64_MAX), -EINVAL,
	   "write of 2^64 - 1 is refused");
	is(write_count(fd, UINT64_MAX - 1), 8,
	   "write of 2^64 - 2, the largest count");
	is(ready(fd), POLLIN, "a full count can only be read: poll");
	is(write_count(fd, 1), -EAGAIN,
	   "write to a full count is refused with EFD_NONBLOCK");
	is(SYS(read, fd, &n, 4), -EINVAL,
	   "read into less than 8 bytes is refused");
	SYS(close, fd);
	waiting = SYS(eventfd, 0);
	pid = fork();
	if (pid == 0)
		_exit(write_later(&waiting));
	is((int32_t)read_count(waiting), 9,
	   "without EFD_NONBLOCK read waits for a child's write");
	waitpid(pid, &status, 0);
	SYS(close, waiting);
	is(SYS(eventfd2, 0, 8), -EINVAL,
	   "eventfd2 with an unknown flag is refused");
}

static void semaphore(void)
{
	int fd = SYS(eventfd2, 2, EFD_NONBLOCK | EFD_SEMAPHORE | EFD_CLOEXEC);

	is((int32_t)read_count(fd), 1,
	   "EFD_SEMAPHORE: read of a count of 2 returns 1");
	is((int32_t)read_count(fd), 1,
	   "EFD_SEMAPHORE: a second read returns 1");
	is((int32_t)read_count(fd), -EAGAIN,
	   "EFD_SEMAPHORE: a third read is refused");
	is(SYS(fcntl64, fd, F_GETFD), FD_CLOEXEC,
	   "EFD_CLOEXEC sets close-on-exec");
	SYS(close, fd);
}

/* ---- timerfd ----------------------------------------------------- */

struct spec {
	struct old_timespec32 interval, value;
};

static int32_t set(int fd, uint32_t how, int32_t ms, int32_t interval_ms)
{
	struct spec spec = {
		{ interval_ms / 1000, interval_ms % 1000 * MS },
		{ ms / 1000, ms % 1000 * MS },
	};

	return SYS(timerfd_settime, fd, how, &spec, 0);
}

static void timers(void)
{
	int fd = SYS(timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct pollfd f = { fd, POLLIN, 0 };
	uint32_t start = uptime_ms();
	struct spec left;
	int64_t n;

	is((int32_t)read_count(fd), -EAGAIN,
	   "read of a timer that is not set is refused");
	is(ready(fd), 0, "a timer that is not set is never ready: poll");
	is(set(fd, 0, 30, 0), 0, "timerfd_settime: once, in 30 ms");
	SYS(timerfd_gettime, fd, &left);
	ok(left.value.tv_sec == 0 && left.value.tv_nsec > 0 &&
		   left.value.tv_nsec <= 30 * MS,
	   "timerfd_gettime returns at most 30 ms");
	is(SYS(poll, &f, 1, 2000), 1, "poll waits until it expires");
	ok(uptime_ms() - start >= 29, "poll has waited 30 ms");
	is((int32_t)read_count(fd), 1, "read returns one expiration");
	is((int32_t)read_count(fd), -EAGAIN, "a second read is refused");
	SYS(timerfd_gettime, fd, &left);
	ok(!left.value.tv_sec && !left.value.tv_nsec,
	   "timerfd_gettime returns 0 after it");
	set(fd, 0, 10, 10);
	sleep_ms(55);
	n = read_count(fd);
	ok(n >= 5 && n < 50,
	   "a period of 10 ms expires five times at least in 55 ms");
	is(SYS(poll, &f, 1, 2000), 1,
	   "poll reports a timer with a period again after a read");
	set(fd, 0, 0, 0);
	is(ready(fd), 0, "a time of 0 stops it: poll");
	start = uptime_ms();
	is(set(fd, TFD_TIMER_ABSTIME, (int32_t)start + 20, 0), 0,
	   "timerfd_settime with TFD_TIMER_ABSTIME");
	is(SYS(poll, &f, 1, 2000), 1, "poll waits until that time");
	ok(uptime_ms() - start >= 19, "poll has not returned before that time");
	SYS(close, fd);
}

static void blocking(void)
{
	int fd = SYS(timerfd_create, CLOCK_REALTIME, 0);
	struct kernel_timespec wide[2] = { { 0, 0 }, { 0, 20 * MS } }, left[2];
	struct spec bad = { { 0, 0 }, { 0, 1000 * MS } };
	int ends[2];

	is(SYS(timerfd_settime64, fd, 0, wide, 0), 0,
	   "timerfd_settime64 of CLOCK_REALTIME");
	is((int32_t)read_count(fd), 1, "read waits until it expires");
	wide[1].tv_sec = 1000;
	SYS(timerfd_settime64, fd, 0, wide, 0);
	is(SYS(timerfd_gettime64, fd, left), 0,
	   "timerfd_gettime64 of a timer in 1000 s");
	ok(left[1].tv_sec >= 999 && left[1].tv_sec <= 1000,
	   "it returns 999 s at least");
	is(SYS(timerfd_settime, fd, 0, &bad, 0), -EINVAL,
	   "1000000000 nanoseconds are refused");
	is(SYS(timerfd_settime, fd, 8, wide, 0), -EINVAL,
	   "timerfd_settime with an unknown flag is refused");
	SYS(pipe2, ends, 0);
	is(SYS(timerfd_gettime, ends[0], left), -EINVAL,
	   "timerfd_gettime of a pipe is refused");
	is(SYS(timerfd_gettime, 1000, left), -EBADF,
	   "timerfd_gettime of a closed descriptor is refused");
	is(SYS(write, fd, left, 8), -EINVAL, "write to a timer is refused");
	is(SYS(timerfd_create, 2, 0), -EINVAL,
	   "timerfd_create of the process's CPU clock is refused");
	is(SYS(timerfd_create, 1, 1), -EINVAL,
	   "timerfd_create with an unknown flag is refused");
}

int main(void)
{
	counting();
	semaphore();
	timers();
	blocking();
	return done();
}
