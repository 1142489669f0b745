/*
 * board/board.h - what a port to another board has to provide.
 *
 * One struct board in board/<name>/ describes the board. The functions below are
 * those of the drivers that its board.mk chooses (board/pl011.c, board/gic.c
 * ...): the rest of the kernel calls these names and knows no driver.
 */
#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H

#include <map_desc.h>
#include <types.h>

struct board {
	/* Bytes; a loader puts nothing above. The first: head.S reads it. */
	u32 ram_max;
	const char *name;           /* "vexpress-a9" */
	const struct map_desc *map; /* devices, at fixmap addresses */
	unsigned int nr_map;
	u32 ram_default; /* bytes, if no loader passes the size */
	/*
	 * Without a loader the kernel probes RAM up to ram_max. Set it only where
	 * an access behind the end of RAM does not abort.
	 */
	bool ram_probe;
	/*
	 * Bytes at RAM's start that are never handed out: other cores wait
	 * there, or it is frame 0, whose address 0 stands for "no memory".
	 */
	u32 ram_kept;
};

extern struct board board; /* constant, but for map: board_find_devices */
/* The whole command line; startup/ sets it before board_find_devices(). */
extern const char *saved_command_line;

/* Registers the console, with polled output. The boot table must map its UART. */
void board_early_console(void);
/*
 * Empties the caches outside the cores and turns them off, if a loader left
 * them on. secure: the core is in Secure state; without that they stay on.
 * head.S calls it before anything is stored, with MMU and caches off, without a
 * stack, at any address: so it is assembly, and changes r0-r3 and r12 only.
 */
void board_outer_off(bool secure);
/*
 * Turns on the caches outside the cores, and what else the board needs. Call it
 * after paging_init, before interrupts. secure: as above. From the boot
 * arguments: psci_smc is true if firmware takes calls (PSCI: power off, reset)
 * by the instruction SMC, not HVC; timer_hz is the rate of the cores' timer, 0
 * if the arguments do not have it.
 */
void board_init(bool secure, bool psci_smc, u32 timer_hz);

/* ---- devices of a device tree ------------------------------------ */

enum tree_item { TREE_NODE, TREE_PROPERTY, TREE_NODE_END };
/*
 * Takes the next item of the loader's device tree, in the tree's order: a node
 * (most are devices) with its name, a property of it with its name and data, or
 * a node's end. depth is that of the node, 0 for the root. data is `bytes`
 * long. Names and data must stay until board_find_devices() returns.
 */
void board_tree_item(enum tree_item item, u32 depth, const char *name,
		     const u8 *data, u32 bytes);
/* A part of RAM, in bytes. */
struct bank {
	phys_addr_t base;
	u32 bytes;
};
/*
 * Puts the devices of the tree into the board's tables, and the UART whose
 * address the option earlycon= gives (docs/porting.md). Call it once, before
 * paging_init. ram: banks, ended by one of 0 bytes; no device may lie in one.
 * Returns NULL, or the row of a console that the boot table does not map: the
 * caller maps it before it prints again.
 */
const struct map_desc *board_find_devices(const char *cmdline,
					  const struct bank *ram);

/* ---- interrupts -------------------------------------------------- */

/*
 * Disables every line, whatever the loader left. Call it once, before the first
 * request_irq.
 */
void irq_init(void);
/*
 * Enables irq, an id of the controller; handler(arg) then runs with interrupts off.
 * name stays the caller's. Returns 0, -EINVAL if there is no such id, or -EBUSY if
 * it has a handler.
 */
int __must_check request_irq(unsigned int irq, void (*handler)(void *arg),
			     void *arg, const char *name);
/*
 * Acknowledges and serves every interrupt that is pending. The IRQ vector calls it,
 * with interrupts off.
 */
void irq_dispatch(void);
/*
 * Stores the name and the count of served interrupts of one line, for
 * /proc/interrupts. Returns false past the last line.
 */
bool irq_stat(unsigned int irq, const char **name, u32 *count);

/* ---- time -------------------------------------------------------- */

/* Returns the nanoseconds since the timer was reset. Any context. */
u64 clock_ns(void);
/*
 * Returns the low word of clock_ns(), by a single read where the rate allows; for
 * differences of less than 4 seconds.
 */
u32 clock_ns_low(void);
/* Starts the timer. handler runs in interrupt context. */
void timer_init(void (*handler)(void));
/*
 * Sets one interrupt for when clock_ns() reaches ns, below 2^62; it replaces
 * the one of the last call. It may come a little late. If ns is so far away that
 * the driver must read its counter in between, it comes much too early: so the
 * handler compares clock_ns() with the time that it waits for, and may call
 * this again.
 */
void timer_set(u64 ns);
/* Returns the date of the board's clock in seconds since 1970; 0: it has none. */
u32 rtc_seconds(void);

/* ---- console ----------------------------------------------------- */

/* Passed to rx when the line was held low for longer than a byte (BREAK). */
#define UART_BREAK 0x100u
/*
 * Starts input: rx is called in interrupt context for each byte received, and for
 * each BREAK. Call it with interrupts off, because it passes on what came before,
 * too.
 */
void uart_start_input(void (*rx)(u32 c));
/* Prints bytes of s by polling. Any context. */
void uart_write(const char *s, size_t bytes);

/* ---- the end ----------------------------------------------------- */

/* Power off, or start again. If the board cannot, they wait for ever. */
void board_power_off(void) __noreturn;
void board_reset(void) __noreturn;

#endif
