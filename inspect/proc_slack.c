/*
 * /proc/PID/timerslack_ns: how late the task's timers may be, as
 * PR_SET_TIMERSLACK sets it; of another task only with CAP_SYS_NICE.
 */
#include <cred.h>
#include <inspect/internal.h>
#include <proc/proc.h>
#include <services/sched/sched.h>

/*
 * Reads (set is NULL) or sets a task's value in ns; 0 takes the task's default.
 * Returns 0, -ESRCH or -EPERM.
 */
static int timer_slack(s32 pid, const u32 *set, u32 *value)
{
	u32 flags = tasklist_lock();
	struct task_struct *task = find_task(pid);
	int err = 0;

	if (!task)
		err = -ESRCH;
	else if (task != current && !capable(CAP_SYS_NICE))
		err = -EPERM;
	if (!err && set)
		task->timer_slack_ns = *set ? *set : task->default_slack_ns;
	if (!err)
		*value = task_timer_slack(task);
	tasklist_unlock(flags);
	return err;
}

int show_timerslack(struct seq_file *m)
{
	u32 ns;
	int err = timer_slack(m->pid, NULL, &ns);

	if (!err)
		seq_printf(m, "%u\n", ns);
	return err;
}

int write_timerslack(struct seq_file *m, const char *text)
{
	u32 ns;
	int err = read_number(text, &ns);

	return err ? err : timer_slack(m->pid, &ns, &ns);
}
