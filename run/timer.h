/*
 * run/timer.h - what the board's timer is armed for, besides the tick.
 *
 * A timer wakes a task, or calls its service's timer_expired(), once. It belongs
 * to who starts it, and must be cancelled before it goes. There may be thousands:
 * they are a red-black tree. timer_lock (irqs off) is innermost.
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
	const struct service *service; /* constant: is told instead */
	RB_ENTRY(timer) link;          /* timer_lock */
	bool queued;                   /* timer_lock */
};

/* Expire at timer->expires_ns, at once if that has passed. Not queued before. */
void timer_start(struct timer *timer);
/*
 * Do not expire, if it has not. True: it was to. False: another core may be in
 * timer_expired() for it, and memory that holds the timer must stay until
 * timer_sync() has returned.
 */
bool timer_cancel(struct timer *timer);
/*
 * No core is in timer_expired() for it any more. The caller has cancelled it and
 * holds no lock that timer_expired() takes.
 */
void timer_sync(const struct timer *timer);

#endif
