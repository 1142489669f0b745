/*
 * From an exception to C, and back.
 *
 * One stack discipline for all of them: everything is saved on the kernel
 * stack of the running task, in SVC mode, as a struct pt_regs. From user mode
 * that stack is empty but for one word, so that the frame ends at its top:
 *
 *	stack + THREAD_SIZE	+-----------+
 *				| orig_r0   |  sp_svc while in user mode
 *				| cpsr      |  \ stored by SRS, fetched
 *				| pc        |  / by RFE
 *				| lr, sp    |  the user's, by STM^
 *	sp in C ->		| r12 .. r0 |
 *				+-----------+
 *
 * From kernel mode the frame goes on top of whatever is there; it has no
 * orig_r0, and its sp and lr are SVC mode's own. Then C is called with sp
 * aligned to 8 bytes, as the ABI wants.
 *
 * User memory is closed to the kernel on each way in, and restored to what it
 * was on each way out (asm/domain.h). On entry from kernel mode r5, saved like the
 * rest and preserved by C, holds the DACR that was in force.
 *
 * IRQs stay masked until C unmasks them, so nothing can come between an
 * exception and the reading of its fault registers (DDI0406C B3.13).
 *
 * A kernel stack that overflows cannot hold a frame. Stacks lie in the lower
 * half of ranges aligned to 2 * THREAD_SIZE, and nothing is mapped below each:
 * an sp that ran out has the bit THREAD_SIZE set. Faults from kernel mode test it.
 *
 * For debuggers cfi_pt_regs says where the frame is, so that a backtrace goes from
 * C through the exception to the code that was interrupted.
 */
#include <asm/cfi.h>
#include <asm/domain.h>
#include <config.h>
#include <ptrace.h>
#include <thread_info.h>
#include <uapi/unistd.h>

/* Room that a report of the fault itself needs on the stack. */
#define FAULT_HEADROOM	512

	.syntax	unified
	.arm
	.text

/* current's thread_info into \reg */
	.macro	CURRENT reg
	mrc	p15, 0, \reg, c13, c0, 4	@ TPIDRPRW
	.endm

/* After SRS from user mode: the rest of the frame. ip is free then. */
	.macro	SAVE_USER
	sub	sp, sp, #S_PC
	stmia	sp, {r0-lr}^			@ the user's sp and lr
	user_close ip
	.endm

	.macro	RETURN_TO_USER
	mov	ip, #DACR_USER_OPEN
	user_restore ip
	clrex					@ no open LDREX survives (A3.4.5)
	ldmia	sp, {r0-lr}^
	add	sp, sp, #S_PC
	rfeia	sp!
	.endm

	.macro	ENTRY name
	.balign	32
	.global	\name
	LOCAL_ENTRY \name
	.endm

/* END ends what it begins. */
	.macro	LOCAL_ENTRY name
	.type	\name, %function
\name:
	.cfi_startproc
	cfi_exception
	.endm

	.macro	END name
	.cfi_endproc
	.size	\name, . - \name
	.endm

/* ---- system calls ------------------------------------------------ */

/*
 * Number in r7, arguments in r0-r5; the fifth and sixth go to C on the stack.
 * The kernel itself makes no calls, so this is from user mode.
 */
ENTRY vector_swi
	srsdb	sp!, #PSR_MODE_SVC
	SAVE_USER
	cfi_pt_regs sp
	str	r0, [sp, #S_ORIG_R0]
	cpsie	i
	ldr	ip, =sys_call_table
	push	{r4, r5}
	.cfi_def_cfa_offset 8
	cmp	r7, #NR_SYSCALLS
	bhs	sys_arm_private
	ldr	ip, [ip, r7, lsl #2]
	blx	ip
ret_from_syscall:
	str	r0, [sp, #8]!			@ over r4 and r5, into S_R0
	.cfi_def_cfa_offset 0
	cpsid	i				@ no new work after this look
	CURRENT	r1
	ldr	r1, [r1, #TI_FLAGS]
	tst	r1, #TIF_WORK_MASK
	bne	1f
	RETURN_TO_USER

1:	mov	r2, #1				@ may have to be restarted
	b	work_pending

sys_arm_private:
	.cfi_def_cfa_offset 8
	add	r0, sp, #8
	bl	do_arm_private
	b	ret_from_syscall
END vector_swi

/* Calls that need the frame: it lies above the two stacked arguments. */
	.macro	WITH_REGS name
ENTRY \name\()_with_regs
	cfi_pt_regs sp, 8
	add	r0, sp, #8
	b	\name
END \name\()_with_regs
	.endm

	WITH_REGS sys_fork
	WITH_REGS sys_vfork
	WITH_REGS sys_clone
	WITH_REGS sys_execve
	WITH_REGS sys_ni_syscall

/* ---- the way out ------------------------------------------------- */

/* sp at the frame of an entry from user mode. */
ENTRY ret_to_user
	cfi_pt_regs sp
	cpsid	i				@ no new work after this look
	CURRENT	r1
	ldr	r1, [r1, #TI_FLAGS]
	tst	r1, #TIF_WORK_MASK
	bne	1f
	RETURN_TO_USER
1:	mov	r2, #0				@ no system call to restart
work_pending:					@ r1 flags, r2 a system call?
	mov	r0, sp
	bl	do_work_pending			@ until there is none
	RETURN_TO_USER
END ret_to_user

/* The same for kernel mode: back to what was interrupted; r5 as on entry. */
LOCAL_ENTRY ret_to_kernel
	cfi_pt_regs sp
	cpsid	i				@ RFE's frame is ours until it runs
	user_restore r5
	clrex
	ldr	lr, [sp, #S_LR]
	ldmia	sp, {r0-r12}
	add	sp, sp, #S_PC
	rfeia	sp!
END ret_to_kernel

/* Where switch_to sends a new task; see ptrace.h. */
ENTRY ret_from_fork
	cfi_pt_regs sp
	bl	schedule_tail
	b	ret_to_user
END ret_from_fork

ENTRY ret_from_kthread
	.cfi_undefined pc			@ nobody called it
	bl	schedule_tail
	mov	r0, r4
	blx	r5
	b	ret_to_user			@ it became a program
END ret_from_kthread

/* Puts the DACR of the interrupted kernel code into r5; ip is free. */
	.macro	KEEP_DACR
	mrc	p15, 0, r5, c3, c0, 0
	user_close ip
	.endm

/* ---- aborts and undefined instructions --------------------------- */

/*
 * Called with r0 at the save area of \name (r0, pc, cpsr of what faulted), in
 * SVC mode, all other registers as they were: builds the frame on the stack
 * that was in use. Leaves the frame in r4, DACR as it was in r5, sp aligned.
 */
	.macro	SAVE_KERNEL
	sub	sp, sp, #FAULT_HEADROOM
	tst	sp, #THREAD_SIZE
	add	sp, sp, #FAULT_HEADROOM
	bne	stack_overflow
	sub	sp, sp, #S_ORIG_R0		@ no orig_r0 in this one
	stmib	sp, {r1-r12}
	ldmia	r0, {r1-r3}
	add	ip, sp, #S_ORIG_R0
	str	r1, [sp, #S_R0]
	str	ip, [sp, #S_SP]
	str	lr, [sp, #S_LR]
	str	r2, [sp, #S_PC]
	str	r3, [sp, #S_PSR]
	mov	r4, sp
	cfi_pt_regs r4
	bic	sp, sp, #7
	KEEP_DACR
	.endm

/*
 * The vector of one exception: \adjust takes LR to the instruction meant
 * (DDI0406C B1.8.3), ARGS loads r0 and r1, r2 or r0 gets the frame. From user
 * mode sp of the exception's own mode is free to test SPSR with.
 */
	.macro	FAULT_VECTOR name, adjust, handler, args, regs
ENTRY \name
	.if	\adjust
	sub	lr, lr, #\adjust
	.endif
	mrs	sp, spsr
	tst	sp, #PSR_MODE_MASK & ~PSR_MODE_USR
	bne	1f
	srsdb	sp!, #PSR_MODE_SVC
	cps	#PSR_MODE_SVC
	SAVE_USER
	.cfi_remember_state
	cfi_pt_regs sp
	\args
	mov	\regs, sp
	bl	\handler
	b	ret_to_user

1:	.cfi_restore_state
	ldr	sp, =\name\()_save
	str	r0, [sp]
	str	lr, [sp, #4]
	mrs	r0, spsr
	str	r0, [sp, #8]
	mov	r0, sp
	cps	#PSR_MODE_SVC
	SAVE_KERNEL
	\args
	mov	\regs, r4
	bl	\handler
	mov	sp, r4
	b	ret_to_kernel
	.pool
END \name

	.section .bss.\name, "aw", %nobits
	.balign	8
\name\()_save:
	.space	16
	.text
	.endm

	.macro	READ_DATA_FAULT
	mrc	p15, 0, r0, c6, c0, 0		@ DFAR
	mrc	p15, 0, r1, c5, c0, 0		@ DFSR
	.endm

	.macro	READ_PREFETCH_FAULT
	mrc	p15, 0, r0, c6, c0, 2		@ IFAR
	mrc	p15, 0, r1, c5, c0, 1		@ IFSR
	.endm

	.macro	READ_NOTHING
	.endm

	FAULT_VECTOR vector_dabt, 8, do_DataAbort, READ_DATA_FAULT, r2
	FAULT_VECTOR vector_pabt, 4, do_PrefetchAbort, READ_PREFETCH_FAULT, r2
	FAULT_VECTOR vector_und, 0, do_undefined, READ_NOTHING, r0

/*
 * The kernel stack is used up: report from a stack of its own. r0 at the save
 * area; sp and all the rest as they were.
 */
LOCAL_ENTRY stack_overflow
	str	r1, [r0, #12]
	mov	r1, sp
	ldr	sp, =overflow_stack_top - S_FRAME_SIZE
	str	r1, [sp, #S_SP]
	str	lr, [sp, #S_LR]
	add	r1, sp, #8
	stmia	r1, {r2-r12}
	ldmia	r0, {r1-r3, ip}
	str	r1, [sp, #S_R0]
	str	ip, [sp, #4]			@ r1
	str	r2, [sp, #S_PC]
	str	r3, [sp, #S_PSR]
	cfi_pt_regs sp
	mov	r0, sp
	bl	do_stack_overflow
	.pool
END stack_overflow

	.section .bss.overflow_stack, "aw", %nobits
	.balign	8
	.space	THREAD_SIZE / 2
overflow_stack_top:
	.text

/* ---- interrupts -------------------------------------------------- */

ENTRY vector_irq
	sub	lr, lr, #4
	srsdb	sp!, #PSR_MODE_SVC
	cps	#PSR_MODE_SVC
	sub	sp, sp, #S_PC
	stmia	sp, {r0-r12}
	ldr	r0, [sp, #S_PSR]
	tst	r0, #PSR_MODE_MASK & ~PSR_MODE_USR
	bne	1f
	add	r1, sp, #S_SP
	stmia	r1, {sp, lr}^
	user_close ip
	.cfi_remember_state
	cfi_pt_regs sp
	mov	r0, sp
	bl	do_irq
	b	ret_to_user

1:	.cfi_restore_state
	add	r1, sp, #S_ORIG_R0
	str	r1, [sp, #S_SP]
	str	lr, [sp, #S_LR]
	mov	r4, sp
	cfi_pt_regs r4
	mov	r0, sp
	bic	sp, sp, #7
	KEEP_DACR
	bl	do_irq
	mov	sp, r4
	b	ret_to_kernel
END vector_irq

/* Reset, hypervisor call, FIQ: nothing in this kernel causes them. */
ENTRY vector_unexpected
	cps	#PSR_MODE_SVC
	ldr	sp, =overflow_stack_top
	bl	do_unexpected_vector
	.pool
END vector_unexpected
