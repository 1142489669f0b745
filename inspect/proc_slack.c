/*
 * What prctl() sets for its own thread, by files: /proc/PID/timerslack_ns, how
 * late the task's timers may be, of another task only with CAP_SYS_NICE; and
 * /proc/PID/comm, the name.
 */
#include <cred.h>
#include <inspect/internal.h>
#include <proc/proc.h>
#include <services/sched/sched.h>
#include <string.h>

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

/* A process names its own threads only; a longer name is cut, as by prctl(). */
int write_comm(struct seq_file *m, const char *text)
{
	char name[TASK_COMM_LEN] = ""; /* PR_GET_NAME copies all of it */
	struct task_struct *task;
	int err = -EINVAL;
	u32 flags;

	memcpy(name, text, min(strlen(text), sizeof(name) - 1));
	flags = tasklist_lock();
	task = find_task(m->pid);
	if (!task)
		err = -ESRCH;
	else if (task->tgid == current->tgid)
		err = 0;
	if (!err)
		memcpy(task->comm, name, sizeof(name));
	tasklist_unlock(flags);
	return err;
}
