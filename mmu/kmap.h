/*
 * mmu/kmap.h - what paging_init.c needs of kmap.c. Private.
 */
#ifndef MMU_KMAP_H
#define MMU_KMAP_H

#include <map_desc.h>
#include <types.h>

/* Map [va, va + bytes) to pa in init_mm, at boot; BUG where it cannot. */
void kmap_boot(u32 va, phys_addr_t pa, u32 bytes, enum map_type type);
/* Make sure that there is a second-level table for kernel address va. */
void kmap_prepare_table(u32 va);

#endif
