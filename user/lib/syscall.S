/*
 * The one place where a program enters the kernel.
 *
 * int32_t linux_syscall(uint32_t nr, a0, ..., a6): number in r7, arguments in
 * r0-r6, result in r0: a value, or a negated Linux errno in [-4095, -1].
 */
	.syntax unified
	.arm

#define __NR_sigreturn		119
#define __NR_rt_sigreturn	173

	.cfi_sections .debug_frame
	.text
	.global linux_syscall
	.type linux_syscall, %function
linux_syscall:
	.cfi_startproc
	mov	ip, sp
	push	{r4-r7}
	.cfi_def_cfa_offset 16
	.irp	nr, 4, 5, 6, 7
	.cfi_offset \nr, 4 * \nr - 32
	.endr
	mov	r7, r0
	mov	r0, r1
	mov	r1, r2
	mov	r2, r3
	ldm	ip, {r3-r6}		@ a3-a6, as the caller stacked them
	svc	0
	pop	{r4-r7}
	bx	lr
	.cfi_endproc
	.size linux_syscall, . - linux_syscall

	@ A signal handler returns to one of these two (SA_RESTORER), with sp at
	@ the frame of saved registers, which the call takes back. They return
	@ nowhere.
	.global linux_sigreturn
	.type linux_sigreturn, %function
linux_sigreturn:
	mov	r7, #__NR_sigreturn
	svc	0

	.global linux_rt_sigreturn
	.type linux_rt_sigreturn, %function
linux_rt_sigreturn:
	mov	r7, #__NR_rt_sigreturn
	svc	0
	.section .note.GNU-stack, "", %progbits
