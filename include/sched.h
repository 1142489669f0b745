/*
 * sched.h - sleeping and waking, for every floor that must wait.
 *
 * Declared here, implemented in run/. The kernel is not preempted: a task
 * keeps the core until it calls schedule() or returns to user mode with
 * TIF_NEED_RESCHED set. Interrupt handlers run on its kernel stack.
 *
 * To wait for a condition use wait_event_interruptible or wait_event (below).
 */
#ifndef SCHED_H
#define SCHED_H

#include <spinlock.h>
#include <sys/queue.h>
#include <thread_info.h>
#include <types.h>
#include <uapi/errno.h>
#include <uapi/resource.h>

enum task_state {
	TASK_RUNNING,         /* running or on the run queue */
	TASK_INTERRUPTIBLE,   /* asleep; a signal wakes it too */
	TASK_KILLABLE,        /* asleep; a signal that kills wakes it too */
	TASK_UNINTERRUPTIBLE, /* asleep until woken by its cause */
	TASK_STOPPED,         /* until SIGCONT, or a signal that kills */
	TASK_ZOMBIE,          /* exited, waiting to be reaped */
	TASK_DEAD,            /* reaped; its memory goes at the next switch */
};

/*
 * Call it before testing what is waited for: a wake-up in between then finds
 * the state, and is not lost.
 */
void set_current_state(enum task_state state);

/*
 * Lets another task run. Returns when this task runs again: at once if it is
 * still TASK_RUNNING and no ready task has run less. Must not be called from an
 * interrupt handler or with a spinlock held; interrupts may be on or off and
 * stay so.
 */
void schedule(void);

/* Lets all ready tasks run first. In state TASK_RUNNING only. */
void yield(void);

/*
 * Sleeps for at most ns nanoseconds in the state set before; UINT64_MAX means
 * no limit. Returns what is left of ns, 0 when the time has passed.
 */
u64 schedule_timeout(u64 ns);
/*
 * For a loop that waits in TASK_INTERRUPTIBLE: the caller has set the state and
 * then looked in vain for what it waits for. Sleeps, at the longest until
 * ktime_ns() reaches `until`; UINT64_MAX means no limit. Returns 0 when woken,
 * or, without a sleep, -ETIMEDOUT or -ERESTARTSYS.
 */
int schedule_until(u64 until);

/*
 * Makes a sleeping task runnable. Returns true if it was asleep. Any context.
 */
bool wake_up_process(struct task_struct *task);

/*
 * For loops that may run long in the kernel; sleeps only if another task should
 * run, so hold no spinlock.
 */
static inline void cond_resched(void)
{
	if (unlikely(test_thread_flag(TIF_NEED_RESCHED)))
		schedule();
}

/* True if the running task is about to be killed; waiting is then of no use. */
bool fatal_signal_pending(void);

/*
 * Call it between the pieces of a call that may be long: lets others run.
 * Returns true if the task is about to be killed, and the rest of the call is
 * not wanted.
 */
static inline bool give_way(void)
{
	if (likely(!test_thread_flag(TIF_NEED_RESCHED | TIF_SIGPENDING)))
		return false;
	cond_resched();
	return fatal_signal_pending();
}

/* What a call needs to continue after a signal for which no handler runs. */
struct restart_block {
	/* Its result is the call's; it may return restart_with() again. */
	s32 (*go_on)(const struct restart_block *block);
	u64 until; /* by ktime_ns(); UINT64_MAX: no limit */
	u32 arg[4];
};

/*
 * The result of a call that a signal interrupted and that must not begin anew:
 * the program sees -EINTR if a handler runs, otherwise what block->go_on()
 * returns then. block is copied.
 */
s32 restart_with(const struct restart_block *block);

/* Current RLIMIT_x (uapi/resource.h) of the running task: bytes or a count. */
u32 rlimit(unsigned int resource);

/* The pid of the running task, for floors below run/. */
s32 current_pid(void);

/* Nanoseconds since boot, monotonic. */
u64 ktime_ns(void);
/* Nanoseconds since 1970. (run/timer.c) */
u64 wall_clock_ns(void);

/*
 * Returns the whole seconds of ns, below 2^63, and the rest in *nsec. The core
 * has no 64-bit division, so multiply 2^31 ns by 2^31 / 10^9. That is up to 4
 * too few, and then a division of 32 bits is left, by a constant.
 */
static inline u32 split_seconds(u64 ns, u32 *nsec)
{
	u32 sec = (u32)((u64)(u32)(ns >> 31) * 2305843009u >> 30);
	u32 left = (u32)ns - sec * 1000000000u;

	*nsec = left % 1000000000u;
	return sec + left / 1000000000u;
}

struct wait_entry {
	struct task_struct *task;
	TAILQ_ENTRY(wait_entry) link;
};

struct wait_queue_head {
	spinlock_t lock;                  /* irqs off */
	TAILQ_HEAD(, wait_entry) waiters; /* lock */
};

/* clang-format off */
#define WAIT_QUEUE_INIT(name) \
	{ SPINLOCK_INIT, TAILQ_HEAD_INITIALIZER((name).waiters) }
/* clang-format on */

/*
 * For queues in memory that is not static; WAIT_QUEUE_INIT is for the others.
 */
static inline void init_waitqueue_head(struct wait_queue_head *wq)
{
	spin_lock_init(&wq->lock);
	TAILQ_INIT(&wq->waiters);
}

/*
 * True if entry is in a queue and was not woken since. The entries of
 * wait_event start zeroed.
 */
static inline bool is_queued(const struct wait_entry *entry)
{
	return READ_ONCE(entry->link.tqe_prev) != NULL;
}

/*
 * Adds current to wq, unless it is there, and sets its state. entry stays in
 * use until finish_wait().
 */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_entry *entry,
		     enum task_state state);
/*
 * Takes entry off wq if it is still there; the state becomes TASK_RUNNING. The
 * entry's memory is free afterwards.
 */
void finish_wait(struct wait_queue_head *wq, struct wait_entry *entry);
/* Wakes every waiter and takes it off. Any context. */
void __wake_up(struct wait_queue_head *wq);

/* The same, inline for the common case that nobody waits. */
static inline void wake_up(struct wait_queue_head *wq)
{
	smp_mb(); /* what they wait for is visible before the queue is looked at */
	if (unlikely(!TAILQ_EMPTY(&wq->waiters)))
		__wake_up(wq);
}

/* Sleeps until cond is true. cond is evaluated with no lock held. */
#define wait_event(wq, cond)                                               \
	do {                                                               \
		struct wait_entry we_ = { .task = current };               \
		do {                                                       \
			prepare_to_wait((wq), &we_, TASK_UNINTERRUPTIBLE); \
			if (cond)                                          \
				break;                                     \
			schedule();                                        \
		} while (!(cond));                                         \
		finish_wait((wq), &we_);                                   \
	} while (0)

/*
 * The same in that state, until cond or `broken` is true. The value is 0, or
 * -ERESTARTSYS if broken.
 */
#define wait_event_unless(wq, cond, state, broken)            \
	({                                                    \
		struct wait_entry we_ = { .task = current };  \
		int ret_ = 0;                                 \
		do {                                          \
			prepare_to_wait((wq), &we_, (state)); \
			if (cond)                             \
				break;                        \
			if (broken) {                         \
				ret_ = -ERESTARTSYS;          \
				break;                        \
			}                                     \
			schedule();                           \
		} while (!(cond));                            \
		finish_wait((wq), &we_);                      \
		ret_;                                         \
	})

/* Any signal ends the sleep. */
#define wait_event_interruptible(wq, cond) \
	wait_event_unless(wq, cond, TASK_INTERRUPTIBLE, signal_pending())

/* Only a signal that kills ends the sleep. */
#define wait_event_killable(wq, cond) \
	wait_event_unless(wq, cond, TASK_KILLABLE, fatal_signal_pending())

#endif
