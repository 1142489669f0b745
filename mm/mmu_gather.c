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
	if (tlb->start >= tlb->end)
		return;
	if (tlb->fullmm)
		flush_tlb_mm(tlb->mm);
	else
		flush_tlb_range(tlb->mm, tlb->start, tlb->end);
	tlb->start = TASK_SIZE;
	tlb->end = 0;
	BUG_ON(tlb->nr > MMU_GATHER_PAGES);
	/* The flush had a DSB: what the program did lies before. */
	for (u32 i = 0; i < tlb->nr; i++)
		put_shared_page(tlb->pages[i]);
	tlb->nr = 0;
}

void tlb_finish_mmu(struct mmu_gather *tlb)
{
	tlb_flush_mmu(tlb);
	BUG_ON(tlb->nr); /* pages without a range to flush */
}

/* Pages of these kinds are mapped by fewer entries; the rest was shmem. */
static void sub_rss(struct mm_struct *mm, u32 pages, u32 anon, u32 file)
{
	u32 shmem = pages - anon - file;

	BUG_ON(mm->rss[MM_ANONPAGES] < anon || mm->rss[MM_FILEPAGES] < file ||
	       mm->rss[MM_SHMEMPAGES] < shmem);
	mm->rss[MM_ANONPAGES] -= anon;
	mm->rss[MM_FILEPAGES] -= file;
	mm->rss[MM_SHMEMPAGES] -= shmem;
}

/*
 * Clear n slots; the batch has room for as many pages. An entry's count of its
 * page goes now, its reference with the batch.
 */
static void clear_entries(struct mmu_gather *tlb, pte_t *ptep, u32 n)
{
	u32 nr = tlb->nr, anon = 0, file = 0;

	for (u32 i = 0; i < n; i++) {
		pte_t pte = ptep[i];
		struct page *page;

		if (pte_none(pte))
			continue;
		ptep_clear_batched(tlb->mm, &ptep[i], pte);
		if (pte_special(pte))
			continue;
		page = pte_page(pte);
		anon += !!(page->flags & PG_ANON);
		file += !!(page->flags & PG_CACHE);
		page_remove_rmap(page);
		tlb->pages[nr++] = page;
	}
	ptes_sync(ptep, n);
	sub_rss(tlb->mm, nr - tlb->nr, anon, file);
	tlb->nr = nr;
}

static void zap_pte_range(struct mm_walk *walk, pte_t *ptep, uaddr_t va,
			  uaddr_t end)
{
	struct mmu_gather *tlb = walk->private;
	pte_t *last = ptep + ((end - va) >> PAGE_SHIFT);

	/* Empty slots at the ends need neither a clean nor a flush. */
	for (; ptep < last && pte_none(*ptep); ptep++)
		va += PAGE_SIZE;
	while (last > ptep && pte_none(last[-1]))
		last--;
	while (ptep < last) {
		u32 n = min((u32)(last - ptep), MMU_GATHER_PAGES - tlb->nr);

		clear_entries(tlb, ptep, n);
		tlb->start = min(tlb->start, va);
		ptep += n;
		va += n * PAGE_SIZE;
		tlb->end = va;
		if (tlb->nr == MMU_GATHER_PAGES)
			tlb_flush_mmu(tlb);
	}
}

void unmap_page_range(struct mmu_gather *tlb, uaddr_t start, uaddr_t end)
{
	struct mm_walk walk = {
		.mm = tlb->mm,
		.private = tlb,
		.pte_range = zap_pte_range,
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
	unmap_page_range(&tlb, start, end);
	tlb_finish_mmu(&tlb);
}
