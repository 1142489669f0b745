/*
 * run/run.h - running: the scheduler, time, and the registers of a task.
 *
 * The part that every floor may call (schedule, wait queues, ktime_ns) is in
 * <sched.h>; this header is for proc/ and above, which make and end tasks.
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

/* Boot, once: the boot task becomes the idle task. Interrupts are off. */
void sched_init(void);
/*
 * Called by the timer after nr ticks of 1/HZ second, most often one, or after a
 * slice (nr = 0). user: the interrupt came from user mode. Returns true if
 * other tasks are ready; then it wants to be called again after SLICE_NSEC.
 * Interrupts are off.
 */
bool scheduler_tick(bool user, u32 nr);
/*
 * task weighs that from now on: 2^24 / weight, or less than RT_INV_WEIGHTS for a
 * real-time task. If it is ready, it is queued anew.
 */
void set_inv_weight(struct task_struct *task, u32 inv_weight);

/*
 * Real-time tasks that are ready, kept by services/sched: nobody makes a task
 * one of them otherwise. runqueue.lock is held, interrupts are off.
 */
struct realtime_operations {
	/* task is ready; first: before those of its priority. */
	void (*put)(struct task_struct *task, bool first);
	/* The one that runs next, out of the queue; NULL: none, others may run. */
	struct task_struct *(*take)(bool others);
	/* This one, out of the queue. */
	void (*remove)(struct task_struct *task);
	/*
	 * nr ticks of curr's are over. Is its turn? over: by its share it is;
	 * others: somebody with a share is ready.
	 */
	bool (*tick)(struct task_struct *curr, u32 nr, bool over, bool others);
};

extern struct realtime_operations realtime_ops; /* constant after boot */

#define NR_LOADS 3          /* of the last 1, 5 and 15 minutes */
#define LOAD_ONE (1u << 11) /* one task that wants the core all the time */

/* What the core did since boot, and how many tasks wanted it. */
struct core_use {
	u64 user_ns, system_ns; /* not the idle task's: counted by the tick */
	u32 switches;
	u32 running;        /* tasks that are ready now, or run */
	u32 load[NR_LOADS]; /* average number of runnable tasks, in LOAD_ONE */
};

/* A consistent copy of the statistics; takes runqueue.lock. */
void get_core_use(struct core_use *use);
/*
 * The idle task's loop: runs others, and waits for interrupts if there are
 * none.
 */
void cpu_idle(void) __noreturn;
/*
 * Makes a new task runnable for the first time. It may run, end and be freed at
 * once, unless the caller holds a reference.
 */
void wake_up_new_task(struct task_struct *task);
/*
 * Makes a stopped task runnable. Returns true if it was stopped. Any context.
 */
bool wake_up_stopped(struct task_struct *task);
/*
 * Wakes a task that is to die from any sleep that a kill may end, stopped and
 * TASK_KILLABLE included. Returns true if it slept. Any context.
 */
bool wake_up_killed(struct task_struct *task);
/*
 * A new task must call this first: it drops the lock that the switch was made
 * under, and enables interrupts.
 */
void schedule_tail(void);
/* The last schedule() of a task whose state is ZOMBIE or DEAD. */
void schedule_dead(void) __noreturn;
/*
 * run/switch.S: leaves prev's stack for next's; returns when prev runs again.
 */
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

/*
 * Tasks whose last reference is gone; put_task adds them. A look without the
 * lock shows only whether to try.
 */
extern struct task_list dead_tasks;
/*
 * Takes one of them off the list and returns it, or NULL if there is none. The
 * caller frees its memory.
 */
struct task_struct *next_dead_task(void);

/* ---- time (timer.c) ---------------------------------------------- */

/* Boot, once, after irq_init: starts the tick and reads the RTC. */
void time_init(void);
/*
 * The idle task calls this with true before it waits for an interrupt and with
 * false afterwards. In between no tick interrupts the core; the second call
 * counts the ticks left out.
 */
void tick_stop(bool stop);
extern u64 jiffies;      /* ticks since boot */
extern u64 boot_wall_ns; /* wall_clock_ns() when ktime_ns() was 0 */

/* ---- VFP (vfp.c, vfp_id.c) --------------------------------------- */

/*
 * Boot, once: finds out what the unit has, and turns it off. Panics on a core
 * without one.
 */
void vfp_init(void);
/*
 * AT_HWCAP and the Features of /proc/cpuinfo: HWCAP_* bits. vfp_init adds those
 * of the unit, and services/registers those that the ID registers report.
 */
extern u32 elf_hwcap;
/* The HWCAP_* bits of a unit with these MVFR0 and MVFR1; pure. */
u32 vfp_hwcaps_of(u32 mvfr0, u32 mvfr1);
/*
 * At a switch, interrupts off: the next task's first VFP instruction will trap,
 * unless its values are in the unit.
 */
void vfp_switch(struct task_struct *next);
/*
 * For the undefined-instruction handler. Returns true if the instruction was
 * the unit's, which is now the task's: run it again. May sleep.
 */
bool vfp_trap(struct pt_regs *regs);
void vfp_exit(struct task_struct *task); /* its state is not needed again */
/*
 * Saves the running task's values, if they are in the unit, in its vfp.record.
 */
void vfp_save_current(void);
/* Gives a new task a copy of the running task's registers. */
void vfp_fork(struct task_struct *child);
/* A new program: all registers of the running task read as zero. */
void vfp_exec(void);

#endif
