/*
 * What /proc tells of a task's signals. Only looks.
 */
#include <services/signal/internal.h>
#include <string.h>

/* Of several threads, the one that counts what is pending for all of them. */
static bool counts_group(const struct task_struct *task)
{
	const struct task_struct *other;

	for_each_thread(other, task->group_leader)
		if (other->signal)
			return other == task;
	return false;
}

/* Signals that wait anywhere: everybody is one user. Both locks held. */
static u32 count_pending(void)
{
	const struct task_struct *task;
	u64 shared;
	u32 n = 0;

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (!task->signal)
			continue;
		n += (u32)__builtin_popcountll(task->signal->pending.set);
		shared = task->signal->group->pending.set;
		if (shared && counts_group(task))
			n += (u32)__builtin_popcountll(shared);
	}
	return n;
}

/* signal_lock held. */
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
		facts->nr_pending = count_pending();
		facts->max_pending = task->rlim[RLIMIT_SIGPENDING].rlim_cur;
		facts->pending = task->signal->pending.set |
			(task->killed ? sigmask(SIGKILL) : 0);
		facts->shared = task->signal->group->pending.set;
		facts->blocked = task->signal->blocked;
		read_handlers(task->sighand, facts);
	}
	unlock_signals(flags);
}
