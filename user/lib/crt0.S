/*
 * The first instructions of every program.
 *
 * execve enters here with nothing in the registers and, on the stack, what
 * Linux puts there: argc, argv[argc] and NULL, envp and NULL, the auxiliary
 * vector. main() gets the first three; program_auxv keeps the address of the last
 * for getauxval(). Newlib's exit() writes its buffers, then ends the program.
 */
	.syntax unified
	.arm

	.cfi_sections .debug_frame
	.text
	.global _start
	.type _start, %function
_start:
	.cfi_startproc
	.cfi_undefined lr	@ it has no caller: backtraces end here
	mov	fp, #0
	mov	lr, #0
	mov	r4, sp
	bic	sp, sp, #7		@ a call must find sp aligned to 8

	ldr	r0, [r4], #4		@ argc; r4 = argv
	add	r2, r4, r0, lsl #2
	add	r2, r2, #4		@ envp, behind argv's NULL
	mov	r1, r4
	push	{r0-r2, r4}		@ four words keep sp aligned

	ldr	r3, =environ
	str	r2, [r3]
1:	ldr	r3, [r2], #4		@ the vector begins behind envp's NULL
	cmp	r3, #0
	bne	1b
	ldr	r3, =program_auxv
	str	r2, [r3]

	bl	__libc_init_array	@ constructors
	pop	{r0-r2, r4}
	bl	main			@ the linker makes it BLX if main is Thumb
	bl	exit
	.cfi_endproc
	.size _start, . - _start

	@ Newlib calls these before constructors and after destructors. An older
	@ ABI had code in them; this one lists constructors in tables instead.
	.global _init
	.type _init, %function
	.global _fini
	.type _fini, %function
_init:
_fini:
	bx	lr

	.bss
	.align	2
	.global program_auxv
program_auxv:
	.space	4
	.section .note.GNU-stack, "", %progbits	@ needs no executable stack
