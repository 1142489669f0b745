/*
 * Copies between kernel and user memory that survive a fault.
 *
 * Every instruction that touches a user address is wrapped in USER: it gets an
 * entry in __ex_table, "this instruction, go on there". do_page_fault brings
 * the page in and the instruction runs again, or, when the address space has
 * no such page, the exception returns to the fix-up.
 *
 * A block transfer that faults has moved nothing that counts: ARMv7 restores
 * the base register (DDI0406C B1.9.8). Its fix-up continues byte by byte from
 * the same place, so that the residue returned is exact to the byte.
 *
 * User memory is open (asm/domain.h) from a function's first instruction to its
 * last, and closed on each way out, the fix-ups included.
 *
 * Registers of a copy:	r0 to	r1 from	r2 bytes left
 *			ip = from - to	lr = end of to	r3-r10 data
 */
#include <asm/barrier.h>
#include <asm/cfi.h>
#include <asm/domain.h>
#include <uapi/errno.h>

	.syntax	unified
	.arm
	.text

/* A user access, and where to go if it cannot be. */
	.macro	USER fixup, insn:vararg
9001:	\insn
	.pushsection __ex_table, "a"
	.align	2
	.word	9001b, \fixup
	.popsection
	.endm

/* A kernel access: the other half of a copy. */
	.macro	KERNEL fixup, insn:vararg
	\insn
	.endm

	.macro	FUNCTION name
	.section .text.\name, "ax"
	.align	5
	.global	\name
	.type	\name, %function
\name:
	.cfi_startproc
	.endm

	.macro	END name
	.cfi_endproc
	.size	\name, . - \name
	.endm

/*
 * The copy, once for each direction: LD and ST are USER or KERNEL. Blocks of
 * 256 bytes, of 32, of 16 and 8, where both sides have the same place in a
 * word; words with one side unaligned otherwise; the rest in bytes.
 */
	.macro	COPY ld, st
	.cfi_remember_state
	push	{r4-r10, lr}
	cfi_pushed r4, r5, r6, r7, r8, r9, r10, lr
	user_open r3
	sub	ip, r1, r0
	add	lr, r0, r2
	tst	ip, #3
	bne	.Lskew\@
.Lalign\@:
	tst	r0, #3
	beq	.Lblocks\@
	subs	r2, r2, #1
	blo	.Ldone\@
	\ld	.Lresume\@, ldrb r3, [r1]
	\st	.Lresume\@, strb r3, [r0]
	add	r1, r1, #1
	add	r0, r0, #1
	b	.Lalign\@

.Lblocks\@:
	subs	r2, r2, #256
	blo	.Lshort\@
.L256\@:
	.rept	8
	\ld	.Lresume\@, ldmia r1!, {r3-r10}
	\st	.Lresume\@, stmia r0!, {r3-r10}
	.endr
	subs	r2, r2, #256
	bhs	.L256\@
.Lshort\@:
	adds	r2, r2, #256 - 32
	blo	.Lbytes32\@
.L32\@:
	\ld	.Lresume\@, ldmia r1!, {r3-r10}
	\st	.Lresume\@, stmia r0!, {r3-r10}
	subs	r2, r2, #32
	bhs	.L32\@
.Lbytes32\@:
	add	r2, r2, #32
	tst	r2, #16
	\ld	.Lresume\@, ldmiane r1!, {r3-r6}
	\st	.Lresume\@, stmiane r0!, {r3-r6}
	tst	r2, #8
	\ld	.Lresume\@, ldmiane r1!, {r3-r4}
	\st	.Lresume\@, stmiane r0!, {r3-r4}
	and	r2, r2, #7

.Lskew\@:					@ r2 bytes, any alignment
	subs	r2, r2, #4
	blo	.Ltail\@
.Lword\@:
	\ld	.Lresume\@, ldr r3, [r1]
	\st	.Lresume\@, str r3, [r0]
	add	r1, r1, #4
	add	r0, r0, #4
	subs	r2, r2, #4
	bhs	.Lword\@
.Ltail\@:
	cmp	r0, lr
	beq	.Ldone\@
.Lbyte\@:
	\ld	.Lfault\@, ldrb r3, [r1]
	\st	.Lfault\@, strb r3, [r0]
	add	r1, r1, #1
	add	r0, r0, #1
	cmp	r0, lr
	bne	.Lbyte\@
.Ldone\@:
.Lfault\@:
	user_close r3
	sub	r0, lr, r0			@ bytes not copied
	pop	{r4-r10, pc}

.Lresume\@:					@ r0 is right: start from it
	add	r1, r0, ip
	b	.Ltail\@
	.cfi_restore_state
	.endm

/* u32 __copy_from_user(void *to, uaddr_t from, u32 bytes) */
FUNCTION __copy_from_user
	COPY	USER, KERNEL
END __copy_from_user

/* u32 __copy_to_user(uaddr_t to, const void *from, u32 bytes) */
FUNCTION __copy_to_user
	COPY	KERNEL, USER
END __copy_to_user

/*
 * The same two once more: what a fault in them may do depends on where it is.
 * u32 copy_from_user_locked(void *to, uaddr_t from, u32 bytes)
 * u32 copy_to_user_locked(uaddr_t to, const void *from, u32 bytes)
 */
FUNCTION copies_locked_start
	.global	copy_from_user_locked, copy_to_user_locked, copies_locked_end
	.type	copy_from_user_locked, %function
	.type	copy_to_user_locked, %function
copy_from_user_locked:
	COPY	USER, KERNEL
	.align	5
copy_to_user_locked:
	COPY	KERNEL, USER
copies_locked_end:
END copies_locked_start

/* u32 __clear_user(uaddr_t to, u32 bytes) */
FUNCTION __clear_user
	push	{r4-r9, lr}
	cfi_pushed r4, r5, r6, r7, r8, r9, lr
	user_open r2
	add	lr, r0, r1			@ end
	mov	r2, #0
	mov	r3, #0
	mov	r4, #0
	mov	r5, #0
	mov	r6, #0
	mov	r7, #0
	mov	r8, #0
	mov	r9, #0
.Lclear_align:
	cmp	r0, lr
	beq	.Lclear_done
	tst	r0, #3
	USER	.Lclear_fault, strbne r2, [r0]
	addne	r0, r0, #1
	bne	.Lclear_align
	sub	r1, lr, r0
	subs	r1, r1, #32
	blo	.Lclear_bytes
.Lclear_block:
	USER	.Lclear_bytes, stmia r0!, {r2-r9}
	subs	r1, r1, #32
	bhs	.Lclear_block
.Lclear_bytes:
	cmp	r0, lr
	beq	.Lclear_done
	USER	.Lclear_fault, strb r2, [r0]
	add	r0, r0, #1
	b	.Lclear_bytes
.Lclear_done:
.Lclear_fault:
	user_close r2
	sub	r0, lr, r0			@ bytes not cleared
	pop	{r4-r9, pc}
END __clear_user

/* int __get_user_u32(u32 *val, uaddr_t from) */
FUNCTION __get_user_u32
	user_open ip
	USER	.Lefault, ldr r2, [r1]
	user_close ip
	str	r2, [r0]
	mov	r0, #0
	bx	lr
END __get_user_u32

/* int __get_user_u8(u8 *val, uaddr_t from) */
FUNCTION __get_user_u8
	user_open ip
	USER	.Lefault, ldrb r2, [r1]
	user_close ip
	strb	r2, [r0]
	mov	r0, #0
	bx	lr
END __get_user_u8

/* int __put_user_u32(u32 val, uaddr_t to) */
FUNCTION __put_user_u32
	user_open ip
	USER	.Lefault, str r0, [r1]
	user_close ip
	mov	r0, #0
	bx	lr
END __put_user_u32

/* int __put_user_pair(u32 first, u32 second, uaddr_t to) */
FUNCTION __put_user_pair
	user_open ip
	USER	.Lefault, str r0, [r2]		@ STM would not do unaligned
	USER	.Lefault, str r1, [r2, #4]
	user_close ip
	mov	r0, #0
	bx	lr
END __put_user_pair

/* int __cmpxchg_user_u32(uaddr_t at, u32 old, u32 new, u32 *seen) */
FUNCTION __cmpxchg_user_u32
	push	{r4, r5}
	cfi_pushed r4, r5
	user_open ip
	smp_dmb					@ what came before is seen first
1:	USER	.Lcmpxchg_fault, ldrex r4, [r0]
	cmp	r4, r1
	bne	2f
	USER	.Lcmpxchg_fault, strex r5, r2, [r0]
	cmp	r5, #0
	bne	1b
2:	clrex					@ not equal: nothing was stored
	smp_dmb					@ and what follows, after it
	user_close ip
	str	r4, [r3]
	mov	r0, #0
	pop	{r4, r5}
	bx	lr
.Lcmpxchg_fault:
	clrex
	pop	{r4, r5}
	b	.Lefault
END __cmpxchg_user_u32

	.section .text.uaccess_efault, "ax"
	.cfi_startproc
.Lefault:
	user_close ip
	mvn	r0, #(EFAULT - 1)
	bx	lr
	.cfi_endproc
