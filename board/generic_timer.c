/*
 * The generic timer of Cortex-A7, A15 and later (DDI0406C B8): the clock, and
 * one interrupt at a time of our choice. Owns this core's virtual timer.
 *
 * The virtual counter is the one that every mode and state may read, and its
 * offset is 0 unless a hypervisor says otherwise. It counts up from reset and
 * never stops. The comparator fires while the count is at or past it, so an
 * event in the past comes at once.
 */
#include <asm/barrier.h>
#include <board/board.h>
#include <board/counter.h>
#include <board/drivers.h>
#include <bug.h>
#include <lib/printk.h>

#define CNTV_CTL_ENABLE 1u

static void (*tick)(void);
static u32 told_hz; /* by generic_timer_hz */
static const char *told_by = "CNTFRQ";
static struct count_rate rate;
static u64 first_count; /* at timer_init: time zero */

/* In Hz; the register does not set the rate, it only reports it. */
static u32 read_cntfrq(void)
{
	u32 hz;

	__asm__ volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(hz));
	return hz;
}

/* Secure state only: elsewhere the write is undefined. */
static void write_cntfrq(u32 hz)
{
	__asm__ volatile("mcr p15, 0, %0, c14, c0, 0" : : "r"(hz));
}

/* Not earlier than the program says: the counter may be read ahead (B8.1.3). */
static u64 read_cntvct(void)
{
	u32 low, high;

	isb(); /* what came before is done when the count is taken */
	__asm__ volatile("mrrc p15, 1, %0, %1, c14" : "=r"(low), "=r"(high));
	return (u64)high << 32 | low;
}

/* The comparator: it fires while the counter is at or past this count. */
static void write_cntv_cval(u64 count)
{
	__asm__ volatile("mcrr p15, 3, %0, %1, c14"
			 :
			 : "r"((u32)count), "r"((u32)(count >> 32)));
}

/* Turns the timer and its interrupt line on or off. */
static void write_cntv_ctl(u32 val)
{
	__asm__ volatile("mcr p15, 0, %0, c14, c3, 1" : : "r"(val));
	isb(); /* the line has the new level before the GIC is looked at */
}

/* The counter is 64 bits wide: no lock and no second reading. */
u64 clock_ns(void)
{
	return count_to_ns(read_cntvct() - first_count, &rate);
}

/* One reading gives all 64 bits, so there is no cheaper way. */
u32 clock_ns_low(void)
{
	return (u32)clock_ns();
}

/* Runs with interrupts off, as every handler does. */
static void timer_interrupt(void *arg __unused_arg)
{
	write_cntv_ctl(0);
	tick();
}

/* CNTFRQ is whatever the firmware wrote there: it may be nothing. */
void generic_timer_hz(u32 hz, bool secure)
{
	told_hz = hz;
	if (hz) {
		told_by = "the device tree";
	} else if (!read_cntfrq() && board_devices.timer_hz) {
		told_hz = board_devices.timer_hz;
		told_by = "the board's table";
		if (secure)
			write_cntfrq(told_hz);
	}
}

/* Panics without a rate: every later timeout would be wrong. */
void timer_init(void (*handler)(void))
{
	u32 hz = told_hz ? told_hz : read_cntfrq();

	/* For count_rate() a count must last at least 1 ns. */
	if (hz < LEAST_TIMER_HZ || hz > NSEC_PER_SEC)
		panic("the timer's clock is said to have %u Hz: expected 10^6 to 10^9",
		      (unsigned int)hz);
	pr_info("clock: virtual counter of %u Hz, from %s\n", (unsigned int)hz,
		told_by);
	rate = count_rate(hz);
	first_count = read_cntvct();
	tick = handler;
	/* A loader's event must not come before the first timer_set(). */
	write_cntv_ctl(0);
	if (request_irq(board_devices.timer_irq, timer_interrupt, NULL,
			"virtual timer"))
		panic("the timer's interrupt is taken");
}

/* An event in the past fires at once, so no check is needed after it. */
void timer_set(u64 ns)
{
	write_cntv_cval(first_count + ns_to_count(ns, &rate));
	write_cntv_ctl(CNTV_CTL_ENABLE);
}
