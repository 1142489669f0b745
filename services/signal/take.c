/*
 * Signals: the blocked set, and taking the next one.
 */
#include <services/signal/internal.h>

void set_current_blocked(u64 blocked)
{
	u32 flags = lock_signals();

	current->signal->blocked = blocked & ~UNBLOCKABLE;
	recalc_sigpending();
	unlock_signals(flags);
}

void flush_ignored(int sig)
{
	struct task_struct *task;
	u32 flags = tasklist_lock();

	spin_lock(&signal_lock);
	if (sig_ignored(current, sig)) {
		discard_signals(&current->signal->group->pending, sigmask(sig));
		for_each_thread(task, current->group_leader)
			if (task->signal)
				discard_signals(&task->signal->pending,
						sigmask(sig));
		recalc_sigpending();
	}
	spin_unlock(&signal_lock);
	tasklist_unlock(flags);
}

/* Faults, then the lowest number. 0: the set is empty. */
static int first_signal(u64 set)
{
	if (!set)
		return 0;
	if (set & SYNCHRONOUS_SIGNALS)
		set &= SYNCHRONOUS_SIGNALS;
	return lowest_signal(set);
}

/*
 * info was taken from the set, where more than ordinary signals may be: what
 * waits behind it takes its place, and a timer hears of its own.
 */
static __noinline void take_more(struct sigpending *pending,
				 struct kernel_siginfo *info)
{
	take_queued(pending, info);
	if (info->code == CODE_OF_TIMER)
		posix_timer_taken(info);
	pending->more = pending->set || !STAILQ_EMPTY(&pending->queue);
}

static __always_inline bool take_from(struct sigpending *pending, u64 set,
				      struct kernel_siginfo *info)
{
	int sig = first_signal(pending->set & set);

	if (!sig)
		return false;
	pending->set &= ~sigmask(sig);
	*info = pending->info[sig - 1];
	if (unlikely(pending->more))
		take_more(pending, info);
	return true;
}

static bool take_signal(u64 set, struct kernel_siginfo *info)
{
	struct signal_state *state = current->signal;

	if (take_from(&state->pending, set, info))
		return true;
	if (!take_from(&state->group->pending, set, info))
		return false;
	if (info->signo == SIGALRM)
		itimer_next_period(&state->group->real);
	return true;
}

bool dequeue_signal(u64 set, struct kernel_siginfo *info)
{
	bool found = take_signal(set, info);

	recalc_sigpending();
	return found;
}

/* ---- taking the next one ----------------------------------------- */

/*
 * Take the next signal that is not ignored. Returns false if there is none,
 * with TIF_SIGPENDING recalculated. If it returns true, set_current_blocked()
 * recalculates the flag when the handler's mask is set.
 */
static bool next_signal(struct ksignal *ksig)
{
	u32 flags = lock_signals();
	struct k_sigaction *action;
	bool found;

	do {
		found = take_signal(~current->signal->blocked, &ksig->info);
	} while (found && sig_ignored(current, ksig->info.signo));
	if (found) {
		action = &current->sighand->action[ksig->info.signo - 1];
		ksig->action = *action;
		if (action->flags & SA_RESETHAND)
			action->handler = SIG_DFL;
		if (ksig->action.handler == SIG_DFL &&
		    (STOP_SIGNALS & sigmask(ksig->info.signo)))
			current->signal->stop_dequeued = true;
	} else {
		recalc_sigpending();
	}
	unlock_signals(flags);
	return found;
}

bool get_signal(struct ksignal *ksig)
{
	int sig;

	for (;;) {
		/*
		 * Here too, not only on the way to user mode: an interrupted
		 * call that goes on would be interrupted at once, without end.
		 * No barrier: a look that misses it is made again.
		 */
		if (unlikely(READ_ONCE(current->killed)))
			do_group_exit(SIGKILL);
		if (READ_ONCE(current->signal->stop_pending))
			job_stop_thread();
		if (!next_signal(ksig))
			return false;
		if (ksig->action.handler != SIG_DFL)
			return true;
		sig = ksig->info.signo;
		if (STOP_SIGNALS & sigmask(sig))
			job_stop_group(sig);
		if (STOP_SIGNALS & sigmask(sig) || init_is_spared(current, sig))
			continue;
		if (DEFAULT_DUMPS & sigmask(sig))
			services_leave_core(&ksig->info);
		do_group_exit((u32)sig);
	}
}
