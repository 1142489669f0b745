/*
 * The semihosting call, and a probe that finds out whether a host takes it.
 *
 * A32 code calls the host by SVC 0x123456 (Arm's "Semihosting for AArch32 and
 * AArch64"): r0 is the operation, r1 its arguments, and r0 the result. The kernel
 * is in SVC mode already, so the exception may overwrite its lr and SPSR: lr is
 * saved.
 */
#include <asm/cfi.h>

#define SEMIHOSTING_SVC	0x123456
#define SYS_ERRNO	0x13		/* harmless: changes nothing */
#define SCTLR_V		(1 << 13)	/* vectors at 0xffff0000, not at VBAR */

	.syntax unified
	.arm

	.text
	.global	semihosting_call
	.type	semihosting_call, %function
semihosting_call:
	.fnstart
	.cfi_startproc
	push	{r4, lr}
	.save	{r4, lr}
	cfi_pushed r4, lr
	svc	#SEMIHOSTING_SVC
	pop	{r4, pc}
	.cfi_endproc
	.fnend
	.size	semihosting_call, . - semihosting_call

	/*
	 * bool semihosting_probe_call(void): interrupts off. With no host the
	 * call is an ordinary SVC exception and ends in probe_vectors, which
	 * clears r4.
	 */
	.global	semihosting_probe_call
	.type	semihosting_probe_call, %function
semihosting_probe_call:
	.fnstart
	.cfi_startproc
	push	{r4-r7, lr}
	.save	{r4-r7, lr}
	cfi_pushed r4, r5, r6, r7, lr
	mrc	p15, 0, r5, c1, c0, 0		@ SCTLR
	mrc	p15, 0, r6, c12, c0, 0		@ VBAR
	ldr	r7, =probe_vectors
	bic	r3, r5, #SCTLR_V
	mcr	p15, 0, r7, c12, c0, 0
	mcr	p15, 0, r3, c1, c0, 0
	isb					@ the vectors are ours from here
	mov	r4, #1
	mov	r0, #SYS_ERRNO
	mov	r1, #0
	svc	#SEMIHOSTING_SVC
	mcr	p15, 0, r6, c12, c0, 0
	mcr	p15, 0, r5, c1, c0, 0
	isb					@ ... to here
	mov	r0, r4
	pop	{r4-r7, pc}
	.cfi_endproc
	.fnend
	.size	semihosting_probe_call, . - semihosting_probe_call

	/* VBAR ignores its low five bits. Only the SVC entry can be reached. */
	.balign	32
	.type	probe_vectors, %function
probe_vectors:
	b	.				@ reset
	b	.				@ undefined instruction
	mov	r4, #0				@ SVC: no host took the call
	movs	pc, lr				@ returns; this slot is of prefetch aborts
	.size	probe_vectors, . - probe_vectors
