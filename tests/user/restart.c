/*
 * Calls that sleep, in a process that is stopped and then continued. No handler
 * runs, so the call goes on, and a time that was given does not begin anew.
 */
#include <fcntl.h>
#include <uapi/futex.h>
#include <uapi/poll.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include <uapi/wait.h>
#include "check.h"

#define SLEEP_MS 300
#define STOP_MS  100

static volatile uint32_t *word; /* shared by all */
static int ends[2];             /* of a pipe */

static int64_t now_ms(void)
{
	struct old_timespec32 now;

	SYS(clock_gettime, CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

static struct old_timespec32 in_ms(int ms)
{
	return (struct old_timespec32){ ms / 1000, ms % 1000 * 1000000 };
}

static void nap(int ms)
{
	struct old_timespec32 time = in_ms(ms);

	SYS(nanosleep, &time, 0);
}

/* ---- what the child sleeps in: each returns 0 if it was right ---- */

static int sleep_relative(void)
{
	struct old_timespec32 time = in_ms(SLEEP_MS), left;

	return SYS(nanosleep, &time, &left);
}

static int sleep_long_over(void)
{
	struct old_timespec32 time = in_ms(STOP_MS / 2);

	return SYS(nanosleep, &time, 0);
}

static int sleep_clock(void)
{
	struct old_timespec32 time = in_ms(SLEEP_MS);

	return SYS(clock_nanosleep, CLOCK_MONOTONIC, 0, &time, 0);
}

static int futex_timed(void)
{
	struct old_timespec32 time = in_ms(SLEEP_MS);

	return SYS(futex, word, FUTEX_WAIT, 0, &time) == -ETIMEDOUT ? 0 : 1;
}

static int futex_woken(void)
{
	struct old_timespec32 time = in_ms(10000);

	return SYS(futex, word, FUTEX_WAIT, 0, &time);
}

static int futex_for_ever(void)
{
	return SYS(futex, word, FUTEX_WAIT, 0, 0);
}

static int poll_timed(void)
{
	struct pollfd fd = { ends[0], POLLIN, 0 };

	return SYS(poll, &fd, 1, SLEEP_MS);
}

static int poll_for_ever(void)
{
	struct pollfd fd = { ends[0], POLLIN, 0 };
	char c;

	return SYS(poll, &fd, 1, -1) == 1 && SYS(read, ends[0], &c, 1) == 1 ?
		0 :
		1;
}

static int read_pipe(void)
{
	char c;

	return SYS(read, ends[0], &c, 1) == 1 ? 0 : 1;
}

static int await_signal(void)
{
	struct old_timespec32 time = in_ms(SLEEP_MS);
	uint32_t set[2] = { SIGNAL_BIT(SIGUSR1), 0 };

	return -SYS(rt_sigtimedwait, set, 0, &time, 8);
}

/* ---- the parent -------------------------------------------------- */

static int stop_it(pid_t pid)
{
	int status = 0;

	nap(30);
	SYS(kill, pid, SIGSTOP);
	SYS(wait4, pid, &status, WUNTRACED, 0);
	nap(STOP_MS);
	return status;
}

static int stop_and_go_on(pid_t pid)
{
	int status = stop_it(pid);

	SYS(kill, pid, SIGCONT);
	return status;
}

static void wake_futex(void)
{
	while (SYS(futex, word, FUTEX_WAKE, 1) == 0)
		nap(2);
}

static void write_pipe(void)
{
	write(ends[1], "x", 1);
}

/*
 * Stops a child in fn and continues it. after(), if given, ends its sleep. Returns
 * wait's status word, and the time from start to end.
 */
static int stopped_in(int (*fn)(void), void (*after)(void), int64_t *ms)
{
	int64_t start = now_ms();
	pid_t pid = fork();
	int status = -1;

	if (pid == 0)
		_exit(fn() & 0xff);
	if (stop_and_go_on(pid) != (SIGSTOP << 8 | 0x7f))
		return -1;
	if (after)
		after();
	SYS(wait4, pid, &status, 0, 0);
	*ms = now_ms() - start;
	return status;
}

static void timed(int (*fn)(void), const char *what)
{
	int64_t ms;

	is(stopped_in(fn, NULL, &ms), 0, "%s goes on after a stop", what);
	ok(ms >= SLEEP_MS && ms < SLEEP_MS + STOP_MS + 150,
	   "%s: the stop has not begun its time anew", what);
}

static void untimed(int (*fn)(void), void (*after)(void), const char *what)
{
	int64_t ms;

	is(stopped_in(fn, after, &ms), 0, "%s goes on after a stop", what);
}

static void handler(int sig, struct test_siginfo *info, void *ucontext)
{
	(void)sig, (void)info, (void)ucontext;
}

/* A handler ends the call, although it was installed with SA_RESTART. */
static void with_handler(int (*fn)(void), int want, const char *what)
{
	int status = -1;
	pid_t pid;

	handle(SIGUSR1, handler, TEST_SA_RESTART);
	pid = fork();
	if (pid == 0)
		_exit(-fn() & 0xff);
	while (SYS(wait4, pid, &status, WNOHANG, 0) == 0) {
		SYS(kill, pid, SIGUSR1);
		nap(2);
	}
	is(status >> 8, want, "%s", what);
	by_default(SIGUSR1);
}

static int sleep_long(void)
{
	struct old_timespec32 time = in_ms(20000);

	return SYS(nanosleep, &time, 0);
}

static int poll_long(void)
{
	return SYS(poll, 0, 0, 20000);
}

static int futex_long(void)
{
	struct old_timespec32 time = in_ms(20000);

	return SYS(futex, word, FUTEX_WAIT, *word, &time, 0, 0);
}

/*
 * A child in a call is stopped, and continued if `on`. Then sig must end it: the
 * call neither goes on waiting nor begins again without end.
 */
static void ended_in(int (*fn)(void), bool on, int sig, const char *what)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(fn() & 0xff);
	if (on) {
		stop_and_go_on(pid);
		nap(20);
	} else {
		stop_it(pid);
	}
	SYS(kill, pid, sig);
	SYS(wait4, pid, &status, 0, 0);
	is(status, sig, "%s, stopped%s: signal %d ends it", what,
	   on ? " and let go on" : "", sig);
}

static void ended(int (*fn)(void), const char *what)
{
	ended_in(fn, false, SIGKILL, what);
	ended_in(fn, true, SIGKILL, what);
	ended_in(fn, true, SIGTERM, what);
}

int main(void)
{
	int64_t ms;

	word = (uint32_t *)pages_with(1, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS);
	SYS(pipe, ends);
	timed(sleep_relative, "nanosleep");
	timed(sleep_clock, "clock_nanosleep");
	timed(futex_timed, "a futex wait");
	timed(poll_timed, "poll");
	is(stopped_in(sleep_long_over, NULL, &ms), 0,
	   "a sleep whose time has passed while it was stopped");
	untimed(futex_woken, wake_futex, "a futex wait that is woken");
	untimed(futex_for_ever, wake_futex, "a futex wait without a time");
	untimed(poll_for_ever, write_pipe, "poll without a time");
	untimed(read_pipe, write_pipe, "a read of a pipe");
	is(stopped_in(await_signal, NULL, &ms), EINTR << 8,
	   "rt_sigtimedwait fails with EINTR after a stop");
	with_handler(futex_woken, EINTR, "a handler ends a timed futex wait");
	with_handler(poll_for_ever, -1 & 0xff, "a handler ends poll");
	ended(sleep_long, "a sleep");
	ended(poll_long, "poll");
	ended(futex_long, "a futex wait");
	return done();
}
