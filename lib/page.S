/*
 * Clear and copy one page with load and store multiple.
 *
 * Eight registers fill one 32-byte cache line of Cortex-A9. The store buffer merges
 * their stores into one write of the line, so the line need not be read first.
 */
#include <asm/cfi.h>
#include <config.h>

	.syntax unified
	.arm
	.text

/* void clear_page(void *page): a page's 128 lines without a loop */
	.section .text.clear_page, "ax", %progbits
	.global clear_page
	.type clear_page, %function
clear_page:
	.cfi_startproc
	push	{r4-r8, lr}
	cfi_pushed r4, r5, r6, r7, r8, lr
	mov	r1, #0
	mov	r2, #0
	mov	r3, #0
	mov	r4, #0
	mov	r5, #0
	mov	r6, #0
	mov	r7, #0
	mov	r8, #0
	.rept	PAGE_SIZE / 32
	stmia	r0!, {r1-r8}
	.endr
	pop	{r4-r8, pc}
	.cfi_endproc
	.size clear_page, . - clear_page

#define UNROLL		32	/* lines of one turn of the loop */

/* void copy_page(void *to, const void *from) */
	.section .text.copy_page, "ax", %progbits
	.global copy_page
	.type copy_page, %function
copy_page:
	.cfi_startproc
	push	{r4-r9, lr}
	cfi_pushed r4, r5, r6, r7, r8, r9, lr
	add	lr, r0, #PAGE_SIZE
1:
	.rept	UNROLL
	ldmia	r1!, {r2-r9}
	stmia	r0!, {r2-r9}
	.endr
	cmp	r0, lr
	bne	1b
	pop	{r4-r9, pc}
	.cfi_endproc
	.size copy_page, . - copy_page
