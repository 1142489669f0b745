/*
 * asm/barrier.h - memory barriers (DDI0406C A3.8.3).
 *
 * dmb orders memory accesses as other cores see them; dsb waits for them, and
 * for cache, TLB and branch-predictor operations, to complete; isb discards
 * what was fetched, so that what follows sees changed CP15 registers. The dmb
 * and dsb of this file reach what is inner shareable: memory, and the other
 * cores. A device may be beyond: dsb_sy also waits for accesses to devices. A
 * barrier carries its reason in a comment at the line.
 *
 * What only several cores need is left out of an image for one, here and in
 * asm/tlbflush.h, by NR_CPUS alone. A core sees its own accesses in program
 * order, those of its interrupt handlers too, so with one core smp_mb, Linux's
 * barrier between cores, constrains the compiler only. Table walks, fetches and
 * devices are not other cores: for them use dsb.
 */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

#include <config.h>

#ifdef __ASSEMBLER__
/* clang-format off */
	.macro	smp_dmb
	.if	NR_CPUS > 1
	dmb	ish
	.endif
	.endm
/* clang-format on */
#else

/*
 * barrier() is for the compiler alone: it keeps no value of memory in a register
 * across it. wfi() stops the core until an interrupt is pending, even a masked one;
 * its dsb completes all accesses first, because the core may lose its clock.
 */
#define dsb()     __asm__ volatile("dsb ish" : : : "memory")
#define dsb_sy()  __asm__ volatile("dsb sy" : : : "memory")
#define isb()     __asm__ volatile("isb" : : : "memory")
#define barrier() __asm__ volatile("" : : : "memory")
#define wfi()     __asm__ volatile("dsb sy\n\twfi" : : : "memory")

#if NR_CPUS > 1
#define smp_mb() __asm__ volatile("dmb ish" : : : "memory")
#else
#define smp_mb() barrier()
#endif

#endif

#endif
