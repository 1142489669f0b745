/* inspect/proc_context.c - finding a process, and its context in the MMU. */
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <stdio.h>

#define LOOKED_AT_ONCE 100 /* numbers per hold of tasklist_lock */

s32 next_process(s32 pid)
{
	u32 flags = tasklist_lock(), n = 0;
	const struct task_struct *task;

	for (pid = next_number(pid); pid; pid = next_number(pid + 1)) {
		task = find_task(pid);
		if (task && task == task->group_leader)
			break;
		/*
		 * A process may have thousands of threads, whose numbers are
		 * passed over here.
		 */
		if (++n % LOOKED_AT_ONCE == 0) {
			tasklist_unlock(flags);
			cond_resched();
			flags = tasklist_lock();
		}
	}
	tasklist_unlock(flags);
	return pid;
}

/*
 * get_task_mm_by_pid() returns NULL also for a process that has no mm, so
 * existence is checked first.
 */
int get_mm_of(s32 pid, struct mm_struct **mm)
{
	u32 flags = tasklist_lock();
	bool found = find_task(pid);

	tasklist_unlock(flags);
	if (!found)
		return -ESRCH;
	/* A process that ends in between looks like one without an mm. */
	*mm = get_task_mm_by_pid(pid);
	return 0;
}

u32 mm_serial_of(s32 pid)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(pid);
	const struct mm_struct *mm = task ? task->thread_info.mm : NULL;
	u32 serial = mm ? mm->serial : 0;

	tasklist_unlock(flags);
	return serial;
}

/* The text of /proc/self. */
static int readlink_self(const struct inode *link __unused_arg, char *buf,
			 u32 bytes)
{
	/* Found at each use: an open /proc may be passed to a child. */
	snprintf(buf, bytes, "%d", current->tgid);
	return 0;
}

const struct proc_link_operations self_link = { .readlink = readlink_self };

/*
 * /proc/PID/context: TTBR0, ASID and generation, and the reference counts,
 * without the user that this function holds itself.
 */
int show_context(struct seq_file *m)
{
	struct mm_struct *mm;
	u32 ttbr0, asid;
	int err = get_mm_of(m->pid, &mm);

	/* A kernel thread has no context of its own: its file is empty. */
	if (err || !mm)
		return err;
	mmu_context_of(mm, &ttbr0, &asid);
	/* The generation is above the 8 bits of the ASID. */
	seq_printf(m, "ttbr0 0x%08x asid %u generation %u\n", ttbr0, asid,
		   (u32)(mm->context.id >> 8));
	seq_printf(m, "mm_users %d mm_count %d\n",
		   atomic_read(&mm->mm_users) - 1, atomic_read(&mm->mm_count));
	mmput(mm);
	return 0;
}
