/*
 * asm/cp15.h - the system registers of the MMU, one accessor each.
 *
 * DDI0406C B4.1 describes each register. A write here is not yet seen by the
 * instructions that follow: the caller adds isb(), with its reason. Host tests
 * shadow this header with the MMU model.
 */
#ifndef ASM_CP15_H
#define ASM_CP15_H

#include <types.h>

/* clang-format off */
#define CP15_READ(name, crn, op1, crm, op2)				\
static inline u32 read_##name(void)					\
{									\
	u32 val;							\
									\
	__asm__ volatile("mrc p15, " #op1 ", %0, " #crn ", " #crm ", " #op2 \
			 : "=r"(val));					\
	return val;							\
}

/*
 * "memory" keeps the compiler from moving an access from before the write to
 * behind it, or the other way.
 */
#define CP15_WRITE(name, crn, op1, crm, op2)				\
static inline void write_##name(u32 val)				\
{									\
	__asm__ volatile("mcr p15, " #op1 ", %0, " #crn ", " #crm ", " #op2 \
			 : : "r"(val) : "memory");			\
}
/* clang-format on */

/* What this core is: its kind, cache types, number among cores, features. */
CP15_READ(midr, c0, 0, c0, 0)
CP15_READ(ctr, c0, 0, c0, 1)
CP15_READ(mpidr, c0, 0, c0, 5)
CP15_READ(id_mmfr3, c0, 0, c1, 7)

/*
 * SCTLR, system control, turns MMU, caches and alignment checks on. ACTLR holds
 * what is special to one kind of core.
 */
CP15_READ(sctlr, c1, 0, c0, 0)
CP15_WRITE(sctlr, c1, 0, c0, 0)
CP15_READ(actlr, c1, 0, c0, 1)
CP15_WRITE(actlr, c1, 0, c0, 1)

/*
 * TTBR0 and TTBR1 point to first-level tables, TTBCR divides the addresses among
 * the two, DACR holds the rights of domains.
 */
CP15_READ(ttbr0, c2, 0, c0, 0)
CP15_WRITE(ttbr0, c2, 0, c0, 0)
CP15_WRITE(ttbr1, c2, 0, c0, 1)
CP15_READ(ttbcr, c2, 0, c0, 2)
CP15_WRITE(ttbcr, c2, 0, c0, 2)
CP15_READ(dacr, c3, 0, c0, 0)
CP15_WRITE(dacr, c3, 0, c0, 0)

/* Of the last data and prefetch abort: its status, then its address. */
CP15_READ(dfsr, c5, 0, c0, 0)
CP15_READ(ifsr, c5, 0, c0, 1)
CP15_READ(dfar, c6, 0, c0, 0)
CP15_READ(ifar, c6, 0, c0, 2)

/* Which memory types the attribute numbers of table entries mean. */
CP15_READ(prrr, c10, 0, c2, 0)
CP15_WRITE(prrr, c10, 0, c2, 0)
CP15_READ(nmrr, c10, 0, c2, 1)
CP15_WRITE(nmrr, c10, 0, c2, 1)

/* The ASID of the running address space. */
CP15_READ(contextidr, c13, 0, c0, 1)
CP15_WRITE(contextidr, c13, 0, c0, 1)

/* MPIDR (DDI0406C B4.1.106) */
#define MPIDR_MP           0x80000000u /* has the multiprocessing extensions */
#define MPIDR_UNIPROCESSOR 0x40000000u /* has them, but is the only core */

#undef CP15_READ
#undef CP15_WRITE

#endif
