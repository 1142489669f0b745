/*
 * Where the nodes of a device tree lead: from a device to its interrupt controller,
 * through what lies between (Devicetree Specification, 2.4), and to its clock.
 * Owns the nodes that others may lead to.
 *
 * A node may lead to one that comes later: links are followed after the last one.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/tree.h>
#include <lib/printk.h>
#include <string.h>
#include <time_units.h>

#define MAX_TARGETS 48u
#define MAX_STEPS   8u     /* a tree may lead in a circle */
#define MAX_LOOKS   10000u /* at rows; a right tree needs some hundred */
#define GIC_CELLS   3u     /* kind, number, flags */

static struct tree_target targets[MAX_TARGETS];
static u32 nr_targets, nr_looks;

/* The place of all that are too many: what leads to such a node leads nowhere. */
static struct tree_target nowhere;

static struct tree_target *new_target(void)
{
	return nr_targets < MAX_TARGETS ? &targets[nr_targets++] : &nowhere;
}

static const struct tree_target *target_called(u32 phandle)
{
	for (u32 i = 0; phandle && i < nr_targets; i++)
		if (targets[i].phandle == phandle)
			return &targets[i];
	return NULL;
}

/* A wrong tree may have thousands of rows for each of thousands of devices. */
bool tree_may_look(void)
{
	if (nr_looks == MAX_LOOKS)
		return false;
	if (++nr_looks == MAX_LOOKS)
		pr_warn("device tree: %u rows of ranges and interrupt-map were looked at: no more are\n",
			MAX_LOOKS);
	return true;
}

bool tree_link_property(struct tree_links *node, const char *name,
			struct tree_words words)
{
	u32 first = words.nr ? __builtin_bswap32(words.word[0]) : 0;

	if (!strcmp(name, "interrupts"))
		node->interrupts = words;
	else if (!strcmp(name, "interrupt-parent"))
		node->irq_parent = first;
	else if (!strcmp(name, "interrupt-map"))
		node->self.map = words;
	else if (!strcmp(name, "interrupt-map-mask"))
		node->self.mask = words;
	else if (!strcmp(name, "clocks"))
		node->clock = first;
	else if (!strcmp(name, "phandle"))
		node->self.phandle = first;
	else if (!strcmp(name, "clock-frequency") && words.nr)
		node->self.hz = __builtin_bswap32(words.word[words.nr - 1]);
	else if (!strcmp(name, "#interrupt-cells"))
		node->self.irq_cells = min(first, MAX_CELLS);
	else
		return false;
	/* Its children end before it does, and may want to lead to it. */
	if (node->self.irq_cells && !node->kept)
		node->kept = new_target();
	return true;
}

void tree_link_end(struct tree_links *node, bool fixed_clock)
{
	if (fixed_clock && !node->kept)
		node->kept = new_target();
	if (!node->kept || node->kept == &nowhere)
		return;
	*node->kept = node->self;
	if (!fixed_clock) /* its rate is that of what it does, not of a clock */
		node->kept->hz = 0;
}

/*
 * Is the row for this interrupt? Addresses would tell apart cards in slots, for
 * which nobody here has a driver: a map that asks for them is not understood.
 */
static bool row_is_for(const struct tree_target *bus, const u32 *row,
		       const u32 *cell)
{
	u32 skip = bus->address_cells;
	const u32 *mask = bus->mask.word;

	if (mask && bus->mask.nr < skip + bus->irq_cells)
		return false;
	for (u32 i = 0; i < skip; i++)
		if (!mask || mask[i])
			return false;
	/* Without a mask all bits count. */
	for (u32 i = 0; i < bus->irq_cells; i++)
		if ((row[skip + i] ^ cell[i]) & (mask ? mask[skip + i] : ~0u))
			return false;
	return true;
}

/*
 * A bus that has a map hands the interrupt `cell` on: where to, and as which one
 * there, or NULL. A row: the bus's address and cells, the parent's phandle, the
 * parent's address and cells.
 */
static const u32 *handed_on(const struct tree_target **at, const u32 *cell)
{
	const struct tree_target *bus = *at, *parent;
	const u32 *row = bus->map.word, *end = row + bus->map.nr, *to;
	u32 ours = bus->address_cells + bus->irq_cells, theirs;

	for (; (u32)(end - row) > ours && tree_may_look(); row = to + theirs) {
		to = row + ours + 1;
		parent = target_called(__builtin_bswap32(to[-1]));
		/* How long is the row of a parent that is not there? */
		if (!parent)
			return NULL;
		theirs = parent->address_cells + parent->irq_cells;
		if ((u32)(end - to) < theirs)
			return NULL;
		*at = parent;
		if (row_is_for(bus, row, cell))
			return to + parent->address_cells;
	}
	return NULL;
}

/*
 * A tree that names no interrupt parent, and a controller without a map, such as
 * the power controller in front of an i.MX's GIC, say interrupts as the GIC does.
 */
u32 tree_interrupt(const struct tree_links *node, u32 nth)
{
	const struct tree_target *at = node->bus ?
		node->bus :
		target_called(node->irq_parent);
	u32 cells = at ? at->irq_cells : GIC_CELLS, irq;
	const u32 *cell;

	if (!board_devices.gicd || !cells || (!at && node->irq_parent) ||
	    (nth + 1) * cells > node->interrupts.nr)
		return NO_IRQ;
	cell = node->interrupts.word + nth * cells;
	for (u32 steps = 0; at && at->map.word; steps++) {
		cell = steps < MAX_STEPS ? handed_on(&at, cell) : NULL;
		if (!cell)
			return NO_IRQ;
	}
	if (at && at->irq_cells != GIC_CELLS)
		return NO_IRQ;
	/* Kind 0 is a device's, counted from 32; kind 1 a core's own, from 16. */
	irq = __builtin_bswap32(cell[1]) + (cell[0] ? 16 : 32);
	return irq < NR_IRQS ? irq : NO_IRQ;
}

u32 tree_clock_hz(const struct tree_links *node)
{
	const struct tree_target *clock = target_called(node->clock);

	return node->self.hz || !clock ? node->self.hz : clock->hz;
}

void tree_set_clock(u32 *rate, u32 hz, u32 least, const char *name)
{
	if (!hz || hz == *rate)
		return;
	if (hz < least || hz > NSEC_PER_SEC) {
		pr_warn("device tree: the %s's clock is said to have %u Hz, expected %u to 10^9: left out\n",
			name, (unsigned int)hz, (unsigned int)least);
		return;
	}
	pr_info("device tree: the %s's clock has %u Hz, not the board's %u\n",
		name, (unsigned int)hz, (unsigned int)*rate);
	*rate = hz;
}

void tree_forget_links(void)
{
	nr_targets = nr_looks = 0;
}
