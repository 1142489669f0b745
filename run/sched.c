/*
 * The scheduler: fair shares by virtual run time, one queue per core.
 *
 * Owns runqueues: the tasks that are ready to run, without the running one. A
 * task's vruntime is the time it has run divided by its weight. The task with
 * the least runs next, so that each gets the core in proportion to its weight.
 * A woken task preempts the running one if it is far enough behind it:
 * TIF_NEED_RESCHED, as at the end of a slice. The idle task is never queued. The
 * kernel is not preempted. Real-time tasks have no share: realtime_ops keeps
 * them, and they run before all others.
 *
 * The queue is a list, sorted by vruntime and searched from the end where the
 * task most likely belongs: the back for a task that has run, the front for a
 * woken one; among many tasks a tree (many.c) finds the place.
 */
#include <asm/barrier.h>
#include <asm/uaccess.h>
#include <board/board.h>
#include <lib/printk.h>
#include <mmu/mmu.h>
#include <percpu.h>
#include <run/run.h>
#include <run/runqueue.h>
#include <syscalls.h>
#include <trace.h>

/*
 * How far behind all others a task may be when it wakes, however long it slept:
 * it must not keep the core to make up for its sleep.
 */
#define SLEEPER_CREDIT 16u /* units: 4 ms at nice 0 */
/* No task gets this far ahead; one that seems to has slept half a turn. */
#define FAR_AHEAD      (1u << 18) /* units: a minute */

/* Between two samples of the load. */
#define LOAD_TICKS (5 * HZ)

static DEFINE_PER_CPU(struct runqueue, runqueues);
struct realtime_operations realtime_ops;

/* ---- virtual run time; rq->lock held ----------------------------- */

/*
 * Charges curr for the time since the last call. The tick calls this too, so
 * the difference fits 32 bits, unless the idle task ran, which is never queued.
 */
static inline void account(struct runqueue *rq, struct task_struct *curr)
{
	u32 now = clock_ns_low();

	curr->vruntime += (u64)(now - rq->since) * READ_ONCE(curr->inv_weight);
	rq->since = now;
}

/* The same, and advances min_units to the least of all runnable tasks. */
static inline void update_curr(struct runqueue *rq, struct task_struct *curr)
{
	const struct task_struct *first = TAILQ_FIRST(&rq->ready);

	account(rq, curr);
	if (!first || units_behind(curr, first) > 0)
		first = curr;
	if ((s32)(vruntime_units(first) - rq->min_units) > 0)
		rq->min_units = vruntime_units(first);
}

/* ---- the queue; rq->lock held ------------------------------------ */

/*
 * A new task goes behind all that have run no more (beside = 1); one that has
 * run and can go on goes before those that have run as long, for its turn is
 * not over (beside = 0).
 */
static inline void queue_from_back(struct runqueue *rq,
				   struct task_struct *task, s32 beside)
{
	struct task_struct *t = TAILQ_LAST(&rq->ready, ready_list);

	if (unlikely(rq->many)) {
		queue_in_tree(rq, task, beside);
		return;
	}
	while (t && units_behind(task, t) >= beside)
		t = TAILQ_PREV(t, ready_list, run_link);
	if (t)
		TAILQ_INSERT_AFTER(&rq->ready, t, task, run_link);
	else
		TAILQ_INSERT_HEAD(&rq->ready, task, run_link);
}

/* For yield(): last in the queue, charged as if it had run as long. */
static inline void queue_yielding(struct runqueue *rq, struct task_struct *task)
{
	const struct task_struct *last = TAILQ_LAST(&rq->ready, ready_list);

	if (last && units_behind(task, last) > 0)
		task->vruntime = last->vruntime; /* keeps it sorted */
	if (unlikely(rq->many))
		queue_in_tree(rq, task, 1);
	else
		TAILQ_INSERT_TAIL(&rq->ready, task, run_link);
}

/*
 * One that is woken: it most likely has run less than the others, and goes
 * before those that have run as long.
 */
static inline void queue_woken(struct runqueue *rq, struct task_struct *task)
{
	struct task_struct *t;

	if (unlikely(rq->many)) {
		queue_in_tree(rq, task, 0);
		return;
	}
	TAILQ_FOREACH(t, &rq->ready, run_link)
		if (units_behind(task, t) >= 0)
			break;
	if (t)
		TAILQ_INSERT_BEFORE(t, task, run_link);
	else
		TAILQ_INSERT_TAIL(&rq->ready, task, run_link);
}

static __noinline void queue_realtime(struct runqueue *rq,
				      struct task_struct *task, bool first)
{
	rq->nr_realtime++;
	realtime_ops.put(task, first);
}

/* The first runs next, out of the queue. */
static inline struct task_struct *take_first(struct runqueue *rq)
{
	struct task_struct *next = TAILQ_FIRST(&rq->ready);

	if (unlikely(!next))
		return rq->idle;
	TAILQ_REMOVE(&rq->ready, next, run_link);
	if (unlikely(rq->many))
		take_from_tree(rq, next);
	return next;
}

/*
 * A task wakes: it is ready, with a bounded credit for its sleep. It runs at
 * once if it is far enough behind: 2.1 ms at nice 0, more the lighter it is.
 * That is more than a slice, or a parent would preempt each child that wakes
 * it.
 */
static inline void activate_task(struct runqueue *rq, struct task_struct *task)
{
	s32 lead = (s32)(READ_ONCE(task->inv_weight) / (NICE_0_INV_WEIGHT / 8));
	struct task_struct *curr = current;
	u32 floor;

	if (unlikely(is_realtime_task(task))) {
		queue_realtime(rq, task, false);
		return;
	}
	update_curr(rq, curr);
	floor = rq->min_units - SLEEPER_CREDIT;
	if (vruntime_units(task) - floor >= FAR_AHEAD) /* or below the floor */
		task->vruntime = (u64)floor << 32;
	queue_woken(rq, task);
	if (unlikely(units_behind(task, curr) > lead) &&
	    !is_realtime_task(curr))
		atomic_or(TIF_NEED_RESCHED, &curr->thread_info.flags);
}

void sched_init(void)
{
	struct runqueue *rq = &this_cpu(runqueues);

	BUG_ON(current != &init_task);
	spin_lock_init(&rq->lock);
	TAILQ_INIT(&rq->ready);
	RB_INIT(&rq->tree);
	rq->idle = &init_task;
	rq->next_load = LOAD_TICKS;
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
 * same in all of them, and no TLB entry is lost. What it borrows is one
 * mm_count, dropped after a switch away from it.
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
	else /* the borrowed count passes to next */
		pti->active_mm = NULL;
}

/* The rest of schedule(), on the new task's stack. Releases rq->lock. */
static inline void finish_task_switch(struct runqueue *rq)
{
	struct task_struct *prev = rq->prev;
	struct mm_struct *mm = rq->prev_mm;
	/* Read before the unlock: prev could then run elsewhere, and exit. */
	bool dead = prev->state >= TASK_ZOMBIE;

	spin_unlock(&rq->lock);
	if (unlikely(mm)) {
		rq->prev_mm = NULL;
		mmdrop(mm);
	}
	if (unlikely(dead)) {
		rq->nr_alive--; /* interrupts are off still */
		put_task(prev); /* nothing runs on its stack now */
	}
}

/*
 * prev stops running and is queued, unless it sleeps. Returns the counter to
 * increment if another task runs next. Hold rq->lock.
 */
static inline u32 *put_prev_task(struct runqueue *rq, struct task_struct *prev,
				 bool yields, bool realtime)
{
	account(rq, prev);
	/* A signal that came before the sleep found prev running: no sleep. */
	if (!yields && prev->state == TASK_INTERRUPTIBLE && signal_pending())
		prev->state = TASK_RUNNING;
	if (!yields && prev->state != TASK_RUNNING) {
		prev->on_rq = false;
		if (realtime)
			rq->nr_realtime--;
		return &prev->use.nvcsw;
	}
	if (realtime)
		realtime_ops.put(prev, !yields);
	else if (yields)
		queue_yielding(rq, prev);
	else if (likely(prev != rq->idle))
		queue_from_back(rq, prev, 0);
	return &prev->use.nivcsw;
}

/*
 * prev stops running; returns who runs next, and counts the switch if there is
 * one. classes: there are real-time tasks. rq->lock held.
 */
static __always_inline struct task_struct *choose_next(struct runqueue *rq,
						       struct task_struct *prev,
						       bool yields,
						       bool classes)
{
	u32 *count = put_prev_task(rq, prev, yields,
				   classes && is_realtime_task(prev));
	struct task_struct *next = classes ?
		realtime_ops.take(!TAILQ_EMPTY(&rq->ready)) :
		NULL;

	if (!next)
		next = take_first(rq);
	if (likely(next != prev))
		++*count;
	return next;
}

static __noinline struct task_struct *choose_by_class(struct runqueue *rq,
						      struct task_struct *prev,
						      bool yields)
{
	return choose_next(rq, prev, yields, true);
}

/* Inlined twice: a flag tested at run time would be 2 % of a switch. */
static __always_inline void __schedule(bool yields)
{
	u32 flags = local_irq_save();
	struct runqueue *rq = &this_cpu(runqueues);
	struct task_struct *prev = current, *next;

	spin_lock(&rq->lock);
	if (test_thread_flag(TIF_NEED_RESCHED))
		atomic_andnot(TIF_NEED_RESCHED, &prev->thread_info.flags);
	if (unlikely(rq->nr_realtime))
		next = choose_by_class(rq, prev, yields);
	else
		next = choose_next(rq, prev, yields, false);
	if (likely(next != prev)) {
		rq->use.switches++;
		rq->prev = prev;
		context_switch_mm(rq, prev, next);
		vfp_switch(next); /* off, unless it is the owner */
		if (unlikely(trace_mask & (1u << TRACE_SWITCH)))
			trace_switch(prev, next);
		switch_to(prev, next);
		/* prev runs again, perhaps much later, perhaps elsewhere. */
		if (unlikely(prev->rseq_va))
			atomic_or(TIF_NOTIFY_RESUME, &prev->thread_info.flags);
		finish_task_switch(&this_cpu(runqueues));
	} else {
		spin_unlock(&rq->lock);
	}
	local_irq_restore(flags);
}

void schedule(void)
{
	__schedule(false);
}

/* Not a call of yield(): that would cost 2 % of the switch. */
s32 sys_sched_yield(void)
{
	__schedule(true);
	return 0;
}

void yield(void)
{
	sys_sched_yield();
}

void schedule_tail(void)
{
	struct task_struct *task = current;

	/* The first thing that a new task does: it holds rq->lock. */
	finish_task_switch(&this_cpu(runqueues));
	local_irq_enable();
	/* As in Linux, a bad address is not an error. */
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
	smp_mb(); /* the state is visible before the condition is looked at */
}

/* Wakes task if its state is in [first, last]; returns whether it was. */
static inline bool wake_up_from(struct task_struct *task, enum task_state first,
				enum task_state last)
{
	struct runqueue *rq = &this_cpu(runqueues);
	bool asleep, on_rq;
	u32 flags;

	/* Its barrier: the condition is visible before the state is read. */
	spin_lock_irqsave(&rq->lock, flags);
	asleep = task->state >= first && task->state <= last;
	if (asleep) {
		on_rq = task->on_rq;
		task->state = TASK_RUNNING;
		task->on_rq = true; /* the task may still be running */
		if (!on_rq)
			activate_task(rq, task);
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

/*
 * A child begins with the vruntime that its parent had when the call began, and
 * a whole slice more: nobody gets more of the core by making children than by
 * running, and a parent of many runs before them.
 */
void wake_up_new_task(struct task_struct *task)
{
	struct runqueue *rq = &this_cpu(runqueues);
	u32 flags;
	s32 ns;

	BUG_ON(task->on_rq || task->state != TASK_UNINTERRUPTIBLE);
	spin_lock_irqsave(&rq->lock, flags);
	/* start_ns was read as fork began; negative: before this turn. */
	ns = max((s32)((u32)task->start_ns - rq->since), 0) + (s32)SLICE_NSEC;
	/* A real-time parent's stands still: its child would be owed hours. */
	task->vruntime = is_realtime_task(current) ?
		(u64)rq->min_units << 32 :
		current->vruntime + (u64)(u32)ns * current->inv_weight;
	task->state = TASK_RUNNING;
	task->on_rq = true;
	if (++rq->nr_alive > MANY_TASKS && !rq->many)
		begin_tree(rq);
	if (unlikely(is_realtime_task(task)))
		queue_realtime(rq, task, false);
	else
		queue_from_back(rq, task, 1);
	spin_unlock_irqrestore(&rq->lock, flags);
}

/* It is queued; rq->lock held. */
static void dequeue(struct runqueue *rq, struct task_struct *task)
{
	if (is_realtime_task(task)) {
		realtime_ops.remove(task);
		return;
	}
	TAILQ_REMOVE(&rq->ready, task, run_link);
	if (rq->many)
		take_from_tree(rq, task);
}

void set_inv_weight(struct task_struct *task, u32 inv_weight)
{
	struct runqueue *rq = &this_cpu(runqueues);
	bool from = is_realtime_task(task), to = inv_weight < RT_INV_WEIGHTS;
	bool queued, less = inv_weight > task->inv_weight;
	u32 flags;

	if (inv_weight == task->inv_weight)
		return; /* the task keeps its place among equals */
	spin_lock_irqsave(&rq->lock, flags);
	queued = (from || to) && task->on_rq && task != current;
	if (queued)
		dequeue(rq, task);
	if (from) /* what it ran meanwhile is no debt */
		task->vruntime = (u64)rq->min_units << 32;
	if (task->on_rq)
		rq->nr_realtime += (u32)to - (u32)from;
	WRITE_ONCE(task->inv_weight, inv_weight);
	if (queued && to)
		realtime_ops.put(task, less);
	else if (queued)
		queue_from_back(rq, task, 1);
	if (from || to)
		atomic_or(TIF_NEED_RESCHED, &current->thread_info.flags);
	spin_unlock_irqrestore(&rq->lock, flags);
}

/* ---- statistics; rq->lock held ----------------------------------- */

static u32 nr_running(const struct runqueue *rq)
{
	const struct task_struct *task;
	u32 n = rq->nr_realtime;

	TAILQ_FOREACH(task, &rq->ready, run_link)
		n++;
	return n + (current != rq->idle && !is_realtime_task(current));
}

/*
 * Linux's load averages: decay is e to the power of -5 s / 1, 5 and 15 minutes,
 * in LOAD_ONE; the rest of the weight goes to the present number. Samples are
 * missed only while the core is idle, so they count as 0.
 */
static void look_at_load(struct runqueue *rq)
{
	static const u16 decay[NR_LOADS] = { 1884, 2014, 2037 };
	u32 now = nr_running(rq) * LOAD_ONE;

	for (; rq->next_load <= jiffies; rq->next_load += LOAD_TICKS) {
		bool missed = rq->next_load + LOAD_TICKS <= jiffies;
		u32 active = missed ? 0 : now;

		for (u32 i = 0; i < NR_LOADS; i++)
			rq->use.load[i] = (rq->use.load[i] * decay[i] +
					   active * (LOAD_ONE - decay[i])) /
				LOAD_ONE;
	}
}

static void count_ticks(struct runqueue *rq, struct task_struct *curr,
			bool user, u32 nr)
{
	u64 ns = (u64)nr * TICK_NSEC;

	/* Charges the whole tick to the task that it interrupts, as Linux. */
	if (user) {
		curr->use.utime_ns += ns;
		curr->group_leader->group_use.utime_ns += ns;
		rq->use.user_ns += ns;
	} else {
		curr->use.stime_ns += ns;
		curr->group_leader->group_use.stime_ns += ns;
		if (curr != rq->idle)
			rq->use.system_ns += ns;
	}
	if (jiffies >= rq->next_load)
		look_at_load(rq);
}

void get_core_use(struct core_use *use)
{
	struct runqueue *rq = &this_cpu(runqueues);
	u32 flags;

	spin_lock_irqsave(&rq->lock, flags);
	/* No tick has sampled while the core was idle. */
	if (jiffies >= rq->next_load)
		look_at_load(rq);
	*use = rq->use;
	use->running = nr_running(rq);
	spin_unlock_irqrestore(&rq->lock, flags);
}

bool scheduler_tick(bool user, u32 nr)
{
	struct runqueue *rq = &this_cpu(runqueues);
	struct task_struct *curr = current;
	const struct task_struct *first;
	bool over;

	spin_lock(&rq->lock);
	count_ticks(rq, curr, user, nr);
	update_curr(rq, curr);
	first = TAILQ_FIRST(&rq->ready);
	over = first && units_behind(first, curr) > 0;
	if (unlikely(rq->nr_realtime))
		over = realtime_ops.tick(curr, nr, over, first != NULL);
	if (over)
		atomic_or(TIF_NEED_RESCHED, &curr->thread_info.flags);
	spin_unlock(&rq->lock);
	return first || rq->nr_realtime; /* a task alone has no slice to end */
}

void cpu_idle(void)
{
	BUG_ON(current != this_cpu(runqueues).idle);
	for (;;) {
		schedule();
		/*
		 * Off between the look and WFI: an interrupt that makes a task
		 * runnable then is pending, and WFI returns (DDI0406C B1.8.13).
		 */
		local_irq_disable();
		if (TAILQ_EMPTY(&this_cpu(runqueues).ready) &&
		    !this_cpu(runqueues).nr_realtime) {
			tick_stop(true);
			wfi();
			tick_stop(false);
		}
		local_irq_enable();
	}
}
