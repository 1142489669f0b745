/*
 * asm/irqflags.h - the CPSR.I bit of this core, which masks IRQs. The other
 * kind of interrupt, FIQ, is never used.
 */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <types.h>

#define PSR_I_BIT 0x80

/*
 * Returns the CPSR for local_irq_restore and disables interrupts. The "memory"
 * clobbers keep accesses on their side of the change.
 */
static inline u32 local_irq_save(void)
{
	u32 flags;

	__asm__ volatile("mrs %0, cpsr\n\tcpsid i" : "=r"(flags) : : "memory");
	return flags;
}

/*
 * Interrupts become what they were at the local_irq_save() that returned flags:
 * pairs may nest, and only the outermost one enables interrupts again.
 */
static inline void local_irq_restore(u32 flags)
{
	__asm__ volatile("msr cpsr_c, %0" : : "r"(flags) : "memory");
}

/* For code that knows the state before; everything else uses save and restore. */
static inline void local_irq_enable(void)
{
	__asm__ volatile("cpsie i" : : : "memory");
}

static inline void local_irq_disable(void)
{
	__asm__ volatile("cpsid i" : : : "memory");
}

/* True while interrupts are off on this core; for assertions. */
static inline bool irqs_disabled(void)
{
	u32 cpsr;

	__asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
	return cpsr & PSR_I_BIT;
}

#endif
