/*
 * Who may look into a process through /proc: with services, whoever the users'
 * rule lets. In the core alone, where all is root's, startup/core.c answers.
 */
#include <inspect/inspect.h>
#include <proc/proc.h>
#include <services/ids/ids.h>

bool proc_may_look(s32 pid)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(pid);
	bool may = !task || may_trace(task, true);

	tasklist_unlock(flags);
	return may;
}
