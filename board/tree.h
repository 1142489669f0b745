/*
 * board/tree.h - what nodes of a device tree say of each other, for the files
 * of board/ that read it. tree.c has the nodes, tree_links.c follows the links.
 */
#ifndef BOARD_TREE_H
#define BOARD_TREE_H

#include <types.h>

#define MAX_CELLS 4u /* of one number; no sum of so few can wrap */

/* Words of a property, as they lie there: big-endian. */
struct tree_words {
	const u32 *word; /* NULL: there is no such property */
	u32 nr;
};

/* A node that others lead to: an interrupt controller, a bus, a fixed clock. */
struct tree_target {
	u32 phandle;       /* what others call it, or 0 */
	u32 hz;            /* clock-frequency, or 0 */
	u32 irq_cells;     /* of an interrupt as its children say it */
	u32 address_cells; /* 0: not said */
	struct tree_words map, mask; /* interrupt-map, and its -mask */
};

/* What one node says of its interrupts and its clock. */
struct tree_links {
	struct tree_words interrupts;
	u32 irq_parent; /* interrupt-parent: a phandle, or 0 */
	u32 clock;      /* the first of its clocks: a phandle, or 0 */
	struct tree_target self;
	struct tree_target *kept;      /* where `self` stays; NULL: nowhere */
	const struct tree_target *bus; /* its interrupt parent, if one above it */
};

/* Takes a property of the node; returns false if it is none of the above. */
bool tree_link_property(struct tree_links *node, const char *name,
			struct tree_words words);
/* Keeps the node, whose properties are all known, for those that lead to it. */
void tree_link_end(struct tree_links *node, bool fixed_clock);
/*
 * Follow the links, once the tree was read whole: the GIC's id of the nth interrupt,
 * or NO_IRQ if it is not said or in a way that is not understood; and the rate of
 * the node's clock in Hz, or 0.
 */
u32 tree_interrupt(const struct tree_links *node, u32 nth);
u32 tree_clock_hz(const struct tree_links *node);
/* Whether one more row of `ranges` or interrupt-map may be looked at. */
bool tree_may_look(void);
/* Changes a rate, in Hz, to hz, unless that is 0 or outside of `least` to 10^9. */
void tree_set_clock(u32 *rate, u32 hz, u32 least, const char *name);
/* The tree's memory is freed later: no pointer into it may stay. */
void tree_forget_links(void);

#endif
