/*
 * Which errata a core has, by crafted MIDRs; and what mmu/ does about the one
 * that is its own.
 */
#include <mmu/errata.h>
#include <mmu/tables.h>
#include "mmu_test.h"

#define A7(n, m)  (MIDR_CORTEX_A7 | (n) << 20 | (m))
#define A8(n, m)  (MIDR_CORTEX_A8 | (n) << 20 | (m))
#define A9(n, m)  (MIDR_CORTEX_A9 | (n) << 20 | (m))
#define A15(n, m) (MIDR_CORTEX_A15 | (n) << 20 | (m))

static const struct erratum *find(u32 number)
{
	const struct erratum *e = errata;

	while (e->number && e->number != number)
		e++;
	assert_int_equal(e->number, number);
	return e;
}

/* The last release without and the first with, and the same at the end. */
static void test_borders(void **state __unused_arg)
{
	/* clang-format off */
	static const struct {
		u32 number, midr;
		bool affected;
	} rows[] = {
		{ 742230, A9(0, 1), false },	{ 742230, A9(1, 0), true },
		{ 742230, A9(2, 2), true },	{ 742230, A9(2, 3), false },
		{ 742231, A9(1, 15), false },	{ 742231, A9(2, 0), true },
		{ 742231, A9(2, 2), true },	{ 742231, A9(3, 0), false },
		{ 743622, A9(1, 3), false },	{ 743622, A9(2, 0), true },
		{ 743622, A9(2, 10), true },	{ 743622, A9(3, 0), false },
		{ 751472, A9(0, 0), true },	{ 751472, A9(2, 10), true },
		{ 751472, A9(3, 0), false },
		{ 761320, A9(3, 0), true },	{ 761320, A9(4, 1), false },
		{ 794072, A9(0, 0), true },	{ 794072, A9(4, 1), true },
		{ 845369, A9(0, 0), true },	{ 845369, A9(4, 1), true },
		{ 764369, A9(4, 1), true },
		{ 720789, A9(0, 0), true },	{ 720789, A9(1, 15), true },
		{ 720789, A9(2, 0), false },
		{ 458693, A8(2, 0), true },	{ 458693, A8(2, 1), false },
		{ 458693, A8(1, 3), false },
		{ 773022, A15(0, 0), true },	{ 773022, A15(0, 4), true },
		{ 773022, A15(1, 0), false },	{ 773022, A15(3, 3), false },
	};
	/* clang-format on */

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		if (erratum_affects(find(rows[i].number), rows[i].midr) !=
		    rows[i].affected)
			fail_msg("erratum %u, MIDR 0x%08x", rows[i].number,
				 rows[i].midr);
}

/* The same release of another core, or of another maker's, is another thing. */
static void test_other_cores(void **state __unused_arg)
{
	static const u32 others[] = {
		A7(0, 5),
		0x412fc0f1, /* A15 r2p1 */
		0x413fc082, /* A8 r3p2 */
		(A9(2, 2) & 0x00ffffff) | 0x51000000,
		A9(2, 2) ^ 0x00010000, /* another architecture code */
	};

	for (u32 i = 0; i < ARRAY_SIZE(others); i++)
		for (const struct erratum *e = errata; e->number; e++)
			assert_false(erratum_affects(e, others[i]));
}

static void test_bits(void **state __unused_arg)
{
	/* The emulator's A9; the core tile's, r0p1; r2p2; r3p0; r4p1. */
	assert_int_equal(errata_bits(errata, FIX_DIAGNOSTIC, A9(0, 0)),
			 1u << 4 | 1u << 11 | 1u << 21 | 1u << 22);
	assert_int_equal(errata_bits(errata, FIX_DIAGNOSTIC, A9(0, 1)),
			 1u << 4 | 1u << 11 | 1u << 21 | 1u << 22);
	assert_int_equal(errata_bits(errata, FIX_DIAGNOSTIC, A9(2, 2)),
			 1u << 4 | 1u << 6 | 1u << 11 | 1u << 12 | 1u << 21 |
				 1u << 22);
	assert_int_equal(errata_bits(errata, FIX_DIAGNOSTIC, A9(3, 0)),
			 1u << 4 | 1u << 21 | 1u << 22);
	assert_int_equal(errata_bits(errata, FIX_DIAGNOSTIC, A9(4, 1)),
			 1u << 4 | 1u << 22);
	assert_int_equal(errata_bits(errata, FIX_SCU, A9(3, 0)), 1);
	assert_int_equal(errata_bits(errata, FIX_ACTLR, A9(3, 0)), 0);
	assert_int_equal(errata_bits(errata, FIX_ACTLR, A15(0, 3)), 2);
	assert_int_equal(errata_bits(errata, FIX_DIAGNOSTIC, A15(0, 3)), 0);
}

static void test_report(void **state __unused_arg)
{
	errata_init(A9(2, 2), true);
	expect_log("erratum 742230: DMB may not order");
	errata_init(A9(2, 2), false);
	expect_log("left to the loader");
	/* With one core no other core can use the entries of a wrong ASID. */
	errata_init(A9(1, 0), true);
	assert_int_equal(tlb_asid_unreliable, NR_CPUS > 1);
	host_log_clear();
	errata_init(A7(0, 5), false);
	assert_string_equal(host_log(), "");
}

/* Erratum 720789: nothing of any ASID survives a user flush. */
static void test_unreliable_asids(void **state __unused_arg)
{
	static struct mm_struct mm, other;
	struct page *page, *theirs;
	u32 val;

	model_boot(TEST_RAM);
	tlb_asid_unreliable = true;
	new_mm(&mm);
	new_mm(&other);
	page = map_new(&mm, TEST_VA, TEST_RW);
	theirs = map_new(&other, TEST_VA, TEST_RW);
	for (u32 i = 0; i < 3; i++) {
		u32 before = model_counts.tlbiall;

		assert_int_equal(model_load(&other, TEST_VA, &val), 0);
		assert_int_equal(model_load(&mm, TEST_VA, &val), 0);
		model.adversary = 0;
		flush_tlb_page(&mm, TEST_VA);
		assert_int_equal(model_counts.tlbiall, before + 1);
		assert_int_equal(model_tlb_entries(TEST_VA, 0), 0);
	}
	unmap_and_free(&mm, TEST_VA, page);
	unmap_and_free(&other, TEST_VA, theirs);
	drop_mm(&mm);
	drop_mm(&other);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_borders),
		cmocka_unit_test(test_other_cores),
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_unreliable_asids),
	};

	return host_run(tests);
}
