/*
 * memcpy, for the same reason as memset: Newlib's moves two words at a time.
 *
 * Where both ends agree modulo 4, cache lines are copied by load and store
 * multiple. Otherwise words are copied, which ARMv7 loads and stores at any address.
 */
#include <asm/cfi.h>

	.syntax unified
	.arm
	.text

/* void *memcpy(void *to, const void *from, size_t n) */
	.section .text.memcpy, "ax", %progbits
	.global memcpy
	.type memcpy, %function
memcpy:
	.cfi_startproc
	push	{r0, r4-r9, lr}			@ r0 is the result
	cfi_pushed r0, r4, r5, r6, r7, r8, r9, lr
	orr	r3, r0, r1
	tst	r3, #3
	bne	6f
1:	subs	r2, r2, #32
	blo	4f
	subs	r2, r2, #1024 - 32
	blo	3f
2:	.rept	1024 / 32
	ldmia	r1!, {r3-r9, lr}
	stmia	r0!, {r3-r9, lr}
	.endr
	subs	r2, r2, #1024
	bhs	2b
3:	adds	r2, r2, #1024 - 32		@ r2: bytes left, less 32
	blt	4f
2:	ldmia	r1!, {r3-r9, lr}
	stmia	r0!, {r3-r9, lr}
	subs	r2, r2, #32
	bhs	2b
4:	lsls	r3, r2, #28			@ C = bit 4: 16 more; N = bit 3: 8 more
	ldmiacs	r1!, {r3-r6}
	stmiacs	r0!, {r3-r6}
	ldmiami	r1!, {r3-r4}
	stmiami	r0!, {r3-r4}
5:	lsls	r3, r2, #30			@ C = bit 2: 4 more; N = bit 1: 2 more
	ldrcs	r3, [r1], #4
	strcs	r3, [r0], #4
	ldrhmi	r3, [r1], #2
	strhmi	r3, [r0], #2
	tst	r2, #1
	ldrbne	r3, [r1]
	strbne	r3, [r0]
	pop	{r0, r4-r9, pc}

6:	eor	r3, r0, r1
	tst	r3, #3
	bne	8f
7:	subs	r2, r2, #1			@ bytes, until both are at a word's start
	poplo	{r0, r4-r9, pc}
	ldrb	r3, [r1], #1
	strb	r3, [r0], #1
	tst	r0, #3
	bne	7b
	b	1b
8:	subs	r2, r2, #8
	ldrhs	r3, [r1], #4
	ldrhs	r4, [r1], #4
	strhs	r3, [r0], #4
	strhs	r4, [r0], #4
	bhs	8b
	b	5b				@ r2 is negative: its low bits count
	.cfi_endproc
	.size memcpy, . - memcpy
