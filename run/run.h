/*
 * run/run.h - running: the scheduler, time, and the registers of a task.
 *
 * What every floor may call of it (schedule, wait queues, ktime_ns) is in
 * <sched.h>; this is for proc/ and above, who make tasks and end them.
 *
 * Locks, each innermost with interrupts off: runqueue.lock, timer_lock, those
 * of wait queues.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <run/task.h>
#include <time_units.h>

#define TICK_NSEC  ((u32)(NSEC_PER_SEC / HZ))
#define SLICE_NSEC 2000000u

/* ---- the scheduler (sched.c) ------------------------------------- */

void sched_init(void);
/*
 * nr ticks of 1/HZ second have passed, most often one; or a slice (0). user: the
 * interrupt came from user mode. True: other tasks are ready, call it again
 * after SLICE_NSEC. Interrupts are off.
 */
bool scheduler_tick(bool user, u32 nr);
#define NR_LOADS 3          /* of the last 1, 5 and 15 minutes */
#define LOAD_ONE (1u << 11) /* one task that wants the core all the time */

/* What the core did since boot, and how many wanted it. */
struct core_use {
	u64 user_ns, system_ns; /* not the idle task's: counted by the tick */
	u32 switches;
	u32 running;        /* tasks that are ready now, or run */
	u32 load[NR_LOADS]; /* in LOAD_ONE: how many wanted it on average */
};

void get_core_use(struct core_use *use);
/* The idle task's loop. */
void cpu_idle(void) __noreturn;
/* A new task becomes runnable for the first time. */
void wake_up_new_task(struct task_struct *task);
/* A stopped task goes on. True: it was one. */
bool wake_up_stopped(struct task_struct *task);
/* A task that is to die: also one that is stopped or TASK_KILLABLE. */
bool wake_up_killed(struct task_struct *task);
/*
 * What a new task must do first: drops the lock that the switch was made under,
 * and turns interrupts on.
 */
void schedule_tail(void);
/* The last schedule() of a task whose state is ZOMBIE or DEAD. */
void schedule_dead(void) __noreturn;
/* run/switch.S: leaves prev's stack for next's; returns when prev runs again. */
void switch_to(struct task_struct *prev, struct task_struct *next);

/*
 * Where switch_to jumps to in a new task, with sp at its struct pt_regs. Both
 * are in trap/entry.S, which registers them: the way out to user mode is above
 * this floor. from_fork calls schedule_tail(), then returns to user mode by
 * that frame. from_kthread calls schedule_tail(), then r5(r4); if that returns,
 * it goes to user mode by the frame: a kernel thread that called execve.
 */
struct return_operations {
	void (*from_fork)(void);
	void (*from_kthread)(void);
};

extern struct return_operations return_ops; /* constant after trap_init() */

/* Tasks whose last reference is gone: put_task puts them there. */
extern struct task_list dead_tasks;
/* One of them, taken off the list; NULL: there is none. */
struct task_struct *next_dead_task(void);

/* ---- time (timer.c) ---------------------------------------------- */

void time_init(void); /* start the tick, read the RTC */
/*
 * The idle task, before and after it waits for an interrupt: between the two
 * no tick interrupts the core, and the second counts those that were left out.
 */
void tick_stop(bool stop);
extern u64 jiffies;      /* ticks since boot */
extern u64 boot_wall_ns; /* wall_clock_ns() when ktime_ns() was 0 */

/* ---- VFP (vfp.c, vfp_id.c) --------------------------------------- */

/* Find out what the unit has, and turn it off. A core without one: a panic. */
void vfp_init(void);
/* The HWCAP_* of the unit that vfp_init found. */
u32 vfp_hwcaps(void);
/* Those of a unit with these MVFR0 and MVFR1. */
u32 vfp_hwcaps_of(u32 mvfr0, u32 mvfr1);
/* At a switch: the next task's first VFP instruction will trap. */
void vfp_switch(struct task_struct *next);
/* From the undefined-instruction handler: true, the unit is the task's now. */
bool vfp_trap(struct pt_regs *regs);
void vfp_exit(struct task_struct *task); /* its state is not needed again */
/* What is in the unit of the running task, into its vfp.record. */
void vfp_save_current(void);
/* A new task has the registers of the running one. */
void vfp_fork(struct task_struct *child);
/* All zero again: a new program. */
void vfp_exec(void);

#endif
