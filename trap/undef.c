/*
 * undef.c - instructions the core does not execute.
 *
 * Most are a task's first use of VFP or NEON since it was switched to: the
 * unit is off until then (proc/vfp.c). The rest is SIGILL, or an oops.
 */
#include <asm/irqflags.h>
#include <asm/uaccess.h>

#include <trap/internal.h>

#define TRAP_NO_UNDEFINED 6 /* Linux's value on ARM */

/* LR is one instruction late, whose size the T bit tells (B1.8.3). */
static void step_back(struct pt_regs *regs)
{
	regs->pc -= regs->cpsr & PSR_T ? 2 : 4;
}

/* The instruction at pc for the report; 0 if it cannot be read any more. */
static u32 read_insn(const struct pt_regs *regs)
{
	u32 insn = 0, bytes = regs->cpsr & PSR_T ? 2 : 4;

	return copy_from_user(&insn, regs->pc, bytes) ? 0 : insn;
}

void do_undefined(struct pt_regs *regs)
{
	step_back(regs);
	if (!user_mode(regs))
		die("undefined instruction in the kernel", regs, NULL);
	local_irq_enable();
	if (vfp_trap(regs))
		return;
	if (unhandled_signal(SIGILL))
		report_undefined(regs, read_insn(regs));
	force_sig_fault(SIGILL, ILL_ILLOPC, regs->pc, TRAP_NO_UNDEFINED, 0);
}
