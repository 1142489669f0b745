/*
 * A signal for a process that one of its threads does not take after all, kill()
 * of a real-time signal beyond RLIMIT_SIGPENDING, and timers whose signals are
 * those of job control.
 */
#include <uapi/resource.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include <uapi/wait.h>
#include "check.h"
#include "maps.h"
#include "threads.h"

#define MS        1000000
#define RT1       40
#define CONTINUED 0xffff
#define ABSOLUTE  1 /* TIMER_ABSTIME */

struct info {
	int32_t signo, error, code;
	int32_t pid, uid, value;
	uint32_t pad[26];
};

struct action {
	uint32_t handler, flags, restorer, mask[2];
};

static void nap(int32_t ms)
{
	struct old_timespec32 time = { ms / 1000, ms % 1000 * MS };

	SYS(nanosleep, &time, 0);
}

static int32_t create(int sig)
{
	struct sigevent event = { .sigev_signo = sig };
	int32_t id = -1;

	SYS(timer_create, CLOCK_MONOTONIC, &event, &id);
	return id;
}

/* ---- the mask of a handler --------------------------------------- */

static volatile int32_t other, taker;
static volatile bool armed, first_ran, over;

/* While it runs SIGUSR2 is blocked in this thread, but not in the other. */
static void on_first(int sig)
{
	(void)sig;
	for (int n = 0; armed && !taker && n < 2000; n++)
		nap(1);
	first_ran = true;
}

static void on_second(int sig)
{
	(void)sig;
	taker = SYS(gettid);
}

/* Blocks SIGUSR1 as the thread did that started it. */
static void other_thread(void *unused)
{
	(void)unused;
	set_mask(1, SIGNAL_BIT(SIGUSR2));
	other = SYS(gettid);
	while (!over)
		nap(1);
}

/*
 * Both signals come at one moment, seconds from now, to the thread that blocks
 * none. Returns false if that was before both timers were set.
 */
static bool both_at_once(int32_t one, int32_t two, int32_t seconds)
{
	struct old_timespec32 spec[2] = { { 0, 0 }, { 0, 0 } };

	armed = first_ran = false;
	SYS(clock_gettime, CLOCK_MONOTONIC, &spec[1]);
	spec[1].tv_sec += seconds;
	SYS(timer_settime, one, ABSOLUTE, spec, 0);
	SYS(timer_settime, two, ABSOLUTE, spec, 0);
	armed = !first_ran && !taker;
	while (!first_ran)
		nap(1);
	return armed;
}

static void by_mask(void)
{
	const struct action first = { (uint32_t)(uintptr_t)on_first,
				      0,
				      0,
				      { SIGNAL_BIT(SIGUSR2), 0 } };
	const struct action second = { (uint32_t)(uintptr_t)on_second,
				       0,
				       0,
				       { 0, 0 } };
	int32_t one = create(SIGUSR1), two = create(SIGUSR2), seconds = 1;
	struct thread thread;

	SYS(rt_sigaction, SIGUSR1, &first, 0, 8);
	SYS(rt_sigaction, SIGUSR2, &second, 0, 8);
	set_mask(0, SIGNAL_BIT(SIGUSR1) | SIGNAL_BIT(SIGUSR2));
	run_thread(&thread, other_thread, NULL, 0);
	while (!other)
		nap(1);
	set_mask(1, SIGNAL_BIT(SIGUSR1) | SIGNAL_BIT(SIGUSR2));
	while (!both_at_once(one, two, seconds) && seconds < 60) {
		seconds *= 2;
		taker = 0;
	}
	ok(taker == other,
	   "a handler's mask blocks a pending signal: another thread takes it");
	over = true;
	join_thread(&thread);
	SYS(timer_delete, one);
	SYS(timer_delete, two);
}

/* ---- beyond the limit -------------------------------------------- */

static int32_t send(int32_t value)
{
	struct info info = { RT1, 0, SI_QUEUE, getpid(), 0, value, { 0 } };

	return SYS(rt_sigqueueinfo, getpid(), RT1, &info);
}

static int32_t take(struct info *info)
{
	static const struct old_timespec32 at_once;
	static const uint32_t set[2] = { 0, 1u << (RT1 - 33) };

	return SYS(rt_sigtimedwait, set, info, &at_once, 8);
}

static void beyond_limit(void)
{
	static const uint32_t set[2] = { 0, 1u << (RT1 - 33) };
	struct rlimit old, limit;
	struct info info;
	int n = 0;

	SYS(rt_sigprocmask, 0, set, 0, 8);
	SYS(ugetrlimit, RLIMIT_SIGPENDING, &old);
	limit = (struct rlimit){ 0, old.rlim_max };
	SYS(setrlimit, RLIMIT_SIGPENDING, &limit);
	is(send(1), -EAGAIN, "RLIMIT_SIGPENDING 0: nothing is queued");
	is(SYS(kill, getpid(), RT1), 0, "kill() sends a real-time signal then");
	SYS(kill, getpid(), RT1);
	is(take(&info), RT1, "it comes");
	ok(info.code == SI_USER && !info.pid && !info.uid,
	   "without its sender");
	is(take(&info), -EAGAIN, "a second one does not");
	SYS(kill, getpid(), RT1);
	limit.rlim_cur = 3;
	SYS(setrlimit, RLIMIT_SIGPENDING, &limit);
	while (n < 10 && send(n) == 0)
		n++;
	is(n, 3,
	   "RLIMIT_SIGPENDING 3: three can be queued after one of kill()");
	for (n = 0; take(&info) == RT1 && info.value == n; n++)
		continue;
	is(n, 3, "they come, and stand for that one, too");
	SYS(setrlimit, RLIMIT_SIGPENDING, &old);
}

/* ---- the signals of all users ------------------------------------ */

#define FULL 1000 /* the user who has queued what he may */

static int ends[2];

static int queues_all(void *unused)
{
	int n = 0;

	(void)unused;
	SYS(setresuid, FULL, FULL, FULL);
	while (n < 200000 && send(n) == 0)
		n++;
	SYS(write, ends[1], "", 1);
	for (;;)
		nap(1000);
	return 0;
}

/* How many signals /proc shows for this process's user. */
static int count_of_user(void)
{
	static char text[4096];

	memset(text, 0, sizeof(text));
	read_text("/proc/self/status", text, sizeof(text));
	return atoi(strstr(text, "\nSigQ:") + sizeof("\nSigQ:"));
}

/* The signal that root has queued stays charged to root. */
static int sends(void *uid)
{
	const int id = (int)(intptr_t)uid;
	const int before = count_of_user();

	is(send(1), 0, "user %d: root queues a signal", id);
	is(count_of_user() - before, 1, "user %d: /proc counts it", id);
	SYS(setresuid, id, id, id);
	is(send(2), id == FULL ? -EAGAIN : 0, "user %d: one more", id);
	ok(create(RT1) == (id == FULL ? -1 : 0),
	   id == FULL ? "user %d: no timer either" : "user %d: and a timer",
	   id);
	if (id != FULL)
		is(count_of_user(), 2, "user %d: /proc counts both", id);
	return 0;
}

static void other_user(void)
{
	pid_t pid;
	char byte;

	pipe(ends);
	pid = start_child(queues_all, NULL);
	SYS(read, ends[0], &byte, 1);
	is(send(1), 0,
	   "root can queue a signal where a user has queued what he may");
	checks_in_child(sends, (void *)FULL);
	checks_in_child(sends, (void *)1001);
	SYS(kill, pid, SIGKILL);
	waitpid(pid, NULL, 0);
	checks_in_child(sends, (void *)1002);
}

/* ---- timers and job control -------------------------------------- */

static uint32_t pending(void)
{
	uint32_t set[2] = { 0, 0 };

	SYS(rt_sigpending, set, 8);
	return set[0] & (SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGTSTP));
}

static void discards(void)
{
	const struct old_timespec32 spec[2] = { { 0, 0 }, { 0, MS } };
	int32_t stops = create(SIGTSTP), goes_on = create(SIGCONT);

	set_mask(0, SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGTSTP));
	SYS(kill, getpid(), SIGCONT);
	ok(pending() == SIGNAL_BIT(SIGCONT), "SIGCONT is pending");
	SYS(timer_settime, stops, 0, spec, 0);
	for (int n = 0; !(pending() & SIGNAL_BIT(SIGTSTP)) && n < 5000; n++)
		nap(1);
	ok(pending() == SIGNAL_BIT(SIGTSTP),
	   "a timer's SIGTSTP takes SIGCONT back");
	SYS(timer_settime, goes_on, 0, spec, 0);
	for (int n = 0; !(pending() & SIGNAL_BIT(SIGCONT)) && n < 5000; n++)
		nap(1);
	ok(pending() == SIGNAL_BIT(SIGCONT),
	   "a timer's SIGCONT takes SIGTSTP back");
	SYS(timer_delete, stops);
	SYS(timer_delete, goes_on);
}

static int stops_itself(void *unused)
{
	const struct old_timespec32 spec[2] = { { 0, 20 * MS },
						{ 0, 20 * MS } };

	(void)unused;
	SYS(timer_settime, create(SIGCONT), 0, spec, 0);
	SYS(kill, getpid(), SIGSTOP);
	return 7;
}

static void goes_on_by_timer(void)
{
	pid_t pid = start_child(stops_itself, NULL);
	int status = 0;

	for (int n = 0; n < 5000; n++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			break;
		nap(1);
	}
	is(status, 7 << 8, "a timer's SIGCONT continues a stopped process");
	if (!status) {
		SYS(kill, pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

int main(void)
{
	by_mask();
	beyond_limit();
	other_user();
	discards();
	goes_on_by_timer();
	return done();
}
