/*
 * The first instructions of the kernel.
 *
 * A loader enters them by the ARM Linux boot protocol (Linux,
 * Documentation/arch/arm/booting.rst): SVC mode, MMU off, r0 = 0, r1 = machine
 * type, r2 = ATAGs or DTB; or a core starts here at address 0, from flash; or an
 * ELF loader jumps to _start with nothing in the registers. The code trusts none
 * of that: it sets mode, caches and MMU itself.
 *
 * It is position-independent until move_image has put the image where it is
 * linked. These registers keep their values up to boot_main: r8 has r1 as it was
 * on entry; r9 has r2, or where keep_list has copied the list; r7 has SCTLR's
 * cache bit as the loader left it and, once security_state has returned, is 1 in
 * Secure state.
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
	.weak	boot_keep_archive
	.global	_start
	.type	_start, %function
_start:
	/*
	 * A zImage begins with these eight instructions and three words, so
	 * U-Boot's bootz accepts the image.
	 */
	.rept	8
	nop
	.endr
	b	1f
	.word	ZIMAGE_MAGIC
	.word	0				@ the image runs at any address
	.word	__image_bytes

	/*
	 * Copies the words from r0 on to r1 on, by steps of r3 bytes, 4 or -4,
	 * until r0 is r2, then returns into the copy. The new code must be in
	 * memory before it is fetched, and nothing fetched earlier from its
	 * place may remain, hence the maintenance.
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
copied_from:					@ move_image copies from here on
1:	mrc	p15, 0, r0, c0, c0, 1		@ CTR: every core has it,
	mov	r0, r0, lsr #29
	teq	r0, #4				@ in this format from ARMv7 on
	bne	too_old
	setend	le				@ the image's data is little-endian
	mov	r8, r1
	mov	r9, r2

	bl	enter_svc
	bl	park_other_cores
	bl	caches_off
	bl	security_state
	mov	r7, r0
	bl	board_outer_off
	bl	stack_here
	ldr	r1, =board - LOAD_OFFSET
	ldr	r2, [r1, r0]			@ its ram_max
	add	r1, r0, #TEXT_OFFSET
	cmp	r1, r2				@ lo: the image lies in RAM,
	movlo	r1, r9				@ so its stack can be used
	bllo	boot_keep_archive		@ a nop in the core alone
	bl	keep_list
	bl	move_image			@ from here on at the linked address

	ldr	sp, =boot_stack_top
	mov	r0, r7
	mov	r1, r9
	bl	boot_main			@ r0 = TTBR0
	bl	boot_mmu_on			@ returns, since this is identity-mapped
	bl	boot_after_mmu
	ldr	r0, =boot_ram_found
	ldr	r2, [r0]			@ bytes; 0: nobody has looked
	ldr	lr, =high_half
	bx	lr
	.cfi_endproc
	.size	_start, . - _start

	/*
	 * A core older than ARMv7: reports that and stops. Neither this code nor
	 * what it calls uses an instruction that is newer than ARMv5.
	 */
too_old:
	bl	stack_here
	b	boot_too_old

	/*
	 * Sets sp to the stack in the image, wherever that lies, and r0 to its
	 * distance from the linked address.
	 */
stack_here:
	adr	r0, _start
	ldr	r1, =_start
	sub	r0, r0, r1
	ldr	sp, =boot_stack_top
	add	sp, sp, r0
	bx	lr

	/*
	 * Changes to SVC mode with all exceptions masked. A core in HYP mode can
	 * get there by ERET alone, and first sets what that mode may trap, hide
	 * or shift for the others, because reset leaves most of it unknown
	 * (DDI0406C B4.1, the H and V registers). HYP mode has a cache switch of
	 * its own, HSCTLR; r7 passes it to caches_off.
	 */
enter_svc:
	mov	r10, lr				@ SVC mode has another lr
	mov	r7, #0				@ the value if there is no HSCTLR
	mrs	r0, cpsr
	and	r1, r0, #PSR_MODE_MASK
	cmp	r1, #0x1a			@ HYP
	bne	1f
	mrc	p15, 4, r7, c1, c0, 0		@ HSCTLR
	mov	r2, #0
	mcr	p15, 4, r2, c1, c1, 0		@ HCR: nothing trapped or routed
	mcr	p15, 4, r2, c1, c1, 3		@ HSTR: no coprocessor trapped
	movw	r2, #0x33ff			@ the bits that must be one
	mcr	p15, 4, r2, c1, c1, 2		@ HCPTR: VFP, NEON not trapped
	mrc	p15, 0, r2, c0, c0, 0
	mcr	p15, 4, r2, c0, c0, 0		@ VPIDR: SVC mode reads the real MIDR
	mrc	p15, 0, r2, c0, c0, 5
	mcr	p15, 4, r2, c0, c0, 5		@ VMPIDR: and the real MPIDR
	mrc	p15, 0, r2, c0, c1, 1		@ ID_PFR1
	tst	r2, #ID_PFR1_GENERIC_TIMER
	movne	r2, #3
	mcrne	p15, 4, r2, c14, c1, 0		@ CNTHCTL: the timer's registers not trapped
	movne	r2, #0
	mcrrne	p15, 4, r2, r2, c14		@ CNTVOFF: virtual time = physical time
	orr	r0, r0, #PSR_A | PSR_I | PSR_F
	bic	r0, r0, #PSR_MODE_MASK
	orr	r0, r0, #PSR_MODE_SVC
	msr	spsr_cxsf, r0
	msr	elr_hyp, lr
	eret
1:	cpsid	aif, #PSR_MODE_SVC
	bx	r10

	/* Core 0 boots. The others sleep here, since some loaders start all. */
park_other_cores:
	mrc	p15, 0, r0, c0, c0, 5		@ MPIDR
	cmp	r0, #0				@ bit 31: the core may be one of several
	bxge	lr
	tst	r0, #0xff
	bxeq	lr
1:	wfi
	b	1b

	/*
	 * Turns MMU and caches off, whatever the loader left. A data cache that
	 * was on may hold the image itself, so it is cleaned; one that was off
	 * holds only noise from reset, which must never reach memory, so it is
	 * just invalidated (DDI0388, chapter on reset; DDI0406C B2.2.6).
	 */
caches_off:
	mov	r10, lr
	mrc	p15, 0, r0, c1, c0, 0
	orr	r7, r7, r0			@ bit C: some data cache was on
	bic	r0, r0, #SCTLR_M | SCTLR_A | SCTLR_C
	bic	r0, r0, #SCTLR_Z | SCTLR_I
	bic	r0, r0, #SCTLR_V
	bic	r0, r0, #SCTLR_TE
	dsb	sy				@ earlier stores end with the caches on
	mcr	p15, 0, r0, c1, c0, 0
	isb					@ the following code runs uncached
	bl	dcache_by_set_way
	mov	r0, #0
	mcr	p15, 0, r0, c7, c5, 0		@ ICIALLU
	mcr	p15, 0, r0, c7, c5, 6		@ BPIALL
	mcr	p15, 0, r0, c8, c7, 0		@ TLBIALL
	dsb	sy				@ the maintenance has ended
	isb					@ before anything more is fetched
	bx	r10

	/*
	 * Cleans and invalidates every data cache level up to the point of
	 * coherency (DDI0406C B2.2.6, example code). If r7 (SCTLR on entry, or
	 * HSCTLR) had the cache off, level 1 is just invalidated. An inner
	 * level 2, as in A7 and A15, is cleaned even then: it comes out of reset
	 * empty (DDI0464, DDI0438, chapters on reset), so it holds only what a
	 * loader or the secure world left there. Changes r0-r6, r11, r12.
	 */
dcache_by_set_way:
	mrc	p15, 1, r0, c0, c0, 1		@ CLIDR
	mov	r1, r0, lsr #23
	ands	r1, r1, #0xe			@ LoC, twice
	bxeq	lr
	mov	r2, #0				@ level, twice
1:	add	r3, r2, r2, lsr #1		@ three times the level
	mov	r4, r0, lsr r3
	and	r4, r4, #7			@ the kind of this level's cache
	cmp	r4, #2
	blt	5f				@ none, or for instructions only
	mcr	p15, 2, r2, c0, c0, 0		@ CSSELR
	isb					@ CCSIDR is read after CSSELR is set
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
	cmpeq	r2, #0				@ eq: cache was off, and level 1
	mcreq	p15, 0, r12, c7, c6, 2		@ DCISW
	mcrne	p15, 0, r12, c7, c14, 2		@ DCCISW
	subs	r11, r11, #1
	bge	3b
	subs	r3, r3, #1
	bge	2b
5:	dsb	sy				@ before the next level (erratum 814220)
	add	r2, r2, #2
	cmp	r1, r2
	bgt	1b
	bx	lr

	/*
	 * Returns r0 = 1 in Secure state, 0 in Non-secure. No register has the
	 * state, but reading SCR is undefined in Non-secure state (DDI0406C
	 * B4.1.129). So SCR is read with vectors whose handler puts 0 into r2 and
	 * continues after the instruction.
	 */
security_state:
	mrc	p15, 0, r1, c12, c0, 0		@ VBAR
	adr	r0, skip_undefined
	mcr	p15, 0, r0, c12, c0, 0
	isb					@ the vectors are in force before SCR is read
	mov	r2, #1
	mrc	p15, 0, r0, c1, c1, 0		@ SCR
	mcr	p15, 0, r1, c12, c0, 0
	isb					@ the loader's vectors are in force again
	mov	r0, r2
	bx	lr

	.balign	32
skip_undefined:
	nop					@ 0x00 reset: does not use these vectors
	mov	r2, #0				@ 0x04 undefined instruction
	movs	pc, lr				@ lr is after the instruction (B1.8.3)

	/*
	 * Copies the loader's list (r9) to RAM's second page if move_image or
	 * .bss would overwrite it: if it lies in the image's place, or so near
	 * below that it may reach there. There must be room below the image's old
	 * and new place.
	 */
keep_list:
	ldr	r0, =PHYS_OFFSET + BOOT_LIST_OFFSET
	ldr	r2, =_end - LOAD_OFFSET
	cmp	r9, r0
	cmphi	r2, r9
	bxls	lr				@ nothing will overwrite it
	tst	r9, #3
	bxne	lr				@ this is no list: boot.c reports it
	ldmia	r9, {r1, r4}
	ldr	r3, =FDT_MAGIC_LE
	cmp	r1, r3
	bne	2f
	ldr	r4, [r9, #12]			@ a device tree: offset of its strings,
	ldr	r3, [r9, #32]			@ and their size
	rev	r4, r4
	rev	r3, r3
	add	r4, r4, r3
	ldr	r1, [r9, #8]			@ offset of its structure block
	ldr	r3, [r9, #36]
	rev	r1, r1
	rev	r3, r3
	add	r1, r1, r3
	cmp	r1, r4
	movhi	r4, r1				@ nothing after the later one is used
	b	1f
2:	ldr	r3, =ATAG_CORE
	cmp	r4, r3
	bxne	lr
	mov	r4, #0x1000			@ no loader's ATAGs are longer
1:	ldr	r1, =_start			@ room up to the linked image,
	add	r3, r9, r4
	cmp	r3, r1
	bxls	lr				@ the list ends below the image
	adr	r2, _start
	sub	r3, r2, #PHYS_OFFSET
	cmp	r3, #BOOT_LIST_OFFSET
	bxls	lr
	cmp	r3, #TEXT_OFFSET
	movlo	r1, r2				@ or to where the image lies now
	sub	r1, r1, r0
	cmp	r4, r1
	bxhi	lr				@ no room: boot.c reports it
	add	r1, r0, r4
	mov	r2, r9
	mov	r9, r0
1:	ldr	r3, [r2], #4
	str	r3, [r0], #4
	cmp	r0, r1
	blo	1b
	bx	lr

	/*
	 * Moves the image to the address at which it is linked, if it lies
	 * elsewhere: in flash, or where a loader has put it. Both places may
	 * overlap, so it copies as memmove does: upward from the last word,
	 * downward from the first. A copy must not overwrite the loop that
	 * makes it: copy_up lies before the first word that is copied, copy_down
	 * after the last. Whatever the new place held is lost, except the
	 * loader's list, which keep_list has saved.
	 */
move_image:
	adr	r0, _start
	ldr	r1, =_start
	subs	r2, r1, r0			@ the distance to move
	bxeq	lr
	add	lr, lr, r2			@ return into the copy
	ldr	r4, =copied_to - LOAD_OFFSET
	sub	r5, r4, r2			@ where copied_to lies now
	movhi	r3, #-4				@ hi: the new place is above
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

	/* The stack of the C code before the high half, which has init_stack. */
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
