/* The blocked set, and taking the next signal. */
#include <services/signal/internal.h>

void set_current_blocked(u64 blocked)
{
	struct signal_state *state = current->signal;
	u32 flags = lock_signals();

	if (unlikely(state->group->count > 1))
		place_anew(blocked);
	state->blocked = blocked & ~UNBLOCKABLE;
	recalc_sigpending();
	unlock_signals(flags);
}

/*
 * Takes tasklist_lock for the walk over all threads' sets. The action is looked
 * at again: another thread may have changed it since the caller did.
 */
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

/*
 * Returns the signal of set to take first: a fault's, then the lowest number,
 * as in Linux; 0 if the set is empty.
 */
static int first_signal(u64 set)
{
	if (!set)
		return 0;
	if (set & SYNCHRONOUS_SIGNALS)
		set &= SYNCHRONOUS_SIGNALS;
	return lowest_signal(set);
}

/*
 * sig was taken from the set, which may have queued or timers' signals: the next
 * queued one of its number takes its place, and a timer starts its next period.
 * Hold signal_lock.
 */
static __noinline void take_more(struct sigpending *pending, int sig,
				 struct kernel_siginfo *info)
{
	take_queued(pending, sig, info);
	if (info->code == CODE_OF_TIMER)
		posix_timer_taken(info);
	pending->more = pending->set || !STAILQ_EMPTY(&pending->queue);
}

/*
 * Takes a signal of set from `pending`: fills *info and returns true, or
 * returns false if there is none. Inlined, because every delivery makes both
 * calls of it.
 */
static __always_inline bool take_from(struct sigpending *pending, u64 set,
				      struct kernel_siginfo *info)
{
	int sig = first_signal(pending->set & set);

	if (!sig)
		return false;
	pending->set &= ~sigmask(sig);
	if (unlikely(pending->more))
		take_more(pending, sig, info);
	else
		*info = pending->info[sig - 1];
	return true;
}

/*
 * Takes a signal of set for the running task: its own first, then its
 * process's. Hold signal_lock.
 */
static bool take_signal(u64 set, struct kernel_siginfo *info)
{
	struct signal_state *state = current->signal;

	job_catch_up_pending(state);
	if (take_from(&state->pending, set, info))
		return true;
	if (!take_from(&state->group->pending, set, info))
		return false;
	/*
	 * The next period of ITIMER_REAL begins when its signal is taken.
	 * Whether this SIGALRM is the timer's or kill()'s makes no difference:
	 * a running timer is left alone.
	 */
	if (info->signo == SIGALRM)
		itimer_next_period(&state->group->real);
	return true;
}

bool dequeue_signal(u64 set, struct kernel_siginfo *info)
{
	bool found = take_signal(set, info);

	/*
	 * The flag may have been set for this signal alone; left set, it would
	 * interrupt the next call without cause.
	 */
	recalc_sigpending();
	return found;
}

/* ---- taking the next one ----------------------------------------- */

/*
 * Takes the next signal that is not ignored. Returns false if there is none,
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
		action = &current->sighand->action[ksig->info.signo - 1];
	} while (found && !has_handler(action) &&
		 sig_ignored(current, ksig->info.signo));
	if (found) {
		ksig->action = *action;
		/*
		 * Under the same lock as the taking: two threads that take the
		 * same signal cannot both run a handler that is meant to run
		 * once.
		 */
		if (action->flags & SA_RESETHAND)
			action->handler = SIG_DFL;
		/*
		 * Noted under signal_lock: a SIGCONT that is sent before
		 * job_stop_group() has both locks clears it, and the stop does
		 * not happen.
		 */
		if (ksig->action.handler == SIG_DFL &&
		    (STOP_SIGNALS & sigmask(ksig->info.signo))) {
			job_catch_up(current->signal);
			current->signal->stop_dequeued = true;
		}
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
		 * A killed task must end here as well as on its way to user
		 * mode: an interrupted call that is continued in do_signal()
		 * would be interrupted again at once, without end. No barrier
		 * is needed: a look that misses the kill is repeated.
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
		/*
		 * A stopped task continues here after SIGCONT, and looks for
		 * further signals.
		 */
		if (STOP_SIGNALS & sigmask(sig) || init_is_spared(current, sig))
			continue;
		if (DEFAULT_DUMPS & sigmask(sig))
			services_leave_core(&ksig->info);
		do_group_exit((u32)sig);
	}
}
