/*
 * services/signal/internal.h - the state of signals in each task.
 *
 *	task ----> signal_state		blocked, its own pending, altstack
 *	   |           '--> signal_group	pending for the whole process
 *	   '-----> sighand_struct	handlers; CLONE_SIGHAND shares them
 *
 * One lock, signal_lock (irqs off), guards all of it; it is taken inside
 * tasklist_lock and outside runqueue.lock. A task that has exited has neither
 * state nor handlers: both pointers are NULL.
 *
 * "Hold both locks" below means tasklist_lock, so that no task is released
 * during the call, and inside it signal_lock.
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

/*
 * A program that has several signals pending gets these first: the handler of a
 * fault must see the registers of the fault, not those of another handler.
 */
#define SYNCHRONOUS_SIGNALS                                     \
	(sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | \
	 sigmask(SIGTRAP) | sigmask(SIGFPE) | sigmask(SIGSYS))
#define UNBLOCKABLE (sigmask(SIGKILL) | sigmask(SIGSTOP))
/* The signals that stop a process unless it handles or ignores them. */
#define STOP_SIGNALS                                              \
	(sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | \
	 sigmask(SIGTTOU))
#define JOB_SIGNALS (STOP_SIGNALS | sigmask(SIGCONT))

/*
 * Returns the lowest signal of set, which must not be empty. The halves are
 * searched apart because each of them takes two instructions then (rbit, clz).
 */
static inline s32 lowest_signal(u64 set)
{
	u32 low = (u32)set;

	return low ? __builtin_ctz(low) + 1 :
		     __builtin_ctz((u32)(set >> 32)) + 33;
}

/* Removes and returns the lowest signal of *set, which must not be empty. */
static inline s32 pop_signal(u64 *set)
{
	s32 sig = lowest_signal(*set);

	*set &= *set - 1;
	return sig;
}

/* True for a signal's number; 0, by which kill() only asks, is none. */
static inline bool valid_signal(s32 sig)
{
	return sig >= 1 && sig <= _NSIG;
}

/* What a program learns of a pending signal: siginfo without padding. */
struct kernel_siginfo {
	s32 signo;
	s32 code;
	union {
		s32 pid;      /* or, by F_SETSIG, si_band; uid then is si_fd */
		s32 timer_id; /* if code is CODE_OF_TIMER */
		uaddr_t addr;
	};
	u32 uid; /* real user of the sender, or of the child */
	union {
		s32 status;
		u32 value; /* given by the sender or by timer_create */
	};
};

/* A signal that queue.c queues, because each of its number counts. */
struct sigqueue {
	STAILQ_ENTRY(sigqueue) link;
	struct kernel_siginfo info;
	struct sigqueue_user *user; /* whom it is charged to */
	bool of_timer; /* owned and reused by a timer, not from kmalloc */
	bool queued;
};

struct sigpending {
	/* signal_lock */
	u64 set;
	bool more; /* true: take_more() is needed, see there */
	STAILQ_HEAD(, sigqueue) queue;
	struct kernel_siginfo info[SIGRTMIN - 1]; /* valid where set has a bit */
};

/* Makes *pending, which no other task can reach yet, an empty set. */
static inline void init_sigpending(struct sigpending *pending)
{
	pending->set = 0;
	pending->more = false;
	STAILQ_INIT(&pending->queue);
}

/* Laid out as rt_sigaction's structure; the mask's two words are one u64. */
struct k_sigaction {
	uaddr_t handler; /* or SIG_DFL, SIG_IGN */
	u32 flags;
	uaddr_t restorer;
	u64 mask;
} __packed __aligned(4);

static_assert(sizeof(struct k_sigaction) == sizeof(struct kernel_sigaction),
	      "an action is copied as it is");

static inline bool has_handler(const struct k_sigaction *action)
{
	return action->handler != SIG_DFL && action->handler != SIG_IGN;
}

/*
 * The slab constructor fills it with zeros: every signal has its default
 * action. `set` names the actions that may differ from it, mostly few, so that
 * a fork copies, and an exit resets, only these.
 */
struct sighand_struct {
	/* signal_lock */
	u64 set;
	u32 count; /* tasks */
	struct k_sigaction action[_NSIG];
};

/* A clock of CPU time: which thread's, and which part of the time. */
struct cpu_clock {
	s32 tid;        /* counts this thread; 0: all of the process */
	bool user_only; /* true: without the time in system calls */
};

/*
 * One point of CPU time at which a signal is due, once or in periods:
 * cpu_timer.c. signal_lock guards it.
 */
struct cpu_expiry {
	TAILQ_ENTRY(cpu_expiry)
	link; /* linked into its group while expires is not 0 */
	struct cpu_clock clock; /* constant */
	s32 signo; /* constant: an interval timer's signal; 0: part of a posix_timer */
	u64 expires;  /* ns of its clock; 0: not set */
	u64 interval; /* ns; 0: once */
	u64 seen;     /* ns of its clock at the last tick */
};

/* The timer ITIMER_REAL of one process. */
struct itimer {
	struct timer timer;
	s32 tgid;        /* its process; constant while the timer runs */
	u64 interval_ns; /* signal_lock; 0: once */
};

/*
 * The timers of a process other than ITIMER_REAL. Allocated at the first use,
 * because few programs have any. signal_lock guards them.
 */
struct group_timers {
	s32 tgid;                              /* constant: its process */
	struct cpu_expiry virt, prof;          /* ITIMER_VIRTUAL, ITIMER_PROF */
	TAILQ_HEAD(, cpu_expiry) cpu_expiries; /* every one that is set */
	u32 nr_cpu;                            /* how many these are */
	u32 to_look_at; /* how many the tick has yet to look at */
	LIST_HEAD(, posix_timer) timers; /* timer_create's */
	s32 next_timer;                  /* an id that may be free */
};

/* One for each process. */
struct signal_group {
	u32 count;              /* signal_lock: threads */
	u32 nr_conts, nr_stops; /* signal_lock: SIGCONT, stop signals so far */
	TAILQ_HEAD(, signal_state) stopped; /* signal_lock: threads to wake */
	/* Both locks, see send.c: signals for which it seeks a thread ... */
	u64 unplaced;
	struct task_struct *target; /* ... from here on; NULL: anywhere ... */
	u32 to_look_at;             /* ... among so many */
	TAILQ_ENTRY(signal_group) unplaced_link; /* while unplaced is not 0 */
	struct itimer real;                      /* sends it SIGALRM */
	struct group_timers *timers; /* signal_lock; NULL until the first use */
	struct sigpending pending;
};

/*
 * The signal state of one thread. "own" marks fields that only the thread
 * itself reads and writes, without a lock; it alone writes `blocked`, too, but
 * other tasks read that under signal_lock.
 */
struct signal_state {
	u64 blocked;    /* signal_lock */
	u64 saved_mask; /* own: valid while TIF_RESTORE_SIGMASK is set */
	u64 awaited;    /* signal_lock: the set that sigtimedwait() waits for */
	struct sigpending pending; /* signal_lock */
	struct signal_group *group;
	/* signal_lock; see job_control.c */
	u32 conts_seen, stops_seen; /* of its group's, by job_catch_up() */
	bool stop_pending; /* must stop before it returns to user mode */
	bool stop_dequeued; /* has taken a stop signal but not asked the group yet */
	bool wakes_others; /* must wake the next stopped threads */
	bool in_stopped;   /* is in its group's list of stopped threads */
	TAILQ_ENTRY(signal_state) stopped_link;
	struct task_struct *task; /* constant */
	bool clear_in_child; /* own: CLONE_CLEAR_SIGHAND, during clone3() */
	struct sigaltstack altstack; /* own */
	s32 timer_overrun; /* own: overruns of the last timer signal it took */
	s32 parent_death;  /* own: PR_SET_PDEATHSIG; 0: none */
	u32 trap_no, error_code; /* own: the last fault */
	uaddr_t fault_address;
};

/*
 * A signal that was taken from the pending sets, with the action that was set
 * for it at that moment: another thread may change the action later.
 */
struct ksignal {
	struct kernel_siginfo info;
	struct k_sigaction action;
};

/* ---- queue.c; signal_lock held where not said -------------------- */

/*
 * Guards all state of signals. Interrupt handlers take it too, but they always
 * hold tasklist_lock then. So it must be taken with interrupts off, unless the
 * caller holds tasklist_lock, which keeps such an interrupt from starting: a
 * walk over thousands of threads under tasklist_lock leaves interrupts on.
 */
extern spinlock_t signal_lock;
/*
 * A reader or poller of a signalfd waits on it: it advances when a signal is
 * posted for a task that blocks it.
 */
extern struct poll_edges signalfd_edges;

/*
 * Takes signal_lock and turns interrupts off; returns the previous interrupt
 * flags for unlock_signals().
 */
static inline u32 lock_signals(void)
{
	u32 flags;

	spin_lock_irqsave(&signal_lock, flags);
	return flags;
}

/*
 * Releases signal_lock and restores the interrupt flags that lock_signals()
 * returned.
 */
static inline void unlock_signals(u32 flags)
{
	spin_unlock_irqrestore(&signal_lock, flags);
}

/*
 * Sends info to every process of group pgrp (pgrp.c). Returns 0 if at least one
 * process got it, -ESRCH if the group has no process, -EPERM if the caller may
 * signal none of them. Hold tasklist_lock, whose interrupt flags are *flags; it
 * is held again on return, but released in between, because a group may have
 * thousands of processes. May sleep.
 */
int __must_check send_to_pgrp(s32 pgrp, const struct kernel_siginfo *info,
			      u32 *flags);

/*
 * The signals that dump core by default. Writing a core may sleep, so the task
 * that takes the signal does it, not the sender.
 */
#define DEFAULT_DUMPS                                            \
	(sigmask(SIGQUIT) | sigmask(SIGILL) | sigmask(SIGTRAP) | \
	 sigmask(SIGABRT) | sigmask(SIGFPE) | sigmask(SIGSEGV) | \
	 sigmask(SIGBUS) | sigmask(SIGSYS) | sigmask(SIGXCPU) |  \
	 sigmask(SIGXFSZ))

/*
 * Returns the signals that are pending for the running task or for its process,
 * blocked ones included. Hold signal_lock.
 */
u64 pending_signals(void);
/*
 * Sets TIF_SIGPENDING of the running task if it has an unblocked signal or must
 * stop, else clears it. Hold signal_lock, so that no sender posts a signal
 * between the look and the change of the flag.
 */
void recalc_sigpending(void);

/*
 * Charges entry, for a real-time signal or a timer, to the real user of the
 * receiver `to`. Returns false, and charges nothing, if its RLIMIT_SIGPENDING is
 * reached, which as on Linux binds root, too, or without memory. Hold
 * signal_lock.
 */
bool sigqueue_charge(struct sigqueue *entry, const struct task_struct *to);
/* Frees entry, which is charged and in no queue. Hold signal_lock. */
void sigqueue_free(struct sigqueue *entry);
/* Returns how many entries are charged to user uid. Takes signal_lock. */
u32 nr_queued_signals(u32 uid);
/*
 * Makes a timer's signal pending, mask is its sigmask(): queued in entry, which
 * the timer owns, if another of its number is pending. With NULL it is dropped
 * then. Hold signal_lock.
 */
void post_timer(struct sigpending *pending, u64 mask,
		const struct kernel_siginfo *info, struct sigqueue *entry);
/*
 * Makes the real-time signal info pending in `pending`, a set of task or of its
 * process; mask is its sigmask(). Returns 0, or -EAGAIN beyond task's
 * RLIMIT_SIGPENDING. One of kill() beyond the limit is not queued behind another,
 * with result 0, as on Linux. Hold signal_lock.
 */
int post_realtime(const struct task_struct *task, struct sigpending *pending,
		  u64 mask, const struct kernel_siginfo *info);
/*
 * The caller has removed sig from pending->set: fills *info with the first of
 * that number, and sets it again if another is queued. Hold signal_lock.
 */
void take_queued(struct sigpending *pending, int sig,
		 struct kernel_siginfo *info);
/* Drops all signals of set, also what is queued. Hold signal_lock. */
void discard_signals(struct sigpending *pending, u64 set);

/* ---- take.c ------------------------------------------------------ */

/*
 * Sets the running task's blocked set, without SIGKILL and SIGSTOP, and
 * recalculates TIF_SIGPENDING: a signal that is unblocked now must be taken
 * before the task returns to user mode. Takes signal_lock.
 */
void set_current_blocked(u64 blocked);

/*
 * Takes pending signals of the running task until one has a handler: returns
 * true with it in *ksig, or false if there is none. Signals that stop or kill
 * take effect in here, so it may sleep, and may not return. Hold no lock.
 */
bool get_signal(struct ksignal *ksig);
/*
 * Takes a pending signal of set for the running task, whether blocked or not,
 * and fills *info. Returns false if none is pending. Hold signal_lock, so that
 * no other thread of the process takes the same one.
 */
bool dequeue_signal(u64 set, struct kernel_siginfo *info);
/*
 * Drops sig from all pending sets of the running task's process if its action
 * is to ignore it, as POSIX wants when an action becomes SIG_IGN. Takes both
 * locks.
 */
void flush_ignored(int sig);

/* ---- send.c ------------------------------------------------------ */

/*
 * Returns true if task's action for sig is to ignore it; sig is then not
 * posted, or dropped when it is taken. Hold signal_lock.
 */
bool sig_ignored(const struct task_struct *task, int sig);
/*
 * Returns true if task belongs to init and sig has its default action, by which
 * init must not die. Hold signal_lock.
 */
bool init_is_spared(const struct task_struct *task, int sig);
/*
 * Sets task's TIF_SIGPENDING and ends its interruptible sleep, if it is in one.
 * Hold signal_lock, so that task does not exit meanwhile.
 */
void signal_wake(struct task_struct *task);

/*
 * The running program cannot go on where it is: sends it sig with code and
 * addr. If it handles sig the handler runs next; if it has no handler, blocks
 * or ignores sig, the process ends in this call. May sleep. Hold no lock.
 */
void force_sig_fault(int sig, int code, uaddr_t addr);
/*
 * The member fault_signal of the service's row: posts the fault's signal and
 * returns true if the program has a handler for it that is not blocked.
 */
bool signal_fault(struct fault_signal *fault);
/*
 * Returns true if parent ignores SIGCHLD or has set SA_NOCLDWAIT, so that its
 * children leave no zombie. Hold tasklist_lock, so that parent stays.
 */
bool signal_ignores_children(const struct task_struct *parent);
/*
 * Returns true if parent wants SIGCHLD for a child that stopped or continued:
 * SIGCHLD is not ignored and SA_NOCLDSTOP not set. Hold tasklist_lock.
 */
bool signal_hears_of_stops(const struct task_struct *parent);
/*
 * Sends child->exit_signal, if it is a signal, to the process of parent. Hold
 * tasklist_lock, so that neither task is released.
 */
void signal_child_exited(struct task_struct *parent, struct task_struct *child);
/*
 * Sends info to the process of leader; a zombie drops it, signal 0 only checks.
 * 0, -EAGAIN beyond RLIMIT_SIGPENDING, or -EPERM if the running task may not
 * signal it, at which post_to_group() does not look. Hold tasklist_lock.
 */
int send_to_group(struct task_struct *leader,
		  const struct kernel_siginfo *info);
int post_to_group(struct task_struct *leader,
		  const struct kernel_siginfo *info);
/* The same to one thread, whoever sends it. Hold tasklist_lock. 0 or -EAGAIN. */
int send_to_thread(struct task_struct *task, const struct kernel_siginfo *info);
/*
 * Sends info to thread tid, which must belong to process tgid unless tgid is 0.
 * Returns 0, -EINVAL for a bad tid or signal, -ESRCH if there is no such
 * thread, -EPERM, or -EAGAIN as send_to_group(). Takes tasklist_lock.
 */
s32 do_tkill(s32 tgid, s32 tid, const struct kernel_siginfo *info);
/*
 * The member timer_expired of the service's row: sends SIGALRM to the process
 * of the itimer that contains timer. Runs with interrupts off; hold no lock.
 */
void send_alarm(struct timer *timer);
/*
 * Sends a timer's signal to thread tid of leader's process, or, if tid is 0, to
 * the process. entry is the memory that queues it behind another one of its
 * number; with NULL it is dropped there, since one of an interval timer's
 * signals is enough. Returns true if the signal is pending now, with *entry
 * perhaps in use, or false if the program ignores it or ends by it. *went_on
 * gets the code for job_tell_continued() if there is one. Hold both locks.
 */
bool send_timer_signal(struct task_struct *leader, s32 tid,
		       const struct kernel_siginfo *info,
		       struct sigqueue *entry, s32 *went_on);
/* task exits; others: its group has more threads. Hold both locks. */
void place_end(struct task_struct *task, bool others);
/* Seeks threads for pending signals that current blocks. Hold signal_lock. */
void place_anew(u64 blocked);
/*
 * child's parent has ended: sends each signal that a thread of child's process
 * has asked for by PR_SET_PDEATHSIG. Hold tasklist_lock.
 */
void signal_parent_died(struct task_struct *child);
/*
 * Sends SIGCHLD with code (CLD_STOPPED ...) and status, a signal's number, to
 * the process of parent, if it wants to hear of it. Hold tasklist_lock.
 */
void signal_child_changed(struct task_struct *parent,
			  const struct task_struct *child, s32 code,
			  s32 status);

/* ---- job_control.c; hold both locks where not said --------------- */

/*
 * The part of job_signal_sent() for the few signals that concern job control.
 */
s32 job_control_signal(struct task_struct *task, u64 mask);
/*
 * A signal is being sent to task, which has not exited, or to its process; mask
 * is its sigmask(). A stop signal discards a pending SIGCONT; SIGCONT discards pending
 * stop signals and ends a stop. Returns the code for job_tell_continued(),
 * which must be called after signal_lock is released, or 0.
 */
static inline s32 job_signal_sent(struct task_struct *task, u64 mask)
{
	return likely(!(mask & JOB_SIGNALS)) ? 0 :
					       job_control_signal(task, mask);
}
/*
 * Takes from a thread what job control signals sent to others of its process
 * have taken back: call it before you look at stop_pending, stop_dequeued or
 * JOB_SIGNALS of the thread's own pending set, and before you set one. Hold
 * signal_lock.
 */
void job_catch_up(struct signal_state *state);
/* The same, where only the thread's own pending set matters. */
static inline void job_catch_up_pending(struct signal_state *state)
{
	if (unlikely(state->pending.set & JOB_SIGNALS))
		job_catch_up(state);
}
/*
 * job_tell_continued() reports to the parent that the process continues (code
 * as returned by job_signal_sent(); 0: nothing to report); job_tell_stopped()
 * that it has stopped. Both send SIGCHLD, which takes signal_lock: hold
 * tasklist_lock only.
 */
void job_tell_continued(struct task_struct *leader, s32 code);
void job_tell_stopped(struct task_struct *leader);
/*
 * All threads of task's process are being killed: ends its stop, so that they
 * run and exit. task has not exited.
 */
void job_killed(struct task_struct *task);
/*
 * task exits and loses its signal state; others is true if its group has more
 * threads. Returns true if task was the last thread that had not stopped: the
 * caller must then call job_tell_stopped() after releasing signal_lock.
 */
bool job_thread_exits(struct task_struct *task, bool others);
/*
 * child and parent stop being child and parent: child itself ends (child_ends),
 * or parent does, and init has taken its place. If child's process group
 * becomes orphaned by that and has stopped members, they get SIGHUP and
 * SIGCONT, since no shell is left that could continue them. Hold tasklist_lock
 * only.
 */
void job_orphan_pgrp(const struct task_struct *child,
		     const struct task_struct *parent, bool child_ends);
/*
 * The running task took sig, whose default action is to stop: asks all threads
 * of its process to stop. Takes both locks.
 */
void job_stop_group(int sig);
/*
 * Stops the running task, if it has been asked to, until SIGCONT or SIGKILL.
 * Takes both locks; sleeps.
 */
void job_stop_thread(void);

/* ---- posix_timer.c ----------------------------------------------- */

/*
 * The si_code of a timer's signal inside the kernel. It is not SI_TIMER, which
 * a program may pass to rt_sigqueueinfo() itself.
 */
#define CODE_OF_TIMER INT32_MIN

/*
 * The running task took info, the signal of a timer: starts the timer's next
 * period and leaves the number of expiries it missed in the task's
 * signal_state. Hold signal_lock.
 */
void posix_timer_taken(const struct kernel_siginfo *info);
/*
 * Deletes all timers of timer_create, at execve or exit. Hold no lock, since a
 * timer that expires at this moment must be waited for.
 */
void posix_timers_delete(struct group_timers *timers);

/* ---- itimer.c ---------------------------------------------------- */

/*
 * The SIGALRM of `it` was taken: starts its next period, if it has periods.
 * Hold signal_lock.
 */
void itimer_next_period(struct itimer *it);

/* ---- frame.c ----------------------------------------------------- */

/*
 * Code that calls sigreturn, for programs without SA_RESTORER, at
 * VECTORS_BASE + SIGRETURN_OFFSET.
 */
#define SIGRETURN_OFFSET 0x500
#define SIGRETURN_WORDS  6
extern const u32 sigreturn_codes[SIGRETURN_WORDS];

/*
 * On the way to user mode: makes the program continue at the handlers of its
 * pending signals, stops it, or ends it. syscall: regs->r[0] is the result of a
 * system call, which may ask for a restart. Interrupts on, no lock held.
 */
void do_signal(struct pt_regs *regs, bool syscall);
/*
 * Fills all of *user, Linux's siginfo, from info, which the running task has
 * taken. Needs no lock.
 */
void siginfo_to_user(const struct kernel_siginfo *info, struct siginfo *user);
/*
 * Returns true if sp lies in the running task's alternate stack, so that a
 * nested handler must not start at the top of it again. False for one with
 * SS_AUTODISARM, which is disarmed while a handler uses it.
 */
bool on_sig_stack(uaddr_t sp);

/* ---- vfp.c ------------------------------------------------------- */

/*
 * Returns the running task's VFP registers as a signal frame has them; valid
 * until the task uses the VFP again.
 */
const struct vfp_record *vfp_current_record(void);
/*
 * Clears the vector length and stride in FPSCR: the procedure call standard
 * wants both to be 0 at the entry of a function, and a handler is one.
 */
void vfp_start_handler(void);
/*
 * Loads the running task's VFP registers from a signal frame's record in user
 * memory. Returns 0 or -EFAULT.
 */
int __must_check vfp_restore(uaddr_t record);

#endif
