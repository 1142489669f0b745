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

/* ID_MMFR3: does the table walker look into the L1 data cache? (cache.c) */
extern bool walks_coherent;
void walk_coherency_init(void);

/* Store a descriptor; table_sync must follow before it may be relied on. */
static inline void table_set_nosync(u32 *slot, u32 desc)
{
	table_store(slot, desc);
	if (unlikely(!walks_coherent))
		dccmvau(slot);
}

static inline void table_sync(void)
{
	dsb(); /* the walker sees the stores from here on */
}

static inline void table_set(u32 *slot, u32 desc)
{
	table_set_nosync(slot, desc);
	table_sync();
}

/* Clean a freshly written table or part of one to where walks look. */
void table_clean(const void *table, u32 bytes);

/* Unless PG_DCACHE_CLEAN says it was done: flush_icache_page. (cache.c) */
void sync_icache_page(struct page *page);

/* The kernel's number for a lowmem address, whatever a host pointer is. */
static inline u32 lowmem_va(phys_addr_t pa)
{
	return pa - PHYS_OFFSET + PAGE_OFFSET;
}

static inline unsigned int pgd_index(u32 va)
{
	return va >> PGDIR_SHIFT;
}

static inline unsigned int pte_index(u32 va)
{
	return (va >> PAGE_SHIFT) & (PTRS_PER_PTE - 1);
}

static inline bool pgd_is_table(pgd_t pgd)
{
	return (pgd.val & L1_TYPE_MASK) == L1_TYPE_TABLE;
}

static inline pte_t *pgd_table(pgd_t pgd)
{
	return phys_to_virt(pgd.val & L1_TABLE_BASE);
}

/* How walks see tables, below TTBR_BASE, as boot_map.c chose. (paging_init.c) */
extern u32 ttbr_flags;

/* What TTBR0 must hold for the tables of pgd. */
static inline u32 ttbr_of(const pgd_t *pgd)
{
	return virt_to_phys(pgd) | ttbr_flags;
}

/*
 * Erratum 720789: operations by ASID (TLBIMVAIS, TLBIASIDIS) may name another
 * one to the other cores, so user flushes drop everything. (errata.c, tlb.c)
 */
extern bool tlb_asid_unreliable;

/* Once: from here on second-level tables come from the slab. (pgtable.c) */
void l2_cache_init(void);
/* A second-level table of zeroes, or NULL; given back all zero. (pgtable.c) */
pte_t *l2_table_alloc(void) __must_check;
void l2_table_free(pte_t *table);
/* True if table holds no entry; for checks, which may be slow. */
bool l2_table_empty(const pte_t *table);

/* Attributes of a kernel page / section by map_type. (prot.c) */
u32 kernel_page_attrs(enum map_type type);
u32 kernel_section_attrs(enum map_type type);

/* asid of mm now, 0 if it never had one. */
static inline u32 mm_asid(const struct mm_struct *mm)
{
	return (u32)mm->context.id & 0xff;
}

#endif
