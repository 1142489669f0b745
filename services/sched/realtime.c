/*
 * Real-time tasks, SCHED_FIFO and SCHED_RR: true order instead of shares.
 *
 * Owns the real-time tasks that are ready: a list for each priority, and a bit
 * for each list that has a task. The first task of the highest priority runs
 * before all tasks that have shares, until it waits, yields, or one of higher
 * priority wakes; one that is preempted is the first of its list again.
 * SCHED_RR differs in one thing: a task whose slice is over goes to the end of
 * its list, if that has another one.
 *
 * A real-time task that never waits would stop the machine, so real-time tasks
 * get 95 of 100 ticks, as on Linux: when these are used up, other tasks run
 * until the second is over. If no other task is ready, real-time tasks
 * continue.
 *
 * runqueue.lock guards everything here; run/sched.c holds it when it calls.
 */
#include <run/run.h>
#include <services/sched/internal.h>

#define PERIOD_TICKS  (SCHED_RT_PERIOD_US / (1000000 / HZ))
#define RUNTIME_TICKS (SCHED_RT_RUNTIME_US / (1000000 / HZ))

#define BITS 32u

/* Indexed by inv_weight, so the list of the highest priority is the first. */
static struct task_list ready[RT_INV_WEIGHTS];
static u32 has_tasks[(RT_INV_WEIGHTS + BITS - 1) / BITS];

static u64 period_start; /* in jiffies */
static u32 used_ticks;   /* of RUNTIME_TICKS, since then */

/* Returns the index of the first list that has a task, or RT_INV_WEIGHTS. */
static u32 first_list(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(has_tasks); i++)
		if (has_tasks[i])
			return i * BITS + (u32)__builtin_ctz(has_tasks[i]);
	return RT_INV_WEIGHTS;
}

/* run/run.h has the contract of this and the next three functions. */
static void realtime_put(struct task_struct *task, bool first)
{
	u32 at = task->inv_weight;

	/*
	 * An equal priority preempts nobody: if task left the core to its
	 * equal, its slice was over, and it goes to the end.
	 */
	if (task->policy == SCHED_RR && at == first_list())
		first = false;
	if (first)
		TAILQ_INSERT_HEAD(&ready[at], task, run_link);
	else
		TAILQ_INSERT_TAIL(&ready[at], task, run_link);
	has_tasks[at / BITS] |= 1u << at % BITS;
	/*
	 * A task with a share has a larger inv_weight than any real-time one.
	 */
	if (at < current->inv_weight)
		atomic_or(TIF_NEED_RESCHED, &current->thread_info.flags);
}

static void realtime_remove(struct task_struct *task)
{
	u32 at = task->inv_weight;

	TAILQ_REMOVE(&ready[at], task, run_link);
	if (TAILQ_EMPTY(&ready[at]))
		has_tasks[at / BITS] &= ~(1u << at % BITS);
}

/* Returns true if real-time tasks have used up their ticks of this period. */
static bool is_throttled(void)
{
	return used_ticks >= RUNTIME_TICKS &&
		jiffies - period_start < PERIOD_TICKS;
}

/* Throttling applies only while tasks with shares are ready (others). */
static struct task_struct *realtime_take(bool others)
{
	struct task_struct *task;
	u32 at = first_list();

	if (at == RT_INV_WEIGHTS || (others && is_throttled()))
		return NULL;
	task = TAILQ_FIRST(&ready[at]);
	realtime_remove(task);
	return task;
}

u32 sched_rr_timeslice_ms = RR_TIMESLICE_MS;

/*
 * task, of SCHED_RR, has run for nr ticks more: returns true if its slice is
 * over. As on Linux the ticks count even if no equal task is ready, and a task
 * that was preempted goes on with its slice: with a new one, its equals would
 * never run if one of higher priority preempts it again and again.
 */
static bool slice_is_over(struct task_struct *task, u32 nr)
{
	u32 ticks = task->slice_ticks + nr;
	bool over = ticks >= rr_slice_ticks();

	task->slice_ticks = over ? 0 : (u8)ticks;
	return over;
}

static bool realtime_tick(struct task_struct *curr, u32 nr, bool over,
			  bool others)
{
	bool realtime = is_realtime_task(curr);

	/* A new second, counted from its first tick, gives a full quota. */
	if (jiffies - period_start >= PERIOD_TICKS) {
		period_start = jiffies;
		used_ticks = 0;
	}
	/* Only these ticks use up the quota; others may use any. */
	if (realtime)
		used_ticks += nr;
	/*
	 * A throttled real-time task gives way at once, if another task is
	 * ready; between these the usual shares hold.
	 */
	if (is_throttled())
		return realtime ? others : over;
	return !realtime ||
		(curr->policy == SCHED_RR && slice_is_over(curr, nr) &&
		 !TAILQ_EMPTY(&ready[curr->inv_weight]));
}

/* At boot, before any task can choose a real-time class. */
void realtime_init(void)
{
	for (u32 i = 0; i < RT_INV_WEIGHTS; i++)
		TAILQ_INIT(&ready[i]);
	realtime_ops = (struct realtime_operations){
		.put = realtime_put,
		.take = realtime_take,
		.remove = realtime_remove,
		.tick = realtime_tick,
	};
}
