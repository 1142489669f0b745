/*
 * board/drivers.h - for the files of board/ only: where the drivers find their
 * devices, and how they touch a register.
 */
#ifndef BOARD_DRIVERS_H
#define BOARD_DRIVERS_H

#include <sched.h>
#include <time_units.h>
#include <types.h>

/* Virtual addresses (fixmap); filled in by board/<name>/board.c. */
struct board_devices {
	u32 uart;
	unsigned int uart_irq;
	u32 gicd, gicc;
	u32 timer;
	unsigned int timer_irq;
	u32 timer_hz;
	u32 rtc;
	u32 sysreg;
	u32 l2;
	u32 l2_latency; /* setup, read, write; 0x777, cycles - 1 each */
};

extern const struct board_devices board_devices;

/* psci.c, where a board has it: call the firmware by SMC, not by HVC. */
void psci_init(bool smc);

/* Device memory keeps accesses to one device in program order (A3.5.5). */
static inline u32 reg_read(u32 base, u32 offset)
{
	return *(const volatile u32 *)(base + offset);
}

static inline void reg_write(u32 base, u32 offset, u32 value)
{
	*(volatile u32 *)(base + offset) = value;
}

/* For ns_to_count: how many counts a nanosecond is, in 2^-32. */
static inline u32 counts_per_ns(u32 ns_per_count)
{
	return UINT32_MAX / ns_per_count;
}

/*
 * What a counter of hz, a divisor of 1 GHz, has reached at ns, below 2^62: not
 * too early, and up to two counts late. Without a division of 64 bits, which
 * the core has not.
 */
static inline u64 ns_to_count(u64 ns, u32 hz, u32 per_ns)
{
	u32 nsec, sec = split_seconds(ns, &nsec);

	return (u64)sec * hz + ((u64)nsec * per_ns >> 32) + 2;
}

#endif
