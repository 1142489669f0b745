/*
 * The tick, and the list of tasks that sleep for a time.
 *
 * Owns the board's one timer: it is armed for whatever comes first, the next
 * tick or the first sleeper, so a sleep ends when it should and not at a
 * tick. One-shot and re-armed each time: never late by what was lost before.
 */
#include <board/board.h>
#include <percpu.h>
#include <proc/internal.h>

/* On the sleeper's stack while it sleeps. */
struct sleeper {
	u64 expires_ns;			/* constant */
	struct task_struct *task;	/* constant */
	TAILQ_ENTRY(sleeper) link;	/* timer_lock */
	bool queued;			/* timer_lock */
};

static spinlock_t timer_lock = SPINLOCK_INIT;	/* irqs off */
TAILQ_HEAD(sleeper_list, sleeper);
static struct sleeper_list sleepers = TAILQ_HEAD_INITIALIZER(sleepers);
static u64 next_tick_ns;			/* timer_lock */
static bool started;				/* timer_lock */

u64 jiffies;					/* written by the tick alone */
struct pt_regs *irq_regs;

u64 ktime_ns(void)
{
	return clock_ns();
}

/* timer_lock held. */
static void arm_timer(void)
{
	const struct sleeper *first = TAILQ_FIRST(&sleepers);
	u64 ns = next_tick_ns;

	if (first && first->expires_ns < ns)
		ns = first->expires_ns;
	if (started)
		timer_set(ns);
}

/* Sorted by time; equal ones in order of arrival. timer_lock held. */
static void queue_sleeper(struct sleeper *new)
{
	struct sleeper *s;

	TAILQ_FOREACH_REVERSE(s, &sleepers, sleeper_list, link)
		if (s->expires_ns <= new->expires_ns)
			break;
	if (s)
		TAILQ_INSERT_AFTER(&sleepers, s, new, link);
	else
		TAILQ_INSERT_HEAD(&sleepers, new, link);
	new->queued = true;
}

static void unqueue_sleeper(struct sleeper *s)
{
	TAILQ_REMOVE(&sleepers, s, link);
	s->queued = false;
}

static void wake_sleepers(u64 now)
{
	struct sleeper *s;

	while ((s = TAILQ_FIRST(&sleepers)) && s->expires_ns <= now) {
		unqueue_sleeper(s);
		wake_up_process(s->task);
	}
}

/* The timer's interrupt. */
static void timer_interrupt(void)
{
	u64 now = clock_ns();
	bool tick = false;

	spin_lock(&timer_lock);
	/* More than one when interrupts were off for long: none is lost. */
	while (next_tick_ns <= now) {
		next_tick_ns += TICK_NSEC;
		jiffies++;
		tick = true;
	}
	wake_sleepers(now);
	arm_timer();
	spin_unlock(&timer_lock);
	if (tick)
		scheduler_tick(irq_regs && user_mode(irq_regs));
}

void tick_init(void)
{
	u32 flags;

	timer_init(timer_interrupt);
	spin_lock_irqsave(&timer_lock, flags);
	next_tick_ns = clock_ns() + TICK_NSEC;
	started = true;
	arm_timer();
	spin_unlock_irqrestore(&timer_lock, flags);
}

u64 schedule_timeout(u64 ns)
{
	u64 now = clock_ns();
	struct sleeper s = { .expires_ns = now + ns, .task = current };
	u32 flags;

	if (s.expires_ns < now) {	/* beyond the clock's end: no timer */
		schedule();
		return ns;
	}
	spin_lock_irqsave(&timer_lock, flags);
	queue_sleeper(&s);
	if (TAILQ_FIRST(&sleepers) == &s)
		arm_timer();
	spin_unlock_irqrestore(&timer_lock, flags);

	schedule();

	spin_lock_irqsave(&timer_lock, flags);
	if (s.queued)
		unqueue_sleeper(&s);
	spin_unlock_irqrestore(&timer_lock, flags);
	now = clock_ns();
	return now < s.expires_ns ? s.expires_ns - now : 0;
}
