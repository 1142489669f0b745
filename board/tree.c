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
#include <board/tree.h>
#include <bug.h>
#include <lib/printk.h>
#include <string.h>

#define MAX_DEPTH   8u
#define MAX_UARTS   8u
#define MAX_ALIASES 64
#define PATH_BYTES  128
#define MAX_NAMED   16u /* sentences about devices that are left out */
#define MAX_ROWS    32  /* more than the board has and known[] can add */

/*
 * Where the rows go: boards' own end before. The UART's MiB is one of its own,
 * for it is mapped by the boot table too.
 */
#define ROWS_VA (FIXMAP_START + 0x1f0000u)
#define UART_VA (FIXMAP_START + 0x200000u)

/* A node between the root and the one that is being read. */
struct tree_node {
	u32 address_cells, size_cells; /* of its children's addresses */
	struct tree_words reg, ranges;
	struct tree_links links;
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
	u32 nth;   /* of its interrupts */
	u32 *hz;   /* of its clock */
	u32 shift; /* bytes from the node's address to reg[0] */
};

/* clang-format off */
#define GIC(compatible)	{ compatible, "interrupt controller",	\
	{ &board_devices.gicd, &board_devices.gicc }, NULL, 0, NULL, 0 }
/* It has no address. Of the four interrupts the third is the virtual timer's. */
#define GENERIC_TIMER(compatible) { compatible, "timer",	\
	{ NULL, NULL }, &board_devices.timer_irq, 2, NULL, 0 }

static const struct known_device known[] = {
	GIC("arm,cortex-a15-gic"),
	GIC("arm,cortex-a9-gic"),
	GIC("arm,cortex-a7-gic"),
	GIC("arm,gic-400"),
	GENERIC_TIMER("arm,armv7-timer"),
	GENERIC_TIMER("arm,armv8-timer"),
	/*
	 * An A9's private timer has its place 1 KiB above the global one's, and
	 * the same clock (DDI0407, 1.5, 4.1): a tree may have that node only.
	 */
	{ "arm,cortex-a9-twd-timer", "timer", { &board_devices.timer, NULL },
	  NULL, 0, &board_devices.timer_hz, -0x400u },
	{ "arm,cortex-a9-global-timer", "timer",
	  { &board_devices.timer, NULL }, &board_devices.timer_irq, 0,
	  &board_devices.timer_hz, 0 },
	{ "arm,pl310-cache", "l2 cache", { &board_devices.l2, NULL }, NULL, 0,
	  NULL, 0 },
	{ "arm,pl031", "rtc", { &board_devices.rtc, NULL }, NULL, 0, NULL, 0 },
};
/* clang-format on */

struct tree_place {
	phys_addr_t pa[2];
	bool empty[2]; /* no bytes there, by its size */
	u32 nr_pa;
	struct tree_links links;
	char path[PATH_BYTES];
};

static struct tree_place places[ARRAY_SIZE(known)];
static bool found[ARRAY_SIZE(known)];

static struct tree_place uarts[MAX_UARTS];
static u32 nr_uarts;
static u32 nr_left_out;

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
	if (bus->ranges.nr == 0) /* an empty `ranges`: the parent's addresses */
		return true;
	for (u32 left = bus->ranges.nr; left >= step && tree_may_look();
	     left -= step) {
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

/*
 * A device that a driver would take is named, but not thousands of a wrong tree:
 * a sentence takes a serial line 20 ms. Returns true if one more may be.
 */
static bool may_name(void)
{
	return nr_left_out++ < MAX_NAMED;
}

static bool out_of_reach(u64 at, const char *why)
{
	if (may_name())
		pr_warn("device tree: %s: 0x%08x%08x %s: left out\n", path,
			(unsigned int)(at >> 32), (unsigned int)at, why);
	return false;
}

/*
 * Stores the next address of the node, as the core sees it, and whether it is
 * empty. Returns false if there is none, or after a sentence.
 */
static bool add_address(struct tree_place *place, const struct tree_node *node)
{
	const struct tree_node *bus = node - 1;
	u32 step = bus->address_cells + bus->size_cells, nth = place->nr_pa;
	const u32 *cell;
	u64 at;

	if (nth == ARRAY_SIZE(place->pa) || (nth + 1) * step > node->reg.nr ||
	    !bus->address_cells)
		return false;
	cell = node->reg.word + nth * step;
	/* In the terms of the parent: each bus up to the root translates it. */
	at = cells_number(cell, bus->address_cells);
	place->empty[nth] = !cells_number(cell + bus->address_cells,
					  bus->size_cells);
	for (; bus > nodes; bus--)
		if (!translate(bus, &at))
			return out_of_reach(at, "is in no `ranges` of its bus");
	if (at > UINT32_MAX)
		return out_of_reach(at, "lies above 4 GiB, beyond mappings");
	place->pa[place->nr_pa++] = (phys_addr_t)at;
	return true;
}

/*
 * Its interrupts go to the node that it names, or else to the nearest one above
 * that names one or has interrupts of its own.
 */
static struct tree_links links_of(const struct tree_node *node)
{
	struct tree_links links = node->links;

	while (!links.irq_parent && !links.bus && node > nodes) {
		node--;
		links.bus = node->links.kept;
		links.irq_parent = node->links.irq_parent;
	}
	return links;
}

/* All that the node says of itself; to be followed are its links. */
static struct tree_place place_of(const struct tree_node *node)
{
	struct tree_place place = { .links = links_of(node) };

	while (add_address(&place, node))
		;
	memcpy(place.path, path, sizeof(path));
	return place;
}

/* Returns true if one of the node's compatible strings is `what`. */
static bool is_compatible(const struct tree_node *node, const char *what)
{
	const char *s = node->compatible;

	for (u32 at = 0; at < node->compatible_bytes; at += strlen(s + at) + 1)
		if (!strcmp(s + at, what))
			return true;
	return false;
}

/* Is there a driver for it? */
static bool is_driven(const struct tree_node *node)
{
	for (u32 i = 0; i < ARRAY_SIZE(known); i++)
		if (is_compatible(node, known[i].compatible))
			return true;
	return is_compatible(node, UART_COMPATIBLE);
}

/* Keeps the node if it is one of the known devices or a UART. */
static void look_at(const struct tree_node *node)
{
	/* A disabled one may have no clock: touching it could hang the bus. */
	if (!node->compatible || node->off)
		return;
	nr_devices++;
	for (u32 i = 0; i < ARRAY_SIZE(known); i++)
		if (!found[i] && is_compatible(node, known[i].compatible)) {
			places[i] = place_of(node);
			found[i] = places[i].nr_pa || !known[i].reg[0];
		}
	if (!is_compatible(node, UART_COMPATIBLE))
		return;
	if (nr_uarts == MAX_UARTS) {
		if (may_name())
			pr_warn("device tree: %s: more than %u UARTs: left out\n",
				path, MAX_UARTS);
		return;
	}
	uarts[nr_uarts] = place_of(node);
	nr_uarts += uarts[nr_uarts].nr_pa > 0;
}

/* ---- the tree, item by item -------------------------------------- */

/* Starts the node at its depth and appends its name to `path`. */
static void begin_node(struct tree_node *node, const char *name)
{
	u32 from = node > nodes + 1 ? node[-1].path_bytes : 0;
	size_t bytes = strlen(name);

	memset(node, 0, sizeof(*node));
	/* The default (Devicetree Specification, 2.3.5). */
	node->address_cells = 2;
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
	else if (!strcmp(name, "#address-cells") && bytes == 4)
		node->links.self.address_cells = node->address_cells =
			min((u32)cells_number(words.word, 1), MAX_CELLS);
	else if (!strcmp(name, "#size-cells") && bytes == 4)
		node->size_cells = min((u32)cells_number(words.word, 1),
				       MAX_CELLS);
	else if (!tree_link_property(&node->links, name, words))
		take_string(node, name, (const char *)data, bytes);
}

/* The root's end shows that the tree was read whole. */
static void end_node(struct tree_node *node)
{
	tree_link_end(&node->links, is_compatible(node, "fixed-clock"));
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
	nr_devices = nr_uarts = nr_aliases = nr_left_out = 0;
	stdout_path = NULL;
	tree_forget_links();
}

/* Its path is the part that has been kept: the node's name is beyond it. */
static void say_too_deep(const char *compatible, u32 bytes)
{
	struct tree_node node = {};

	take_string(&node, "compatible", compatible, bytes);
	if (is_driven(&node) && may_name())
		pr_warn("device tree: %s/.../: a device (%s) that is more than %u nodes deep: left out\n",
			path, compatible, MAX_DEPTH - 1);
}

void board_tree_item(enum tree_item item, u32 depth, const char *name,
		     const u8 *data, u32 bytes)
{
	struct tree_node *node = &nodes[min(depth, MAX_DEPTH - 1)];

	/* Devices so deep are left out; their parents are not disturbed. */
	if (depth >= MAX_DEPTH) {
		if (item == TREE_PROPERTY && !strcmp(name, "compatible"))
			say_too_deep((const char *)data, bytes);
		return;
	}
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

	/* Its drivers are linked, not chosen: no other timer can be used. */
	if (!generic && (!what->reg[0] || !*what->reg[0]))
		return;
	for (u32 i = 0; i < to->nr_pa; i++)
		if (what->reg[i] && *what->reg[i])
			move_device(what->reg[i], to->pa[i] + what->shift,
				    what->name);
	if (what->irq)
		move_interrupt(what->irq, tree_interrupt(&to->links, what->nth),
			       what->name);
	if (what->hz)
		tree_set_clock(what->hz, tree_clock_hz(&to->links),
			       LEAST_TIMER_HZ, what->name);
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
	u32 irq = uart ? tree_interrupt(&uart->links, 0) : NO_IRQ;

	/* The board's own has been set up, by a loader or by startup/boot.c. */
	board_devices.uart_hz = UART_HZ;
	if (uart && moves)
		tree_set_clock(&board_devices.uart_hz,
			       tree_clock_hz(&uart->links), 16 * UART_BAUD,
			       "console");
	if (irq != NO_IRQ)
		move_interrupt(&board_devices.uart_irq, irq, "console");
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
		if (nr_left_out > MAX_NAMED)
			pr_warn("device tree: %u more are left out\n",
				nr_left_out - MAX_NAMED);
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
