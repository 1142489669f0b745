/*
 * services/time/clock_timer.h - a timer by the monotonic or the wall clock, once
 * or in periods.
 *
 * The board's timer is started for one expiry at a time: the next period begins
 * when clock_timer_forward() is called by whoever notices the last one, so that
 * no period, however short, keeps the machine busy.
 */
#ifndef SERVICES_TIME_CLOCK_TIMER_H
#define SERVICES_TIME_CLOCK_TIMER_H

#include <run/timer.h>
#include <sys/queue.h>
#include <types.h>

struct clock_timer {
	struct timer timer; /* its service is told; clock_lock to start it */
	s32 clock;          /* constant: CLOCK_REALTIME ... */
	bool wall;          /* by the wall clock; constant until it is set */
	bool hears_of_set; /* constant: timer_expired(), too, when that is set */
	/* clock_lock */
	u64 expires;                       /* by its clock; 0: it is stopped */
	u64 interval;                      /* ns; 0: once */
	LIST_ENTRY(clock_timer) wall_link; /* while it is started by that clock */
};

/* A stopped one, whose expiry `service` is to be told of. */
void clock_timer_init(struct clock_timer *ct, const struct service *service,
		      s32 clock);
/* Is its clock one that can be set? */
bool clock_timer_is_wall(const struct clock_timer *ct);
/*
 * Start it at a time of its clock (absolute), or that long from now, then each
 * interval (0: once); value 0: stop it. Setting CLOCK_REALTIME moves what is
 * absolute only: the other one is by the monotonic clock, as on Linux. The
 * caller keeps others from setting it.
 */
void clock_timer_set(struct clock_timer *ct, bool absolute, u64 value,
		     u64 interval);
/* Again, by the clock that it is by: at `expires`, then each interval. */
void clock_timer_start(struct clock_timer *ct, u64 expires, u64 interval);
/* Before its memory goes timer_sync(&ct->timer) must be called, too. */
void clock_timer_stop(struct clock_timer *ct);
/*
 * What clock_gettime would say of its clock. Any context, as the others.
 */
u64 clock_timer_now(const struct clock_timer *ct);
/*
 * How often it has expired by now, the first time counted: 0 if its time has
 * not come. One with a period goes on with the next; another one is stopped.
 */
u64 clock_timer_forward(struct clock_timer *ct);
/* Until the next expiry, at least 1; 0: it is stopped. And its period. */
void clock_timer_read(struct clock_timer *ct, u64 *left, u64 *interval);

/* expires goes by whole intervals behind now; returns how many those were. */
u64 time_forward(u64 *expires, u64 interval, u64 now);

#endif
