/*
 * Real-time tasks, SCHED_FIFO and SCHED_RR: true order instead of shares.
 *
 * Owns the real-time tasks that are ready: a list for each priority, and a bit
 * for each list that has a task. The first of the highest priority runs before
 * all tasks that have shares, until it waits, yields, or one of higher priority
 * wakes; one that is preempted is the first of its list again. SCHED_RR differs
 * in one thing: when its slice is over and its list has another one, it goes to
 * the end.
 *
 * A real-time task that never waits would stop the machine, so they have 95 of
 * 100 ticks, as on Linux: when these are used up the others run until the second
 * is over. If there is nobody else, real-time tasks go on.
 *
 * runqueue.lock guards all that is here; run/sched.c holds it and calls.
 */
#include <run/run.h>
#include <services/sched/internal.h>

#define PERIOD_TICKS  (1u * HZ)
#define RUNTIME_TICKS (PERIOD_TICKS * 95 / 100)

#define BITS 32u

/* By inv_weight: the highest priority is first. */
static struct task_list ready[RT_INV_WEIGHTS];
static u32 has_tasks[(RT_INV_WEIGHTS + BITS - 1) / BITS];

static u64 period_start; /* in jiffies */
static u32 used_ticks;   /* of RUNTIME_TICKS, since then */

/* The first list that has a task; RT_INV_WEIGHTS: none. */
static u32 first_list(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(has_tasks); i++)
		if (has_tasks[i])
			return i * BITS + (u32)__builtin_ctz(has_tasks[i]);
	return RT_INV_WEIGHTS;
}

static void realtime_put(struct task_struct *task, bool first)
{
	u32 at = task->inv_weight;

	/* Nobody preempts its equal: then its slice was over. */
	if (task->policy == SCHED_RR && at == first_list())
		first = false;
	if (first)
		TAILQ_INSERT_HEAD(&ready[at], task, run_link);
	else
		TAILQ_INSERT_TAIL(&ready[at], task, run_link);
	has_tasks[at / BITS] |= 1u << at % BITS;
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

/* Is what real-time tasks may use in this period used up? */
static bool is_throttled(void)
{
	return used_ticks >= RUNTIME_TICKS &&
		jiffies - period_start < PERIOD_TICKS;
}

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

static bool realtime_tick(const struct task_struct *curr, u32 nr, bool over,
			  bool others)
{
	bool realtime = is_realtime_task(curr);

	if (jiffies - period_start >= PERIOD_TICKS) {
		period_start = jiffies;
		used_ticks = 0;
	}
	if (realtime)
		used_ticks += nr;
	if (is_throttled())
		return realtime ? others : over;
	return !realtime ||
		(curr->policy == SCHED_RR &&
		 !TAILQ_EMPTY(&ready[curr->inv_weight]));
}

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
