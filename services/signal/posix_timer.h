/*
 * services/signal/posix_timer.h - timers that send signals: timer_create's, and
 * those by CPU time.
 */
#ifndef SERVICES_SIGNAL_POSIX_TIMER_H
#define SERVICES_SIGNAL_POSIX_TIMER_H

#include <services/signal/internal.h>
#include <services/time/clock_timer.h>

/*
 * A timer of timer_create. Its process owns it; it is freed when the program
 * deletes it, executes another program, or ends.
 */
struct posix_timer {
	/* constant */
	s32 id;
	s32 tgid;                   /* its process */
	struct group_timers *group; /* the list that has it */
	s32 notify, signo;
	s32 tid; /* thread that gets the signal; 0: the process */
	u32 value;
	bool by_cpu; /* true: cpu is in use, else clock */
	struct sigqueue *entry;
	/* signal_lock */
	LIST_ENTRY(posix_timer) link;
	struct clock_timer clock; /* clock_lock guards its inside */
	struct cpu_expiry cpu;
	bool pending; /* its signal is pending */
	s32 overrun;  /* of the last signal that was taken */
};

/* Returns the period of pt in ns, 0 if it expires once. Hold signal_lock. */
static inline u64 timer_interval(const struct posix_timer *pt)
{
	return pt->by_cpu ? pt->cpu.interval : pt->clock.interval;
}

/*
 * pt has expired: sends its signal to the process of leader. Hold both locks.
 */
void posix_timer_fire(struct task_struct *leader, struct posix_timer *pt);

#endif
