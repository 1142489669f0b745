/*
 * config.h - the layout of the 4 GiB address space, and the build's choices.
 *
 *	0x00000000  never mapped: a NULL pointer faults   FIRST_USER_ADDRESS
 *	0x00002000  mapped only by MAP_FIXED or a program MMAP_MIN_ADDR
 *	0x00008000  user: text, data, bss, heap upward (brk)
 *	    ...     mmap area, searched downward from below the stack
 *	0xc0000000  TASK_SIZE = PAGE_OFFSET: the kernel begins
 *	    ...     lowmem, linear: va = pa - PHYS_OFFSET + PAGE_OFFSET,
 *	            up to LOWMEM_MAX bytes
 *	high_memory + VMALLOC_GAP ... VMALLOC_END  vmalloc and ioremap
 *	0xffc00000  FIXMAP: the board's devices, at addresses known at link time
 *	0xffff0000  VECTORS: exception vectors and the kuser helpers
 *
 * See docs/architecture.md, section 3, and docs/memory-map.md.
 */
#ifndef CONFIG_H
#define CONFIG_H

/* Assembly reads this file too: numbers only, no casts, no C. */
#define PAGE_SHIFT 12
#define PAGE_SIZE  0x1000
#define PAGE_MASK  0xfffff000

#define PAGE_OFFSET 0xc0000000
#define TASK_SIZE   0xc0000000

/*
 * FIRST_USER_ADDRESS is Linux's on ARM: nothing is mapped below it.
 * MMAP_MIN_ADDR is Debian's vm.mmap_min_addr.
 */
#define FIRST_USER_ADDRESS 0x00002000
#define MMAP_MIN_ADDR      0x00008000

/*
 * Where the mmap area begins in the bottom-up layout, which a program has whose
 * stack has no limit, or whose personality(2) asks for it: TASK_SIZE / 3.
 */
#define TASK_UNMAPPED_BASE 0x40000000

#define LOWMEM_MAX   0x30000000 /* 768 MiB */
#define VMALLOC_GAP  0x00800000 /* catches overruns of lowmem */
#define VMALLOC_END  0xff800000
#define FIXMAP_START 0xffc00000
#define FIXMAP_END   0xfff00000
#define VECTORS_BASE 0xffff0000

/*
 * The boot loader passes a list of what it knows (RAM, the archive, the command
 * line): ATAGs or a device tree. The boot table maps two MiB here to that list,
 * wherever it lies; the final table does not.
 */
#define BOOT_PARAMS_VA VMALLOC_END

/* The image is linked here: RAM start + 64 KiB, where loaders put a raw one. */
#define TEXT_OFFSET 0x00010000
#define KERNEL_BASE (PAGE_OFFSET + TEXT_OFFSET)

/*
 * If the list lies where the image is about to be copied to, head.S first copies
 * the list to this offset in RAM.
 */
#define BOOT_LIST_OFFSET 0x00001000

/*
 * The board's first byte of RAM comes from board/$(BOARD)/board.mk as
 * -DPHYS_OFFSET=..., a multiple of 16 MiB.
 */
#ifndef PHYS_OFFSET
#error "PHYS_OFFSET must come from the board's board.mk"
#endif

/* User stack: its top, the room kept below TASK_SIZE, its default limit. */
#define STACK_TOP       TASK_SIZE
#define STACK_LIMIT     0x00800000 /* RLIMIT_STACK: 8 MiB */
#define STACK_GUARD_GAP 0x00100000 /* 256 pages, as Linux */

/*
 * A task's kernel stack. Aligned to twice its size, with nothing mapped below:
 * so this bit of sp is set once the stack has overflowed, and trap/entry.S
 * tests it.
 */
#define THREAD_SIZE 0x2000

#define NR_CPUS 1
#define HZ      100 /* ticks of the clock in a second */

/*
 * Bits of the ASID in use, 2 to 8. With 2 bits a test runs out of numbers within
 * seconds, and so tests how they are used a second time (roll-over).
 */
#ifndef CONFIG_ASID_BITS
#define CONFIG_ASID_BITS 8
#endif

/*
 * 1 by DEBUG=1 on make's command line: free memory is filled with a pattern
 * (poison), objects get guard words around them (red zones), and verifiers run
 * often.
 */
#ifndef CONFIG_DEBUG
#define CONFIG_DEBUG 0
#endif

/*
 * 1: the kernel cannot touch user memory except in a copy (PAN, privileged access
 * never). 0 in test images only, whose reason include/asm/domain.h has.
 */
#ifndef CONFIG_PAN
#define CONFIG_PAN 1
#endif

#endif
