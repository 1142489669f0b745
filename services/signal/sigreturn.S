/*
 * sigreturn.S - the way into sigreturn and rt_sigreturn, and back from them.
 *
 * Both restore a whole frame: r0 in it is the program's, not the result of a
 * call. vector_swi (trap/entry.S) leaves sp 8 bytes below the frame: two
 * arguments of the call lie there.
 */
#include <asm/cfi.h>
#include <ptrace.h>

	.syntax	unified
	.arm
	.text

	.macro	SIGRETURN name
	.balign	32
	.global	\name\()_with_regs
	.type	\name\()_with_regs, %function
\name\()_with_regs:
	.cfi_startproc
	cfi_exception
	cfi_pt_regs sp, 8
	add	r0, sp, #8
	bl	\name
	add	sp, sp, #8
	.cfi_def_cfa_offset 0
	str	r0, [sp, #S_R0]
	b	ret_to_user
	.cfi_endproc
	.endm

	SIGRETURN sys_sigreturn
	SIGRETURN sys_rt_sigreturn
