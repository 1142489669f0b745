/*
 * The right to look into a process through /proc, with services: the users'
 * rule. In the core alone, where every process is root's, startup/core.c has
 * this function.
 */
#include <inspect/inspect.h>
#include <proc/proc.h>
#include <services/ids/ids.h>

bool proc_may_look(s32 pid)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(pid);
	/* What has ended has nothing to hide: the caller returns -ESRCH. */
	bool may = !task || may_trace(task, true);

	tasklist_unlock(flags);
	return may;
}
