/*
 * Running a handler, and coming back: the frame on the user's stack.
 *
 * do_signal() saves the program's registers, masks and VFP state in a frame on
 * its stack (<uapi/ucontext.h>) and makes it continue at the handler, whose
 * return address is code that calls sigreturn. That call restores everything.
 * The program can change the frame, so nothing in it is trusted: of cpsr only
 * the flags, T and the byte order are taken, never the mode or a mask of
 * exceptions; a frame that asks for another mode or for I leads to SIGSEGV, as
 * on Linux.
 */
#include <asm/irqflags.h>
#include <asm/uaccess.h>
#include <lib/printk.h>
#include <services/rseq/rseq.h>
#include <services/signal/internal.h>
#include <string.h>
#include <uapi/ucontext.h>
#include <uapi/unistd.h>

static_assert(sizeof(struct siginfo) == 128, "Linux's siginfo_t");
static_assert(sizeof(struct sigcontext) == 84, "Linux's sigcontext");
static_assert(offsetof(struct ucontext, uc_mcontext) == 20, "Linux's");
static_assert(offsetof(struct ucontext, uc_sigmask) == 104, "Linux's");
static_assert(offsetof(struct ucontext, uc_unused) == 112, "no hole before it");
static_assert(offsetof(struct ucontext, uc_regspace) == 232, "Linux's");
static_assert(sizeof(struct ucontext) == 744, "Linux's ucontext");
static_assert(sizeof(struct vfp_sigframe) == 288, "Linux's VFP record");
static_assert(sizeof(struct vfp_record) <=
		      sizeof(((struct ucontext *)0)->uc_regspace),
	      "room");
static_assert(sizeof(struct rt_sigframe) == 128 + 744 + 16, "Linux's frame");

#define PSR_IT 0x0600fc00u

static_assert(__NR_sigreturn == 119 && __NR_rt_sigreturn == 173,
	      "sigreturn_codes has the numbers in it");

/*
 * The code of both calls in ARM and Thumb state; a Thumb word has two
 * instructions, the first in its low half.
 */
const u32 sigreturn_codes[SIGRETURN_WORDS] = {
	0xe3a07077, 0xef000000, /* mov r7, #119; svc 0 */
	0xdf002777,             /* the same in Thumb */
	0xe3a070ad, 0xef000000, /* mov r7, #173; svc 0 */
	0xdf0027ad,
};

void siginfo_to_user(const struct kernel_siginfo *info, struct siginfo *user)
{
	memset(user, 0, sizeof(*user));
	user->si_signo = info->signo;
	user->si_code = info->code;
	/*
	 * These three words are a union in siginfo: they may also be an address
	 * or a value.
	 */
	user->si_pid = info->pid;
	user->si_uid = info->uid;
	user->si_status = info->status;
	if (unlikely(info->code == CODE_OF_TIMER)) {
		/*
		 * CODE_OF_TIMER is internal; the overruns were counted when
		 * this task took the signal, so they are in its own state.
		 */
		user->si_code = SI_TIMER;
		user->si_overrun = current->signal->timer_overrun;
	}
}

/* ---- where ------------------------------------------------------- */

bool on_sig_stack(uaddr_t sp)
{
	const struct sigaltstack *stack = &current->signal->altstack;

	/* A stack is full-descending: sp may be its very end, not its start. */
	return sp > stack->ss_sp && sp - stack->ss_sp <= stack->ss_size &&
		!(stack->ss_flags & SS_AUTODISARM);
}

/*
 * Returns the address for a frame of `bytes` bytes: below sp, or on the
 * alternate stack if the handler wants it. Returns 0, where copying the frame
 * fails, if the alternate stack has no room for it.
 */
static uaddr_t frame_address(const struct ksignal *ksig, uaddr_t sp, u32 bytes)
{
	const struct sigaltstack *stack = &current->signal->altstack;
	uaddr_t frame;

	if ((ksig->action.flags & SA_ONSTACK) && stack->ss_size &&
	    !on_sig_stack(sp))
		sp = stack->ss_sp + stack->ss_size;
	/*
	 * The procedure call standard aligns sp to 8 bytes at the entry of a
	 * function.
	 */
	frame = (sp - bytes) & ~7u;
	/*
	 * A handler that recursed through the whole alternate stack must not
	 * overwrite what the program has below it.
	 */
	return on_sig_stack(sp) && !on_sig_stack(frame) ? 0 : frame;
}

/* ---- to the handler ---------------------------------------------- */

/*
 * Returns the set that sigreturn is to restore. During sigsuspend or ppoll that
 * is not the current one, but the task's own.
 */
static u64 mask_to_restore(void)
{
	return test_thread_flag(TIF_RESTORE_SIGMASK) ?
		current->signal->saved_mask :
		current->signal->blocked;
}

/*
 * Copies r0 to r12. Only with the alignment stated does the compiler copy four
 * words at a time, for a pointer alone says nothing of it.
 */
static inline void copy_registers(void *to, const void *from)
{
	__builtin_memcpy(__builtin_assume_aligned(to, sizeof(u32)),
			 __builtin_assume_aligned(from, sizeof(u32)),
			 13 * sizeof(u32));
}

/*
 * Fills *uc up to uc_unused; the VFP record is copied separately, from where
 * the task has it.
 */
static void fill_context(struct ucontext *uc, const struct pt_regs *regs,
			 u32 flags)
{
	const struct signal_state *state = current->signal;
	struct sigcontext *mc = &uc->uc_mcontext;
	u64 mask = mask_to_restore();

	uc->uc_flags = flags;
	uc->uc_link = 0;
	uc->uc_stack = state->altstack;
	if (on_sig_stack(regs->sp))
		uc->uc_stack.ss_flags |= SS_ONSTACK;
	mc->trap_no = state->trap_no;
	mc->error_code = state->error_code;
	mc->fault_address = state->fault_address;
	mc->oldmask = (u32)mask;
	copy_registers(mc->arm_r, regs->r);
	mc->arm_sp = regs->sp;
	mc->arm_lr = regs->lr;
	mc->arm_pc = regs->pc;
	mc->arm_cpsr = regs->cpsr;
	uc->uc_sigmask[0] = (u32)mask;
	uc->uc_sigmask[1] = (u32)(mask >> 32);
}

/*
 * Copies the first `bytes` bytes of a frame to user address `to`, and the VFP
 * record into its ucontext at user address uc. The program's stack keeps its
 * contents behind and between. Returns 0 or -EFAULT.
 */
static int put_frame(uaddr_t to, const void *frame, u32 bytes, uaddr_t uc)
{
	if (copy_to_user(to, frame, bytes) ||
	    copy_to_user(uc + offsetof(struct ucontext, uc_regspace),
			 vfp_current_record(), sizeof(struct vfp_record)))
		return -EFAULT;
	/*
	 * After the registers were saved: this changes FPSCR for the handler.
	 */
	vfp_start_handler();
	return 0;
}

/*
 * Returns the address for lr: the program's own restorer, or the code in the
 * vectors page for the handler's state (ARM, Thumb) and kind of frame.
 */
static u32 return_address(const struct k_sigaction *action)
{
	bool thumb = action->handler & 1;
	u32 word = (action->flags & SA_SIGINFO ? 3 : 0) + (thumb ? 2 : 0);

	if (action->flags & SA_RESTORER)
		return action->restorer;
	return (VECTORS_BASE + SIGRETURN_OFFSET + word * 4) | thumb;
}

/*
 * Changes regs so that the program continues at the handler, with its frame at
 * user address frame.
 */
static void start_handler(const struct ksignal *ksig, struct pt_regs *regs,
			  uaddr_t frame)
{
	u32 handler = ksig->action.handler;

	/*
	 * The handler may interrupt code in another state: bit 0 of its address
	 * alone decides on Thumb, an IT block must not go on in it, and it is
	 * little-endian.
	 */
	regs->cpsr &= ~(PSR_T | PSR_J | PSR_IT | PSR_E);
	if (handler & 1)
		regs->cpsr |= PSR_T;
	regs->r[0] = (u32)ksig->info.signo;
	regs->sp = frame;
	regs->lr = return_address(&ksig->action);
	regs->pc = handler & (handler & 1 ? ~1u : ~3u);
}

/* Builds the frame of a handler without SA_SIGINFO. Returns 0 or -EFAULT. */
static int setup_frame(const struct ksignal *ksig, struct pt_regs *regs)
{
	uaddr_t to = frame_address(ksig, regs->sp, sizeof(struct sigframe));
	struct sigframe frame;

	fill_context(&frame.uc, regs, SIGFRAME_FLAGS);
	if (put_frame(to, &frame, offsetof(struct sigframe, uc.uc_unused),
		      to + offsetof(struct sigframe, uc)))
		return -EFAULT;
	start_handler(ksig, regs, to);
	return 0;
}

/*
 * Builds the frame of a handler with SA_SIGINFO, which gets the addresses of
 * its siginfo and ucontext in r1 and r2. Returns 0 or -EFAULT.
 */
static int setup_rt_frame(const struct ksignal *ksig, struct pt_regs *regs)
{
	uaddr_t to = frame_address(ksig, regs->sp, sizeof(struct rt_sigframe));
	uaddr_t uc = to + offsetof(struct rt_sigframe, sig.uc);
	struct rt_sigframe frame;

	siginfo_to_user(&ksig->info, &frame.info);
	fill_context(&frame.sig.uc, regs, 0);
	if (put_frame(to, &frame,
		      offsetof(struct rt_sigframe, sig.uc.uc_unused), uc))
		return -EFAULT;
	start_handler(ksig, regs, to);
	regs->r[1] = to + offsetof(struct rt_sigframe, info);
	regs->r[2] = uc;
	return 0;
}

/*
 * SS_AUTODISARM: a handler may switch to another context for good, so the stack
 * counts as unused while it runs; sigreturn makes it the alternate stack again.
 */
static __noinline void disarm_altstack(void)
{
	current->signal->altstack =
		(struct sigaltstack){ .ss_flags = SS_DISABLE };
}

/*
 * Makes the program continue at the handler of ksig and blocks what the action
 * asks for. Without room for the frame the program gets SIGSEGV, or ends if it
 * was SIGSEGV's frame: that handler cannot be reached either.
 */
static void handle_signal(const struct ksignal *ksig, struct pt_regs *regs)
{
	u64 blocked = current->signal->blocked | ksig->action.mask;
	int err;

	if (current->rseq_va && rseq_resume(regs) != 0)
		force_sigsegv(ksig->info.signo);
	err = ksig->action.flags & SA_SIGINFO ? setup_rt_frame(ksig, regs) :
						setup_frame(ksig, regs);
	if (err) {
		pr_info("%s[%d]: no stack for the handler of signal %d: sp is 0x%08x\n",
			current->comm, current->pid, ksig->info.signo,
			regs->sp);
		if (ksig->info.signo == SIGSEGV) {
			services_leave_core(&ksig->info);
			do_group_exit(SIGSEGV);
		}
		force_sig_fault(SIGSEGV, SEGV_MAPERR, regs->sp);
		return;
	}
	/*
	 * After the frame was filled, which keeps the stack's address for
	 * sigreturn.
	 */
	if (unlikely(current->signal->altstack.ss_flags & SS_AUTODISARM))
		disarm_altstack();
	/*
	 * The frame has the task's own mask, so sigreturn restores it now, not
	 * do_signal().
	 */
	if (test_thread_flag(TIF_RESTORE_SIGMASK))
		atomic_andnot(TIF_RESTORE_SIGMASK, &current->thread_info.flags);
	if (!(ksig->action.flags & SA_NODEFER))
		blocked |= sigmask(ksig->info.signo);
	set_current_blocked(blocked);
}

/* ---- interrupted system calls ------------------------------------ */

/* Returns true if the interrupted call's result asks for a restart. */
static bool wants_restart(const struct pt_regs *regs)
{
	switch (-(s32)regs->r[0]) {
	case ERESTARTSYS:
	case ERESTARTNOINTR:
	case ERESTARTNOHAND:
	case ERESTART_RESTARTBLOCK:
		return true;
	default:
		return false;
	}
}

/*
 * Returns true if the call is made again after the handler. ERESTARTNOHAND and
 * ERESTART_RESTARTBLOCK become -EINTR then: a timed call would wait its full
 * time anew.
 */
static bool restarts_after(const struct pt_regs *regs,
			   const struct k_sigaction *action)
{
	switch (-(s32)regs->r[0]) {
	case ERESTARTNOINTR:
		return true;
	case ERESTARTSYS:
		return action->flags & SA_RESTART;
	default:
		return false;
	}
}

/*
 * Makes the program execute its SVC instruction again; r7 still has the number
 * of the call, and r0 gets its first argument back.
 */
static void restart_syscall(struct pt_regs *regs)
{
	regs->r[0] = regs->orig_r0;
	regs->pc -= regs->cpsr & PSR_T ? 2 : 4;
}

/*
 * Runs the rest of the call (a sleep's remaining time) at once. Linux makes the
 * program call restart_syscall(), for which r7 must change; this leaves its
 * registers alone. Returns true if the call was interrupted again.
 */
static bool restart_call(struct pt_regs *regs)
{
	const struct restart_block block = current->restart;

	regs->r[0] = (u32)block.go_on(&block);
	return wants_restart(regs);
}

/*
 * Takes all pending signals and stacks a frame for each one that has a handler.
 * The first handler decides what becomes of an interrupted call (*syscall): the
 * frames of further ones interrupt the first handler, not the call.
 */
static void take_signals(struct pt_regs *regs, bool *syscall)
{
	struct ksignal ksig;

	while (signal_pending() && get_signal(&ksig)) {
		if (*syscall && restarts_after(regs, &ksig.action))
			restart_syscall(regs);
		else if (*syscall)
			regs->r[0] = (u32)-EINTR;
		*syscall = false;
		handle_signal(&ksig, regs);
	}
}

void do_signal(struct pt_regs *regs, bool syscall)
{
	syscall = syscall && wants_restart(regs);
	take_signals(regs, &syscall);
	while (syscall && -(s32)regs->r[0] == ERESTART_RESTARTBLOCK) {
		syscall = restart_call(regs);
		take_signals(regs, &syscall);
	}
	if (syscall)
		restart_syscall(regs);
	/*
	 * No handler ran, or handle_signal() would have cleared the flag: the
	 * wait's mask ends here.
	 */
	if (test_thread_flag(TIF_RESTORE_SIGMASK)) {
		atomic_andnot(TIF_RESTORE_SIGMASK, &current->thread_info.flags);
		set_current_blocked(current->signal->saved_mask);
	}
}

/*
 * Always fails with -EINTR: interrupted calls continue in do_signal(), so a
 * program that makes this call itself has no call to restart.
 */
s32 sys_restart_syscall(void)
{
	return -EINTR;
}

/* ---- coming back ------------------------------------------------- */

/*
 * Sets the alternate stack to that of the frame, as it was before the handler;
 * values that sigaltstack() would refuse are ignored.
 */
static void restore_altstack(const struct sigaltstack *stack)
{
	struct sigaltstack *own = &current->signal->altstack;

	if (stack->ss_flags & SS_DISABLE)
		*own = (struct sigaltstack){ .ss_flags = SS_DISABLE };
	else if (stack->ss_size >= MINSIGSTKSZ)
		*own = (struct sigaltstack){ .ss_sp = stack->ss_sp,
					     .ss_flags = stack->ss_flags &
						     SS_AUTODISARM,
					     .ss_size = stack->ss_size };
}

/*
 * Loads regs from the frame. They are fit for user mode in any case; an IT
 * block exists in Thumb state only, and its bits must be zero in ARM state, or
 * the behaviour is unpredictable. Returns false if the frame asked for another
 * mode or for masked interrupts.
 */
static bool restore_registers(const struct sigcontext *mc, struct pt_regs *regs)
{
	u32 cpsr = (mc->arm_cpsr & PSR_USER_BITS) | PSR_MODE_USR;

	if (!(cpsr & PSR_T))
		cpsr &= ~PSR_IT;
	copy_registers(regs->r, mc->arm_r);
	regs->sp = mc->arm_sp;
	regs->lr = mc->arm_lr;
	regs->pc = mc->arm_pc & (cpsr & PSR_T ? ~1u : ~3u);
	regs->cpsr = cpsr;
	return (mc->arm_cpsr & (PSR_MODE_MASK | PSR_I_BIT)) == PSR_MODE_USR;
}

/*
 * The ucontext up to the magic and size of the VFP record, which are checked.
 */
#define UC_READ_BYTES offsetof(struct ucontext, uc_regspace[2])

/*
 * Restores everything from the ucontext at user address from. Returns false if
 * the program must get SIGSEGV instead.
 */
static bool restore_frame(uaddr_t from, struct pt_regs *regs)
{
	struct ucontext uc;
	bool user_mode;

	/* Frames are aligned to 8 bytes; Linux refuses others, too. */
	if (!IS_ALIGNED(regs->sp, 8) ||
	    copy_from_user(&uc, from, UC_READ_BYTES))
		return false;
	if (uc.uc_regspace[0] != VFP_MAGIC ||
	    uc.uc_regspace[1] != sizeof(struct vfp_sigframe) ||
	    vfp_restore(from + offsetof(struct ucontext, uc_regspace)))
		return false;
	/*
	 * Only when nothing can fault any more: a bad frame leaves the mask as
	 * it is.
	 */
	set_current_blocked(uc.uc_sigmask[0] | (u64)uc.uc_sigmask[1] << 32);
	user_mode = restore_registers(&uc.uc_mcontext, regs);
	restore_altstack(&uc.uc_stack);
	return user_mode;
}

/*
 * Returns the restored r0, which sigreturn.S stores as the call's result: the
 * result of a call must not overwrite it.
 */
static s32 do_sigreturn(u32 offset, struct pt_regs *regs)
{
	if (!restore_frame(regs->sp + offset, regs))
		force_sig_fault(SIGSEGV, SEGV_MAPERR, regs->sp);
	return (s32)regs->r[0];
}

/*
 * The program's sp still points to the frame: the handler has popped nothing.
 */
s32 sys_sigreturn(struct pt_regs *regs)
{
	return do_sigreturn(offsetof(struct sigframe, uc), regs);
}

s32 sys_rt_sigreturn(struct pt_regs *regs)
{
	return do_sigreturn(offsetof(struct rt_sigframe, sig.uc), regs);
}
