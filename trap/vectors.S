/*
 * The page at 0xffff0000: exception vectors and kuser helpers.
 *
 * trap_init copies [__vectors_start, __vectors_end) to a page of its own and
 * the helpers to their fixed places at its end; programs may read and execute
 * the page. The vectors cannot branch to the kernel's text, which is more than
 * 32 MiB away: each loads its address from the table behind them.
 */
#include <asm/barrier.h>

	.syntax	unified
	.arm
	.section .rodata.vectors, "a", %progbits

	.global	__vectors_start, __vectors_end
__vectors_start:				@ DDI0406C B1.8.1, Table B1-3
	ldr	pc, [pc, #24]			@ 0x00 reset: never comes here
	ldr	pc, [pc, #24]			@ 0x04 undefined instruction
	ldr	pc, [pc, #24]			@ 0x08 supervisor call
	ldr	pc, [pc, #24]			@ 0x0c prefetch abort
	ldr	pc, [pc, #24]			@ 0x10 data abort
	ldr	pc, [pc, #24]			@ 0x14 hypervisor: not used
	ldr	pc, [pc, #24]			@ 0x18 IRQ
	ldr	pc, [pc, #24]			@ 0x1c FIQ: masked for ever
	.word	vector_unexpected
	.word	vector_und
	.word	vector_swi
	.word	vector_pabt
	.word	vector_dabt
	.word	vector_unexpected
	.word	vector_irq
	.word	vector_unexpected
__vectors_end:

/*
 * The kuser helpers end the page: a program calls the address itself; Linux's
 * documentation on kernel user helpers has the contract. .org pads each to its
 * slot, and would refuse one that is too long.
 */
	.global	__kuser_helpers_start, __kuser_helpers_end
__kuser_helpers_start:
	/*
	 * 0xffff0f60: int kuser_cmpxchg64(const u64 *old, const u64 *new,
	 * volatile u64 *ptr). 0, carry set: *ptr was *old and is *new now.
	 */
	push	{r4, r5, r6, r7, r8}
	ldrd	r4, r5, [r0]
	ldrd	r6, r7, [r1]
	smp_dmb					@ earlier accesses before it
1:	ldrexd	r0, r1, [r2]
	eors	r3, r0, r4
	eorseq	r3, r1, r5
	strexdeq r3, r6, r7, [r2]
	teqeq	r3, #1				@ the monitor was lost: again
	beq	1b
	smp_dmb					@ later accesses after it
	rsbs	r0, r3, #0			@ carry set if r3 is 0
	pop	{r4, r5, r6, r7, r8}
	bx	lr
	.org	__kuser_helpers_start + 0x40

	/* 0xffff0fa0: void kuser_memory_barrier(void) */
kuser_memory_barrier:
	smp_dmb					@ what the program asks for
	bx	lr
	.org	__kuser_helpers_start + 0x60

	/*
	 * 0xffff0fc0: int kuser_cmpxchg(u32 old, u32 new, volatile u32 *ptr).
	 * 0, carry set: *ptr was old and is new now.
	 */
	smp_dmb					@ earlier accesses before it
2:	ldrex	r3, [r2]
	subs	r3, r3, r0
	strexeq	r3, r1, [r2]
	teqeq	r3, #1				@ the monitor was lost: again
	beq	2b
	rsbs	r0, r3, #0			@ carry set if r3 is 0
	b	kuser_memory_barrier		@ later accesses after it

	/* 0xffff0fe0: u32 kuser_get_tls(void) */
	.org	__kuser_helpers_start + 0x80
	mrc	p15, 0, r0, c13, c0, 3		@ TPIDRURO
	bx	lr
	.org	__kuser_helpers_start + 0x9c
	.word	5				@ 0xffff0ffc: slots of 32 bytes
__kuser_helpers_end:
