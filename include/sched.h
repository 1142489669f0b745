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

/* Before testing what is waited for: a wake-up in between is not lost. */
void set_current_state(enum task_state state);

/*
 * Give up the core. Returns when the task runs again: at once if it is still
 * TASK_RUNNING and nobody who is ready has run less. Must not be called from an
 * interrupt handler or with a spinlock held; interrupts may be on or off and
 * stay so.
 */
void schedule(void);

/* Everybody who is ready runs first. In state TASK_RUNNING only. */
void yield(void);

/*
 * Sleep for at most ns nanoseconds in the state set before; U64_MAX sleeps for
 * ever. Returns what is left of ns, 0 when the time passed.
 */
u64 schedule_timeout(u64 ns);

/* Make it runnable. True if it was asleep. Any context, interrupts too. */
bool wake_up_process(struct task_struct *task);

/* Called on loops that may run long in the kernel. */
static inline void cond_resched(void)
{
	if (unlikely(test_thread_flag(TIF_NEED_RESCHED)))
		schedule();
}

/* Is the running task about to be killed? Then waiting is of no use. */
bool fatal_signal_pending(void);

/*
 * Between the pieces of a call that may be long: the others may run. True: the
 * task is about to be killed, and the rest of the call is not wanted.
 */
static inline bool give_way(void)
{
	if (likely(!test_thread_flag(TIF_NEED_RESCHED | TIF_SIGPENDING)))
		return false;
	cond_resched();
	return fatal_signal_pending();
}

/* What a call needs to go on after a signal for which no handler runs. */
struct restart_block {
	/* Its result is the call's; it may say restart_with() again. */
	s32 (*go_on)(const struct restart_block *block);
	u64 until; /* by ktime_ns(); UINT64_MAX: no limit */
	u32 arg[4];
};

/*
 * The answer of a call that a signal interrupted and that must not begin anew:
 * -EINTR if a handler runs, otherwise what block->go_on() says then. (block is
 * copied.)
 */
s32 restart_with(const struct restart_block *block);

/* Current RLIMIT_x (uapi/resource.h) of the running task: bytes or a count. */
u32 rlimit(unsigned int resource);

/* Of the running task. */
s32 current_pid(void);

/* Nanoseconds since boot, monotonic. */
u64 ktime_ns(void);
/* Nanoseconds since 1970. (run/timer.c) */
u64 wall_clock_ns(void);

/*
 * The whole seconds of ns, below 2^63, and what is left. The core has no
 * division of 64 bits, so multiply 2^31 ns by 2^31 / 10^9. That is up to 4 too
 * few, and then a division of 32 bits is left, by a constant.
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

static inline void init_waitqueue_head(struct wait_queue_head *wq)
{
	spin_lock_init(&wq->lock);
	TAILQ_INIT(&wq->waiters);
}

/* In a queue, and not woken since? wait_event's entries start zeroed. */
static inline bool is_queued(const struct wait_entry *entry)
{
	return READ_ONCE(entry->link.tqe_prev) != NULL;
}

/* Add current to wq, if it is not there, and set its state. */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_entry *entry,
		     enum task_state state);
/* Take it off again; state back to TASK_RUNNING. */
void finish_wait(struct wait_queue_head *wq, struct wait_entry *entry);
/* Wake every waiter and take it off. Any context. */
void __wake_up(struct wait_queue_head *wq);

/* The same; mostly nobody waits. */
static inline void wake_up(struct wait_queue_head *wq)
{
	smp_mb(); /* what they wait for is visible before the queue is looked at */
	if (unlikely(!TAILQ_EMPTY(&wq->waiters)))
		__wake_up(wq);
}

/* Sleep until cond. cond is evaluated with no lock held. */
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

/* The same in that state, until broken: 0, or -ERESTARTSYS. */
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

/* A signal ends it. */
#define wait_event_interruptible(wq, cond) \
	wait_event_unless(wq, cond, TASK_INTERRUPTIBLE, signal_pending())

/* A signal that kills ends it. */
#define wait_event_killable(wq, cond) \
	wait_event_unless(wq, cond, TASK_KILLABLE, fatal_signal_pending())

#endif
