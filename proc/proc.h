/*
 * proc/proc.h - tasks: what runs, in which address space, and how it ends.
 *
 * A task is a user process, a thread of one, or a kernel thread (mm == NULL).
 * tasklist_lock guards the tree and the list; runqueue.lock the run queue.
 */
#ifndef PROC_PROC_H
#define PROC_PROC_H

#include <mm/mm.h>
#include <ptrace.h>
#include <sched.h>
#include <sys/queue.h>
#include <thread_info.h>
#include <uapi/resource.h>
#include <uapi/signal.h>
#include <uapi/ucontext.h>

#define TASK_COMM_LEN 16
#define MAX_PID       32768

/*
 * What switch_to keeps (proc/switch.S): r4-r11, sp, pc, and the user's own
 * thread register. Everything else is on the stack or in thread_info.
 */
struct cpu_context {
	u32 r4, r5, r6, r7, r8, r9, r10, r11, sp, pc;
	u32 tpidrurw;
};

/* What a task, or the dead among several, has used. */
struct task_usage {
	u64 utime_ns, stime_ns; /* counted by the tick, as Linux does */
	u32 nvcsw, nivcsw;      /* switches: asked for, forced */
	u32 min_flt, maj_flt;
	u32 maxrss; /* pages; the largest, not a sum */
};

/* Whether a thread group is stopped, in its leader: proc/job_control.c. */
struct job_state {
	/* tasklist_lock and signal_lock */
	u32 stop_sig;     /* why it stops or has stopped */
	u32 nr_to_stop;   /* threads that have been asked, and run still */
	bool stopped;     /* all threads are */
	u32 untold_stop;  /* a stop that no wait(2) has told: its signal */
	bool untold_cont; /* no wait(2) has told that it went on */
};

/*
 * VFP/NEON registers of a task that is not their owner now (proc/vfp.c), kept
 * as signal frames have them. Until it used them they all read as zero, and
 * nothing else here is valid. A unit without D16-D31 leaves that half zero.
 */
struct vfp_state {
	bool used;
	struct vfp_record record;
};

struct task_struct {
	struct thread_info thread_info; /* first: TPIDRPRW points here */
	struct cpu_context context;     /* valid while not running */
	void *stack;                    /* lowest address of the kernel stack */
	/* One while it can run, one while it can be found; others borrow. */
	atomic_t usage;

	/* runqueue.lock */
	enum task_state state;
	bool on_rq; /* on the run queue (running, or next) */
	u32 slice;  /* ticks left */
	TAILQ_ENTRY(task_struct) run_link;
	struct task_usage use; /* its own; faults: see task_usage() */

	/* constant; execve by a thread may swap them, under tasklist_lock */
	s32 pid;
	s32 tgid; /* the leader's pid */
	struct task_struct *group_leader;

	/* tasklist_lock */
	TAILQ_ENTRY(task_struct) tasks; /* every task */
	struct task_struct *parent;     /* a group leader */
	s32 ppid;                       /* its tgid; to be read without lock */
	TAILQ_ENTRY(task_struct) sibling; /* leaders only */
	s32 pgrp, session;
	u32 exit_signal; /* what the parent gets; 0: nothing */
	u32 exit_code;   /* wait(2)'s status word */
	bool did_exec;   /* since fork: setpgid looks at it */

	/* tasklist_lock; meaningful in a group leader only */
	TAILQ_HEAD(, task_struct) children;
	u32 nr_threads;      /* tasks of the group not yet released */
	bool group_exit;     /* all of it ends, with ... */
	u32 group_exit_code; /* ... this status */
	struct task_struct *group_exec; /* the thread that waits in execve */
	struct task_usage dead_use;  /* threads that are gone, old programs */
	struct task_usage child_use; /* children waited for, and theirs */
	struct job_state job;
	struct wait_queue_head wait_child; /* a child, or a thread, changed */

	/* vfork: its parent sleeps on wait until done; a wake-up is the last */
	struct wait_queue_head vfork_wait;
	bool vfork_done; /* the parent may have its memory back */

	/* itself */
	uaddr_t set_child_tid;   /* its first act: store its tid there */
	uaddr_t robust_list;     /* its locks, at its end: proc/robust.c */
	uaddr_t clear_child_tid; /* its last: zero there, wake a futex */
	struct sighand_struct *sighand; /* proc/signal.h */
	struct signal_state *signal;    /* pending, blocked, altstack */
	u64 start_ns;

	/* itself; all above is zero in a new task, this is copied: see TASK_ZEROED */
	char comm[TASK_COMM_LEN];
	struct rlimit rlim[RLIM_NLIMITS];
	struct vfp_state vfp;
	struct restart_block restart; /* after -ERESTART_RESTARTBLOCK only */
};

/* Bytes of a new task_struct to be cleared. */
#define TASK_ZEROED offsetof(struct task_struct, comm)

TAILQ_HEAD(task_list, task_struct);

/* The boot task, pid 0, becomes the idle task. */
extern struct task_struct init_task;

/* ---- running ------------------------------------------------------------------ */

/* The frame of a task's last entry from user mode: the top of its stack. */
static inline struct pt_regs *task_pt_regs(const struct task_struct *task)
{
	return (struct pt_regs *)((char *)task->stack + THREAD_SIZE) - 1;
}

/* Once, after kmem_cache_init: what tasks are made of. */
void proc_caches_init(void);
void sched_init(void);
/* From the timer interrupt, each 1/HZ second. user: it came from user mode. */
void scheduler_tick(bool user);
/* The idle task's loop. */
void cpu_idle(void) __noreturn;

/*
 * A kernel thread: runs fn(arg), then exits. It has no mm and borrows one. 0
 * and *task (may be NULL: not wanted; valid until the thread exits), -EAGAIN,
 * -ENOMEM.
 */
int __must_check kthread_run(void (*fn)(void *arg), void *arg, const char *name,
			     struct task_struct **task);
/*
 * Give back the memory of tasks that are gone. fork, wait and exit do it by
 * themselves; tests call it before they count pages. May sleep.
 */
void reap_dead_tasks(void);
/* Another reference to a task found under tasklist_lock; and its end. */
static inline struct task_struct *get_task(struct task_struct *task)
{
	atomic_inc(&task->usage);
	return task;
}
void put_task(struct task_struct *task);

/*
 * fork, vfork and clone. regs: the caller's frame. 0 and *pid, or -EAGAIN,
 * -ENOMEM, -EINVAL; on error nothing changed.
 */
int __must_check do_fork(u32 clone_flags, uaddr_t stack, struct pt_regs *regs,
			 uaddr_t parent_tid, uaddr_t child_tid, u32 tls,
			 s32 *pid);

/*
 * Replace the program. path and the vectors are kernel memory; argv[argc] is
 * NULL. 0: regs are the new program's, it starts on return to user mode.
 * -ENOENT, -EACCES, -ENOEXEC, -ENOMEM, -E2BIG ...: nothing changed. Once the
 * old program is gone nothing can fail any more.
 * *why, on error, is a sentence a person understands; it stays valid until
 * the next execve fails.
 */
int __must_check do_execve(const char *path, char *const argv[],
			   char *const envp[], struct pt_regs *regs,
			   const char **why);

/* End the running task / thread group. code is wait(2)'s status word. */
void do_exit(u32 code) __noreturn;
void do_group_exit(u32 code) __noreturn;

/* ---- finding ------------------------------------------------------------------- */

/* Under tasklist_lock; who puts it among its siblings is the caller. */
static inline void set_parent(struct task_struct *task,
			      struct task_struct *parent)
{
	task->parent = parent;
	WRITE_ONCE(task->ppid, parent->tgid);
}

/* Task by pid, or NULL; hold tasklist_lock while it is used. */
struct task_struct *find_task(s32 pid);
u32 tasklist_lock(void); /* irqs off; returns flags */
void tasklist_unlock(u32 flags);
extern struct task_list all_tasks; /* tasklist_lock */
/* How many tasks there are, the idle task not counted. */
u32 nr_tasks(void);
/* What the whole thread group of leader has used so far. (tasklist_lock) */
void group_usage(const struct task_struct *leader, struct task_usage *use);
/* A reference (mmget) to a live user mm of the task with that pid, or NULL. */
struct mm_struct *get_task_mm_by_pid(s32 pid) __must_check;

/* ---- signals (proc/signal.c) ------------------------------------------------------ */

/* A fault of the running program: cannot be ignored or blocked away. */
void force_sig_fault(int sig, int code, uaddr_t addr, u32 trap_no, u32 error);
/* On the way to user mode with TIF_SIGPENDING: run handlers, or die. */
void do_signal(struct pt_regs *regs, bool syscall);

/* What the lives of tasks need of signals; tasklist_lock held in these. */

/* SIGKILL to this one thread, which is woken and dies before user mode. */
void signal_kill_thread(struct task_struct *task);
/* The parent ignores SIGCHLD, or asked for no zombies (SA_NOCLDWAIT). */
bool signal_ignores_children(const struct task_struct *parent);
/*
 * Post child->exit_signal to the parent's group, with what siginfo says of the
 * child: pid, CLD_EXITED or CLD_KILLED, its exit_code.
 */
void signal_child_exited(struct task_struct *parent, struct task_struct *child);
/*
 * wait(2): child stopped (went on) since it was last asked. True, and *status
 * the word for it; forgotten then unless keep.
 */
bool job_take_stopped(struct task_struct *child, bool keep, u32 *status);
bool job_take_continued(struct task_struct *child, bool keep, u32 *status);
/*
 * The ties of child to its parent end: child itself does (child_ends), or the
 * parent, after init has taken its place. A process group with stopped members
 * that nobody looks after now gets SIGHUP and SIGCONT.
 */
void job_orphan_pgrp(const struct task_struct *child,
		     const struct task_struct *parent, bool child_ends);

/* ---- time (proc/time.c) -------------------------------------------------------------- */

void time_init(void);
extern u64 jiffies; /* ticks since boot */
/* Nanoseconds since 1970: the RTC at boot, then the monotonic clock. */
u64 wall_clock_ns(void);

/* ---- memory ran out (proc/oom.c) ------------------------------------------------------ */

/*
 * A fault of the running task found no memory. Kill one process: the one with
 * the most resident pages, init last of all; say on the log which. May sleep:
 * no lock held. The fault may be tried again on return, if the task is not to
 * die itself (signal_pending).
 */
void out_of_memory(void);
/* Processes it has killed since boot. */
u32 nr_oom_kills(void);

/* ---- VFP (proc/vfp.c) ------------------------------------------------------------------ */

/* Find out what the unit has, and turn it off. A core without one: a panic. */
void vfp_init(void);
/* At a switch: the next task's first VFP instruction will trap. */
void vfp_switch(struct task_struct *next);
/* From the undefined-instruction handler: true, the unit is the task's now. */
bool vfp_trap(struct pt_regs *regs);
void vfp_exit(struct task_struct *task); /* its state is not needed again */
/* The running task's registers, as they go to a signal frame. */
const struct vfp_record *vfp_current_record(void);
/* A handler starts with no vector length and stride in FPSCR: the ABI. */
void vfp_start_handler(void);
/* A record of a signal frame becomes the running task's: 0 or -EFAULT. */
int __must_check vfp_restore(uaddr_t record);
/* A new task has the registers of the running one. */
void vfp_fork(struct task_struct *child);
/* All zero again: a new program. */
void vfp_exec(void);

#endif
