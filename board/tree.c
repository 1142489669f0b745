/*
 * Devices from the loader's device tree (Devicetree Specification, chapter 2),
 * in place of those of the board's table. Owns what the tree said of devices
 * that this image has drivers for, and the rows of the table that come of it.
 *
 * startup/fdt.c reads the tree and passes each node and property. A node is
 * known whole when it ends, its parents' ranges before: children come behind
 * properties. What is found goes into the tables when tree and command line
 * have been read, before paging_init maps them.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <board/early_uart.h>
#include <bug.h>
#include <lib/printk.h>
#include <string.h>

#define MAX_DEPTH   8
#define MAX_UARTS   8
#define MAX_ALIASES 16
#define MAX_CELLS   4u
#define PATH_BYTES  128
#define MAX_ROWS    32 /* more than the board has and known[] can add */

/*
 * Where the rows go: boards' own end before. The UART's MiB is one of its own,
 * for it is mapped by the boot table too.
 */
#define ROWS_VA (FIXMAP_START + 0x1f0000u)
#define UART_VA (FIXMAP_START + 0x200000u)

/* Words of a property, as they lie there: big-endian. */
struct tree_words {
	const u32 *word; /* NULL: there is no such property */
	u32 nr;
};

/* A node between the root and the one that is being read. */
struct tree_node {
	u32 address_cells, size_cells; /* of its children's addresses */
	struct tree_words reg, ranges, interrupts;
	const char *compatible; /* strings, each with its end; or NULL */
	u32 compatible_bytes;
	bool off;       /* not to be used: its status */
	u32 path_bytes; /* how much of `path` names it */
};

static struct tree_node nodes[MAX_DEPTH];
static bool tree_ended; /* a tree, and not broken before its end */
static u32 nr_devices;
static char path[PATH_BYTES];

/* Which node sets which members of board_devices; of several, the first. */
struct known_device {
	const char *compatible;
	const char *name;
	u32 *reg[2]; /* NULL: there is none, or nobody asks */
	u32 *irq;
	u32 nth; /* of its interrupts */
};

/* clang-format off */
#define GIC(compatible)	{ compatible, "interrupt controller",	\
	{ &board_devices.gicd, &board_devices.gicc }, NULL, 0 }
/* It has no address. Of the four interrupts the third is the virtual timer's. */
#define GENERIC_TIMER(compatible) { compatible, "timer",	\
	{ NULL, NULL }, &board_devices.timer_irq, 2 }

static const struct known_device known[] = {
	GIC("arm,cortex-a15-gic"),
	GIC("arm,cortex-a9-gic"),
	GIC("arm,cortex-a7-gic"),
	GIC("arm,gic-400"),
	GENERIC_TIMER("arm,armv7-timer"),
	GENERIC_TIMER("arm,armv8-timer"),
	{ "arm,cortex-a9-global-timer", "timer",
	  { &board_devices.timer, NULL }, &board_devices.timer_irq, 0 },
	{ "arm,pl310-cache", "l2 cache", { &board_devices.l2, NULL }, NULL, 0 },
	{ "arm,pl031", "rtc", { &board_devices.rtc, NULL }, NULL, 0 },
};
/* clang-format on */

struct tree_place {
	phys_addr_t pa[2];
	bool empty[2]; /* no bytes there, by its size */
	u32 nr_pa;
	u32 irq; /* NO_IRQ: not said, or in a way that is not understood */
	char path[PATH_BYTES];
};

static struct tree_place places[ARRAY_SIZE(known)];
static bool found[ARRAY_SIZE(known)];

static struct tree_place uarts[MAX_UARTS];
static u32 nr_uarts;

static struct tree_alias {
	const char *name, *path;
} aliases[MAX_ALIASES];
static u32 nr_aliases;
static const char *stdout_path;

static struct map_desc rows[MAX_ROWS];

/* ---- what a node says -------------------------------------------- */

/* A number of so many cells, or their low 64 bits. */
static u64 cells_number(const u32 *cell, u32 cells)
{
	u64 value = 0;

	while (cells--)
		value = value << 32 | __builtin_bswap32(*cell++);
	return value;
}

/* From an address among bus's children to one on the bus above. */
static bool translate(const struct tree_node *bus, u64 *at)
{
	u32 down = bus->address_cells, up = bus[-1].address_cells;
	u32 step = down + up + bus->size_cells;
	const u32 *row = bus->ranges.word;

	/* Without `ranges` the core cannot reach the children. */
	if (!row || !step)
		return false;
	if (bus->ranges.nr == 0) /* the same addresses */
		return true;
	for (u32 left = bus->ranges.nr; left >= step; left -= step) {
		u64 base = cells_number(row, down);

		/* Unsigned: an address below base wraps and fails too. */
		if (*at - base <
		    cells_number(row + down + up, bus->size_cells)) {
			*at += cells_number(row + down, up) - base;
			return true;
		}
		row += step;
	}
	return false;
}

/* The nth address of the node, as the core sees it, and whether it is empty. */
static bool address_of(const struct tree_node *node, u32 nth, phys_addr_t *pa,
		       bool *empty)
{
	const struct tree_node *bus = node - 1;
	u32 step = bus->address_cells + bus->size_cells;
	const u32 *cell = node->reg.word + nth * step;
	u64 at;

	if ((nth + 1) * step > node->reg.nr || !bus->address_cells)
		return false;
	/*
	 * In the terms of the parent bus: each bus up to the root translates
	 * it.
	 */
	at = cells_number(cell, bus->address_cells);
	*empty = !cells_number(cell + bus->address_cells, bus->size_cells);
	for (; bus > nodes; bus--)
		if (!translate(bus, &at))
			return false;
	*pa = (phys_addr_t)at;
	return at <= UINT32_MAX;
}

/* Its nth interrupt, if it says them as a GIC's are said: kind, number, flags. */
static u32 interrupt_of(const struct tree_node *node, u32 nth)
{
	const u32 *cell;
	u32 irq;

	if (!board_devices.gicd || node->interrupts.nr % 3 ||
	    3 * nth >= node->interrupts.nr)
		return NO_IRQ;
	cell = node->interrupts.word + 3 * nth;
	/*
	 * Kind 0 is a device's, counted from 32; kind 1 a core's own, from 16.
	 */
	irq = __builtin_bswap32(cell[1]) + (cell[0] ? 16 : 32);
	return irq < NR_IRQS ? irq : NO_IRQ;
}

/* Addresses until one cannot be translated: a device has one or two. */
static struct tree_place place_of(const struct tree_node *node, u32 nth_irq)
{
	struct tree_place place = { .irq = interrupt_of(node, nth_irq) };

	while (place.nr_pa < ARRAY_SIZE(place.pa) &&
	       address_of(node, place.nr_pa, &place.pa[place.nr_pa],
			  &place.empty[place.nr_pa]))
		place.nr_pa++;
	memcpy(place.path, path, sizeof(path));
	return place;
}

/* Returns true if one of the node's compatible strings is `what`. */
static bool is_compatible(const struct tree_node *node, const char *what)
{
	const char *s = node->compatible, *end = s + node->compatible_bytes;

	for (; s < end; s += strlen(s) + 1)
		if (!strcmp(s, what))
			return true;
	return false;
}

/* Keeps the node if it is one of the known devices or a UART. */
static void look_at(const struct tree_node *node)
{
	/*
	 * A disabled device may have no clock: touching it could hang the bus.
	 */
	if (!node->compatible || node->off)
		return;
	nr_devices++;
	for (u32 i = 0; i < ARRAY_SIZE(known); i++)
		if (!found[i] && is_compatible(node, known[i].compatible)) {
			found[i] = true;
			places[i] = place_of(node, known[i].nth);
		}
	if (is_compatible(node, UART_COMPATIBLE) && nr_uarts < MAX_UARTS) {
		uarts[nr_uarts] = place_of(node, 0);
		nr_uarts += uarts[nr_uarts].nr_pa > 0;
	}
}

/* ---- the tree, item by item -------------------------------------- */

/* Starts the node at its depth and appends its name to `path`. */
static void begin_node(struct tree_node *node, const char *name)
{
	u32 from = node > nodes + 1 ? node[-1].path_bytes : 0;
	size_t bytes = strlen(name);

	memset(node, 0, sizeof(*node));
	node->address_cells =
		2; /* the default (Devicetree Specification, 2.3.5) */
	node->size_cells = 1;
	if (from + bytes + 2 > PATH_BYTES) { /* no device has so long a path */
		node->path_bytes = from;
		return;
	}
	path[from] = '/';
	memcpy(path + from + 1, name, bytes);
	node->path_bytes = from + 1 + (u32)bytes;
	path[node->path_bytes] = '\0';
}

/* Keeps pointers into the tree, valid until board_find_devices(). */
static void take_string(struct tree_node *node, const char *name,
			const char *text, u32 bytes)
{
	/* Without its NUL, strcmp() would run on into the next property. */
	if (!bytes || text[bytes - 1])
		return;
	if (!strcmp(name, "compatible")) {
		node->compatible = text;
		node->compatible_bytes = bytes;
	} else if (!strcmp(name, "status")) {
		node->off = strcmp(text, "okay") && strcmp(text, "ok");
	} else if (!strcmp(name, "stdout-path") && !strcmp(path, "/chosen")) {
		stdout_path = text;
	} else if (!strcmp(path, "/aliases") && nr_aliases < MAX_ALIASES) {
		aliases[nr_aliases++] = (struct tree_alias){ name, text };
	}
}

/* Cells are limited to MAX_CELLS, so that no sum of them can wrap. */
static void take_property(struct tree_node *node, const char *name,
			  const u8 *data, u32 bytes)
{
	struct tree_words words = { (const u32 *)(uintptr_t)data, bytes / 4 };

	if (!strcmp(name, "reg"))
		node->reg = words;
	else if (!strcmp(name, "ranges"))
		node->ranges = words;
	else if (!strcmp(name, "interrupts"))
		node->interrupts = words;
	else if (!strcmp(name, "#address-cells") && bytes == 4)
		node->address_cells = min((u32)cells_number(words.word, 1),
					  MAX_CELLS);
	else if (!strcmp(name, "#size-cells") && bytes == 4)
		node->size_cells = min((u32)cells_number(words.word, 1),
				       MAX_CELLS);
	else
		take_string(node, name, (const char *)data, bytes);
}

/* The root's end shows that the tree was read whole. */
static void end_node(const struct tree_node *node)
{
	if (node == nodes) {
		tree_ended = true;
		return;
	}
	/* Here all its properties are known, in whatever order they came. */
	look_at(node);
	path[node[-1].path_bytes] = '\0';
}

/* The tree's memory is freed later: no pointer into it may stay. */
static void forget_all(void)
{
	tree_ended = false;
	memset(found, 0, sizeof(found));
	nr_devices = nr_uarts = nr_aliases = 0;
	stdout_path = NULL;
}

void board_tree_item(enum tree_item item, u32 depth, const char *name,
		     const u8 *data, u32 bytes)
{
	struct tree_node *node = &nodes[min(depth, MAX_DEPTH - 1u)];

	/* Devices so deep are left out; their parents are not disturbed. */
	if (depth >= MAX_DEPTH)
		return;
	if (item == TREE_NODE)
		begin_node(node, name);
	else if (item == TREE_PROPERTY)
		take_property(node, name, data, bytes);
	else
		end_node(node);
}

/* ---- what of it can be true -------------------------------------- */

/* The last bank has no bytes. */
static bool is_ram(const struct bank *ram, phys_addr_t pa)
{
	for (; ram->bytes; ram++)
		if (pa - ram->base < ram->bytes)
			return true;
	return false;
}

/*
 * RAM that is mapped as a device would have two memory types, and a driver's first
 * store would overwrite what lies there: such a place is named, by whom it is from,
 * and left out.
 */
static bool is_wrong(const char *from, const struct tree_place *place,
		     const struct bank *ram)
{
	for (u32 i = 0; i < place->nr_pa; i++) {
		phys_addr_t pa = place->pa[i];
		const char *wrong = is_ram(ram, pa) ? "lies in RAM" :
			pa % 4                      ? "is no word's address" :
			place->empty[i]             ? "is of no bytes" :
						      NULL;

		if (!wrong)
			continue;
		pr_warn("%s: %s: 0x%08x %s: left out; expected registers, at a multiple of 4, outside of RAM\n",
			from, place->path, (unsigned int)pa, wrong);
		return true;
	}
	return false;
}

static void leave_out_wrong(const struct bank *ram)
{
	u32 right = 0;

	for (u32 i = 0; i < ARRAY_SIZE(known); i++)
		found[i] = found[i] &&
			!is_wrong("device tree", &places[i], ram);
	for (u32 i = 0; i < nr_uarts; i++)
		if (!is_wrong("device tree", &uarts[i], ram))
			uarts[right++] = uarts[i];
	nr_uarts = right;
}

/* ---- into the board's tables ------------------------------------- */

/* Where the board's table has what is mapped at va. */
static phys_addr_t pa_of(u32 va)
{
	for (u32 i = 0; i < board.nr_map; i++) {
		const struct map_desc *row = &board.map[i];

		if (va - row->va < row->bytes)
			return row->pa + (va - row->va);
	}
	return 0;
}

/* A page for the device at pa, at va and up. Returns where the device is. */
static u32 add_row(u32 va, phys_addr_t pa, const char *name)
{
	BUG_ON(board.nr_map == MAX_ROWS);
	/* The board's own table is constant: rows are added to a copy. */
	if (board.map != rows)
		memcpy(rows, board.map, board.nr_map * sizeof(*rows));
	rows[board.nr_map++] = (struct map_desc){ va, pa & PAGE_MASK, PAGE_SIZE,
						  MT_DEVICE, name };
	board.map = rows;
	return va + (pa & ~PAGE_MASK);
}

/* The device is at pa, whatever the table says. */
static void move_device(u32 *device, phys_addr_t pa, const char *name)
{
	static u32 next_va = ROWS_VA;
	phys_addr_t old = pa_of(*device);

	if (old == pa)
		return;
	pr_info("device tree: %s at 0x%08x, not at the board's 0x%08x\n", name,
		(unsigned int)pa, (unsigned int)old);
	*device = add_row(next_va, pa, name);
	next_va += PAGE_SIZE;
}

/* A tree without the interrupt leaves the board's. */
static void move_interrupt(u32 *irq, u32 to, const char *name)
{
	/* The tree may use a form of interrupts that is not understood here. */
	if (to == NO_IRQ || to == *irq)
		return;
	pr_info("device tree: the %s has interrupt %u, not the board's %u\n",
		name, (unsigned int)to, (unsigned int)*irq);
	*irq = to;
}

/* What a board's table leaves out, its drivers do not use. */
static void move_known(const struct known_device *what,
		       const struct tree_place *to)
{
	bool generic = !what->reg[0] && !board_devices.timer;

	/*
	 * A board's drivers are linked, not chosen: no other timer can be used.
	 */
	if (!generic && (!what->reg[0] || !*what->reg[0]))
		return;
	for (u32 i = 0; i < to->nr_pa; i++)
		if (what->reg[i] && *what->reg[i])
			move_device(what->reg[i], to->pa[i], what->name);
	if (what->irq)
		move_interrupt(what->irq, to->irq, what->name);
}

/* stdout-path: a path, or an alias of one; what follows a colon is its speed. */
static struct tree_place *uart_of(const char *name)
{
	size_t bytes = strcspn(name, ":");

	for (u32 i = 0; i < nr_aliases; i++)
		if (strlen(aliases[i].name) == bytes &&
		    !strncmp(aliases[i].name, name, bytes)) {
			name = aliases[i].path;
			bytes = strlen(name);
			break;
		}
	for (u32 i = 0; i < nr_uarts; i++)
		if (strlen(uarts[i].path) == bytes &&
		    !strncmp(uarts[i].path, name, bytes))
			return &uarts[i];
	return NULL;
}

/* Returns the tree's UART at pa, or NULL. */
static struct tree_place *uart_at(phys_addr_t pa)
{
	for (u32 i = 0; i < nr_uarts; i++)
		if (uarts[i].pa[0] == pa)
			return &uarts[i];
	return NULL;
}

/* The one that the tree has for the console, or NULL. */
static struct tree_place *console_uart(void)
{
	struct tree_place *uart = stdout_path ? uart_of(stdout_path) : NULL;

	/* Without devices it is no whole tree: no reason for a warning. */
	if (uart || !nr_devices)
		return uart;
	if (stdout_path)
		pr_warn("device tree: the console, %s, is no UART that this image drives (%s)\n",
			stdout_path, UART_COMPATIBLE);
	else if (!nr_uarts)
		pr_warn("device tree: it has no UART that this image drives (%s)\n",
			UART_COMPATIBLE);
	uart = uart_at(UART_PA);
	return uart || stdout_path || !nr_uarts ? uart : &uarts[0];
}

/* The console's UART at pa. Returns its row, if that is a new one. */
static const struct map_desc *move_console(phys_addr_t pa,
					   const struct tree_place *uart)
{
	bool moves = pa != pa_of(board_devices.uart);

	if (uart && uart->irq != NO_IRQ)
		move_interrupt(&board_devices.uart_irq, uart->irq, "console");
	else if (moves)
		pr_warn("console: nobody says which interrupt 0x%08x has: no input\n",
			(unsigned int)pa);
	if (!moves)
		return NULL;
	pr_info("console: from 0x%08x to the UART at 0x%08x\n",
		(unsigned int)pa_of(board_devices.uart), (unsigned int)pa);
	/* At its place in the MiB: the boot table maps it by a section. */
	board_devices.uart = add_row(UART_VA + (pa & 0xff000u), pa, "console");
	return &board.map[board.nr_map - 1];
}

const struct map_desc *board_find_devices(const char *cmdline,
					  const struct bank *ram)
{
	const struct map_desc *row = NULL;
	struct tree_place *uart = NULL;
	struct tree_place typed = { .nr_pa = 1, .path = "earlycon=" };

	if (tree_ended) {
		leave_out_wrong(ram);
		for (u32 i = 0; i < ARRAY_SIZE(known); i++)
			if (found[i])
				move_known(&known[i], &places[i]);
		uart = console_uart();
	}
	/* The command line wins: a person typed it. */
	if (earlycon_address(cmdline, &typed.pa[0]) &&
	    !is_wrong("command line", &typed, ram))
		row = move_console(typed.pa[0], uart_at(typed.pa[0]));
	else if (uart)
		row = move_console(uart->pa[0], uart);
	forget_all(); /* the tree's words go soon */
	return row;
}
