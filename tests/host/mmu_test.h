/*
 * mmu_test.h - an address space without mm/, for the tests of mmu/.
 */
#ifndef MMU_TEST_H
#define MMU_TEST_H

#include <alloc/alloc.h>
#include <mmu/mmu.h>
#include "mmu_model.h"

#define TEST_RAM (8u << 20)
#define TEST_VA  0x00400000u
/* Writable from the start: shared, so no copy on write. */
#define TEST_RW  (VM_READ | VM_WRITE | VM_SHARED)

/* As mm/ would make it, as far as mmu/ looks. */
static inline struct mm_struct *new_mm(struct mm_struct *mm)
{
	*mm = (struct mm_struct){ .nr_ptes = 0 };
	init_new_context(mm);
	assert_int_equal(pgd_alloc(mm), 0);
	return mm;
}

static inline void drop_mm(struct mm_struct *mm)
{
	model_switch(NULL);
	model_check_tlb();
	pgd_free(mm);
}

static inline void map_page_of(struct mm_struct *mm, u32 va, struct page *page,
			       u32 vm_flags)
{
	pte_t *slot = pte_alloc_map(mm, va);

	assert_non_null(slot);
	spin_lock(&mm->page_table_lock);
	atomic_inc(&page->_mapcount);
	set_pte_at(mm, va, slot, mk_pte(page, vm_get_page_prot(vm_flags)));
	spin_unlock(&mm->page_table_lock);
}

static inline struct page *map_new(struct mm_struct *mm, u32 va, u32 vm_flags)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	assert_non_null(page);
	map_page_of(mm, va, page, vm_flags);
	return page;
}

/*
 * Its entry was cleared: drops the count and the reference that the entry had.
 */
static inline void put_mapped(struct page *page)
{
	atomic_add(-1, &page->_mapcount);
	put_page(page);
}

/* The entry, then the frame: the order of law 6. */
static inline void unmap_and_free(struct mm_struct *mm, u32 va,
				  struct page *page)
{
	spin_lock(&mm->page_table_lock);
	ptep_clear_flush(mm, va, pte_offset_map(mm, va));
	spin_unlock(&mm->page_table_lock);
	put_mapped(page);
}

#endif
