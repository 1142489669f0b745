/*
 * board/board.h - what a port consists of.
 *
 * One const struct board per board/<name>/ describes it; the functions below
 * are drivers that the board's build chooses (board/pl011.c, board/gic.c ...).
 * Nobody above calls a driver by name.
 */
#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H

#include <map_desc.h>
#include <types.h>

struct board {
	const char *name;           /* "vexpress-a9" */
	const struct map_desc *map; /* devices, at fixmap addresses */
	unsigned int nr_map;
	u32 ram_default; /* bytes, when no loader says */
	u32 ram_max;     /* bytes; nothing of a loader lies above */
	/* Without a loader, probe RAM up to ram_max: reading a hole does not abort. */
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

/* Register the console, with polled output. The boot table must map its UART. */
void board_early_console(void);
/*
 * Before anything is stored: empty the caches outside the cores, and turn them
 * off if this is Secure state and a loader left them on. Called by head.S with
 * MMU, caches and stack missing, at any address: assembly, r0-r3 and r12 only.
 */
void board_outer_off(bool secure);
/*
 * The caches outside the cores on, and the like: after paging_init, before
 * interrupts. secure: the core is in Secure state; from the boot arguments:
 * psci_smc, firmware listens to SMC, not to HVC; timer_hz, how fast the cores'
 * timer counts, 0 if they do not say.
 */
void board_init(bool secure, bool psci_smc, u32 timer_hz);

/* ---- devices of a device tree ------------------------------------ */

enum tree_item { TREE_NODE, TREE_PROPERTY, TREE_NODE_END };
/*
 * The loader's tree, in the order in which it lies there: a node, with its name;
 * a property, with name and words; a node's end. depth: the node's, 0 for the
 * root's. Names and words stay where they are until board_find_devices().
 */
void board_tree_item(enum tree_item item, u32 depth, const char *name,
		     const u8 *data, u32 bytes);
/* A part of RAM, in bytes. */
struct bank {
	phys_addr_t base;
	u32 bytes;
};
/*
 * Put the devices of the tree, and of earlycon=, into the board's tables: once,
 * before paging_init. ram: banks, ended by one of 0 bytes, where no device can be.
 * Returns the row of a console that the boot table has not got: to be mapped
 * before the next word is printed; or NULL.
 */
const struct map_desc *board_find_devices(const char *cmdline,
					  const struct bank *ram);

/* ---- interrupts -------------------------------------------------- */

/* Once, before the first request_irq: every line is off, whatever the loader left. */
void irq_init(void);
/*
 * Enable irq, an id of the controller; handler(arg) then runs with interrupts off.
 * name stays the caller's. 0; -EINVAL: no such id; -EBUSY: it has a handler.
 */
int __must_check request_irq(unsigned int irq, void (*handler)(void *arg),
			     void *arg, const char *name);
/* From the IRQ vector: acknowledge and serve everything that is pending. */
void irq_dispatch(void);
/* Interrupts served, per line, for /proc/interrupts; false past the last. */
bool irq_stat(unsigned int irq, const char **name, u32 *count);

/* ---- time -------------------------------------------------------- */

/* Free-running nanoseconds since the timer was reset; any context. */
u64 clock_ns(void);
/*
 * Its low word, by a single read where the rate allows: for differences of less
 * than 4 seconds.
 */
u32 clock_ns_low(void);
/* Start the timer; handler runs in interrupt context. */
void timer_init(void (*handler)(void));
/*
 * One interrupt at clock_ns() == ns, below 2^62, or soon after; or much before,
 * where the clock must be read from time to time. Replaces the last one.
 */
void timer_set(u64 ns);
/* Wall clock: seconds since 1970 (RTC), 0 if the board has none. */
u32 rtc_seconds(void);

/* ---- console ----------------------------------------------------- */

/* What rx gets when the line was held low for longer than a byte. */
#define UART_BREAK 0x100u
/*
 * rx is called in interrupt context for each byte received, and each BREAK. With
 * interrupts off, for it is called for what came before, too.
 */
void uart_start_input(void (*rx)(u32 c));
/* Print bytes of s by polling: in any context. */
void uart_write(const char *s, size_t bytes);

/* ---- the end ----------------------------------------------------- */

/* Power off, or start again; if the board cannot, wait for ever. */
void board_power_off(void) __noreturn;
void board_reset(void) __noreturn;

#endif
