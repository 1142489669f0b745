/*
 * asm/cacheflush.h - cache operations by address and whole, one instruction
 * each (DDI0406C B4.2.1). PoU: the point where instruction fetches, table
 * walks and data accesses of one core see the same copy. The caller orders
 * them with dsb(). Host tests shadow this header with the MMU model.
 */
#ifndef ASM_CACHEFLUSH_H
#define ASM_CACHEFLUSH_H

#include <config.h>
#include <types.h>

/*
 * Clean the data cache line of this kernel address to the PoU (DCCMVAU): what was
 * stored there can then be fetched as an instruction, or read as a descriptor.
 */
static inline void dccmvau(const volatile void *va)
{
	__asm__ volatile("mcr p15, 0, %0, c7, c11, 1" : : "r"(va) : "memory");
}

/* With several cores the form that reaches all of them, ICIALLUIS. */
#if NR_CPUS > 1
#define ICIALLU_OPS "c1, 0"
#else
#define ICIALLU_OPS "c5, 0"
#endif

/* Drop every line of the instruction cache (ICIALLU). */
static inline void iciallu(void)
{
	__asm__ volatile("mcr p15, 0, %0, c7, " ICIALLU_OPS
			 :
			 : "r"(0)
			 : "memory");
}

#endif
