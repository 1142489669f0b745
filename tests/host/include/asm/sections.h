/*
 * asm/sections.h - for the host tests: an image nobody linked. Text and
 * read-only data begin and end in the middle of MiBs, as real ones do.
 */
#ifndef ASM_SECTIONS_H
#define ASM_SECTIONS_H

#include <config.h>
#include <types.h>

struct kernel_image {
	u32 text, etext;
	u32 rodata, erodata;
	u32 end;
	u32 boot, eboot;
};

static inline struct kernel_image kernel_image(void)
{
	return (struct kernel_image){
		.boot = PHYS_OFFSET + 0x10000,
		.eboot = PHYS_OFFSET + 0x12000,
		.text = PAGE_OFFSET + 0x12000,
		.etext = PAGE_OFFSET + 0x40000,
		.rodata = PAGE_OFFSET + 0x40000,
		.erodata = PAGE_OFFSET + 0x58000,
		.end = PAGE_OFFSET + 0x90000,
	};
}

void idmap_switch_table(u32 ttbr0);

#endif
