/*
 * The table of mmu/errata.h, and its report on the log.
 *
 * Numbers, revisions and bits as Arm's errata notices have them; Linux
 * (arch/arm/Kconfig, proc-v7.S, smp_scu.c) and U-Boot (armv7/start.S) agree.
 * Some can happen only with several cores. Where a bit prevents them it is set
 * nevertheless: an accelerator on the coherency port is another master.
 */
#include <lib/printk.h>
#include <mmu/errata.h>
#include <mmu/tables.h>

#define ANY_RELEASE RELEASE(0, 0), RELEASE(15, 15)
#define BIT(n)      (1u << (n))

/* clang-format off */
const struct erratum errata[] = {
	{ 742230, MIDR_CORTEX_A9, RELEASE(1, 0), RELEASE(2, 2), FIX_DIAGNOSTIC,
	  BIT(4), "DMB may not order: each becomes a DSB" },
	{ 794072, MIDR_CORTEX_A9, ANY_RELEASE, FIX_DIAGNOSTIC,
	  BIT(4), "a loop with a DMB may starve other cores: becomes a DSB" },
	{ 742231, MIDR_CORTEX_A9, RELEASE(2, 0), RELEASE(2, 2), FIX_DIAGNOSTIC,
	  BIT(12) | BIT(22), "hazards in the SCU may corrupt data" },
	{ 743622, MIDR_CORTEX_A9, RELEASE(2, 0), RELEASE(2, 15), FIX_DIAGNOSTIC,
	  BIT(6), "the store buffer may miss a hazard" },
	{ 751472, MIDR_CORTEX_A9, RELEASE(0, 0), RELEASE(2, 15), FIX_DIAGNOSTIC,
	  BIT(11), "an interrupted ICIALLUIS may not reach all cores" },
	{ 761320, MIDR_CORTEX_A9, RELEASE(0, 0), RELEASE(3, 15), FIX_DIAGNOSTIC,
	  BIT(21), "full-line writes of two cores may deadlock" },
	{ 845369, MIDR_CORTEX_A9, ANY_RELEASE, FIX_DIAGNOSTIC,
	  BIT(22), "entering streaming mode may corrupt data" },
	{ 764369, MIDR_CORTEX_A9, ANY_RELEASE, FIX_SCU,
	  BIT(0), "cleaning a line by address may miss another core's copy" },
	{ 720789, MIDR_CORTEX_A9, RELEASE(0, 0), RELEASE(1, 15), FIX_TLB,
	  0, "TLB operations may broadcast a wrong ASID: all dropped" },
	{ 458693, MIDR_CORTEX_A8, RELEASE(2, 0), RELEASE(2, 0), FIX_ACTLR,
	  BIT(5) | BIT(9), "two stores that miss may deadlock" },
	{ 773022, MIDR_CORTEX_A15, RELEASE(0, 0), RELEASE(0, 4), FIX_ACTLR,
	  BIT(1), "the loop buffer may deliver wrong instructions: off" },
	{ 0, 0, 0, 0, 0, 0, NULL },
};
/* clang-format on */

/*
 * FIX_TLB needs no register, so it works in Non-secure state, too; the others
 * were applied only in Secure state.
 */
static void report(const struct erratum *e, bool applied)
{
	if (applied || e->fix == FIX_TLB)
		pr_info("mended erratum %u: %s\n", (unsigned int)e->number,
			e->what);
	else
		pr_warn("erratum %u: %s: left to the loader (Non-secure)\n",
			(unsigned int)e->number, e->what);
}

/*
 * startup/boot_core.c wrote the registers before there was a log. This reports
 * them, and turns on the workaround that needs code, 720789's.
 */
void errata_init(u32 midr, bool applied)
{
	for (const struct erratum *e = errata; e->number; e++) {
		if (!erratum_affects(e, midr))
			continue;
		if (e->fix == FIX_TLB) {
			if (NR_CPUS == 1) /* no core to broadcast to */
				continue;
			tlb_asid_unreliable = true;
		}
		report(e, applied);
	}
}
