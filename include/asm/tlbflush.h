/*
 * asm/tlbflush.h - table stores and TLB operations, one instruction each.
 *
 * DDI0406C B3.10: the walker sees a store to a table after a dsb, and, if table
 * walks do not look into the data cache, a clean before it; an invalidate is
 * complete only after a dsb; the instructions that follow see both after an isb.
 * Only mmu/ calls these, and orders them. With several cores
 * the operations are the Inner Shareable forms, which reach each of them; with
 * one they are its own, which a core without the multiprocessing extensions
 * (Cortex-A8) has as well. Host tests shadow this header with the MMU model.
 */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <config.h>
#include <types.h>

/* The fields of the mcr instructions: DDI0406C B4.2.2, B4.2.1. */
#if NR_CPUS > 1
#define TLBI_CRM   "c3"
#define BPIALL_OPS "c1, 6"
#else
#define TLBI_CRM   "c7"
#define BPIALL_OPS "c5, 6"
#endif

/*
 * Store one descriptor. The walker sees it after table_clean (mmu/tables.h) and a
 * dsb.
 */
static inline void table_store(u32 *slot, u32 desc)
{
	WRITE_ONCE(*slot, desc);
}

/* Drop everything, global entries too (TLBIALL). */
static inline void tlbiall(void)
{
	__asm__ volatile("mcr p15, 0, %0, c8, " TLBI_CRM ", 0"
			 :
			 : "r"(0)
			 : "memory");
}

/* Drop what is not global and has this ASID (TLBIASID). */
static inline void tlbiasid(u32 asid)
{
	__asm__ volatile("mcr p15, 0, %0, c8, " TLBI_CRM ", 2"
			 :
			 : "r"(asid)
			 : "memory");
}

/* Drop the page va: the entry of this ASID, or a global one (TLBIMVA). */
static inline void tlbimva(u32 va, u32 asid)
{
	__asm__ volatile("mcr p15, 0, %0, c8, " TLBI_CRM ", 1"
			 :
			 : "r"((va & 0xfffff000u) | asid)
			 : "memory");
}

/* Forget every branch prediction (BPIALL). */
static inline void bpiall(void)
{
	__asm__ volatile("mcr p15, 0, %0, c7, " BPIALL_OPS
			 :
			 : "r"(0)
			 : "memory");
}

#endif
