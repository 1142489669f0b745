/*
 * void switch_to(struct task_struct *prev, struct task_struct *next)
 *
 * Leaves prev's kernel stack for next's. Called with interrupts off and next's
 * user translations loaded. Registers that a C function may clobber need no
 * saving; the user's registers are in the frame at the stack's top. It returns
 * where next called it, or, for a new task, to the start that fork prepared.
 */
#include <asm/cfi.h>
#include <thread_info.h>

/* offsetof(struct task_struct, context), asserted in proc/task.c */
#define TSK_CONTEXT	36

	.syntax unified
	.arm
	.text

	.global	switch_to
	.type	switch_to, %function
switch_to:
	.cfi_startproc
	add	r2, r0, #TSK_CONTEXT
	mrc	p15, 0, r3, c13, c0, 2		@ TPIDRURW: programs write it
	stmia	r2!, {r4-r11, sp, lr}
	str	r3, [r2]

	add	r2, r1, #TSK_CONTEXT
	ldr	ip, [r1, #TI_TLS]
	mcr	p15, 0, r1, c13, c0, 4		@ TPIDRPRW: current
	mcr	p15, 0, ip, c13, c0, 3		@ TPIDRURO: the user's TLS
	ldr	r3, [r2, #40]
	mcr	p15, 0, r3, c13, c0, 2
	/*
	 * No CLREX: the return to user mode closes an LDREX that prev's program
	 * left open (A3.4.5), and the kernel calls schedule() inside none.
	 * No ISB: the kernel reads TPIDRPRW with MRC, which sees the write;
	 * user mode comes after an exception return, which synchronises
	 * (DDI0406C B3.15.5).
	 */
	ldmia	r2, {r4-r11, sp, pc}
	.cfi_endproc
	.size	switch_to, . - switch_to
