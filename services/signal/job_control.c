/*
 * Job control: stopping a process, continuing it, and reporting that to its
 * parent.
 *
 * A stop signal asks every thread of a group to stop (stop_pending); each does
 * so on its way to user mode, and the last one reports to the parent. SIGCONT
 * undoes it at once, when it is sent, even if it is blocked or ignored. Each of
 * the two kinds discards pending signals of the other; what single threads have
 * is discarded when they look at it (job_catch_up). job_state is in the
 * group's leader, which stays until the group is over, under tasklist_lock and
 * signal_lock.
 */
#include <services/signal/internal.h>
#include <uapi/wait.h>

#define THREADS_AT_ONCE 16 /* a spinlock is held no longer than for these */

/*
 * How many groups are stopped. While there are none, no exit needs to look for
 * stopped members of its process group.
 */
static u32 nr_stopped; /* tasklist_lock */

/* Changes job->stopped and keeps nr_stopped right. Hold both locks. */
static void set_stopped(struct job_state *job, bool stopped)
{
	nr_stopped += (u32)stopped - (u32)job->stopped;
	job->stopped = stopped;
}

/* ---- telling the parent ------------------------------------------ */

/*
 * Sends SIGCHLD to leader's parent and wakes its wait(). Hold tasklist_lock,
 * but not signal_lock, which the sending takes.
 */
static void tell_parent(struct task_struct *leader, s32 code, s32 status)
{
	struct task_struct *parent = leader->parent;

	/* init's parent is the boot task, which has no signal state. */
	if (parent == &init_task)
		return;
	signal_child_changed(parent, leader, code, status);
	wake_up(&parent->wait_child);
}

/* ---- orphaned process groups ------------------------------------- */

/*
 * Returns true if task's parent can continue it as a shell would: it is in
 * another group of the same session. init is no shell.
 */
static bool is_looked_after(const struct task_struct *task)
{
	const struct task_struct *parent = task->parent;

	return parent->pid > 1 && parent->pgrp != task->pgrp &&
		parent->session == task->session;
}

/*
 * Returns true if no member of group pgrp, but for `without`, has a parent
 * outside the group that could continue it. Only SIGSTOP may stop such a group,
 * since it might stay stopped for ever. Hold tasklist_lock.
 */
static bool is_orphaned(s32 pgrp, const struct task_struct *without)
{
	const struct task_struct *task;

	for_each_by_id(task, ID_PGRP, pgrp)
		if (task != without && !group_is_over(task) &&
		    is_looked_after(task))
			return false;
	return true;
}

/* Returns true if a process of group pgrp is stopped. Hold tasklist_lock. */
static bool has_stopped_jobs(s32 pgrp)
{
	const struct task_struct *task;

	for_each_by_id(task, ID_PGRP, pgrp)
		if (task->job.stopped)
			return true;
	return false;
}

void job_orphan_pgrp(const struct task_struct *child,
		     const struct task_struct *parent, bool child_ends)
{
	s32 pgrp = child->pgrp;

	/*
	 * The cheap tests first: this runs at each exit, and walks over groups
	 * only if one of them is stopped and child's parent was the one that
	 * looked after it.
	 */
	if (!nr_stopped || parent->pgrp == pgrp ||
	    parent->session != child->session ||
	    !is_orphaned(pgrp, child_ends ? child : NULL) ||
	    !has_stopped_jobs(pgrp))
		return;
	/*
	 * SIGHUP is sent first, so that it is pending when SIGCONT makes the
	 * processes run: those without a handler end before they execute
	 * anything more.
	 */
	kill_pgrp_locked(pgrp, SIGHUP);
	kill_pgrp_locked(pgrp, SIGCONT);
}

/* ---- what a signal does when it is sent -------------------------- */

/*
 * Makes some stopped threads of group run again; the last one woken wakes the
 * next ones when it runs (after_stop). Hold both locks, as for all functions
 * of this part.
 */
static void wake_some(struct signal_group *group)
{
	struct signal_state *state;

	for (u32 n = 1; (state = TAILQ_FIRST(&group->stopped)) != NULL; n++) {
		TAILQ_REMOVE(&group->stopped, state, stopped_link);
		state->in_stopped = false;
		wake_up_stopped(state->task);
		if (n == THREADS_AT_ONCE) {
			state->wakes_others = true;
			break;
		}
	}
}

/*
 * Ends a stop, or a request to stop, of task's group: stopped threads run
 * again.
 */
static void cancel_stop(struct task_struct *task)
{
	struct job_state *job = &task->group_leader->job;

	job->nr_to_stop = 0;
	job->untold_stop = 0;
	set_stopped(job, false);
	task->signal->group->nr_conts++;
	wake_some(task->signal->group);
}

/*
 * Continues task's group. Returns what to report to the parent:
 * CLD_CONTINUED, CLD_STOPPED, or 0 for nothing.
 */
static s32 let_go_on(struct task_struct *task)
{
	struct job_state *job = &task->group_leader->job;
	/*
	 * Linux reports a stop that SIGCONT overtakes as a stop: the parent
	 * would miss that anything happened otherwise.
	 */
	s32 code = job->stopped ? CLD_CONTINUED :
				  (job->nr_to_stop ? CLD_STOPPED : 0);

	cancel_stop(task);
	if (code)
		job->untold_cont = true;
	return code;
}

s32 job_control_signal(struct task_struct *task, u64 mask)
{
	struct signal_group *group = task->signal->group;
	s32 code = 0;

	if (mask & STOP_SIGNALS) {
		group->nr_stops++;
		discard_signals(&group->pending, sigmask(SIGCONT));
	} else {
		/*
		 * SIGCONT acts here, at the sending: a stopped process cannot
		 * take signals.
		 */
		discard_signals(&group->pending, STOP_SIGNALS);
		code = let_go_on(task);
	}
	/* Before this signal, which stays, is made pending for task. */
	job_catch_up(task->signal);
	return code;
}

void job_tell_continued(struct task_struct *leader, s32 code)
{
	if (code)
		tell_parent(leader, code, code == CLD_CONTINUED ? SIGCONT : 0);
}

void job_killed(struct task_struct *task)
{
	task->group_leader->job.untold_cont = false;
	cancel_stop(task);
}

/*
 * The running task was stopped and goes on. If wake_some() woke it as the last
 * of a batch it wakes the next batch, unless the group has been stopped again
 * meanwhile.
 */
static void after_stop(void)
{
	const struct job_state *job = &current->group_leader->job;
	struct signal_state *state = current->signal;
	u32 flags = tasklist_lock();

	spin_lock(&signal_lock);
	if (state->in_stopped) /* it was killed */
		TAILQ_REMOVE(&state->group->stopped, state, stopped_link);
	state->in_stopped = false;
	if (state->wakes_others && !job->stopped && !job->nr_to_stop)
		wake_some(state->group);
	state->wakes_others = false;
	spin_unlock(&signal_lock);
	tasklist_unlock(flags);
}

/* ---- stopping ---------------------------------------------------- */

/*
 * Asks task to stop, unless it has stopped or been asked already. Hold both
 * locks.
 */
static void ask_thread(struct task_struct *task)
{
	if (!task->signal || task->state == TASK_STOPPED)
		return;
	job_catch_up(task->signal);
	if (task->signal->stop_pending)
		return;
	task->signal->stop_pending = true;
	task->group_leader->job.nr_to_stop++;
	/*
	 * TIF_SIGPENDING makes it pass through get_signal(), where it stops;
	 * that also ends an interruptible sleep, and the interrupted call is
	 * made again after the stop.
	 */
	signal_wake(task);
}

/*
 * Asks all threads of leader's group to stop, on behalf of sig. The caller is
 * asked first and stops last, after this walk: so the group cannot count as
 * stopped while other tasks run in between, but a SIGCONT may arrive then. Hold
 * both locks; *list_flags are the interrupt flags of tasklist_lock.
 */
static void ask_to_stop(struct task_struct *leader, int sig, u32 *list_flags)
{
	struct signal_state *state = current->signal;
	struct task_struct *task;
	bool found;
	u32 n = 0;

	leader->job.stop_sig = (u32)sig;
	ask_thread(current);
	for_each_thread(task, leader) {
		ask_thread(task);
		if (++n % THREADS_AT_ONCE)
			continue;
		spin_unlock(&signal_lock);
		found = let_others_in(task, list_flags);
		spin_lock(&signal_lock);
		/*
		 * SIGCONT or a kill arrived while the locks were free: no
		 * thread needs to be asked.
		 */
		job_catch_up(state);
		if (!state->stop_pending || leader->group_exit)
			break;
		/*
		 * The thread at which the walk stood has exited, and its link
		 * with it.
		 */
		if (!found)
			task = leader;
	}
}

void job_stop_group(int sig)
{
	struct task_struct *leader = current->group_leader;
	struct signal_state *state = current->signal;
	u32 list_flags = tasklist_lock();
	bool orphaned = sig != SIGSTOP && is_orphaned(leader->pgrp, NULL);

	spin_lock(&signal_lock);
	job_catch_up(state);
	/*
	 * stop_dequeued is false if a SIGCONT was sent after this task took the
	 * stop signal: it must not stop then, nor if the group is being killed.
	 * nr_to_stop: the group is stopping already.
	 */
	if (state->stop_dequeued && !orphaned && !leader->group_exit &&
	    !leader->job.nr_to_stop)
		ask_to_stop(leader, sig, &list_flags);
	state->stop_dequeued = false;
	spin_unlock(&signal_lock);
	tasklist_unlock(list_flags);
}

/*
 * A thread that was asked to stop has stopped or exits. Returns true if it was
 * the last one: the group has stopped, and the caller reports that to the
 * parent. Hold both locks.
 */
static bool stop_counts(struct task_struct *leader)
{
	struct job_state *job = &leader->job;

	if (--job->nr_to_stop > 0 || leader->group_exit)
		return false;
	set_stopped(job, true);
	job->untold_stop = job->stop_sig;
	job->untold_cont = false;
	return true;
}

void job_stop_thread(void)
{
	struct task_struct *leader = current->group_leader;
	struct signal_state *state = current->signal;
	u32 list_flags = tasklist_lock(), flags = lock_signals();
	bool last = false;

	job_catch_up(state);
	if (state->stop_pending) {
		state->stop_pending = false;
		last = stop_counts(leader);
		/*
		 * A killer posts SIGKILL first and looks at the state
		 * afterwards, so either it sees TASK_STOPPED and wakes this
		 * task, or this task sees SIGKILL here.
		 */
		if (!(pending_signals() & sigmask(SIGKILL))) {
			set_current_state(TASK_STOPPED);
			TAILQ_INSERT_TAIL(&state->group->stopped, state,
					  stopped_link);
			state->in_stopped = true;
		}
	}
	recalc_sigpending();
	unlock_signals(flags);
	if (last)
		tell_parent(leader, CLD_STOPPED, (s32)leader->job.stop_sig);
	tasklist_unlock(list_flags);
	/*
	 * A SIGCONT since the locks were released has made the task runnable
	 * again.
	 */
	if (READ_ONCE(current->state) == TASK_STOPPED)
		schedule();
	after_stop();
}

bool job_thread_exits(struct task_struct *task, bool others)
{
	struct task_struct *leader = task->group_leader;
	bool asked;

	job_catch_up(task->signal);
	asked = task->signal->stop_pending;
	task->signal->stop_pending = false;
	/*
	 * The last thread of the process: its exit is reported instead of a
	 * stop.
	 */
	if (!others) {
		leader->job.nr_to_stop = 0;
		set_stopped(&leader->job, false);
		return false;
	}
	return asked && stop_counts(leader);
}

void job_tell_stopped(struct task_struct *leader)
{
	tell_parent(leader, CLD_STOPPED, (s32)leader->job.stop_sig);
}

/* ---- the terminal ------------------------------------------------ */

int job_control_check(s32 foreground, int sig)
{
	u32 list_flags = tasklist_lock(), flags = lock_signals();
	s32 pgrp = current->pgrp;
	int err = 0;

	/*
	 * An image without this service has no signal state, and no task can be
	 * stopped.
	 */
	if (foreground && pgrp != foreground && current->signal) {
		if ((current->signal->blocked & sigmask(sig)) ||
		    current->sighand->action[sig - 1].handler == SIG_IGN)
			err = sig == SIGTTIN ? -EIO : 0;
		else
			err = is_orphaned(pgrp, NULL) ? -EIO : -ERESTARTSYS;
	}
	unlock_signals(flags);
	/* After signal_lock is released, since the sending takes it. */
	if (err == -ERESTARTSYS) {
		kill_pgrp_locked(pgrp, sig);
		/*
		 * The signal may reach this task later, from a timer, if the
		 * group is large: the flag makes the restarted call pass
		 * through do_signal() in any case.
		 */
		atomic_or(TIF_SIGPENDING, &current->thread_info.flags);
	}
	tasklist_unlock(list_flags);
	return err;
}
