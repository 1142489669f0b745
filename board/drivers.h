/*
 * board/drivers.h - where the drivers find their devices, how they access a
 * register, and what one driver offers to another. For the files of board/ only.
 */
#ifndef BOARD_DRIVERS_H
#define BOARD_DRIVERS_H

#include <types.h>

/*
 * Virtual addresses (fixmap), set by board/<name>/board.c, and by tree.c where a
 * device tree has a device elsewhere. A field that the board's drivers do not use
 * is 0.
 */
struct board_devices {
	u32 uart;
	u32 uart_irq;
	u32 uart_hz;    /* of its clock; 0: board.mk's UART_HZ */
	u32 gicd, gicc; /* gic.c */
	u32 intc;       /* interrupt controller: a10_intc.c, bcm2836.c */
	u32 local;      /* the cores' own interrupts: bcm2836.c */
	u32 timer;
	u32 timer_irq;
	u32 timer_hz; /* generic_timer.c: if no other source has it */
	u32 rtc;
	u32 power; /* what powers off or resets: system registers, watchdog */
	u32 l2;
	/*
	 * Cycles that the cache's RAMs for tags and for data take, less one:
	 * bits 2:0 to set up, 6:4 to read, 10:8 to write.
	 */
	u32 l2_tag_latency;
	u32 l2_data_latency;
};

extern struct board_devices board_devices;

/* ---- a UART's input, for console.c ------------------------------- */

/*
 * The UART's driver has this function and the next; base is the UART's virtual
 * address. Makes each byte that is received from now on raise an interrupt.
 */
void uart_enable_input(u32 base);
/*
 * Passes what has come to uart_received, a byte or UART_BREAK at a time. A byte
 * that comes meanwhile raises the interrupt once more.
 */
void uart_read_input(u32 base);
/* console.c passes c to the function that uart_start_input() was given. */
void uart_received(u32 c);

/*
 * earlycon.c, for tree.c: stores the address that earlycon= names, of a UART of the
 * kind that this image drives. Returns false if there is none, or after logging
 * what is wrong with it.
 */
bool earlycon_address(const char *cmdline, phys_addr_t *pa);

/* ---- an interrupt controller, for irq.c -------------------------- */

#define NR_IRQS 192u /* ids, more than any controller of these boards has */
#define NO_IRQ  (~0u)

/* Turns one line on or off. Called with interrupts off, which is enough on one core. */
void irqchip_enable(u32 irq, bool on);
/* Returns the id to serve now, or NO_IRQ. Pass *token to irqchip_end(). */
u32 irqchip_claim(u32 *token);
void irqchip_end(u32 token);

/* ---- what a board's board_init calls ----------------------------- */

/*
 * A lower frequency, from a device tree or the firmware, is refused as an error:
 * with counts so far apart every event would come late.
 */
#define LEAST_TIMER_HZ 1000000u
/*
 * generic_timer.c: sets its counter's frequency: hz, from a device tree, or, if
 * hz is 0, what the firmware wrote into CNTFRQ, the register for this number.
 * If that is 0 as well it is timer_hz of the table, which is written to CNTFRQ
 * in Secure state. Call it before timer_init.
 */
void generic_timer_hz(u32 hz, bool secure);
/* l2c310.c: turns the level 2 cache on, if the kernel may do that. */
void l2c310_init(bool secure);
/* psci.c, where a board has it: smc chooses SMC, not HVC, for calls of firmware. */
void psci_init(bool smc);

/* Device memory keeps accesses to one device in program order (A3.5.5). */
static inline u32 reg_read(u32 base, u32 offset)
{
	return *(const volatile u32 *)(uintptr_t)(base + offset);
}

static inline void reg_write(u32 base, u32 offset, u32 value)
{
	*(volatile u32 *)(uintptr_t)(base + offset) = value;
}

#endif
