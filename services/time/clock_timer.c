/*
 * Timers by the monotonic or the wall clock.
 *
 * Owns clock_lock and the list of timers that run by the wall clock, which are
 * started anew when that clock is set.
 */
#include <proc/proc.h>
#include <services/time/clock_timer.h>
#include <services/time/internal.h>
#include <uapi/time.h>

static spinlock_t clock_lock = SPINLOCK_INIT; /* irqs off */
static LIST_HEAD(,
		 clock_timer) wall_timers = LIST_HEAD_INITIALIZER(wall_timers);

void clock_timer_init(struct clock_timer *ct, const struct service *service,
		      s32 clock)
{
	*ct = (struct clock_timer){ .timer = { .service = service },
				    .clock = clock };
}

/*
 * CLOCK_BOOTTIME_ALARM runs by the monotonic clock: the machine never sleeps.
 */
bool clock_timer_is_wall(const struct clock_timer *ct)
{
	return ct->clock == CLOCK_REALTIME ||
		ct->clock == CLOCK_REALTIME_ALARM || ct->clock == CLOCK_TAI;
}

/* Returns its clock less the monotonic one, in ns. */
static u64 clock_base(const struct clock_timer *ct)
{
	return ct->wall ? boot_wall_ns + ahead_of_wall(ct->clock) : 0;
}

/*
 * A relative timer by CLOCK_REALTIME counts by the monotonic clock: see
 * clock_timer_set().
 */
u64 clock_timer_now(const struct clock_timer *ct)
{
	return ktime_ns() + clock_base(ct);
}

/* ---- starting and stopping; clock_lock held ---------------------- */

/* Starts the kernel's timer for ct->expires. Hold clock_lock. */
static void program_timer(struct clock_timer *ct)
{
	u64 base = clock_base(ct);

	/* A time of the wall clock before the boot: expires at once. */
	ct->timer.expires_ns = ct->expires > base ? ct->expires - base : 0;
	timer_start(&ct->timer);
}

/* Stops ct and takes it out of wall_timers. Hold clock_lock. */
static void stop(struct clock_timer *ct)
{
	timer_cancel(&ct->timer);
	if (ct->wall && ct->expires)
		LIST_REMOVE(ct, wall_link);
	ct->expires = 0;
}

/* ---- the public ones --------------------------------------------- */

/*
 * The stop is part of the same critical section, so that an expiry on another
 * core cannot start the next period in between.
 */
void clock_timer_start(struct clock_timer *ct, u64 expires, u64 interval)
{
	u32 flags;

	spin_lock_irqsave(&clock_lock, flags);
	stop(ct);
	/* 0 would mean that it is stopped. */
	ct->expires = max(expires, (u64)1);
	ct->interval = interval;
	if (ct->wall)
		LIST_INSERT_HEAD(&wall_timers, ct, wall_link);
	program_timer(ct);
	spin_unlock_irqrestore(&clock_lock, flags);
}

void clock_timer_stop(struct clock_timer *ct)
{
	u32 flags;

	spin_lock_irqsave(&clock_lock, flags);
	stop(ct);
	spin_unlock_irqrestore(&clock_lock, flags);
}

void clock_timer_set(struct clock_timer *ct, bool absolute, u64 value,
		     u64 interval)
{
	clock_timer_stop(ct);
	/* After the stop, which needs to know by which clock it has run. */
	ct->wall = clock_timer_is_wall(ct) &&
		(absolute || ct->clock != CLOCK_REALTIME);
	if (!value)
		return;
	if (!absolute)
		value += clock_timer_now(ct);
	clock_timer_start(ct, value, interval);
}

/*
 * By doubling and halving: mostly one interval has passed, for which a 64-bit
 * division would cost more.
 */
u64 time_forward(u64 *expires, u64 interval, u64 now)
{
	u64 behind, n = 1, periods = 1, step = interval;

	if (*expires > now)
		return 0;
	behind = now - *expires;
	while (step <= behind / 2) {
		step *= 2;
		periods *= 2;
	}
	for (; periods; step /= 2, periods /= 2)
		if (step <= behind) {
			behind -= step;
			n += periods;
		}
	*expires = now - behind + interval;
	return n;
}

u64 clock_timer_forward(struct clock_timer *ct)
{
	u64 n = 0;
	u32 flags;

	spin_lock_irqsave(&clock_lock, flags);
	if (ct->expires && ct->expires <= clock_timer_now(ct)) {
		/*
		 * It may still be queued: the clock was read after the time,
		 * before the interrupt.
		 */
		timer_cancel(&ct->timer);
		n = 1;
		if (ct->interval) {
			/*
			 * Whole periods: those that nobody noticed are counted
			 * at once, not run one by one.
			 */
			n = time_forward(&ct->expires, ct->interval,
					 clock_timer_now(ct));
			program_timer(ct);
		} else {
			stop(ct);
		}
	}
	spin_unlock_irqrestore(&clock_lock, flags);
	return n;
}

void clock_timer_read(struct clock_timer *ct, u64 *left, u64 *interval)
{
	u64 now, expires;
	u32 flags;

	spin_lock_irqsave(&clock_lock, flags);
	now = clock_timer_now(ct);
	expires = ct->expires;
	*interval = ct->interval;
	*left = 0;
	/*
	 * An expired timer that its owner has not noticed yet is shown in its
	 * next period, as on Linux.
	 */
	if (expires && expires <= now && ct->interval)
		time_forward(&expires, ct->interval, now);
	if (expires)
		*left = expires > now ? expires - now : 1;
	spin_unlock_irqrestore(&clock_lock, flags);
}

/*
 * All wall timers are started anew, also those that have expired but were not
 * noticed: the new time may be before their expiry again. There may be thousands:
 * interrupts are served, and others run, between two of them.
 */
void clock_timers_set(void)
{
	LIST_HEAD(, clock_timer) old = LIST_HEAD_INITIALIZER(old);
	struct clock_timer *ct;
	u32 flags;

	spin_lock_irqsave(&clock_lock, flags);
	LIST_SWAP(&wall_timers, &old, clock_timer, wall_link);
	while ((ct = LIST_FIRST(&old))) {
		LIST_REMOVE(ct, wall_link);
		LIST_INSERT_HEAD(&wall_timers, ct, wall_link);
		timer_cancel(&ct->timer);
		program_timer(ct);
		/*
		 * A timerfd with TFD_TIMER_CANCEL_ON_SET: its reader gets
		 * -ECANCELED.
		 */
		if (ct->hears_of_set)
			ct->timer.service->timer_expired(&ct->timer);
		spin_unlock_irqrestore(&clock_lock, flags);
		cond_resched();
		spin_lock_irqsave(&clock_lock, flags);
	}
	spin_unlock_irqrestore(&clock_lock, flags);
}
