/*
 * asm/irqflags.h - for the host tests: CPSR.I is a variable.
 */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <types.h>

#define PSR_I_BIT 0x80

extern u32 host_cpsr;

static inline u32 local_irq_save(void)
{
	u32 flags = host_cpsr;

	host_cpsr |= PSR_I_BIT;
	return flags;
}

static inline void local_irq_restore(u32 flags)
{
	host_cpsr = flags;
}

static inline void local_irq_enable(void)
{
	host_cpsr &= ~(u32)PSR_I_BIT;
}

static inline void local_irq_disable(void)
{
	host_cpsr |= PSR_I_BIT;
}

static inline bool irqs_disabled(void)
{
	return host_cpsr & PSR_I_BIT;
}

#endif
