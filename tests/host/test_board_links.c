/*
 * Where the nodes of a device tree lead to: through interrupt-map to an interrupt
 * of the controller, through phandles to the clock that a device runs with.
 */
#include <string.h>
#include "boot_world.h"

/* What a test may change of the tree that make_links builds. */
struct links {
	u32 mask; /* of the interrupt numbers in the bus's interrupt-map */
	u32 address_mask;
	u32 irq;         /* the console's, as its bus numbers it */
	u32 to;          /* the phandle that the bus's map leads to */
	u32 uart_clock;  /* a phandle */
	u32 timer_hz;    /* the rate of the clock with phandle 4 */
	bool no_mask;    /* interrupt-map-mask is left out */
	bool no_address; /* the rows of the map have no address in front */
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
 * A tree like a Versatile Express's: the bus has its own interrupt numbers, the
 * bus below it has no property about interrupts, and the controller and the clocks
 * come after the nodes that refer to them. Of the Cortex-A9's timers the tree has
 * the private one.
 */
static void make_links(struct tree *t, const struct links *l)
{
	tree_begin(t, 1, 1);
	PROP_WORDS(t, "interrupt-parent", 1);
	begin(t, "chosen");
	prop_text(t, "stdout-path", "/bus/fpga/serial");
	end(t);
	begin_bus(t, "bus", !l->no_address, 1);
	prop(t, "ranges", "", 0);
	PROP_WORDS(t, "phandle", 2);
	PROP_WORDS(t, "#interrupt-cells", 1);
	if (!l->no_mask)
		PROP_WORDS(t, "interrupt-map-mask", l->address_mask, l->mask);
	PROP_WORDS(t, "clock-frequency", 9000000); /* its own */
	/* A row: bus address, interrupt, parent, address and interrupt there. */
	if (l->to == 2)
		PROP_WORDS(t, "interrupt-map", 0, 6, 2, 0, 6);
	else if (l->no_address)
		PROP_WORDS(t, "interrupt-map", 5, l->to, 0, 0, 19, 4, 6, l->to,
			   0, 0, 20, 4);
	else
		PROP_WORDS(t, "interrupt-map", 0, 5, l->to, 0, 0, 19, 4, 0, 6,
			   l->to, 0, 0, 20, 4);
	begin_bus(t, "fpga", 1, 1);
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
	tree_end(t);
}

static void find_links(const struct links *l)
{
	struct board_devices a9 = devices;
	struct tree t;

	a9.timer = FIXMAP_START + 0x20200;
	a9.timer_hz = 100000000;
	make_links(&t, l);
	assert_non_null(find_on(&a9, &t, ""));
	assert_string_equal(args.source, "device tree");
	assert_int_equal(board_devices.timer, a9.timer);
	assert_int_equal(board_devices.timer_irq, a9.timer_irq);
}

/* interrupt-map leads to the controller's number, though its node comes later. */
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

/* Without interrupt-map-mask a row must match in every bit, the address too. */
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
	l.no_mask = true; /* the map's address 0 is not the console's */
	find_links(&l);
	assert_int_equal(board_devices.uart_irq, devices.uart_irq);
}

/*
 * A bus with interrupt numbers of its own, in a tree where the root and `others`
 * nodes before it have such numbers, too. Only the bus can translate its number.
 */
static void make_crowd(struct tree *t, u32 others)
{
	tree_begin(t, 1, 1);
	PROP_WORDS(t, "#interrupt-cells", 3);
	for (u32 i = 0; i < others; i++) {
		begin(t, "pic");
		PROP_WORDS(t, "#interrupt-cells", 1);
		end(t);
	}
	begin_bus(t, "bus", 1, 1);
	prop(t, "ranges", "", 0);
	PROP_WORDS(t, "#interrupt-cells", 3);
	PROP_WORDS(t, "interrupt-map", 0); /* no row leads on */
	put_uart(t, "serial", 0x1000a000, 6, "ok");
	end(t);
	tree_end(t);
}

/*
 * 48 controllers are remembered. Whether the bus is among them or not, its number
 * is never taken for one of the root's.
 */
static void test_many_controllers(void **state __unused_arg)
{
	struct tree t;

	for (u32 others = 46; others <= 48; others++) {
		make_crowd(&t, others);
		assert_non_null(find(&t, ""));
		assert_int_equal(board_devices.uart_irq, devices.uart_irq);
	}
}

/*
 * Each device is looked up in each row of ranges. The number of looks is bounded:
 * a wrong tree must not delay the boot by minutes.
 */
static void test_many_ranges(void **state __unused_arg)
{
	static u32 ranges[300][3]; /* of no bytes: no address is in one */
	struct tree t;

	tree_begin(&t, 1, 1);
	begin_bus(&t, "bus", 1, 1);
	prop(&t, "ranges", ranges, sizeof(ranges));
	for (u32 i = 0; i < 40; i++)
		put_uart(&t, "serial", 0x1000a000, 6, "ok");
	end(&t);
	tree_end(&t);
	find(&t, "");
	expect_log("10000 rows of ranges and interrupt-map were looked at: no "
		   "more are");
	/* The bound is one tree's: the next tree is read as usual. */
	find_links(&right);
	assert_int_equal(board_devices.uart_irq, 32 + 20);
}

/* A map that leads nowhere leaves the console without input interrupt. */
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

/* Only a fixed clock has a rate that the tree states. */
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
	/* With so slow a clock every timer event would be late already. */
	l.timer_hz = 1000;
	find_links(&l);
	assert_int_equal(board_devices.timer_hz, 100000000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interrupt_map),
		cmocka_unit_test(test_interrupt_map_unmasked),
		cmocka_unit_test(test_many_controllers),
		cmocka_unit_test(test_many_ranges),
		cmocka_unit_test(test_interrupt_map_broken),
		cmocka_unit_test(test_clocks),
	};

	return host_run(tests);
}
