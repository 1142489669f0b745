/*
 * Instructions the core does not execute.
 *
 * Most are a task's first use of VFP or NEON since it was switched to: the
 * unit is off until then (run/vfp.c). Three are breakpoints, which debuggers
 * plant because the architecture leaves them undefined: SIGTRAP. All others are
 * SIGILL in a program, and an oops in the kernel.
 */
#include <asm/irqflags.h>
#include <asm/uaccess.h>
#include <lib/backtrace.h>
#include <trap/internal.h>

/* GDB's on Linux: for ARM under any condition, for Thumb, for Thumb-2. */
#define ARM_BREAKPOINT      0x07f001f0
#define ARM_BREAKPOINT_MASK 0x0fffffff
#define THUMB_BREAKPOINT    0xde01
#define THUMB2_BREAKPOINT   0xf7f0a000

static const struct user_trap undefined = {
	.sig = SIGILL,
	.code = ILL_ILLOPC,
	.what = "undefined instruction",
	.verdict =
		"the core does not know this: data run as code, or built for another core",
};

static const struct user_trap breakpoint = {
	.sig = SIGTRAP,
	.code = TRAP_BRKPT,
	.what = "breakpoint",
	.verdict = "no debugger or handler of the program takes it",
};

/* Like end_user_fault, without an abort. */
void end_user_trap(const struct user_trap *trap, struct pt_regs *regs,
		   uaddr_t addr, u32 number)
{
	struct fault_signal fault = {
		.regs = regs,
		.addr = addr,
		.sig = trap->sig,
		.code = trap->code,
	};

	if (services_fault_signal(&fault))
		return;
	report_user_trap(trap, regs, number);
	do_group_exit((u32)fault.sig);
}

/*
 * LR is one instruction past the undefined one; the T bit gives its size
 * (DDI0406C B1.8.3).
 */
static void step_back(struct pt_regs *regs)
{
	regs->pc -= regs->cpsr & PSR_T ? 2 : 4;
}

/* True if first is the first half of a 32-bit Thumb instruction. */
static bool is_wide_thumb(u32 first)
{
	return first >= 0xe800; /* A6.3: 11101, 11110 and 11111 begin it */
}

/*
 * Returns the instruction at pc, or 0 if it cannot be read any more: another
 * thread may have unmapped it since the core fetched it.
 */
static u32 read_insn(const struct pt_regs *regs)
{
	bool thumb = regs->cpsr & PSR_T;
	u32 insn = 0, second = 0;

	if (copy_from_user(&insn, regs->pc, thumb ? 2 : 4))
		return 0;
	if (!thumb || !is_wide_thumb(insn))
		return insn;
	/*
	 * The second half may lie in another page, so it is read only if the
	 * first half requires one.
	 */
	return copy_from_user(&second, regs->pc + 2, 2) ? 0 :
							  insn << 16 | second;
}

/* The condition field of an ARM breakpoint may be any, hence the mask. */
static bool is_breakpoint(const struct pt_regs *regs, u32 insn)
{
	if (regs->cpsr & PSR_T)
		return insn == THUMB_BREAKPOINT || insn == THUMB2_BREAKPOINT;
	return (insn & ARM_BREAKPOINT_MASK) == ARM_BREAKPOINT;
}

/*
 * An undefined instruction in the kernel. spin_lock() executes one on purpose
 * where it would spin forever: with one core and no preemption nobody can
 * release the lock.
 */
static void kernel_undefined(struct pt_regs *regs)
{
	const spinlock_t *lock = (const spinlock_t *)(uintptr_t)regs->r[0];
	char holder[64];

	/* The core has just fetched from pc, so reading it cannot fault. */
	if (*(const u32 *)(uintptr_t)regs->pc == SPIN_DEADLOCK) {
		/* The lock may be printk's own. */
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
	u32 insn;

	step_back(regs);
	if (!user_mode(regs)) {
		kernel_undefined(regs);
		return;
	}
	local_irq_enable();
	/* First, because it is by far the most frequent cause. */
	if (vfp_trap(regs))
		return;
	/* May fault and sleep, so interrupts are on by now. */
	insn = read_insn(regs);
	end_user_trap(is_breakpoint(regs, insn) ? &breakpoint : &undefined,
		      regs, regs->pc, insn);
}
