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

/* pt has expired: send_timer_signal() to leader's process. Hold both locks. */
void posix_timer_fire(struct task_struct *leader, struct posix_timer *pt,
		      s32 *went_on);

/* ---- cpu_timer.c ------------------------------------------------- */

/*
 * Returns the timers of the running task's process, allocated at the first
 * call, or NULL if there is no memory. May sleep.
 */
struct group_timers *group_timers(void);
/* The process has ended: stops and frees all of its timers. Hold no lock. */
void group_timers_free(struct group_timers *timers);
/*
 * Sets e to expire when its clock shows expires (ns), then every interval ns
 * (0: once); expires 0 stops it. e is in the list of timers, those of its
 * process, while it is set. Hold signal_lock.
 */
void cpu_expiry_set(struct group_timers *timers, struct cpu_expiry *e,
		    u64 expires, u64 interval);
/*
 * Returns the ns that clock shows for the running task's process. Hold
 * tasklist_lock, so that a thread whose clock it is does not exit.
 */
u64 cpu_clock_now(const struct cpu_clock *clock);
/*
 * Returns how many periods of e had passed when the tick last looked at it, the
 * first expiry included (0: none), and sets it for the next one, or stops it if
 * it has no period. Hold signal_lock.
 */
u64 cpu_expiry_forward(struct group_timers *timers, struct cpu_expiry *e);
/*
 * Returns the ns of its clock until e expires next, at least 1, or 0 if it is
 * not set. Hold both locks.
 */
u64 cpu_expiry_left(const struct cpu_expiry *e);

#endif
