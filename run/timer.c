/*
 * The tick, and the list of tasks that sleep for a time or want a signal.
 *
 * Owns the board's one timer: it is armed for whatever comes first, the next
 * tick or the first of the list, so a sleep ends when it should and not at a
 * tick. One-shot and re-armed each time: never late by what was lost before.
 */
#include <board/board.h>
#include <bug.h>
#include <run/run.h>
#include <run/timer.h>
#include <service.h>

static spinlock_t timer_lock = SPINLOCK_INIT; /* irqs off */
TAILQ_HEAD(timer_list, timer);
static struct timer_list timers = TAILQ_HEAD_INITIALIZER(timers);
static u64 next_tick_ns; /* timer_lock */
static bool started;     /* timer_lock */
u64 boot_wall_ns;        /* constant after time_init() */

u64 jiffies; /* written by the tick alone */
struct pt_regs *irq_regs;

u64 ktime_ns(void)
{
	return clock_ns();
}

u64 wall_clock_ns(void)
{
	return boot_wall_ns + clock_ns();
}

/* timer_lock held. */
static void arm_timer(void)
{
	const struct timer *first = TAILQ_FIRST(&timers);
	u64 ns = next_tick_ns;

	if (first && first->expires_ns < ns)
		ns = first->expires_ns;
	if (started)
		timer_set(ns);
}

/* Sorted by time; equal ones in order of arrival. timer_lock held. */
static void queue_timer(struct timer *new)
{
	struct timer *t;

	TAILQ_FOREACH_REVERSE(t, &timers, timer_list, link)
		if (t->expires_ns <= new->expires_ns)
			break;
	if (t)
		TAILQ_INSERT_AFTER(&timers, t, new, link);
	else
		TAILQ_INSERT_HEAD(&timers, new, link);
	new->queued = true;
}

static void unqueue_timer(struct timer *t)
{
	TAILQ_REMOVE(&timers, t, link);
	t->queued = false;
}

void timer_start(struct timer *timer)
{
	u32 flags;

	BUG_ON(timer->queued);
	spin_lock_irqsave(&timer_lock, flags);
	queue_timer(timer);
	if (TAILQ_FIRST(&timers) == timer)
		arm_timer();
	spin_unlock_irqrestore(&timer_lock, flags);
}

bool timer_cancel(struct timer *timer)
{
	bool queued;
	u32 flags;

	spin_lock_irqsave(&timer_lock, flags);
	queued = timer->queued;
	if (queued)
		unqueue_timer(timer);
	spin_unlock_irqrestore(&timer_lock, flags);
	return queued;
}

/*
 * Those whose time has come, up to the first that is to send a signal: the
 * process that is to get it, or 0. timer_lock held, inside which nothing is
 * sent.
 */
static s32 run_timers(u64 now)
{
	struct timer *t;

	while ((t = TAILQ_FIRST(&timers)) && t->expires_ns <= now) {
		unqueue_timer(t);
		if (!t->task)
			return t->tgid;
		wake_up_process(t->task);
	}
	return 0;
}

/* The timer's interrupt. */
static void timer_interrupt(void)
{
	u64 now = clock_ns();
	bool tick = false;
	s32 tgid;

	spin_lock(&timer_lock);
	/* More than one when interrupts were off for long: none is lost. */
	while (next_tick_ns <= now) {
		next_tick_ns += TICK_NSEC;
		jiffies++;
		tick = true;
	}
	while ((tgid = run_timers(now)) != 0) {
		spin_unlock(&timer_lock);
		services_timer_expired(tgid);
		spin_lock(&timer_lock);
	}
	arm_timer();
	spin_unlock(&timer_lock);
	if (tick)
		scheduler_tick(irq_regs && user_mode(irq_regs));
}

void time_init(void)
{
	u32 flags;

	timer_init(timer_interrupt);
	spin_lock_irqsave(&timer_lock, flags);
	next_tick_ns = clock_ns() + TICK_NSEC;
	started = true;
	arm_timer();
	spin_unlock_irqrestore(&timer_lock, flags);
	boot_wall_ns = rtc_seconds() * NSEC_PER_SEC;
	if (boot_wall_ns > clock_ns())
		boot_wall_ns -= clock_ns();
}

u64 schedule_timeout(u64 ns)
{
	u64 now = clock_ns();
	struct timer t = { .expires_ns = now + ns, .task = current };

	if (t.expires_ns < now) { /* beyond the clock's end: no timer */
		schedule();
		return ns;
	}
	timer_start(&t);
	schedule();
	timer_cancel(&t);
	now = clock_ns();
	return now < t.expires_ns ? t.expires_ns - now : 0;
}
