/*
 * /proc/PID/oom_score and oom_score_adj: the order in which the OOM killer
 * chooses processes.
 */
#include <inspect/internal.h>
#include <proc/proc.h>

/*
 * The score is computed under tasklist_lock, as the OOM killer does. As on Linux
 * a thousandth of all memory is two thirds of a point, and 667 are no memory;
 * 0 is a process that is never killed.
 */
int show_oom_score(struct seq_file *m)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(m->pid);
	/* As the OOM killer, never process 1. */
	s32 pages = task && task->tgid != 1 ? oom_badness(task) : INT32_MIN;

	tasklist_unlock(flags);
	if (!task)
		return -ESRCH;
	/* 2^20 pages, the most there can be, times 1000 fit into 32 bits. */
	seq_printf(m, "%d\n",
		   pages == INT32_MIN ?
			   0 :
			   (1000 + pages * 1000 / (s32)totalram_pages()) * 2 /
				   3);
	return 0;
}

/* The value is the process's: its threads share it through the leader. */
int show_oom_score_adj(struct seq_file *m)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(m->pid);
	s32 adj = task ? task->group_leader->oom_score_adj : 0;

	tasklist_unlock(flags);
	if (!task)
		return -ESRCH;
	seq_printf(m, "%d\n", (int)adj);
	return 0;
}

/* Reads a decimal number from -1000 to 1000: 0 or -EINVAL. */
static int parse_adj(const char *text, s32 *adj)
{
	bool minus = *text == '-';
	s32 n = 0;

	text += minus;
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		n = n * 10 + (*text - '0');
		/* At each digit, so that n cannot overflow. */
		if (n > OOM_SCORE_ADJ_MAX)
			return -EINVAL;
	}
	*adj = minus ? -n : n;
	return 0;
}

int write_oom_score_adj(struct seq_file *m, const char *text)
{
	struct task_struct *task;
	u32 flags;
	s32 adj;
	int err = parse_adj(text, &adj);

	if (err)
		return err;
	/* One hold for test and store: no other write may come between. */
	flags = tasklist_lock();
	task = find_task(m->pid);
	if (!task)
		err = -ESRCH;
	else if (adj < task->group_leader->oom_score_adj &&
		 !capable(CAP_SYS_RESOURCE))
		err = -EACCES; /* privilege: a lower value spares it */
	else
		task->group_leader->oom_score_adj = adj;
	tasklist_unlock(flags);
	return err;
}
