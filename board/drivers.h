/*
 * board/drivers.h - for the files of board/ only: where the drivers find their
 * devices, and how they touch a register.
 */
#ifndef BOARD_DRIVERS_H
#define BOARD_DRIVERS_H

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

/*
 * generic_timer.c: its counter's frequency where a device tree says it; 0: as
 * the firmware wrote it into CNTFRQ. Before timer_init.
 */
void generic_timer_hz(u32 hz);

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

#endif
