/*
 * mmu/kmap.h - what paging_init.c needs of kmap.c. Private.
 */
#ifndef MMU_KMAP_H
#define MMU_KMAP_H

#include <map_desc.h>
#include <types.h>

/*
 * Boot only. Maps [va, va + bytes) to pa in init_mm; all three are multiples of
 * PAGE_SIZE. BUG if an entry is present already or memory is out: the kernel
 * cannot run without its own map.
 */
void kmap_boot(u32 va, phys_addr_t pa, u32 bytes, enum map_type type);
/*
 * Makes the second-level table for kernel address va if there is none; BUG if
 * memory is out.
 */
void kmap_prepare_table(u32 va);

#endif
