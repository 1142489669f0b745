/*
 * timer_create, by every clock, and the interval timers of CPU time: when the
 * signal comes, what its siginfo contains, and the overruns while it is
 * pending.
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

/* Returns the milliseconds that are left, rounded up. */
static int32_t left_ms(int id)
{
	struct spec spec;

	SYS(timer_gettime, id, &spec);
	return spec.value.tv_sec * 1000 + (spec.value.tv_nsec + MS - 1) / MS;
}

/* Waits for n signals: asleep, or running, as timers of CPU time need. */
static void wait_for(int n, bool asleep)
{
	uint32_t start = uptime_ms();

	while (fired < n && uptime_ms() - start < 3000) {
		if (asleep)
			sleep_ms(1);
		run_for_a_while();
	}
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
		ok(id >= 0, "timer_create of %s", clocks[i].name);
		is(set(id, 0, 60, 0), 0, "timer_settime to 60 ms");
		ok(left_ms(id) > 0 && left_ms(id) <= 60,
		   "timer_gettime returns 60 ms at most");
		wait_for(1,
			 clocks[i].clock >= 0 &&
				 clocks[i].clock != CLOCK_PROCESS_CPUTIME_ID &&
				 clocks[i].clock != CLOCK_THREAD_CPUTIME_ID);
		is(fired, 1, "one signal came");
		ok(uptime_ms() - start >= 40,
		   "the signal did not come too early");
		ok(last_code == SI_TIMER && last_value == 70 + (int)i &&
			   last_timer == id,
		   "its siginfo contains SI_TIMER, the timer's number and the "
		   "value");
		is(left_ms(id), 0, "timer_gettime returns 0 after it");
		is(SYS(timer_delete, id), 0, "timer_delete of the timer");
		is(SYS(timer_delete, id), -EINVAL,
		   "timer_delete of a deleted timer is refused");
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
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), RT1,
	   "of many periods one signal is pending");
	ok(info.overrun >= 8 && info.overrun < 60,
	   "its siginfo contains the number of periods missed");
	n = SYS(timer_getoverrun, id);
	ok(n == info.overrun, "timer_getoverrun returns the same number");
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), -EAGAIN,
	   "no other signal is pending");
	sleep_ms(20);
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), RT1,
	   "the next period sends a signal again");
	SYS(timer_delete, id);
	/* A further period may have ended before. */
	SYS(rt_sigtimedwait, rt, &info, &at_once, 8);
	id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT1, 5);
	set(id, 0, 5, 0);
	sleep_ms(15);
	SYS(timer_delete, id);
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), RT1,
	   "a pending signal stays when its timer is deleted");
}

/* Sets the timer to expire once, immediately, and waits for that. */
static void expire(int id)
{
	struct spec spec = { { 0, 0 }, { 0, 1 } };

	SYS(timer_settime, id, 0, &spec, 0);
	while (left_ms(id))
		;
}

/* A timer has at most one pending signal, however often it is set meanwhile. */
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
		   "a timer that expired three times has one signal pending");
		is(info.value, i, "its siginfo contains the timer's value");
	}
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), -EAGAIN,
	   "no other signal is pending");
	expire(second);
	is(SYS(rt_sigtimedwait, rt, &info, &at_once, 8), RT1,
	   "after that the timer sends a signal again");
	SYS(timer_delete, first);
	SYS(timer_delete, second);
}

/* A period of a nanosecond with an ignored signal must not stop the machine. */
static void ignored(void)
{
	struct spec spec = { { 0, 1 }, { 0, 1 } };
	int id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR2, 0);

	ignore(SIGUSR2);
	is(SYS(timer_settime, id, 0, &spec, 0), 0,
	   "a timer with a period of 1 ns and an ignored signal");
	sleep_ms(30);
	is(set(id, 0, 5, 5), 0, "timer_settime of it to a period of 5 ms");
	sleep_ms(30);
	fired = 0;
	handle(SIGUSR2, note, 0);
	wait_for(3, true);
	ok(fired >= 3, "with a handler its signals come");
	is(set(id, 0, 0, 0), 0, "timer_settime to 0");
	fired = 0;
	sleep_ms(20);
	is(fired, 0, "no signal comes any more");
	SYS(timer_delete, id);
}

static void others(void)
{
	uint32_t now;
	int id = create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0), none = -1;

	ok(id >= 0, "timer_create with SIGEV_NONE");
	set(id, 0, 30, 0);
	ok(left_ms(id) > 0 && left_ms(id) <= 30,
	   "timer_gettime returns what is left");
	sleep_ms(40);
	is(left_ms(id), 0, "timer_gettime returns 0 at the end");
	SYS(timer_delete, id);
	fired = 0;
	id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL | SIGEV_THREAD_ID, SIGUSR1,
		    3);
	ok(id >= 0, "timer_create with SIGEV_THREAD_ID");
	now = uptime_ms();
	is(set(id, TIMER_ABSTIME, (int)now + 20, 0), 0,
	   "timer_settime with TIMER_ABSTIME");
	wait_for(1, true);
	ok(fired == 1 && uptime_ms() - now >= 19,
	   "the signal comes at that time");
	SYS(timer_delete, id);
	is(SYS(timer_create, CLOCK_MONOTONIC, 0, &none), 0,
	   "timer_create without an event: SIGALRM");
	ok(none >= 0, "it returns the timer's number");
	SYS(timer_delete, none);
	is(create(CLOCK_MONOTONIC_RAW, 0, SIGUSR1, 0), -EOPNOTSUPP,
	   "timer_create of CLOCK_MONOTONIC_RAW is refused");
	is(create(99, 0, SIGUSR1, 0), -EINVAL,
	   "timer_create of an unknown clock is refused");
	is(create(CLOCK_MONOTONIC, 7, SIGUSR1, 0), -EINVAL,
	   "timer_create with an unknown notification is refused");
	is(create(CLOCK_MONOTONIC, 0, 65, 0), -EINVAL,
	   "timer_create with signal 65 is refused");
	is(SYS(timer_create, 1, 8, &none), -EFAULT,
	   "an event at an unmapped address is refused");
	is(SYS(timer_create, 1, 0, 8), -EFAULT,
	   "a number to an unmapped address is refused");
	is(SYS(timer_gettime, 12345, &now), -EINVAL,
	   "timer_gettime of a timer that does not exist is refused");
	is(set(12345, 0, 1, 0), -EINVAL,
	   "timer_settime of a timer that does not exist is refused");
	is(SYS(timer_getoverrun, 12345), -EINVAL,
	   "timer_getoverrun of a timer that does not exist is refused");
}

/* ---- the interval timers of CPU time ----------------------------- */

static void cpu_itimer(int which, int sig, const char *name)
{
	struct old_itimerval32 it = { { 0, 20000 }, { 0, 20000 } }, now;
	uint32_t start = uptime_ms();

	fired = 0;
	handle(sig, note, 0);
	is(SYS(setitimer, which, &it, 0), 0, "setitimer of %s", name);
	sleep_ms(80);
	ok(fired <= 1, "the timer does not run while the process sleeps");
	SYS(getitimer, which, &now);
	ok(now.it_value.tv_usec > 0 && now.it_interval.tv_usec == 20000,
	   "getitimer returns what is left, and the period");
	wait_for(3, false);
	ok(fired >= 3 && uptime_ms() - start >= 100,
	   "the timer runs while the process runs");
	memset(&it, 0, sizeof(it));
	is(SYS(setitimer, which, &it, &now), 0, "setitimer to 0");
	is(now.it_interval.tv_usec, 20000, "setitimer returns the old period");
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
	is(in_child(child_has_none, 0), 0,
	   "a child of fork inherits no timers");
	return done();
}
