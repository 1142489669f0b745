/*
 * mmu/errata.h - errors of the core itself, by its revision.
 *
 * The table lists what must be done on some revisions and not on others; what
 * is harmless on all of them is always done (docs/hardware.md lists both).
 * startup/boot_core.c sets the bits of registers, before caches and MMU are on;
 * mmu/tlb.c has the workaround in code.
 *
 * Most bits are in registers that only Secure state may write; the Cortex-A9's
 * diagnostic register is not described in its manual at all, the bits are known
 * from Arm's errata notices. In Non-secure state the loader must have set them.
 *
 * Inline, and follows no pointer: this runs with the MMU off, too, on the
 * table's physical address.
 */
#ifndef MMU_ERRATA_H
#define MMU_ERRATA_H

#include <types.h>

/* MIDR (DDI0406C B4.1.105): implementer, architecture and part; rNpM. */
#define MIDR_PART_MASK  0xff0ffff0u
#define MIDR_CORTEX_A5  0x410fc050u
#define MIDR_CORTEX_A7  0x410fc070u
#define MIDR_CORTEX_A8  0x410fc080u
#define MIDR_CORTEX_A9  0x410fc090u
#define MIDR_CORTEX_A12 0x410fc0d0u
#define MIDR_CORTEX_A15 0x410fc0f0u
#define MIDR_CORTEX_A17 0x410fc0e0u
#define RELEASE(n, m)   ((n) << 4 | (m))

enum erratum_fix {
	FIX_DIAGNOSTIC, /* Cortex-A9: set bits in c15, c0, 1 */
	FIX_ACTLR,      /* set bits in the auxiliary control register */
	FIX_SCU,        /* ... in the SCU's diagnostic control, 0x30 */
	FIX_TLB,        /* operations by ASID reach other cores wrongly */
};

struct erratum {
	u32 number;     /* Arm's; 0 ends the table */
	u32 part;       /* MIDR_CORTEX_* */
	u8 first, last; /* RELEASE() affected, both included */
	u8 fix;         /* enum erratum_fix */
	u32 bits;
	const char *what;
};

extern const struct erratum errata[];

/* Variant and revision of MIDR, rNpM, as one number that can be compared. */
static inline u32 midr_release(u32 midr)
{
	return RELEASE((midr >> 20) & 0xf, midr & 0xf);
}

/* True if this core is of the erratum's part and in its range of releases. */
static inline bool erratum_affects(const struct erratum *e, u32 midr)
{
	u32 release = midr_release(midr);

	return (midr & MIDR_PART_MASK) == e->part && release >= e->first &&
		release <= e->last;
}

/* All bits that this core's errata of one kind require; 0 if there are none. */
static inline u32 errata_bits(const struct erratum *table, enum erratum_fix fix,
			      u32 midr)
{
	u32 bits = 0;

	for (const struct erratum *e = table; e->number; e++)
		if (e->fix == fix && erratum_affects(e, midr))
			bits |= e->bits;
	return bits;
}

/*
 * Boot, once, before the first address space: prints each erratum of this core,
 * and turns on the workarounds in mmu/. applied: the core was in Secure state,
 * so boot_core.c has set the registers.
 */
void errata_init(u32 midr, bool applied);

#endif
