/*
 * The devices that a device tree or earlycon= names, against the board's table:
 * which of them replace its rows, and how those that cannot are reported.
 */
#include <stdio.h>
#include <string.h>
#include "boot_world.h"

/*
 * A bus that begins at bus_pa has two UARTs that are in use and one that is not,
 * and the interrupt controller.
 */
static void make_devices(struct tree *t, const char *console, u32 bus_pa,
			 u32 gic)
{
	tree_begin(t, 1, 1);
	begin(t, "chosen");
	if (console)
		prop_text(t, "stdout-path", console);
	end(t);
	begin_bus(t, "bus", 1, 1);
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
	tree_end(t);
}

/* A tree that agrees with the board's table changes nothing. */
static void test_devices_agree(void **state __unused_arg)
{
	struct tree t;

	make_devices(&t, "/bus/serial@9000:38400n8", 0x10000000, 0xe001000);
	assert_null(find(&t, "quiet"));
	assert_as_the_table();
	expect_log("the timer has interrupt 25, not the board's 27");
	assert_int_equal(board_devices.timer_irq, 25);
	make_devices(&t, NULL, 0x10000000, 0xe001000); /* UART_PA's */
	assert_null(find(&t, ""));
	assert_as_the_table();
}

/* An alias chooses the second UART; the bus's ranges move every address. */
static void test_devices_elsewhere(void **state __unused_arg)
{
	const struct map_desc *row;
	struct tree t;

	make_devices(&t, "serial7:115200", 0x4ff00000, 0x101000);
	row = find(&t, "");
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
	row = find(&t, "");
	assert_non_null(row);
	assert_int_equal(row->pa, 0x4ff09000);
}

/* A console without a driver here is reported, and the table's stays. */
static void test_devices_unknown(void **state __unused_arg)
{
	struct tree t;

	make_devices(&t, "/bus/serial@b000", 0x4ff00000, 0x101000);
	assert_null(find(&t, ""));
	expect_log("/bus/serial@b000, is no UART that this image drives "
		   "(arm,pl011)");
	assert_int_equal(board_devices.uart, FIXMAP_START + 0x9000);
}

/*
 * Node names that together are longer than the longest path that is kept: devices
 * below them are left out, however deep, and devices after them are found.
 */
static void test_devices_long_paths(void **state __unused_arg)
{
	char name[42] = "";
	struct tree t;

	memset(name, 'n', sizeof(name) - 1);
	tree_begin(&t, 1, 1);
	begin(&t, "chosen");
	prop_text(&t, "stdout-path", "/serial@1000a000");
	end(&t);
	for (u32 depth = 1; depth < 12; depth++)
		begin(&t, name); /* three of them leave two of 128 bytes */
	put_uart(&t, "serial@1000c000", 0x1000c000, 8, "okay");
	for (u32 depth = 1; depth < 12; depth++)
		end(&t);
	put_uart(&t, "serial@1000a000", 0x1000a000, 6, "okay");
	tree_end(&t);
	assert_non_null(find(&t, ""));
	assert_string_equal(args.source, "device tree");
	expect_log("console: from 0x10009000 to the UART at 0x1000a000");
	expect_log("a device (arm,pl011) that is more than 7 nodes deep");
}

/* A tree that is broken anywhere is not used at all. */
static void test_devices_broken(void **state __unused_arg)
{
	struct tree t;

	make_devices(&t, "serial7", 0x4ff00000, 0x101000);
	t.bytes[t.strings_at - 5] = 7; /* the word that ends the root */
	assert_null(find(&t, ""));
	expect_log("device tree: broken");
	assert_as_the_table();
}

/* A tree with one UART, of `bytes` bytes at that address, below the root. */
static void make_uart_at(struct tree *t, u32 at, u32 bytes)
{
	tree_begin(t, 1, 1);
	begin(t, "chosen");
	prop_text(t, "stdout-path", "/serial");
	end(t);
	begin(t, "serial");
	prop_text(t, "compatible", "arm,pl011");
	PROP_WORDS(t, "reg", at, bytes);
	end(t);
	tree_end(t);
}

/*
 * RAM is never mapped as a device, nor is a range that cannot be registers. The
 * report names the node and the address, and the table's device stays.
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
		assert_null(find(&t, ""));
		assert_as_the_table();
		snprintf(want, sizeof(want),
			 "/serial: 0x%08x %s: left out; expected registers",
			 bad[i].at, bad[i].wrong);
		expect_log(want);
	}
	make_uart_at(&t, 0x5ffff000, 0x1000);
	assert_non_null(find(&t, ""));
	make_uart_at(&t, 0x90000000, 0x1000);
	assert_non_null(find(&t, ""));
	/* The controller's second address is wrong: its first is not used either. */
	make_devices(&t, NULL, 0x80001000, 0x0ffff000);
	find(&t, "");
	expect_log("/bus/gic: 0x8ffff100 lies in RAM");
	assert_int_equal(board_devices.gicd, devices.gicd);
	assert_int_equal(board_devices.gicc, devices.gicc);
}

/* ---- devices that are left out ----------------------------------- */

/* A UART whose address has two cells, below a bus with or without ranges. */
static void make_far_uart(struct tree *t, u32 high, bool ranges)
{
	tree_begin(t, 2, 1);
	begin_bus(t, "bus", 2, 1);
	if (ranges)
		prop(t, "ranges", "", 0);
	begin(t, "serial");
	prop_text(t, "compatible", "arm,pl011");
	PROP_WORDS(t, "reg", high, 0x1000a000, 0x1000);
	end(t);
	end(t);
	tree_end(t);
}

static void test_passed_over(void **state __unused_arg)
{
	struct tree t;
	char name[] = "serial00";

	make_far_uart(&t, 0, true);
	assert_non_null(find(&t, ""));
	make_far_uart(&t, 2, true);
	assert_null(find(&t, ""));
	assert_as_the_table();
	expect_log("/bus/serial: 0x000000021000a000 lies above 4 GiB");
	make_far_uart(&t, 0, false);
	assert_null(find(&t, ""));
	expect_log("/bus/serial: 0x000000001000a000 is in no `ranges`");
	tree_begin(&t, 1, 1);
	/* 8 UARTs are kept, 16 more are reported by name, the rest by number. */
	for (u32 i = 0; i < 26; i++) {
		name[6] = (char)('0' + i / 10);
		name[7] = (char)('0' + i % 10);
		put_uart(&t, name, 0x10009000 + (i << 12), 5, "ok");
	}
	tree_end(&t);
	find(&t, "");
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

	row = find(&none, "quiet earlycon=pl011,mmio32,0x1000B000,115200 x");
	assert_non_null(row);
	assert_int_equal(row->pa, 0x1000b000);
	expect_log("nobody says which interrupt 0x1000b000 has: no input");
	make_devices(&t, NULL, 0x10000000, 0xe001000);
	row = find(&t, "earlycon=pl011,0x1000a000"); /* the tree knows */
	assert_non_null(row);
	assert_int_equal(row->pa, 0x1000a000);
	assert_int_equal(board_devices.uart_irq, 32 + 6);
	assert_null(find(&none, "earlycon=pl011,0x10009000"));
	assert_null(find(&none, "earlycon=pl011,0x60000000"));
	expect_log("command line: earlycon=: 0x60000000 lies in RAM: left out");
	assert_null(find(&none, "earlycon noearlycon=pl011,0x1000b000"));
	assert_as_the_table();
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_null(find(&none, bad[i]));
		expect_log("earlycon= expects");
		assert_as_the_table();
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices_agree),
		cmocka_unit_test(test_devices_elsewhere),
		cmocka_unit_test(test_devices_unknown),
		cmocka_unit_test(test_devices_long_paths),
		cmocka_unit_test(test_devices_broken),
		cmocka_unit_test(test_devices_in_ram),
		cmocka_unit_test(test_passed_over),
		cmocka_unit_test(test_earlycon),
	};

	return host_run(tests);
}
