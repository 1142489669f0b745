/*
 * The signals between parent and child: SIGCHLD when a child ends, stops or
 * continues, if the parent wants it, and the signal at a parent's end.
 */
#include <services/ids/ids.h>
#include <services/signal/internal.h>

/*
 * Returns the action for SIGCHLD of leader's process, or NULL if all of its
 * threads have exited. They share one table, but the leader may have exited
 * first and has no pointer to it then. Hold both locks, so that the table is
 * not freed.
 */
static const struct k_sigaction *child_action(const struct task_struct *leader)
{
	const struct task_struct *task = leader;

	/* The leader of a process may exit long before its other threads. */
	if (unlikely(!leader->sighand))
		for_each_thread(task, leader)
			if (task->sighand)
				break;
	return task ? &task->sighand->action[SIGCHLD - 1] : NULL;
}

bool signal_ignores_children(const struct task_struct *parent)
{
	u32 flags = lock_signals();
	const struct k_sigaction *action = child_action(parent);
	bool ignores = action &&
		(action->handler == SIG_IGN || (action->flags & SA_NOCLDWAIT));

	unlock_signals(flags);
	return ignores;
}

bool signal_hears_of_stops(const struct task_struct *parent)
{
	u32 flags = lock_signals();
	const struct k_sigaction *action = child_action(parent);
	bool hears = action && action->handler != SIG_IGN &&
		!(action->flags & SA_NOCLDSTOP);

	unlock_signals(flags);
	return hears;
}

/*
 * Composes siginfo as Linux does: exit_code has the signal in bits 0 to 6, a
 * core dump in bit 7, and the status of exit() above.
 */
void signal_child_exited(struct task_struct *parent, struct task_struct *child)
{
	u32 killer = child->exit_code & 0x7f;
	struct kernel_siginfo info = {
		.signo = (s32)child->exit_signal,
		.code = !killer                 ? CLD_EXITED :
			child->exit_code & 0x80 ? CLD_DUMPED :
						  CLD_KILLED,
		.pid = child->pid,
		.uid = task_uid(child),
		.status = (s32)(killer ? killer : child->exit_code >> 8 & 0xff),
	};

	/* clone() may have asked for no signal at all (0). */
	if (valid_signal(info.signo))
		send_to_group(parent, &info);
}

void signal_child_changed(struct task_struct *parent,
			  const struct task_struct *child, s32 code, s32 status)
{
	const struct kernel_siginfo info = { .signo = SIGCHLD,
					     .code = code,
					     .pid = child->pid,
					     .uid = task_uid(child),
					     .status = status };

	if (signal_hears_of_stops(parent))
		send_to_group(parent, &info);
}

/* ---- the end of a parent ----------------------------------------- */

/*
 * PR_SET_PDEATHSIG is set by each thread, but all signals go to the process.
 * Hold tasklist_lock.
 */
void signal_parent_died(struct task_struct *child)
{
	struct task_struct *task;

	for_each_thread(task, child)
		if (task->signal && task->signal->parent_death)
			send_sig_process(child, task->signal->parent_death);
}
