/*
 * Copying an address space for fork. Private pages stay where they are: both
 * sides lose the right to write them, and the first to write copies
 * (do_wp_page). Entries that can be faulted in again - files, the zero page,
 * shared memory - are left to the child's own faults.
 */
#include <mm/internal.h>

/* Returns the anonymous page that the entry holds a reference of, or NULL. */
static struct page *anon_page(pte_t pte)
{
	struct page *page;

	if (!pte_present(pte) || pte_special(pte))
		return NULL;
	page = pte_page(pte);
	return page->flags & PG_ANON ? page : NULL;
}

/*
 * Returns how many of n entries come before the first one that the child must
 * get. Read without the lock: the parent's mmap_lock is held for writing, so no
 * fault adds an entry.
 */
static u32 count_before_anon(const pte_t *ptep, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (anon_page(ptep[i]))
			break;
	return i;
}

/*
 * Copies the anonymous entries of n slots of one table. Hold both
 * page_table_locks. Where src may write, neither side may from here on: the
 * next one to write copies the page.
 */
static void copy_anon_ptes(struct mm_struct *dst, pte_t *dst_pte,
			   pte_t *src_pte, u32 n)
{
	const pte_t *end = src_pte + n;
	u32 copied = 0;

	for (; src_pte < end; src_pte++, dst_pte++) {
		pte_t pte = *src_pte;
		struct page *page = anon_page(pte);

		if (!page)
			continue;
		if (pte_write(pte)) {
			ptep_wrprotect_batched(src_pte);
			pte = pte_wrprotect(pte);
		}
		/*
		 * The child's entry owns a reference, and its _mapcount stops
		 * do_wp_page from giving the page to the parent alone.
		 */
		get_page(page);
		atomic_inc(&page->_mapcount);
		copied++;
		set_pte_batched(dst_pte, pte);
	}
	/*
	 * One barrier for the whole run: nobody reads these entries before the
	 * locks are dropped.
	 */
	dst->rss[MM_ANONPAGES] += copied;
	ptes_sync(src_pte - n, n);
	ptes_sync(dst_pte - n, n);
}

/*
 * Copies the part [va, end) of a VMA that one table of src maps. 0, or -ENOMEM:
 * then dst has no table here and nothing to undo.
 */
static int copy_table(struct mm_struct *dst, struct mm_struct *src,
		      pte_t *src_pte, uaddr_t va, uaddr_t end)
{
	u32 n = (end - va) >> PAGE_SHIFT;
	u32 skip = count_before_anon(src_pte, n);
	pte_t *dst_pte;

	/*
	 * A range of file pages needs no table in the child: it would stay
	 * empty until the child faults, and many children call execve first.
	 */
	if (skip == n)
		return 0;
	/* Allocate before locking: the allocator may sleep. */
	dst_pte = pte_alloc_map(dst, va);
	if (!dst_pte)
		return -ENOMEM;
	spin_lock(&src->page_table_lock);
	spin_lock(&dst->page_table_lock);
	copy_anon_ptes(dst, dst_pte + skip, src_pte + skip, n - skip);
	spin_unlock(&dst->page_table_lock);
	spin_unlock(&src->page_table_lock);
	return 0;
}

/*
 * Copies all entries of a private VMA that the child cannot fault in again. 0,
 * or -ENOMEM: a part is copied, which the caller's mmput frees.
 */
static int copy_page_range(struct mm_struct *dst, struct vm_area_struct *vma)
{
	struct mm_struct *src = vma->vm_mm;
	uaddr_t va, next;

	/*
	 * Entries of a shared VMA may be made writable without a copy, so
	 * write-protecting them would be no copy-on-write.
	 */
	BUG_ON(dst == src || vma->vm_flags & VM_SHARED);
	for (va = vma->vm_start; va < vma->vm_end; va = next) {
		pte_t *src_pte = pte_offset_map(src, va);
		int err;

		next = pgd_addr_end(va, vma->vm_end);
		if (!src_pte)
			continue;
		err = copy_table(dst, src, src_pte, va, next);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

/*
 * Links the child's copy of vma, still without entries; returns NULL without
 * memory. Locks are not inherited (mlock(2)).
 */
static struct vm_area_struct *dup_vma(struct mm_struct *mm,
				      struct vm_area_struct *vma)
{
	u32 pages = vma_pages(vma);
	struct vm_area_struct *new;

	/*
	 * The copy may become as large as the original once both sides have
	 * written every page, so it is promised in full.
	 */
	if (vma_reserve(vma->vm_flags, pages))
		return NULL;
	new = vm_area_dup(vma, mm);
	if (!new) {
		vma_unreserve(vma->vm_flags, pages);
		return NULL;
	}
	new->vm_flags &= ~VM_LOCKED_MASK;
	vma_drop_pager(new);
	/*
	 * Linked before any entry is copied: a truncation that passes the
	 * parent's VMA before the copy must still find the child's behind it
	 * (mm/i_mmap.c).
	 */
	vma_link(mm, new, TAILQ_LAST(&mm->mmap, vma_list));
	vma_charge(mm, new->vm_flags, pages);
	return new;
}

/*
 * Copies the VMAs in order of address, so that each is appended. 0 or -ENOMEM.
 */
static int dup_vmas(struct mm_struct *mm, struct mm_struct *oldmm)
{
	struct vm_area_struct *vma;
	int err = 0;

	TAILQ_FOREACH(vma, &oldmm->mmap, vm_link) {
		cond_resched();
		if (vma->vm_flags & VM_DONTCOPY)
			continue;
		if (!dup_vma(mm, vma))
			return -ENOMEM;
		/*
		 * The child faults shared pages in from their object, and
		 * VM_WIPEONFORK asks for zeroes: both start without entries.
		 */
		if (vma->vm_flags & (VM_SHARED | VM_WIPEONFORK))
			continue;
		err = copy_page_range(mm, vma);
		if (err)
			break;
	}
	return err;
}

/*
 * Copies what does not depend on a VMA: the layout that brk and mmap go by, and
 * what /proc shows of the program.
 */
static void dup_layout(struct mm_struct *mm, const struct mm_struct *oldmm)
{
	mm->mmap_base = oldmm->mmap_base;
	mm->bottom_up = oldmm->bottom_up;
	mm->membarrier = oldmm->membarrier;
	mm->not_dumpable = oldmm->not_dumpable;
	mm->start_code = oldmm->start_code;
	mm->end_code = oldmm->end_code;
	mm->start_data = oldmm->start_data;
	mm->end_data = oldmm->end_data;
	mm->start_brk = oldmm->start_brk;
	mm->brk = oldmm->brk;
	mm->start_stack = oldmm->start_stack;
	mm->arg_start = oldmm->arg_start;
	mm->arg_end = oldmm->arg_end;
	mm->env_start = oldmm->env_start;
	mm->env_end = oldmm->env_end;
	__builtin_memcpy(mm->auxv, oldmm->auxv, sizeof(mm->auxv));
	/*
	 * mmput of the child drops this reference, even if the VMAs cannot be
	 * copied.
	 */
	if (oldmm->exe_file)
		mm->exe_file = get_file(oldmm->exe_file);
}

/*
 * Copies an address space for fork (mm.h). The parent's lock is taken for
 * writing so that its other threads cannot fault before the flush. One of them
 * would copy a page on write while another still stores into the old frame
 * through a stale translation: that store would be lost for the parent and
 * appear in the child.
 */
int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)
{
	int err;

	BUG_ON(mm == oldmm || oldmm == &init_mm);
	/*
	 * dup_vma appends, so VMAs that the child had already would be out of
	 * order.
	 */
	BUG_ON(!TAILQ_EMPTY(&mm->mmap) || mm->exe_file);
	down_write(&oldmm->mmap_lock);
	down_write(&mm->mmap_lock); /* no task can know mm yet: no deadlock */
	dup_layout(mm, oldmm);
	err = dup_vmas(mm, oldmm);
	/*
	 * Also after an error: entries may be write-protected already, and the
	 * parent must not write through a translation made before (law 5).
	 */
	flush_tlb_mm(oldmm);
	up_write(&mm->mmap_lock);
	up_write(&oldmm->mmap_lock);
	return err;
}
