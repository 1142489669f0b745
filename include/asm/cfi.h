/*
 * asm/cfi.h - for assembly: what debuggers need to find the caller (.debug_frame).
 *
 * Between .cfi_startproc and .cfi_endproc a function is known; at first its caller
 * is in lr and nothing is on the stack. The image itself holds nothing of this.
 */
#ifndef ASM_CFI_H
#define ASM_CFI_H

/* clang-format off */
#ifdef __ASSEMBLER__
	.cfi_sections .debug_frame

	/* A push of these registers, in the order of their numbers, lies above. */
	.macro	cfi_pushed regs:vararg
	.set	.Lcfi_at, 0
	.irp	reg, \regs
	.set	.Lcfi_at, .Lcfi_at - 4
	.endr
	.cfi_def_cfa_offset -.Lcfi_at
	.irp	reg, \regs
	.cfi_offset \reg, .Lcfi_at
	.set	.Lcfi_at, .Lcfi_at + 4
	.endr
	.endm

	/*
	 * Behind .cfi_startproc: no function, but what interrupts one. That goes on
	 * at its pc, not behind a call.
	 */
	.macro	cfi_exception
	.cfi_signal_frame
	.cfi_return_column 15
	.cfi_register pc, lr
	.endm

	/* The interrupted code's registers are in a pt_regs at \reg + \offset. */
	.macro	cfi_pt_regs reg, offset=0
	.cfi_def_cfa \reg, \offset
	.irp	nr, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	.cfi_offset \nr, 4 * \nr
	.endr
	.endm
#endif
/* clang-format on */

#endif
