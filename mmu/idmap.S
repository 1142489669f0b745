/*
 * From one page table to another with the MMU off in between.
 *
 * Linked into .boot, where virtual and physical address are the same, and
 * mapped so by both tables: DDI0406C B3.10 wants the PC identity-mapped while
 * SCTLR.M changes. With no translation in force there is nothing that could
 * conflict with the new table's entries, so break-before-make (B3.10.1) holds
 * for the whole map at once.
 *
 * Registers only: with the MMU off a data access would go past the cache.
 */
#include <asm/cfi.h>

#define SCTLR_M		1

	.syntax	unified
	.arm
	.section .idmap.text, "ax"

/* void idmap_switch_table(u32 ttbr0): interrupts masked; tables cleaned. */
	.global	idmap_switch_table
	.type	idmap_switch_table, %function
idmap_switch_table:
	.cfi_startproc
	mov	r3, #0
	mrc	p15, 0, r1, c1, c0, 0		@ SCTLR
	bic	r2, r1, #SCTLR_M
	dsb					@ the tables' stores are done
	mcr	p15, 0, r2, c1, c0, 0		@ MMU off
	isb					@ ... before anything below
	mcr	p15, 0, r0, c2, c0, 0		@ TTBR0
	mcr	p15, 0, r0, c2, c0, 1		@ TTBR1, unused: N = 0
	mcr	p15, 0, r3, c8, c7, 0		@ TLBIALL: the old map's entries
	mcr	p15, 0, r3, c7, c5, 6		@ BPIALL: and its branches
	dsb					@ both have happened
	isb					@ TTBR0 is set before M
	mcr	p15, 0, r1, c1, c0, 0		@ MMU on
	isb					@ fetch through the new map
	bx	lr
	.cfi_endproc
	.size	idmap_switch_table, . - idmap_switch_table
