/*
 * mmu/mmu.h - page tables, TLB, caches and contexts of ARMv7 short descriptors.
 *
 * The only interface to a descriptor bit. mm/ decides what an address space
 * contains; this folder makes the hardware agree, and does all barrier, cache
 * and TLB ordering itself (law 2). It knows no VMA and takes no page reference;
 * mm_count is not one, it is the life of the tables.
 *
 * Locking: mm->page_table_lock guards the user entries and tables of an mm, and
 * the caller holds it where a comment below requires it; kernel entries are
 * guarded by the lock inside kmap.c, contexts by the one in context.c.
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

/*
 * Boot, once, after kmem_cache_init: makes the slab cache of second-level
 * tables and registers the shrinker of pgds.
 */
void pgtable_cache_init(void);

/*
 * Gives mm a pgd: 16 KiB, no user tables, the kernel quarter copied from
 * init_mm. May sleep. Returns 0, or -ENOMEM and nothing changed. pgd_free
 * returns it.
 */
int __must_check pgd_alloc(struct mm_struct *mm);
/*
 * Frees mm's pgd and any empty user tables left. BUG if a user entry is still
 * present, or if this core runs with the pgd. Never sleeps.
 */
void pgd_free(struct mm_struct *mm);
/*
 * A shrinker: frees the pgds that are kept for reuse, whatever nr is. Returns
 * the number of pages freed.
 */
u32 pgd_cache_shrink(u32 nr);

/*
 * pte_t *pte_alloc_map(mm, va): the slot for va, creating its table. It may
 * sleep, so page_table_lock must not be held. NULL: out of memory, nothing
 * changed. pte_t *pte_offset_map(mm, va) never allocates: NULL where there is
 * no table.
 *
 * A slot stays valid while mmap_lock is held: tables are freed only by munmap
 * and exit.
 */

/* End of the part of [va, end) that shares va's second-level table. */
static inline uaddr_t pgd_addr_end(uaddr_t va, uaddr_t end)
{
	uaddr_t next = (va + PGDIR_SIZE) & PGDIR_MASK;

	return next - 1 < end - 1 ? next : end;
}

/*
 * Frees the second-level tables that lie wholly in [floor, ceiling); ceiling 0
 * means TASK_SIZE. The caller has cleared every entry there; a debug build
 * checks that, and in any other a leftover entry would appear in the next owner
 * of the table. Flushes the TLB before it frees a table. Hold page_table_lock,
 * or be the last user of mm.
 */
void free_pgtables(struct mm_struct *mm, uaddr_t floor, uaddr_t ceiling);

/* ---- installing and changing user entries: hold page_table_lock -- */

/*
 * void set_pte_at(mm, va, ptep, pte): install pte where the slot is none. The
 * walker may see it on return. Needs no flush: ARMv7 caches no faulting entry.
 * If the page is executable, fetches see what was stored in it before
 * (PG_DCACHE_CLEAN records that this was done).
 *
 * pte_t ptep_get_and_clear(mm, va, ptep): take the entry out. The caller must
 * flush_tlb_page/range before the frame may be freed (law 6), and also for the
 * store itself to be seen by walks; ptep_clear_flush has flushed already.
 */
/*
 * Removes write permission. The caller must flush (law 5), or a stale TLB entry
 * would let writes pass to a page that is now shared.
 */
void ptep_set_wrprotect(struct mm_struct *mm, uaddr_t va, pte_t *ptep);
/*
 * Raises permission or sets young or dirty on the same frame; flushes va
 * itself. Returns true if the entry changed.
 */
bool ptep_set_access_flags(struct mm_struct *mm, uaddr_t va, pte_t *ptep,
			   pte_t entry);
/*
 * Replaces the rights; frame, dirty, young and special stay. The caller
 * flushes, because the change may lower a right.
 */
void ptep_modify_prot(struct mm_struct *mm, uaddr_t va, pte_t *ptep,
		      pgprot_t prot);
/*
 * Clears young; returns true if it was set. The caller flushes if the next
 * access must be noticed for certain.
 */
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

/*
 * On return instruction fetches see what was last stored in the page. The
 * caller holds a reference to it.
 */
void flush_icache_page(struct page *page);
/*
 * The kernel stored into a page that programs may map executable already: the
 * next executable entry for it, or flush_icache_page, will sync again.
 */
void flush_dcache_page(struct page *page);
/* As the cacheflush system call: 0, or -EFAULT where a page is not mapped. */
int flush_icache_user_range(struct mm_struct *mm, uaddr_t start, uaddr_t end);

/* ---- mm_count (mmu/mm_count.c) ----------------------------------- */

/* Boot, once, after kmem_cache_init: makes the slab cache of mm_structs. */
void mm_count_init(void);
/*
 * Returns a new mm_struct of zeroes (except auxv) with mm_count = 1, a pgd and
 * no ASID yet, or NULL if memory is out. May sleep. mm_users and the VMAs are
 * for mm/ to set up; mmdrop frees it.
 */
struct mm_struct *mm_struct_alloc(void) __must_check;

/*
 * Keeps mm and its tables, but not its VMAs and pages, from being freed. The
 * caller must hold a reference already.
 */
static inline struct mm_struct *mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
	return mm;
}

/*
 * Drops a reference of mm_count; the last one frees the tables and mm, whose
 * VMAs are gone by then. Never sleeps, because the scheduler calls it.
 */
void mmdrop(struct mm_struct *mm);

/* ---- contexts ---------------------------------------------------- */

/* Initialises the context of a new mm: no ASID yet. */
void init_new_context(struct mm_struct *mm);
/*
 * Loads next's tables and ASID in a legal order (DDI0406C B3.10.4). On return no
 * user translation but next's is left, and those count from the next isb or
 * exception return on; the kernel stacks of all tasks are mapped. prev: the mm
 * whose tables are loaded, or NULL if that is unknown; if it equals next, only
 * the kernel half is brought up to date. Interrupts must be off: one in between
 * would run on half a context.
 */
void switch_mm(struct mm_struct *prev, struct mm_struct *next);
/*
 * Copies the first-level kernel entries made since mm last looked. switch_mm
 * does it; a task that borrows mm without a switch must call it, with
 * interrupts off.
 */
void check_vmalloc_seq(struct mm_struct *mm);

/* For reports: the values of TTBR0 and CONTEXTIDR now. */
void mmu_current_context(u32 *ttbr0, u32 *contextidr);
/*
 * For reports: the TTBR0 and the ASID that mm would run with; ASID 0 means that
 * it has none yet.
 */
void mmu_context_of(const struct mm_struct *mm, u32 *ttbr0, u32 *asid);

/* ---- the kernel's own half --------------------------------------- */

/* Boot: see mmu/boot.h for what runs before the MMU is on. */

/*
 * Maps the MiB of a device in the boot table, before paging_init, whose map has
 * the same row: the device's page stands at the same place of its MiB in both.
 */
void boot_map_device(const struct map_desc *row);
/*
 * Boot, once, on the boot table: builds and loads the final kernel map. Lowmem
 * comes from memblock, the image with W^X from the linker's symbols, the
 * board's devices from map[n]. Afterwards the identity map is gone. Prints the
 * layout as a table. BUG where rows overlap or memory is out.
 */
void paging_init(const struct map_desc *map, unsigned int n);
/*
 * Copies `bytes` bytes of RAM at physical address from, which the linear map
 * may lack, to a kernel buffer. Call it after paging_init and before the first
 * user table: it maps them in the user half, at BOOT_PARAMS_VA.
 */
void copy_from_physical(void *to, phys_addr_t from, u32 bytes);
/*
 * Boot, once: maps the page at pa, which contains the vectors, at VECTORS_BASE
 * too, executable and read-only for user mode.
 */
void map_vectors(phys_addr_t pa);
extern u32 high_memory; /* first address after lowmem */
/*
 * The start of vmalloc space: high_memory and the gap, rounded up to 1 MiB.
 * Valid after paging_init.
 */
u32 vmalloc_start(void);

/*
 * Map [va, va + bytes) of vmalloc space, whole pages, to pages[] or to device
 * memory at pa. All or nothing: 0, -ENOMEM, or -EEXIST if an entry is present
 * already. The pages stay the caller's. May sleep. init_mm gets the entries;
 * other address spaces copy them in do_translation_fault.
 */
int __must_check map_kernel_range(u32 va, u32 bytes, struct page *const *pages,
				  enum map_type type);
int __must_check ioremap_page_range(u32 va, u32 bytes, phys_addr_t pa,
				    enum map_type type);
/*
 * Clears the entries of [va, va + bytes). The caller calls
 * flush_tlb_kernel_range before it frees the frames (law 6).
 */
void unmap_kernel_range(u32 va, u32 bytes);
/*
 * Stores the physical address that kernel address va is mapped to in *pa.
 * Returns 0, or -EFAULT if it is not mapped.
 */
int kernel_va_to_phys(u32 va, phys_addr_t *pa);
/*
 * For do_translation_fault: copies the first-level entry of kernel address va
 * from init_mm to pgd if pgd lacks it. Returns 0 after a copy, and the access
 * must be retried; -EFAULT if init_mm has none, or if pgd has it already.
 * Interrupts off.
 */
int sync_kernel_pgd(pgd_t *pgd, u32 va);
extern u32 nr_vmalloc_syncs; /* entries copied so since boot */

/* The pgd that TTBR0 points to, as a linear address. */
pgd_t *current_pgd(void);

/* ---- aborts ------------------------------------------------------ */

/* Fault status registers taken apart: enum abort_cause, decode_abort. */
#include <mmu/abort.h>

/* ---- looking ----------------------------------------------------- */

/*
 * int follow_pte(mm, va, pte): copies the entry for user address va to *pte and
 * returns 0, or returns -EFAULT if no entry is present. Changes nothing. Hold
 * page_table_lock if the frame is to be used.
 */

struct pt_walk {
	u32 l1_pa, l1_desc; /* address and value of the first-level entry */
	u32 l2_pa, l2_desc; /* 0 when there is no second level */
	bool mapped;
	phys_addr_t pa; /* of va itself, when mapped */
	u32 size;       /* bytes mapped by the last entry */
};
/*
 * Fills *walk with what the hardware walker would read for va. Takes no lock
 * and follows no table outside of lowmem.
 */
void walk_va(const pgd_t *pgd, u32 va, struct pt_walk *walk);
/* Prints the walk of va on the log. */
void show_pte(const pgd_t *pgd, u32 va);
/*
 * Write a descriptor into buf, NUL-terminated and cut to `bytes` bytes, as "rw-
 * usr nG WBWA S young dirty".
 */
void format_l1(u32 desc, char *buf, size_t bytes);
void format_l2(u32 desc, char *buf, size_t bytes);

/*
 * Audits mm's tables (init_mm: the kernel's). Returns 0, or -EUCLEAN after it
 * has printed each violation with its rule, address, entry and the frame's
 * owner. Kernel entries are global, W^X, executable in the text only; user
 * entries are nG, in the user half, each of a frame that counts it (law 1); RAM
 * is write-back everywhere, devices never; every table lies in a table page.
 * Nobody may change the tables meanwhile.
 */
int pgtable_verify(const struct mm_struct *mm);
/*
 * Audits mm's tables at a switch to it, and in addition the next 64 MiB of the
 * kernel's half of init_mm: 16 switches cover all of that. Interrupts off, and
 * nobody changes mm's tables. Returns 0 or -EUCLEAN.
 */
int pgtable_verify_switch(const struct mm_struct *mm);
/*
 * Call it from plain kernel code. Returns 0 if user memory is closed to it
 * (asm/domain.h), or -EUCLEAN after it has printed the value of DACR.
 */
int dacr_verify(void);

#endif
