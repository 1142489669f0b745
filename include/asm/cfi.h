/*
 * asm/cfi.h - for assembly: what debuggers need to find the caller (.debug_frame).
 *
 * .cfi_startproc and .cfi_endproc enclose a function. A debugger assumes that at
 * its start the return address is in lr and nothing is on the stack; the macros
 * below describe what changes that. Registers are found relative to the CFA
 * (canonical frame address), the value that sp had at the call. The macros add
 * nothing to the image that runs.
 *
 * The kernel's own backtraces read other tables, which are in the image
 * (inspect/unwind.c): .fnstart and .fnend enclose a function there, and .save lists
 * the registers that it has pushed.
 */
#ifndef ASM_CFI_H
#define ASM_CFI_H

/* clang-format off */
#ifdef __ASSEMBLER__
	.cfi_sections .debug_frame

	/* Write this behind `push {regs}`, the registers in ascending order. */
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
	 * Write this behind .cfi_startproc of an exception's code. The
	 * interrupted code made no call: it continues at the saved pc, not
	 * behind it.
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
