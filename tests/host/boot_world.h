/*
 * boot_world.h - what the tests of startup/ and of the board's tables stand on:
 * a board, a command line of semihosting, and a device tree to be built.
 */
#ifndef BOOT_WORLD_H
#define BOOT_WORLD_H

#include <board/board.h>
#include <board/drivers.h>
#include <startup/startup.h>
#include <uapi/errno.h>
#include "host.h"

/* The results of the parsers. */
extern struct boot_args args;
/* The command line that semihosting returns; NULL: there is none. */
extern const char *host_cmdline;

/* ---- the board --------------------------------------------------- */

/* Its two rows: the console's 128 KiB and the interrupt controller's 8 KiB. */
extern const struct map_desc table[2];
/* Its devices, as find() sets board_devices before it looks at the tree. */
extern const struct board_devices devices;
/* Fails the test unless the board is as its table has it. */
void assert_as_the_table(void);

/* ---- building a tree --------------------------------------------- */

struct tree {
	u8 bytes[16384];
	u32 used;
	u32 strings_at; /* where the nodes end; set by tree_end */
};

/* An empty tree, whose root has these #address-cells and #size-cells. */
void tree_begin(struct tree *t, u32 address_cells, u32 size_cells);
/*
 * Ends the root; adds the property names, one reserved range (64 KiB at
 * 0x6ff00000) and the header.
 */
void tree_end(struct tree *t);

/* A node, below the one that was begun last and has not ended. */
void begin(struct tree *t, const char *name);
void begin_bus(struct tree *t, const char *name, u32 address_cells,
	       u32 size_cells);
void end(struct tree *t);
/* A PL011 of 4 KiB with an interrupt of the GIC and this `status`. */
void put_uart(struct tree *t, const char *name, u32 at, u32 irq,
	      const char *status);

/* A property of that node: bytes, a number, a text, up to 16 numbers. */
void prop(struct tree *t, const char *name, const void *data, u32 bytes);
void prop32(struct tree *t, const char *name, u32 value);
void prop_text(struct tree *t, const char *name, const char *text);
void prop_words(struct tree *t, const char *name, const u32 *word, u32 n);
#define PROP_WORDS(t, name, ...)                          \
	prop_words(t, name, (const u32[]){ __VA_ARGS__ }, \
		   sizeof((const u32[]){ __VA_ARGS__ }) / sizeof(u32))

/* A word of the tree's structure, big-endian. */
void put32(struct tree *t, u32 value);

/* ---- reading it -------------------------------------------------- */

/*
 * fdt_parse of the first `bytes` of the tree, into `args`. They lie at the end
 * of a block of malloc, so that AddressSanitizer sees a parser that reads on.
 */
int parse_tree(const struct tree *t, u32 bytes);
/*
 * What board_find_devices returns for that tree and command line: the console's
 * row if it moved, or NULL. The board's devices were `on` before.
 */
const struct map_desc *find_on(const struct board_devices *on,
			       const struct tree *t, const char *cmdline);
const struct map_desc *find(const struct tree *t, const char *cmdline);

#endif
