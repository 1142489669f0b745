/*
 * select, pselect6 and ppoll: what is ready, how long they wait, and the mask
 * of signals that holds for the wait alone.
 */
#include <fcntl.h>
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
	is(select_ms(n, 0), 0, "an empty pipe is not ready");
	ok(!has(in, ends[0]), "and its bit is gone");
	write(ends[1], "x", 1);
	add(in, ends[0]);
	add(out, ends[1]);
	is(select_ms(n, 1000), 2, "a full one is, and can be written");
	ok(has(in, ends[0]) && has(out, ends[1]), "both bits are set");
	clear();
	add(in, ends[0]);
	add(except, ends[0]);
	is(select_ms(n, 0), 1, "a bit counts for each set");
	ok(!has(except, ends[0]), "nothing exceptional");
	clear();
	add(out, ends[0]);
	is(select_ms(n, 0), 0, "the end for reading cannot be written");
	clear();
	add(in, ends[0]);
	is(SYS(_newselect, ends[0], in, 0, 0, (struct old_timeval32[1]){ 0 }),
	   0, "a bit that is not below n does not count");
	ok(!has(in, ends[0]), "and is gone as well");
}

static void hung_up(void)
{
	int fds[2];

	SYS(pipe2, fds, 0);
	SYS(close, fds[1]);
	clear();
	add(in, fds[0]);
	is(select_ms(fds[0] + 1, 0), 1, "a pipe without writers can be read");
	clear();
	add(except, fds[0]);
	is(select_ms(fds[0] + 1, 20), 0, "which is nothing exceptional");
	SYS(close, fds[0]);
	add(in, fds[0]);
	is(select_ms(fds[0] + 1, 0), -EBADF, "a closed descriptor");
	clear();
	is(select_ms(-1, 0), -EINVAL, "fewer than no descriptors");
	is(SYS(_newselect, 8, 8, 0, 0, 0), -EFAULT, "a set at address 8");
}

/* ---- how long ---------------------------------------------------- */

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
	   "microseconds may be more than a second");
	ok(uptime_ms() - start >= 1020, "and are all waited for");
	ok(!time.tv_sec && !time.tv_usec, "no time is left");
	is(SYS(_newselect, 0, 0, 0, 0, &bad), -EINVAL, "microseconds below 0");
	start = uptime_ms();
	add(in, ends[0]);
	is(SYS(pselect6, ends[0] + 1, in, 0, 0, &spec, 0), 0, "pselect6");
	ok(uptime_ms() - start >= 29, "waits");
	is(SYS(pselect6, 0, 0, 0, 0, &wrong, 0), -EINVAL,
	   "a second of nanoseconds");
	spec = (struct old_timespec32){ 1000, 0 };
	write(ends[1], "x", 1);
	add(in, ends[0]);
	is(SYS(pselect6, ends[0] + 1, in, 0, 0, &spec, 0), 1, "is ready");
	ok(spec.tv_sec >= 998 && spec.tv_sec <= 1000, "what is left is told");
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
	is(pselect_with(usr1, 8), 0, "a blocked signal does not end it");
	is(pselect_with(NULL, 0), 0, "nor if no mask is given");
	is(signals, 0, "no handler ran");
	is(pselect_with(none, 8), -EINTR, "with an empty mask it does");
	is(signals, 1, "its handler ran");
	ok(set_mask(SIG_SETMASK, 0) == SIGNAL_BIT(SIGUSR1),
	   "and the mask is as it was");
	is(pselect_with(none, 4), -EINVAL, "a mask of 4 bytes");
	set_mask(SIG_SETMASK, SIGNAL_BIT(SIGUSR1));
	kill_process(getpid(), SIGUSR1);
	is(SYS(ppoll, 0, 0, 0, none, 8), -EINTR, "the same for ppoll");
	is(signals, 2, "whose handler ran");
	is(SYS(ppoll_time64, 0, 0, &time, usr1, 8), 0, "ppoll_time64 waits");
	ok(time.tv_sec == 0 && time.tv_nsec == 0, "no time is left");
	set_mask(SIG_SETMASK, 0);
}

static void wide_times(void)
{
	struct pollfd fd = { ends[0], POLLIN, 0 };
	struct kernel_timespec time = { 1000000000000, 0 };

	is(SYS(ppoll_time64, &fd, 1, &time, 0, 0), 1, "ready at once");
	ok(time.tv_sec > 900000000, "a long time is left");
	time = (struct kernel_timespec){ -1, 0 };
	is(SYS(ppoll_time64, &fd, 1, &time, 0, 0), -EINVAL, "a time below 0");
	time = (struct kernel_timespec){ 0, 20 * MS };
	clear();
	is(SYS(pselect6_time64, 0, 0, 0, 0, &time, 0), 0, "pselect6_time64");
}

int main(void)
{
	SYS(pipe2, ends, 0);
	ready();
	hung_up();
	how_long();
	masks();
	wide_times();
	return done();
}
