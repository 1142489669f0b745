/*
 * No earlier translation can be used once these return.
 *
 * The caller has stored to the table and, where walks go past the data cache,
 * cleaned the lines. Then, in this order (DDI0406C B3.10.1):
 *
 *	dsb	the stores are done: no later walk reads an old entry
 *	TLBI	drop the copies the TLB holds
 *	BPIALL	where executable entries changed: predictions name addresses
 *	dsb	the invalidates have happened, on every core
 *	isb	what this core fetched under the old map is thrown away
 *
 * Breaking one page costs one operation; beyond FLUSH_MAX pages it is cheaper
 * to drop the address space and let it refill.
 */
#include <bug.h>
#include <mmu/mmu.h>
#include <mmu/tables.h>
#include <trace.h>

#define FLUSH_MAX (32u * PAGE_SIZE)

bool tlb_asid_unreliable;

/*
 * The steps that only some flushes need. Erratum 720789 sets exec_changed in
 * every mm for good, so that a sound core tests one flag for both reasons.
 */
__noinline static void flush_more(struct mm_struct *mm)
{
	if (tlb_asid_unreliable)
		tlbiall();
	mm->context.exec_changed = tlb_asid_unreliable;
	bpiall();
}

/* Completes a user flush; the head of the file has the order. */
static inline void finish_flush(struct mm_struct *mm)
{
	if (unlikely(mm->context.exec_changed))
		flush_more(mm);
	dsb(); /* the invalidates are complete on return */
	isb(); /* nothing already fetched uses the old translation */
}

void flush_tlb_page(struct mm_struct *mm, uaddr_t va)
{
	u32 asid = mm_asid(mm);

	dsb();               /* the table store before the invalidate */
	if (unlikely(!asid)) /* never ran: no core has an entry of it */
		return;
	trace_event(TRACE_FLUSH, va, va + PAGE_SIZE, asid, 0);
	tlbimva(va, asid);
	finish_flush(mm);
}

/*
 * start may lie within a page, whose entry goes, too. A long range costs one
 * operation by ASID instead of one for each page.
 */
void flush_tlb_range(struct mm_struct *mm, uaddr_t start, uaddr_t end)
{
	u32 asid = mm_asid(mm);

	BUG_ON(start > end || end > TASK_SIZE);
	if (end - start > FLUSH_MAX) {
		flush_tlb_mm(mm);
		return;
	}
	dsb(); /* the table stores before the invalidates */
	/*
	 * An mm that never ran needed the dsb nevertheless: its first walk must
	 * find the new tables.
	 */
	if (!asid)
		return;
	trace_event(TRACE_FLUSH, start, end, asid, 0);
	for (uaddr_t va = start & PAGE_MASK; va < end; va += PAGE_SIZE)
		tlbimva(va, asid);
	finish_flush(mm);
}

/*
 * TLBIASID keeps the kernel's entries, which are global; TLBIALL would throw
 * them away, too.
 */
void flush_tlb_mm(struct mm_struct *mm)
{
	u32 asid = mm_asid(mm);

	dsb(); /* the table stores before the invalidate */
	if (!asid)
		return;
	trace_event(TRACE_FLUSH, 0, TASK_SIZE, asid, 0);
	tlbiasid(asid);
	finish_flush(mm);
}

/*
 * Kernel entries are global: the operation drops them whatever ASID it names.
 * The ranges of vmalloc and ioremap are never executable, so no branch
 * prediction needs to go.
 */
void flush_tlb_kernel_range(u32 start, u32 end)
{
	BUG_ON(start > end || start < PAGE_OFFSET);
	trace_event(TRACE_FLUSH, start, end, 0, 0);
	dsb(); /* the table stores before the invalidates */
	if (end - start > FLUSH_MAX)
		tlbiall();
	else
		for (u32 va = start & PAGE_MASK; va < end; va += PAGE_SIZE)
			tlbimva(va, 0);
	dsb(); /* the invalidates are complete before frames are reused */
	isb(); /* nothing already fetched uses the old translation */
}
