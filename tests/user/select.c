/*
 * select, pselect6 and ppoll: which descriptors are ready, how long a call
 * waits, and the mask of signals that applies only during the wait.
 */
#include <fcntl.h>
#include <uapi/personality.h>
#include <uapi/poll.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define MS       1000000
#define NR_WORDS 32 /* 1024 descriptors, as C libraries have them */

static int ends[2];
static uint32_t in[NR_WORDS], out[NR_WORDS], except[NR_WORDS];
static volatile int signals;

static void count_signal(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig;
	(void)info;
	(void)ucontext;
	signals++;
}

static void clear(void)
{
	memset(in, 0, sizeof(in));
	memset(out, 0, sizeof(out));
	memset(except, 0, sizeof(except));
}

static void add(uint32_t *set, int fd)
{
	set[fd / 32] |= 1u << fd % 32;
}

static bool has(const uint32_t *set, int fd)
{
	return set[fd / 32] >> fd % 32 & 1;
}

static int32_t select_ms(int n, int ms)
{
	struct old_timeval32 time = { ms / 1000, ms % 1000 * 1000 };

	return SYS(_newselect, n, in, out, except, &time);
}

/* ---- what is ready ----------------------------------------------- */

static void ready(void)
{
	int n = ends[1] + 1;

	clear();
	add(in, ends[0]);
	is(select_ms(n, 0), 0,
	   "select of an empty pipe to read: none is ready");
	ok(!has(in, ends[0]),
	   "select clears the bit of a pipe that is not ready");
	write(ends[1], "x", 1);
	add(in, ends[0]);
	add(out, ends[1]);
	is(select_ms(n, 1000), 2,
	   "select of a pipe with a byte to read and to write: two bits");
	ok(has(in, ends[0]) && has(out, ends[1]), "both bits are set");
	clear();
	add(in, ends[0]);
	add(except, ends[0]);
	is(select_ms(n, 0), 1,
	   "a descriptor in two sets, ready in one, counts once");
	ok(!has(except, ends[0]),
	   "select clears its bit in the set where it is not ready");
	clear();
	add(out, ends[0]);
	is(select_ms(n, 0), 0,
	   "select of the reading end to write: none is ready");
	clear();
	add(in, ends[0]);
	is(SYS(_newselect, ends[0], in, 0, 0, (struct old_timeval32[1]){ 0 }),
	   0, "a descriptor that is not below n does not count");
	ok(!has(in, ends[0]),
	   "select clears the bit of a descriptor that does not count");
}

static void hung_up(void)
{
	int fds[2];

	SYS(pipe2, fds, 0);
	SYS(close, fds[1]);
	clear();
	add(in, fds[0]);
	is(select_ms(fds[0] + 1, 0), 1,
	   "select of a pipe without writers to read: it is ready");
	clear();
	add(except, fds[0]);
	is(select_ms(fds[0] + 1, 20), 0,
	   "select of that pipe for exceptions times out");
	SYS(close, fds[0]);
	add(in, fds[0]);
	is(select_ms(fds[0] + 1, 0), -EBADF,
	   "select of a closed descriptor is refused");
	clear();
	is(select_ms(-1, 0), -EINVAL,
	   "select of a negative number of descriptors is refused");
	is(SYS(_newselect, 8, 8, 0, 0, 0), -EFAULT,
	   "a set at an unmapped address is refused");
}

/* ---- how long ---------------------------------------------------- */

/* As on older systems: the program's timeout stays what it was. */
static void sticky(void)
{
	struct old_timeval32 time = { 0, 20000 };
	struct old_timespec32 spec = { 0, 20 * MS };

	SYS(personality, STICKY_TIMEOUTS);
	is(SYS(_newselect, 0, 0, 0, 0, &time), 0,
	   "select with STICKY_TIMEOUTS times out");
	is(time.tv_usec, 20000, "its timeout is unchanged");
	is(SYS(pselect6, 0, 0, 0, 0, &spec, 0), 0, "pselect6 times out");
	is(spec.tv_nsec, 20 * MS, "its timeout is unchanged, too");
	SYS(personality, 0);
}

static void how_long(void)
{
	struct old_timeval32 time = { 0, 1020000 }, bad = { 0, -1 };
	struct old_timespec32 spec = { 0, 30 * MS }, wrong = { 0, 1000 * MS };
	uint32_t start = uptime_ms();
	char c;

	read(ends[0], &c, 1);
	clear();
	add(in, ends[0]);
	is(SYS(_newselect, ends[0] + 1, in, 0, 0, &time), 0,
	   "select with 1020000 microseconds times out");
	ok(uptime_ms() - start >= 1020, "select has waited for that time");
	ok(!time.tv_sec && !time.tv_usec,
	   "select returns that no time is left");
	is(SYS(_newselect, 0, 0, 0, 0, &bad), -EINVAL,
	   "negative microseconds are refused");
	start = uptime_ms();
	add(in, ends[0]);
	is(SYS(pselect6, ends[0] + 1, in, 0, 0, &spec, 0), 0,
	   "pselect6 of 30 ms times out");
	ok(uptime_ms() - start >= 29, "pselect6 has waited for that time");
	is(SYS(pselect6, 0, 0, 0, 0, &wrong, 0), -EINVAL,
	   "1000000000 nanoseconds are refused");
	spec = (struct old_timespec32){ 1000, 0 };
	write(ends[1], "x", 1);
	add(in, ends[0]);
	is(SYS(pselect6, ends[0] + 1, in, 0, 0, &spec, 0), 1,
	   "pselect6 returns at once if a descriptor is ready");
	ok(spec.tv_sec >= 998 && spec.tv_sec <= 1000,
	   "pselect6 returns the time that is left");
}

/* ---- the mask ---------------------------------------------------- */

struct mask_and_size {
	const uint32_t *mask;
	uint32_t bytes;
};

static int32_t pselect_with(const uint32_t *mask, uint32_t bytes)
{
	struct old_timespec32 time = { 0, 50 * MS };
	struct mask_and_size arg = { mask, bytes };

	return SYS(pselect6, 0, 0, 0, 0, &time, &arg);
}

static void masks(void)
{
	static const uint32_t none[2], usr1[2] = { SIGNAL_BIT(SIGUSR1), 0 };
	struct kernel_timespec time = { 0, 50 * MS };

	handle(SIGUSR1, count_signal, 0);
	set_mask(SIG_SETMASK, SIGNAL_BIT(SIGUSR1));
	kill_process(getpid(), SIGUSR1);
	is(pselect_with(usr1, 8), 0,
	   "pselect6 with a mask that blocks a pending signal times out");
	is(pselect_with(NULL, 0), 0, "pselect6 without a mask times out, too");
	is(signals, 0, "no handler has run while the signal was blocked");
	is(pselect_with(none, 8), -EINTR,
	   "pselect6 with an empty mask is ended by the signal");
	is(signals, 1, "the signal's handler has run once");
	ok(set_mask(SIG_SETMASK, 0) == SIGNAL_BIT(SIGUSR1),
	   "after that the old mask holds again");
	is(pselect_with(none, 4), -EINVAL,
	   "pselect6 with a mask of 4 bytes is refused");
	set_mask(SIG_SETMASK, SIGNAL_BIT(SIGUSR1));
	kill_process(getpid(), SIGUSR1);
	is(SYS(ppoll, 0, 0, 0, none, 8), -EINTR,
	   "ppoll with an empty mask is ended by the signal");
	is(signals, 2, "the signal's handler has run a second time");
	is(SYS(ppoll_time64, 0, 0, &time, usr1, 8), 0,
	   "ppoll_time64 times out");
	ok(time.tv_sec == 0 && time.tv_nsec == 0,
	   "ppoll_time64 returns that no time is left");
	set_mask(SIG_SETMASK, 0);
}

static void wide_times(void)
{
	struct pollfd fd = { ends[0], POLLIN, 0 };
	struct kernel_timespec time = { 1000000000000, 0 };

	is(SYS(ppoll_time64, &fd, 1, &time, 0, 0), 1,
	   "ppoll_time64 with a time of 64 bits: ready at once");
	ok(time.tv_sec > 900000000,
	   "ppoll_time64 returns the time that is left");
	time = (struct kernel_timespec){ -1, 0 };
	is(SYS(ppoll_time64, &fd, 1, &time, 0, 0), -EINVAL,
	   "negative seconds are refused");
	time = (struct kernel_timespec){ 0, 20 * MS };
	clear();
	is(SYS(pselect6_time64, 0, 0, 0, 0, &time, 0), 0,
	   "pselect6_time64 times out");
}

int main(void)
{
	SYS(pipe2, ends, 0);
	ready();
	hung_up();
	how_long();
	sticky();
	masks();
	wide_times();
	return done();
}
