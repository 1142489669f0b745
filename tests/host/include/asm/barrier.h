/*
 * asm/barrier.h - for the host tests: a barrier is an event that the MMU model
 * may watch; the default does nothing.
 */
#ifndef ASM_BARRIER_H
#define ASM_BARRIER_H

enum host_barrier { HOST_DMB, HOST_DSB, HOST_ISB };

void host_barrier(enum host_barrier kind);

#define smp_mb()  host_barrier(HOST_DMB)
#define dsb()     host_barrier(HOST_DSB)
#define dsb_sy()  host_barrier(HOST_DSB)
#define isb()     host_barrier(HOST_ISB)
#define barrier() __asm__ volatile("" : : : "memory")
#define wfi()     barrier()

#endif
