/*
 * Instructions the core does not execute.
 *
 * Most are a task's first use of VFP or NEON since it was switched to: the
 * unit is off until then (run/vfp.c). The rest is SIGILL, or an oops.
 */
#include <asm/irqflags.h>
#include <asm/uaccess.h>
#include <trap/internal.h>

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
	struct fault_signal fault;

	step_back(regs);
	if (!user_mode(regs)) {
		if (fixup_exception(regs)) /* services/registers/registers.c */
			return;
		die("undefined instruction in the kernel", regs, NULL);
	}
	local_irq_enable();
	if (vfp_trap(regs))
		return;
	fault = (struct fault_signal){
		.regs = regs,
		.sig = SIGILL,
		.code = ILL_ILLOPC,
	};
	if (services_fault_signal(&fault))
		return;
	report_undefined(regs, read_insn(regs));
	do_group_exit((u32)fault.sig);
}
