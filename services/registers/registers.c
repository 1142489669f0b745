/*
 * Registers that a program can reach and that no switch saves are closed to
 * it: what one process leaves in them the next one would read. An access is
 * SIGILL then. docs/user-registers.md lists all of them.
 *
 * The ID registers say what is there, but for two: debug registers may be
 * without power, and a Cortex-A9 has a preload engine or has none. A register
 * that is not there is undefined, and the entry in __ex_table goes on behind
 * the access.
 */
#include <asm/barrier.h>
#include <asm/cp15.h>
#include <mmu/errata.h>
#include <services/registers/registers.h>

#define GO_ON_BEHIND                                 \
	"\n2:\n\t.pushsection __ex_table, \"a\"\n\t" \
	".long 1b, 2b\n\t.popsection"

/* clang-format off */
#define READ_IF_THERE(reg, val) \
	__asm__ volatile("1:	mrc " reg GO_ON_BEHIND : "+r"(val))
#define WRITE_IF_THERE(reg, val) \
	__asm__ volatile("1:	mcr " reg GO_ON_BEHIND : : "r"(val))
/* clang-format on */

/* DDI0406C B4.1.93, B4.1.94: fields of ID_PFR0 and ID_PFR1. */
#define PFR0_JAZELLE(pfr0) ((pfr0) >> 8 & 0xf)
#define PFR0_THUMBEE(pfr0) ((pfr0) >> 12 & 0xf)
#define PFR1_TIMER(pfr1)   ((pfr1) >> 16 & 0xf)

#define TEECR_XED        1u         /* B4.1.150: TEEHBR is closed */
#define JOSCR_CD         1u         /* A2.10.6: the configuration is closed */
#define DBGDSCR_UDCCDIS  (1u << 12) /* C11.11.20: so are debug registers */
#define CNTKCTL_PL0VCTEN 2u         /* B4.1.26: the virtual count, no more */

/* Handlers of ThumbEE, and the switch that shuts them. */
static void close_thumbee(void)
{
	WRITE_IF_THERE("p14, 6, %0, c1, c0, 0", 0); /* TEEHBR */
	WRITE_IF_THERE("p14, 6, %0, c0, c0, 0", TEECR_XED);
}

/* BXJ is a BX. */
static void close_jazelle(void)
{
	WRITE_IF_THERE("p14, 7, %0, c2, c0, 0", 0); /* JMCR */
	WRITE_IF_THERE("p14, 7, %0, c1, c0, 0", JOSCR_CD);
}

/* The channel to a debugger, and where its registers lie. The rest is its. */
static void close_debug(void)
{
	u32 dbgdscr = 0;

	READ_IF_THERE("p14, 0, %0, c0, c2, 2", dbgdscr);
	WRITE_IF_THERE("p14, 0, %0, c0, c2, 2", dbgdscr | DBGDSCR_UDCCDIS);
}

/* PLEUAR: no channel of the preload engine is a program's (DDI0344, DDI0388). */
static void close_preload_engine(void)
{
	u32 core = read_midr() & MIDR_PART_MASK;

	if (core == MIDR_CORTEX_A8 || core == MIDR_CORTEX_A9)
		WRITE_IF_THERE("p15, 0, %0, c11, c1, 0", 0);
}

static void close_registers(void)
{
	u32 pfr0, pfr1;

	__asm__("mrc p15, 0, %0, c0, c1, 0" : "=r"(pfr0));
	__asm__("mrc p15, 0, %0, c0, c1, 1" : "=r"(pfr1));
	if (PFR0_THUMBEE(pfr0))
		close_thumbee();
	if (PFR0_JAZELLE(pfr0))
		close_jazelle();
	if (PFR1_TIMER(pfr1))
		WRITE_IF_THERE("p15, 0, %0, c14, c1, 0", CNTKCTL_PL0VCTEN);
	WRITE_IF_THERE("p15, 0, %0, c9, c14, 0", 0); /* PMUSERENR */
	close_debug();
	close_preload_engine();
	isb(); /* before the first program */
}

const struct service registers_service = {
	.init = close_registers,
};
