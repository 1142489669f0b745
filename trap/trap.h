/*
 * trap/trap.h - every way into the kernel.
 *
 * trap/entry.S builds a struct pt_regs on the task's kernel stack and calls
 * the C functions here; on the way back to user mode it looks at
 * thread_info.flags. Interrupts are off on entry; the C code turns them on
 * once the fault registers are read.
 */
#ifndef TRAP_TRAP_H
#define TRAP_TRAP_H

#include <mmu/mmu.h>
#include <ptrace.h>
#include <types.h>

/* The vectors page in place, asynchronous aborts unmasked. */
void trap_init(void);
/*
 * Copy code that programs may call to the vectors page, `offset` bytes from its
 * start (services/signal: sigreturn). Fetches see it on return.
 */
void vectors_install(u32 offset, const void *code, size_t bytes);

/* From entry.S */
void do_DataAbort(u32 dfar, u32 dfsr, struct pt_regs *regs);
void do_PrefetchAbort(u32 ifar, u32 ifsr, struct pt_regs *regs);
void do_undefined(struct pt_regs *regs);
void do_irq(struct pt_regs *regs);
void do_work_pending(struct pt_regs *regs, u32 flags, bool syscall);
void do_stack_overflow(struct pt_regs *regs) __noreturn;

/*
 * Registers, code, stack, backtrace and the walk of far on the log; then the
 * machine ends with status 255. `what` says what happened, in one line.
 */
void die(const char *what, struct pt_regs *regs, const struct abort_info *info)
	__noreturn;

/*
 * The fatal fault of the running program, told to a learner (trap/report.c):
 * what it did, what the MMU said, its VMAs around the address, the walk of the
 * tables, and a verdict. Only where the signal will kill it.
 */
void report_user_fault(const struct pt_regs *regs,
		       const struct abort_info *info, int sig, int code);

/* What a program did that ends in a signal, without an abort. */
struct user_trap {
	int sig, code;
	const char *what;    /* a noun before a number */
	const char *verdict; /* why it ends the program, if it does */
};

/* The same of an instruction or a system call: number is its own. */
void report_user_trap(const struct user_trap *trap, const struct pt_regs *regs,
		      u32 number);
/*
 * The running program gets the signal, siginfo's address addr: its handler is
 * going to run when this returns; or it ends here, with a report. (trap/undef.c)
 */
void end_user_trap(const struct user_trap *trap, struct pt_regs *regs,
		   uaddr_t addr, u32 number);

/* If pc is listed in __ex_table: go on at its fix-up. True if it was. */
bool fixup_exception(struct pt_regs *regs);

#endif
