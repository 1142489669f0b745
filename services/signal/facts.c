/* What /proc shows of a task's signals. Nothing here changes them. */
#include <cred.h>
#include <services/signal/internal.h>
#include <string.h>

#define LOOKED_AT_ONCE 100 /* tasks, before others may run */

/*
 * Returns true for the first thread of a group that has not exited: it alone
 * adds the signals pending for the process, or they would count once per
 * thread.
 */
static bool counts_group(const struct task_struct *task)
{
	const struct task_struct *other;

	for_each_thread(other, task->group_leader)
		if (other->signal)
			return other == task;
	return false;
}

/*
 * Returns how many of the signals 1 to 31 are in set. Real-time signals are
 * left out: nr_queued_signals() counts every one of them.
 */
static u32 count_standard(u64 set)
{
	return (u32)__builtin_popcount((u32)set & 0x7fffffff);
}

/*
 * Returns how many ordinary signals wait for task, and for its process if task
 * is the one that counts these. Takes signal_lock; hold tasklist_lock.
 */
static u32 pending_of(const struct task_struct *task)
{
	u32 flags = lock_signals(), n = 0;
	u64 shared;

	/*
	 * A task that has exited has lost its sets, but stays in the list as a
	 * zombie.
	 */
	if (task->signal) {
		job_catch_up_pending(task->signal);
		n = count_standard(task->signal->pending.set);
		shared = task->signal->group->pending.set;
		if (shared && counts_group(task))
			n += count_standard(shared);
	}
	unlock_signals(flags);
	return n;
}

u32 count_pending_signals(u32 uid)
{
	struct task_struct *task;
	u32 n = 0, looked = 0, flags = tasklist_lock();

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		/*
		 * signal_lock is taken anew for each task, so that interrupts
		 * are off for one task at a time, not for a walk over
		 * thousands.
		 */
		if (cred_of(&task->thread_info)->uid == uid)
			n += pending_of(task);
		if (++looked % LOOKED_AT_ONCE == 0 &&
		    !let_others_in(task, &flags))
			task = TAILQ_FIRST(&all_tasks);
	}
	tasklist_unlock(flags);
	return n + nr_queued_signals(uid);
}

/* Adds the ignored and the handled signals to *facts. Hold signal_lock. */
static void read_handlers(const struct sighand_struct *hand,
			  struct signal_facts *facts)
{
	for (u64 left = hand->set; left;) {
		s32 sig = pop_signal(&left);
		uaddr_t handler = hand->action[sig - 1].handler;

		if (handler == SIG_IGN)
			facts->ignored |= sigmask(sig);
		else if (handler != SIG_DFL)
			facts->caught |= sigmask(sig);
	}
}

void get_signal_facts(const struct task_struct *task,
		      struct signal_facts *facts)
{
	u32 flags = lock_signals();

	memset(facts, 0, sizeof(*facts));
	if (task->signal) {
		job_catch_up_pending(task->signal);
		facts->max_pending = task->rlim[RLIMIT_SIGPENDING].rlim_cur;
		/*
		 * A SIGKILL is never in the set: kill_thread() marks the task
		 * itself.
		 */
		facts->pending = task->signal->pending.set |
			(task->killed ? sigmask(SIGKILL) : 0);
		facts->shared = task->signal->group->pending.set;
		facts->blocked = task->signal->blocked;
		read_handlers(task->sighand, facts);
	}
	unlock_signals(flags);
}
