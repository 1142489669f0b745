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

/* Boot, once: installs the vectors page and unmasks asynchronous aborts. */
void trap_init(void);
/*
 * Copies `bytes` bytes of code that programs may call to the vectors page,
 * `offset` bytes from its start (services/signal: sigreturn). On return
 * instruction fetches see it. BUG if it does not fit.
 */
void vectors_install(u32 offset, const void *code, size_t bytes);

/*
 * Called by entry.S only, with interrupts off and regs at the frame. The u32
 * arguments are the fault registers, read before anything can fault again.
 * do_work_pending: flags are thread_info.flags, syscall is true if r0 may ask
 * for a restart.
 */
void do_DataAbort(u32 dfar, u32 dfsr, struct pt_regs *regs);
void do_PrefetchAbort(u32 ifar, u32 ifsr, struct pt_regs *regs);
void do_undefined(struct pt_regs *regs);
void do_irq(struct pt_regs *regs);
void do_work_pending(struct pt_regs *regs, u32 flags, bool syscall);
void do_stack_overflow(struct pt_regs *regs) __noreturn;

/*
 * Prints `what`, one line that states what happened, then registers, code,
 * stack, backtrace and the walk of info->far (info may be NULL), and ends the
 * machine with status 255.
 */
void die(const char *what, struct pt_regs *regs, const struct abort_info *info)
	__noreturn;

/*
 * Explains the fatal fault of the running program on the log (trap/report.c):
 * what it did, what the MMU reported, its VMAs around the address, the walk of
 * the tables, and a verdict. Call it only where the signal will end the
 * program. May sleep.
 */
void report_user_fault(const struct pt_regs *regs,
		       const struct abort_info *info, int sig, int code);

/* What a program did that ends in a signal, without an abort. */
struct user_trap {
	int sig, code;
	const char *what;    /* a noun before a number */
	const char *verdict; /* why it ends the program, if it does */
};

/*
 * The same for an instruction or a system call; number is the instruction or
 * the call's number.
 */
void report_user_trap(const struct user_trap *trap, const struct pt_regs *regs,
		      u32 number);
/*
 * Sends the running program the signal, with addr as siginfo's address. Returns
 * if a handler is going to run; otherwise ends the program with a report.
 * Interrupts on, no lock held. (trap/undef.c)
 */
void end_user_trap(const struct user_trap *trap, struct pt_regs *regs,
		   uaddr_t addr, u32 number);

/*
 * If pc of the frame is listed in __ex_table, makes the frame return to its
 * fix-up. Returns true if so.
 */
bool fixup_exception(struct pt_regs *regs);

#endif
