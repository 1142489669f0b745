/*
 * asm/pgtable_types.h - opaque page-table words.
 *
 * One 32-bit ARMv7 short descriptor each (DDI0406C B3.5). Only mmu/ knows
 * its bits; the structs make mixing them up a compile error.
 */
#ifndef ASM_PGTABLE_TYPES_H
#define ASM_PGTABLE_TYPES_H

#include <types.h>

/* clang-format off */
typedef struct { u32 val; } pte_t;	/* second-level (small page) entry */
typedef struct { u32 val; } pgd_t;	/* first-level entry; an array is a pgd */
typedef struct { u32 val; } pgprot_t;	/* the attribute bits of a pte_t */
/* clang-format on */

/*
 * Entries of a first-level and a second-level table; the bytes that one first-level
 * entry maps, as a shift, a size, and the mask of the bits above.
 */
#define PTRS_PER_PGD 4096
#define PTRS_PER_PTE 256
#define PGDIR_SHIFT  20
#define PGDIR_SIZE   0x00100000u
#define PGDIR_MASK   0xfff00000u

#endif
