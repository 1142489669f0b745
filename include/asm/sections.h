/*
 * asm/sections.h - where the parts of the kernel image lie
 * (startup/kernel.lds.S).
 *
 * Page-aligned addresses, in the linear map except those of .boot, which is
 * linked at its physical addresses. The host tests, which have no image, shadow
 * this header.
 */
#ifndef ASM_SECTIONS_H
#define ASM_SECTIONS_H

#include <types.h>

/* The linker defines these names; only their addresses mean something. */
extern u8 _stext[], _etext[], __start_rodata[], __end_rodata[], _end[];
extern u8 __boot_start[], __boot_end[];

struct kernel_image {
	u32 text, etext; /* executable */
	u32 rodata, erodata;
	u32 end;         /* first address after .bss */
	u32 boot, eboot; /* .boot, code that runs before the MMU is on */
};

/* Returns the addresses as numbers, which the host tests can choose. */
static inline struct kernel_image kernel_image(void)
{
	return (struct kernel_image){
		.text = (u32)(uintptr_t)_stext,
		.etext = (u32)(uintptr_t)_etext,
		.rodata = (u32)(uintptr_t)__start_rodata,
		.erodata = (u32)(uintptr_t)__end_rodata,
		.end = (u32)(uintptr_t)_end,
		.boot = (u32)(uintptr_t)__boot_start,
		.eboot = (u32)(uintptr_t)__boot_end,
	};
}

/*
 * Loads ttbr0 with the MMU off for a moment; interrupts are off and the tables
 * are cleaned. Boot only, see mmu/idmap.S. It is declared here because the host
 * tests, which have no such routine, shadow this header.
 */
void idmap_switch_table(u32 ttbr0);

#endif
