/*
 * asm/barrier.h - DDI0406C A3.8.3.
 *
 * dmb orders memory accesses against each other; dsb also waits for them, and
 * for cache, TLB and branch-predictor operations, to complete; isb discards
 * what was fetched, so that what follows sees changed CP15 registers. They
 * reach the inner shareable domain: memory, and the other cores. A device may
 * lie outside of it: to wait for one is dsb_sy's. A barrier carries its reason
 * in a comment at the line.
 */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

#define dmb()     __asm__ volatile("dmb ish" : : : "memory")
#define dsb()     __asm__ volatile("dsb ish" : : : "memory")
#define dsb_sy()  __asm__ volatile("dsb sy" : : : "memory")
#define isb()     __asm__ volatile("isb" : : : "memory")
#define barrier() __asm__ volatile("" : : : "memory")
#define wfi()     __asm__ volatile("dsb sy\n\twfi" : : : "memory")

#endif
