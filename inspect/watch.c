/*
 * The watch: reports on the log a task that makes others wait too long, and
 * where.
 *
 * Owns one timer, whose interrupt checks every 4 seconds for
 *
 *	a soft stall	the running task has kept the core in the kernel, though
 *			others are ready, for 20 seconds
 *	a hard stall	the interrupt comes 10 seconds late: they were off
 *	a hung task	one has slept uninterruptibly for 120 seconds
 *
 * There is one core, and no interrupt that cannot be masked: a hard stall is
 * seen when it ends. One that never ends is most often a spinlock that is never
 * released, which spin_lock() itself reports (include/asm/spinlock.h).
 */
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <lib/backtrace.h>
#include <lib/printk.h>
#include <run/timer.h>
#include <service.h>

#define TASKS_AT_ONCE 200 /* tasks checked with interrupts off */
#define MAX_HUNG      10  /* reports since boot */

static const struct watch_limits linux_limits = {
	.period = 4000,
	.soft = 20000,
	.hard = 10000,
	.hung = 120000,
};

/* used with interrupts off, all of it */
static struct watch_limits limits;
static void watch_expired(struct timer *timer);

/* Not in startup/services.c: the core calls it only through watch_timer. */
static const struct service watch_service = {
	.timer_expired = watch_expired,
};

static struct timer watch_timer = { .service = &watch_service };
static s32 next_pid; /* where the walk continues; 0: the first task */
static u32 nr_hung;
static s32 busy_pid; /* the task that had the core at the last check */
static u32 busy_switches, busy_ms; /* and since when */
static bool busy_named;

/* Returns ns in ms, which wraps after 49 days; only differences are used. */
static u32 to_ms(u64 ns)
{
	u32 nsec, sec = split_seconds(ns, &nsec);

	return sec * 1000 + nsec / 1000000;
}

/*
 * Returns how often task was switched away from: equal numbers mean that it was
 * not.
 */
static u32 switches_of(const struct task_struct *task)
{
	return task->use.nvcsw + task->use.nivcsw;
}

/* ---- soft -------------------------------------------------------- */

/*
 * Returns true if task runs in the kernel while others are ready. Process 0 is
 * the idle loop.
 */
static bool keeps_core(const struct task_struct *task)
{
	return task->pid && irq_regs && !user_mode(irq_regs) &&
		test_thread_flag(TIF_NEED_RESCHED);
}

/* Checks for a soft stall. */
static void look_at_running(u32 now)
{
	/* Interrupts have no task: current is the one interrupted. */
	const struct task_struct *task = current;

	if (!keeps_core(task) || task->pid != busy_pid ||
	    switches_of(task) != busy_switches) {
		busy_pid = keeps_core(task) ? task->pid : 0;
		busy_switches = switches_of(task);
		busy_ms = now;
		busy_named = false;
		return;
	}
	/* One report for each stall. */
	if (busy_named || now - busy_ms < limits.soft)
		return;
	busy_named = true;
	pr_emerg("watch: %s, pid %d, keeps the core for %u ms: others wait\n",
		 task->comm, (int)task->pid, (unsigned int)(now - busy_ms));
	dump_stack(irq_regs);
	show_locks();
}

/* ---- hard -------------------------------------------------------- */

/* Checks for a hard stall: the timer's interrupt is late ms late. */
static void look_at_delay(u32 late)
{
	if (late < limits.hard)
		return;
	pr_emerg("watch: interrupts were off for %u ms, until here, in %s, "
		 "pid %d\n",
		 (unsigned int)late, current->comm, (int)current->pid);
	dump_stack(irq_regs);
}

/* ---- hung -------------------------------------------------------- */

/* Checks one task for an endless sleep. Hold tasklist_lock. */
static void look_at_sleeper(struct task_struct *task, u32 now)
{
	if (task->state != TASK_UNINTERRUPTIBLE ||
	    task->watch_switches != switches_of(task) || !task->watch_ms) {
		task->watch_switches = switches_of(task);
		task->watch_ms = now | 1; /* 0 means: never checked */
		return;
	}
	/*
	 * Reported once: watch_ms is then moved, so that the next check is
	 * beyond two limits.
	 */
	if (now - task->watch_ms < limits.hung ||
	    now - task->watch_ms >= 2 * limits.hung || nr_hung >= MAX_HUNG)
		return;
	task->watch_ms -= 2 * limits.hung;
	nr_hung++;
	pr_emerg("watch: %s, pid %d, sleeps uninterruptibly for %u ms\n",
		 task->comm, (int)task->pid, (unsigned int)limits.hung);
	dump_task(task);
}

/* Checks some tasks at a time: all of 4,096 within half of the limit. */
static void look_at_sleepers(u32 now)
{
	u32 flags = tasklist_lock();
	struct task_struct *task = find_task(next_pid);

	/* The task at which the last walk stopped may have ended. */
	if (!next_pid || !task)
		task = TAILQ_FIRST(&all_tasks);
	for (u32 i = 0; task && i < TASKS_AT_ONCE; i++) {
		look_at_sleeper(task, now);
		task = TAILQ_NEXT(task, tasks);
	}
	next_pid = task ? task->pid : 0;
	tasklist_unlock(flags);
}

/* ---- the timer --------------------------------------------------- */

/* Starts the timer for the next check. */
static void start_timer(void)
{
	watch_timer.expires_ns = ktime_ns() + limits.period * 1000000ull;
	timer_start(&watch_timer);
}

/*
 * In the timer's interrupt, which no task in the kernel can delay unless it
 * masks interrupts.
 */
static void watch_expired(struct timer *timer __unused_arg)
{
	u32 now = to_ms(ktime_ns());

	look_at_delay(to_ms(ktime_ns() - watch_timer.expires_ns));
	look_at_running(now);
	look_at_sleepers(now);
	/* After the reports: the time to print them is no delay. */
	start_timer();
}

void watch_start(const struct watch_limits *by)
{
	u32 flags = local_irq_save(); /* the timer's interrupt uses all below */

	limits = by ? *by : linux_limits;
	nr_hung = 0;
	/* A test may set other limits while the timer runs. */
	timer_cancel(&watch_timer);
	start_timer();
	local_irq_restore(flags);
}
