/*
 * The signal system calls about the caller itself: handlers, the blocked set,
 * the alternate stack, and waiting.
 */
#include <asm/uaccess.h>
#include <services/signal/internal.h>
#include <services/time/time.h>

/* A set in user memory is two words and says so. */
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

static int put_sigset(u64 set, uaddr_t to)
{
	const u32 words[2] = { (u32)set, (u32)(set >> 32) };

	return copy_to_user(to, words, sizeof(words)) ? -EFAULT : 0;
}

/* ---- handlers ---------------------------------------------------- */

/* May the process have one pending? Of other threads we do not know. */
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
		action->mask &= ~UNBLOCKABLE;
		hand->set |= sigmask(sig);
		flush = sig_ignored(current, sig) && may_be_pending(sig);
	}
	unlock_signals(flags);
	return flush;
}

s32 sys_rt_sigaction(s32 sig, uaddr_t act, uaddr_t oact, u32 bytes)
{
	struct k_sigaction new, old;

	if (bytes != sizeof(u64) || !valid_signal(sig))
		return -EINVAL;
	if (act && (sig == SIGKILL || sig == SIGSTOP))
		return -EINVAL;
	if (act && copy_from_user(&new, act, sizeof(new)))
		return -EFAULT;
	if (swap_action(sig, act ? &new : NULL, oact ? &old : NULL))
		flush_ignored(sig);
	return oact && copy_to_user(oact, &old, sizeof(old)) ? -EFAULT : 0;
}

/* As old programs have it: the mask is one word, and not the last. */
struct old_sigaction {
	u32 handler, mask, flags, restorer;
};

s32 sys_sigaction(s32 sig, uaddr_t act, uaddr_t oact)
{
	struct old_sigaction user;
	struct k_sigaction new = { 0 }, old;

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

s32 sys_rt_sigprocmask(u32 how, uaddr_t set, uaddr_t oset, u32 bytes)
{
	u64 old = current->signal->blocked, new = 0;
	int err = bytes == sizeof(u64) ? 0 : -EINVAL;

	if (!err && set)
		err = get_sigset(&new, set, bytes);
	if (err)
		return err;
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

/* The old call's sets have the first word alone: signals 33 to 64 stay. */
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

static u64 blocked_and_pending(void)
{
	u32 flags = lock_signals();
	u64 pending = pending_signals() & current->signal->blocked;

	unlock_signals(flags);
	return pending;
}

s32 sys_rt_sigpending(uaddr_t set, u32 bytes)
{
	if (bytes != sizeof(u64))
		return -EINVAL;
	return put_sigset(blocked_and_pending(), set);
}

s32 sys_sigpending(uaddr_t set)
{
	u32 word = (u32)blocked_and_pending();

	return copy_to_user(set, &word, sizeof(word)) ? -EFAULT : 0;
}

/* ---- the alternate stack ----------------------------------------- */

static int set_altstack(const struct sigaltstack *stack, uaddr_t sp)
{
	struct sigaltstack *own = &current->signal->altstack;
	u32 mode = stack->ss_flags & ~SS_AUTODISARM;

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

static void sleep_until_signal(void)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending())
			break;
		schedule();
	}
	set_current_state(TASK_RUNNING);
}

s32 sys_pause(void)
{
	sleep_until_signal();
	return -ERESTARTNOHAND;
}

/* The handler runs with this mask; the old one comes after it. */
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
	if (interrupted || !test_thread_flag(TIF_RESTORE_SIGMASK))
		return;
	atomic_andnot(TIF_RESTORE_SIGMASK, &current->thread_info.flags);
	set_current_blocked(current->signal->saved_mask);
}

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

/* Take a signal of set, or have its sender wake us. */
static bool take_awaited(u64 set, struct kernel_siginfo *info)
{
	u32 flags = lock_signals();
	bool found = dequeue_signal(set, info);

	current->signal->awaited = found ? 0 : set;
	unlock_signals(flags);
	return found;
}

/* *left: nanoseconds to sleep. 0, -EAGAIN when they passed, -EINTR. */
static int wait_for_signal(u64 set, u64 left, struct kernel_siginfo *info)
{
	int err = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (take_awaited(set, info))
			break;
		err = signal_pending() ? -EINTR : left ? 0 : -EAGAIN;
		if (err)
			break;
		left = schedule_timeout(left);
	}
	set_current_state(TASK_RUNNING);
	current->signal->awaited = 0;
	return err;
}

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
