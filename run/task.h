/*
 * run/task.h - a task, with everything that any part of the kernel keeps about
 * it.
 *
 * A task is a user process, a thread of one, or a kernel thread (mm == NULL).
 * The fields are grouped by the lock that guards them; tasklist_lock is
 * proc/task.c's, runqueue.lock run/sched.c's. What a service keeps about a task
 * is here too: a pointer to a structure that only the service defines, or plain
 * words, some of which the core reads or sets as well (fork and wait do).
 */
#ifndef RUN_TASK_H
#define RUN_TASK_H

#include <asm/atomic.h>
#include <asm/barrier.h>
#include <ptrace.h>
#include <sched.h>
#include <sys/queue.h>
#include <sys/tree.h>
#include <thread_info.h>
#include <uapi/resource.h>
#include <uapi/ucontext.h>

#define TASK_COMM_LEN 16

/* Linux's values, in thousandths of all memory. */
#define OOM_SCORE_ADJ_MIN (-1000)
#define OOM_SCORE_ADJ_MAX 1000

/* Stops a fork bomb before it uses up memory. */
#define MAX_TASKS 4096

/*
 * What switch_to keeps (run/switch.S): r4-r11, sp, pc, and the user's own
 * thread register. Everything else is on the stack or in thread_info.
 */
struct cpu_context {
	u32 r4, r5, r6, r7, r8, r9, r10, r11, sp, pc;
	u32 tpidrurw;
};

/* The inv_weight of nice 0; real-time tasks have those below the second. */
#define NICE_0_INV_WEIGHT (1u << 14)
#define RT_INV_WEIGHTS    99u

/* What a task has used, or the sum of several dead ones. */
struct task_usage {
	u64 utime_ns, stime_ns; /* counted by the tick, as Linux does */
	u32 nvcsw, nivcsw;      /* switches: voluntary, forced */
	u32 min_flt, maj_flt;
	u32 maxrss; /* pages; the largest, not a sum */
};

/*
 * Whether a thread group is stopped; kept in its leader. services/signal/
 * writes it, wait(2) reports it to the parent.
 */
struct job_state {
	/* tasklist_lock and signal_lock */
	u32 stop_sig;     /* why it stops or has stopped */
	u32 nr_to_stop;   /* threads that have yet to stop */
	bool stopped;     /* all threads are */
	u32 untold_stop;  /* signal of a stop that wait(2) has yet to report */
	bool untold_cont; /* wait(2) has yet to report that it continued */
};

/*
 * VFP/NEON registers of a task that does not own the unit now (run/vfp.c), in
 * the layout of a signal frame. Until the task has used them they read as zero,
 * and only `used` is valid. A unit without D16-D31 leaves that half zero.
 */
struct vfp_state {
	bool used;
	struct vfp_record record;
};

/* The kinds of numbers that find tasks (proc/task.c). */
enum id_kind { ID_PID, ID_PGRP, ID_SESSION };
#define NR_ID_KINDS 4 /* a power of two: see id_key */

/*
 * A place in the circle of all tasks that have this number. One of them is in
 * the hash table; when it leaves, the next one takes its place there.
 */
struct task_id {
	struct task_struct *next, *prev;
	LIST_ENTRY(task_id) hash; /* le_prev NULL: not in the table */
	u32 key;                  /* kind and number */
};

struct task_struct {
	struct thread_info thread_info; /* first: TPIDRPRW points here */
	struct cpu_context context;     /* valid while not running */
	void *stack;                    /* lowest address of the kernel stack */
	/* One while it can run, one while it can be found; others borrow. */
	atomic_t usage;

	/* runqueue.lock */
	enum task_state state;
	bool on_rq;   /* running or ready to run */
	u64 vruntime; /* how long it has run by its share: sched.c */
	TAILQ_ENTRY(task_struct) run_link; /* while ready */
	RB_ENTRY(task_struct) run_node;    /* the same, among many */
	struct task_usage use; /* its own; faults: see group_usage() */

	/* constant; execve by a thread may swap them, under tasklist_lock */
	s32 pid;
	s32 tgid; /* the leader's pid */
	struct task_struct *group_leader;

	/* tasklist_lock */
	TAILQ_ENTRY(task_struct) tasks; /* every task */
	struct task_struct *parent;     /* a group leader */
	s32 ppid;                       /* its tgid; to be read without lock */
	TAILQ_ENTRY(task_struct) sibling; /* leaders only */
	TAILQ_ENTRY(task_struct) thread_link;
	struct task_id ids[NR_ID_KINDS - 1]; /* all but ID_PID: leaders only */
	s32 pgrp, session;
	bool left_tty;   /* the session's terminal is not this process's */
	u32 exit_signal; /* what the parent gets; 0: nothing */
	u32 exit_code;   /* wait(2)'s status word */
	bool did_exec;   /* since fork: setpgid looks at it */

	/* tasklist_lock; meaningful in a group leader only */
	TAILQ_HEAD(, task_struct) children;
	TAILQ_HEAD(, task_struct) threads; /* of the group, itself too */
	u32 nr_threads;      /* tasks of the group not yet released */
	bool group_exit;     /* all of it ends, with ... */
	u32 group_exit_code; /* ... this status */
	bool all_told;       /* and each thread is killed */
	struct task_struct *group_exec; /* the thread that waits in execve */
	struct task_usage group_use; /* times: all threads; the rest: the dead */
	struct task_usage child_use; /* children waited for, and theirs */
	s32 oom_score_adj; /* OOM_SCORE_ADJ_MIN: never killed for its memory */
	bool child_subreaper; /* orphans among its descendants become its own */
	struct job_state job;
	struct wait_queue_head wait_child; /* a child, or a thread, changed */

	/* vfork: its parent sleeps on vfork_wait until vfork_done */
	struct wait_queue_head vfork_wait;
	bool vfork_done; /* the parent may have its memory back */

	/* set once, by kill_thread(): the task ends on its way to user mode */
	bool killed;

	/* inspect/watch.c: switches and time when it was first seen to sleep */
	u32 watch_switches, watch_ms;

	/* itself */
	uaddr_t set_child_tid; /* its first act: store its tid there */
	u64 start_ns;

	/* services/sched: SCHED_*, 1 to 99, ticks; does another lend to it? */
	u8 policy, rt_priority, slice_ticks;
	bool sched_reset_on_fork, sched_lent;
	u16 io_priority;                      /* IOPRIO_*; 0: none was set */
	u32 timer_slack_ns, default_slack_ns; /* 0: DEFAULT_TIMER_SLACK_NS */
	/* services/coredump: a leader's; SIGKILL alone ends the writing */
	u16 core_filter;
	bool leaves_core;
	/* services/futex: its locks, and the word to be zero at its end */
	uaddr_t robust_list, clear_child_tid;
	bool left_futexes;         /* it owns no lock any more */
	struct pi_waiter *pi_wait; /* pi_lock: the lock that it waits for */
	/* services/rseq: its structure in user memory, or 0; the signature */
	u32 rseq_va, rseq_sig;
	/* services/signal: handlers; what is pending and blocked */
	struct sighand_struct *sighand;
	struct signal_state *signal;

	/* itself; copied from the parent, all above is zero: TASK_ZEROED */
	char comm[TASK_COMM_LEN];
	u32 inv_weight; /* 2^24 / weight; weights as in Linux: nice 0 is 1024 */
	s32 nice;       /* services/sched, which sets both; fork copies them */
	struct rlimit rlim[RLIM_NLIMITS];
	struct vfp_state vfp;
	struct restart_block restart; /* after -ERESTART_RESTARTBLOCK only */
};

/* Bytes of a new task_struct to be cleared. */
#define TASK_ZEROED offsetof(struct task_struct, comm)

TAILQ_HEAD(task_list, task_struct);

/*
 * The lock of tasklist_lock() (proc/proc.h). Interrupts are on while it is
 * held, because walks over thousands of tasks are long. An interrupt handler
 * must therefore not spin on it; timers of services are put off (run/timer.c).
 */
extern spinlock_t tasklist_spinlock;

static inline bool is_realtime_task(const struct task_struct *task)
{
	return READ_ONCE(task->inv_weight) < RT_INV_WEIGHTS;
}

/* The boot task, pid 0, becomes the idle task. */
extern struct task_struct init_task;

/* The frame of a task's last entry from user mode: the top of its stack. */
static inline struct pt_regs *task_pt_regs(const struct task_struct *task)
{
	return (struct pt_regs *)((char *)task->stack + THREAD_SIZE) - 1;
}

/*
 * True if task was killed. Test TIF_SIGPENDING first: kill_thread sets it last.
 */
static inline bool is_killed(const struct task_struct *task)
{
	smp_mb(); /* TIF_SIGPENDING has been read before `killed` is */
	return READ_ONCE(task->killed);
}

/*
 * get_task takes a reference to a task that was found under tasklist_lock, or
 * to which one is held already. put_task drops one; the last leaves the memory
 * to reap_dead_tasks(). put_task never sleeps.
 */
static inline struct task_struct *get_task(struct task_struct *task)
{
	atomic_inc(&task->usage);
	return task;
}

/* Drops a reference; see above. (run/task.c) */
void put_task(struct task_struct *task);

#endif
