/*
 * services/time/clock_timer.h - a timer by the monotonic or the wall clock,
 * once or in periods.
 *
 * The board's timer is started for one expiry at a time: the next period begins
 * when the owner notices the last expiry and calls clock_timer_forward(). So no
 * period, however short, keeps the machine busy.
 */
#ifndef SERVICES_TIME_CLOCK_TIMER_H
#define SERVICES_TIME_CLOCK_TIMER_H

#include <run/timer.h>
#include <sys/queue.h>
#include <types.h>

/* Embedded in its owner's structure. "constant" is after clock_timer_init(). */
struct clock_timer {
	struct timer timer; /* calls its service; set under clock_lock */
	s32 clock;          /* constant: CLOCK_REALTIME ... */
	bool wall; /* runs by the wall clock; changes in clock_timer_set() */
	bool hears_of_set; /* constant; true: expires also if its clock is set */
	/* clock_lock */
	u64 expires;                       /* ns of its clock; 0: stopped */
	u64 interval;                      /* ns; 0: once */
	LIST_ENTRY(clock_timer) wall_link; /* while the wall clock drives it */
};

/*
 * Returns false if clock is one that would wake a suspended machine, for which
 * the task has no CAP_WAKE_ALARM: -EPERM. (clock.c)
 */
bool may_wake_by(s32 clock);
/*
 * Makes *ct a stopped timer by clock; at an expiry service->timer_expired() is
 * called, with interrupts off.
 */
void clock_timer_init(struct clock_timer *ct, const struct service *service,
		      s32 clock);
/* Returns true if its clock is one that can be set. */
bool clock_timer_is_wall(const struct clock_timer *ct);
/*
 * Makes ct expire when its clock shows value ns (absolute), or value ns from
 * now, then every interval ns (0: once); value 0 stops it. Setting
 * CLOCK_REALTIME moves absolute expiries only: relative ones run by the
 * monotonic clock, as on Linux. The caller has a lock that keeps others from
 * setting ct.
 */
void clock_timer_set(struct clock_timer *ct, bool absolute, u64 value,
		     u64 interval);
/* Starts ct again by the same clock: at `expires`, then every interval ns. */
void clock_timer_start(struct clock_timer *ct, u64 expires, u64 interval);
/*
 * Stops ct. Its expiry may be running on another core: call
 * timer_sync(&ct->timer), without the locks that it takes, before the memory is
 * freed.
 */
void clock_timer_stop(struct clock_timer *ct);
/*
 * Returns the ns that clock_gettime() would show for its clock. This and the
 * functions around it may be called in any context.
 */
u64 clock_timer_now(const struct clock_timer *ct);
/*
 * Returns how many times ct has expired by now, the first expiry included; 0:
 * not yet. A timer with a period is started for the next expiry, another one is
 * stopped.
 */
u64 clock_timer_forward(struct clock_timer *ct);
/*
 * Sets *left to the ns until the next expiry, at least 1, or 0 if ct is
 * stopped, and *interval to its period.
 */
void clock_timer_read(struct clock_timer *ct, u64 *left, u64 *interval);

/*
 * Adds whole intervals (ns, not 0) to *expires until it is after now. Returns
 * how many it added.
 */
u64 time_forward(u64 *expires, u64 interval, u64 now);

#endif
