/*
 * run/timer.h - timers of tasks and services, which share the board's timer.
 *
 * A timer wakes a task, or calls its service's timer_expired(), once. Its
 * memory belongs to the caller of timer_start(), who must cancel it before that
 * memory goes. There may be thousands, so they form a red-black tree.
 * timer_lock (irqs off) is innermost.
 */
#ifndef RUN_TIMER_H
#define RUN_TIMER_H

#include <sys/tree.h>
#include <types.h>

struct service;
struct task_struct;

struct timer {
	u64 expires_ns;                /* monotonic; constant while queued */
	struct task_struct *task;      /* constant: to be woken, or NULL */
	const struct service *service; /* constant: called if task is NULL */
	RB_ENTRY(timer) link;          /* timer_lock */
	bool queued;                   /* timer_lock */
};

/*
 * Lets timer expire at timer->expires_ns, in ns of ktime_ns(), at once if that
 * has passed. It must not be queued already. Any context.
 */
void timer_start(struct timer *timer);
/*
 * Stops timer from expiring. Returns true if it had not expired. False: it has,
 * and another core may still be in timer_expired() for it; memory that holds
 * the timer must stay until timer_sync() has returned. Any context.
 */
bool timer_cancel(struct timer *timer);
/*
 * Returns when no core is in timer_expired() for it any more. The caller has
 * cancelled it and holds no lock that timer_expired() takes.
 */
void timer_sync(const struct timer *timer);

#endif
