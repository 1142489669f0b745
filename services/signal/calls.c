/*
 * The signal system calls about the caller itself: handlers, the blocked set,
 * the alternate stack, and waiting.
 */
#include <asm/uaccess.h>
#include <services/signal/internal.h>
#include <services/time/time.h>

/*
 * Reads a signal set of `bytes` bytes at user address from. Returns 0, -EINVAL
 * if the size is not that of 64 signals, or -EFAULT.
 */
static int get_sigset(u64 *set, uaddr_t from, u32 bytes)
{
	u32 words[2];

	if (bytes != sizeof(words))
		return -EINVAL;
	if (copy_from_user(words, from, sizeof(words)))
		return -EFAULT;
	*set = words[0] | (u64)words[1] << 32;
	return 0;
}

/*
 * Writes set as two words, low signals first, to user address to: 0 or -EFAULT.
 */
static int put_sigset(u64 set, uaddr_t to)
{
	const u32 words[2] = { (u32)set, (u32)(set >> 32) };

	return copy_to_user(to, words, sizeof(words)) ? -EFAULT : 0;
}

/* ---- handlers ---------------------------------------------------- */

/*
 * Returns false only if sig is certainly not pending for the process, so that
 * the walk over its threads in flush_ignored() can be left out. Of other
 * threads' sets nothing is known here. Hold signal_lock.
 */
static bool may_be_pending(s32 sig)
{
	const struct signal_state *state = current->signal;

	return state->group->count > 1 ||
		((state->pending.set | state->group->pending.set) &
		 sigmask(sig));
}

/*
 * The action for sig becomes *new, and *old gets what it was; either may be
 * NULL. Returns true if a signal may be pending that is ignored from now on.
 */
static bool swap_action(s32 sig, const struct k_sigaction *new,
			struct k_sigaction *old)
{
	u32 flags = lock_signals();
	struct sighand_struct *hand = current->sighand;
	struct k_sigaction *action = &hand->action[sig - 1];
	bool flush = false;

	if (old)
		*old = *action;
	if (new) {
		*action = *new;
		/*
		 * A handler that blocked SIGKILL could keep the process alive.
		 */
		action->mask &= ~UNBLOCKABLE;
		/*
		 * Set even if the action is SIG_DFL again: a fork then copies
		 * one action more, which costs less than keeping the set exact.
		 */
		hand->set |= sigmask(sig);
		flush = sig_ignored(current, sig) && may_be_pending(sig);
	}
	unlock_signals(flags);
	return flush;
}

/*
 * Sets and reads the action of sig. flush_ignored() runs after signal_lock has
 * been released, since it needs tasklist_lock, which is outside.
 */
s32 sys_rt_sigaction(s32 sig, uaddr_t act, uaddr_t oact, u32 bytes)
{
	struct k_sigaction new, old;

	if (bytes != sizeof(u64) || !valid_signal(sig))
		return -EINVAL;
	/* Reading the action of these two is allowed. */
	if (act && (sig == SIGKILL || sig == SIGSTOP))
		return -EINVAL;
	if (act && copy_from_user(&new, act, sizeof(new)))
		return -EFAULT;
	if (swap_action(sig, act ? &new : NULL, oact ? &old : NULL))
		flush_ignored(sig);
	return oact && copy_to_user(oact, &old, sizeof(old)) ? -EFAULT : 0;
}

/*
 * The structure of the old sigaction(): its mask is one word and stands before
 * the flags.
 */
struct old_sigaction {
	u32 handler, mask, flags, restorer;
};

s32 sys_sigaction(s32 sig, uaddr_t act, uaddr_t oact)
{
	struct old_sigaction user;
	struct k_sigaction new = { 0 }, old;

	/*
	 * Linux reads the old call's structure before it looks at sig, so a bad
	 * address gives -EFAULT even if sig is invalid, unlike in rt_sigaction.
	 */
	if (act && copy_from_user(&user, act, sizeof(user)))
		return -EFAULT;
	if (!valid_signal(sig) || (act && (sig == SIGKILL || sig == SIGSTOP)))
		return -EINVAL;
	if (act)
		new = (struct k_sigaction){ .handler = user.handler,
					    .mask = user.mask,
					    .flags = user.flags,
					    .restorer = user.restorer };
	if (swap_action(sig, act ? &new : NULL, oact ? &old : NULL))
		flush_ignored(sig);
	if (!oact)
		return 0;
	user = (struct old_sigaction){ old.handler, (u32)old.mask, old.flags,
				       old.restorer };
	return copy_to_user(oact, &user, sizeof(user)) ? -EFAULT : 0;
}

/* ---- the blocked set --------------------------------------------- */

/*
 * Changes and reads the blocked set. Only the task itself writes it, so it is
 * read here without signal_lock.
 */
s32 sys_rt_sigprocmask(u32 how, uaddr_t set, uaddr_t oset, u32 bytes)
{
	u64 old = current->signal->blocked, new = 0;
	int err = bytes == sizeof(u64) ? 0 : -EINVAL;

	if (!err && set)
		err = get_sigset(&new, set, bytes);
	if (err)
		return err;
	/* With no new set `how` means nothing, and Linux does not check it. */
	if (set && how > SIG_SETMASK)
		return -EINVAL;
	if (set && how == SIG_BLOCK)
		new |= old;
	else if (set && how == SIG_UNBLOCK)
		new = old & ~new;
	if (set)
		set_current_blocked(new);
	return oset ? put_sigset(old, oset) : 0;
}

/*
 * The old call: its sets have signals 1 to 32 only, so it leaves the bits of 33
 * to 64 as they are.
 */
s32 sys_sigprocmask(u32 how, uaddr_t set, uaddr_t oset)
{
	u64 old = current->signal->blocked;
	u32 word = 0, first = (u32)old;

	if (set && copy_from_user(&word, set, sizeof(word)))
		return -EFAULT;
	if (set && how > SIG_SETMASK)
		return -EINVAL;
	if (set && how == SIG_BLOCK)
		set_current_blocked(old | word);
	else if (set && how == SIG_UNBLOCK)
		set_current_blocked(old & ~(u64)word);
	else if (set)
		set_current_blocked((old & ~(u64)UINT32_MAX) | word);
	return oset && copy_to_user(oset, &first, sizeof(first)) ? -EFAULT : 0;
}

/*
 * Returns the signals that are pending, but blocked: what sigpending reports.
 */
static u64 blocked_and_pending(void)
{
	u32 flags = lock_signals();
	u64 pending = pending_signals() & current->signal->blocked;

	unlock_signals(flags);
	return pending;
}

s32 sys_rt_sigpending(uaddr_t set, u32 bytes)
{
	u64 signals = blocked_and_pending();

	/* A program with a shorter set gets its part of it, as on Linux. */
	if (bytes > sizeof(signals))
		return -EINVAL;
	return copy_to_user(set, &signals, bytes) ? -EFAULT : 0;
}

s32 sys_sigpending(uaddr_t set)
{
	u32 word = (u32)blocked_and_pending();

	return copy_to_user(set, &word, sizeof(word)) ? -EFAULT : 0;
}

/* ---- the alternate stack ----------------------------------------- */

/*
 * Makes *stack the running task's alternate stack; sp is the program's stack
 * pointer. Returns 0, -EPERM, -EINVAL (flags) or -ENOMEM (too small).
 */
static int set_altstack(const struct sigaltstack *stack, uaddr_t sp)
{
	struct sigaltstack *own = &current->signal->altstack;
	u32 mode = stack->ss_flags & ~SS_AUTODISARM;

	/*
	 * The frames of handlers that are running lie on the old stack: the
	 * program could not find its way back from them on another one.
	 */
	if (on_sig_stack(sp))
		return -EPERM;
	if (mode != 0 && mode != SS_DISABLE && mode != SS_ONSTACK)
		return -EINVAL;
	if (mode == SS_DISABLE) {
		*own = (struct sigaltstack){ .ss_flags = SS_DISABLE };
		return 0;
	}
	if (stack->ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	*own = (struct sigaltstack){ .ss_sp = stack->ss_sp,
				     .ss_flags = stack->ss_flags &
					     SS_AUTODISARM,
				     .ss_size = stack->ss_size };
	return 0;
}

/*
 * Replaces and reads the alternate stack. The old one is written out last,
 * after the new one is set, as on Linux: -EFAULT then leaves the new one in
 * place.
 */
s32 sys_sigaltstack(uaddr_t ss, uaddr_t old)
{
	struct sigaltstack was = current->signal->altstack, new;
	uaddr_t sp = task_pt_regs(current)->sp;
	int err = 0;

	if (on_sig_stack(sp))
		was.ss_flags |= SS_ONSTACK;
	if (ss && copy_from_user(&new, ss, sizeof(new)))
		return -EFAULT;
	if (ss)
		err = set_altstack(&new, sp);
	if (!err && old && copy_to_user(old, &was, sizeof(was)))
		err = -EFAULT;
	return err;
}

/* ---- waiting ----------------------------------------------------- */

/* Sleeps until TIF_SIGPENDING is set. */
static void sleep_until_signal(void)
{
	for (;;) {
		/*
		 * The state is set before the look: a signal that is posted
		 * between the look and schedule() makes the task runnable
		 * again.
		 */
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending())
			break;
		schedule();
	}
	set_current_state(TASK_RUNNING);
}

/*
 * Returns only to take a signal; the call ends with -EINTR if it has a handler
 * and is made again if it stopped the task.
 */
s32 sys_pause(void)
{
	sleep_until_signal();
	return -ERESTARTNOHAND;
}

/*
 * Blocks set in place of the task's own, which stays in saved_mask.
 * TIF_RESTORE_SIGMASK tells do_signal() to bring it back after the handler.
 */
static void block_for_wait(u64 set)
{
	current->signal->saved_mask = current->signal->blocked;
	set_current_blocked(set);
	atomic_or(TIF_RESTORE_SIGMASK, &current->thread_info.flags);
}

int sigmask_for_wait(const struct user_sigset *user)
{
	u64 set;
	int err;

	if (!user->address)
		return 0;
	err = get_sigset(&set, user->address, user->bytes);
	if (!err)
		block_for_wait(set);
	return err;
}

void sigmask_after_wait(bool interrupted)
{
	/*
	 * The handler must run with the wait's mask: bringing the own mask back
	 * here could block the very signal that ended the wait.
	 */
	if (interrupted || !test_thread_flag(TIF_RESTORE_SIGMASK))
		return;
	atomic_andnot(TIF_RESTORE_SIGMASK, &current->thread_info.flags);
	set_current_blocked(current->signal->saved_mask);
}

/*
 * Waits for a signal that is not in set. The mask changes before the first look
 * at TIF_SIGPENDING, so a signal that set unblocks ends the wait at once.
 */
static s32 do_sigsuspend(u64 set)
{
	block_for_wait(set);
	sleep_until_signal();
	return -ERESTARTNOHAND;
}

s32 sys_rt_sigsuspend(uaddr_t uset, u32 bytes)
{
	u64 set;
	int err = get_sigset(&set, uset, bytes);

	return err ? err : do_sigsuspend(set);
}

s32 sys_sigsuspend(u32 unused __unused_arg, u32 unused2 __unused_arg, u32 set)
{
	return do_sigsuspend(set);
}

/*
 * Takes a pending signal of set and returns true. If there is none, and `wait`
 * is true, notes set in `awaited` under the same lock, so that no sender can
 * miss it: its signals are blocked, and would not wake the task otherwise. If
 * the task does not wait, no sender chooses it any more.
 */
static bool take_awaited(u64 set, bool wait, struct kernel_siginfo *info)
{
	u32 flags = lock_signals();
	bool found = dequeue_signal(set, info);

	current->signal->awaited = found || !wait ? 0 : set;
	unlock_signals(flags);
	return found;
}

/*
 * Waits at most `left` ns (UINT64_MAX: no limit) for a signal of set and fills
 * *info. Returns 0, -EAGAIN after that time, or -EINTR for another signal.
 */
static int wait_for_signal(u64 set, u64 left, struct kernel_siginfo *info)
{
	int err = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (take_awaited(set, true, info))
			break;
		/*
		 * Only after the look into the sets: a signal of set that came
		 * with another one, or at the last moment, is still taken.
		 */
		err = signal_pending() ? -EINTR : left ? 0 : -EAGAIN;
		if (err)
			break;
		left = schedule_timeout(left);
	}
	set_current_state(TASK_RUNNING);
	/*
	 * One that has come since was given to this task alone, although others
	 * may wait for it, too.
	 */
	if (err && take_awaited(set, false, info))
		err = 0;
	return err;
}

/*
 * The body of both rt_sigtimedwait calls; time64: ts has 64-bit seconds.
 * Returns the signal's number. A signal is taken even if uinfo is a bad
 * address: Linux loses it in that case, too.
 */
static s32 do_sigtimedwait(uaddr_t uset, uaddr_t uinfo, uaddr_t ts, u32 bytes,
			   bool time64)
{
	struct kernel_siginfo info;
	struct siginfo user;
	u64 set, ns = UINT64_MAX;
	int err = get_sigset(&set, uset, bytes);

	if (!err && ts)
		err = get_timespec(ts, time64, &ns);
	if (!err)
		err = wait_for_signal(set &
					      ~(sigmask(SIGKILL) |
						sigmask(SIGSTOP)),
				      ns, &info);
	if (err)
		return err;
	siginfo_to_user(&info, &user);
	if (uinfo && copy_to_user(uinfo, &user, sizeof(user)))
		return -EFAULT;
	return info.signo;
}

s32 sys_rt_sigtimedwait(uaddr_t set, uaddr_t info, uaddr_t ts, u32 bytes)
{
	return do_sigtimedwait(set, info, ts, bytes, false);
}

s32 sys_rt_sigtimedwait_time64(uaddr_t set, uaddr_t info, uaddr_t ts, u32 bytes)
{
	return do_sigtimedwait(set, info, ts, bytes, true);
}
