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

/* volatile: the compiler must not make a call of memset out of the loop. */
static void clear_table(volatile u32 *table)
{
	for (unsigned int i = 0; i < PTRS_PER_PGD; i++)
		table[i] = 0;
}

static void map_section(volatile u32 *table, u32 va, phys_addr_t pa, u32 attrs)
{
	table[va >> PGDIR_SHIFT] = (pa & L1_SECT_BASE) | attrs;
}

static bool in_lowmem(phys_addr_t pa)
{
	return pa - PHYS_OFFSET < LOWMEM_MAX;
}

/* One MiB of the linear map: the one that holds pa, if lowmem reaches it. */
static void map_linear(volatile u32 *table, phys_addr_t pa)
{
	if (in_lowmem(pa))
		map_section(table, pa - PHYS_OFFSET + PAGE_OFFSET, pa,
			    BOOT_RAM);
}

/* Has this core the multiprocessing extensions? Then TTBR has their format. */
static bool has_mp(void)
{
	return read_mpidr() & MPIDR_MP;
}

u32 boot_map_build(phys_addr_t params, phys_addr_t uart_pa)
{
	phys_addr_t pgd = boot_pa(boot_pgd);
	volatile u32 *table = (volatile u32 *)pgd;
	phys_addr_t boot = (phys_addr_t)__boot_start;

	clear_table(table);
	map_section(table, boot, boot, BOOT_RAM);
	for (phys_addr_t pa = PHYS_OFFSET; pa < boot_pa(_end); pa += PGDIR_SIZE)
		map_linear(table, pa);
	if (params != 0) {
		map_section(table, BOOT_PARAMS_VA, params, BOOT_RAM);
		map_section(table, BOOT_PARAMS_VA + PGDIR_SIZE,
			    params + PGDIR_SIZE, BOOT_RAM);
	}
	map_section(table, FIXMAP_START, uart_pa, BOOT_DEVICE);
	return pgd | (has_mp() ? TTBR_FLAGS_MP : TTBR_FLAGS_UP);
}

const char *boot_map_check(u32 ttbr0)
{
	phys_addr_t pgd = ttbr0 & TTBR_BASE;
	const volatile u32 *table = (const volatile u32 *)pgd;
	phys_addr_t boot = (phys_addr_t)__boot_start;
	phys_addr_t last = (phys_addr_t)__boot_end - 1;

	if (pgd != boot_pa(boot_pgd))
		return "the boot table is not 16 KiB-aligned";
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

	write_ttbcr(0); /* short descriptors, TTBR0 for all of it */
	isb();          /* its format decides how TTBR0 is read */
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
