/*
 * Taking entries out: clear, flush, free, in this order (law 6). Pages whose
 * entries were cleared wait in a batch, with the references that the entries
 * owned. One flush covers the batch; only then are the pages freed.
 */
#include <mm/internal.h>

/*
 * Begins an empty batch: start is above end, so that the first entry sets both.
 */
void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm, bool fullmm)
{
	tlb->mm = mm;
	tlb->fullmm = fullmm;
	tlb->start = TASK_SIZE;
	tlb->end = 0;
	tlb->nr = 0;
}

/* Flushes what was cleared so far and drops the references of its pages. */
static void tlb_flush_mmu(struct mmu_gather *tlb)
{
	if (tlb->start >= tlb->end)
		return;
	/*
	 * By ASID the whole mm costs one operation; a range costs one for each
	 * page.
	 */
	if (tlb->fullmm)
		flush_tlb_mm(tlb->mm);
	else
		flush_tlb_range(tlb->mm, tlb->start, tlb->end);
	tlb->start = TASK_SIZE;
	tlb->end = 0;
	BUG_ON(tlb->nr > MMU_GATHER_PAGES);
	/*
	 * The flush ends in a DSB, so the program's last accesses are complete:
	 * the drop needs no barrier of its own.
	 */
	for (u32 i = 0; i < tlb->nr; i++)
		put_shared_page(tlb->pages[i]);
	tlb->nr = 0;
}

/*
 * Flushes what the batch still has. A cleared page that is not in its range
 * would never be flushed.
 */
void tlb_finish_mmu(struct mmu_gather *tlb)
{
	tlb_flush_mmu(tlb);
	BUG_ON(tlb->nr); /* a page that no flush covers */
}

/*
 * Takes pages off mm's rss: anon, file, and the rest shmem. Hold
 * page_table_lock.
 */
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
 * Clears n slots and adds their pages to the batch, which has room for them.
 * The entry's _mapcount of its page is dropped now, its reference with the
 * batch. Hold page_table_lock.
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
		/* An entry for the zero page owns no reference. */
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

/*
 * The walker's callback: clears the slots of one table, in pieces that fit into
 * the batch.
 */
static void zap_pte_range(struct mm_walk *walk, pte_t *ptep, uaddr_t va,
			  uaddr_t end)
{
	struct mmu_gather *tlb = walk->private;
	pte_t *last = ptep + ((end - va) >> PAGE_SHIFT);

	/*
	 * Large mappings are mostly untouched: empty slots at both ends need
	 * neither a cache clean nor a flush.
	 */
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
		/*
		 * Neither the flush nor put_page sleeps, so both may run under
		 * page_table_lock.
		 */
		if (tlb->nr == MMU_GATHER_PAGES)
			tlb_flush_mmu(tlb);
	}
}

/*
 * Clears the entries of one VMA. The VMAs of one call share the batch, so that
 * many small ones cost one flush.
 */
void unmap_page_range(struct mmu_gather *tlb, uaddr_t start, uaddr_t end)
{
	struct mm_walk walk = {
		.mm = tlb->mm,
		.private = tlb,
		.pte_range = zap_pte_range,
	};

	/*
	 * The batch is flushed as one range: going down again would not extend
	 * it.
	 */
	BUG_ON(tlb->start < tlb->end && start < tlb->end);
	walk_page_range(&walk, start, end);
}

/* Clears and flushes one range, with a batch of its own. */
void zap_page_range(struct mm_struct *mm, uaddr_t start, uaddr_t end)
{
	struct mmu_gather tlb;

	/* VmHWM is brought up to date only before rss falls. */
	mm->hiwater_rss = get_mm_hiwater_rss(mm);
	tlb_gather_mmu(&tlb, mm, false);
	unmap_page_range(&tlb, start, end);
	tlb_finish_mmu(&tlb);
}
