/*
 * Making pages old: clearing the mark that the hardware sets at an access. The
 * kernel itself never does so, for there is no swap; a program can (MADV_COLD,
 * /proc/PID/clear_refs), and see from then on which pages are used:
 * "Referenced:" in smaps.
 */
#include <bug.h>
#include <sched.h>
#include <services/advice/advice.h>

/*
 * Makes the n entries of one table from va on old, except those of the zero
 * page, which many processes use. Returns true if one was young. Hold
 * page_table_lock.
 */
static bool make_table_old(struct mm_struct *mm, uaddr_t va, pte_t *ptep, u32 n)
{
	bool young = false;

	for (; ptep && n; n--, ptep++, va += PAGE_SIZE)
		if (pte_present(*ptep) && !pte_special(*ptep))
			young |= ptep_test_and_clear_young(mm, va, ptep);
	return young;
}

void vma_make_old(struct vm_area_struct *vma, uaddr_t start, uaddr_t end)
{
	struct mm_struct *mm = vma->vm_mm;
	bool young = false;
	uaddr_t va, next;

	BUG_ON(start < vma->vm_start || end > vma->vm_end);
	for (va = start; va != end; va = next) {
		next = pgd_addr_end(va, end);
		spin_lock(&mm->page_table_lock);
		young |= make_table_old(mm, va, pte_offset_map(mm, va),
					(next - va) >> PAGE_SHIFT);
		spin_unlock(&mm->page_table_lock);
		/*
		 * After each table, with the lock released: a VMA may have
		 * thousands.
		 */
		cond_resched();
	}
	if (young) /* else a cached translation would hide the next access */
		flush_tlb_range(mm, start, end);
}
