/*
 * Job control: stopping a process, letting it go on, and who hears of it.
 *
 * A stop signal asks every thread of a group to stop (stop_pending); each does
 * so on its way to user mode, and the last one tells the parent. SIGCONT undoes
 * it at once, when it is sent: blocked, ignored or not. Each of the two kinds
 * takes back what is pending of the other. job_state is in the group's leader,
 * which stays until the group is over, under tasklist_lock and signal_lock.
 */
#include <services/signal/internal.h>
#include <uapi/wait.h>

#define THREADS_AT_ONCE 16 /* before others may run */

/* Groups that are stopped. While there are none no exit need look for them. */
static u32 nr_stopped; /* tasklist_lock */

static void set_stopped(struct job_state *job, bool stopped)
{
	nr_stopped += (u32)stopped - (u32)job->stopped;
	job->stopped = stopped;
}

/* ---- telling the parent ------------------------------------------ */

/* tasklist_lock held, signal_lock not. */
static void tell_parent(struct task_struct *leader, s32 code, s32 status)
{
	struct task_struct *parent = leader->parent;

	if (parent == &init_task)
		return;
	signal_child_changed(parent, leader, code, status);
	wake_up(&parent->wait_child);
}

/* ---- orphaned process groups ------------------------------------- */

/* Is task's parent in another group of the same session, and not init? */
static bool is_looked_after(const struct task_struct *task)
{
	const struct task_struct *parent = task->parent;

	return parent->pid > 1 && parent->pgrp != task->pgrp &&
		parent->session == task->session;
}

/*
 * Has nobody outside the group, save a parent of `without`, the means to let
 * it go on? Then nothing but SIGSTOP stops it. tasklist_lock held.
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

	if (!nr_stopped || parent->pgrp == pgrp ||
	    parent->session != child->session ||
	    !is_orphaned(pgrp, child_ends ? child : NULL) ||
	    !has_stopped_jobs(pgrp))
		return;
	kill_pgrp_locked(pgrp, SIGHUP);
	kill_pgrp_locked(pgrp, SIGCONT);
}

/* ---- what a signal does when it is sent -------------------------- */

/* Both locks held, as in all of this part. */
static void discard_pending(struct task_struct *leader, u64 set)
{
	struct signal_group *group = NULL;
	struct task_struct *task;

	for_each_thread(task, leader) {
		if (!task->signal)
			continue;
		group = task->signal->group;
		if (unlikely(task->signal->pending.set & set))
			discard_signals(&task->signal->pending, set);
	}
	if (group)
		discard_signals(&group->pending, set);
}

/*
 * Some of the threads from task on that have stopped run again. There may be
 * thousands: the last of these goes on with it when it has the core.
 */
static void wake_some(struct task_struct *task)
{
	u32 woken = 0;

	for (; task; task = TAILQ_NEXT(task, thread_link)) {
		if (!task->signal || !wake_up_stopped(task))
			continue;
		if (++woken == THREADS_AT_ONCE) {
			task->signal->wakes_others = true;
			break;
		}
	}
}

/* Nobody is asked to stop any more; whoever has stopped runs again. */
static void cancel_stop(struct task_struct *leader)
{
	struct task_struct *task;

	leader->job.nr_to_stop = 0;
	leader->job.untold_stop = 0;
	set_stopped(&leader->job, false);
	for_each_thread(task, leader) {
		if (!task->signal)
			continue;
		task->signal->stop_pending = false;
		task->signal->stop_dequeued = false;
	}
	wake_some(leader);
}

/* What to tell the parent: CLD_CONTINUED, CLD_STOPPED, or 0: nothing. */
static s32 let_go_on(struct task_struct *leader)
{
	struct job_state *job = &leader->job;
	/* A stop that was under way counts as one that has been. */
	s32 code = job->stopped ? CLD_CONTINUED :
				  (job->nr_to_stop ? CLD_STOPPED : 0);

	cancel_stop(leader);
	if (code)
		job->untold_cont = true;
	return code;
}

s32 job_control_signal(struct task_struct *leader, u64 mask)
{
	if (mask & STOP_SIGNALS) {
		discard_pending(leader, sigmask(SIGCONT));
		return 0;
	}
	discard_pending(leader, STOP_SIGNALS);
	return let_go_on(leader);
}

void job_tell_continued(struct task_struct *leader, s32 code)
{
	if (code)
		tell_parent(leader, code, code == CLD_CONTINUED ? SIGCONT : 0);
}

void job_killed(struct task_struct *leader)
{
	leader->job.untold_cont = false;
	/* No thread is to stop or has, else: there may be thousands to ask. */
	if (leader->job.stopped || leader->job.nr_to_stop)
		cancel_stop(leader);
	leader->job.untold_stop = 0;
}

/* A relay of wake_some() has the core: on, unless the group is to stop anew. */
static void wake_others(void)
{
	struct task_struct *leader = current->group_leader;
	u32 flags = tasklist_lock();

	spin_lock(&signal_lock);
	current->signal->wakes_others = false;
	if (!leader->job.stopped && !leader->job.nr_to_stop)
		wake_some(TAILQ_NEXT(current, thread_link));
	spin_unlock(&signal_lock);
	tasklist_unlock(flags);
}

/* ---- stopping ---------------------------------------------------- */

static void ask_thread(struct task_struct *task)
{
	if (!task->signal || task->signal->stop_pending ||
	    task->state == TASK_STOPPED)
		return;
	task->signal->stop_pending = true;
	task->group_leader->job.nr_to_stop++;
	signal_wake(task);
}

/*
 * The caller is asked first, and does not stop before all are: so the group has
 * not stopped while others are let in, but a SIGCONT may have come. Both locks
 * held, list_flags are those of tasklist_lock.
 */
static void ask_to_stop(struct task_struct *leader, int sig, u32 *list_flags)
{
	const struct signal_state *state = current->signal;
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
		if (!state->stop_pending || leader->group_exit)
			break;
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
	/* A SIGCONT or SIGKILL since it was taken counts for more. */
	if (state->stop_dequeued && !orphaned && !leader->group_exit &&
	    !leader->job.nr_to_stop)
		ask_to_stop(leader, sig, &list_flags);
	state->stop_dequeued = false;
	spin_unlock(&signal_lock);
	tasklist_unlock(list_flags);
}

/*
 * One thread less that is to stop. True: it was the last one, the group is
 * stopped and the parent is to be told.
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

	if (state->stop_pending) {
		state->stop_pending = false;
		last = stop_counts(leader);
		/* Whoever kills us looks at the state after posting. */
		if (!(pending_signals() & sigmask(SIGKILL)))
			set_current_state(TASK_STOPPED);
	}
	recalc_sigpending();
	unlock_signals(flags);
	if (last)
		tell_parent(leader, CLD_STOPPED, (s32)leader->job.stop_sig);
	tasklist_unlock(list_flags);
	if (READ_ONCE(current->state) == TASK_STOPPED)
		schedule();
	if (unlikely(READ_ONCE(state->wakes_others)))
		wake_others();
}

bool job_thread_exits(struct task_struct *task, bool others)
{
	struct task_struct *leader = task->group_leader;
	bool asked = task->signal->stop_pending;

	task->signal->stop_pending = false;
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

	/* In an image without the service no task can be stopped. */
	if (foreground && pgrp != foreground && current->signal) {
		if ((current->signal->blocked & sigmask(sig)) ||
		    current->sighand->action[sig - 1].handler == SIG_IGN)
			err = sig == SIGTTIN ? -EIO : 0;
		else
			err = is_orphaned(pgrp, NULL) ? -EIO : -ERESTARTSYS;
	}
	unlock_signals(flags);
	if (err == -ERESTARTSYS) {
		kill_pgrp_locked(pgrp, sig);
		atomic_or(TIF_SIGPENDING, &current->thread_info.flags);
	}
	tasklist_unlock(list_flags);
	return err;
}
