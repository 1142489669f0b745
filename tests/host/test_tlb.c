/*
 * Flushes drop what they name, in the right order, at the right cost; what they
 * do not name stays.
 */
#include <asm/tlbflush.h>
#include "mmu_test.h"

#define PAGES 48u

static struct mm_struct mm_a, mm_b;
static struct page *pages[PAGES];

static void map_all(struct mm_struct *mm, u32 n)
{
	u32 val;

	for (u32 i = 0; i < n; i++) {
		pages[i] = map_new(mm, TEST_VA + i * PAGE_SIZE, TEST_RW);
		assert_int_equal(model_load(mm, TEST_VA + i * PAGE_SIZE, &val),
				 0);
	}
}

static void unmap_all(struct mm_struct *mm, u32 n)
{
	for (u32 i = 0; i < n; i++)
		unmap_and_free(mm, TEST_VA + i * PAGE_SIZE, pages[i]);
}

static u32 held(struct mm_struct *mm, u32 page)
{
	u32 ttbr0, asid;

	mmu_context_of(mm, &ttbr0, &asid);
	return model_tlb_entries(TEST_VA + page * PAGE_SIZE, asid);
}

static void boot_quiet(void)
{
	model_boot_on(TEST_RAM, (struct model_machine){ true, 0 });
}

static void test_page(void **state __unused_arg)
{
	boot_quiet();
	new_mm(&mm_a);
	map_all(&mm_a, 3);
	flush_tlb_page(&mm_a, TEST_VA + PAGE_SIZE + 123);
	assert_int_equal(held(&mm_a, 0), 1);
	assert_int_equal(held(&mm_a, 1), 0);
	assert_int_equal(held(&mm_a, 2), 1);
	model_check_tlb();
	unmap_all(&mm_a, 3);
	drop_mm(&mm_a);
}

static void test_range(void **state __unused_arg)
{
	struct model_counts before;

	boot_quiet();
	new_mm(&mm_a);
	map_all(&mm_a, 5);
	before = model_counts;
	flush_tlb_range(&mm_a, TEST_VA + PAGE_SIZE, TEST_VA + 4 * PAGE_SIZE);
	assert_int_equal(model_counts.tlbimva - before.tlbimva, 3);
	assert_int_equal(model_counts.tlbiasid - before.tlbiasid, 0);
	for (u32 i = 0; i < 5; i++)
		assert_int_equal(held(&mm_a, i), i == 0 || i == 4);
	model_check_tlb();
	unmap_all(&mm_a, 5);
	drop_mm(&mm_a);
}

/* Large ranges cost one operation, small ones never more than their pages. */
static void test_large_range(void **state __unused_arg)
{
	struct model_counts before;

	boot_quiet();
	new_mm(&mm_a);
	map_all(&mm_a, PAGES);
	before = model_counts;
	flush_tlb_range(&mm_a, TEST_VA, TEST_VA + PAGES * PAGE_SIZE);
	assert_int_equal(model_counts.tlbimva, before.tlbimva);
	assert_int_equal(model_counts.tlbiasid, before.tlbiasid + 1);
	for (u32 i = 0; i < PAGES; i++)
		assert_int_equal(held(&mm_a, i), 0);
	unmap_all(&mm_a, PAGES);
	drop_mm(&mm_a);
}

/* Two address spaces, one address: only the one that is named loses it. */
static void test_other_asid_stays(void **state __unused_arg)
{
	struct page *b;
	u32 val;

	boot_quiet();
	new_mm(&mm_a);
	new_mm(&mm_b);
	map_all(&mm_a, 1);
	b = map_new(&mm_b, TEST_VA, TEST_RW);
	assert_int_equal(model_store(&mm_b, TEST_VA, 0xb), 0);
	flush_tlb_mm(&mm_a);
	assert_int_equal(held(&mm_a, 0), 0);
	assert_int_equal(held(&mm_b, 0), 1);
	assert_int_equal(model_load(&mm_a, TEST_VA, &val), 0);
	assert_int_equal(val, 0);
	flush_tlb_page(&mm_b, TEST_VA);
	assert_int_equal(held(&mm_a, 0), 1);
	assert_int_equal(held(&mm_b, 0), 0);
	unmap_all(&mm_a, 1);
	unmap_and_free(&mm_b, TEST_VA, b);
	drop_mm(&mm_a);
	drop_mm(&mm_b);
}

/* An address space that never ran is in no TLB. */
static void test_never_ran(void **state __unused_arg)
{
	struct model_counts before;
	struct page *page;

	boot_quiet();
	new_mm(&mm_a);
	page = map_new(&mm_a, TEST_VA, TEST_RW);
	before = model_counts;
	ptep_set_wrprotect(&mm_a, TEST_VA, pte_offset_map(&mm_a, TEST_VA));
	flush_tlb_page(&mm_a, TEST_VA);
	model_check_tlb(); /* the store is visible all the same */
	flush_tlb_range(&mm_a, TEST_VA, TEST_VA + PAGE_SIZE);
	flush_tlb_mm(&mm_a);
	before.dsb = model_counts.dsb;
	assert_memory_equal(&before, &model_counts, sizeof(before));
	unmap_and_free(&mm_a, TEST_VA, page);
	drop_mm(&mm_a);
}

/* One dsb before, one after, one isb: no more, no less. */
static void test_cost(void **state __unused_arg)
{
	struct model_counts before;
	pte_t *slot;

	boot_quiet();
	new_mm(&mm_a);
	map_all(&mm_a, 1);
	slot = pte_offset_map(&mm_a, TEST_VA);
	before = model_counts;
	flush_tlb_page(&mm_a, TEST_VA);
	assert_int_equal(model_counts.tlbimva - before.tlbimva, 1);
	assert_int_equal(model_counts.dsb - before.dsb, 2);
	assert_int_equal(model_counts.isb - before.isb, 1);
	assert_int_equal(model_counts.bpiall - before.bpiall, 0);
	/* An old entry is in no TLB: making it young flushes nothing. */
	ptep_test_and_clear_young(&mm_a, TEST_VA, slot);
	flush_tlb_page(&mm_a, TEST_VA);
	before = model_counts;
	assert_true(ptep_set_access_flags(&mm_a, TEST_VA, slot,
					  pte_mkyoung(*slot)));
	assert_int_equal(model_counts.tlbimva, before.tlbimva);
	unmap_all(&mm_a, 1);
	drop_mm(&mm_a);
}

static void test_kernel_range(void **state __unused_arg)
{
	struct page *page;
	u32 va;

	boot_quiet();
	new_mm(&mm_a);
	page = alloc_page(GFP_KERNEL);
	va = vmalloc_start() + 5 * PAGE_SIZE;
	assert_int_equal(map_kernel_range(va, PAGE_SIZE, &page, MT_MEMORY_RW),
			 0);
	assert_int_equal(sync_kernel_pgd(mm_a.pgd, va), 0);
	model_switch(&mm_a);
	assert_int_equal(model_access(va, MODEL_STORE, false).fsr, 0);
	unmap_kernel_range(va, PAGE_SIZE);
	expect_violation("stale TLB entry",
			 model_access(va, MODEL_LOAD, false));
	flush_tlb_kernel_range(va, va + PAGE_SIZE);
	assert_int_equal(model_access(va, MODEL_LOAD, false).fsr, 0x007);
	flush_tlb_kernel_range(va, va + (1 << 20));
	model_check_tlb();
	put_page(page);
	drop_mm(&mm_a);
}

/* The model itself: each order that the manual forbids is noticed. */
static void test_model_sees_wrong_orders(void **state __unused_arg)
{
	pte_t *slot;

	boot_quiet();
	new_mm(&mm_a);
	map_all(&mm_a, 1);
	slot = pte_offset_map(&mm_a, TEST_VA);
	table_store(&slot->val, slot->val | 0x200);
	expect_violation("before the table store is visible",
			 tlbimva(TEST_VA, 1));
	expect_violation("a table store is not visible yet", model_check_tlb());
	dsb();
	tlbimva(TEST_VA, 1);
	expect_violation("an invalidate is not complete", model_check_tlb());
	dsb();
	expect_violation("no isb after an invalidate", model_check_tlb());
	isb();
	model_check_tlb();
	unmap_all(&mm_a, 1);
	drop_mm(&mm_a);
}

/* The frame first and the flush after: law 6 the wrong way round. */
static void test_model_sees_early_free(void **state __unused_arg)
{
	pte_t *slot;

	boot_quiet();
	new_mm(&mm_a);
	map_all(&mm_a, 1);
	slot = pte_offset_map(&mm_a, TEST_VA);
	ptep_get_and_clear(&mm_a, TEST_VA, slot);
	put_mapped(pages[0]);
	expect_violation("was freed while the TLB",
			 flush_tlb_page(&mm_a, TEST_VA));
	drop_mm(&mm_a);
}

/* Random edits with their flushes, an adversary between any two operations. */
static void test_random(void **state __unused_arg)
{
	static struct page *page[PAGES];
	u32 val;

	model_boot(TEST_RAM);
	model.adversary = 500;
	new_mm(&mm_a);
	for (u32 n = 0; n < 3000; n++) {
		u32 i = rnd_below(PAGES), va = TEST_VA + i * PAGE_SIZE;

		if (!page[i]) {
			page[i] = map_new(&mm_a, va, TEST_RW);
			assert_int_equal(model_store(&mm_a, va, n), 0);
		} else if (rnd_below(2)) {
			unmap_and_free(&mm_a, va, page[i]);
			page[i] = NULL;
			assert_int_equal(model_load(&mm_a, va, &val), -EFAULT);
		} else {
			pte_t *slot = pte_offset_map(&mm_a, va);

			ptep_set_wrprotect(&mm_a, va, slot);
			flush_tlb_range(&mm_a, va, va + PAGE_SIZE);
			assert_int_equal(model_store(&mm_a, va, n), -EFAULT);
			ptep_set_access_flags(&mm_a, va, slot,
					      pte_mkwrite(*slot));
			assert_int_equal(model_store(&mm_a, va, n), 0);
		}
		model_check_tlb();
	}
	for (u32 i = 0; i < PAGES; i++)
		if (page[i])
			unmap_and_free(&mm_a, TEST_VA + i * PAGE_SIZE, page[i]);
	drop_mm(&mm_a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_large_range),
		cmocka_unit_test(test_other_asid_stays),
		cmocka_unit_test(test_never_ran),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_kernel_range),
		cmocka_unit_test(test_model_sees_wrong_orders),
		cmocka_unit_test(test_model_sees_early_free),
		cmocka_unit_test(test_random),
	};

	return host_run(tests);
}
