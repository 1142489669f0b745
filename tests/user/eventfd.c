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

/* What poll says of it now. */
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
	   "a count of 3 can be read, and written");
	is(write_count(fd, 4), 8, "4 more");
	is((int32_t)read_count(fd), 7, "a read takes all");
	is(ready(fd), POLLOUT, "then there is nothing");
	is((int32_t)read_count(fd), -EAGAIN, "to read");
	is(write_count(fd, UINT64_MAX), -EINVAL, "a count that cannot be");
	is(write_count(fd, UINT64_MAX - 1), 8, "the largest");
	is(ready(fd), POLLIN, "leaves no room");
	is(write_count(fd, 1), -EAGAIN, "for any more");
	is(SYS(read, fd, &n, 4), -EINVAL, "a count has 8 bytes");
	SYS(close, fd);
	waiting = SYS(eventfd, 0);
	pid = fork();
	if (pid == 0)
		_exit(write_later(&waiting));
	is((int32_t)read_count(waiting), 9, "a read waits for a write");
	waitpid(pid, &status, 0);
	SYS(close, waiting);
	is(SYS(eventfd2, 0, 8), -EINVAL, "an unknown flag");
}

static void semaphore(void)
{
	int fd = SYS(eventfd2, 2, EFD_NONBLOCK | EFD_SEMAPHORE | EFD_CLOEXEC);

	is((int32_t)read_count(fd), 1, "a semaphore gives one at a time");
	is((int32_t)read_count(fd), 1, "twice");
	is((int32_t)read_count(fd), -EAGAIN, "and no more");
	is(SYS(fcntl64, fd, F_GETFD), FD_CLOEXEC, "closed by execve");
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

	is((int32_t)read_count(fd), -EAGAIN, "a timer that is not set");
	is(ready(fd), 0, "is never ready");
	is(set(fd, 0, 30, 0), 0, "in 30 ms");
	SYS(timerfd_gettime, fd, &left);
	ok(left.value.tv_sec == 0 && left.value.tv_nsec > 0 &&
		   left.value.tv_nsec <= 30 * MS,
	   "what is left");
	is(SYS(poll, &f, 1, 2000), 1, "poll waits for it");
	ok(uptime_ms() - start >= 29, "30 ms");
	is((int32_t)read_count(fd), 1, "it has expired once");
	is((int32_t)read_count(fd), -EAGAIN, "and was read");
	SYS(timerfd_gettime, fd, &left);
	ok(!left.value.tv_sec && !left.value.tv_nsec, "nothing is left");
	set(fd, 0, 10, 10);
	sleep_ms(55);
	n = read_count(fd);
	ok(n >= 5 && n < 50, "periods of 10 ms in 55");
	is(SYS(poll, &f, 1, 2000), 1, "they go on");
	set(fd, 0, 0, 0);
	is(ready(fd), 0, "a timer is stopped");
	start = uptime_ms();
	is(set(fd, TFD_TIMER_ABSTIME, (int32_t)start + 20, 0), 0, "at a time");
	is(SYS(poll, &f, 1, 2000), 1, "it comes");
	ok(uptime_ms() - start >= 19, "not earlier");
	SYS(close, fd);
}

static void blocking(void)
{
	int fd = SYS(timerfd_create, CLOCK_REALTIME, 0);
	struct kernel_timespec wide[2] = { { 0, 0 }, { 0, 20 * MS } }, left[2];
	struct spec bad = { { 0, 0 }, { 0, 1000 * MS } };
	int ends[2];

	is(SYS(timerfd_settime64, fd, 0, wide, 0), 0, "by the wall clock");
	is((int32_t)read_count(fd), 1, "a read waits");
	wide[1].tv_sec = 1000;
	SYS(timerfd_settime64, fd, 0, wide, 0);
	is(SYS(timerfd_gettime64, fd, left), 0, "in 1000 s");
	ok(left[1].tv_sec >= 999 && left[1].tv_sec <= 1000, "so much is left");
	is(SYS(timerfd_settime, fd, 0, &bad, 0), -EINVAL,
	   "a second of nanoseconds");
	is(SYS(timerfd_settime, fd, 8, wide, 0), -EINVAL, "an unknown flag");
	SYS(pipe2, ends, 0);
	is(SYS(timerfd_gettime, ends[0], left), -EINVAL, "a pipe is no timer");
	is(SYS(timerfd_gettime, 1000, left), -EBADF, "no descriptor");
	is(SYS(write, fd, left, 8), -EINVAL, "a timer cannot be written");
	is(SYS(timerfd_create, 2, 0), -EINVAL, "none by CPU time");
	is(SYS(timerfd_create, 1, 1), -EINVAL, "no such flag");
}

int main(void)
{
	counting();
	semaphore();
	timers();
	blocking();
	return done();
}
