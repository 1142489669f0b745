/*
 * The tables of an address space: made, found, freed; entries installed and
 * changed in an order that the MMU model accepts.
 */
#include <asm/cacheflush.h>
#include "mmu_test.h"

static struct mm_struct test_mm;

static void test_empty_pgd(void **state __unused_arg)
{
	u32 free = model_boot(TEST_RAM);
	struct mm_struct *mm = new_mm(&test_mm);

	for (u32 i = 0; i < PTRS_PER_PGD; i++)
		assert_int_equal(mm->pgd[i].val,
				 i < TASK_SIZE >> PGDIR_SHIFT ?
					 0 :
					 init_mm.pgd[i].val);
	assert_true(virt_to_page(mm->pgd)->flags & PG_TABLE);
	assert_int_equal(pgtable_verify(mm), 0);
	assert_null(pte_offset_map(mm, TEST_VA));
	drop_mm(mm);
	assert_int_equal(pgd_cache_shrink(1), 4);
	assert_int_equal(nr_free_pages(), free);
}

static void test_map_and_unmap(void **state __unused_arg)
{
	struct mm_struct *mm;
	struct page *page;
	u32 val = 1;

	model_boot(TEST_RAM);
	mm = new_mm(&test_mm);
	assert_int_equal(model_load(mm, TEST_VA, &val), -EFAULT);
	page = map_new(mm, TEST_VA, TEST_RW);
	assert_int_equal(mm->nr_ptes, 1);
	assert_int_equal(model_load(mm, TEST_VA, &val), 0);
	assert_int_equal(val, 0);
	assert_int_equal(model_store(mm, TEST_VA + 8, 0x1234), 0);
	assert_int_equal(((u32 *)page_address(page))[2], 0x1234);
	assert_int_equal(model_access(TEST_VA, MODEL_FETCH, true).fsr, 0x00f);
	assert_int_equal(pgtable_verify(mm), 0);
	unmap_and_free(mm, TEST_VA, page);
	assert_int_equal(model_load(mm, TEST_VA, &val), -EFAULT);
	assert_int_equal(model_access(TEST_VA, MODEL_STORE, true).fsr, 0x817);
	drop_mm(mm);
}

/* A pgd that was used before: as good as new, whatever happened meanwhile. */
static void test_pgd_again(void **state __unused_arg)
{
	static struct mm_struct many[6];
	struct mm_struct *mm;
	struct page *page;
	const pgd_t *pgd;
	u32 val, va;

	model_boot(TEST_RAM);
	va = vmalloc_start();
	mm = new_mm(&test_mm);
	pgd = mm->pgd;
	page = map_new(mm, TEST_VA, TEST_RW);
	assert_int_equal(model_store(mm, TEST_VA, 7), 0);
	unmap_and_free(mm, TEST_VA, page);
	drop_mm(mm);
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	assert_int_equal(map_kernel_range(va, PAGE_SIZE, &page, MT_MEMORY_RW),
			 0);
	mm = new_mm(&test_mm);
	assert_ptr_equal(mm->pgd, pgd);
	assert_int_equal(mm->pgd[va >> PGDIR_SHIFT].val, 0);
	assert_int_equal(model_load(mm, TEST_VA, &val), -EFAULT);
	/*
	 * The switch that model_load made brought the kernel half up to date.
	 */
	assert_int_equal(model_access(va, MODEL_LOAD, false).fsr, 0);
	assert_int_equal(pgtable_verify(mm), 0);
	drop_mm(mm);
	unmap_kernel_range(va, PAGE_SIZE);
	flush_tlb_kernel_range(va, va + PAGE_SIZE);
	put_page(page);
	for (u32 i = 0; i < ARRAY_SIZE(many); i++)
		new_mm(&many[i]);
	for (u32 i = 0; i < ARRAY_SIZE(many); i++)
		drop_mm(&many[i]);
	assert_int_equal(pgd_cache_shrink(1), 16);
	assert_int_equal(pgd_cache_shrink(1), 0);
}

/* Faults of each kind, with the code the manual gives. */
static void test_faults(void **state __unused_arg)
{
	struct mm_struct *mm;
	struct page *ro, *none;

	model_boot(TEST_RAM);
	mm = new_mm(&test_mm);
	ro = map_new(mm, TEST_VA, VM_READ);
	none = map_new(mm, TEST_VA + PAGE_SIZE, 0);
	model_switch(mm);
	assert_int_equal(model_access(TEST_VA, MODEL_LOAD, true).fsr, 0);
	assert_int_equal(model_access(TEST_VA, MODEL_STORE, true).fsr, 0x81f);
	/* PROT_NONE: the kernel faults as well as the program. */
	assert_int_equal(
		model_access(TEST_VA + PAGE_SIZE, MODEL_LOAD, true).fsr, 0x016);
	assert_int_equal(
		model_access(TEST_VA + PAGE_SIZE, MODEL_LOAD, false).fsr,
		0x016);
	assert_int_equal(
		model_access(TEST_VA + PGDIR_SIZE, MODEL_LOAD, true).fsr,
		0x005);
	/* Kernel memory: not for programs. */
	assert_int_equal(model_access(PAGE_OFFSET, MODEL_LOAD, true).fsr,
			 0x00f);
	assert_int_equal(model_access(PAGE_OFFSET, MODEL_LOAD, false).fsr, 0);
	unmap_and_free(mm, TEST_VA, ro);
	unmap_and_free(mm, TEST_VA + PAGE_SIZE, none);
	drop_mm(mm);
}

static void test_change_rights(void **state __unused_arg)
{
	struct mm_struct *mm;
	struct page *page;
	pte_t *slot, entry;
	u32 val;

	model_boot(TEST_RAM);
	mm = new_mm(&test_mm);
	page = map_new(mm, TEST_VA, TEST_RW);
	slot = pte_offset_map(mm, TEST_VA);
	assert_int_equal(model_store(mm, TEST_VA, 7), 0);

	ptep_set_wrprotect(mm, TEST_VA, slot);
	flush_tlb_page(mm, TEST_VA);
	model_check_tlb();
	assert_int_equal(model_store(mm, TEST_VA, 8), -EFAULT);
	assert_int_equal(model_load(mm, TEST_VA, &val), 0);
	assert_int_equal(val, 7);

	entry = pte_mkdirty(pte_mkwrite(*slot));
	assert_true(ptep_set_access_flags(mm, TEST_VA, slot, entry));
	assert_false(ptep_set_access_flags(mm, TEST_VA, slot, entry));
	assert_true(pte_dirty(*slot));
	assert_int_equal(model_store(mm, TEST_VA, 9), 0);

	ptep_modify_prot(mm, TEST_VA, slot, vm_get_page_prot(0));
	flush_tlb_range(mm, TEST_VA, TEST_VA + PAGE_SIZE);
	assert_true(pte_dirty(*slot));
	assert_int_equal(model_load(mm, TEST_VA, &val), -EFAULT);
	assert_true(pte_same(pte_mkyoung(*slot), *slot));

	ptep_modify_prot(mm, TEST_VA, slot, vm_get_page_prot(VM_READ));
	flush_tlb_page(mm, TEST_VA);
	assert_false(pte_young(*slot));
	assert_int_equal(model_access(TEST_VA, MODEL_LOAD, true).fsr, 0x016);
	assert_true(
		ptep_set_access_flags(mm, TEST_VA, slot, pte_mkyoung(*slot)));
	assert_int_equal(model_load(mm, TEST_VA, &val), 0);
	assert_int_equal(val, 9);
	assert_true(ptep_test_and_clear_young(mm, TEST_VA, slot));
	assert_false(ptep_test_and_clear_young(mm, TEST_VA, slot));
	unmap_and_free(mm, TEST_VA, page);
	drop_mm(mm);
}

/* Without its flush, each of these operations leaves a stale entry. */
static void test_missing_flush_is_seen(void **state __unused_arg)
{
	struct mm_struct *mm;
	struct page *page;
	pte_t *slot;
	u32 val;

	model_boot_on(TEST_RAM, (struct model_machine){ true, 0 });
	mm = new_mm(&test_mm);
	page = map_new(mm, TEST_VA, TEST_RW);
	slot = pte_offset_map(mm, TEST_VA);
	assert_int_equal(model_store(mm, TEST_VA, 7), 0);
	ptep_set_wrprotect(mm, TEST_VA, slot);
	expect_violation("the table allows less", model_check_tlb());
	expect_violation("no flush after the change",
			 model_load(mm, TEST_VA, &val));
	flush_tlb_page(mm, TEST_VA);
	assert_int_equal(model_load(mm, TEST_VA, &val), 0);
	ptep_get_and_clear(mm, TEST_VA, slot);
	expect_violation("stale TLB entry", model_load(mm, TEST_VA, &val));
	expect_violation("break-before-make",
			 set_pte_at(mm, TEST_VA, slot,
				    pfn_pte(page_to_pfn(page) + 1,
					    vm_get_page_prot(VM_READ))));
	ptep_clear_flush(mm, TEST_VA, slot);
	model_check_tlb();
	put_mapped(page);
	drop_mm(mm);
}

static void test_bugs(void **state __unused_arg)
{
	struct mm_struct *mm;
	struct page *page;
	pte_t *slot;

	model_boot(TEST_RAM);
	mm = new_mm(&test_mm);
	page = map_new(mm, TEST_VA, VM_READ);
	slot = pte_offset_map(mm, TEST_VA);
	expect_bug("pte_none", set_pte_at(mm, TEST_VA, slot, *slot));
	expect_bug("TASK_SIZE", set_pte_at(mm, TASK_SIZE, slot + 1, *slot));
	expect_bug("pte_present", ptep_set_wrprotect(mm, TEST_VA, slot + 1));
	expect_bug("current_pgd", ({
			   model_switch(mm);
			   pgd_free(mm);
		   }));
	model_switch(NULL);
	expect_bug("user_tables_empty", pgd_free(mm));
	if (IS_ENABLED(CONFIG_DEBUG))
		expect_bug("l2_table_empty", free_pgtables(mm, 0, 0));
	unmap_and_free(mm, TEST_VA, page);
	drop_mm(mm);
}

/* Only tables that lie wholly inside the range are freed, after a flush. */
static void test_free_pgtables(void **state __unused_arg)
{
	u32 free = model_boot(TEST_RAM), val;
	struct mm_struct *mm = new_mm(&test_mm);
	struct page *pages[40];

	for (u32 i = 0; i < 40; i++) {
		pages[i] = map_new(mm, TEST_VA + i * PGDIR_SIZE, TEST_RW);
		assert_int_equal(model_load(mm, TEST_VA + i * PGDIR_SIZE, &val),
				 0);
	}
	assert_int_equal(mm->nr_ptes, 40);
	for (u32 i = 1; i < 40; i++) {
		unmap_and_free(mm, TEST_VA + i * PGDIR_SIZE, pages[i]);
		assert_int_equal(model_load(mm, TEST_VA + i * PGDIR_SIZE, &val),
				 -EFAULT);
	}
	free_pgtables(mm, TEST_VA + 2 * PGDIR_SIZE - PAGE_SIZE,
		      TEST_VA + 5 * PGDIR_SIZE);
	assert_int_equal(mm->nr_ptes, 37);
	assert_non_null(pte_offset_map(mm, TEST_VA + PGDIR_SIZE));
	assert_null(pte_offset_map(mm, TEST_VA + 2 * PGDIR_SIZE));
	free_pgtables(mm, TEST_VA + 1, 0);
	assert_int_equal(mm->nr_ptes, 1);
	assert_int_equal(pgtable_verify(mm), 0);
	model_check_tlb();
	assert_int_equal(model_load(mm, TEST_VA, &val), 0);
	/* A new table where one was: the walker must not remember the old. */
	pages[1] = map_new(mm, TEST_VA + PGDIR_SIZE, TEST_RW);
	assert_int_equal(model_load(mm, TEST_VA + PGDIR_SIZE, &val), 0);
	unmap_and_free(mm, TEST_VA, pages[0]);
	unmap_and_free(mm, TEST_VA + PGDIR_SIZE, pages[1]);
	drop_mm(mm);
	pgd_cache_shrink(1);
	drain_local_pages();
	assert_true(nr_free_pages() + 16 >= free);
}

/* Memory full of junk, in the cache and beyond, becomes tables. */
static void test_dirty_memory(void **state __unused_arg)
{
	static struct page *junk[TEST_RAM / PAGE_SIZE];
	struct mm_struct *mm;
	struct page *page;
	u32 n = 0, val;

	model_boot_on(TEST_RAM, (struct model_machine){ false, 100 });
	while (n < ARRAY_SIZE(junk) && (junk[n] = alloc_page(__GFP_NOWARN))) {
		u8 *p = page_address(junk[n++]);

		__builtin_memset(p, 0xff, PAGE_SIZE);
		for (u32 i = 0; i < PAGE_SIZE; i += 32)
			dccmvau(p + i);
	}
	dsb();
	while (n)
		put_page(junk[--n]);
	mm = new_mm(&test_mm);
	page = map_new(mm, TEST_VA, TEST_RW);
	assert_int_equal(model_load(mm, TEST_VA, &val), 0);
	/* Another cache line of the same table. */
	assert_int_equal(model_load(mm, TEST_VA + 64 * PAGE_SIZE, &val),
			 -EFAULT);
	assert_int_equal(model_load(mm, 0, &val), -EFAULT);
	unmap_and_free(mm, TEST_VA, page);
	drop_mm(mm);
}

static void test_no_memory(void **state __unused_arg)
{
	struct mm_struct *mm;

	model_boot(TEST_RAM);
	mm = new_mm(&test_mm);
	fail_alloc_set("pgtable", 1, 1);
	assert_null(pte_alloc_map(mm, TEST_VA));
	assert_int_equal(fail_alloc_hits(), 1);
	assert_int_equal(mm->nr_ptes, 0);
	fail_alloc_set("pages", 1, 1);
	{
		static struct mm_struct other;

		assert_int_equal(pgd_alloc(&other), -ENOMEM);
		assert_null(other.pgd);
	}
	fail_alloc_set(NULL, 0, 0);
	drop_mm(mm);
}

/* Fetches see the code that was stored, also after it was written again. */
static void test_execute(void **state __unused_arg)
{
	struct mm_struct *mm;
	struct page *page;
	pte_t *slot;
	u32 insn, *code;

	model_boot(TEST_RAM);
	mm = new_mm(&test_mm);
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	code = page_address(page);
	code[0] = 0xe12fff1e;
	atomic_inc(&page->_mapcount);
	slot = pte_alloc_map(mm, TEST_VA);
	set_pte_at(mm, TEST_VA, slot,
		   mk_pte(page, vm_get_page_prot(VM_READ | VM_EXEC)));
	assert_true(page->flags & PG_DCACHE_CLEAN);
	assert_int_equal(model_fetch(mm, TEST_VA, &insn), 0);
	assert_int_equal(insn, 0xe12fff1e);
	code[0] = 0xe1a00000;
	expect_violation("fetch at physical", model_fetch(mm, TEST_VA, &insn));
	assert_int_equal(flush_icache_user_range(mm, TEST_VA + 1, TEST_VA + 3),
			 0);
	assert_int_equal(model_fetch(mm, TEST_VA, &insn), 0);
	assert_int_equal(insn, 0xe1a00000);
	/* A range whose last bytes are the first of another line. */
	assert_int_equal(model_fetch(mm, TEST_VA + 64, &insn), 0);
	code[16] = 0xe1a02002;
	assert_int_equal(flush_icache_user_range(mm, TEST_VA + 62,
						 TEST_VA + 66),
			 0);
	assert_int_equal(model_fetch(mm, TEST_VA + 64, &insn), 0);
	assert_int_equal(insn, 0xe1a02002);
	assert_int_equal(flush_icache_user_range(mm, TEST_VA,
						 TEST_VA + 2 * PAGE_SIZE),
			 -EFAULT);
	assert_int_equal(flush_icache_user_range(mm, TEST_VA, TEST_VA - 1),
			 -EINVAL);
	code[0] = 0xe1a01001;
	flush_dcache_page(page);
	ptep_clear_flush(mm, TEST_VA, slot);
	set_pte_at(mm, TEST_VA, slot,
		   mk_pte(page, vm_get_page_prot(VM_READ | VM_EXEC)));
	assert_int_equal(model_fetch(mm, TEST_VA, &insn), 0);
	assert_int_equal(insn, 0xe1a01001);
	unmap_and_free(mm, TEST_VA, page);
	drop_mm(mm);
}

/* Another page of code at the same address: predictions are dropped, too. */
static void test_replaced_code(void **state __unused_arg)
{
	const u32 rx = VM_READ | VM_EXEC;
	struct mm_struct *mm;
	struct page *page;
	u32 insn, before;

	model_boot(TEST_RAM);
	mm = new_mm(&test_mm);
	page = map_new(mm, TEST_VA, rx);
	assert_int_equal(model_fetch(mm, TEST_VA, &insn), 0);
	before = model_counts.bpiall;
	unmap_and_free(mm, TEST_VA, page);
	assert_int_equal(model_counts.bpiall, before + 1);
	map_new(mm, TEST_VA + PGDIR_SIZE, rx); /* takes the frame just freed */
	page = map_new(mm, TEST_VA, rx);
	assert_int_equal(model_fetch(mm, TEST_VA, &insn), 0);
	unmap_and_free(mm, TEST_VA, page);
	unmap_and_free(mm, TEST_VA + PGDIR_SIZE,
		       pte_page(*pte_offset_map(mm, TEST_VA + PGDIR_SIZE)));
	drop_mm(mm);
}

/* The same where the whole address space is flushed. */
static void test_replaced_code_of_all(void **state __unused_arg)
{
	const u32 rx = VM_READ | VM_EXEC, other_va = TEST_VA + PGDIR_SIZE;
	struct page *page, *other;
	struct mm_struct *mm;
	u32 insn;

	model_boot(TEST_RAM);
	mm = new_mm(&test_mm);
	page = map_new(mm, TEST_VA, rx);
	other = map_new(mm, other_va, rx);
	assert_int_equal(model_fetch(mm, TEST_VA, &insn), 0);
	spin_lock(&mm->page_table_lock);
	ptep_get_and_clear(mm, TEST_VA, pte_offset_map(mm, TEST_VA));
	spin_unlock(&mm->page_table_lock);
	flush_tlb_mm(mm);
	put_mapped(page);
	get_page(other); /* the second entry's */
	map_page_of(mm, TEST_VA, other, rx);
	assert_int_equal(model_fetch(mm, TEST_VA, &insn), 0);
	unmap_and_free(mm, TEST_VA, other);
	unmap_and_free(mm, other_va, other);
	drop_mm(mm);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_pgd),
		cmocka_unit_test(test_map_and_unmap),
		cmocka_unit_test(test_pgd_again),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_change_rights),
		cmocka_unit_test(test_missing_flush_is_seen),
		cmocka_unit_test(test_bugs),
		cmocka_unit_test(test_free_pgtables),
		cmocka_unit_test(test_dirty_memory),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_execute),
		cmocka_unit_test(test_replaced_code),
		cmocka_unit_test(test_replaced_code_of_all),
	};

	return host_run(tests);
}
