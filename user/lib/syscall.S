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

	.text
	.global linux_syscall
	.type linux_syscall, %function
linux_syscall:
	mov	ip, sp
	push	{r4-r7}
	mov	r7, r0
	mov	r0, r1
	mov	r1, r2
	mov	r2, r3
	ldm	ip, {r3-r6}		@ a3-a6, as the caller stacked them
	svc	0
	pop	{r4-r7}
	bx	lr
	.size linux_syscall, . - linux_syscall

	@ Where a signal handler returns to (SA_RESTORER); sp is at the frame.
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
