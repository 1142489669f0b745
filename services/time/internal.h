/*
 * services/time/internal.h - clocks, as the files of this folder see them.
 */
#ifndef SERVICES_TIME_INTERNAL_H
#define SERVICES_TIME_INTERNAL_H

#include <sched.h>
#include <services/time/time.h>

/* CLOCK_PROCESS_CPUTIME_ID, as the number of a process's clock. */
#define CLOCK_OF_PROCESS (-6)

/*
 * The time of a clock, of which there are Linux's fixed ones and, below zero,
 * the CPU clocks of processes and threads: 0, or -EINVAL where there is none.
 */
int __must_check clock_read(s32 clock, u64 *ns);
/* Of a CPU clock: the thread that it is of, or 0 for one of a process. */
s32 clock_thread(s32 clock);
/* Does it count time in user mode alone? */
bool clock_is_user_only(s32 clock);
/* Is it of the running task's process, or of a thread of it? */
bool clock_is_own_process(s32 clock);
/* Does it show the time of day, which can be set? */
bool clock_is_wall(s32 clock);
/* Is it a clock below zero, of one thread, and that the running one? */
bool clock_is_own_thread(s32 clock);

/* Somebody has set the wall clock: who waits for a time of it looks again. */
void clock_was_set(void);
/* The timers by that clock are started anew: a part of it. (clock_timer.c) */
void clock_timers_set(void);

#endif
