/*
 * asm/tlbflush.h - table stores and TLB operations, one instruction each.
 *
 * DDI0406C B3.10: a store to a table is seen by the walker after a dsb; an
 * invalidate has happened after a dsb too; the instructions that follow see
 * both after an isb. Only mmu/ calls these, and orders them. The operations
 * are the Inner Shareable forms: they reach every core. Host tests shadow this
 * header with the MMU model.
 */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <types.h>

/* Store one descriptor. The walker sees it after table_clean and dsb. */
static inline void table_store(u32 *slot, u32 desc)
{
	WRITE_ONCE(*slot, desc);
}

/* Drop everything, global entries too (TLBIALLIS). */
static inline void tlbiall(void)
{
	__asm__ volatile("mcr p15, 0, %0, c8, c3, 0" : : "r"(0) : "memory");
}

/* Drop what is not global and has this ASID (TLBIASIDIS). */
static inline void tlbiasid(u32 asid)
{
	__asm__ volatile("mcr p15, 0, %0, c8, c3, 2" : : "r"(asid) : "memory");
}

/* Drop the page va: the entry of this ASID, or a global one (TLBIMVAIS). */
static inline void tlbimva(u32 va, u32 asid)
{
	__asm__ volatile("mcr p15, 0, %0, c8, c3, 1"
			 :
			 : "r"((va & 0xfffff000u) | asid)
			 : "memory");
}

/* Drop the page va of every ASID, and a global one (TLBIMVAAIS). */
static inline void tlbimvaa(u32 va)
{
	__asm__ volatile("mcr p15, 0, %0, c8, c3, 3"
			 :
			 : "r"(va & 0xfffff000u)
			 : "memory");
}

/* Forget every branch prediction (BPIALLIS). */
static inline void bpiall(void)
{
	__asm__ volatile("mcr p15, 0, %0, c7, c1, 6" : : "r"(0) : "memory");
}

#endif
