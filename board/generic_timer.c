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
#include <board/drivers.h>
#include <bug.h>
#include <time_units.h>

#define CNTV_CTL_ENABLE 1u

static void (*tick)(void);
static u32 ns_per_count, timer_hz, per_ns;
static u64 first_count; /* at timer_init: time zero */

static u32 read_cntfrq(void)
{
	u32 hz;

	__asm__ volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(hz));
	return hz;
}

/* Not earlier than the program says: the counter may be read ahead (B8.1.3). */
static u64 read_cntvct(void)
{
	u32 low, high;

	isb(); /* what came before is done when the count is taken */
	__asm__ volatile("mrrc p15, 1, %0, %1, c14" : "=r"(low), "=r"(high));
	return (u64)high << 32 | low;
}

static void write_cntv_cval(u64 count)
{
	__asm__ volatile("mcrr p15, 3, %0, %1, c14"
			 :
			 : "r"((u32)count), "r"((u32)(count >> 32)));
}

static void write_cntv_ctl(u32 val)
{
	__asm__ volatile("mcr p15, 0, %0, c14, c3, 1" : : "r"(val));
	isb(); /* the line has the new level before the GIC is looked at */
}

u64 clock_ns(void)
{
	return (read_cntvct() - first_count) * ns_per_count;
}

u32 clock_ns_low(void)
{
	return (u32)clock_ns();
}

static void timer_interrupt(void *arg __unused_arg)
{
	write_cntv_ctl(0);
	tick();
}

void timer_init(void (*handler)(void))
{
	u32 hz = read_cntfrq();

	/* CNTFRQ is whatever the firmware wrote there: it may be nothing. */
	if (!hz || (u32)NSEC_PER_SEC % hz)
		panic("CNTFRQ is %u Hz: expected a divisor of 1 GHz",
		      (unsigned int)hz);
	timer_hz = hz;
	ns_per_count = (u32)NSEC_PER_SEC / hz;
	per_ns = counts_per_ns(ns_per_count);
	first_count = read_cntvct();
	tick = handler;
	write_cntv_ctl(0);
	if (request_irq(board_devices.timer_irq, timer_interrupt, NULL,
			"virtual timer"))
		panic("the timer's interrupt is taken");
}

void timer_set(u64 ns)
{
	write_cntv_cval(first_count + ns_to_count(ns, timer_hz, per_ns));
	write_cntv_ctl(CNTV_CTL_ENABLE);
}
