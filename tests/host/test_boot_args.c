/*
 * What a loader leaves at r2: a list of ATAGs, good and broken, and the banks of
 * RAM; what is used when there is no list. The lists lie at the end of malloc'd
 * blocks, so that AddressSanitizer sees a parser that reads on.
 */
#include <stdlib.h>
#include <string.h>
#include "boot_world.h"

#define ATAG_MEM     0x54410002u
#define ATAG_INITRD2 0x54420005u
#define ATAG_CMDLINE 0x54410009u

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

/* A list that is cut off anywhere is refused, and the log reports it. */
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
	boot_args_add_bank(&args, 0x80000000,
			   4); /* as U-Boot has it for an absent bank */
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_atags),
		cmocka_unit_test(test_atags_cut_off),
		cmocka_unit_test(test_atags_bad_lengths),
		cmocka_unit_test(test_atags_text_without_end),
		cmocka_unit_test(test_banks),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_unusable_list),
	};

	return host_run(tests);
}
