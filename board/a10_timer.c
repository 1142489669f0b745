/*
 * Timers of the Allwinner A10 (A10 user manual, chapter 11): the clock, and one
 * interrupt at a time of our choice. Owns timers 0 and 1, and the watchdog.
 *
 * They count down from an interval, by 24 MHz. Timer 1 goes round for ever and
 * is the clock: its 32 bits, turned about, are the low ones of a count whose
 * upper ones grow here. It comes round each three minutes, so somebody must look
 * more often than that: timer 0 fires at the latest after half of it.
 */
#include <asm/barrier.h>
#include <asm/irqflags.h>
#include <board/board.h>
#include <board/counter.h>
#include <board/drivers.h>
#include <bug.h>
#include <spinlock.h>

#define TIMER_IRQ_ENABLE  0x00
#define TIMER_IRQ_STATUS  0x04 /* written to clear */
#define TIMER_CONTROL(n)  (0x10 + 0x10 * (n))
#define TIMER_INTERVAL(n) (0x14 + 0x10 * (n))
#define TIMER_COUNT(n)    (0x18 + 0x10 * (n))
#define WATCHDOG_MODE     0x94

#define CONTROL_ENABLE 0x01u
#define CONTROL_RELOAD 0x02u /* take the interval now */
#define CONTROL_24MHZ  0x04u
#define CONTROL_ONCE   0x80u
#define WATCHDOG_ON    0x03u /* half a second, then reset */

#define EVENT     0u /* the timers: this one interrupts, */
#define CLOCK     1u /* and this one is the clock */
#define EVENT_BIT (1u << EVENT)

#define LONGEST_WAIT (1u << 31) /* counts */

static void (*tick)(void);
static struct count_rate rate;
static spinlock_t timer_lock = SPINLOCK_INIT; /* count, wanted; timer 0 */
static u64 count, wanted;

/*
 * Returns counts since the start. Hold timer_lock: `count` grows by what has
 * passed since the last reading, which must be less than one turn of 32 bits.
 */
static u64 read_count(void)
{
	/*
	 * The timer counts down; the complement counts up. The difference of 32
	 * bits is right across one wrap.
	 */
	count += ~reg_read(board_devices.timer, TIMER_COUNT(CLOCK)) -
		(u32)count;
	return count;
}

/* Takes timer_lock with interrupts off: timer_interrupt() takes it too. */
u64 clock_ns(void)
{
	u64 now;
	u32 flags;

	spin_lock_irqsave(&timer_lock, flags);
	now = read_count();
	spin_unlock_irqrestore(&timer_lock, flags);
	return count_to_ns(now, &rate);
}

/* Needs the whole count: a wrapped low word alone cannot be scaled. */
u32 clock_ns_low(void)
{
	return (u32)clock_ns();
}

/*
 * Sets timer 0 to `wanted`, or as far ahead as the clock allows. Hold
 * timer_lock.
 */
static void arm_event(void)
{
	u32 base = board_devices.timer;
	u64 now = read_count();
	/*
	 * An interval of 0 would not fire: an event in the past comes in one
	 * count.
	 */
	u64 ahead = wanted > now ? wanted - now : 1;

	/* Stopped first, or it could fire for the old interval. */
	reg_write(base, TIMER_CONTROL(EVENT), CONTROL_24MHZ);
	reg_write(base, TIMER_INTERVAL(EVENT),
		  (u32)min(ahead, (u64)LONGEST_WAIT));
	reg_write(base, TIMER_CONTROL(EVENT),
		  CONTROL_24MHZ | CONTROL_ONCE | CONTROL_RELOAD |
			  CONTROL_ENABLE);
}

/*
 * Calls tick only for an event that is due; a shorter wait only kept the clock
 * from turning over unseen.
 */
static void timer_interrupt(void *arg __unused_arg)
{
	bool due;
	u32 flags;

	reg_write(board_devices.timer, TIMER_IRQ_STATUS, EVENT_BIT);
	dsb_sy(); /* the line is down before the controller looks again */
	spin_lock_irqsave(&timer_lock, flags);
	due = read_count() >= wanted;
	if (!due)
		arm_event();
	spin_unlock_irqrestore(&timer_lock, flags);
	/* Without the lock: the handler calls timer_set(). */
	if (due)
		tick();
}

void timer_init(void (*handler)(void))
{
	u32 base = board_devices.timer;

	rate = count_rate(board_devices.timer_hz);
	tick = handler;
	reg_write(base, TIMER_IRQ_ENABLE, 0);
	/* The full 32 bits, so that the count's wrap is that of a u32. */
	reg_write(base, TIMER_INTERVAL(CLOCK), ~0u);
	reg_write(base, TIMER_CONTROL(CLOCK),
		  CONTROL_24MHZ | CONTROL_RELOAD | CONTROL_ENABLE);
	if (request_irq(board_devices.timer_irq, timer_interrupt, NULL,
			"timer 0"))
		panic("the timer's interrupt is taken");
	/* What a loader's timer left pending is not ours. */
	reg_write(base, TIMER_IRQ_STATUS, EVENT_BIT);
	reg_write(base, TIMER_IRQ_ENABLE, EVENT_BIT);
}

void timer_set(u64 ns)
{
	u32 flags;

	spin_lock_irqsave(&timer_lock, flags);
	wanted = ns_to_count(ns, &rate);
	arm_event();
	spin_unlock_irqrestore(&timer_lock, flags);
}

/* The watchdog is the only way out; nothing here can switch the board off. */
void board_power_off(void)
{
	local_irq_disable();
	for (;;)
		wfi();
}

void board_reset(void)
{
	local_irq_disable();
	reg_write(board_devices.timer, WATCHDOG_MODE, WATCHDOG_ON);
	/* The watchdog needs half a second. */
	for (;;)
		wfi();
}
