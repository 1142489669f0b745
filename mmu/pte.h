/*
 * mmu/pte.h - second-level entries as pure values.
 *
 * Included by mmu/mmu.h only. What a bit of an entry means to mm/:
 *
 *	present	the entry names a frame; none is the all-zero word
 *	young	an access is allowed; without it the first one faults
 *	write	the hardware allows a write
 *	dirty	software: the page was written since it was last clean
 *	special	software: the entry owns no reference to its frame (zero page)
 *
 * A PROT_NONE entry is present and can never be made young, so every access
 * to it faults, the kernel's own copies too.
 */
#ifndef MMU_PTE_H
#define MMU_PTE_H

#include <alloc/alloc.h>
#include <asm/pgtable_types.h>
#include <mmu/desc.h>

#define __pte(x) ((pte_t){ (x) })

/*
 * Predicates and getters. They take an entry by value, so that a caller tests
 * one consistent copy of what the slot held.
 */
static inline bool pte_none(pte_t pte)
{
	return pte.val == 0;
}

static inline bool pte_present(pte_t pte)
{
	return pte.val & L2_TYPE_SMALL;
}

static inline bool pte_same(pte_t a, pte_t b)
{
	return a.val == b.val;
}

static inline u32 pte_pfn(pte_t pte)
{
	return pte.val >> PAGE_SHIFT;
}

/* Only for an entry that is not special, or whose frame has a struct page. */
static inline struct page *pte_page(pte_t pte)
{
	return pfn_to_page(pte_pfn(pte));
}

/*
 * AP[2] set means read-only and XN set means no execution, hence the negations.
 */
static inline bool pte_write(pte_t pte)
{
	return !(pte.val & L2_AP2);
}

static inline bool pte_exec(pte_t pte)
{
	return !(pte.val & L2_XN);
}

static inline bool pte_young(pte_t pte)
{
	return pte.val & L2_AF;
}

static inline bool pte_dirty(pte_t pte)
{
	return pte.val & L2_SW_DIRTY;
}

static inline bool pte_special(pte_t pte)
{
	return pte.val & L2_SW_SPECIAL;
}

/* May user mode access it at all? False for PROT_NONE and kernel entries. */
static inline bool pte_user(pte_t pte)
{
	return pte.val & L2_AP1;
}

/*
 * Changed copies; the slot changes only when one of pgtable.h's functions
 * stores them.
 */
static inline pte_t pte_wrprotect(pte_t pte)
{
	return __pte(pte.val | L2_AP2);
}

static inline pte_t pte_mkwrite(pte_t pte)
{
	return __pte(pte.val & ~L2_AP2);
}

static inline pte_t pte_mkdirty(pte_t pte)
{
	return __pte(pte.val | L2_SW_DIRTY);
}

static inline pte_t pte_mkclean(pte_t pte)
{
	return __pte(pte.val & ~L2_SW_DIRTY);
}

/* No effect on a PROT_NONE entry. */
static inline pte_t pte_mkyoung(pte_t pte)
{
	return pte_user(pte) ? __pte(pte.val | L2_AF) : pte;
}

static inline pte_t pte_mkold(pte_t pte)
{
	return __pte(pte.val & ~L2_AF);
}

static inline pte_t pte_mkspecial(pte_t pte)
{
	return __pte(pte.val | L2_SW_SPECIAL);
}

/* Present and, unless prot is PROT_NONE's, young; clean, not special. */
static inline pte_t pfn_pte(u32 pfn, pgprot_t prot)
{
	return __pte(pfn << PAGE_SHIFT | prot.val);
}

static inline pte_t mk_pte(const struct page *page, pgprot_t prot)
{
	return pfn_pte(page_to_pfn(page), prot);
}

/*
 * pte with the rights of prot: keeps frame, dirty and special. It stays young
 * if it was, and prot allows it; it does not become young.
 */
static inline pte_t pte_modify(pte_t pte, pgprot_t prot)
{
	const u32 keep = L2_BASE | L2_SW_DIRTY | L2_SW_SPECIAL;

	return __pte((pte.val & keep) | (prot.val & ~L2_AF) |
		     (pte.val & prot.val & L2_AF));
}

/*
 * The rights of a VMA with these VM_* flags, as an entry (mmu/prot.c). As in
 * Linux: a private writable mapping comes read-only, its first write faults
 * and copies; a shared writable one comes writable (where mm/
 * needs a write fault to note that a page is dirty, it passes the flags without
 * VM_SHARED). Write and execute each
 * include read.
 */
pgprot_t vm_get_page_prot(u32 vm_flags);

#endif
