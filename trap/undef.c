/*
 * Instructions the core does not execute.
 *
 * Most are a task's first use of VFP or NEON since it was switched to: the
 * unit is off until then (run/vfp.c). The rest is SIGILL, or an oops.
 */
#include <asm/irqflags.h>
#include <asm/uaccess.h>
#include <lib/backtrace.h>
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

/* The kernel's own. spin_lock() ends so where it would wait for ever. */
static void kernel_undefined(struct pt_regs *regs)
{
	const spinlock_t *lock = (const spinlock_t *)(uintptr_t)regs->r[0];
	char holder[64];

	if (*(const u32 *)(uintptr_t)regs->pc == SPIN_DEADLOCK) {
		printk_bust_lock();
		format_symbol(lock->held, holder, sizeof(holder));
		pr_emerg("the spinlock at %08x is held for ever: %s took it\n",
			 (unsigned int)regs->r[0], holder);
		die("deadlock on a spinlock", regs, NULL);
	}
	if (!fixup_exception(regs)) /* services/registers/registers.c */
		die("undefined instruction in the kernel", regs, NULL);
}

void do_undefined(struct pt_regs *regs)
{
	struct fault_signal fault;

	step_back(regs);
	if (!user_mode(regs)) {
		kernel_undefined(regs);
		return;
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
