/*
 * Removing mappings: munmap, what MAP_FIXED and mremap replace or leave, and
 * the end of an address space. First the VMAs leave the set, then their entries
 * are cleared, then the tables that nothing needs are freed, then what the VMAs
 * held. Only the cuts at the borders can fail: they are the plan.
 */
#include <mm/internal.h>

/*
 * Frees the tables that only [start, end), between prev and next, could have
 * needed. A table maps 1 MiB, of which the neighbours may use a part: it stays.
 */
static void free_unused_tables(struct mm_struct *mm,
			       const struct vm_area_struct *prev,
			       const struct vm_area_struct *next, uaddr_t start,
			       uaddr_t end)
{
	uaddr_t floor = max(ALIGN_DOWN(start, PGDIR_SIZE),
			    prev ? ALIGN_UP(prev->vm_end, PGDIR_SIZE) : 0);
	uaddr_t ceiling = min(ALIGN_UP(end, PGDIR_SIZE),
			      next ? ALIGN_DOWN(next->vm_start, PGDIR_SIZE) :
				     TASK_SIZE);

	BUG_ON(start >= end);
	if (floor >= ceiling)
		return;
	spin_lock(&mm->page_table_lock);
	free_pgtables(mm, floor, ceiling);
	spin_unlock(&mm->page_table_lock);
}

/*
 * Frees unused tables between VMAs. A plan that failed may have made tables in
 * holes, where no VMA would ever free them.
 */
void free_tables_of_holes(struct mm_struct *mm, uaddr_t start, uaddr_t end)
{
	struct vm_area_struct *prev, *next = find_vma_prev(mm, start, &prev);

	for (; start < end; next = vma_next(next)) {
		uaddr_t stop = next ? min(end, next->vm_start) : end;

		if (start < stop)
			free_unused_tables(mm, prev, next, start, stop);
		/* This was the last hole, which ends at `end`. */
		if (!next)
			break;
		start = next->vm_end;
		prev = next;
		cond_resched();
	}
}

/*
 * Frees vma and what it holds. Its pages are uncharged first, while its flags
 * and size are still known.
 */
static void remove_vma(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_uncharge(mm, vma->vm_flags, vma_pages(vma));
	vm_area_free(vma);
}

/*
 * Frees the VMAs of a list. The caller has flushed, because closing the last
 * VMA of a shared object frees its pages.
 */
static void remove_vma_list(struct mm_struct *mm, struct vma_list *list)
{
	struct vm_area_struct *vma;

	while ((vma = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, vma, vm_link);
		remove_vma(mm, vma);
		cond_resched();
	}
}

/*
 * Unmaps [start, end), the head or the tail of vma and less than all of it: no
 * VMA is freed, a border moves. The border moves first, so that no truncation
 * looks into tables that are being freed (mm/i_mmap.c).
 */
static void trim_vma(struct vm_area_struct *vma, uaddr_t start, uaddr_t end,
		     uaddr_t zap_start, bool keep_tables)
{
	u32 pages = (end - start) >> PAGE_SHIFT;
	struct vm_area_struct *prev = vma, *next = vma;
	struct mm_struct *mm = vma->vm_mm;

	if (start == vma->vm_start) {
		prev = vma_prev(vma);
		vma_resize(vma, end, vma->vm_end, vma->vm_pgoff + pages);
	} else {
		next = vma_next(vma);
		vma_resize(vma, vma->vm_start, start, vma->vm_pgoff);
	}
	/* mremap has moved the entries below zap_start. */
	if (zap_start < end)
		zap_page_range(mm, zap_start, end);
	if (!keep_tables)
		free_unused_tables(mm, prev, next, start, end);
	vma_uncharge(mm, vma->vm_flags, pages);
}

/*
 * Unmaps [start, end), which consists of whole VMAs, of which vma is the first.
 * They leave the set first, so that neither a truncation nor a table's
 * neighbours count them.
 */
static void remove_vmas(struct vm_area_struct *vma, uaddr_t start, uaddr_t end,
			uaddr_t zap_start, bool keep_tables)
{
	struct vm_area_struct *prev = vma_prev(vma), *next;
	struct mm_struct *mm = vma->vm_mm;
	struct vma_list detached = TAILQ_HEAD_INITIALIZER(detached);

	next = vma_unlink_run(mm, vma, end, &detached);
	/*
	 * All VMAs are zapped as one range, so they share one batch and its
	 * flush.
	 */
	if (zap_start < end)
		zap_page_range(mm, zap_start, end);
	if (!keep_tables)
		free_unused_tables(mm, prev, next, start, end);
	remove_vma_list(mm, &detached);
}

/*
 * Cuts the VMAs at the borders. The common cases need no cut and so no memory:
 * munmap cannot fail for them.
 */
int plan_unmap(struct vm_area_struct **first, uaddr_t start, uaddr_t end)
{
	const struct vm_area_struct *vma = *first;

	/* A whole VMA is unlinked; its head or tail is trimmed. */
	if (vma->vm_start == start ?
		    end <= vma->vm_end :
		    vma->vm_start < start && end == vma->vm_end)
		return 0;
	return vma_isolate(first, start, end);
}

/*
 * Unmaps what the plan has prepared: whole VMAs, or a part of one that is
 * trimmed.
 */
void commit_unmap(struct vm_area_struct *first, uaddr_t start, uaddr_t end,
		  uaddr_t zap_start, bool keep_tables)
{
	/*
	 * plan_unmap leaves a VMA that reaches beyond the range only for
	 * trim_vma.
	 */
	if (first->vm_start < start || first->vm_end > end)
		trim_vma(first, start, end, zap_start, keep_tables);
	else
		remove_vmas(first, start, end, zap_start, keep_tables);
	if (zap_start < end)
		trace_vma(TRACE_MUNMAP, zap_start, end);
}

/* munmap(2). A range without a VMA is no error, as on Linux. */
int do_munmap(struct mm_struct *mm, uaddr_t start, u32 bytes)
{
	struct vm_area_struct *first;
	uaddr_t end;
	int err;

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_lock));
	if (!IS_ALIGNED(start, PAGE_SIZE) || start > TASK_SIZE || !bytes ||
	    bytes > TASK_SIZE - start)
		return -EINVAL;
	/*
	 * The end is rounded after the check: bytes close to 4 GiB would wrap
	 * to 0.
	 */
	end = ALIGN_UP(start + bytes, PAGE_SIZE);
	first = find_vma_intersection(mm, start, end);
	if (!first)
		return 0;
	err = plan_unmap(&first, start, end);
	if (err < 0)
		return err;
	commit_unmap(first, start, end, start, false);
	return 0;
}

/*
 * Frees a killed task's private pages. The lock is taken for writing, though
 * only entries are cleared: a fault holds it for reading throughout, so none is
 * under way that could install a page of zeroes where the program, or the
 * kernel copying for it, had other bytes.
 */
bool reap_mm(struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	if (!down_write_trylock(&mm->mmap_lock))
		return false;
	mm->reaped = true;
	TAILQ_FOREACH(vma, &mm->mmap, vm_link)
		/*
		 * Shared pages have other owners: unmapping frees none of them.
		 */
		if (!(vma->vm_flags & VM_SHARED))
			zap_page_range(mm, vma->vm_start, vma->vm_end);
	up_write(&mm->mmap_lock);
	return true;
}

/*
 * Ends an address space. No task uses mm, so mmap_lock is not taken, and the
 * whole mm is flushed once.
 */
void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	struct mmu_gather tlb;

	BUG_ON(atomic_read(&mm->mm_users));
	mm->hiwater_rss = get_mm_hiwater_rss(mm);
	tlb_gather_mmu(&tlb, mm, true);
	/*
	 * All entries are cleared first, while every table exists: a batch may
	 * span several VMAs.
	 */
	TAILQ_FOREACH(vma, &mm->mmap, vm_link)
		unmap_page_range(&tlb, vma->vm_start, vma->vm_end);
	tlb_finish_mmu(&tlb);
	/*
	 * No look-up can come any more, so the tree is dropped whole and not
	 * balanced after each removal.
	 */
	RB_INIT(&mm->mm_rb);
	mm->mmap_cache = NULL;
	mm->map_count = 0;
	TAILQ_FOREACH(vma, &mm->mmap, vm_link) {
		if (vma->vm_file) {
			i_mmap_lock(vma);
			i_mmap_remove(vma);
			i_mmap_unlock(vma);
		}
		/*
		 * A truncation may still look into the tables of the next VMA,
		 * which is on its file's list.
		 */
		free_unused_tables(mm, NULL, vma_next(vma), vma->vm_start,
				   vma->vm_end);
		/* Thousands of VMAs may end here, and no spinlock is held. */
		cond_resched();
	}
	remove_vma_list(mm, &mm->mmap);
	BUG_ON(get_mm_rss(mm));
}
