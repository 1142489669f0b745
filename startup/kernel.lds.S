/*
 * The linker script: where each part of the image lies, in virtual and in
 * physical memory.
 *
 *	.boot	is linked at its physical address and comes first in the image:
 *		it runs before the MMU is on, or with the MMU off (mmu/idmap.S)
 *	the rest is linked at its address in the linear map; text, rodata and
 *		data begin on pages of their own, because their rights differ
 */
#include <config.h>

#define LOAD_OFFSET	(PAGE_OFFSET - PHYS_OFFSET)
#define OBJ(x)		*x.o

OUTPUT_FORMAT("elf32-littlearm")
ENTRY(_start)

PHDRS
{
	boot	PT_LOAD FLAGS(5);	/* r-x */
	text	PT_LOAD FLAGS(5);
	rodata	PT_LOAD FLAGS(4);
	data	PT_LOAD FLAGS(6);
}

SECTIONS
{
	. = PHYS_OFFSET + TEXT_OFFSET;
	.boot : {
		__boot_start = .;
		KEEP(*(.boot.head))
		OBJ(startup/boot.c)(.text* .rodata* .data* .bss*)
		OBJ(startup/boot_archive.c)(.text* .rodata* .data* .bss*)
		OBJ(startup/boot_core.c)(.text* .rodata* .data* .bss*)
		OBJ(startup/boot_old.c)(.text* .rodata* .data* .bss*)
		OBJ(startup/boot_ram.c)(.text* .rodata* .data* .bss*)
		OBJ(mmu/boot_map.c)(.text* .rodata* .data*)
		*(.idmap.text)
		*(.boot.stack)
		. = ALIGN(PAGE_SIZE);
		__boot_end = .;
	} :boot

	. += LOAD_OFFSET;
	.text : AT(ADDR(.text) - LOAD_OFFSET) {
		_stext = .;
		KEEP(*(.vectors .vectors.*))
		*(.text .text.*)
		*(.glue_7 .glue_7t .v4_bx .vfp11_veneer)
		. = ALIGN(PAGE_SIZE);
		_etext = .;
	} :text

	.rodata : AT(ADDR(.rodata) - LOAD_OFFSET) {
		__start_rodata = .;
		*(.rodata .rodata.*)
	} :rodata
	.ARM.extab : AT(ADDR(.ARM.extab) - LOAD_OFFSET) {
		*(.ARM.extab*)
	}
	.ARM.exidx : AT(ADDR(.ARM.exidx) - LOAD_OFFSET) {
		__exidx_start = .;
		*(.ARM.exidx*)
		__exidx_end = .;
	}
	.target_tests : AT(ADDR(.target_tests) - LOAD_OFFSET) ALIGN(4) {
		__start_target_tests = .;
		KEEP(*(SORT_BY_NAME(.target_tests.*)))
		__stop_target_tests = .;
	}
	.kallsyms : AT(ADDR(.kallsyms) - LOAD_OFFSET) {
		KEEP(*(.kallsyms))
	}
	.initramfs : AT(ADDR(.initramfs) - LOAD_OFFSET) ALIGN(PAGE_SIZE) {
		__initramfs_start = .;
		KEEP(*(.initramfs))
		__initramfs_end = .;
		. = ALIGN(PAGE_SIZE);
	}
	. = ALIGN(PAGE_SIZE);
	__end_rodata = .;

	.data : AT(ADDR(.data) - LOAD_OFFSET) {
		*(.data .data.*)
		. = ALIGN(8);
		__start___ex_table = .;	/* sorted at boot, so not in rodata */
		KEEP(*(__ex_table))
		__stop___ex_table = .;
		. = ALIGN(4);
		copied_to = .;
		KEEP(*(.copy_down))	/* head.S: runs where the loader put it */
		_edata = .;
	} :data
	__image_bytes = _edata - LOAD_OFFSET - __boot_start;
	.bss : AT(ADDR(.bss) - LOAD_OFFSET) ALIGN(8) {
		__bss_start = .;
		*(.bss.boot_pgd)	/* 16 KiB-aligned, as the next is: no gap */
		*(.bss.init_stack)
		*(.bss .bss.*)
		*(COMMON)
		. = ALIGN(4);
		__bss_stop = .;
	}
	_end = .;

	/DISCARD/ : { *(.comment .ARM.attributes.* .note.* .eh_frame*) }
}

/* One identity-mapped section must hold all boot code (DDI0406C B3.10). */
ASSERT(__boot_start / 0x100000 == (__boot_end - 1) / 0x100000,
       "boot code crosses a MiB")
ASSERT(_end < PAGE_OFFSET + 0x4000000, "the image is larger than 64 MiB")
