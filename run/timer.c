/*
 * The tick, and the tree of timers that wake a task or call a service.
 *
 * Owns the board's one timer: it is armed for whatever comes first, the next
 * tick, the end of a slice, or the first timer of the tree, so a sleep ends
 * when it should and not at a tick. While the core is idle there is no tick,
 * and only the first timer of the tree counts. The hardware timer is one-shot
 * and armed anew each time, at an absolute time, so that delays do not add up.
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
static struct timer *first_timer; /* timer_lock: the earliest, or NULL */
static struct timer *expiring;    /* its service is being called */
static u64 next_tick_ns;          /* timer_lock */
static u64 slice_end_ns;   /* timer_lock: other tasks are ready; or NEVER */
static u64 timers_wait_ns; /* timer_lock: none is served before */
static bool started;       /* timer_lock */
static bool tick_stopped;  /* timer_lock: the core is idle and needs no tick */
u64 boot_wall_ns;          /* wall_clock_ns() at boot; a service sets it */

/* How many timers one interrupt serves, and how long it puts off the others. */
#define TIMERS_AT_ONCE   8
#define TIMERS_WAIT_NSEC 20000u

/* Far ahead: 73 years, which a driver's seconds hold in 32 bits. */
#define NEVER (1ull << 61)

u64 jiffies; /* timer_lock to write */
struct pt_regs *irq_regs;

/*
 * The one name by which all floors read the monotonic clock; board/ has the
 * clock itself.
 */
u64 ktime_ns(void)
{
	return clock_ns();
}

/* clock_settime(2) moves boot_wall_ns, never the monotonic clock. */
u64 wall_clock_ns(void)
{
	return boot_wall_ns + clock_ns();
}

/*
 * Orders by time. Never 0: timers of equal time are all kept, in order of
 * arrival.
 */
static int compare_timers(const struct timer *new, const struct timer *old)
{
	return new->expires_ns < old->expires_ns ? -1 : 1;
}

RB_GENERATE_INSERT_COLOR(timer_tree, timer, link, static)
RB_GENERATE_REMOVE_COLOR(timer_tree, timer, link, static)
RB_GENERATE_INSERT(timer_tree, timer, link, compare_timers, static)
RB_GENERATE_REMOVE(timer_tree, timer, link, static)
RB_GENERATE_NEXT(timer_tree, timer, link, static)

/* Arms the hardware for the earliest event. Hold timer_lock. */
static void arm_timer(void)
{
	const struct timer *first = first_timer;
	u64 ns = tick_stopped ? NEVER : min(next_tick_ns, slice_end_ns);

	if (first)
		ns = min(ns, max(first->expires_ns, timers_wait_ns));
	/* Before time_init there is no interrupt handler yet. */
	if (started)
		timer_set(ns);
}

/* Hold timer_lock. */
static void queue_timer(struct timer *new)
{
	RB_INSERT(timer_tree, &timers, new);
	/* < and not <=: of equals the first one stays first. */
	if (!first_timer || new->expires_ns < first_timer->expires_ns)
		first_timer = new;
	new->queued = true;
}

/* Takes t out of the tree, expired or cancelled. Hold timer_lock. */
static void unqueue_timer(struct timer *t)
{
	/* Before the removal, after which t has no successor. */
	if (t == first_timer)
		first_timer = RB_NEXT(timer_tree, &timers, t);
	RB_REMOVE(timer_tree, &timers, t);
	t->queued = false;
}

/* Only a new first timer costs a write to the hardware. */
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

/*
 * The hardware stays armed: an interrupt with nothing to do costs less than
 * arming it at each cancel.
 */
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

/* A spin, not a sleep: it waits at most for one handler. */
void timer_sync(const struct timer *timer)
{
	while (READ_ONCE(expiring) == timer)
		barrier();
}

/*
 * Serves the timers that have expired, up to the first that belongs to a
 * service, which is returned: timer_lock must be dropped before a service is
 * called. NULL: there are no more. A service may take tasklist_lock, which the
 * interrupted task, or another core, may hold with interrupts on; then its
 * timers wait a little, and so do all after the first few: thousands may expire
 * at once. *nr counts those of this interrupt. Hold timer_lock.
 */
static struct timer *run_timers(u64 now, u32 *nr)
{
	struct timer *t;

	while ((t = first_timer) && t->expires_ns <= now) {
		if (++*nr > TIMERS_AT_ONCE ||
		    (!t->task && READ_ONCE(tasklist_spinlock.held))) {
			timers_wait_ns = clock_ns() + TIMERS_WAIT_NSEC;
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
 * Counts ticks and calls the scheduler if a tick or a slice is over. It may be
 * more than one tick, if interrupts were off for long or the tick was stopped;
 * none is lost. Hold timer_lock.
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
	/* A slice ends only while others are ready, else it is NEVER. */
	if (nr || now >= slice_end_ns)
		slice_end_ns = scheduler_tick(user, nr) ? now + SLICE_NSEC :
							  NEVER;
}

/* The handler of the timer's interrupt; interrupts are off. */
static void timer_interrupt(void)
{
	/*
	 * Read once: a timer that expires meanwhile gets an interrupt of its
	 * own.
	 */
	u64 now = clock_ns();
	struct timer *t;
	u32 nr = 0;

	spin_lock(&timer_lock);
	while ((t = run_timers(now, &nr)) != NULL) {
		/*
		 * Under the lock, so that timer_cancel and timer_sync together
		 * cannot miss it.
		 */
		WRITE_ONCE(expiring, t);
		spin_unlock(&timer_lock);
		t->service->timer_expired(t);
		spin_lock(&timer_lock);
	}
	WRITE_ONCE(expiring, NULL);
	run_tick(now, irq_regs && user_mode(irq_regs));
	/* Last: services may have started timers. */
	arm_timer();
	spin_unlock(&timer_lock);
}

/*
 * An idle core that ticks would wake up HZ times a second for nothing; Linux's
 * NOHZ.
 */
void tick_stop(bool stop)
{
	u32 flags;

	spin_lock_irqsave(&timer_lock, flags);
	tick_stopped = stop;
	/* Counts what was skipped, so that jiffies stay true. */
	run_tick(clock_ns(), false);
	arm_timer();
	spin_unlock_irqrestore(&timer_lock, flags);
}

/*
 * After irq_init. A board without an RTC reads 0, and the date starts in 1970.
 */
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
	/* The RTC was read some time after clock 0. */
	if (boot_wall_ns > clock_ns())
		boot_wall_ns -= clock_ns();
}

/*
 * The timer lives on this stack: it must be cancelled before the return,
 * whoever woke us.
 */
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
	/* Still queued if something else than the timer woke us. */
	timer_cancel(&t);
	now = clock_ns();
	return now < t.expires_ns ? t.expires_ns - now : 0;
}

int schedule_until(u64 until)
{
	/* A wait without a limit costs no look at the clock. */
	u64 now = until == UINT64_MAX ? 0 : clock_ns();

	if (now >= until)
		return -ETIMEDOUT;
	if (signal_pending())
		return -ERESTARTSYS;
	schedule_timeout(until == UINT64_MAX ? until : until - now);
	return 0;
}
