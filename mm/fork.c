/*
 * Copying an address space for fork. Private pages stay where they are: both
 * sides lose the right to write them, and the first to write copies
 * (do_wp_page). Entries that can be faulted in again - files, the zero page,
 * shared memory - are left to the child's own faults.
 */
#include <mm/internal.h>

/* One anonymous page more in dst; both page_table_locks held. */
static void copy_one_pte(struct mm_struct *dst, pte_t *dst_pte,
			 struct mm_struct *src, pte_t *src_pte, uaddr_t va)
{
	pte_t pte = *src_pte;
	struct page *page = vm_normal_page(pte);

	if (!page || !(page->flags & PG_ANON))
		return;
	BUG_ON(page_count(page) < atomic_read(&page->_mapcount));
	if (pte_write(pte)) {
		ptep_set_wrprotect(src, va, src_pte);
		pte = pte_wrprotect(pte);
	}
	get_page(page);
	atomic_inc(&page->_mapcount);
	dst->rss[MM_ANONPAGES]++;
	set_pte_at(dst, va, dst_pte, pte);
}

/* Is there anything in this table that the child cannot fault in? */
static bool has_anon(const pte_t *ptep, uaddr_t va, uaddr_t end)
{
	for (; va < end; va += PAGE_SIZE, ptep++) {
		if (pte_present(*ptep) && !pte_special(*ptep) &&
		    pte_page(*ptep)->flags & PG_ANON)
			return true;
	}
	return false;
}

static int copy_page_range(struct mm_struct *dst, struct vm_area_struct *vma)
{
	struct mm_struct *src = vma->vm_mm;
	uaddr_t va, next;

	BUG_ON(dst == src || vma->vm_flags & VM_SHARED);
	for (va = vma->vm_start; va < vma->vm_end; va = next) {
		pte_t *src_pte = pte_offset_map(src, va), *dst_pte;

		next = pgd_addr_end(va, vma->vm_end);
		if (!src_pte || !has_anon(src_pte, va, next))
			continue;
		dst_pte = pte_alloc_map(dst, va);
		if (!dst_pte)
			return -ENOMEM;
		spin_lock(&src->page_table_lock);
		spin_lock(&dst->page_table_lock);
		for (; va < next; va += PAGE_SIZE, src_pte++, dst_pte++) {
			if (pte_present(*src_pte))
				copy_one_pte(dst, dst_pte, src, src_pte, va);
		}
		spin_unlock(&dst->page_table_lock);
		spin_unlock(&src->page_table_lock);
		cond_resched();
	}
	return 0;
}

/* What the child's copy of vma starts as; VM_LOCKED is not inherited. */
static struct vm_area_struct *dup_vma(struct mm_struct *mm,
				      struct vm_area_struct *vma)
{
	u32 pages = vma->vm_flags & VM_ACCOUNT ? vma_pages(vma) : 0;
	struct vm_area_struct *new;

	if (pages && vm_acct_memory(pages))
		return NULL;
	new = vm_area_dup(vma, mm);
	if (!new) {
		vm_unacct_memory(pages);
		return NULL;
	}
	new->vm_flags &= ~VM_LOCKED_MASK;
	vma_link(mm, new, TAILQ_LAST(&mm->mmap, vma_list));
	vm_stat_account(mm, new->vm_flags, (s32)vma_pages(new));
	return new;
}

static int dup_vmas(struct mm_struct *mm, struct mm_struct *oldmm)
{
	struct vm_area_struct *vma;
	int ret = 0;

	TAILQ_FOREACH(vma, &oldmm->mmap, vm_link) {
		if (vma->vm_flags & VM_DONTCOPY)
			continue;
		if (!dup_vma(mm, vma))
			return -ENOMEM;
		if (vma->vm_flags & (VM_SHARED | VM_WIPEONFORK))
			continue;
		ret = copy_page_range(mm, vma);
		if (ret)
			break;
	}
	return ret;
}

static void dup_layout(struct mm_struct *mm, const struct mm_struct *oldmm)
{
	mm->mmap_base = oldmm->mmap_base;
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
	if (oldmm->exe_file)
		mm->exe_file = get_file(oldmm->exe_file);
}

int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)
{
	int ret;

	BUG_ON(mm == oldmm || oldmm == &init_mm);
	BUG_ON(!TAILQ_EMPTY(&mm->mmap) || mm->exe_file);
	down_write(&oldmm->mmap_lock);
	down_write(&mm->mmap_lock);	/* nobody knows mm yet: no order */
	dup_layout(mm, oldmm);
	ret = dup_vmas(mm, oldmm);
	/* The parent must not write through a translation it still holds. */
	flush_tlb_mm(oldmm);
	up_write(&mm->mmap_lock);
	up_write(&oldmm->mmap_lock);
	return ret;
}
