/*
 * The work on the way to user mode, and interrupts: what entry.S calls.
 */
#include <asm/irqflags.h>
#include <board/board.h>
#include <trap/internal.h>

/* trap/entry.S */
static_assert(offsetof(struct pt_regs, sp) == S_SP, "S_SP");
static_assert(offsetof(struct pt_regs, lr) == S_LR, "S_LR");
static_assert(offsetof(struct pt_regs, pc) == S_PC, "S_PC");
static_assert(offsetof(struct pt_regs, cpsr) == S_PSR, "S_PSR");
static_assert(offsetof(struct pt_regs, orig_r0) == S_ORIG_R0, "S_ORIG_R0");
static_assert(sizeof(struct pt_regs) == S_FRAME_SIZE, "S_FRAME_SIZE");
static_assert(S_FRAME_SIZE % 8 == 0, "sp stays 8-aligned below a frame");
static_assert(offsetof(struct thread_info, flags) == TI_FLAGS, "TI_FLAGS");
static_assert(offsetof(struct thread_info, tls) == TI_TLS, "TI_TLS");

/*
 * Runs the work that the TIF_* flags ask for. Each item may set flags again (a
 * signal handler may need a reschedule), so it loops until none is set.
 * Interrupts are off at the last look and on return, or an interrupt could set
 * a flag that nobody sees before user mode.
 */
void do_work_pending(struct pt_regs *regs, u32 flags, bool syscall)
{
	while (flags & TIF_WORK_MASK) {
		local_irq_enable();
		/* First: the tasks that run now may send this one a signal. */
		if (flags & TIF_NEED_RESCHED)
			schedule();
		if (flags & ~TIF_NEED_RESCHED & TIF_WORK_MASK) {
			/*
			 * Before any handler: a killed task must not run user
			 * code again.
			 */
			if (is_killed(current))
				do_group_exit(SIGKILL);
			services_user_work(regs, syscall);
			syscall = false; /* restarted once */
		}
		local_irq_disable();
		flags = READ_ONCE(current_thread_info()->flags);
	}
}

/*
 * Interrupts stay off: handlers are short. irq_regs is restored, not cleared,
 * so that the code is right for a nested interrupt, too.
 */
void do_irq(struct pt_regs *regs)
{
	struct pt_regs *outer = irq_regs;

	irq_regs = regs;
	irq_dispatch();
	irq_regs = outer;
}

/*
 * No frame to print: the mode's own LR is all there is, and it need not be
 * valid.
 */
void do_unexpected_vector(void)
{
	panic("unexpected exception: the reset, HYP or FIQ vector was taken");
}
