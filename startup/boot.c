/*
 * Before the MMU is on. Linked at physical addresses in .boot, so plain C
 * works; what lies in the high half is reached through boot_pa() only.
 *
 * Each stage leaves a letter on the UART; together, with those of init.c, they
 * spell PAGEWALK, so that a boot that dies says where:
 *
 *	P  C code runs, at the linked address	W  every check before the MMU passed
 *	A  the core's coherency is set up	A  the MMU is on
 *	G  .bss is clear			L  the high half runs
 *	E  the boot table is built		K  the console is up
 */
#include <asm/barrier.h>
#include <asm/cp15.h>
#include <asm/pgtable_types.h>
#include <asm/sections.h>
#include <board/board.h>
#include <board/early_uart.h>
#include <mmu/boot.h>
#include <mmu/errata.h>
#include <ptrace.h>
#include <startup/startup.h>

#define SCTLR_MMU        0x1u /* DDI0406C B4.1.130 */
#define ID_MMFR0_VMSA_V7 3u   /* B4.1.89 */

/* Auxiliary control, and the A9's snoop control unit (DDI0407, chapter 2). */
#define ACTLR_FW             0x01u /* broadcast maintenance */
#define ACTLR_FULL_LINE_ZERO 0x08u /* only with the L2C-310's */
#define ACTLR_SMP            0x40u
#define ACTLR_EXCLUSIVE      0x80u /* only with the L2C-310's */
#define SCU_CONTROL          0x00
#define SCU_CONTROL_ENABLE   0x1u
#define SCU_INVALIDATE_ALL   0x0c
#define SCU_DIAGNOSTIC       0x30 /* not in the manual; erratum 764369 */

extern char __bss_start[], __bss_stop[];

/* What boot_ram_probe found, in bytes; 0 = a loader says. Read by head.S. */
u32 boot_ram_found;
/* Secure state, as head.S found out. Read by init.c. */
u32 boot_secure;

static phys_addr_t uart_pa(void)
{
	return ((const struct board *)boot_pa(&board))->uart_pa;
}

static void boot_letter(char c)
{
	early_uart_putc(uart_pa(), c);
}

static void boot_puts(const char *s)
{
	for (; *s; s++)
		boot_letter(*s);
}

static volatile u32 *scu_registers(void)
{
	u32 base;

	__asm__ volatile("mrc p15, 4, %0, c15, c0, 0" : "=r"(base));
	return (volatile u32 *)base;
}

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
static void apply_errata(void)
{
	const struct erratum *table = (const struct erratum *)boot_pa(errata);
	u32 midr = read_midr();
	u32 diagnostic = errata_bits(table, FIX_DIAGNOSTIC, midr);
	u32 actlr = errata_bits(table, FIX_ACTLR, midr);
	u32 scu = errata_bits(table, FIX_SCU, midr);

	if (!boot_secure)
		return;
	if (diagnostic)
		set_diagnostic(diagnostic);
	if (actlr)
		write_actlr(read_actlr() | actlr);
	if (scu)
		scu_registers()[SCU_DIAGNOSTIC / 4] |= scu;
	dsb_sy(); /* the SCU has its bit ... */
	isb();    /* ... and the core its own, before coherency is used */
}

/* The tags of all cores' caches are junk after reset: drop them, then start. */
static void scu_on(void)
{
	volatile u32 *scu = scu_registers();

	scu[SCU_INVALIDATE_ALL / 4] = 0xffff;
	scu[SCU_CONTROL / 4] |= SCU_CONTROL_ENABLE;
	dsb_sy(); /* the SCU answers before this core starts to ask it */
}

/*
 * A core takes part in coherency, and caches Shareable memory at all, only with
 * ACTLR.SMP set; on Cortex-A9 the SCU must run before that (DDI0407 2.2;
 * DDI0388 4.3.10), on A7 and A15 it must be set before the caches are on
 * (DDI0464 4.3.31, DDI0438 4.3.28). What the A9 and its L2C-310 must do both or
 * neither, they do not do. Non-secure code may write SMP at most, and changes
 * neither of the two: firmware that left the L2C-310 on made them agree.
 */
static void coherency_on(void)
{
	u32 core = read_midr() & MIDR_PART_MASK;
	u32 actlr = read_actlr(), want = actlr | ACTLR_SMP;

	if (core != MIDR_CORTEX_A7 && core != MIDR_CORTEX_A9 &&
	    core != MIDR_CORTEX_A15)
		return;
	if (core == MIDR_CORTEX_A9) {
		if (!(actlr & ACTLR_SMP))
			scu_on();
		if (boot_secure) {
			want |= ACTLR_FW;
			want &= ~(ACTLR_FULL_LINE_ZERO | ACTLR_EXCLUSIVE);
		}
	}
	if (want == actlr)
		return;
	write_actlr(want);
	isb(); /* before any memory is cached */
}

/* Word by word and volatile: no call to memset, which lies in the high half. */
static void clear_bss(void)
{
	volatile u32 *word = (volatile u32 *)boot_pa(__bss_start);
	volatile u32 *stop = (volatile u32 *)boot_pa(__bss_stop);

	while (word < stop)
		*word++ = 0;
}

/* What is wrong with the core's state, or NULL. */
static const char *check_core(void)
{
	u32 cpsr, mmfr0;

	__asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
	__asm__ volatile("mrc p15, 0, %0, c0, c1, 4" : "=r"(mmfr0));
	if ((cpsr & PSR_MODE_MASK) != PSR_MODE_SVC)
		return "the core is not in SVC mode";
	if ((cpsr & (PSR_I | PSR_F)) != (PSR_I | PSR_F))
		return "interrupts are not masked";
	if (read_sctlr() & SCTLR_MMU)
		return "the MMU is on and cannot be turned off";
	if ((mmfr0 & 0xf) < ID_MMFR0_VMSA_V7)
		return "this core has no ARMv7 MMU (ID_MMFR0.VMSA < 3)";
	return NULL;
}

/* What is wrong for turning the MMU on with this table, or NULL. */
static const char *check_table(u32 ttbr0)
{
	u32 pc;

	__asm__ volatile("mov %0, pc" : "=r"(pc));
	if (pc < (u32)__boot_start || pc >= (u32)__boot_end)
		return "this code runs outside the identity-mapped section";
	return boot_map_check(ttbr0);
}

static void __noreturn stop(const char *why)
{
	boot_puts("\r\nPagewalk cannot start: ");
	boot_puts(why);
	boot_puts(".\r\n");
	for (;;)
		__asm__ volatile("wfi");
}

/* Does the list begin, or reach, where the image has its place? */
static bool params_in_image(phys_addr_t params, bool valid)
{
	const volatile u32 *list = (const volatile u32 *)params;
	u32 bytes = 4;

	if (valid && list[1] != ATAG_CORE)
		bytes = __builtin_bswap32(list[1]); /* a device tree's */
	return params < boot_pa(_end) && params + bytes > (u32)__boot_start;
}

/* From head.S; params is r2 as the loader left it. Returns TTBR0. */
u32 boot_main(u32 secure, phys_addr_t params)
{
	const struct board *b = (const struct board *)boot_pa(&board);
	const char *wrong;
	bool valid;
	u32 ttbr0;

	early_uart_init(uart_pa());
	boot_letter('P');
	boot_secure = secure;
	apply_errata();
	coherency_on();
	boot_letter('A');
	valid = boot_params_valid(params, b->ram_max);
	if (params_in_image(params, valid))
		stop("r2 points to where the image has its place");
	clear_bss();
	boot_letter('G');
	if (!valid) {
		params = 0;
		boot_ram_found = boot_ram_probe(b->ram_max);
	}
	ttbr0 = boot_map_build(params, uart_pa());
	boot_letter('E');
	wrong = check_core();
	if (!wrong)
		wrong = check_table(ttbr0);
	if (wrong)
		stop(wrong);
	boot_letter('W');
	return ttbr0;
}

/* Still at the physical PC, the boot table in force. */
void boot_after_mmu(void)
{
	early_uart_putc(FIXMAP_START + (uart_pa() & ~PGDIR_MASK), 'A');
}
