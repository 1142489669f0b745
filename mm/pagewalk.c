/*
 * The walk over user entries, table by table. The only loop that knows how a
 * range of addresses breaks into second-level tables; what to do with the
 * entries is the caller's.
 */
#include <mm/internal.h>

/*
 * Calls pte_range for each table. page_table_lock is taken for each, not for
 * the whole range: at most 256 entries are handled with it held.
 */
void walk_page_range(struct mm_walk *walk, uaddr_t start, uaddr_t end)
{
	struct mm_struct *mm = walk->mm;
	uaddr_t next;

	BUG_ON(start > end || end > TASK_SIZE);
	BUG_ON(!IS_ALIGNED(start | end, PAGE_SIZE));
	for (; start < end; start = next) {
		pte_t *ptep;

		cond_resched(); /* no lock is held here, even between small VMAs */
		ptep = pte_offset_map(mm, start);
		next = pgd_addr_end(start, end);
		if (!ptep)
			continue; /* no table: every entry is none */
		spin_lock(&mm->page_table_lock);
		walk->pte_range(walk, ptep, start, next);
		spin_unlock(&mm->page_table_lock);
	}
}
