/*
 * timer_create, by every clock, and the interval timers of CPU time: when the
 * signal comes, what it says, and what is counted while it is not taken.
 */
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define MS  1000000
#define RT1 40

struct info {
	int32_t signo, error, code;
	int32_t timer, overrun, value;
	uint32_t pad[26];
};

struct spec {
	struct old_timespec32 interval, value;
};

static volatile int fired, last_code, last_value, last_timer;

static void note(int sig, struct test_siginfo *info, void *ucontext)
{
	const struct info *i = (struct info *)info;

	(void)sig;
	(void)ucontext;
	fired++;
	last_code = i->code;
	last_value = i->value;
	last_timer = i->timer;
}

static int32_t create(int32_t clock, int notify, int sig, uint32_t value)
{
	struct sigevent event = { .sigev_value = value,
				  .sigev_signo = sig,
				  .sigev_notify = notify,
				  .sigev_tid = SYS(gettid) };
	int32_t id = -1, err = SYS(timer_create, clock, &event, &id);

	return err ? err : id;
}

static int32_t set(int id, uint32_t how, int ms, int interval_ms)
{
	struct spec spec = {
		{ interval_ms / 1000, interval_ms % 1000 * MS },
		{ ms / 1000, ms % 1000 * MS },
	};

	return SYS(timer_settime, id, how, &spec, 0);
}

/* Milliseconds that are left, rounded up. */
static int32_t left_ms(int id)
{
	struct spec spec;

	SYS(timer_gettime, id, &spec);
	return spec.value.tv_sec * 1000 + (spec.value.tv_nsec + MS - 1) / MS;
}

static void wait_for(int n)
{
	uint32_t start = uptime_ms();

	while (fired < n && uptime_ms() - start < 3000)
		;
}

static void every_clock(void)
{
	static const struct {
		int32_t clock;
		const char *name;
	} clocks[] = {
		{ CLOCK_REALTIME, "REALTIME" },
		{ CLOCK_MONOTONIC, "MONOTONIC" },
		{ CLOCK_BOOTTIME, "BOOTTIME" },
		{ CLOCK_TAI, "TAI" },
		{ CLOCK_PROCESS_CPUTIME_ID, "the process's CPU time" },
		{ CLOCK_THREAD_CPUTIME_ID, "the thread's CPU time" },
		{ -6, "the process's, by its number" },
	};

	handle(SIGUSR1, note, 0);
	for (uint32_t i = 0; i < ARRAY_SIZE(clocks); i++) {
		uint32_t start = uptime_ms();
		int id = create(clocks[i].clock, SIGEV_SIGNAL, SIGUSR1, 70 + i);

		fired = 0;
		ok(id >= 0, "%s", clocks[i].name);
		is(set(id, 0, 60, 0), 0, "60 ms");
		ok(left_ms(id) > 0 && left_ms(id) <= 60, "are left");
		wait_for(1);
		is(fired, 1, "a signal");
		ok(uptime_ms() - start >= 40, "not too early");
		ok(last_code == SI_TIMER && last_value == 70 + (int)i &&
			   last_timer == id,
		   "that tells which timer, and its value");
		is(left_ms(id), 0, "nothing is left");
		is(SYS(timer_delete, id), 0, "deleted");
		is(SYS(timer_delete, id), -EINVAL, "once");
	}
}

static void periods(void)
{
	static const uint32_t rt[2] = { 0, 1u << (RT1 - 33) };
	static const struct old_timespec32 at_once;
	struct info info;
	int id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT1, 5), n;

	SYS(rt_sigprocmask, SIG_BLOCK, rt, 0, 8);
	set(id, 0, 10, 10);
	sleep_ms(105);
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), RT1, "one signal");
	ok(info.overrun >= 8 && info.overrun < 60, "tells what it missed");
	n = SYS(timer_getoverrun, id);
	ok(n == info.overrun, "as timer_getoverrun does");
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), -EAGAIN,
	   "no other came meanwhile");
	sleep_ms(20);
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), RT1,
	   "the next period");
	SYS(timer_delete, id);
	id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT1, 5);
	set(id, 0, 5, 0);
	sleep_ms(15);
	SYS(timer_delete, id);
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), RT1,
	   "a signal stays when its timer goes");
}

/* Expire once, at once, and be over. */
static void expire(int id)
{
	struct spec spec = { { 0, 0 }, { 0, 1 } };

	SYS(timer_settime, id, 0, &spec, 0);
	while (left_ms(id))
		;
}

/* A timer has one signal to wait with, however often it is set meanwhile. */
static void set_anew(void)
{
	static const uint32_t rt[2] = { 0, 1u << (RT1 - 33) };
	static const struct old_timespec32 at_once;
	int first = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT1, 6);
	int second = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT1, 7);
	struct info info;

	for (int i = 0; i < 3; i++)
		expire(first);
	for (int i = 0; i < 3; i++)
		expire(second);
	for (int i = 6; i < 8; i++) {
		is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), RT1,
		   "set three times: one signal");
		is(info.value, i, "of each timer");
	}
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), -EAGAIN, "no more");
	expire(second);
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), RT1, "until the next");
	SYS(timer_delete, first);
	SYS(timer_delete, second);
}

/* A period of a nanosecond that nobody wants to hear of stops nobody. */
static void ignored(void)
{
	struct spec spec = { { 0, 1 }, { 0, 1 } };
	int id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR2, 0);

	ignore(SIGUSR2);
	is(SYS(timer_settime, id, 0, &spec, 0), 0, "a period of 1 ns, ignored");
	sleep_ms(30);
	is(set(id, 0, 5, 5), 0, "one of 5 ms");
	sleep_ms(30);
	fired = 0;
	handle(SIGUSR2, note, 0);
	wait_for(3);
	ok(fired >= 3, "goes on when it is wanted");
	is(set(id, 0, 0, 0), 0, "stopped");
	fired = 0;
	sleep_ms(20);
	is(fired, 0, "it is");
	SYS(timer_delete, id);
}

static void others(void)
{
	uint32_t now;
	int id = create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0), none = -1;

	ok(id >= 0, "one without a signal");
	set(id, 0, 30, 0);
	ok(left_ms(id) > 0 && left_ms(id) <= 30, "can be asked");
	sleep_ms(40);
	is(left_ms(id), 0, "until it is over");
	SYS(timer_delete, id);
	fired = 0;
	id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL | SIGEV_THREAD_ID, SIGUSR1,
		    3);
	ok(id >= 0, "one for a thread");
	now = uptime_ms();
	is(set(id, TIMER_ABSTIME, (int)now + 20, 0), 0, "at a time");
	wait_for(1);
	ok(fired == 1 && uptime_ms() - now >= 19, "it comes then");
	SYS(timer_delete, id);
	is(SYS(timer_create, CLOCK_MONOTONIC, 0, &none), 0,
	   "no event: SIGALRM");
	ok(none >= 0, "and its id");
	SYS(timer_delete, none);
	is(create(CLOCK_MONOTONIC_RAW, 0, SIGUSR1, 0), -EOPNOTSUPP,
	   "not by the raw clock");
	is(create(99, 0, SIGUSR1, 0), -EINVAL, "nor by clock 99");
	is(create(CLOCK_MONOTONIC, 7, SIGUSR1, 0), -EINVAL, "an unknown way");
	is(create(CLOCK_MONOTONIC, 0, 65, 0), -EINVAL, "signal 65");
	is(SYS(timer_create, 1, 8, &none), -EFAULT, "an event at address 8");
	is(SYS(timer_create, 1, 0, 8), -EFAULT, "an id at address 8");
	is(SYS(timer_gettime, 12345, &now), -EINVAL, "no such timer");
	is(set(12345, 0, 1, 0), -EINVAL, "to be set");
	is(SYS(timer_getoverrun, 12345), -EINVAL, "or counted");
}

/* ---- the interval timers of CPU time ----------------------------- */

static void cpu_itimer(int which, int sig, const char *name)
{
	struct old_itimerval32 it = { { 0, 20000 }, { 0, 20000 } }, now;
	uint32_t start = uptime_ms();

	fired = 0;
	handle(sig, note, 0);
	is(SYS(setitimer, which, &it, 0), 0, "%s", name);
	sleep_ms(80);
	ok(fired <= 1, "does not go while the process sleeps");
	SYS(getitimer, which, &now);
	ok(now.it_value.tv_usec > 0 && now.it_interval.tv_usec == 20000,
	   "has something left");
	wait_for(3);
	ok(fired >= 3 && uptime_ms() - start >= 100, "and goes while it runs");
	memset(&it, 0, sizeof(it));
	is(SYS(setitimer, which, &it, &now), 0, "stopped");
	is(now.it_interval.tv_usec, 20000, "it had a period");
}

static int child_has_none(void *unused)
{
	struct spec spec;

	(void)unused;
	return SYS(timer_gettime, 0, &spec) == -EINVAL ? 0 : 1;
}

int main(void)
{
	int id;

	every_clock();
	periods();
	set_anew();
	ignored();
	others();
	cpu_itimer(ITIMER_VIRTUAL, SIGVTALRM, "ITIMER_VIRTUAL");
	cpu_itimer(ITIMER_PROF, SIGPROF, "ITIMER_PROF");
	id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0);
	set(id, 0, 2000, 2000);
	is(in_child(child_has_none, 0), 0, "a child has no timers");
	return done();
}
