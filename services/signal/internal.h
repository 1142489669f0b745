/*
 * services/signal/internal.h - what a task knows of signals.
 *
 *	task ----> signal_state		blocked, its own pending, altstack
 *	   |           '--> signal_group	pending for the whole process
 *	   '-----> sighand_struct	handlers; CLONE_SIGHAND shares them
 *
 * One lock, signal_lock (irqs off), guards all of it; it is taken inside
 * tasklist_lock and outside runqueue.lock. A task that has exited has neither
 * state nor handlers: both pointers are NULL.
 */
#ifndef SERVICES_SIGNAL_INTERNAL_H
#define SERVICES_SIGNAL_INTERNAL_H

#include <file.h>
#include <proc/proc.h>
#include <run/timer.h>
#include <services/signal/signal.h>
#include <uapi/signal.h>

/* clang-format off */
/* A set of signals: bit n - 1 for signal n. */
#define sigmask(sig)	(1ull << ((sig) - 1))
/* clang-format on */

/* Faults come first: their handlers must see the registers of the fault. */
#define SYNCHRONOUS_SIGNALS                                     \
	(sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | \
	 sigmask(SIGTRAP) | sigmask(SIGFPE) | sigmask(SIGSYS))
#define UNBLOCKABLE (sigmask(SIGKILL) | sigmask(SIGSTOP))
/* By default they stop the process. */
#define STOP_SIGNALS                                              \
	(sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | \
	 sigmask(SIGTTOU))

/* The lowest signal of a set that is not empty; by halves: two instructions. */
static inline s32 lowest_signal(u64 set)
{
	u32 low = (u32)set;

	return low ? __builtin_ctz(low) + 1 :
		     __builtin_ctz((u32)(set >> 32)) + 33;
}

/* Take it out. */
static inline s32 pop_signal(u64 *set)
{
	s32 sig = lowest_signal(*set);

	*set &= *set - 1;
	return sig;
}

static inline bool valid_signal(s32 sig)
{
	return sig >= 1 && sig <= _NSIG;
}

/* What is to be told of one pending signal; struct siginfo without padding. */
struct kernel_siginfo {
	s32 signo;
	s32 code;
	union {
		s32 pid;
		s32 timer_id; /* CODE_OF_TIMER */
		uaddr_t addr;
	};
	u32 uid; /* who sent it, or whose child it was */
	union {
		s32 status;
		u32 value; /* of the sender, or of the timer */
	};
};

/* A signal behind another one of its number; see queue.c. */
struct sigqueue {
	STAILQ_ENTRY(sigqueue) link;
	struct kernel_siginfo info;
	bool of_timer; /* the timer's memory: it is used again */
	bool queued;
};

struct sigpending {
	/* signal_lock */
	u64 set;
	bool more; /* some may be counted, queued or a timer's: take_more() */
	STAILQ_HEAD(, sigqueue) queue;
	struct kernel_siginfo info[_NSIG]; /* valid where set has a bit */
};

static inline void init_sigpending(struct sigpending *pending)
{
	pending->set = 0;
	pending->more = false;
	STAILQ_INIT(&pending->queue);
}

/* Word for word what rt_sigaction takes, the mask in one piece. */
struct k_sigaction {
	uaddr_t handler; /* or SIG_DFL, SIG_IGN */
	u32 flags;
	uaddr_t restorer;
	u64 mask;
} __packed __aligned(4);

static_assert(sizeof(struct k_sigaction) == sizeof(struct kernel_sigaction),
	      "an action is copied as it is");

/*
 * All zero in its slab: every signal has its default. `set` names the actions
 * that may not be so, mostly few: only these are copied, reset and cleared.
 */
struct sighand_struct {
	/* signal_lock */
	u64 set;
	u32 count; /* tasks */
	struct k_sigaction action[_NSIG];
};

/* Whose CPU time, and which. */
struct cpu_clock {
	s32 tid;        /* of this thread; 0: of the whole process */
	bool user_only; /* not what ran in the kernel for it */
};

/* An expiry by a CPU clock, once or in periods: cpu_timer.c. signal_lock */
struct cpu_expiry {
	LIST_ENTRY(cpu_expiry) link; /* in its group, while it is set */
	struct cpu_clock clock;      /* constant */
	s32 signo;    /* constant: of an interval timer; 0: of a posix_timer */
	u64 expires;  /* by its clock; 0: it is not set */
	u64 interval; /* ns; 0: once */
	u64 seen;     /* what its clock showed when it was looked at */
};

/* ITIMER_REAL. */
struct itimer {
	struct timer timer;
	s32 tgid;        /* constant while it runs: whose it is */
	u64 interval_ns; /* signal_lock; 0: once */
};

/* Those timers of a process that few programs have; signal_lock. */
struct group_timers {
	struct cpu_expiry virt, prof; /* ITIMER_VIRTUAL, ITIMER_PROF */
	LIST_HEAD(,
		  cpu_expiry) cpu_expiries; /* these two and those of timers */
	LIST_HEAD(, posix_timer) timers;    /* timer_create's */
	s32 next_timer;                     /* an id that may be free */
};

/* One for each process. */
struct signal_group {
	u32 count;                   /* signal_lock: threads */
	struct itimer real;          /* sends it SIGALRM */
	struct group_timers *timers; /* signal_lock; NULL: never asked for */
	struct sigpending pending;
};

/* One for each thread; the masks are written by the thread itself. */
struct signal_state {
	u64 blocked;               /* signal_lock */
	u64 saved_mask;            /* own: with TIF_RESTORE_SIGMASK */
	u64 awaited;               /* signal_lock: sigtimedwait */
	struct sigpending pending; /* signal_lock */
	struct signal_group *group;
	/* signal_lock; see job_control.c */
	bool stop_pending; /* it is to stop before user mode */
	bool wakes_others; /* woken from a stop: the threads behind it are not */
	bool stop_dequeued;  /* took a stop signal and has not acted on it */
	bool clear_in_child; /* own: the task it makes has no handlers */
	struct sigaltstack altstack; /* own */
	s32 timer_overrun;           /* own: of the timer's signal taken last */
	s32 parent_death;            /* own: PR_SET_PDEATHSIG; 0: none */
	u32 trap_no, error_code;     /* own: the last fault */
	uaddr_t fault_address;
};

/* A signal that a handler is to get. */
struct ksignal {
	struct kernel_siginfo info;
	struct k_sigaction action;
};

/* ---- queue.c; signal_lock held where not said -------------------- */

/*
 * Of all that signals are: see the head of this file. irqs off, unless
 * tasklist_lock is held, without which no interrupt takes it: a walk over
 * thousands of threads leaves them on.
 */
extern spinlock_t signal_lock;
/* Counts the signals posted for tasks that block them: a signalfd can be read. */
extern struct poll_edges signalfd_edges;

/* Returns the flags for unlock_signals. */
static inline u32 lock_signals(void)
{
	u32 flags;

	spin_lock_irqsave(&signal_lock, flags);
	return flags;
}

static inline void unlock_signals(u32 flags)
{
	spin_unlock_irqrestore(&signal_lock, flags);
}

/*
 * kill of a group: 0, -ESRCH, or -EPERM: none may get it. tasklist_lock, whose
 * flags these are, is held before and after; others are let in meanwhile. May
 * sleep. (pgrp.c)
 */
int __must_check send_to_pgrp(s32 pgrp, const struct kernel_siginfo *info,
			      u32 *flags);

/* By default there is a core dump: only who takes the signal can make that. */
#define DEFAULT_DUMPS                                            \
	(sigmask(SIGQUIT) | sigmask(SIGILL) | sigmask(SIGTRAP) | \
	 sigmask(SIGABRT) | sigmask(SIGFPE) | sigmask(SIGSEGV) | \
	 sigmask(SIGBUS) | sigmask(SIGSYS) | sigmask(SIGXCPU) |  \
	 sigmask(SIGXFSZ))

/* What is pending for the running task or its process. */
u64 pending_signals(void);
/* Set or clear the running task's TIF_SIGPENDING. */
void recalc_sigpending(void);

/*
 * One more of what RLIMIT_SIGPENDING bounds, for a program that is `to`: the
 * real-time signals that wait, and timers. False: there are too many.
 */
bool sigqueue_charge(const struct task_struct *to);
void sigqueue_uncharge(void);
u32 nr_queued_signals(void);
/*
 * Queue info behind another one of its number. entry: a timer's own, whose
 * signal waits once at most; NULL: from kmalloc. 0 or -EAGAIN: no memory.
 */
int post_again(struct sigpending *pending, const struct kernel_siginfo *info,
	       struct sigqueue *entry);
/*
 * Let a real-time signal be pending for task, or for its process. It counts against
 * a limit: 0, or -EAGAIN. From kill() one beyond it is lost without a word, as on
 * Linux: the program that counts them uses sigqueue().
 */
int post_realtime(const struct task_struct *task, struct sigpending *pending,
		  u64 mask, const struct kernel_siginfo *info);
/* It was taken from the set: the next one takes its place, if there is any. */
void take_queued(struct sigpending *pending,
		 const struct kernel_siginfo *taken);
/* Forget the pending signals of set. */
void discard_signals(struct sigpending *pending, u64 set);

/* ---- take.c ------------------------------------------------------ */

/* The running task's blocked set becomes this one, without KILL and STOP. */
void set_current_blocked(u64 blocked);

/* Take the next signal that has a handler; those that kill do so here. */
bool get_signal(struct ksignal *ksig);
/*
 * Take a pending signal of the running task that is in set and say what came
 * of it. False: there is none. (signal_lock)
 */
bool dequeue_signal(u64 set, struct kernel_siginfo *info);
/* Drop a pending sig of the running task's group that is ignored now. */
void flush_ignored(int sig);

/* ---- send.c ------------------------------------------------------ */

/*
 * Does nobody want to know of sig? It is then never posted. (signal_lock)
 */
bool sig_ignored(const struct task_struct *task, int sig);
/* Is task of init, which does not die of a signal? (signal_lock) */
bool init_is_spared(const struct task_struct *task, int sig);
/* Tell task that something is pending for it. (signal_lock) */
void signal_wake(struct task_struct *task);

/*
 * The kernel ends what the running program does by sig: a handler runs; if it
 * has none, or blocks or ignores sig, the program ends here. (no lock)
 */
void force_sig_fault(int sig, int code, uaddr_t addr);
/* The row's: a handler for the fault, if the program has one that may run. */
bool signal_fault(struct fault_signal *fault);
/* The parent ignores SIGCHLD, or asked for no zombies. (tasklist_lock) */
bool signal_ignores_children(const struct task_struct *parent);
/* It wants to hear of a child that only stopped or went on. (tasklist_lock) */
bool signal_hears_of_stops(const struct task_struct *parent);
/* child->exit_signal for the parent's group. (tasklist_lock) */
void signal_child_exited(struct task_struct *parent, struct task_struct *child);
/*
 * To a process. A zombie takes it and forgets it. 0; -EAGAIN: it is a real-time
 * signal, and too many wait; -EPERM: the running task, whose own signal it is,
 * may not send it. (tasklist_lock)
 */
int send_to_group(struct task_struct *leader,
		  const struct kernel_siginfo *info);
/*
 * To one thread; tgid 0: of whatever process. 0, -EINVAL, -ESRCH, -EAGAIN. (no
 * lock)
 */
s32 do_tkill(s32 tgid, s32 tid, const struct kernel_siginfo *info);
/* The row's: SIGALRM to the process of its itimer. (no lock; irqs off) */
void send_alarm(struct timer *timer);
/*
 * A timer's signal, for a thread (0: for the process): true if it is pending
 * now, and entry perhaps in use; NULL: of several one is enough. False: nobody
 * wants it. (both locks)
 */
bool send_timer_signal(struct task_struct *leader, s32 tid,
		       const struct kernel_siginfo *info,
		       struct sigqueue *entry);
/* The process of child has lost its parent: tell it, if it asked. (tasklist_lock) */
void signal_parent_died(struct task_struct *child);
/*
 * SIGCHLD to the parent of a child that stopped or went on, if it wants that.
 * (tasklist_lock)
 */
void signal_child_changed(struct task_struct *parent,
			  const struct task_struct *child, s32 code,
			  s32 status);

/* ---- job_control.c; both locks held where not said --------------- */

/* The rare case of what follows. */
s32 job_control_signal(struct task_struct *leader, u64 mask);
/*
 * A signal is being sent to leader's group or one of its threads: a stop signal
 * takes back SIGCONT, SIGCONT the stop signals and the stop. Returns what
 * job_tell_continued is to be given when signal_lock is free.
 */
static inline s32 job_signal_sent(struct task_struct *leader, u64 mask)
{
	return likely(!(mask & (STOP_SIGNALS | sigmask(SIGCONT)))) ?
		0 :
		job_control_signal(leader, mask);
}
/* (tasklist_lock only) */
void job_tell_continued(struct task_struct *leader, s32 code);
void job_tell_stopped(struct task_struct *leader);
/* All of the group dies: it is not stopped any more. */
void job_killed(struct task_struct *leader);
/*
 * task gives up its signals; others: there are threads left in its group.
 * Returns true if task was the last thread that had not stopped; the caller
 * must then call job_tell_stopped().
 */
bool job_thread_exits(struct task_struct *task, bool others);
/*
 * The ties of child to its parent end: child itself does (child_ends), or the
 * parent, after init has taken its place. A process group with stopped members
 * that nobody looks after now gets SIGHUP and SIGCONT. (tasklist_lock only)
 */
void job_orphan_pgrp(const struct task_struct *child,
		     const struct task_struct *parent, bool child_ends);
/* The running task took sig, a stop signal by default. (no lock) */
void job_stop_group(int sig);
/* The running task was asked to stop: it does. (no lock) */
void job_stop_thread(void);

/* ---- cpu_timer.c ------------------------------------------------- */

/* The running task's group's, made when first asked for; NULL: no memory. */
struct group_timers *group_timers(void);
/* The group ends: all of them go. (no lock) */
void group_timers_free(struct group_timers *timers);
/*
 * At `expires` by its clock, then each interval; 0: not at all. The group has it
 * in its list then. (signal_lock)
 */
void cpu_expiry_set(struct group_timers *timers, struct cpu_expiry *e,
		    u64 expires, u64 interval);
/* What the clock shows, for the running task's process. (tasklist_lock) */
u64 cpu_clock_now(const struct cpu_clock *clock);
/*
 * By how many periods it was over when it was last looked at, the first expiry
 * counted; it is set for the next, or no more. (signal_lock)
 */
u64 cpu_expiry_forward(struct group_timers *timers, struct cpu_expiry *e);
/* Until the next one, at least 1; 0: it is not set. (both locks) */
u64 cpu_expiry_left(const struct cpu_expiry *e);

/* ---- posix_timer.c ----------------------------------------------- */

/* The si_code of a timer's signal, inside: a program may send SI_TIMER too. */
#define CODE_OF_TIMER INT32_MIN

/*
 * The running task took this signal of a timer: how many it missed is in its
 * signal_state. (signal_lock)
 */
void posix_timer_taken(const struct kernel_siginfo *info);
/* A new program, or the end: all of timer_create's go. (no lock) */
void posix_timers_delete(struct group_timers *timers);

/* ---- itimer.c ---------------------------------------------------- */

/* Its SIGALRM was taken: start it again, if it is to. (signal_lock) */
void itimer_next_period(struct itimer *it);

/* ---- frame.c ----------------------------------------------------- */

/*
 * Code that calls sigreturn, for programs without SA_RESTORER, at
 * VECTORS_BASE + SIGRETURN_OFFSET.
 */
#define SIGRETURN_OFFSET 0x500
#define SIGRETURN_WORDS  6
extern const u32 sigreturn_codes[SIGRETURN_WORDS];

/* On the way to user mode: run handlers, stop, or die. */
void do_signal(struct pt_regs *regs, bool syscall);
void siginfo_to_user(const struct kernel_siginfo *info, struct siginfo *user);
/* Is the running task's user stack pointer in its alternate stack? */
bool on_sig_stack(uaddr_t sp);

/* ---- vfp.c ------------------------------------------------------- */

/* The running task's registers, as they go to a signal frame. */
const struct vfp_record *vfp_current_record(void);
/* A handler starts with no vector length and stride in FPSCR: the ABI. */
void vfp_start_handler(void);
/* A record of a signal frame becomes the running task's: 0 or -EFAULT. */
int __must_check vfp_restore(uaddr_t record);

#endif
