/*
 * The first instructions. Entered by the ARM Linux boot protocol (Linux,
 * Documentation/arch/arm/booting.rst): SVC mode, MMU off, r0 = 0, r1 = machine
 * type, r2 = ATAGs or DTB; or at address 0 from flash; or at _start with
 * nothing in the registers (an ELF loader). Nothing of that is trusted.
 *
 * Position-independent until the image is known to lie where it is linked.
 * Registers that live through: r8 = r1 and r9 = r2 as they were on entry; r7,
 * from caches_off on, 1 in Secure state.
 */
#include <asm/cfi.h>
#include <config.h>
#include <ptrace.h>

#define SCTLR_M		(1 << 0)	/* MMU */
#define SCTLR_A		(1 << 1)	/* alignment checks */
#define SCTLR_C		(1 << 2)	/* data cache */
#define SCTLR_Z		(1 << 11)	/* branch prediction */
#define SCTLR_I		(1 << 12)	/* instruction cache */
#define SCTLR_V		(1 << 13)	/* vectors at 0xffff0000, not VBAR */
#define SCTLR_TE	(1 << 30)	/* exceptions in Thumb state */

#define ID_PFR1_GENERIC_TIMER	(0xf << 16)
#define ZIMAGE_MAGIC	0x016f2818
#define ATAG_CORE	0x54410001	/* a list's second word, ... */
#define FDT_MAGIC_LE	0xedfe0dd0	/* ... or its first */
#define LOAD_OFFSET	(PAGE_OFFSET - PHYS_OFFSET)

	.syntax unified
	.arch_extension virt
	.arch_extension sec
	.arm

	.section .boot.head, "ax", %progbits
	.global	_start
	.type	_start, %function
_start:
	/* As a zImage begins, so that U-Boot's bootz takes it. */
	.rept	8
	nop
	.endr
	b	1f
	.word	ZIMAGE_MAGIC
	.word	0				@ runs anywhere
	.word	__image_bytes

	/*
	 * Copy the words from r0 on to r1 on, r3 bytes a step, 4 or -4, until r0
	 * is r2; then return into the copy.
	 */
	.macro	copy_words
2:	ldr	r4, [r0], r3
	str	r4, [r1], r3
	cmp	r0, r2
	bne	2b
	dsb	sy				@ the copy is in memory ...
	mcr	p15, 0, r0, c7, c5, 0		@ ICIALLU: ... none of what was
	mcr	p15, 0, r0, c7, c5, 6		@ BPIALL	there before is kept
	dsb	sy
	isb					@ ... and then it is fetched
	bx	lr
	.endm
copy_up:
	copy_words
	.cfi_startproc
	.cfi_undefined lr			@ nobody called it
copied_from:					@ to copied_to: see move_image
1:	mrc	p15, 0, r0, c0, c0, 1		@ CTR: every core has it, ...
	mov	r0, r0, lsr #29
	teq	r0, #4				@ ... in this format from ARMv7 on
	bne	too_old
	setend	le				@ data as the image has them
	mov	r8, r1
	mov	r9, r2

	bl	enter_svc
	bl	park_other_cores
	bl	caches_off
	bl	security_state
	mov	r7, r0
	bl	board_outer_off
	bl	keep_list
	bl	move_image			@ from here on at the linked address

	ldr	sp, =boot_stack_top
	mov	r0, r7
	mov	r1, r9
	bl	boot_main			@ r0 = TTBR0
	bl	boot_mmu_on			@ returns here: identity-mapped
	bl	boot_after_mmu
	ldr	r0, =boot_ram_found
	ldr	r2, [r0]			@ bytes, 0 = not looked for
	ldr	lr, =high_half
	bx	lr
	.cfi_endproc
	.size	_start, . - _start

	/* Nothing here, nor what it calls, is newer than ARMv5. */
too_old:
	adr	r0, _start
	ldr	r1, =_start
	sub	r0, r0, r1			@ moved by so much
	ldr	sp, =boot_stack_top
	add	sp, sp, r0
	b	boot_too_old

	/*
	 * SVC mode, all masked. A core in HYP mode can only get there by ERET,
	 * and what that mode may trap, hide or shift for us is set first: reset
	 * leaves most of it unknown (DDI0406C B4.1, the H and V registers). Its
	 * cache was on by a register of its own: caches_off must know, in r7.
	 */
enter_svc:
	mov	r10, lr				@ each mode has its own
	mov	r7, #0				@ HSCTLR where there is none
	mrs	r0, cpsr
	and	r1, r0, #PSR_MODE_MASK
	cmp	r1, #0x1a			@ HYP
	bne	1f
	mrc	p15, 4, r7, c1, c0, 0		@ HSCTLR
	mov	r2, #0
	mcr	p15, 4, r2, c1, c1, 0		@ HCR: nothing trapped or routed
	mcr	p15, 4, r2, c1, c1, 3		@ HSTR: no coprocessor trapped
	movw	r2, #0x33ff			@ its bits that are one
	mcr	p15, 4, r2, c1, c1, 2		@ HCPTR: VFP, NEON not trapped
	mrc	p15, 0, r2, c0, c0, 0
	mcr	p15, 4, r2, c0, c0, 0		@ VPIDR: we see the real MIDR
	mrc	p15, 0, r2, c0, c0, 5
	mcr	p15, 4, r2, c0, c0, 5		@ VMPIDR: ... and MPIDR
	mrc	p15, 0, r2, c0, c1, 1		@ ID_PFR1
	tst	r2, #ID_PFR1_GENERIC_TIMER
	movne	r2, #3
	mcrne	p15, 4, r2, c14, c1, 0		@ CNTHCTL: its registers not trapped
	movne	r2, #0
	mcrrne	p15, 4, r2, r2, c14		@ CNTVOFF: virtual time is time
	orr	r0, r0, #PSR_A | PSR_I | PSR_F
	bic	r0, r0, #PSR_MODE_MASK
	orr	r0, r0, #PSR_MODE_SVC
	msr	spsr_cxsf, r0
	msr	elr_hyp, lr
	eret
1:	cpsid	aif, #PSR_MODE_SVC
	bx	r10

	/* One core boots; the others sleep here (some loaders let all in). */
park_other_cores:
	mrc	p15, 0, r0, c0, c0, 5		@ MPIDR
	cmp	r0, #0				@ bit 31: can there be others?
	bxge	lr
	tst	r0, #0xff
	bxeq	lr
1:	wfi
	b	1b

	/*
	 * MMU and caches off, whatever the loader says. A data cache that was on
	 * may hold our own image, so it is cleaned; one that was off holds only
	 * noise from reset, which must never reach memory, so it is just
	 * invalidated (DDI0388, chapter on reset; DDI0406C B2.2.6).
	 */
caches_off:
	mov	r10, lr
	mrc	p15, 0, r0, c1, c0, 0
	orr	r7, r7, r0			@ was any data cache on?
	bic	r0, r0, #SCTLR_M | SCTLR_A | SCTLR_C
	bic	r0, r0, #SCTLR_Z | SCTLR_I
	bic	r0, r0, #SCTLR_V
	bic	r0, r0, #SCTLR_TE
	dsb	sy				@ stores first, in the old view
	mcr	p15, 0, r0, c1, c0, 0
	isb					@ what follows runs uncached
	bl	dcache_by_set_way
	mov	r0, #0
	mcr	p15, 0, r0, c7, c5, 0		@ ICIALLU
	mcr	p15, 0, r0, c7, c5, 6		@ BPIALL
	mcr	p15, 0, r0, c8, c7, 0		@ TLBIALL
	dsb	sy				@ maintenance done ...
	isb					@ ... before anything is fetched
	bx	r10

	/*
	 * Every data cache level up to the point of coherency (DDI0406C B2.2.6,
	 * example code): clean and invalidate. Only if r7 (SCTLR on entry,
	 * or HSCTLR) had the cache off level 1 is just invalidated: an inner
	 * level 2, as in A7 and A15, comes out of reset empty (DDI0464, DDI0438,
	 * chapters on reset), and may hold what a loader or the secure world
	 * left there. Uses r0-r6, r11, r12.
	 */
dcache_by_set_way:
	mrc	p15, 1, r0, c0, c0, 1		@ CLIDR
	mov	r1, r0, lsr #23
	ands	r1, r1, #0xe			@ LoC, twice
	bxeq	lr
	mov	r2, #0				@ level, twice
1:	add	r3, r2, r2, lsr #1		@ three times the level
	mov	r4, r0, lsr r3
	and	r4, r4, #7			@ what cache this level has
	cmp	r4, #2
	blt	5f				@ none, or instructions only
	mcr	p15, 2, r2, c0, c0, 0		@ CSSELR
	isb					@ CCSIDR follows CSSELR
	mrc	p15, 1, r3, c0, c0, 0		@ CCSIDR
	and	r4, r3, #7
	add	r4, r4, #4			@ log2 of the line's bytes
	ubfx	r5, r3, #3, #10			@ last way
	clz	r6, r5				@ shift of the way number
	ubfx	r3, r3, #13, #15		@ last set
2:	mov	r11, r5				@ way, downward
3:	orr	r12, r2, r11, lsl r6
	orr	r12, r12, r3, lsl r4
	tst	r7, #SCTLR_C
	cmpeq	r2, #0				@ eq: off, and level 1
	mcreq	p15, 0, r12, c7, c6, 2		@ DCISW
	mcrne	p15, 0, r12, c7, c14, 2		@ DCCISW
	subs	r11, r11, #1
	bge	3b
	subs	r3, r3, #1
	bge	2b
5:	dsb	sy				@ this level is done (814220)
	add	r2, r2, #2
	cmp	r1, r2
	bgt	1b
	bx	lr

	/*
	 * r0 = 1 in Secure state, 0 in Non-secure. Nothing says so, but there is
	 * no SCR in Non-secure state (DDI0406C B4.1.129): it is read, with
	 * vectors that put 0 into r2 and go on behind it.
	 */
security_state:
	mrc	p15, 0, r1, c12, c0, 0		@ VBAR
	adr	r0, skip_undefined
	mcr	p15, 0, r0, c12, c0, 0
	isb					@ ... before anything is undefined
	mov	r2, #1
	mrc	p15, 0, r0, c1, c1, 0		@ SCR
	mcr	p15, 0, r1, c12, c0, 0
	isb					@ the loader's vectors again
	mov	r0, r2
	bx	lr

	.balign	32
skip_undefined:
	nop					@ 0x00 reset: never comes here
	mov	r2, #0				@ 0x04 undefined instruction
	movs	pc, lr				@ LR is behind it already (B1.8.3)

	/*
	 * A list (r9) in the image's place, or so near below it that it may reach
	 * there, goes to RAM's second page, if there is room for it below the
	 * image's old and new place.
	 */
keep_list:
	ldr	r0, =PHYS_OFFSET + BOOT_LIST_OFFSET
	ldr	r2, =_end - LOAD_OFFSET
	cmp	r9, r0
	cmphi	r2, r9
	bxls	lr				@ it is in nobody's way
	tst	r9, #3
	bxne	lr				@ no list: boot.c reports it
	ldmia	r9, {r1, r4}
	ldr	r3, =FDT_MAGIC_LE
	cmp	r1, r3
	bne	2f
	ldr	r4, [r9, #12]			@ a tree: its strings' offset, ...
	ldr	r3, [r9, #32]			@ ... and size
	rev	r4, r4
	rev	r3, r3
	add	r4, r4, r3
	ldr	r1, [r9, #8]			@ its structure's
	ldr	r3, [r9, #36]
	rev	r1, r1
	rev	r3, r3
	add	r1, r1, r3
	cmp	r1, r4
	movhi	r4, r1				@ what is behind is not used
	b	1f
2:	ldr	r3, =ATAG_CORE
	cmp	r4, r3
	bxne	lr
	mov	r4, #0x1000			@ more than any loader's ATAGs
1:	ldr	r1, =_start			@ free up to here, ...
	add	r3, r9, r4
	cmp	r3, r1
	bxls	lr				@ the list ends below the image
	adr	r2, _start
	sub	r3, r2, #PHYS_OFFSET
	cmp	r3, #BOOT_LIST_OFFSET
	bxls	lr
	cmp	r3, #TEXT_OFFSET
	movlo	r1, r2				@ ... or to the image as it is
	sub	r1, r1, r0
	cmp	r4, r1
	bxhi	lr				@ no room for all of it: boot.c reports it
	add	r1, r0, r4
	mov	r2, r9
	mov	r9, r0
1:	ldr	r3, [r2], #4
	str	r3, [r0], #4
	cmp	r0, r1
	blo	1b
	bx	lr

	/*
	 * To the linked address if we are elsewhere: in flash, or where a loader
	 * liked it better, and however near: as memmove does, upward from the
	 * last word, downward from the first. Neither loop is copied, nor written
	 * to: the one lies before the first word, the other behind the last.
	 * What the image overlaps is gone then, but for the list: keep_list.
	 */
move_image:
	adr	r0, _start
	ldr	r1, =_start
	subs	r2, r1, r0			@ the way to go
	bxeq	lr
	add	lr, lr, r2			@ return into the copy
	ldr	r4, =copied_to - LOAD_OFFSET
	sub	r5, r4, r2			@ where that is now
	movhi	r3, #-4				@ hi: upward
	subhi	r0, r5, #4
	addhi	r1, r2, r0
	adrhi	r2, copied_from - 4
	bhi	copy_up
	mov	r3, #4
	adr	r0, copied_from
	add	r1, r2, r0
	mov	r2, r5
	bx	r5				@ copied_to: copy_down
	.ltorg

	.section .copy_down, "a", %progbits
	copy_words

	/* The first C code's stack; the kernel's own begins in the high half. */
	.section .boot.stack, "aw", %progbits
	.balign	8
	.space	1024
boot_stack_top:

	/* ---- the high half --------------------------------------- */

	.text
	.type	high_half, %function
high_half:
	.fnstart
	.cantunwind
	.cfi_startproc
	.cfi_undefined lr			@ nobody called it
	ldr	r0, =init_task
	mcr	p15, 0, r0, c13, c0, 4		@ TPIDRPRW: current
	ldr	sp, =init_stack + THREAD_SIZE
	mov	r0, r8
	mov	r1, r9
	bl	start_kernel			@ does not return
	.cfi_endproc
	.fnend
	.size	high_half, . - high_half
