/*
 * mmu/pgtable.h - finding, setting and clearing user entries, inline.
 *
 * Included by mmu/mmu.h only, which has the contracts. Every fault and every
 * unmapped page passes through these functions, so they are inline; what is done
 * once for a table, or rarely, is in pgtable.c.
 *
 * A store to a table is followed by a clean of its line and a dsb (tables.h).
 * The _batched forms leave both to one ptes_sync for a run of entries of one
 * table: eight entries share a line, and all of them one dsb.
 */
#ifndef MMU_PGTABLE_H
#define MMU_PGTABLE_H

#include <bug.h>
#include <mm_types.h>
#include <mmu/pte.h>
#include <mmu/tables.h>
#include <uapi/errno.h>

/* ---- finding the slot -------------------------------------------- */

/*
 * Returns the slot for va, or NULL where there is no table. Loads the
 * first-level entry only; the caller reads the slot.
 */
static inline pte_t *pte_offset_map(const struct mm_struct *mm, uaddr_t va)
{
	pgd_t pgd = mm->pgd[pgd_index(va)];

	if (unlikely(!pgd_is_table(pgd)))
		return NULL;
	return pgd_table(pgd) + pte_index(va);
}

/*
 * Makes the table for va and returns its slot, or NULL if memory is out. May
 * sleep. (pgtable.c)
 */
pte_t *__pte_alloc_map(struct mm_struct *mm, uaddr_t va) __must_check;

/*
 * The same, but makes the table. Do not hold page_table_lock. NULL if memory is
 * out.
 */
static inline pte_t *__must_check pte_alloc_map(struct mm_struct *mm,
						uaddr_t va)
{
	pte_t *ptep = pte_offset_map(mm, va);

	return likely(ptep) ? ptep : __pte_alloc_map(mm, va);
}

/*
 * Checks the range itself, unlike the functions above, for callers that pass a
 * program's addresses.
 */
static inline int follow_pte(const struct mm_struct *mm, uaddr_t va, pte_t *pte)
{
	const pte_t *slot;

	if (va >= TASK_SIZE)
		return -EFAULT;
	slot = pte_offset_map(mm, va);
	if (!slot || !pte_present(*slot))
		return -EFAULT;
	*pte = *slot;
	return 0;
}

/* ---- one entry --------------------------------------------------- */

/*
 * Predictions and prefetched instructions can be stale only where code was.
 * Remember that there was some until the flush that ends this change (DDI0406C
 * B2.2.9).
 */
static inline void note_exec(struct mm_struct *mm, pte_t old)
{
	if (unlikely(pte_exec(old)))
		mm->context.exec_changed = true;
}

/*
 * Before an executable entry appears: what was stored into its page becomes
 * visible to instruction fetches.
 */
static inline void sync_if_exec(pte_t pte)
{
	if (unlikely(pte_exec(pte)) && pfn_valid(pte_pfn(pte)))
		sync_icache_page(pte_page(pte));
}

/* The checks and barriers that precede the store of a new entry. */
static inline void prepare_set_pte(const struct mm_struct *mm, uaddr_t va,
				   const pte_t *ptep, pte_t pte)
{
	BUG_ON(!pte_none(*ptep));
	BUG_ON(va >= TASK_SIZE);
	VM_BUG_ON(!pte_present(pte) || mm == &init_mm);
	sync_if_exec(pte);
	smp_mb(); /* another core that sees the entry sees what the page holds */
}

/*
 * Hold page_table_lock, as for all functions below. The dsb in table_set makes
 * the entry visible before the faulting access is tried again.
 */
static inline void set_pte_at(struct mm_struct *mm, uaddr_t va, pte_t *ptep,
			      pte_t pte)
{
	prepare_set_pte(mm, va, ptep, pte);
	table_set(&ptep->val, pte.val);
}

/*
 * No dsb: the flush that must follow begins with one. The hardware does not
 * write to entries (SCTLR.HA = 0), so load and store need not be one atomic
 * step, as they must on x86.
 */
static inline pte_t ptep_get_and_clear(struct mm_struct *mm,
				       uaddr_t va __unused_arg, pte_t *ptep)
{
	pte_t old = *ptep;

	table_set_nosync(&ptep->val, 0);
	note_exec(mm, old);
	return old;
}

/* In tlb.c; mmu.h has the contract. */
void flush_tlb_page(struct mm_struct *mm, uaddr_t va);

/* For a single page; loops clear first and flush once. */
static inline pte_t ptep_clear_flush(struct mm_struct *mm, uaddr_t va,
				     pte_t *ptep)
{
	pte_t old = ptep_get_and_clear(mm, va, ptep);

	flush_tlb_page(mm, va);
	return old;
}

/* ---- one of a run of entries; ptes_sync follows ------------------ */

/* set_pte_at for one of a run of entries. */
static inline void set_pte_at_batched(struct mm_struct *mm, uaddr_t va,
				      pte_t *ptep, pte_t pte)
{
	prepare_set_pte(mm, va, ptep, pte);
	table_store(&ptep->val, pte.val);
}

/* A copy of an entry whose page is visible already; see mmu.h. */
static inline void set_pte_batched(pte_t *ptep, pte_t pte)
{
	table_store(&ptep->val, pte.val);
}

/* old is the value of the slot, which the caller has read already. */
static inline void ptep_clear_batched(struct mm_struct *mm, pte_t *ptep,
				      pte_t old)
{
	table_store(&ptep->val, 0);
	note_exec(mm, old);
}

/* For fork, which lowers a whole table and flushes the parent once. */
static inline void ptep_wrprotect_batched(pte_t *ptep)
{
	table_store(&ptep->val, pte_wrprotect(*ptep).val);
}

#endif
