/*
 * Taking entries out: clear, flush, free, in this order (law 6). Cleared pages
 * wait in a batch with the references their entries owned; one flush covers
 * the batch; then the pages go.
 */
#include <mm/internal.h>

void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm, bool fullmm)
{
	tlb->mm = mm;
	tlb->fullmm = fullmm;
	tlb->start = TASK_SIZE;
	tlb->end = 0;
	tlb->nr = 0;
}

static void tlb_flush_mmu(struct mmu_gather *tlb)
{
	u32 i;

	if (tlb->start >= tlb->end)
		return;
	if (tlb->fullmm)
		flush_tlb_mm(tlb->mm);
	else
		flush_tlb_range(tlb->mm, tlb->start, tlb->end);
	tlb->start = TASK_SIZE;
	tlb->end = 0;
	BUG_ON(tlb->nr > MMU_GATHER_PAGES);
	for (i = 0; i < tlb->nr; i++)
		put_page(tlb->pages[i]);
	tlb->nr = 0;
}

void tlb_finish_mmu(struct mmu_gather *tlb)
{
	tlb_flush_mmu(tlb);
	BUG_ON(tlb->nr);	/* pages without a range to flush */
}

/* The entry's count of the page goes now, its reference with the batch. */
static void tlb_remove_page(struct mmu_gather *tlb, struct page *page)
{
	BUG_ON(!tlb->mm->rss[mm_counter(page)]);
	tlb->mm->rss[mm_counter(page)]--;
	page_remove_rmap(page);
	tlb->pages[tlb->nr++] = page;
}

static void zap_entries(struct mm_walk *walk, pte_t *ptep, uaddr_t va,
			uaddr_t end)
{
	struct mmu_gather *tlb = walk->private;

	for (; va < end; va += PAGE_SIZE, ptep++) {
		struct page *page;

		if (pte_none(*ptep))
			continue;
		page = vm_normal_page(ptep_get_and_clear(walk->mm, va, ptep));
		tlb->start = min(tlb->start, va);
		tlb->end = va + PAGE_SIZE;
		if (!page)
			continue;
		tlb_remove_page(tlb, page);
		if (tlb->nr == MMU_GATHER_PAGES)
			tlb_flush_mmu(tlb);
	}
}

void zap_pte_range(struct mmu_gather *tlb, uaddr_t start, uaddr_t end)
{
	struct mm_walk walk = {
		.mm = tlb->mm, .private = tlb, .pte_range = zap_entries,
	};

	/* Ascending calls keep start..end one range. */
	BUG_ON(tlb->start < tlb->end && start < tlb->end);
	walk_page_range(&walk, start, end);
}

void zap_page_range(struct mm_struct *mm, uaddr_t start, uaddr_t end)
{
	struct mmu_gather tlb;

	mm->hiwater_rss = get_mm_hiwater_rss(mm);
	tlb_gather_mmu(&tlb, mm, false);
	zap_pte_range(&tlb, start, end);
	tlb_finish_mmu(&tlb);
}
