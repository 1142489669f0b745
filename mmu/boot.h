/*
 * mmu/boot.h - what runs before the MMU is on, at physical addresses.
 *
 * boot_map.c and idmap.S are linked into the .boot section, where virtual and
 * physical address are the same, so plain C works with the MMU off. They keep
 * everything in registers and on the caller's stack and touch the high half
 * only through boot_pa(). The order, for startup/boot.c:
 *
 *	ttbr0 = boot_map_build(params, UART_PA);	caches off or on
 *	boot_mmu_on(ttbr0);		returns at the same, identity-mapped PC
 *	ldr pc, =<address in the high half>
 *
 * On entry to boot_mmu_on: SVC, IRQ and FIQ masked, MMU off, L1 data cache and
 * TLB invalidated (by boot.c), ACTLR.SMP set where the core has it.
 */
#ifndef MMU_BOOT_H
#define MMU_BOOT_H

#include <config.h>
#include <types.h>

/* clang-format off */
/* The physical address of a symbol that is linked in the high half. */
#define boot_pa(symbol) \
	((phys_addr_t)(uintptr_t)(symbol) - PAGE_OFFSET + PHYS_OFFSET)
/* clang-format on */

/*
 * Fill the boot table (16 KiB, in .bss; cleared here, not by the caller):
 *
 *	identity	the MiB that holds .boot, kernel rw, executable
 *	linear map	the image's MiBs
 *	BOOT_PARAMS_VA	the MiB of params (ATAGs or a DTB) and the one after it
 *	FIXMAP_START	the MiB that holds uart_pa, as Device, XN; the UART is
 *			at FIXMAP_START + (uart_pa & 0xfffff)
 *
 * params 0: there are none. Returns the value for TTBR0.
 */
u32 boot_map_build(phys_addr_t params, phys_addr_t uart_pa);

/*
 * Checks the boot table before boot_mmu_on: its alignment, the identity entry,
 * the linear entry of the image. A mistake there would hang the machine without
 * a word. Returns NULL, or a sentence that describes what is wrong; the string
 * lies in .boot.
 */
const char *boot_map_check(u32 ttbr0);

/*
 * Set TTBCR, DACR, PRRR, NMRR, CONTEXTIDR and TTBR0, then SCTLR: MMU, caches
 * and branch prediction on, AFE, TRE, high vectors. Trusts no reset value.
 */
void boot_mmu_on(u32 ttbr0);

#endif
