/*
 * mmu/tables.h - how the files of mmu/ store descriptors. Private.
 *
 * A store to a table is finished when the walker is sure to see it: cleaned to
 * the PoU where walks do not look into the data cache, then a dsb (DDI0406C
 * B3.10.1). table_set does both; several stores may share one table_sync.
 */
#ifndef MMU_TABLES_H
#define MMU_TABLES_H

#include <asm/barrier.h>
#include <asm/cacheflush.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>
#include <asm/tlbflush.h>
#include <config.h>
#include <map_desc.h>
#include <mm_types.h>
#include <mmu/desc.h>

/* The table that boot_map.c fills; 16 KiB-aligned. (kmap.c) */
extern pgd_t boot_pgd[PTRS_PER_PGD];

/*
 * True if the table walker looks into the L1 data cache (ID_MMFR3); set by
 * walk_coherency_init, once, before the first kernel table. (cache.c)
 */
extern bool walks_coherent;
void walk_coherency_init(void);

/* Stores a descriptor; only after a table_sync may a caller rely on it. */
static inline void table_set_nosync(u32 *slot, u32 desc)
{
	table_store(slot, desc);
	if (unlikely(!walks_coherent))
		dccmvau(slot);
}

/* Completes the stores and cleans of table_set_nosync. */
static inline void table_sync(void)
{
	dsb(); /* the walker sees the stores from here on */
}

/* For a single entry. Loops store first and synchronise once. */
static inline void table_set(u32 *slot, u32 desc)
{
	table_set_nosync(slot, desc);
	table_sync();
}

/*
 * Makes a table, or `bytes` bytes of one, that plain stores have written
 * visible to the walker.
 */
void table_clean(const void *table, u32 bytes);

/*
 * flush_icache_page, unless PG_DCACHE_CLEAN records that it was done. (cache.c)
 */
void sync_icache_page(struct page *page);

/* The linear address of pa as a number: in host tests pointers are longer. */
static inline u32 lowmem_va(phys_addr_t pa)
{
	return pa - PHYS_OFFSET + PAGE_OFFSET;
}

/*
 * The walker's own split of an address: 12 bits, 8 bits, 12 bits within the
 * page.
 */
static inline unsigned int pgd_index(u32 va)
{
	return va >> PGDIR_SHIFT;
}

static inline unsigned int pte_index(u32 va)
{
	return (va >> PAGE_SHIFT) & (PTRS_PER_PTE - 1);
}

/* False for a section and for an empty entry. */
static inline bool pgd_is_table(pgd_t pgd)
{
	return (pgd.val & L1_TYPE_MASK) == L1_TYPE_TABLE;
}

/*
 * Tables lie in lowmem, so the physical base has a linear address. pgd must be
 * a table's entry.
 */
static inline pte_t *pgd_table(pgd_t pgd)
{
	return phys_to_virt(pgd.val & L1_TABLE_BASE);
}

/*
 * TTBR0's bits below TTBR_BASE: the attributes with which walks read tables, in
 * the format that boot_map.c found. (paging_init.c)
 */
extern u32 ttbr_flags;

/* The value of TTBR0 for the tables of pgd. */
static inline u32 ttbr_of(const pgd_t *pgd)
{
	return virt_to_phys(pgd) | ttbr_flags;
}

/*
 * Erratum 720789: an operation by ASID (TLBIMVAIS, TLBIASIDIS) may reach the
 * other cores with a wrong ASID, so user flushes drop everything. (errata.c,
 * tlb.c)
 */
extern bool tlb_asid_unreliable;

/*
 * Boot, once: from here on second-level tables come from the slab. (pgtable.c)
 */
void l2_cache_init(void);
/*
 * l2_table_alloc returns a second-level table of zeroes, 1 KiB, or NULL if
 * memory is out; it may sleep. l2_table_free takes it back all zero and flushed
 * from every walk. (pgtable.c)
 */
pte_t *l2_table_alloc(void) __must_check;
void l2_table_free(pte_t *table);
/*
 * Returns true if no entry of table is present; for checks, which may be slow.
 */
bool l2_table_empty(const pte_t *table);

/* The attribute bits of a kernel page or section, by map_type. (prot.c) */
u32 kernel_page_attrs(enum map_type type);
u32 kernel_section_attrs(enum map_type type);

/* The ASID in mm's context.id, 0 if it never had one. */
static inline u32 mm_asid(const struct mm_struct *mm)
{
	return (u32)mm->context.id & 0xff;
}

#endif
