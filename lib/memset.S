/*
 * memset, which nano Newlib has too, but built for size: it stores a word at a
 * time. The kernel clears structures at each fork, exec and mmap; here one store
 * multiple writes a cache line.
 */
#include <asm/cfi.h>

	.syntax unified
	.arm
	.text

/* void *memset(void *s, int c, size_t n) */
	.section .text.memset, "ax", %progbits
	.global memset
	.type memset, %function
memset:
	.cfi_startproc
	mov	ip, r0				@ r0 is the result
	and	r1, r1, #0xff
	orr	r1, r1, r1, lsl #8
	orr	r1, r1, r1, lsl #16
	cmp	r2, #4
	blo	4f
1:	tst	ip, #3				@ at most three bytes, up to a word's start
	strbne	r1, [ip], #1
	subne	r2, r2, #1
	bne	1b

	mov	r3, r1
	subs	r2, r2, #32
	blo	3f
	push	{r4-r8, lr}
	.cfi_remember_state
	cfi_pushed r4, r5, r6, r7, r8, lr
	mov	r4, r1
	mov	r5, r1
	mov	r6, r1
	mov	r7, r1
	mov	r8, r1
	mov	lr, r1
2:	stmia	ip!, {r1, r3-r8, lr}
	subs	r2, r2, #32
	bhs	2b
	pop	{r4-r8, lr}
	.cfi_restore_state
3:	adds	r2, r2, #32 - 8			@ r2: bytes left, less 8
	blt	5f
2:	stmia	ip!, {r1, r3}
	subs	r2, r2, #8
	bhs	2b
5:	add	r2, r2, #8
	tst	r2, #4
	strne	r1, [ip], #4
	and	r2, r2, #3

4:	subs	r2, r2, #1
	strbhs	r1, [ip], #1
	bhi	4b
	bx	lr
	.cfi_endproc
	.size memset, . - memset
