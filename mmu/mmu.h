/*
 * mmu/mmu.h - page tables, TLB, caches and contexts of ARMv7 short descriptors.
 *
 * The only interface to a descriptor bit. mm/ says what an address space
 * should be; this folder makes the hardware agree, and does all barrier, cache
 * and TLB ordering itself (law 2). It knows no VMA and takes no page reference;
 * mm_count is not one, it is the life of the tables.
 *
 * Locking: the user entries and tables of an mm are guarded by
 * mm->page_table_lock, which callers of the functions marked (ptl) hold;
 * kernel entries by the lock inside kmap.c; contexts by the one in context.c.
 */
#ifndef MMU_MMU_H
#define MMU_MMU_H

#include <asm/pgtable_types.h>
#include <map_desc.h>
#include <mm_types.h>
#include <types.h>
#include <uapi/errno.h>

struct page;

/* ---- entries: pure values (mmu/pte.h has the inlines) ------------ */

#include <mmu/pte.h>

/* ---- entries in their tables (mmu/pgtable.h has the inlines) ----- */

#include <mmu/pgtable.h>

/* ---- tables ------------------------------------------------------ */

/* Once, after kmem_cache_init: the caches of tables of both levels. */
void pgtable_cache_init(void);

/*
 * mm->pgd: 16 KiB, no user tables, the kernel quarter copied from init_mm.
 * 0 or -ENOMEM and nothing changed.
 */
int __must_check pgd_alloc(struct mm_struct *mm);
/* Return every table. BUG if a user entry is still present. */
void pgd_free(struct mm_struct *mm);
/* Free the pgds that are kept for reuse; a shrinker. Returns pages. */
u32 pgd_cache_shrink(u32 nr);

/*
 * pte_t *pte_alloc_map(mm, va): the slot for va, creating its table (which may
 * sleep, so without ptl). NULL: out of memory, nothing changed.
 * pte_t *pte_offset_map(mm, va) never allocates: NULL where there is no table.
 */

/* End of the part of [va, end) that shares va's second-level table. */
static inline uaddr_t pgd_addr_end(uaddr_t va, uaddr_t end)
{
	uaddr_t next = (va + PGDIR_SIZE) & PGDIR_MASK;

	return next - 1 < end - 1 ? next : end;
}

/*
 * Free the second-level tables that lie wholly in [floor, ceiling); ceiling 0 =
 * TASK_SIZE. The caller has taken out every entry there: a debug build looks,
 * any other would find the rest in its next table. (ptl) Flushes.
 */
void free_pgtables(struct mm_struct *mm, uaddr_t floor, uaddr_t ceiling);

/* ---- installing and changing user entries (ptl) ------------------ */

/*
 * void set_pte_at(mm, va, ptep, pte): install pte where the slot is none. The
 * walker may see it on return. Needs no flush: ARMv7 caches no faulting entry.
 * If the page is executable, fetches see what was stored in it before
 * (PG_DCACHE_CLEAN says if already synced).
 *
 * pte_t ptep_get_and_clear(mm, va, ptep): take the entry out. The caller must
 * flush_tlb_page/range before the frame may be freed (law 6), and also for the
 * store itself to be seen by walks; ptep_clear_flush has flushed already.
 */
/* Remove write permission. The caller must flush (law 5). */
void ptep_set_wrprotect(struct mm_struct *mm, uaddr_t va, pte_t *ptep);
/*
 * Raise permission or set young/dirty on the same frame; flushes va itself.
 * True if the entry changed.
 */
bool ptep_set_access_flags(struct mm_struct *mm, uaddr_t va, pte_t *ptep,
			   pte_t entry);
/* Replace prot bits, keeping frame, dirty, young, special; the caller flushes. */
void ptep_modify_prot(struct mm_struct *mm, uaddr_t va, pte_t *ptep,
		      pgprot_t prot);
/* Clear young; true if it was. The caller flushes when it must be exact. */
bool ptep_test_and_clear_young(struct mm_struct *mm, uaddr_t va, pte_t *ptep);

/*
 * The same for loops over one table, named _batched: after these, table walks
 * may still see the old entries. ptes_sync of the slots [first, first + n) ends
 * that, with one operation a cache line. The flush that a change needs comes
 * after it. set_pte_batched is for copies: what the page holds must have been
 * visible to other cores, and to fetches if executable, already.
 */
void ptes_sync(const pte_t *first, u32 n);

/* ---- TLB and caches ---------------------------------------------- */

/* On return no earlier translation of that range and ASID can be used. */
void flush_tlb_page(struct mm_struct *mm, uaddr_t va);
void flush_tlb_range(struct mm_struct *mm, uaddr_t start, uaddr_t end);
void flush_tlb_mm(struct mm_struct *mm);
void flush_tlb_kernel_range(u32 start, u32 end);

/* Instruction fetches see what was last stored in the page / the user range. */
void flush_icache_page(struct page *page);
/*
 * The kernel stored into a page that programs may map executable already: the
 * next executable entry for it, or flush_icache_page, will sync again.
 */
void flush_dcache_page(struct page *page);
/* As the cacheflush system call: 0, or -EFAULT where a page is not mapped. */
int flush_icache_user_range(struct mm_struct *mm, uaddr_t start, uaddr_t end);

/* ---- lives (mmu/mm_count.c) -------------------------------------- */

/* Once, after kmem_cache_init: the cache of mm_structs. */
void mm_count_init(void);
/*
 * An mm_struct of zeroes (auxv excepted) with mm_count = 1, a pgd and no ASID
 * yet. mm_users and the VMAs are for mm/ to set up. NULL: no memory.
 */
struct mm_struct *mm_struct_alloc(void) __must_check;

/* Keep mm and its tables, but not its mappings, from being freed. */
static inline struct mm_struct *mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
	return mm;
}

/*
 * Give up a reference to the tables; the last one frees them and mm, whose
 * mappings are gone by then. Never sleeps.
 */
void mmdrop(struct mm_struct *mm);

/* ---- contexts ---------------------------------------------------- */

/* A new mm has no ASID yet. */
void init_new_context(struct mm_struct *mm);
/*
 * Load next's tables and ASID in a legal order (DDI0406C B3.10.4). On return
 * user translations are next's only; kernel stacks of any task are mapped.
 * prev: whose tables are loaded, NULL if that is not known; if it is next, only
 * the kernel half is looked at. Interrupts off.
 */
void switch_mm(struct mm_struct *prev, struct mm_struct *next);
/*
 * Copy first-level kernel entries made since mm last looked. Done by switch_mm;
 * a task that borrows mm without a switch must call it (interrupts off).
 */
void check_vmalloc_seq(struct mm_struct *mm);

/* What the hardware has now, for reports: TTBR0 and CONTEXTIDR. */
void mmu_current_context(u32 *ttbr0, u32 *contextidr);
/* TTBR0 and hardware ASID that mm would run with (ASID 0: none yet). */
void mmu_context_of(const struct mm_struct *mm, u32 *ttbr0, u32 *asid);

/* ---- the kernel's own half --------------------------------------- */

/* Boot: see mmu/boot.h for what runs before the MMU is on. */

/*
 * The final kernel map: lowmem from memblock, the image with W^X from the
 * linker's symbols, the board's devices from map[n]; guard page below each
 * end; identity map gone. Prints the layout as a table.
 */
void paging_init(const struct map_desc *map, unsigned int n);
/*
 * Copy bytes of RAM that the linear map may lack. After paging_init, before the
 * first user table: it maps them where the boot table had the loader's list.
 */
void copy_from_physical(void *to, phys_addr_t from, u32 bytes);
/* High vectors: alias the page with the vectors at VECTORS_BASE, user ro. */
void map_vectors(phys_addr_t pa);
extern u32 high_memory; /* first address after lowmem */
/* The start of vmalloc space: high_memory + gap, rounded up to 1 MiB. */
u32 vmalloc_start(void);

/*
 * Map [va, va + bytes) of the vmalloc range to pages[] / to device memory at
 * pa. All or nothing: 0, -ENOMEM, -EEXIST (an entry is present already).
 * init_mm gets the entries; others follow through do_translation_fault.
 */
int __must_check map_kernel_range(u32 va, u32 bytes, struct page *const *pages,
				  enum map_type type);
int __must_check ioremap_page_range(u32 va, u32 bytes, phys_addr_t pa,
				    enum map_type type);
/* Clear the entries. The caller flushes before the frames are freed. */
void unmap_kernel_range(u32 va, u32 bytes);
/* The kernel half: physical address of va. 0 or -EFAULT. */
int kernel_va_to_phys(u32 va, phys_addr_t *pa);
/*
 * do_translation_fault's half: if init_mm has a first-level entry for kernel
 * address va that pgd lacks, copy it. 0: copied, retry. -EFAULT: no such.
 */
int sync_kernel_pgd(pgd_t *pgd, u32 va);
extern u32 nr_vmalloc_syncs; /* entries copied so since boot */

/* The pgd that TTBR0 points to right now. */
pgd_t *current_pgd(void);

/* ---- aborts ------------------------------------------------------ */

/* Fault status registers taken apart: enum abort_cause, decode_abort. */
#include <mmu/abort.h>

/* ---- looking ----------------------------------------------------- */

/*
 * int follow_pte(mm, va, pte): the entry for user va of mm, without changing
 * anything: 0 and *pte, or -EFAULT when no present entry is there.
 */

struct pt_walk {
	u32 l1_pa, l1_desc; /* address and value of the first-level entry */
	u32 l2_pa, l2_desc; /* 0 when there is no second level */
	bool mapped;
	phys_addr_t pa; /* of va itself, when mapped */
	u32 size;       /* bytes mapped by the last entry */
};
/* What the hardware walker would read for va. */
void walk_va(const pgd_t *pgd, u32 va, struct pt_walk *walk);
/* Print the walk of va on the log, for people. */
void show_pte(const pgd_t *pgd, u32 va);
/* "rw- usr nG WBWA S young dirty" of a descriptor, NUL-terminated. */
void format_l1(u32 desc, char *buf, size_t bytes);
void format_l2(u32 desc, char *buf, size_t bytes);

/*
 * Audit mm's tables (init_mm: the kernel's): 0, or -EUCLEAN after naming each
 * violation on the log with its rule, address, entry and the frame's owner.
 * Kernel entries global, W^X, executable in the text only; user entries nG, in
 * the user half, each of a frame that is counted for it (law 1); RAM write-back
 * everywhere, devices never; every table a table page.
 */
int pgtable_verify(const struct mm_struct *mm);
/*
 * The same for mm's tables at a switch to it, and in addition for the next 64
 * MiB of the kernel's half in init_mm's: after 16 switches that was seen whole.
 * Interrupts off, nobody at work on mm's tables.
 */
int pgtable_verify_switch(const struct mm_struct *mm);
/*
 * From plain kernel code: 0 if user memory is closed to it (asm/domain.h), or
 * -EUCLEAN after saying on the log what DACR is instead.
 */
int dacr_verify(void);

#endif
