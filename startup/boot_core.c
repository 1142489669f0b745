/*
 * Before the MMU is on: what kind of core this is, and what its kind and its
 * revision need. Linked at physical addresses, as boot.c is.
 */
#include <asm/barrier.h>
#include <asm/cp15.h>
#include <mmu/boot.h>
#include <mmu/errata.h>
#include <ptrace.h>
#include <startup/startup.h>

#define SCTLR_MMU     0x1u /* DDI0406C B4.1.130 */
#define ID_ISAR5_SEVL 0xfu /* 0 until ARMv8 (DDI0487, ID_ISAR5) */

/* Auxiliary control, and the snoop control unit (DDI0407, chapter 2). */
#define ACTLR_FW             0x01u /* broadcast maintenance */
#define ACTLR_FULL_LINE_ZERO 0x08u /* only with the L2C-310's */
#define ACTLR_SMP            0x40u
#define ACTLR_EXCLUSIVE      0x80u /* only with the L2C-310's */
#define SCU_CONTROL          0x00
#define SCU_CONTROL_ENABLE   0x1u
#define SCU_INVALIDATE_ALL   0x0c
#define SCU_DIAGNOSTIC       0x30 /* not in the manual; erratum 764369 */

/*
 * How a core comes to take part in coherency, and to cache Shareable memory at
 * all. All that have a bit for it have it at the same place, ACTLR.SMP; it must
 * be set before the caches are on, and where the snoop control unit is a device
 * of its own, that must run before.
 */
enum coherency {
	COHERENT_NEVER,  /* one core, whose Shareable memory is not cached */
	COHERENT_BY_SMP, /* the bit is all */
	COHERENT_BY_SCU, /* SCU, then the bit, and FW for maintenance */
};

static const struct core {
	u32 part;
	enum coherency coherency;
} cores[] = {
	{ MIDR_CORTEX_A5, COHERENT_BY_SCU },  /* DDI0433, DDI0434: ACTLR, SCU */
	{ MIDR_CORTEX_A7, COHERENT_BY_SMP },  /* DDI0464 4.3.31 */
	{ MIDR_CORTEX_A8, COHERENT_NEVER },   /* DDI0344: ACTLR has no SMP */
	{ MIDR_CORTEX_A9, COHERENT_BY_SCU },  /* DDI0388 4.3.10, DDI0407 2.2 */
	{ MIDR_CORTEX_A12, COHERENT_BY_SMP }, /* as A17, which it became */
	{ MIDR_CORTEX_A15, COHERENT_BY_SMP }, /* DDI0438 4.3.28 */
	{ MIDR_CORTEX_A17, COHERENT_BY_SMP }, /* DDI0535: ACTLR */
};

/*
 * The configuration base address register holds the physical address of the
 * SCU, which is the one to use while the MMU is off.
 */
static volatile u32 *scu_registers(void)
{
	u32 base;

	__asm__ volatile("mrc p15, 4, %0, c15, c0, 0" : "=r"(base));
	return (volatile u32 *)base;
}

/*
 * Sets bits of the diagnostic register, which only ARM's errata notices
 * describe. It keeps the bits that firmware has set.
 */
static void set_diagnostic(u32 bits)
{
	u32 val;

	__asm__ volatile("mrc p15, 0, %0, c15, c0, 1" : "=r"(val));
	__asm__ volatile("mcr p15, 0, %0, c15, c0, 1" : : "r"(val | bits));
}

/*
 * What this core's revision needs (mmu/errata.h), as early as can be. A write
 * in Non-secure state would be undefined; on cores that need none nothing is
 * touched, for not all of them know these registers.
 */
static void apply_errata(bool secure)
{
	const struct erratum *table = (const struct erratum *)boot_pa(errata);
	u32 midr = read_midr();
	u32 diagnostic = errata_bits(table, FIX_DIAGNOSTIC, midr);
	u32 actlr = errata_bits(table, FIX_ACTLR, midr);
	u32 scu = errata_bits(table, FIX_SCU, midr);

	if (!secure)
		return;
	if (diagnostic)
		set_diagnostic(diagnostic);
	if (actlr)
		write_actlr(read_actlr() | actlr);
	/* A uniprocessor has no SCU at the base address. */
	if (scu && !(read_mpidr() & MPIDR_UNIPROCESSOR))
		scu_registers()[SCU_DIAGNOSTIC / 4] |= scu;
	dsb_sy(); /* the SCU has its bit ... */
	isb();    /* ... and the core its own, before coherency is used */
}

/* Starts the SCU. Its copy of the caches' tags holds junk after reset. */
static void scu_on(void)
{
	volatile u32 *scu = scu_registers();

	/*
	 * All ways of all four cores: with a stale tag the SCU would fetch a
	 * line from a cache that does not hold it.
	 */
	scu[SCU_INVALIDATE_ALL / 4] = 0xffff;
	scu[SCU_CONTROL / 4] |= SCU_CONTROL_ENABLE;
	dsb_sy(); /* the SCU is on before this core sends it a request */
}

/*
 * Returns how the core with this MIDR joins coherency. A core without the
 * multiprocessing extensions has no bit to set.
 */
static enum coherency core_coherency(u32 midr)
{
	for (u32 i = 0; i < ARRAY_SIZE(cores); i++)
		if (cores[i].part == (midr & MIDR_PART_MASK))
			return cores[i].coherency;
	if (!(read_mpidr() & MPIDR_MP))
		return COHERENT_NEVER;
	/*
	 * Bit 6 may mean something else in this core's ACTLR. Left alone, the
	 * worst is that Shareable memory is not cached.
	 */
	boot_puts("\r\nUnknown core, MIDR 0x");
	for (int shift = 28; shift >= 0; shift -= 4)
		boot_letter("0123456789abcdef"[(midr >> shift) & 0xf]);
	boot_puts(": whether its caches wait for a bit is not known"
		  " (startup/boot_core.c).\r\n");
	return COHERENT_NEVER;
}

/*
 * A uniprocessor's Cortex-A5 or A9 has the bit, but no SCU. What the A9 and its
 * L2C-310 must do both or neither, they do not do. Non-secure code may write
 * SMP at most, and changes neither of the two: firmware that left the L2C-310
 * on made them agree.
 */
static void coherency_on(bool secure)
{
	enum coherency how = core_coherency(read_midr());
	u32 actlr = read_actlr(), want = actlr | ACTLR_SMP;

	if (how == COHERENT_NEVER)
		return;
	if (how == COHERENT_BY_SCU) {
		/*
		 * With SMP set the SCU runs already; losing its tags now would
		 * hide lines that the caches hold.
		 */
		if (!(actlr & ACTLR_SMP) &&
		    !(read_mpidr() & MPIDR_UNIPROCESSOR))
			scu_on();
		if (secure) {
			want |= ACTLR_FW;
			want &= ~(ACTLR_FULL_LINE_ZERO | ACTLR_EXCLUSIVE);
		}
	}
	/*
	 * In Non-secure state the write needs NSACR's permission, so none is
	 * made that changes nothing.
	 */
	if (want == actlr)
		return;
	write_actlr(want);
	isb(); /* before any memory is cached */
}

/* What is wrong with the core or its state, or NULL. */
static const char *check_core(void)
{
	u32 cpsr, isar5;

	__asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
	__asm__ volatile("mrc p15, 0, %0, c0, c2, 5" : "=r"(isar5));
	/*
	 * An ARMv8 core runs ARMv7 code, but ACTLR and the diagnostic register
	 * are other ones there.
	 */
	if (isar5 & ID_ISAR5_SEVL)
		return "this is an ARMv8 core, and it is for ARMv7-A";
	if (NR_CPUS > 1 && !(read_mpidr() & MPIDR_MP))
		return "it was built for several cores, this one is always alone";
	if ((cpsr & PSR_MODE_MASK) != PSR_MODE_SVC)
		return "the core is not in SVC mode";
	if ((cpsr & (PSR_I | PSR_F)) != (PSR_I | PSR_F))
		return "interrupts are not masked";
	/* Secure firmware can lock SCTLR against writes. */
	if (read_sctlr() & SCTLR_MMU)
		return "the MMU is on and cannot be turned off";
	return NULL;
}

/* Nothing is changed on a core that is not one for this image. */
const char *boot_core_init(bool secure)
{
	const char *wrong = check_core();

	if (!wrong) {
		/* Before coherency, which some of the bits mend. */
		apply_errata(secure);
		coherency_on(secure);
	}
	return wrong;
}
