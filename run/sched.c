/*
 * The scheduler: round robin, preemptive by the tick, one queue per core.
 *
 * Owns runqueues: the tasks that could run, the running one among them. It is
 * first in line while it runs and goes to the end when it gives up the core,
 * so everybody waits for everybody else's slice at most once. The idle task is
 * never queued. The kernel itself is not preempted.
 */
#include <asm/barrier.h>
#include <asm/uaccess.h>
#include <lib/printk.h>
#include <mmu/mmu.h>
#include <percpu.h>
#include <run/run.h>
#include <syscalls.h>
#include <trace.h>

#define TIME_SLICE 1 /* ticks */

struct runqueue {
	spinlock_t lock;                 /* irqs off */
	TAILQ_HEAD(, task_struct) tasks; /* lock */
	struct task_struct *idle;        /* constant */
	/* From before a switch to after it: who ran, whose loan is over. */
	struct task_struct *prev;
	struct mm_struct *prev_mm;
};

static DEFINE_PER_CPU(struct runqueue, runqueues);

/* rq->lock held. */
static void enqueue_task(struct runqueue *rq, struct task_struct *task)
{
	task->on_rq = true;
	task->slice = TIME_SLICE;
	TAILQ_INSERT_TAIL(&rq->tasks, task, run_link);
}

static void dequeue_task(struct runqueue *rq, struct task_struct *task)
{
	task->on_rq = false;
	TAILQ_REMOVE(&rq->tasks, task, run_link);
}

void sched_init(void)
{
	struct runqueue *rq = &this_cpu(runqueues);

	BUG_ON(current != &init_task);
	spin_lock_init(&rq->lock);
	TAILQ_INIT(&rq->tasks);
	rq->idle = &init_task;
	/* The boot task borrows init_mm, as any kernel thread borrows one. */
	mmgrab(&init_mm);
}

/* ---- switching --------------------------------------------------- */

static __noinline void trace_switch(const struct task_struct *prev,
				    const struct task_struct *next)
{
	u32 ttbr0, contextidr;

	mmu_current_context(&ttbr0, &contextidr);
	trace_event(TRACE_SWITCH, (u32)prev->pid, (u32)next->pid, ttbr0,
		    contextidr);
}

/* A debug build looks at tables before the hardware does. */
static inline void audit_tables(const struct task_struct *next)
{
	if (IS_ENABLED(CONFIG_DEBUG) &&
	    pgtable_verify_switch(next->thread_info.mm) != 0)
		panic("page tables of %s, pid %d, are bad: named above",
		      next->comm, (int)next->pid);
}

/*
 * Make the address space right for next. A kernel thread has none and borrows
 * the tables that are loaded: it touches only the kernel half, which is the
 * same in all of them, and no TLB entry is lost. The loan is one mm_count,
 * given back after a switch away from the borrower.
 */
static inline void context_switch_mm(struct runqueue *rq,
				     struct task_struct *prev,
				     struct task_struct *next)
{
	struct thread_info *pti = &prev->thread_info;
	struct thread_info *nti = &next->thread_info;

	if (nti->mm) {
		audit_tables(next);
		switch_mm(pti->active_mm, nti->mm);
		if (!pti->mm) { /* kernel thread -> user */
			rq->prev_mm = pti->active_mm;
			pti->active_mm = NULL;
		}
		return;
	}
	nti->active_mm = pti->active_mm;
	/* next's stack may be mapped since these tables were looked at. */
	check_vmalloc_seq(nti->active_mm);
	if (pti->mm) /* user -> kernel thread */
		mmgrab(nti->active_mm);
	else /* the loan moves on */
		pti->active_mm = NULL;
}

/*
 * The rest of schedule(), on the stack of the task that runs now. Drops the
 * lock that the switch was made under.
 */
static inline void finish_task_switch(struct runqueue *rq)
{
	struct task_struct *prev = rq->prev;
	struct mm_struct *mm = rq->prev_mm;
	bool dead = prev->state >= TASK_ZOMBIE;

	rq->prev_mm = NULL;
	spin_unlock(&rq->lock);
	if (unlikely(mm))
		mmdrop(mm);
	if (unlikely(dead))
		put_task(prev); /* nothing runs on its stack now */
}

/*
 * prev stops running: to the end of the line, or out of it. Returns where the
 * switch is counted, if it comes to one. rq->lock held.
 */
static inline u32 *put_prev_task(struct runqueue *rq, struct task_struct *prev)
{
	if (prev->state == TASK_INTERRUPTIBLE && signal_pending())
		prev->state = TASK_RUNNING;
	if (prev->state != TASK_RUNNING) {
		dequeue_task(rq, prev);
		return &prev->use.nvcsw;
	}
	if (likely(prev != rq->idle)) {
		TAILQ_REMOVE(&rq->tasks, prev, run_link);
		TAILQ_INSERT_TAIL(&rq->tasks, prev, run_link);
		prev->slice = TIME_SLICE;
	}
	return &prev->use.nivcsw;
}

void schedule(void)
{
	u32 flags = local_irq_save(), *count;
	struct runqueue *rq = &this_cpu(runqueues);
	struct task_struct *prev = current, *next;

	spin_lock(&rq->lock);
	if (test_thread_flag(TIF_NEED_RESCHED))
		atomic_andnot(TIF_NEED_RESCHED, &prev->thread_info.flags);
	count = put_prev_task(rq, prev);
	next = TAILQ_FIRST(&rq->tasks);
	if (unlikely(!next))
		next = rq->idle;
	if (likely(next != prev)) {
		++*count;
		rq->prev = prev;
		context_switch_mm(rq, prev, next);
		vfp_switch(next);
		if (unlikely(trace_mask & (1u << TRACE_SWITCH)))
			trace_switch(prev, next);
		switch_to(prev, next);
		/* Later, perhaps much later: our turn again. */
		finish_task_switch(&this_cpu(runqueues));
	} else {
		spin_unlock(&rq->lock);
	}
	local_irq_restore(flags);
}

void schedule_tail(void)
{
	struct task_struct *task = current;

	finish_task_switch(&this_cpu(runqueues));
	local_irq_enable();
	/* A bad address is the caller's loss, as in Linux. */
	if (task->set_child_tid &&
	    put_user_u32((u32)task->pid, task->set_child_tid) != 0)
		task->set_child_tid = 0;
}

void schedule_dead(void)
{
	BUG_ON(current->state < TASK_ZOMBIE);
	schedule();
	BUG();
}

/* ---- waking ------------------------------------------------------ */

void set_current_state(enum task_state state)
{
	WRITE_ONCE(current->state, state);
	dmb(); /* the state is visible before the condition is looked at */
}

/* Asleep are the states from `first` to `last`. */
static inline bool wake_up_from(struct task_struct *task, enum task_state first,
				enum task_state last)
{
	struct runqueue *rq = &this_cpu(runqueues);
	bool asleep;
	u32 flags;

	dmb(); /* the condition is visible before the state is looked at */
	spin_lock_irqsave(&rq->lock, flags);
	asleep = task->state >= first && task->state <= last;
	if (asleep) {
		task->state = TASK_RUNNING;
		if (!task->on_rq && task != rq->idle)
			enqueue_task(rq, task);
	}
	spin_unlock_irqrestore(&rq->lock, flags);
	return asleep;
}

bool wake_up_process(struct task_struct *task)
{
	return wake_up_from(task, TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE);
}

bool wake_up_stopped(struct task_struct *task)
{
	return wake_up_from(task, TASK_STOPPED, TASK_STOPPED);
}

bool wake_up_killed(struct task_struct *task)
{
	return wake_up_from(task, TASK_INTERRUPTIBLE, TASK_KILLABLE) ||
		wake_up_stopped(task);
}

void wake_up_new_task(struct task_struct *task)
{
	BUG_ON(task->on_rq || task->state != TASK_UNINTERRUPTIBLE);
	wake_up_process(task);
}

void scheduler_tick(bool user)
{
	struct task_struct *task = current;

	if (user)
		task->use.utime_ns += TICK_NSEC;
	else
		task->use.stime_ns += TICK_NSEC;
	if (task->slice > 1) {
		task->slice--;
		return;
	}
	atomic_or(TIF_NEED_RESCHED, &task->thread_info.flags);
}

void cpu_idle(void)
{
	BUG_ON(current != this_cpu(runqueues).idle);
	for (;;) {
		schedule();
		/*
		 * Interrupts off between the look and WFI: one that makes a
		 * task runnable after the look is pending then, and WFI
		 * returns at once (DDI0406C B1.8.13).
		 */
		local_irq_disable();
		if (TAILQ_EMPTY(&this_cpu(runqueues).tasks))
			wfi();
		local_irq_enable();
	}
}

s32 sys_sched_yield(void)
{
	schedule();
	return 0;
}
