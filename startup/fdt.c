/*
 * A flattened device tree (Devicetree Specification, chapter 5), as much as a
 * boot needs: /memory's reg, what is reserved, /chosen's bootargs and initrd, how
 * PSCI is called and how fast the cores' timer counts.
 *
 * Header of big-endian words, then a stream of tokens: BEGIN_NODE name,
 * PROP length, name offset, data, END_NODE, END.
 */
#include <board/board.h>
#include <lib/printk.h>
#include <startup/startup.h>
#include <string.h>
#include <uapi/errno.h>

#define LAST_COMPATIBLE 17u /* version of the format */

enum node {
	NODE_ROOT,
	NODE_MEMORY,
	NODE_CHOSEN,
	NODE_PSCI,
	NODE_TIMER,
	NODE_RESERVED,
	NODE_OTHER
};

struct walk {
	struct boot_args *args;
	const u8 *at, *end; /* the rest of the structure block */
	const char *strings;
	u32 strings_bytes;
	unsigned int depth;
	enum node node;                /* what the nodes at depth 1 and 2 are */
	u32 address_cells, size_cells; /* the root's */
	bool no_map;                   /* in the node at depth 3: said, */
	unsigned int first;            /* and for which reservations */
	u64 initrd_start, initrd_end;
};

/* By bytes: the tree is big-endian, and p need not be aligned. */
static u32 be32(const void *p)
{
	const u8 *byte = p;

	return (u32)byte[0] << 24 | (u32)byte[1] << 16 | (u32)byte[2] << 8 |
		byte[3];
}

/* The next n bytes, padded to words; NULL: there are not that many. */
static const u8 *take(struct walk *walk, u32 n)
{
	const u8 *p = walk->at;
	u32 padded = ALIGN_UP(n, 4u);

	/* A length near 2^32 wraps to 0 when it is padded. */
	if (padded < n || padded > (u32)(walk->end - p))
		return NULL;
	walk->at = p + padded;
	return p;
}

/* The specification fixes the names of these children of the root. */
static enum node node_named(const char *name)
{
	if (!strcmp(name, "chosen"))
		return NODE_CHOSEN;
	if (!strcmp(name, "psci"))
		return NODE_PSCI;
	if (!strcmp(name, "timer")) /* the cores' own: it has no address */
		return NODE_TIMER;
	if (!strcmp(name, "reserved-memory"))
		return NODE_RESERVED;
	if (!strcmp(name, "memory") || !strncmp(name, "memory@", 7))
		return NODE_MEMORY;
	return NODE_OTHER;
}

/* Returns false if the node's name does not end within the block. */
static bool begin_node(struct walk *walk)
{
	const char *name = (const char *)walk->at;
	u32 length = (u32)strnlen(name, (size_t)(walk->end - walk->at));

	if (!take(walk, length + 1))
		return false;
	board_tree_item(TREE_NODE, walk->depth, name, NULL, 0);
	walk->depth++;
	if (walk->depth == 2)
		walk->node = node_named(name);
	/*
	 * no-map belongs to one child of /reserved-memory: forget the last
	 * one's.
	 */
	if (walk->depth == 3) {
		walk->no_map = false;
		walk->first = walk->args->nr_reserved;
	}
	return true;
}

/* Applies no-map here, because it may stand before reg or after it. */
static void end_node(struct walk *walk)
{
	if (walk->depth == 3 && walk->no_map)
		for (; walk->first < walk->args->nr_reserved; walk->first++)
			walk->args->reserved[walk->first].no_map = true;
	walk->depth--;
	board_tree_item(TREE_NODE_END, walk->depth, NULL, NULL, 0);
	walk->node = walk->depth == 1 ? NODE_ROOT : walk->node;
}

/*
 * Returns the number in the last one or two cells of data, 0 if there is none.
 * Loaders write the initrd's addresses in either size.
 */
static u64 cells(const u8 *data, u32 bytes)
{
	u64 high = bytes >= 8 ? be32(data + bytes - 8) : 0;

	return bytes >= 4 ? high << 32 | be32(data + bytes - 4) : 0;
}

/* Takes reg's pairs of address and size: banks of RAM or reservations. */
static void take_reg(struct walk *walk, const u8 *data, u32 bytes)
{
	u32 address = walk->address_cells * 4, size = walk->size_cells * 4;

	/*
	 * The tree chooses the cells: sizes of 0 would never end the loop, and
	 * more than two cells fit into no u64.
	 */
	if (address == 0 || size == 0 || address > 8 || size > 8)
		return;
	for (; bytes >= address + size; bytes -= address + size) {
		u64 base = cells(data, address);
		u64 length = cells(data + address, size);

		if (walk->node == NODE_MEMORY)
			boot_args_add_bank(walk->args, base, length);
		else
			boot_args_reserve(walk->args, base, length);
		data += address + size;
	}
}

/* Keeps the initrd's ends apart: either may come first in the tree. */
static void take_chosen(struct walk *walk, const char *name, const u8 *data,
			u32 bytes)
{
	if (!strcmp(name, "bootargs"))
		boot_args_set_cmdline(walk->args, (const char *)data, bytes);
	else if (!strcmp(name, "linux,initrd-start"))
		walk->initrd_start = cells(data, bytes);
	else if (!strcmp(name, "linux,initrd-end"))
		walk->initrd_end = cells(data, bytes);
}

/*
 * In a child of /reserved-memory. A child with a size but no address asks the
 * kernel to choose one; that is for a device that has no driver here.
 */
static void take_reserved(struct walk *walk, const char *name, const u8 *data,
			  u32 bytes)
{
	if (!strcmp(name, "reg"))
		take_reg(walk, data, bytes);
	else if (!strcmp(name, "no-map"))
		walk->no_map = true;
}

/* Takes one property; returns false if it does not fit into its blocks. */
static bool property(struct walk *walk)
{
	const u8 *head = take(walk, 8), *data;
	u32 bytes, offset;
	const char *name;

	if (!head)
		return false;
	bytes = be32(head);
	offset = be32(head + 4);
	data = take(walk, bytes);
	/* strcmp() stops at a NUL only, so one must lie within the block. */
	if (!data || offset >= walk->strings_bytes ||
	    !memchr(walk->strings + offset, 0, walk->strings_bytes - offset))
		return false;
	name = walk->strings + offset;
	/* The board gets every property: only it knows its devices. */
	board_tree_item(TREE_PROPERTY, walk->depth - 1, name, data, bytes);
	if (walk->depth == 1 && !strcmp(name, "#address-cells"))
		walk->address_cells = (u32)cells(data, bytes);
	else if (walk->depth == 1 && !strcmp(name, "#size-cells"))
		walk->size_cells = (u32)cells(data, bytes);
	else if (walk->depth == 2 && walk->node == NODE_MEMORY &&
		 !strcmp(name, "reg"))
		take_reg(walk, data, bytes);
	else if (walk->depth == 3 && walk->node == NODE_RESERVED)
		take_reserved(walk, name, data, bytes);
	else if (walk->depth == 2 && walk->node == NODE_CHOSEN)
		take_chosen(walk, name, data, bytes);
	else if (walk->depth == 2 && walk->node == NODE_PSCI &&
		 !strcmp(name, "method"))
		walk->args->psci_smc = bytes == 4 && !memcmp(data, "smc", 4);
	else if (walk->depth == 2 && walk->node == NODE_TIMER &&
		 !strcmp(name, "clock-frequency"))
		walk->args->timer_hz = (u32)cells(data, bytes);
	return true;
}

/* Returns 0, or -EINVAL with walk->at where the stream makes no sense. */
static int walk_structure(struct walk *walk)
{
	for (;;) {
		const u8 *token = take(walk, 4);
		/* 0 is no token: a block without END is an error. */
		u32 kind = token ? be32(token) : 0;

		if (kind == FDT_END && walk->depth == 0)
			return 0;
		if (kind == FDT_NOP)
			continue;
		if (kind == FDT_BEGIN_NODE && begin_node(walk))
			continue;
		if (kind == FDT_PROP && walk->depth && property(walk))
			continue;
		if (kind != FDT_END_NODE || walk->depth == 0)
			return -EINVAL;
		end_node(walk);
	}
}

/*
 * [start, end) in bytes. A wrong one is ignored: the built-in archive serves.
 */
static void set_initrd(struct boot_args *args, u64 start, u64 end)
{
	/* The difference would wrap to nearly 4 GiB, or lose its high word. */
	if (start > end || end > UINT32_MAX) {
		pr_err("initrd: its addresses wrap or lie above 4 GiB: ignored\n");
		start = end = 0;
	}
	args->initrd = (phys_addr_t)start;
	args->initrd_bytes = (u32)(end - start);
}

/* [offset, offset + bytes) lies in the first limit bytes. */
static bool block_inside(u32 offset, u32 bytes, u32 limit)
{
	return offset <= limit && bytes <= limit - offset;
}

/*
 * Takes the list of reserved memory at byte `at`: pairs of 64-bit address and
 * size up to a pair of zeroes. Returns false if that pair is missing.
 */
static bool memreserve(struct boot_args *args, const u8 *blob, u32 at,
		       u32 limit)
{
	for (; block_inside(at, 16, limit); at += 16) {
		u64 base = cells(blob + at, 8), bytes = cells(blob + at + 8, 8);

		if (!base && !bytes)
			return true;
		boot_args_reserve(args, base, bytes);
	}
	return false;
}

/*
 * The header comes from memory that anybody may have written, so each block is
 * checked against limit before it is read.
 */
int fdt_parse(struct boot_args *args, const void *blob, u32 limit)
{
	/* The cells that hold where the root does not name them (2.3.5). */
	struct walk walk = { .args = args,
			     .address_cells = 2,
			     .size_cells = 1 };
	u32 h[H_WORDS];

	for (unsigned int i = 0; i < H_WORDS; i++)
		h[i] = be32((const u8 *)blob + 4 * i);
	/* Its total may be more: loaders leave room to grow behind the blocks. */
	if (h[H_COMPATIBLE] > LAST_COMPATIBLE ||
	    !block_inside(h[H_STRUCT], h[H_STRUCT_BYTES], limit) ||
	    !block_inside(h[H_STRINGS], h[H_STRINGS_BYTES], limit) ||
	    !memreserve(args, blob, h[H_RESERVED], limit)) {
		pr_warn("device tree: the header makes no sense\n");
		return -EINVAL;
	}
	walk.at = (const u8 *)blob + h[H_STRUCT];
	walk.end = walk.at + h[H_STRUCT_BYTES];
	walk.strings = (const char *)blob + h[H_STRINGS];
	walk.strings_bytes = h[H_STRINGS_BYTES];
	if (walk_structure(&walk)) {
		pr_warn("device tree: broken %u bytes before its end\n",
			(unsigned int)(walk.end - walk.at));
		return -EINVAL;
	}
	/* After the walk, when both properties have been seen. */
	set_initrd(args, walk.initrd_start, walk.initrd_end);
	return 0;
}
