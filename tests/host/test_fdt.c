/*
 * A device tree, good and broken: memory, command line, archive, reserved
 * memory, the way to the firmware. The tree lies at the end of a malloc'd block,
 * so that AddressSanitizer sees a parser that reads on.
 */
#include "boot_world.h"

static void make_tree_for(struct tree *t, const char *method)
{
	static const u8 reg[] = { 0x60, 0, 0, 0, 0x10, 0, 0, 0,
				  0x80, 0, 0, 0, 0x08, 0, 0, 0 };

	tree_begin(t, 1, 1);
	put32(t, 4); /* FDT_NOP */
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
	tree_end(t);
}

static void make_tree(struct tree *t)
{
	make_tree_for(t, "smc");
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

/* Addresses and sizes of two cells, as in the trees of LPAE machines. */
static void test_tree_64_bits(void **state __unused_arg)
{
	static const u8 reg[] = {
		0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 1, 0,    0, 0, 0,
		0, 0, 0, 2, 0,    0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0,
	};
	static const u8 high[] = { 0, 0, 0, 1, 0, 0, 0, 0 };
	struct tree t;

	tree_begin(&t, 2, 2);
	begin(&t, "chosen");
	prop(&t, "linux,initrd-start", high, 8);
	prop(&t, "linux,initrd-end", high, 8);
	end(&t);
	begin(&t, "memory");
	prop(&t, "reg", reg, sizeof(reg));
	end(&t);
	tree_end(&t);
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

/* Whatever a word is changed to, the parser reads no byte outside the tree. */
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_tree_64_bits),
		cmocka_unit_test(test_tree_cut_off),
		cmocka_unit_test(test_tree_corrupt),
	};

	return host_run(tests);
}
