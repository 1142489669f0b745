/*
 * The tick, and the tree of tasks that sleep for a time or want a signal.
 *
 * Owns the board's one timer: it is armed for whatever comes first, the next
 * tick, the end of a slice, or the first of the tree, so a sleep ends when it
 * should and not at a tick. While the core is idle there is no tick, and the timer is armed for the
 * first of the tree alone. One-shot and re-armed each time: never late by what was lost before.
 */
#include <board/board.h>
#include <bug.h>
#include <lib/printk.h>
#include <run/run.h>
#include <run/timer.h>
#include <service.h>

static spinlock_t timer_lock = SPINLOCK_INIT; /* irqs off */
RB_HEAD(timer_tree, timer);
static struct timer_tree timers = RB_INITIALIZER(&timers); /* timer_lock */
static struct timer *first_timer; /* timer_lock: who comes first, or NULL */
static struct timer *expiring;    /* its service is being told */
static u64 next_tick_ns;          /* timer_lock */
static u64 slice_end_ns;     /* timer_lock: other tasks are ready; or NEVER */
static u64 services_wait_ns; /* timer_lock: till then no service is told */
static bool started;         /* timer_lock */
static bool tick_stopped; /* timer_lock: the core is idle and needs no tick */
u64 boot_wall_ns;         /* wall_clock_ns() at boot; a service sets it */

/* So long, if one has come and tasklist_lock is held. */
#define SERVICES_WAIT_NSEC 20000u

/* Far ahead: 73 years, which a driver's seconds hold in 32 bits. */
#define NEVER (1ull << 61)

u64 jiffies; /* timer_lock to write */
struct pt_regs *irq_regs;

u64 ktime_ns(void)
{
	return clock_ns();
}

u64 wall_clock_ns(void)
{
	return boot_wall_ns + clock_ns();
}

/* By time; equal ones in order of arrival. */
static int compare_timers(const struct timer *new, const struct timer *old)
{
	return new->expires_ns < old->expires_ns ? -1 : 1;
}

RB_GENERATE_INSERT_COLOR(timer_tree, timer, link, static)
RB_GENERATE_REMOVE_COLOR(timer_tree, timer, link, static)
RB_GENERATE_INSERT(timer_tree, timer, link, compare_timers, static)
RB_GENERATE_REMOVE(timer_tree, timer, link, static)
RB_GENERATE_NEXT(timer_tree, timer, link, static)

/* timer_lock held. */
static void arm_timer(void)
{
	const struct timer *first = first_timer;
	u64 ns = tick_stopped ? NEVER : min(next_tick_ns, slice_end_ns);

	if (first)
		ns = min(ns, max(first->expires_ns, services_wait_ns));
	if (started)
		timer_set(ns);
}

/* timer_lock held. */
static void queue_timer(struct timer *new)
{
	RB_INSERT(timer_tree, &timers, new);
	if (!first_timer || new->expires_ns < first_timer->expires_ns)
		first_timer = new;
	new->queued = true;
}

static void unqueue_timer(struct timer *t)
{
	if (t == first_timer)
		first_timer = RB_NEXT(timer_tree, &timers, t);
	RB_REMOVE(timer_tree, &timers, t);
	t->queued = false;
}

void timer_start(struct timer *timer)
{
	u32 flags;

	BUG_ON(timer->queued);
	spin_lock_irqsave(&timer_lock, flags);
	queue_timer(timer);
	if (first_timer == timer)
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

void timer_sync(const struct timer *timer)
{
	while (READ_ONCE(expiring) == timer)
		barrier();
}

/*
 * Those whose time has come, up to the first that a service is to be told of,
 * or NULL. timer_lock held, inside which nobody is told anything. A service
 * may take tasklist_lock, which the task has that we interrupted, or another
 * core's, which has its interrupts on, too.
 */
static struct timer *run_timers(u64 now)
{
	struct timer *t;

	while ((t = first_timer) && t->expires_ns <= now) {
		if (!t->task && READ_ONCE(tasklist_spinlock.held)) {
			services_wait_ns = now + SERVICES_WAIT_NSEC;
			break;
		}
		unqueue_timer(t);
		if (!t->task)
			return t;
		wake_up_process(t->task);
	}
	return NULL;
}

/*
 * The scheduler's part, if a tick or a slice is over. More than one tick when
 * interrupts were off for long or the tick was stopped: none is lost.
 * timer_lock held.
 */
static void run_tick(u64 now, bool user)
{
	u32 nr = 0, sec, nsec;

	if (now >= next_tick_ns) {
		sec = split_seconds(now - next_tick_ns, &nsec);
		nr = sec * HZ + nsec / (u32)TICK_NSEC + 1;
	}
	next_tick_ns += (u64)nr * TICK_NSEC;
	jiffies += nr;
	log_ticks += nr;
	if (nr || now >= slice_end_ns)
		slice_end_ns = scheduler_tick(user, nr) ? now + SLICE_NSEC :
							  NEVER;
}

/* The timer's interrupt. */
static void timer_interrupt(void)
{
	u64 now = clock_ns();
	struct timer *t;

	spin_lock(&timer_lock);
	while ((t = run_timers(now)) != NULL) {
		WRITE_ONCE(expiring, t);
		spin_unlock(&timer_lock);
		t->service->timer_expired(t);
		spin_lock(&timer_lock);
	}
	WRITE_ONCE(expiring, NULL);
	run_tick(now, irq_regs && user_mode(irq_regs));
	arm_timer();
	spin_unlock(&timer_lock);
}

void tick_stop(bool stop)
{
	u32 flags;

	spin_lock_irqsave(&timer_lock, flags);
	tick_stopped = stop;
	run_tick(clock_ns(), false);
	arm_timer();
	spin_unlock_irqrestore(&timer_lock, flags);
}

void time_init(void)
{
	u32 flags;

	timer_init(timer_interrupt);
	spin_lock_irqsave(&timer_lock, flags);
	next_tick_ns = clock_ns() + TICK_NSEC;
	slice_end_ns = NEVER;
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
