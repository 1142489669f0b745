/*
 * A loader that leaves everything as it should not be: every register that the
 * kernel's start-up must not trust, and the L2 cache on where the board has
 * one; if it is entered in HYP mode, a virtual asynchronous abort pending.
 * Entered as the kernel would be, r1 and r2 handed on; the kernel's image lies
 * KERNEL_OFFSET into RAM, where it is not linked.
 */
#include <board/l2c310.h>
#include <ptrace.h>

#define KERNEL_OFFSET	0x01000000	/* boots.t puts it there */

/* alignment faults, I, Z, vectors high, HA, WXN, UWXN, VE, TRE, AFE, Thumb */
#define SCTLR_WRONG	(1 << 1 | 1 << 12 | 1 << 11 | 1 << 13 | 1 << 17 | \
			 1 << 19 | 1 << 20 | 1 << 24 | 1 << 28 | 1 << 29 | \
			 1 << 30)
#define TTBCR_WRONG	0x80000f00	/* long descriptors, as U-Boot has it */
#define CPACR_WRONG	(3 << 30)	/* no D16-D31, no NEON */
#define CNTKCTL_WRONG	0x303		/* all of the timer is programs' */
#define HCR_PENDING	(1 << 8 | 1 << 5) /* VA, and AMO that lets it in */
#define ACTLR_WRONG	(1 << 7 | 1 << 3) /* exclusive caches, lines of zero */

	.syntax	unified
	.arm
	.arch_extension virt
	.text
	.global	_start
_start:
	mrs	r7, cpsr
	and	r7, r7, #PSR_MODE_MASK
	cmp	r7, #0x1a			@ HYP
	bne	1f
	mov	r3, #HCR_PENDING
	mcr	p15, 4, r3, c1, c1, 0		@ HCR
	mov	r3, #PSR_A | PSR_I | PSR_F | PSR_MODE_SVC
	msr	spsr_cxsf, r3
	adr	r3, 1f
	msr	elr_hyp, r3
	eret
1:	mvn	r3, #0
	mov	r4, #0
	mcr	p15, 0, r3, c3, c0, 0		@ DACR: managers
	ldr	r5, =TTBCR_WRONG
	mcr	p15, 0, r5, c2, c0, 2
	mcr	p15, 0, r4, c10, c2, 0		@ PRRR: all strongly-ordered
	mcr	p15, 0, r3, c10, c2, 1		@ NMRR
	mcr	p15, 0, r3, c2, c0, 1		@ TTBR1
	ldr	r5, =0xdeadbe55
	mcr	p15, 0, r5, c13, c0, 1		@ CONTEXTIDR
	mcr	p15, 0, r5, c13, c0, 4		@ TPIDRPRW
	mcr	p15, 0, r4, c12, c0, 0		@ VBAR
	ldr	r5, =CPACR_WRONG
	mcr	p15, 0, r5, c1, c0, 2
	mrc	p15, 0, r5, c1, c0, 1
	orr	r5, r5, #ACTLR_WRONG
	mcr	p15, 0, r5, c1, c0, 1
	mcr	p15, 0, r3, c9, c14, 0		@ PMUSERENR: open to programs,
	mcr	p14, 6, r3, c1, c0, 0		@ TEEHBR
	mcr	p14, 6, r4, c0, c0, 0		@ and TEECR: so is it
	mrc	p15, 0, r5, c0, c1, 1
	tst	r5, #0xf << 16			@ ID_PFR1: a generic timer?
	ldrne	r5, =CNTKCTL_WRONG
	mcrne	p15, 0, r5, c14, c1, 0
#ifdef L2C310_PA
	ldr	r5, =L2C310_PA + L2_CONTROL
	mov	r6, #1
	str	r6, [r5]
#endif
	mrc	p15, 0, r5, c1, c0, 0
	ldr	r6, =SCTLR_WRONG
	orr	r5, r5, r6
	mcr	p15, 0, r5, c1, c0, 0
	isb
	mov	sp, r3
	ldr	r5, =PHYS_OFFSET + KERNEL_OFFSET
	cps	#PSR_MODE_SYS			@ nor the mode, nor the masks
	cpsie	if
	cmp	r7, #0x1a
	beq	2f				@ not yet: the kernel shall get it
	cpsie	a
2:
	setend	be				@ nor the order of bytes
	bx	r5
	.pool
