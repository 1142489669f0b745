/*
 * Running a handler, and coming back: the frame on the user's stack.
 *
 * do_signal saves the program's registers, masks and VFP state in a frame on
 * its stack (<uapi/ucontext.h>) and lets it go on at the handler, whose return
 * address is code that calls sigreturn. That call puts everything back. The
 * frame is the program's to change, so nothing in it is believed: of cpsr only
 * the flags, T and the order of bytes are taken, never the mode or a mask of
 * exceptions, and asking for a mode or for I is SIGSEGV, as on Linux.
 */
#include <asm/irqflags.h>
#include <asm/uaccess.h>
#include <lib/printk.h>
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

/* Thumb: two instructions in a word. */
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
	/* Whatever the words mean: an address, a value ... */
	user->si_pid = info->pid;
	user->si_uid = info->uid;
	user->si_status = info->status;
	if (unlikely(info->code == CODE_OF_TIMER)) {
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

/* 0, where no frame can be: the alternate stack is full. */
static uaddr_t frame_address(const struct ksignal *ksig, uaddr_t sp, u32 bytes)
{
	const struct sigaltstack *stack = &current->signal->altstack;
	uaddr_t frame;

	if ((ksig->action.flags & SA_ONSTACK) && stack->ss_size &&
	    !on_sig_stack(sp))
		sp = stack->ss_sp + stack->ss_size;
	frame = (sp - bytes) & ~7u;
	return on_sig_stack(sp) && !on_sig_stack(frame) ? 0 : frame;
}

/* ---- to the handler ---------------------------------------------- */

/* The set that is to be blocked again after the handler. */
static u64 mask_to_restore(void)
{
	return test_thread_flag(TIF_RESTORE_SIGMASK) ?
		current->signal->saved_mask :
		current->signal->blocked;
}

/* All of uc that is in front of uc_unused; the VFP record goes by itself. */
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
	__builtin_memcpy(mc->arm_r, regs->r, sizeof(mc->arm_r));
	mc->arm_sp = regs->sp;
	mc->arm_lr = regs->lr;
	mc->arm_pc = regs->pc;
	mc->arm_cpsr = regs->cpsr;
	uc->uc_sigmask[0] = (u32)mask;
	uc->uc_sigmask[1] = (u32)(mask >> 32);
}

/*
 * The first `bytes` of a frame, and the VFP record of its ucontext. What lies
 * behind and between stays as the program left its stack.
 */
static int put_frame(uaddr_t to, const void *frame, u32 bytes, uaddr_t uc)
{
	if (copy_to_user(to, frame, bytes) ||
	    copy_to_user(uc + offsetof(struct ucontext, uc_regspace),
			 vfp_current_record(), sizeof(struct vfp_record)))
		return -EFAULT;
	vfp_start_handler();
	return 0;
}

/* Where the handler returns to. */
static u32 return_address(const struct k_sigaction *action)
{
	bool thumb = action->handler & 1;
	u32 word = (action->flags & SA_SIGINFO ? 3 : 0) + (thumb ? 2 : 0);

	if (action->flags & SA_RESTORER)
		return action->restorer;
	return (VECTORS_BASE + SIGRETURN_OFFSET + word * 4) | thumb;
}

static void start_handler(const struct ksignal *ksig, struct pt_regs *regs,
			  uaddr_t frame)
{
	u32 handler = ksig->action.handler;

	/* ARM or Thumb, little-endian, whatever it interrupts. */
	regs->cpsr &= ~(PSR_T | PSR_J | PSR_IT | PSR_E);
	if (handler & 1)
		regs->cpsr |= PSR_T;
	regs->r[0] = (u32)ksig->info.signo;
	regs->sp = frame;
	regs->lr = return_address(&ksig->action);
	regs->pc = handler & (handler & 1 ? ~1u : ~3u);
}

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

/* The handler may give its stack away: sigreturn puts it back. */
static __noinline void disarm_altstack(void)
{
	current->signal->altstack =
		(struct sigaltstack){ .ss_flags = SS_DISABLE };
}

static void handle_signal(const struct ksignal *ksig, struct pt_regs *regs)
{
	u64 blocked = current->signal->blocked | ksig->action.mask;
	int err = ksig->action.flags & SA_SIGINFO ? setup_rt_frame(ksig, regs) :
						    setup_frame(ksig, regs);

	if (err) { /* not even SIGSEGV's handler could run */
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
	if (unlikely(current->signal->altstack.ss_flags & SS_AUTODISARM))
		disarm_altstack();
	if (test_thread_flag(TIF_RESTORE_SIGMASK))
		atomic_andnot(TIF_RESTORE_SIGMASK, &current->thread_info.flags);
	if (!(ksig->action.flags & SA_NODEFER))
		blocked |= sigmask(ksig->info.signo);
	set_current_blocked(blocked);
}

/* ---- interrupted system calls ------------------------------------ */

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

/* Is the call made again although a handler comes between? */
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

/* Back to the SVC instruction. r7 still has the number. */
static void restart_syscall(struct pt_regs *regs)
{
	regs->r[0] = regs->orig_r0;
	regs->pc -= regs->cpsr & PSR_T ? 2 : 4;
}

/* The rest of the call, here: the program's registers stay its own. */
static bool restart_call(struct pt_regs *regs)
{
	const struct restart_block block = current->restart;

	regs->r[0] = (u32)block.go_on(&block);
	return wants_restart(regs);
}

/* Run handlers; the first one decides what becomes of *syscall. */
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
	if (test_thread_flag(TIF_RESTORE_SIGMASK)) {
		atomic_andnot(TIF_RESTORE_SIGMASK, &current->thread_info.flags);
		set_current_blocked(current->signal->saved_mask);
	}
}

/* Interrupted calls go on in do_signal; who asks for one has none. */
s32 sys_restart_syscall(void)
{
	return -EINTR;
}

/* ---- coming back ------------------------------------------------- */

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

/* False, with registers fit for user mode, if the frame asks for another. */
static bool restore_registers(const struct sigcontext *mc, struct pt_regs *regs)
{
	u32 cpsr = (mc->arm_cpsr & PSR_USER_BITS) | PSR_MODE_USR;

	if (!(cpsr & PSR_T))
		cpsr &= ~PSR_IT; /* means nothing in ARM state */
	__builtin_memcpy(regs->r, mc->arm_r, sizeof(regs->r));
	regs->sp = mc->arm_sp;
	regs->lr = mc->arm_lr;
	regs->pc = mc->arm_pc & (cpsr & PSR_T ? ~1u : ~3u);
	regs->cpsr = cpsr;
	return (mc->arm_cpsr & (PSR_MODE_MASK | PSR_I_BIT)) == PSR_MODE_USR;
}

/* As far as the head of the VFP record, which is to be one of ours. */
#define UC_READ_BYTES offsetof(struct ucontext, uc_regspace[2])

static bool restore_frame(uaddr_t from, struct pt_regs *regs)
{
	struct ucontext uc;
	bool user_mode;

	if (!IS_ALIGNED(regs->sp, 8) ||
	    copy_from_user(&uc, from, UC_READ_BYTES))
		return false;
	if (uc.uc_regspace[0] != VFP_MAGIC ||
	    uc.uc_regspace[1] != sizeof(struct vfp_sigframe) ||
	    vfp_restore(from + offsetof(struct ucontext, uc_regspace)))
		return false;
	set_current_blocked(uc.uc_sigmask[0] | (u64)uc.uc_sigmask[1] << 32);
	user_mode = restore_registers(&uc.uc_mcontext, regs);
	restore_altstack(&uc.uc_stack);
	return user_mode;
}

/* The answer goes to r0, which the frame has. */
static s32 do_sigreturn(u32 offset, struct pt_regs *regs)
{
	if (!restore_frame(regs->sp + offset, regs))
		force_sig_fault(SIGSEGV, SEGV_MAPERR, regs->sp);
	return (s32)regs->r[0];
}

s32 sys_sigreturn(struct pt_regs *regs)
{
	return do_sigreturn(offsetof(struct sigframe, uc), regs);
}

s32 sys_rt_sigreturn(struct pt_regs *regs)
{
	return do_sigreturn(offsetof(struct rt_sigframe, sig.uc), regs);
}
