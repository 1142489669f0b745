/*
 * See boot_world.h.
 */
#include <lib/semihosting.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "boot_world.h"

u32 ramfs_max_bytes;    /* fs/ is not linked */
u32 randomize_va_space; /* nor is proc/ */

const struct map_desc table[] = {
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

const struct board_devices devices = {
	.uart = FIXMAP_START + 0x9000,
	.uart_irq = 37,
	.gicd = FIXMAP_START + 0x21000,
	.gicc = FIXMAP_START + 0x20100,
	.timer_irq = 27,
};
const char *host_cmdline;

int semihosting_cmdline(char *buf, size_t bytes)
{
	if (!host_cmdline)
		return -ENODEV;
	snprintf(buf, bytes, "%s", host_cmdline);
	return 0;
}

struct boot_args args;

/* ---- building a tree --------------------------------------------- */

void put32(struct tree *t, u32 value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		t->bytes[t->used++] = (u8)(value >> shift);
}

static void put_bytes(struct tree *t, const void *data, u32 bytes)
{
	memcpy(t->bytes + t->used, data, bytes);
	t->used = ALIGN_UP(t->used + bytes, 4u);
}

void begin(struct tree *t, const char *name)
{
	put32(t, 1);
	put_bytes(t, name, (u32)strlen(name) + 1);
}

void end(struct tree *t)
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

void prop(struct tree *t, const char *name, const void *data, u32 bytes)
{
	put32(t, 3);
	put32(t, bytes);
	put32(t, string(name));
	put_bytes(t, data, bytes);
}

void prop32(struct tree *t, const char *name, u32 value)
{
	prop_words(t, name, &value, 1);
}

void prop_text(struct tree *t, const char *name, const char *text)
{
	prop(t, name, text, (u32)strlen(text) + 1);
}

void prop_words(struct tree *t, const char *name, const u32 *word, u32 n)
{
	u8 bytes[64];

	for (u32 i = 0; i < 4 * n; i++)
		bytes[i] = (u8)(word[i / 4] >> (24 - 8 * (i % 4)));
	prop(t, name, bytes, 4 * n);
}

void put_uart(struct tree *t, const char *name, u32 at, u32 irq,
	      const char *status)
{
	begin(t, name);
	prop(t, "compatible", "arm,pl011\0arm,primecell", 24);
	PROP_WORDS(t, "reg", at, 0x1000);
	PROP_WORDS(t, "interrupts", 0, irq, 4);
	prop_text(t, "status", status);
	end(t);
}

void begin_bus(struct tree *t, const char *name, u32 address_cells,
	       u32 size_cells)
{
	begin(t, name);
	prop32(t, "#address-cells", address_cells);
	prop32(t, "#size-cells", size_cells);
}

void tree_begin(struct tree *t, u32 address_cells, u32 size_cells)
{
	*t = (struct tree){ .used = 40 }; /* the header comes here at the end */
	begin_bus(t, "", address_cells, size_cells);
}

void tree_end(struct tree *t)
{
	u32 reserved_at, bytes;

	end(t);
	put32(t, 9); /* FDT_END */
	t->strings_at = t->used;
	put_bytes(t, strings, sizeof(strings));
	reserved_at = t->used;
	for (u32 i = 0; i < 8; i++) /* 64 KiB at 0x6ff00000, and the end */
		put32(t, i == 1 ? 0x6ff00000 : i == 3 ? 0x10000 : 0);
	bytes = t->used;
	t->used = 0;
	put32(t, FDT_MAGIC);
	put32(t, bytes);
	put32(t, 40);
	put32(t, t->strings_at);
	put32(t, reserved_at);
	put32(t, 17);
	put32(t, 16);
	put32(t, 0);
	put32(t, sizeof(strings));
	put32(t, t->strings_at - 40);
	t->used = bytes;
}

/* ---- reading it -------------------------------------------------- */

int parse_tree(const struct tree *t, u32 bytes)
{
	u8 *copy = malloc(bytes);
	int err;

	memcpy(copy, t->bytes, bytes);
	memset(&args, 0, sizeof(args));
	err = fdt_parse(&args, copy, bytes);
	free(copy);
	return err;
}

const struct map_desc *find_on(const struct board_devices *on,
			       const struct tree *t, const char *cmdline)
{
	static u8 copy[sizeof(
		t->bytes)]; /* board/tree.c reads it after fdt_parse */

	host_log_clear();
	board.map = table;
	board.nr_map = ARRAY_SIZE(table);
	board_devices = *on;
	memcpy(copy, t->bytes, t->used);
	memset(&args, 0, sizeof(args));
	args.source = fdt_parse(&args, copy, t->used) ? NULL : "device tree";
	return board_find_devices(cmdline,
				  (const struct bank[]){
					  { 0x60000000, 1u << 29 },
					  { 0x80000000, 1u << 28 },
					  { 0, 0 },
				  });
}

const struct map_desc *find(const struct tree *t, const char *cmdline)
{
	return find_on(&devices, t, cmdline);
}

void assert_as_the_table(void)
{
	assert_int_equal(board.nr_map, ARRAY_SIZE(table));
	assert_int_equal(board_devices.uart, FIXMAP_START + 0x9000);
	assert_int_equal(board_devices.uart_irq, 37);
	assert_int_equal(board_devices.gicd, FIXMAP_START + 0x21000);
}
