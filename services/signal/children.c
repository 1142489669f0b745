/*
 * What a parent hears of its children by a signal: that one has ended, has
 * stopped, or goes on; and whether it wants to.
 */
#include <services/ids/ids.h>
#include <services/signal/internal.h>

/*
 * What the process of leader does at SIGCHLD. Its threads have one table, and
 * the first of them may have ended. NULL: all have. Both locks held.
 */
static const struct k_sigaction *child_action(const struct task_struct *leader)
{
	const struct task_struct *task = leader;

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

/* ---- what a child hears of its parent ---------------------------- */

/* Each thread has its own signal, which its process gets. tasklist_lock held. */
void signal_parent_died(struct task_struct *child)
{
	struct task_struct *task;

	for_each_thread(task, child)
		if (task->signal && task->signal->parent_death)
			send_sig_process(child, task->signal->parent_death);
}
