/*
 * proc/internal.h - what the files of proc/ share and nobody else needs.
 *
 * Locks, outermost first: tasklist_lock; runqueue.lock, timer_lock and wait
 * queue locks, each innermost with interrupts off.
 */
#ifndef PROC_INTERNAL_H
#define PROC_INTERNAL_H

#include <proc/proc.h>

#define NSEC_PER_SEC  1000000000ull
#define NSEC_PER_USEC 1000u
#define TICK_NSEC     ((u32)(NSEC_PER_SEC / HZ))

/* ---- task.c ---------------------------------------------------------------- */

/*
 * A task_struct with a kernel stack, one reference, copied from orig as far as
 * fork inherits; in no list. NULL: no memory.
 */
struct task_struct *dup_task_struct(const struct task_struct *orig)
	__must_check;
/*
 * Give it a free pid and make it findable: 0, or -EAGAIN when no pid is free
 * or there are too many tasks. (tasklist_lock)
 */
int __must_check link_task(struct task_struct *task);
/* Nobody finds it any more. Drops link_task's reference. (tasklist_lock) */
void unlink_task(struct task_struct *task);
/* src counts in dst from now on. */
void add_usage(struct task_usage *dst, const struct task_usage *src);

/* ---- sched.c --------------------------------------------------------------- */

/* A new task becomes runnable for the first time. */
void wake_up_new_task(struct task_struct *task);
/* A stopped task goes on. True: it was one. */
bool wake_up_stopped(struct task_struct *task);
/* A task that is to die: also one that is stopped or TASK_KILLABLE. */
bool wake_up_killed(struct task_struct *task);
/* The last schedule() of a task whose state is ZOMBIE or DEAD. */
void schedule_dead(void) __noreturn;
/* proc/switch.S: leaves prev's stack for next's; returns when prev runs again. */
void switch_to(struct task_struct *prev, struct task_struct *next);

/* ---- timer.c --------------------------------------------------------------- */

/* Start the tick. */
void tick_init(void);

/* ---- exit.c ---------------------------------------------------------------- */

/*
 * A zombie leaves the family and may be forgotten; a thread's use is its
 * leader's from now on. (tasklist_lock)
 */
void release_task(struct task_struct *task);
/*
 * Kill the other threads of the group and wait for their end; be the leader.
 * 0; -EAGAIN and nothing changed: the caller is to die itself.
 */
int __must_check de_thread(void);
/* The mm is not this task's any more: tell a waiting vfork parent. */
void mm_release(struct task_struct *task);

/* The program of task ends: its faults are its group's. (tasklist_lock) */
void keep_fault_counts(struct task_struct *task);

/* ---- random.c ---------------------------------------------------------------- */

/* Unpredictable for tests, not for attackers: no entropy source is known. */
void get_random_bytes(void *buf, u32 bytes);

/* ---- limits.c --------------------------------------------------------------- */

/* Linux's struct rusage of use into user memory: 0 or -EFAULT. */
int __must_check put_rusage(const struct task_usage *use, uaddr_t to);

/* ---- futex.c ---------------------------------------------------------------- */

/* Wake up to nr waiters of the futex word at uaddr: how many, or -errno. */
int futex_wake(uaddr_t uaddr, bool private, u32 nr, u32 bitset, u32 *woken);

/* ---- robust.c --------------------------------------------------------------- */

/* The running task ends or leaves its mm: so do its locks' owners. */
void exit_robust_list(struct task_struct *task);

/* ---- vfp.c, vfp_id.c --------------------------------------------------------- */

/* The HWCAP_* of the unit that vfp_init found. */
u32 vfp_hwcaps(void);
/* Those of a unit with these MVFR0 and MVFR1. */
u32 vfp_hwcaps_of(u32 mvfr0, u32 mvfr1);

#endif
