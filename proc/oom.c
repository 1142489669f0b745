/*
 * Memory ran out: one process dies so that the rest lives on.
 *
 * The rule, all of it: the process with the most resident pages, the youngest
 * of equals; init, and who shares its memory in vfork, only when there is no
 * other, for the machine ends with it. One that is dying already is waited for
 * instead.
 */
#include <lib/printk.h>
#include <proc/internal.h>

static u32 oom_kills; /* tasklist_lock */

u32 nr_oom_kills(void)
{
	return READ_ONCE(oom_kills);
}

static bool is_alive(const struct task_struct *task)
{
	return task->thread_info.mm && task->state < TASK_ZOMBIE;
}

/* tasklist_lock held. NULL: it is ending. */
static const struct mm_struct *init_memory(void)
{
	const struct task_struct *task;

	TAILQ_FOREACH(task, &all_tasks, tasks)
		if (task->tgid == 1 && is_alive(task))
			return task->thread_info.mm;
	return NULL;
}

/* tasklist_lock held. */
static struct task_struct *select_victim(void)
{
	const struct mm_struct *spared = init_memory();
	struct task_struct *task, *victim = NULL;
	u32 most = 0;

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		u32 pages;

		if (!is_alive(task) || task->thread_info.mm == spared)
			continue;
		pages = get_mm_rss(task->thread_info.mm);
		if (victim && pages < most)
			continue;
		victim = task;
		most = pages;
	}
	return victim ? victim : current; /* init, of whichever thread */
}

static unsigned int kib(u32 pages)
{
	return pages * (PAGE_SIZE / 1024);
}

static void report_memory(void)
{
	struct zone_stats zone;

	zone_get_stats(&zone);
	pr_info("Normal free:%ukB min:%ukB low:%ukB high:%ukB managed:%ukB "
		"free_pcp:%ukB reclaimed:%ukB\n",
		kib(zone.free), kib(zone.min), kib(zone.low), kib(zone.high),
		kib(zone.managed), kib(zone.pcp_count), kib(zone.reclaimed));
}

/* A line a process. tasklist_lock held. */
static void report_tasks(void)
{
	const struct task_struct *task;

	pr_info("Tasks state (memory values in pages):\n");
	pr_info("[  pid  ] total_vm      rss name\n");
	TAILQ_FOREACH(task, &all_tasks, tasks)
		if (is_alive(task) && task->pid == task->tgid)
			pr_info("[%7d] %8u %8u %s\n", (int)task->pid,
				(unsigned int)task->thread_info.mm->total_vm,
				(unsigned int)get_mm_rss(task->thread_info.mm),
				task->comm);
}

static void report(const struct task_struct *victim)
{
	const struct mm_struct *mm = victim->thread_info.mm;

	pr_err("%s invoked oom-killer: %u pages free of %u\n", current->comm,
	       (unsigned int)nr_free_pages(), (unsigned int)totalram_pages());
	report_memory();
	report_tasks();
	pr_err("Out of memory: Killed process %d (%s) total-vm:%ukB, "
	       "anon-rss:%ukB, file-rss:%ukB, shmem-rss:%ukB\n",
	       (int)victim->tgid, victim->comm, kib(mm->total_vm),
	       kib(mm->rss[MM_ANONPAGES]), kib(mm->rss[MM_FILEPAGES]),
	       kib(mm->rss[MM_SHMEMPAGES]));
}

/* Everybody who uses the memory must go before it is free. */
static void kill_users_of(const struct mm_struct *mm)
{
	struct task_struct *task;

	TAILQ_FOREACH(task, &all_tasks, tasks)
		if (task->thread_info.mm == mm)
			kill_thread(task);
}

static bool is_dying(const struct task_struct *task)
{
	return READ_ONCE(task->killed) ||
		READ_ONCE(task->thread_info.flags) & TIF_EXITING;
}

bool out_of_memory(void)
{
	struct task_struct *victim, *leader;
	const struct mm_struct *mm;
	u32 flags;

	/* To wait for itself it would wait for ever. */
	if (is_dying(current))
		return false;
	flags = tasklist_lock();
	victim = select_victim();
	leader = victim->group_leader;
	mm = victim->thread_info.mm;
	BUG_ON(!mm); /* whoever faulted has one, init at worst */
	if (!leader->group_exit) {
		report(victim);
		leader->group_exit = true;
		leader->group_exit_code = SIGKILL;
		kill_users_of(mm);
		oom_kills++;
	}
	tasklist_unlock(flags);
	/* The victim cannot end while we keep the core. */
	if (!is_dying(current)) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(TICK_NSEC);
	}
	return !is_dying(current);
}
