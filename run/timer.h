/*
 * run/timer.h - what the board's timer is armed for, besides the tick.
 *
 * A timer wakes a task, or calls the services' timer_expired() with the number
 * of a process, once. It belongs to who starts it, and must be cancelled before
 * it goes. There may be thousands: they are a red-black tree. timer_lock (irqs
 * off) is innermost.
 */
#ifndef RUN_TIMER_H
#define RUN_TIMER_H

#include <sys/tree.h>
#include <types.h>

struct task_struct;

struct timer {
	u64 expires_ns;           /* monotonic; constant while queued */
	struct task_struct *task; /* constant: to be woken, or NULL */
	s32 tgid; /* constant: for timer_expired(); below 0: a service's own */
	RB_ENTRY(timer) link; /* timer_lock */
	bool queued;          /* timer_lock */
};

/* Expire at timer->expires_ns, at once if that has passed. Not queued before. */
void timer_start(struct timer *timer);
/* Do not expire, if it has not. True: it was to. */
bool timer_cancel(struct timer *timer);

#endif
