/*
 * The boot page table, and the first time the MMU goes on.
 *
 * Linked at physical addresses (section .boot), run with the MMU off: see
 * mmu/boot.h. Owns boot_pgd until paging_init leaves it. Sections only, kernel
 * rwx: this table lives for a few milliseconds and paging_init builds the
 * strict one. The memory attributes are already the final ones, so that no
 * frame is ever seen with two (DDI0406C A3.5.7).
 */
#include <asm/barrier.h>
#include <asm/cp15.h>
#include <asm/tlbflush.h>
#include <mmu/boot.h>
#include <mmu/desc.h>
#include <mmu/tables.h>

extern u8 __boot_start[], __boot_end[], _end[];

#define BOOT_RAM (L1_NORMAL | L1_SECT_AF)
#define BOOT_DEVICE                                                           \
	(L1_TYPE_SECTION | L1_SECT_MEM(MEM_DEVICE) | L1_SECT_S | L1_SECT_AF | \
	 L1_SECT_XN)

/*
 * volatile: the compiler must not turn the loop into a call of memset, which is
 * linked in the high half and cannot be reached yet.
 */
static void clear_table(volatile u32 *table)
{
	for (unsigned int i = 0; i < PTRS_PER_PGD; i++)
		table[i] = 0;
}

/*
 * One entry of 1 MiB. The bits of pa below 1 MiB are dropped, so a caller may
 * pass any address within it.
 */
static void map_section(volatile u32 *table, u32 va, phys_addr_t pa, u32 attrs)
{
	table[va >> PGDIR_SHIFT] = (pa & L1_SECT_BASE) | attrs;
}

/*
 * The subtraction wraps for addresses below PHYS_OFFSET, so one comparison
 * checks both ends.
 */
static bool in_lowmem(phys_addr_t pa)
{
	return pa - PHYS_OFFSET < LOWMEM_MAX;
}

/*
 * Maps the MiB of the linear map that contains pa; does nothing if lowmem does
 * not reach pa.
 */
static void map_linear(volatile u32 *table, phys_addr_t pa)
{
	if (in_lowmem(pa))
		map_section(table, pa - PHYS_OFFSET + PAGE_OFFSET, pa,
			    BOOT_RAM);
}

/*
 * True if the core has the multiprocessing extensions (MPIDR bit 31). They
 * change the format of TTBR (DDI0406C B4.1.154) and add broadcast operations.
 */
static bool has_mp(void)
{
	return read_mpidr() & MPIDR_MP;
}

/*
 * Runs with the MMU off, possibly with data caches off: each store goes to
 * memory, where the walker will find it.
 */
u32 boot_map_build(phys_addr_t params, phys_addr_t uart_pa)
{
	phys_addr_t pgd = boot_pa(boot_pgd);
	volatile u32 *table = (volatile u32 *)pgd;
	phys_addr_t boot = (phys_addr_t)__boot_start;

	clear_table(table);
	/*
	 * boot_mmu_on continues at the same PC after it sets SCTLR.M, so the
	 * code must lie at the same address before and after (B3.10).
	 */
	map_section(table, boot, boot, BOOT_RAM);
	for (phys_addr_t pa = PHYS_OFFSET; pa < boot_pa(_end); pa += PGDIR_SIZE)
		map_linear(table, pa);
	/*
	 * A device tree may cross a MiB, and nothing has read its length yet:
	 * map two.
	 */
	if (params != 0) {
		map_section(table, BOOT_PARAMS_VA, params, BOOT_RAM);
		map_section(table, BOOT_PARAMS_VA + PGDIR_SIZE,
			    params + PGDIR_SIZE, BOOT_RAM);
	}
	map_section(table, FIXMAP_START, uart_pa, BOOT_DEVICE);
	return pgd | (has_mp() ? TTBR_FLAGS_MP : TTBR_FLAGS_UP);
}

/*
 * Reads the table back as the walker will, instead of trusting the variables it
 * was built from.
 */
const char *boot_map_check(u32 ttbr0)
{
	phys_addr_t pgd = ttbr0 & TTBR_BASE;
	const volatile u32 *table = (const volatile u32 *)pgd;
	phys_addr_t boot = (phys_addr_t)__boot_start;
	phys_addr_t last = (phys_addr_t)__boot_end - 1;

	if (pgd != boot_pa(boot_pgd))
		return "the boot table is not 16 KiB-aligned";
	/*
	 * The identity map is a single section: the code that turns the MMU on
	 * must not leave it.
	 */
	if ((boot ^ last) & PGDIR_MASK)
		return "the boot code crosses a 1 MiB boundary";
	if (table[boot >> PGDIR_SHIFT] != ((boot & L1_SECT_BASE) | BOOT_RAM))
		return "the boot code is not identity-mapped";
	if (table[KERNEL_BASE >> PGDIR_SHIFT] != (PHYS_OFFSET | BOOT_RAM))
		return "the kernel image is not mapped at PAGE_OFFSET";
	return NULL;
}

/*
 * Every register is written before it can matter: a loader may leave LPAE
 * selected in TTBCR, managers in DACR, or a TEX remap of its own.
 */
void boot_mmu_on(u32 ttbr0)
{
	bool mp = has_mp();

	write_ttbcr(0); /* short descriptors, TTBR0 for all addresses */
	isb();          /* TTBCR decides how TTBR0's bits are read */
	write_ttbr0(ttbr0);
	write_ttbr1(ttbr0);
	write_dacr(DACR_USER_CLOSED);
	write_contextidr(0);
	write_prrr(mp ? PRRR_VALUE_MP : PRRR_VALUE_UP);
	write_nmrr(NMRR_VALUE);
	tlbiall(); /* what the loader's map, or reset, left behind */
	bpiall();
	dsb_sy(); /* the table stores and the invalidates are done */
	isb();    /* ... and all registers set, before M */
	write_sctlr(mp ? SCTLR_VALUE : SCTLR_VALUE & ~SCTLR_SW);
	isb(); /* fetch what follows through the new map */
}
