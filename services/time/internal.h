/*
 * services/time/internal.h - clocks, for the files of this folder and for
 * timers.
 */
#ifndef SERVICES_TIME_INTERNAL_H
#define SERVICES_TIME_INTERNAL_H

#include <sched.h>
#include <services/time/time.h>

/*
 * The caller's CLOCK_PROCESS_CPUTIME_ID in the form of a process's CPU clock.
 */
#define CLOCK_OF_PROCESS (-6)

/*
 * Sets *ns to the time that clock shows: one of Linux's fixed clocks or, below
 * zero, the CPU clock of a process or thread. Returns 0, or -EINVAL if there is
 * no such clock. Takes tasklist_lock for a CPU clock.
 */
int __must_check clock_read(s32 clock, u64 *ns);
/*
 * Returns the thread whose CPU time clock (below zero) counts, or 0 for a
 * process's.
 */
s32 clock_thread(s32 clock);
/* Returns true if the CPU clock counts only time in user mode. */
bool clock_is_user_only(s32 clock);
/*
 * Returns true if the CPU clock is one of the running task's process or its
 * threads.
 */
bool clock_is_own_process(s32 clock);
/*
 * Whether time can be waited for by clock: 0; -EINVAL (there is none);
 * -EOPNOTSUPP: one that can only be read; or -EPERM as of may_wake_by().
 */
int __must_check check_timing_clock(s32 clock);
/* Returns true if clock shows the time of day, which can be set. */
bool clock_is_wall(s32 clock);
/* Returns true if clock is the CPU clock, below zero, of the running thread. */
bool clock_is_own_thread(s32 clock);

/*
 * CLOCK_TAI less the wall clock, in seconds, at least 0: see ADJ_TAI. Stored
 * under set.c's lock, read without.
 */
extern s32 tai_offset;

/* Returns what clock, one that clock_is_wall(), is ahead of the wall clock: ns. */
static inline u64 ahead_of_wall(s32 clock)
{
	return clock == CLOCK_TAI ?
		(u64)(u32)READ_ONCE(tai_offset) * NSEC_PER_SEC :
		0;
}

/*
 * The wall clock has been set: wakes tasks that sleep until a time of it, and
 * starts the timers that run by it anew. Hold no lock of a timer's owner.
 */
void clock_was_set(void);
/* The second half of clock_was_set(), in clock_timer.c. */
void clock_timers_set(void);

#endif
