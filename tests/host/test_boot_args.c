/*
 * What a loader may leave at r2, good and broken: ATAGs, device trees, command
 * lines. The lists lie at the end of malloc'd blocks, so that AddressSanitizer
 * sees a parser that reads on.
 */
#include <board/board.h>
#include <board/drivers.h>
#include <lib/printk.h>
#include <lib/semihosting.h>
#include <startup/startup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trace.h>
#include <uapi/errno.h>
#include "host.h"

u32 ramfs_max_bytes;    /* fs/ is not linked */
u32 randomize_va_space; /* nor is proc/ */

#define ATAG_MEM     0x54410002u
#define ATAG_INITRD2 0x54420005u
#define ATAG_CMDLINE 0x54410009u

/* The console's MiB, and a page with the interrupt controller. */
static const struct map_desc table[] = {
	{ FIXMAP_START, 0x10000000, 0x00020000, MT_DEVICE, "motherboard" },
	{ FIXMAP_START + 0x20000, 0x1e000000, 0x2000, MT_DEVICE, "gic" },
};

struct board_devices board_devices;
struct board board = {
	.name = "host",
	.map = table,
	.nr_map = ARRAY_SIZE(table),
	.ram_default = 64u << 20,
	.ram_max = 1u << 30,
};

static const struct board_devices devices = {
	.uart = FIXMAP_START + 0x9000,
	.uart_irq = 37,
	.gicd = FIXMAP_START + 0x21000,
	.gicc = FIXMAP_START + 0x20100,
	.timer_irq = 27,
};
static const char *host_cmdline;

int semihosting_cmdline(char *buf, size_t bytes)
{
	if (!host_cmdline)
		return -ENODEV;
	snprintf(buf, bytes, "%s", host_cmdline);
	return 0;
}

static struct boot_args args;

/* ---- ATAGs ------------------------------------------------------- */

/* clang-format off */
static const u32 good_atags[] = {
	5, ATAG_CORE, 1, 0x1000, 0,
	4, ATAG_MEM, 128u << 20, 0x60000000,
	4, ATAG_INITRD2, 0x64000000, 12345,
	5, ATAG_CMDLINE, 0x74696e69, 0x62612f3d, 0x00000063,	/* init=/abc */
	0, 0,
};
/* clang-format on */

static int parse_atags(const u32 *list, size_t words)
{
	u32 *copy = malloc(words * 4);
	int err;

	memcpy(copy, list, words * 4);
	memset(&args, 0, sizeof(args));
	err = atags_parse(&args, copy, (u32)words * 4);
	free(copy);
	return err;
}

static void test_atags(void **state __unused_arg)
{
	assert_int_equal(parse_atags(good_atags, ARRAY_SIZE(good_atags)), 0);
	assert_int_equal(args.nr_banks, 1);
	assert_int_equal(args.banks[0].base, 0x60000000);
	assert_int_equal(args.banks[0].bytes, 128u << 20);
	assert_int_equal(args.initrd, 0x64000000);
	assert_int_equal(args.initrd_bytes, 12345);
	assert_string_equal(args.cmdline, "init=/abc");
}

/* Cut off anywhere: the list does not end, which is said. */
static void test_atags_cut_off(void **state __unused_arg)
{
	for (size_t n = 1; n < ARRAY_SIZE(good_atags); n++)
		assert_int_equal(parse_atags(good_atags, n), -EINVAL);
	expect_log("ATAG");
}

static void test_atags_bad_lengths(void **state __unused_arg)
{
	static const u32 lengths[] = { 0, 1, 100, 0x80000000, ~0u };
	u32 list[ARRAY_SIZE(good_atags)];

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		memcpy(list, good_atags, sizeof(list));
		list[5] = lengths[i];
		assert_int_equal(parse_atags(list, ARRAY_SIZE(list)), -EINVAL);
	}
	memcpy(list, good_atags, sizeof(list));
	list[9] = 2; /* INITRD2 without its data */
	(void)parse_atags(list, ARRAY_SIZE(list));
	expect_log("2 words short");
	assert_int_equal(args.initrd_bytes, 0);
}

static void test_atags_text_without_end(void **state __unused_arg)
{
	u32 list[5 + 3 + 300 + 2] = { 5, ATAG_CORE, 0,           0,
				      0, 2 + 301,   ATAG_CMDLINE };

	memset(&list[7], 'x', 301 * 4);
	assert_int_equal(parse_atags(list, ARRAY_SIZE(list)), 0);
	assert_int_equal(strlen(args.cmdline), CMDLINE_BYTES - 1);
	expect_log("cut to 1023");
}

static void test_banks(void **state __unused_arg)
{
	memset(&args, 0, sizeof(args));
	boot_args_add_bank(&args, 0x60000000, 0);
	boot_args_add_bank(&args, 0x80000000, 4); /* U-Boot, where nothing is */
	boot_args_add_bank(&args, 0xfff00000, 0x00200000);
	assert_int_equal(args.nr_banks, 1);
	assert_int_equal(args.banks[0].bytes, 0x000ff000);
	expect_log("2 MiB long, lies above 4 GiB: 0 MiB used");
	boot_args_add_bank(&args, 0x240000000, 0x40000000);
	expect_log("memory at 9216 MiB, 1024 MiB long, lies above 4 GiB");
	assert_int_equal(args.nr_banks, 1);
	boot_args_add_bank(&args, 0x40000000, 0x100000000); /* virt -m 4G */
	assert_int_equal(args.banks[1].bytes, 0xbffff000);
	boot_args_add_bank(&args, 0, ~0ull);
	assert_int_equal(args.banks[2].bytes, 0xfffff000);
	args.nr_banks = 0;
	for (u32 i = 0; i <= MAX_BANKS; i++)
		boot_args_add_bank(&args, 0x60000000 + (i << 24), 1u << 20);
	assert_int_equal(args.nr_banks, MAX_BANKS);
	expect_log("0x68000000 left out");
}

/* ---- device tree ------------------------------------------------- */

struct tree {
	u8 bytes[16384];
	u32 used;
};

static void put32(struct tree *t, u32 value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		t->bytes[t->used++] = (u8)(value >> shift);
}

static void put_bytes(struct tree *t, const void *data, u32 bytes)
{
	memcpy(t->bytes + t->used, data, bytes);
	t->used = ALIGN_UP(t->used + bytes, 4u);
}

static void begin(struct tree *t, const char *name)
{
	put32(t, 1);
	put_bytes(t, name, (u32)strlen(name) + 1);
}

static void end(struct tree *t)
{
	put32(t, 2);
}

static const char strings[] = "#address-cells\0#size-cells\0reg\0bootargs\0"
			      "linux,initrd-start\0linux,initrd-end\0method\0"
			      "clock-frequency\0no-map\0compatible\0ranges\0"
			      "interrupts\0status\0stdout-path\0serial7\0"
			      "interrupt-parent\0interrupt-map\0"
			      "interrupt-map-mask\0#interrupt-cells\0"
			      "phandle\0clocks";

static u32 string(const char *name)
{
	u32 at = 0;

	while (strcmp(strings + at, name))
		at += (u32)strlen(strings + at) + 1;
	return at;
}

static void prop(struct tree *t, const char *name, const void *data, u32 bytes)
{
	put32(t, 3);
	put32(t, bytes);
	put32(t, string(name));
	put_bytes(t, data, bytes);
}

static void prop32(struct tree *t, const char *name, u32 value)
{
	u8 cell[4] = { (u8)(value >> 24), (u8)(value >> 16), (u8)(value >> 8),
		       (u8)value };

	prop(t, name, cell, 4);
}

/* The header, at the front, once the nodes are there. */
static void finish(struct tree *t)
{
	u32 strings_at = t->used, reserved_at, bytes;

	put_bytes(t, strings, sizeof(strings));
	reserved_at = t->used;
	for (u32 i = 0; i < 8; i++) /* 64 KiB at 0x6ff00000, and the end */
		put32(t, i == 1 ? 0x6ff00000 : i == 3 ? 0x10000 : 0);
	bytes = t->used;
	t->used = 0;
	put32(t, FDT_MAGIC);
	put32(t, bytes);
	put32(t, 40);
	put32(t, strings_at);
	put32(t, reserved_at);
	put32(t, 17);
	put32(t, 16);
	put32(t, 0);
	put32(t, sizeof(strings));
	put32(t, strings_at - 40);
	t->used = bytes;
}

static void make_tree_for(struct tree *t, const char *method)
{
	static const u8 reg[] = { 0x60, 0, 0, 0, 0x10, 0, 0, 0,
				  0x80, 0, 0, 0, 0x08, 0, 0, 0 };

	memset(t, 0, sizeof(*t));
	t->used = 40;
	begin(t, "");
	prop32(t, "#address-cells", 1);
	prop32(t, "#size-cells", 1);
	put32(t, 4);
	begin(t, "chosen");
	prop(t, "bootargs", "quiet init=/x", 14);
	prop32(t, "linux,initrd-start", 0x64000000);
	prop32(t, "linux,initrd-end", 0x64000123);
	end(t);
	begin(t, "psci");
	prop(t, "method", method, 4);
	end(t);
	begin(t, "reserved-memory");
	begin(t, "firmware");
	prop(t, "no-map", "", 0);
	prop(t, "reg", reg, 8);
	end(t);
	begin(t, "dsp");
	prop(t, "reg", reg + 8, 8);
	end(t);
	begin(t, "modem");
	prop(t, "reg", reg, sizeof(reg));
	prop(t, "no-map", "", 0);
	end(t);
	end(t);
	begin(t, "timer");
	prop32(t, "clock-frequency", 19200000);
	end(t);
	begin(t, "memory@60000000");
	prop(t, "reg", reg, sizeof(reg));
	begin(t, "memory"); /* too deep to count */
	prop(t, "reg", reg, sizeof(reg));
	end(t);
	end(t);
	end(t);
	put32(t, 9);
	finish(t);
}

static void make_tree(struct tree *t)
{
	make_tree_for(t, "smc");
}

static int parse_tree(const struct tree *t, u32 bytes)
{
	u8 *copy = malloc(bytes);
	int err;

	memcpy(copy, t->bytes, bytes);
	memset(&args, 0, sizeof(args));
	err = fdt_parse(&args, copy, bytes);
	free(copy);
	return err;
}

static void test_tree(void **state __unused_arg)
{
	struct tree t;

	make_tree(&t);
	assert_int_equal(parse_tree(&t, t.used), 0);
	assert_int_equal(args.nr_banks, 2);
	assert_int_equal(args.banks[0].base, 0x60000000);
	assert_int_equal(args.banks[0].bytes, 0x10000000);
	assert_int_equal(args.banks[1].base, 0x80000000);
	assert_int_equal(args.initrd, 0x64000000);
	assert_int_equal(args.initrd_bytes, 0x123);
	assert_string_equal(args.cmdline, "quiet init=/x");
	assert_true(args.psci_smc);
	assert_int_equal(args.timer_hz, 19200000);
	assert_int_equal(args.nr_reserved, 5);
	assert_int_equal(args.reserved[0].base, 0x6ff00000); /* memreserve */
	assert_int_equal(args.reserved[0].bytes, 0x10000);
	assert_int_equal(args.reserved[1].base, 0x60000000);
	assert_int_equal(args.reserved[2].base, 0x80000000);
	assert_int_equal(args.reserved[2].bytes, 0x08000000);
	for (u32 i = 0; i < 5; i++)
		assert_true(args.reserved[i].no_map == (i != 0 && i != 2));
	make_tree_for(&t, "hvc");
	assert_int_equal(parse_tree(&t, t.used), 0);
	assert_false(args.psci_smc);
}

/* Two cells for an address and a size: what LPAE machines have. */
static void test_tree_64_bits(void **state __unused_arg)
{
	static const u8 reg[] = {
		0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 1, 0,    0, 0, 0,
		0, 0, 0, 2, 0,    0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0,
	};
	static const u8 high[] = { 0, 0, 0, 1, 0, 0, 0, 0 };
	struct tree t = { .used = 40 };

	begin(&t, "");
	prop32(&t, "#address-cells", 2);
	prop32(&t, "#size-cells", 2);
	begin(&t, "chosen");
	prop(&t, "linux,initrd-start", high, 8);
	prop(&t, "linux,initrd-end", high, 8);
	end(&t);
	begin(&t, "memory");
	prop(&t, "reg", reg, sizeof(reg));
	end(&t);
	end(&t);
	put32(&t, 9);
	finish(&t);
	assert_int_equal(parse_tree(&t, t.used), 0);
	assert_int_equal(args.nr_banks, 1);
	assert_int_equal(args.banks[0].base, 0x40000000);
	assert_int_equal(args.banks[0].bytes, 0xbffff000);
	expect_log("memory at 8192 MiB, 2048 MiB long, lies above 4 GiB");
	assert_int_equal(args.initrd_bytes, 0);
	expect_log("initrd: its addresses wrap or lie above 4 GiB");
}

static void test_tree_cut_off(void **state __unused_arg)
{
	struct tree t;

	make_tree(&t);
	for (u32 n = 40; n < t.used - 4; n += 4)
		assert_int_equal(parse_tree(&t, n), -EINVAL);
	expect_log("device tree");
}

/* Whatever a word is changed to, the parser stays inside. */
static void test_tree_corrupt(void **state __unused_arg)
{
	static const u32 values[] = { 0,          1,          2,          3,  9,
				      0x7fffffff, 0x80000000, 0xfffffffc, ~0u };
	struct tree good, bad;

	make_tree(&good);
	for (u32 at = 0; at + 4 <= good.used; at += 4)
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			bad = good;
			bad.used = at;
			put32(&bad, values[i]);
			(void)parse_tree(&bad, good.used);
			assert_true(args.nr_banks <= MAX_BANKS);
			assert_true(args.nr_reserved <= MAX_RESERVED);
		}
	for (u32 round = 0; round < 20000; round++) {
		bad = good;
		for (u32 n = rnd_below(4); n; n--)
			bad.bytes[40 + rnd_below(good.used - 40)] = (u8)rnd();
		(void)parse_tree(&bad, good.used);
	}
}

/* ---- devices of the tree ----------------------------------------- */

static void prop_text(struct tree *t, const char *name, const char *text)
{
	prop(t, name, text, (u32)strlen(text) + 1);
}

static void prop_words(struct tree *t, const char *name, const u32 *word, u32 n)
{
	u8 bytes[64];

	for (u32 i = 0; i < 4 * n; i++)
		bytes[i] = (u8)(word[i / 4] >> (24 - 8 * (i % 4)));
	prop(t, name, bytes, 4 * n);
}

#define PROP_WORDS(t, name, ...)                          \
	prop_words(t, name, (const u32[]){ __VA_ARGS__ }, \
		   sizeof((const u32[]){ __VA_ARGS__ }) / sizeof(u32))

static void put_uart(struct tree *t, const char *name, u32 at, u32 irq,
		     const char *status)
{
	begin(t, name);
	prop(t, "compatible", "arm,pl011\0arm,primecell", 24);
	PROP_WORDS(t, "reg", at, 0x1000);
	PROP_WORDS(t, "interrupts", 0, irq, 4);
	prop_text(t, "status", status);
	end(t);
}

/*
 * A bus that begins at bus_pa has two UARTs that are in use and one that is not,
 * and the interrupt controller.
 */
static void make_devices(struct tree *t, const char *console, u32 bus_pa,
			 u32 gic)
{
	memset(t, 0, sizeof(*t));
	t->used = 40;
	begin(t, "");
	PROP_WORDS(t, "#address-cells", 1);
	PROP_WORDS(t, "#size-cells", 1);
	begin(t, "chosen");
	if (console)
		prop_text(t, "stdout-path", console);
	end(t);
	begin(t, "bus");
	PROP_WORDS(t, "#address-cells", 1);
	PROP_WORDS(t, "#size-cells", 1);
	PROP_WORDS(t, "ranges", 0x1000, bus_pa, 0x10000000);
	put_uart(t, "serial@9000", 0xa000, 5, "okay");
	put_uart(t, "serial@a000", 0xb000, 6, "ok");
	put_uart(t, "serial@b000", 0xc000, 7, "disabled");
	begin(t, "gic");
	prop_text(t, "compatible", "arm,cortex-a9-gic");
	PROP_WORDS(t, "reg", gic + 0x1000, 0x1000, gic + 0x100, 0x100);
	end(t);
	end(t);
	begin(t, "timer");
	prop_text(t, "compatible", "arm,armv7-timer");
	PROP_WORDS(t, "interrupts", 1, 13, 8, 1, 14, 8, 1, 9, 8, 1, 10, 8);
	end(t);
	begin(t, "aliases");
	prop_text(t, "serial7", "/bus/serial@a000");
	end(t);
	end(t);
	put32(t, 9);
	finish(t);
}

/* What the tree and the command line make of the board's table. */
static const struct map_desc *find_on(const struct board_devices *on,
				      const struct tree *t, u32 bytes,
				      const char *cmdline)
{
	static u8 copy[sizeof(t->bytes)]; /* it is looked at once more */

	host_log_clear();
	board.map = table;
	board.nr_map = ARRAY_SIZE(table);
	board_devices = *on;
	memcpy(copy, t->bytes, bytes);
	memset(&args, 0, sizeof(args));
	args.source = fdt_parse(&args, copy, bytes) ? NULL : "device tree";
	return board_find_devices(cmdline,
				  (const struct bank[]){
					  { 0x60000000, 1u << 29 },
					  { 0x80000000, 1u << 28 },
					  { 0, 0 },
				  });
}

static const struct map_desc *find(const struct tree *t, u32 bytes,
				   const char *cmdline)
{
	return find_on(&devices, t, bytes, cmdline);
}

static void assert_as_the_table(void)
{
	assert_int_equal(board.nr_map, ARRAY_SIZE(table));
	assert_int_equal(board_devices.uart, FIXMAP_START + 0x9000);
	assert_int_equal(board_devices.uart_irq, 37);
	assert_int_equal(board_devices.gicd, FIXMAP_START + 0x21000);
}

/* Where the tree says what the table says, nothing moves, nothing is said. */
static void test_devices_agree(void **state __unused_arg)
{
	struct tree t;

	make_devices(&t, "/bus/serial@9000:38400n8", 0x10000000, 0xe001000);
	assert_null(find(&t, t.used, "quiet"));
	assert_as_the_table();
	expect_log("the timer has interrupt 25, not the board's 27");
	assert_int_equal(board_devices.timer_irq, 25);
	make_devices(&t, NULL, 0x10000000, 0xe001000); /* UART_PA's */
	assert_null(find(&t, t.used, ""));
	assert_as_the_table();
}

/* By its alias the second UART; all addresses go through the bus's ranges. */
static void test_devices_elsewhere(void **state __unused_arg)
{
	const struct map_desc *row;
	struct tree t;

	make_devices(&t, "serial7:115200", 0x4ff00000, 0x101000);
	row = find(&t, t.used, "");
	assert_non_null(row);
	assert_int_equal(row->pa, 0x4ff0a000);
	assert_int_equal(row->va & 0xfffff, 0x4ff0a000 & 0xfffff);
	assert_int_equal(board_devices.uart, row->va);
	assert_int_equal(board_devices.uart_irq, 32 + 6);
	expect_log("console: from 0x10009000 to the UART at 0x4ff0a000");
	assert_int_equal(board.nr_map, ARRAY_SIZE(table) + 3);
	row = &board.map[ARRAY_SIZE(table)];
	assert_int_equal(row->pa, 0x50001000);
	assert_int_equal(board_devices.gicd, row->va);
	assert_int_equal(row[1].pa, 0x50000000);
	assert_int_equal(board_devices.gicc, row[1].va + 0x100);
	for (u32 i = 0; i < board.nr_map; i++)
		for (u32 j = 0; j < i; j++)
			assert_true(board.map[i].va >=
				    board.map[j].va + board.map[j].bytes);
	expect_log("interrupt controller at 0x50001000, not at the board's "
		   "0x1e001000");
	make_devices(&t, NULL, 0x4ff00000, 0x101000); /* the first in use */
	row = find(&t, t.used, "");
	assert_non_null(row);
	assert_int_equal(row->pa, 0x4ff09000);
}

/* A console that this image cannot drive is named, and the table's stays. */
static void test_devices_unknown(void **state __unused_arg)
{
	struct tree t;

	make_devices(&t, "/bus/serial@b000", 0x4ff00000, 0x101000);
	assert_null(find(&t, t.used, ""));
	expect_log("/bus/serial@b000, is no UART that this image drives "
		   "(arm,pl011)");
	assert_int_equal(board_devices.uart, FIXMAP_START + 0x9000);
}

/*
 * Names that together are longer than any device's path: what lies below them is
 * left out, however deep, and what comes behind them is found.
 */
static void test_devices_long_paths(void **state __unused_arg)
{
	char name[42] = "";
	struct tree t = { .used = 40 };

	memset(name, 'n', sizeof(name) - 1);
	begin(&t, "");
	PROP_WORDS(&t, "#address-cells", 1);
	PROP_WORDS(&t, "#size-cells", 1);
	begin(&t, "chosen");
	prop_text(&t, "stdout-path", "/serial@1000a000");
	end(&t);
	for (u32 depth = 1; depth < 12; depth++)
		begin(&t, name); /* three of them leave two of 128 bytes */
	put_uart(&t, "serial@1000c000", 0x1000c000, 8, "okay");
	for (u32 depth = 1; depth < 12; depth++)
		end(&t);
	put_uart(&t, "serial@1000a000", 0x1000a000, 6, "okay");
	end(&t);
	put32(&t, 9);
	finish(&t);
	assert_non_null(find(&t, t.used, ""));
	assert_string_equal(args.source, "device tree");
	expect_log("console: from 0x10009000 to the UART at 0x1000a000");
	expect_log("a device (arm,pl011) that is more than 7 nodes deep");
}

/* A tree that is broken before its end is not believed at all. */
static void test_devices_broken(void **state __unused_arg)
{
	struct tree t;

	make_devices(&t, "serial7", 0x4ff00000, 0x101000);
	t.bytes[t.used - 0x20 - ALIGN_UP(sizeof(strings), 4u) - 5] = 7;
	assert_null(find(&t, t.used, ""));
	expect_log("device tree: broken");
	assert_as_the_table();
}

/* The UART at that address in place of the second one, the root's child. */
static void make_uart_at(struct tree *t, u32 at, u32 bytes)
{
	*t = (struct tree){ .used = 40 };
	begin(t, "");
	PROP_WORDS(t, "#address-cells", 1);
	PROP_WORDS(t, "#size-cells", 1);
	begin(t, "chosen");
	prop_text(t, "stdout-path", "/serial");
	end(t);
	begin(t, "serial");
	prop_text(t, "compatible", "arm,pl011");
	PROP_WORDS(t, "reg", at, bytes);
	end(t);
	end(t);
	put32(t, 9);
	finish(t);
}

/*
 * RAM is never mapped as a device, nor is what cannot be registers: a sentence
 * names the node, the address and what was expected, and the table serves.
 */
static void test_devices_in_ram(void **state __unused_arg)
{
	static const struct {
		u32 at, bytes;
		const char *wrong;
	} bad[] = {
		{ 0x60000000, 0x1000, "lies in RAM" },
		{ 0x8ffffffc, 0x1000, "lies in RAM" },
		{ 0x1000a002, 0x1000, "is no word's address" },
		{ 0x1000a000, 0, "is of no bytes" },
	};
	char want[80];
	struct tree t;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		make_uart_at(&t, bad[i].at, bad[i].bytes);
		assert_null(find(&t, t.used, ""));
		assert_as_the_table();
		snprintf(want, sizeof(want),
			 "/serial: 0x%08x %s: left out; expected registers",
			 bad[i].at, bad[i].wrong);
		expect_log(want);
	}
	make_uart_at(&t, 0x5ffff000, 0x1000);
	assert_non_null(find(&t, t.used, ""));
	make_uart_at(&t, 0x90000000, 0x1000);
	assert_non_null(find(&t, t.used, ""));
	/* The second of the controller's addresses: the first stays, too. */
	make_devices(&t, NULL, 0x80001000, 0x0ffff000);
	find(&t, t.used, "");
	expect_log("/bus/gic: 0x8ffff100 lies in RAM");
	assert_int_equal(board_devices.gicd, devices.gicd);
	assert_int_equal(board_devices.gicc, devices.gicc);
}

/* ---- where the tree's nodes lead --------------------------------- */

/* What a test changes of the tree below. */
struct links {
	u32 mask; /* of the bus's interrupts; the address has 0 */
	u32 address_mask;
	u32 irq;         /* that the console has on its bus */
	u32 to;          /* the phandle that the bus's map leads to */
	u32 uart_clock;  /* a phandle */
	u32 timer_hz;    /* the rate of the clock with phandle 4 */
	bool no_mask;    /* its property is left out */
	bool no_address; /* of the bus's children in the map */
};

static const struct links right = { 0x3f, 0, 6, 1, 3, 50000000, false, false };

static void put_clock(struct tree *t, const char *name, const char *kind,
		      u32 phandle, u32 hz)
{
	begin(t, name);
	prop_text(t, "compatible", kind);
	PROP_WORDS(t, "clock-frequency", hz);
	PROP_WORDS(t, "phandle", phandle);
	end(t);
}

/*
 * As a Versatile Express has it: the bus numbers its interrupts by itself, and the
 * bus below it says nothing of that; controller and clocks come last. Of the
 * Cortex-A9's timers the tree has the private one.
 */
static void make_links(struct tree *t, const struct links *l)
{
	*t = (struct tree){ .used = 40 };
	begin(t, "");
	PROP_WORDS(t, "#address-cells", 1);
	PROP_WORDS(t, "#size-cells", 1);
	PROP_WORDS(t, "interrupt-parent", 1);
	begin(t, "chosen");
	prop_text(t, "stdout-path", "/bus/fpga/serial");
	end(t);
	begin(t, "bus");
	PROP_WORDS(t, "#address-cells", !l->no_address);
	PROP_WORDS(t, "#size-cells", 1);
	prop(t, "ranges", "", 0);
	PROP_WORDS(t, "phandle", 2);
	PROP_WORDS(t, "#interrupt-cells", 1);
	if (!l->no_mask)
		PROP_WORDS(t, "interrupt-map-mask", l->address_mask, l->mask);
	PROP_WORDS(t, "clock-frequency", 9000000); /* its own */
	/* Bus address, interrupt, to whom, address there, interrupt there. */
	if (l->to == 2)
		PROP_WORDS(t, "interrupt-map", 0, 6, 2, 0, 6);
	else if (l->no_address)
		PROP_WORDS(t, "interrupt-map", 5, l->to, 0, 0, 19, 4, 6, l->to,
			   0, 0, 20, 4);
	else
		PROP_WORDS(t, "interrupt-map", 0, 5, l->to, 0, 0, 19, 4, 0, 6,
			   l->to, 0, 0, 20, 4);
	begin(t, "fpga");
	PROP_WORDS(t, "#address-cells", 1);
	PROP_WORDS(t, "#size-cells", 1);
	prop(t, "ranges", "", 0);
	begin(t, "serial");
	prop_text(t, "compatible", "arm,pl011");
	PROP_WORDS(t, "reg", 0x1000a000, 0x1000);
	PROP_WORDS(t, "interrupts", l->irq);
	PROP_WORDS(t, "clocks", l->uart_clock, 5);
	end(t);
	end(t);
	end(t);
	begin(t, "timer@1e000600");
	prop_text(t, "compatible", "arm,cortex-a9-twd-timer");
	PROP_WORDS(t, "reg", 0x1e000600, 0x20);
	PROP_WORDS(t, "interrupts", 1, 13, 0xf04);
	PROP_WORDS(t, "clocks", 4);
	end(t);
	begin(t, "gic");
	prop_text(t, "compatible", "arm,cortex-a9-gic");
	PROP_WORDS(t, "#interrupt-cells", 3);
	PROP_WORDS(t, "#address-cells", 1);
	PROP_WORDS(t, "phandle", 1);
	PROP_WORDS(t, "reg", 0x1e001000, 0x1000, 0x1e000100, 0x100);
	end(t);
	put_clock(t, "uartclk", "fixed-clock", 3, 14745600);
	put_clock(t, "periphclk", "fixed-clock", 4, l->timer_hz);
	put_clock(t, "osc", "arm,vexpress-osc", 5, 11000000);
	end(t);
	put32(t, 9);
	finish(t);
}

static void find_links(const struct links *l)
{
	struct board_devices a9 = devices;
	struct tree t;

	a9.timer = FIXMAP_START + 0x20200;
	a9.timer_hz = 100000000;
	make_links(&t, l);
	assert_non_null(find_on(&a9, &t, t.used, ""));
	assert_string_equal(args.source, "device tree");
	assert_int_equal(board_devices.timer, a9.timer);
	assert_int_equal(board_devices.timer_irq, a9.timer_irq);
}

/* An interrupt goes the way that the tree says, whatever comes first in it. */
static void test_interrupt_map(void **state __unused_arg)
{
	struct links l = right;

	find_links(&l);
	assert_int_equal(board_devices.uart_irq, 32 + 20);
	expect_log("the console has interrupt 52, not the board's 37");
	l.irq = 0x46; /* the mask does not look at the upper bits */
	find_links(&l);
	assert_int_equal(board_devices.uart_irq, 32 + 20);
	l.irq = 5;
	find_links(&l);
	assert_int_equal(board_devices.uart_irq, 32 + 19);
}

/* Without a mask all bits count, of the address, too. */
static void test_interrupt_map_unmasked(void **state __unused_arg)
{
	struct links l = right;

	l.no_mask = l.no_address = true;
	find_links(&l);
	assert_int_equal(board_devices.uart_irq, 32 + 20);
	l.irq = 0x46;
	find_links(&l);
	assert_int_equal(board_devices.uart_irq, devices.uart_irq);
	l = right;
	l.no_mask = true; /* which card has which address, nobody here knows */
	find_links(&l);
	assert_int_equal(board_devices.uart_irq, devices.uart_irq);
}

/*
 * A bus that numbers interrupts by itself, below a root that does so, too, and
 * behind `others` that do. Only the bus knows what its number means.
 */
static void make_crowd(struct tree *t, u32 others)
{
	*t = (struct tree){ .used = 40 };
	begin(t, "");
	PROP_WORDS(t, "#address-cells", 1);
	PROP_WORDS(t, "#size-cells", 1);
	PROP_WORDS(t, "#interrupt-cells", 3);
	for (u32 i = 0; i < others; i++) {
		begin(t, "pic");
		PROP_WORDS(t, "#interrupt-cells", 1);
		end(t);
	}
	begin(t, "bus");
	PROP_WORDS(t, "#address-cells", 1);
	PROP_WORDS(t, "#size-cells", 1);
	prop(t, "ranges", "", 0);
	PROP_WORDS(t, "#interrupt-cells", 3);
	PROP_WORDS(t, "interrupt-map", 0); /* it hands nothing on */
	put_uart(t, "serial", 0x1000a000, 6, "ok");
	end(t);
	end(t);
	put32(t, 9);
	finish(t);
}

/* The bus is kept or it is not: its number is never taken for the root's. */
static void test_many_controllers(void **state __unused_arg)
{
	struct tree t;

	for (u32 others = 46; others <= 48; others++) {
		make_crowd(&t, others);
		assert_non_null(find(&t, t.used, ""));
		assert_int_equal(board_devices.uart_irq, devices.uart_irq);
	}
}

/* Devices times rows: a wrong tree must not hold the boot up for minutes. */
static void test_many_ranges(void **state __unused_arg)
{
	static u32 ranges[300][3]; /* of no bytes: no address is in one */
	struct tree t = { .used = 40 };

	begin(&t, "");
	PROP_WORDS(&t, "#address-cells", 1);
	PROP_WORDS(&t, "#size-cells", 1);
	begin(&t, "bus");
	PROP_WORDS(&t, "#address-cells", 1);
	PROP_WORDS(&t, "#size-cells", 1);
	prop(&t, "ranges", ranges, sizeof(ranges));
	for (u32 i = 0; i < 40; i++)
		put_uart(&t, "serial", 0x1000a000, 6, "ok");
	end(&t);
	end(&t);
	put32(&t, 9);
	finish(&t);
	find(&t, t.used, "");
	expect_log("10000 rows of ranges and interrupt-map were looked at: no "
		   "more are");
	/* The next tree has as many looks again. */
	find_links(&right);
	assert_int_equal(board_devices.uart_irq, 32 + 20);
}

/* A way that leads nowhere is none: no input, rather than another's. */
static void test_interrupt_map_broken(void **state __unused_arg)
{
	struct links bad[] = { right, right, right, right };

	bad[0].irq = 7; /* no row */
	bad[1].to = 9;  /* no such node */
	bad[2].to = 2;  /* a circle */
	bad[3].address_mask = 0x1000;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		find_links(&bad[i]);
		assert_int_equal(board_devices.uart_irq, devices.uart_irq);
		expect_log("nobody says which interrupt 0x1000a000 has: no "
			   "input");
	}
}

/* The rates of fixed clocks count, those that a controller makes are unknown. */
static void test_clocks(void **state __unused_arg)
{
	struct links l = right;

	find_links(&l);
	assert_int_equal(board_devices.uart_hz, 14745600);
	assert_int_equal(board_devices.timer_hz, 50000000);
	expect_log("the console's clock has 14745600 Hz, not the board's "
		   "24000000");
	expect_log("the timer's clock has 50000000 Hz, not the board's "
		   "100000000");
	l.uart_clock = 5;
	l.timer_hz = 1000000001;
	find_links(&l);
	assert_int_equal(board_devices.uart_hz, UART_HZ);
	l.uart_clock = 2; /* a bus is no clock */
	find_links(&l);
	assert_int_equal(board_devices.uart_hz, UART_HZ);
	assert_int_equal(board_devices.timer_hz, 100000000);
	expect_log("the timer's clock is said to have 1000000001 Hz, expected "
		   "1000000 to 10^9: left out");
	/* So slow a clock would never let a task run: all events are late. */
	l.timer_hz = 1000;
	find_links(&l);
	assert_int_equal(board_devices.timer_hz, 100000000);
}

/* ---- what is passed over is named -------------------------------- */

/* The UART at a node of two cells, below a bus that has ranges, or not. */
static void make_far_uart(struct tree *t, u32 high, bool ranges)
{
	*t = (struct tree){ .used = 40 };
	begin(t, "");
	PROP_WORDS(t, "#address-cells", 2);
	PROP_WORDS(t, "#size-cells", 1);
	begin(t, "bus");
	PROP_WORDS(t, "#address-cells", 2);
	PROP_WORDS(t, "#size-cells", 1);
	if (ranges)
		prop(t, "ranges", "", 0);
	begin(t, "serial");
	prop_text(t, "compatible", "arm,pl011");
	PROP_WORDS(t, "reg", high, 0x1000a000, 0x1000);
	end(t);
	end(t);
	end(t);
	put32(t, 9);
	finish(t);
}

static void test_passed_over(void **state __unused_arg)
{
	struct tree t;
	char name[] = "serial00";

	make_far_uart(&t, 0, true);
	assert_non_null(find(&t, t.used, ""));
	make_far_uart(&t, 2, true);
	assert_null(find(&t, t.used, ""));
	assert_as_the_table();
	expect_log("/bus/serial: 0x000000021000a000 lies above 4 GiB");
	make_far_uart(&t, 0, false);
	assert_null(find(&t, t.used, ""));
	expect_log("/bus/serial: 0x000000001000a000 is in no `ranges`");
	t = (struct tree){ .used = 40 };
	begin(&t, "");
	PROP_WORDS(&t, "#address-cells", 1);
	/* 8 are kept, 16 are named, and the rest in one sentence. */
	for (u32 i = 0; i < 26; i++) {
		name[6] = (char)('0' + i / 10);
		name[7] = (char)('0' + i % 10);
		put_uart(&t, name, 0x10009000 + (i << 12), 5, "ok");
	}
	end(&t);
	put32(&t, 9);
	finish(&t);
	find(&t, t.used, "");
	assert_null(strstr(host_log(), "/serial24"));
	expect_log("device tree: 2 more are left out");
	expect_log("/serial08: more than 8 UARTs: left out");
}

static void test_earlycon(void **state __unused_arg)
{
	static const char *const bad[] = {
		"earlycon=uart8250,mmio32,0x1000b000",
		"earlycon=pl011,1000b000",
		"earlycon=pl011,0x",
		"earlycon=pl011,0x1000b00g",
		"earlycon=pl011,0x11000b0000",
		"earlycon=pl011,0x1000b002",
	};
	const struct map_desc *row;
	struct tree none = { .used = 40 }, t;

	row = find(&none, 40,
		   "quiet earlycon=pl011,mmio32,0x1000B000,115200 x");
	assert_non_null(row);
	assert_int_equal(row->pa, 0x1000b000);
	expect_log("nobody says which interrupt 0x1000b000 has: no input");
	make_devices(&t, NULL, 0x10000000, 0xe001000);
	row = find(&t, t.used,
		   "earlycon=pl011,0x1000a000"); /* the tree knows */
	assert_non_null(row);
	assert_int_equal(row->pa, 0x1000a000);
	assert_int_equal(board_devices.uart_irq, 32 + 6);
	assert_null(find(&none, 40, "earlycon=pl011,0x10009000"));
	assert_null(find(&none, 40, "earlycon=pl011,0x60000000"));
	expect_log("command line: earlycon=: 0x60000000 lies in RAM: left out");
	assert_null(find(&none, 40, "earlycon noearlycon=pl011,0x1000b000"));
	assert_as_the_table();
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_null(find(&none, 40, bad[i]));
		expect_log("earlycon= expects");
		assert_as_the_table();
	}
}

/* ---- where they come from ---------------------------------------- */

static void test_sources(void **state __unused_arg)
{
	memset(&args, 0, sizeof(args));
	memcpy(phys_to_virt(PHYS_OFFSET + 0x100), good_atags,
	       sizeof(good_atags));
	boot_args_find(&args, PHYS_OFFSET + 0x100, 0);
	assert_string_equal(args.source, "ATAGs");
	assert_int_equal(args.banks[0].bytes, 128u << 20);

	memset(&args, 0, sizeof(args));
	host_cmdline = "pagewalk.elf init=/bin/a b";
	boot_args_find(&args, 0, 256u << 20);
	assert_int_equal(args.banks[0].bytes, 256u << 20);
	assert_string_equal(args.cmdline, "init=/bin/a b");
	host_cmdline = "init=/bin/a";
	boot_args_find(&args, 0, 256u << 20);
	assert_string_equal(args.cmdline, "init=/bin/a");
	host_cmdline = "pagewalk.elf";
	boot_args_find(&args, 0, 256u << 20);
	assert_string_equal(args.cmdline, "");
	host_cmdline = NULL;
	boot_args_find(&args, 0, 256u << 20);
	assert_string_equal(args.cmdline, "");
}

static void test_unusable_list(void **state __unused_arg)
{
	u32 *list = phys_to_virt(PHYS_OFFSET + 0x100);

	memset(&args, 0, sizeof(args));
	memcpy(list, good_atags, sizeof(good_atags));
	list[9] = 0;
	boot_args_find(&args, PHYS_OFFSET + 0x100, 0);
	expect_log("unusable");
	assert_int_equal(args.nr_banks, 1);
	assert_int_equal(args.banks[0].bytes, board.ram_default);
	assert_int_equal(args.initrd_bytes, 0);
}

/* ---- options ----------------------------------------------------- */

static void parse(const char *line)
{
	memset(&options, 0, sizeof(options));
	host_log_clear();
	cmdline_parse(line);
}

static void test_options(void **state __unused_arg)
{
	parse("auto  mem=0x2000k\tinit=/bin/x one quiet two=2 trace=fault "
	      "ro root=/dev/x three ");
	assert_int_equal(options.mem, 0x2000u << 10);
	assert_string_equal(options.init, "/bin/x");
	assert_int_equal(options.argc, 3);
	assert_string_equal(options.argv[1], "one");
	assert_string_equal(options.argv[2], "three");
	assert_null(options.argv[3]);
	assert_int_equal(console_loglevel, LOGLEVEL_QUIET);
	assert_int_equal(trace_mask, 1u << TRACE_FAULT);
	expect_log("\"two=2\" is no option: passed to init in its environment");
	expect_log("\"one\" is no option: passed to init as an argument");
}

static void test_words_for_init(void **state __unused_arg)
{
	parse("");
	assert_null(options.init);
	assert_int_equal(options.argc, 1);
	assert_int_equal(options.envc, 3);
	assert_string_equal(host_log(), "");
	parse("A=1 \"B=2 3\" HOME=/root A=4 rdinit=/r x -- mem=1M --opt=3");
	assert_string_equal(options.rdinit, "/r");
	assert_int_equal(options.argc, 4);
	assert_string_equal(options.argv[1], "x");
	assert_string_equal(options.argv[2], "mem=1M");
	assert_string_equal(options.argv[3], "--opt=3");
	assert_int_equal(options.mem, 0);
	assert_string_equal(options.envp[0], "HOME=/root");
	assert_string_equal(options.envp[3], "A=4");
	assert_string_equal(options.envp[4], "B=2 3");
	assert_null(options.envp[5]);
}

static void test_module_parameters(void **state __unused_arg)
{
	parse("printk.time=1 init=/x usb.nothing a=b.c");
	expect_log("\"printk.time=1\" is for a module: ignored");
	expect_log("\"usb.nothing\" is for a module: ignored");
	assert_int_equal(options.argc, 1);
	assert_string_equal(options.envp[3], "a=b.c");
}

static void test_bad_values(void **state __unused_arg)
{
	parse("mem=lots");
	expect_log("mem=lots expects a size");
	assert_int_equal(options.mem, 0);
	parse("mem=0 mem=4G");
	expect_log("mem=0 expects a size below 4 GiB");
	expect_log("mem=4G expects a size below 4 GiB");
	parse("init=relative");
	expect_log("expects an absolute path");
	parse("quiet=1 mem");
	expect_log(
		"\"quiet=1\" is no option: passed to init in its environment");
	expect_log("\"mem\" is no option: passed to init as an argument");
}

static void test_many_arguments(void **state __unused_arg)
{
	char line[CMDLINE_BYTES] = "init=/x";

	for (int i = 0; i < MAX_INIT_ARGS + 5; i++)
		strcat(line, " a");
	parse(line);
	assert_int_equal(options.argc, MAX_INIT_ARGS + 1);
	assert_null(options.argv[options.argc]);
	expect_log("too many arguments");
}

static void test_many_variables(void **state __unused_arg)
{
	char line[CMDLINE_BYTES] = "init=/x", word[16];

	for (int i = 0; i < MAX_INIT_ARGS + 5; i++) {
		snprintf(word, sizeof(word), " a%d=", i);
		strcat(line, word);
	}
	parse(line);
	assert_int_equal(options.envc, MAX_INIT_ARGS);
	assert_null(options.envp[options.envc]);
	expect_log("too many variables");
}

static void test_sizes(void **state __unused_arg)
{
	u32 n;

	assert_int_equal(parse_size("64M", &n), 0);
	assert_int_equal(n, 64u << 20);
	assert_int_equal(parse_size("3g", &n), 0);
	assert_int_equal(n, 3u << 30);
	assert_int_equal(parse_size("4294967295", &n), 0);
	assert_int_equal(n, ~0u);
	assert_int_equal(parse_size("4G", &n), -EINVAL);
	assert_int_equal(parse_size("4294967296", &n), -EINVAL);
	assert_int_equal(parse_size("", &n), -EINVAL);
	assert_int_equal(parse_size("0x", &n), -EINVAL);
	assert_int_equal(parse_size("12q", &n), -EINVAL);
	assert_int_equal(parse_size("1MM", &n), -EINVAL);
	assert_int_equal(parse_size("-1", &n), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_atags),
		cmocka_unit_test(test_atags_cut_off),
		cmocka_unit_test(test_atags_bad_lengths),
		cmocka_unit_test(test_atags_text_without_end),
		cmocka_unit_test(test_banks),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_tree_64_bits),
		cmocka_unit_test(test_tree_cut_off),
		cmocka_unit_test(test_tree_corrupt),
		cmocka_unit_test(test_devices_agree),
		cmocka_unit_test(test_devices_elsewhere),
		cmocka_unit_test(test_devices_unknown),
		cmocka_unit_test(test_devices_long_paths),
		cmocka_unit_test(test_devices_broken),
		cmocka_unit_test(test_devices_in_ram),
		cmocka_unit_test(test_interrupt_map),
		cmocka_unit_test(test_interrupt_map_broken),
		cmocka_unit_test(test_interrupt_map_unmasked),
		cmocka_unit_test(test_many_controllers),
		cmocka_unit_test(test_many_ranges),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_passed_over),
		cmocka_unit_test(test_earlycon),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_unusable_list),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_words_for_init),
		cmocka_unit_test(test_module_parameters),
		cmocka_unit_test(test_many_variables),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_many_arguments),
		cmocka_unit_test(test_sizes),
	};

	return host_run(tests);
}
