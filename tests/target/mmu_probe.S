/*
 * Single accesses that may abort, for test_mmu.c. Each has an entry in
 * __ex_table, so an abort that cannot be mended comes back as -EFAULT.
 */
#include <config.h>
#include <uapi/errno.h>

	.syntax	unified
	.arm
	.text

	.macro	EX insn_address, fixup
	.pushsection __ex_table, "a"
	.align	2
	.word	\insn_address, \fixup
	.popsection
	.endm

/* int probe_load(u32 va, u32 *val) */
	.global	probe_load
	.type	probe_load, %function
probe_load:
1:	ldr	r2, [r0]
	str	r2, [r1]
	mov	r0, #0
	bx	lr
	EX	1b, .Lfault
	.size	probe_load, . - probe_load

/* int probe_store(u32 va, u32 val) */
	.global	probe_store
	.type	probe_store, %function
probe_store:
1:	str	r1, [r0]
	mov	r0, #0
	bx	lr
	EX	1b, .Lfault
	.size	probe_store, . - probe_store

/*
 * u32 probe_exclusive(u32 *word, u32 va): 1 if the STREX of an exclusive pair on
 * word fails, as it must, because an abort (of va, where nothing is) came between.
 */
	.global	probe_exclusive
	.type	probe_exclusive, %function
probe_exclusive:
	ldrex	r2, [r0]
1:	ldr	r3, [r1]
.Lafter_abort:
	strex	r3, r2, [r0]
	mov	r0, r3
	bx	lr
	EX	1b, .Lafter_abort
	.size	probe_exclusive, . - probe_exclusive

/*
 * int probe_call(u32 va): run the code at va, which returns at once. If it may
 * not be fetched, the abort's pc is va itself; so the places that tests call
 * are listed here by address.
 */
	.global	probe_call
	.type	probe_call, %function
probe_call:
	push	{r4, lr}
	blx	r0
	mov	r0, #0
	pop	{r4, pc}
.Lcall_fault:
	mvn	r0, #(EFAULT - 1)
	pop	{r4, pc}
	.size	probe_call, . - probe_call

	EX	probe_code_in_data, .Lcall_fault
	EX	probe_code_in_rodata, .Lcall_fault
	EX	PROBE_USER_VA, .Lcall_fault
	EX	FIXMAP_START, .Lcall_fault

	.equ	PROBE_USER_VA, 0x00400000

.Lfault:
	mvn	r0, #(EFAULT - 1)
	bx	lr

/* A function that does nothing, where no function may be. */
	.macro	NOTHING name
	.global	\name
	.type	\name, %object
\name:	bx	lr
	.size	\name, . - \name
	.endm

	.global	probe_code_in_text
	.type	probe_code_in_text, %function
probe_code_in_text:
	bx	lr
	.size	probe_code_in_text, . - probe_code_in_text

	.section .rodata.probe, "a"
	.align	2
	NOTHING	probe_code_in_rodata

	.data
	.align	2
	NOTHING	probe_code_in_data
