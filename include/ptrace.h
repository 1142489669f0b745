/*
 * ptrace.h - the register frame that every way into the kernel builds.
 *
 * Eighteen words on the kernel stack, in the order of Linux's ARM pt_regs, so
 * that signal frames and debuggers agree. The instruction SRS (store return state)
 * stores pc and cpsr, trap/entry.S the rest, by offsets that trap/trap.c asserts.
 */
#ifndef PTRACE_H
#define PTRACE_H

/* CPSR fields (DDI0406C B1.3.3); assembly reads these too. */
#define PSR_MODE_MASK 0x1f
#define PSR_MODE_USR  0x10
#define PSR_MODE_FIQ  0x11
#define PSR_MODE_IRQ  0x12
#define PSR_MODE_SVC  0x13
#define PSR_MODE_ABT  0x17
#define PSR_MODE_UND  0x1b
#define PSR_MODE_SYS  0x1f
#define PSR_T         0x20      /* Thumb code runs */
#define PSR_F         0x40      /* FIQs are masked */
#define PSR_I         0x80      /* IRQs are masked */
#define PSR_A         0x100     /* late (asynchronous) aborts are masked */
#define PSR_E         0x200     /* data is big-endian */
#define PSR_J         0x1000000 /* Java bytecode runs (Jazelle) */
/*
 * The bits that a program may set when it returns from a signal handler: the
 * flags (N, Z, C, V, Q, GE), the state of a Thumb IT block (IT), E and T.
 */
#define PSR_USER_BITS 0xfe0ffe20

#define S_R0         0
#define S_SP         52
#define S_LR         56
#define S_PC         60
#define S_PSR        64
#define S_ORIG_R0    68
#define S_FRAME_SIZE 72

#ifndef __ASSEMBLER__
#include <types.h>

struct pt_regs {
	u32 r[13]; /* r0-r12 */
	u32 sp;
	u32 lr;
	u32 pc;
	u32 cpsr;
	/*
	 * r0 at entry, for a system call that is made again after a signal: its
	 * result has overwritten r[0], the first argument.
	 */
	u32 orig_r0;
};

/* True if the frame's mode is user mode: the exception came from a program. */
static inline bool user_mode(const struct pt_regs *regs)
{
	/* User mode is the only one without any of these bits (B1.3.1). */
	return !(regs->cpsr & PSR_MODE_MASK & ~PSR_MODE_USR);
}

/*
 * The frame of the interrupt being served, NULL outside of one. do_irq sets it;
 * the tick reads whether it interrupted user mode, to know whose time to count.
 * (run/timer.c)
 */
extern struct pt_regs *irq_regs;
#endif
#endif
