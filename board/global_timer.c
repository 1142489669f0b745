/*
 * Cortex-A9 global timer (DDI0407, chapter 4): the clock, and one interrupt at
 * a time that timer_set() chooses. Owns the device and the tick's handler.
 *
 * The count has 64 bits and never stops after timer_init(). The comparator
 * fires when the count has reached it; in releases before r2p0 only while both
 * are equal (DDI0407 4.3), so timer_set() checks whether it set the comparator
 * too late, and no event is lost; one in the past comes at once. Nothing here
 * is periodic: a handler that wants ticks sets the next one.
 *
 * A device is slow to read, and a whole count takes three reads: high, low, and
 * high again, because it may have changed. So a reading of the clock reads the
 * low word only and extends it by what timer_set() has last noted of the high
 * one. That is right while the note is at most half a turn old (a turn: the low
 * word's 2^32 counts from 0 to 0), and an event is never farther away than
 * that.
 */
#include <asm/barrier.h>
#include <board/board.h>
#include <board/counter.h>
#include <board/drivers.h>
#include <bug.h>
#include <spinlock.h>

#define GT_COUNT_LOW    0x00
#define GT_COUNT_HIGH   0x04
#define GT_CONTROL      0x08
#define GT_STATUS       0x0c
#define GT_COMPARE_LOW  0x10
#define GT_COMPARE_HIGH 0x14

#define GT_ENABLE  0x1u
#define GT_COMPARE 0x2u /* banked: this core's comparator */
#define GT_IRQ     0x4u
#define GT_EVENT   0x1u /* in GT_STATUS; written to clear */

#define HALF_SHIFT 31
#define FARTHEST   (1u << 30) /* counts to an event: half of half a turn */

#define FIRST_DELAY 256u /* counts; more than set_event takes */

static void (*tick)(void);
/*
 * Constant after timer_init(), except half. In one structure, so that a reading
 * needs few loads.
 */
static struct {
	u32 base;
	u32 half; /* half-turns of the low word so far, at the last timer_set */
	struct count_rate rate;
} clock;
static spinlock_t timer_lock = SPINLOCK_INIT; /* the comparator */

/*
 * Returns all 64 bits. Reads again if the high word changed, since the low word
 * may then belong to either value.
 */
static u64 read_whole_count(void)
{
	u32 base = clock.base, high, low;

	do {
		high = reg_read(base, GT_COUNT_HIGH);
		low = reg_read(base, GT_COUNT_LOW);
	} while (reg_read(base, GT_COUNT_HIGH) != high);
	return (u64)high << 32 | low;
}

/*
 * Extends the low word by the half-turns that timer_set() noted. If the low
 * word is in the other half, one half-turn has passed. The note is read first:
 * an interrupt in between may store a later one, and the sum would be too high
 * by a whole turn.
 */
static u64 read_count(void)
{
	u32 half = READ_ONCE(clock.half), low;

	smp_mb(); /* the note is read before the low word on several cores, too */
	low = reg_read(clock.base, GT_COUNT_LOW);
	half += (half ^ low >> HALF_SHIFT) & 1;
	return (u64)(half >> 1) << 32 | low;
}

/* Takes no lock: only timer_set() changes what it reads. */
u64 clock_ns(void)
{
	return count_to_ns(read_count(), &clock.rate);
}

/* At a rate of whole nanoseconds the product's low word is exact. */
u32 clock_ns_low(void)
{
	if (clock.rate.fraction) /* the high word adds to the result's low word */
		return (u32)clock_ns();
	return reg_read(clock.base, GT_COUNT_LOW) * clock.rate.ns;
}

/*
 * Turns the comparator off first: the status cannot be cleared while the comparison
 * holds, and a half-written comparator must not fire.
 */
static void timer_interrupt(void *arg __unused_arg)
{
	reg_write(board_devices.timer, GT_CONTROL, GT_ENABLE);
	reg_write(board_devices.timer, GT_STATUS, GT_EVENT);
	dsb_sy(); /* the line is down before irqchip_end() lets it come again */
	tick();
}

/* The count may start at any value, because a loader may have used the timer. */
void timer_init(void (*handler)(void))
{
	clock.base = board_devices.timer;
	clock.rate = count_rate(board_devices.timer_hz);
	/* Before the first clock_ns(), which needs a recent half. */
	clock.half = (u32)(read_whole_count() >> HALF_SHIFT);
	tick = handler;
	reg_write(board_devices.timer, GT_CONTROL, GT_ENABLE);
	reg_write(board_devices.timer, GT_STATUS, GT_EVENT);
	if (request_irq(board_devices.timer_irq, timer_interrupt, NULL,
			"global timer"))
		panic("the timer's interrupt is taken");
}

/*
 * Hold timer_lock. The comparator is off while its words are written: half a
 * new value could match.
 */
static void set_event(u64 count)
{
	u32 base = board_devices.timer;

	reg_write(base, GT_CONTROL, GT_ENABLE);
	reg_write(base, GT_COMPARE_LOW, (u32)count);
	reg_write(base, GT_COMPARE_HIGH, (u32)(count >> 32));
	reg_write(base, GT_CONTROL, GT_ENABLE | GT_COMPARE | GT_IRQ);
}

/*
 * Returns true if the count passed before the comparator was on and no event
 * came: before r2p0 it fires only when both are equal.
 */
static bool event_missed(u64 count)
{
	return read_count() > count &&
		!(reg_read(board_devices.timer, GT_STATUS) & GT_EVENT);
}

void timer_set(u64 ns)
{
	u64 count = ns_to_count(ns, &clock.rate), now;
	u32 flags, delay = FIRST_DELAY;

	spin_lock_irqsave(&timer_lock, flags);
	now = read_whole_count();
	/* Noted at every call, so that the note is never half a turn old. */
	WRITE_ONCE(clock.half, (u32)(now >> HALF_SHIFT));
	count = min(count, now + FARTHEST); /* early, and then set again */
	/* Twice as far at each try: a slow bus may take longer than the delay. */
	for (set_event(count); event_missed(count); delay *= 2) {
		count = read_count() + delay;
		set_event(count);
	}
	spin_unlock_irqrestore(&timer_lock, flags);
}
