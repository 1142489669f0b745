/*
 * Registers that a program can reach and that no switch of tasks saves are
 * closed to it: the next process would read what one process leaves in them. An
 * access is SIGILL then. docs/user-registers.md lists all of them.
 *
 * The ID registers show which registers exist, with two exceptions: debug
 * registers may have no power, and a Cortex-A9 may or may not have a preload
 * engine. Access to a missing register is an undefined instruction; the entry
 * in __ex_table continues behind it.
 */
#include <asm/barrier.h>
#include <asm/cp15.h>
#include <mmu/abort.h>
#include <mmu/errata.h>
#include <run/run.h>
#include <services/registers/registers.h>
#include <uapi/auxvec.h>
#include <uapi/signal.h>

#define GO_ON_BEHIND                                 \
	"\n2:\n\t.pushsection __ex_table, \"a\"\n\t" \
	".long 1b, 2b\n\t.popsection"

/* clang-format off */
#define READ_IF_THERE(reg, val) \
	__asm__ volatile("1:	mrc " reg GO_ON_BEHIND : "+r"(val))
#define WRITE_IF_THERE(reg, val) \
	__asm__ volatile("1:	mcr " reg GO_ON_BEHIND : : "r"(val))
/* clang-format on */

/* DDI0406C B4.1.82, B4.1.89: fields of ID_ISAR0 and ID_MMFR0. */
#define ISAR0_DIVIDE(isar0) ((isar0) >> 24 & 0xf) /* 1: Thumb, 2: ARM, too */
#define MMFR0_VMSA(mmfr0)   ((mmfr0)&0xf)         /* 5: long descriptors */
/* DDI0406C B4.1.93, B4.1.94: fields of ID_PFR0 and ID_PFR1. */
#define PFR0_JAZELLE(pfr0)  ((pfr0) >> 8 & 0xf)
#define PFR0_THUMBEE(pfr0)  ((pfr0) >> 12 & 0xf)
#define PFR1_TIMER(pfr1)    ((pfr1) >> 16 & 0xf)

#define TEECR_XED             1u /* B4.1.150: TEEHBR is closed */
#define JOSCR_CD              1u /* A2.10.6: the configuration is closed */
#define DBGDSCR_UDCCDIS       (1u << 12) /* C11.11.20: so are debug registers */
#define DBGDIDR_VERSION(didr) ((didr) >> 16 & 0xf) /* C11.11.15 */
#define VERSION_7_BASELINE    4  /* no CP14 interface beyond the baseline */
#define CNTKCTL_PL0VCTEN      2u /* B4.1.26: the virtual count, no more */

/* Clears the base address of ThumbEE's handlers and closes it to user mode. */
static void close_thumbee(void)
{
	WRITE_IF_THERE("p14, 6, %0, c1, c0, 0", 0); /* TEEHBR */
	WRITE_IF_THERE("p14, 6, %0, c0, c0, 0", TEECR_XED);
}

/* Turns Jazelle off, so that BXJ acts as BX, and closes its configuration. */
static void close_jazelle(void)
{
	WRITE_IF_THERE("p14, 7, %0, c2, c0, 0", 0); /* JMCR */
	WRITE_IF_THERE("p14, 7, %0, c1, c0, 0", JOSCR_CD);
}

/*
 * Closes the communication channel to a debugger and the registers that show
 * where the debug registers are. All other bits belong to the debugger and
 * stay.
 */
static void close_debug(void)
{
	u32 dbgdscr = 0;

	READ_IF_THERE("p14, 0, %0, c0, c2, 2", dbgdscr);
	WRITE_IF_THERE("p14, 0, %0, c0, c2, 2", dbgdscr | DBGDSCR_UDCCDIS);
}

static bool has_debug_events; /* constant after close_registers() */

/*
 * Linux takes debug events for breakpoints only on cores whose debug registers
 * it can use. On the others, a Cortex-A8 and an early A9 among them, a BKPT
 * instruction is an abort like any other that nobody serves: SIGBUS.
 */
static void find_debug_events(void)
{
	u32 didr = 0;

	READ_IF_THERE("p14, 0, %0, c0, c0, 0", didr);
	has_debug_events = DBGDIDR_VERSION(didr) &&
		DBGDIDR_VERSION(didr) != VERSION_7_BASELINE;
}

/* The fault_signal of the service's row. Leaves the signal to be sent. */
static bool refuse_debug_event(struct fault_signal *fault)
{
	if (fault->abort && fault->abort->cause == ABORT_DEBUG &&
	    !has_debug_events) {
		fault->sig = SIGBUS;
		fault->code = 0;
	}
	return false;
}

/*
 * Clears PLEUAR: programs may use no channel of the preload engine. c11 is
 * implementation defined, and only these two cores have this register there
 * (DDI0344, DDI0388).
 */
static void close_preload_engine(void)
{
	u32 core = read_midr() & MIDR_PART_MASK;

	if (core == MIDR_CORTEX_A8 || core == MIDR_CORTEX_A9)
		WRITE_IF_THERE("p15, 0, %0, c11, c1, 0", 0);
}

/*
 * Adds to AT_HWCAP what instructions the core has beyond those of every
 * ARMv7-A. Programs that find HWCAP_LPAE use LDRD and STRD as atomic accesses,
 * which they are on cores with long descriptors (A3.5.3), whatever kind of
 * descriptors the kernel uses.
 */
static void add_hwcaps(void)
{
	u32 isar0, mmfr0;

	__asm__("mrc p15, 0, %0, c0, c2, 0" : "=r"(isar0));
	__asm__("mrc p15, 0, %0, c0, c1, 4" : "=r"(mmfr0));
	if (ISAR0_DIVIDE(isar0) >= 1)
		elf_hwcap |= HWCAP_IDIVT;
	if (ISAR0_DIVIDE(isar0) >= 2)
		elf_hwcap |= HWCAP_IDIVA;
	if (MMFR0_VMSA(mmfr0) >= 5)
		elf_hwcap |= HWCAP_LPAE;
}

/*
 * The init of the service's row. Only the existing ones: an unconditional write
 * would be an undefined instruction on other cores.
 */
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
	find_debug_events();
	close_debug();
	close_preload_engine();
	add_hwcaps();
	isb(); /* takes effect before the first program runs */
}

const struct service registers_service = {
	.init = close_registers,
	.fault_signal = refuse_debug_event,
};
