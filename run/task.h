/*
 * run/task.h - a task: what runs, and all that any part of the kernel keeps of it.
 *
 * A task is a user process, a thread of one, or a kernel thread (mm == NULL).
 * The fields are grouped by the lock that guards them; tasklist_lock is
 * proc/task.c's, runqueue.lock run/sched.c's. What a service keeps of a task
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

/* Linux's, in thousandths of all memory. */
#define OOM_SCORE_ADJ_MIN (-1000)
#define OOM_SCORE_ADJ_MAX 1000

/* A fork bomb stops here, long before memory does. */
#define MAX_TASKS 4096

/*
 * What switch_to keeps (run/switch.S): r4-r11, sp, pc, and the user's own
 * thread register. Everything else is on the stack or in thread_info.
 */
struct cpu_context {
	u32 r4, r5, r6, r7, r8, r9, r10, r11, sp, pc;
	u32 tpidrurw;
};

/* Of nice 0. */
#define NICE_0_INV_WEIGHT (1u << 14)

/* What a task, or the dead among several, has used. */
struct task_usage {
	u64 utime_ns, stime_ns; /* counted by the tick, as Linux does */
	u32 nvcsw, nivcsw;      /* switches: asked for, forced */
	u32 min_flt, maj_flt;
	u32 maxrss; /* pages; the largest, not a sum */
};

/*
 * Whether a thread group is stopped, in its leader. services/signal/ writes it,
 * wait(2) tells it to the parent.
 */
struct job_state {
	/* tasklist_lock and signal_lock */
	u32 stop_sig;     /* why it stops or has stopped */
	u32 nr_to_stop;   /* threads that have been asked, and run still */
	bool stopped;     /* all threads are */
	u32 untold_stop;  /* a stop that no wait(2) has told: its signal */
	bool untold_cont; /* no wait(2) has told that it went on */
};

/*
 * VFP/NEON registers of a task that is not their owner now (run/vfp.c), kept
 * as signal frames have them. Until it used them they all read as zero, and
 * nothing else here is valid. A unit without D16-D31 leaves that half zero.
 */
struct vfp_state {
	bool used;
	struct vfp_record record;
};

/* What tasks are found by (proc/task.c). A group and a session have processes. */
enum id_kind { ID_PID, ID_PGRP, ID_SESSION };
#define NR_ID_KINDS 4 /* a power of two: see id_key */

/*
 * A place in the circle of all that have this number. One of them is in the
 * hash table, and the next one takes its place when it leaves.
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
	struct task_usage dead_use;  /* threads that are gone, old programs */
	struct task_usage child_use; /* children waited for, and theirs */
	s32 oom_score_adj; /* OOM_SCORE_ADJ_MIN: never killed for its memory */
	struct job_state job;
	struct wait_queue_head wait_child; /* a child, or a thread, changed */

	/* vfork: its parent sleeps on wait until done; a wake-up is the last */
	struct wait_queue_head vfork_wait;
	bool vfork_done; /* the parent may have its memory back */

	/* set once, by whoever kills it: it ends on its way to user mode */
	bool killed;

	/* inspect/watch.c: switches and time when it was first seen to sleep */
	u32 watch_switches, watch_ms;

	/* itself */
	uaddr_t set_child_tid; /* its first act: store its tid there */
	u64 start_ns;

	/* services/sched: SCHED_NORMAL ..., 1 to 99; does another lend to it? */
	u8 policy, rt_priority;
	bool sched_reset_on_fork, sched_lent;
	/* services/coredump: a leader's; SIGKILL alone ends the writing */
	u16 core_filter;
	bool leaves_core;
	/* services/futex: its locks, and the word to be zero at its end */
	uaddr_t robust_list, clear_child_tid;
	bool left_futexes;         /* it owns no lock any more */
	struct pi_waiter *pi_wait; /* pi_lock: the lock that it waits for */
	/* services/signal: handlers; what is pending and blocked */
	struct sighand_struct *sighand;
	struct signal_state *signal;

	/* itself; all above is zero in a new task, this is copied: see TASK_ZEROED */
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
 * tasklist_lock()'s (proc/proc.h). Interrupts are on while it is held, for walks
 * over thousands of tasks: what an interrupt does under it waits until it is
 * free, as the timers of services do (run/timer.c).
 */
extern spinlock_t tasklist_spinlock;

/* The boot task, pid 0, becomes the idle task. */
extern struct task_struct init_task;

/* The frame of a task's last entry from user mode: the top of its stack. */
static inline struct pt_regs *task_pt_regs(const struct task_struct *task)
{
	return (struct pt_regs *)((char *)task->stack + THREAD_SIZE) - 1;
}

/* Has somebody killed it? Read after a look at TIF_SIGPENDING. */
static inline bool is_killed(const struct task_struct *task)
{
	smp_mb(); /* the word after the flag: kill_thread() sets it before */
	return READ_ONCE(task->killed);
}

/* Another reference to a task found under tasklist_lock; and its end. */
static inline struct task_struct *get_task(struct task_struct *task)
{
	atomic_inc(&task->usage);
	return task;
}

void put_task(struct task_struct *task);

#endif
