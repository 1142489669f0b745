/*
 * services/signal/posix_timer.h - timers that send signals: timer_create's, and
 * those by CPU time.
 */
#ifndef SERVICES_SIGNAL_POSIX_TIMER_H
#define SERVICES_SIGNAL_POSIX_TIMER_H

#include <services/signal/internal.h>
#include <services/time/clock_timer.h>

struct posix_timer {
	/* constant */
	s32 id;
	s32 tgid;                   /* its process, */
	struct group_timers *group; /* in whose list it is */
	s32 notify, signo;
	s32 tid; /* the thread that gets the signal; 0: the process does */
	u32 value;
	bool by_cpu; /* cpu counts, not clock */
	struct sigqueue *entry;
	/* signal_lock */
	LIST_ENTRY(posix_timer) link;
	struct clock_timer clock; /* itself: clock_lock */
	struct cpu_expiry cpu;
	bool pending; /* its signal waits to be taken */
	s32 overrun;  /* of the signal that was taken last */
};

static inline u64 timer_interval(const struct posix_timer *pt)
{
	return pt->by_cpu ? pt->cpu.interval : pt->clock.interval;
}

/* It has expired: its signal is sent. (both locks) */
void posix_timer_fire(struct task_struct *leader, struct posix_timer *pt);

#endif
