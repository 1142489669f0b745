/*
 * Out of memory: one process is killed so that the others can continue.
 *
 * The whole rule: kill the process whose death frees most, counted in resident
 * pages and page tables, and adjusted by its oom_score_adj; of equals the
 * youngest. init, and a vfork child that uses init's memory, are chosen only if
 * there is no other, because the machine ends with init. If a process is dying
 * already its end is awaited instead; when that takes long, its memory is taken
 * before its end. (docs/oom.md)
 */
#include <lib/printk.h>
#include <proc/internal.h>
#include <string.h>
#include <trace.h>

/* Linux's rate limit: at most REPORTS_MAX reports in REPORTS_NS. */
#define REPORTS_NS  (5ull * NSEC_PER_SEC)
#define REPORTS_MAX 10u

/*
 * Linux's delay before a victim's memory is taken: its robust futexes lie in that
 * memory, and its exit should find them.
 */
#define REAP_AFTER_NS (2ull * NSEC_PER_SEC)

/* tasklist_lock */
static u32 oom_kills;
static u64 last_kill;

/* For /proc/vmstat. */
u32 nr_oom_kills(void)
{
	return READ_ONCE(oom_kills);
}

/* True if the task still has memory that its death would free. */
static bool is_alive(const struct task_struct *task)
{
	return task->thread_info.mm && task->state < TASK_ZOMBIE;
}

/*
 * Pages of the page tables: 1 KiB for each second-level table, 16 KiB for the
 * pgd.
 */
static u32 table_pages(const struct mm_struct *mm)
{
	return (mm->nr_ptes * PTRS_PER_PTE + PTRS_PER_PGD) * 4 / PAGE_SIZE;
}

/* Linux's formula without swap. */
s32 oom_badness(const struct task_struct *task)
{
	const struct mm_struct *mm = task->thread_info.mm;
	s32 adj = task->group_leader->oom_score_adj;

	if (!is_alive(task) || adj == OOM_SCORE_ADJ_MIN || mm->reaped)
		return INT32_MIN;
	/* A point of oom_score_adj weighs a thousandth of all memory. */
	return (s32)(get_mm_rss(mm) + table_pages(mm)) +
		adj * (s32)(totalram_pages() / 1000);
}

/* Read without a lock: both only ever become true. */
static bool is_dying(const struct task_struct *task)
{
	return READ_ONCE(task->killed) ||
		READ_ONCE(task->thread_info.flags) & TIF_EXITING;
}

/*
 * True if the task has dropped its mm and not ended yet: it may need many ticks
 * to free all of it.
 */
static bool is_freeing(const struct task_struct *task)
{
	return is_dying(task) && !task->thread_info.mm &&
		task->state < TASK_ZOMBIE;
}

/*
 * Returns the task to kill, or NULL if it ended meanwhile, or if memory is
 * already on its way back from a task that is freeing it. That is awaited only
 * for a while: the task may itself wait for the core behind many others. The
 * walk may be long, so other tasks run in between. Hold tasklist_lock; flags
 * are its flags.
 */
static struct task_struct *select_victim(u32 *flags)
{
	struct task_struct *task, *victim = get_task(current); /* or init */
	bool may_wait = ktime_ns() - last_kill < REAP_AFTER_NS;
	s32 most = INT32_MIN + 1, pages;
	u32 n = 0;

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (may_wait && is_freeing(task)) {
			put_task(victim);
			return NULL;
		}
		pages = oom_badness(task);
		/* >=: of equals the later in the list, which is the younger. */
		if (pages >= most &&
		    task->thread_info.mm != group_mm(find_task(1))) {
			put_task(victim);
			victim = get_task(task);
			most = pages;
		}
		/* Where task was released the walk begins again. */
		if (++n % TASKS_AT_ONCE == 0 && !let_others_in(task, flags))
			task = TAILQ_FIRST(&all_tasks);
	}
	/* The lock was dropped in between: is the choice still there? */
	task = find_task(victim->pid);
	put_task(victim);
	return task == victim && is_alive(task) ? task : NULL;
}

/* ---- the report -------------------------------------------------- */

/* The facts for the report, copied under the lock and printed without it. */
struct oom_report {
	s32 pid, adj;
	char comm[TASK_COMM_LEN];
	u32 total_vm, anon, file, shmem, tables; /* pages */
	bool wanted;
	u32 left_out; /* reports suppressed before this one */
};

/*
 * Decides whether this report is printed, and counts those that are not. Hold
 * tasklist_lock.
 */
static void limit_rate(struct oom_report *report)
{
	static u64 since;
	static u32 nr, left_out;
	u64 now = ktime_ns();

	if (now - since >= REPORTS_NS) {
		since = now;
		nr = 0;
	}
	report->wanted = nr++ < REPORTS_MAX;
	report->left_out = left_out;
	/* The next report that is printed names how many were not. */
	left_out = report->wanted ? 0 : left_out + 1;
}

/*
 * Fills the report; victim may end as soon as the lock is released. Hold
 * tasklist_lock.
 */
static void note(struct oom_report *report, const struct task_struct *victim)
{
	const struct mm_struct *mm = victim->thread_info.mm;

	*report = (struct oom_report){
		.pid = victim->tgid,
		.adj = victim->group_leader->oom_score_adj,
		.total_vm = mm->total_vm,
		.anon = mm->rss[MM_ANONPAGES],
		.file = mm->rss[MM_FILEPAGES],
		.shmem = mm->rss[MM_SHMEMPAGES],
		.tables = table_pages(mm),
	};
	memcpy(report->comm, victim->comm, sizeof(report->comm));
	limit_rate(report);
}

/* Pages to KiB, the unit of Linux's report. */
static unsigned int kib(u32 pages)
{
	return pages * (PAGE_SIZE / 1024);
}

/* Linux's words, which monitoring tools search logs for. */
static void print_report(const struct oom_report *report)
{
	if (!report->wanted)
		return;
	if (report->left_out)
		pr_info("oom-killer: %u reports left out\n", report->left_out);
	pr_info("%s invoked oom-killer: %u pages free of %u\n", current->comm,
		(unsigned int)nr_free_pages(), (unsigned int)totalram_pages());
	pr_info("Out of memory: Killed process %d (%s) total-vm:%ukB, "
		"anon-rss:%ukB, file-rss:%ukB, shmem-rss:%ukB, pgtables:%ukB "
		"oom_score_adj:%d\n",
		(int)report->pid, report->comm, kib(report->total_vm),
		kib(report->anon), kib(report->file), kib(report->shmem),
		kib(report->tables), (int)report->adj);
}

/* ---- the kill ---------------------------------------------------- */

/*
 * Kills every task that uses mm: only when all are gone is the memory free.
 * There may be thousands, so others run in between; the caller holds a
 * reference to mm meanwhile. Hold tasklist_lock; flags are its flags.
 */
static void kill_users_of(const struct mm_struct *mm, u32 *flags)
{
	struct task_struct *task;
	u32 n = 0;

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		/*
		 * Not by thread group: a vfork child uses its parent's memory.
		 */
		if (task->thread_info.mm == mm && !task->killed)
			kill_thread(task);
		if (++n % TASKS_AT_ONCE == 0 && !let_others_in(task, flags))
			task = TAILQ_FIRST(&all_tasks);
	}
}

/* ---- a victim that does not end ---------------------------------- */

/* True if no task that uses mm would survive. Hold tasklist_lock. */
static bool all_users_die(const struct mm_struct *mm)
{
	const struct task_struct *task;

	TAILQ_FOREACH(task, &all_tasks, tasks)
		if (task->thread_info.mm == mm && !is_dying(task))
			return false;
	return true;
}

/*
 * Notes that somebody waits for mm's users to end. Returns true if that took so
 * long that the memory is to be taken; the caller then has a reference of
 * mm_users, for reap(). Hold tasklist_lock.
 */
static bool is_overdue(struct mm_struct *mm)
{
	u64 now = ktime_ns();

	if (!mm->oom_since)
		mm->oom_since = now;
	/* mmget_not_zero last, for only it has an effect. */
	return now - mm->oom_since >= REAP_AFTER_NS && all_users_die(mm) &&
		mmget_not_zero(mm);
}

/*
 * Takes the victim's memory. The task that needs memory does this itself: it
 * holds no lock that the victim may need, and can wait until mmap_lock is free.
 */
static void reap(struct mm_struct *mm, s32 pid)
{
	if (reap_mm(mm))
		pr_info("oom-killer: took the memory of process %d, which does "
			"not end\n",
			(int)pid);
	mmput(mm);
}

/*
 * Kills victim, unless that was done before. Returns true if its memory is to
 * be taken by reap(), for which the caller then has a reference of mm_users;
 * the caller also holds one of mm_count. Hold tasklist_lock; flags are its
 * flags.
 */
static bool kill_victim(struct task_struct *victim, struct oom_report *report,
			u32 *flags)
{
	struct task_struct *leader = victim->group_leader;
	struct mm_struct *mm = victim->thread_info.mm;
	bool overdue = is_overdue(mm);

	/* A vfork parent is killed with its child, which is of another group. */
	if (!leader->group_exit && !all_users_die(mm)) {
		note(report, victim);
		/*
		 * As in do_group_exit: the status of all is fixed before any
		 * ends.
		 */
		leader->group_exit = true;
		leader->group_exit_code = SIGKILL;
		oom_kills++;
		trace_event(TRACE_OOM, (u32)victim->tgid, 0, 0, 0);
		/* select_victim waits for this one before it takes another. */
		last_kill = ktime_ns();
		kill_users_of(mm, flags);
	}
	return overdue;
}

/*
 * True if init would be the victim while there are pages enough. Then the
 * allocation failed because a test asked for it, or pages were freed since.
 */
static bool spares_init(const struct task_struct *victim)
{
	struct zone_stats zone;

	zone_get_stats(&zone);
	return victim->thread_info.mm == group_mm(find_task(1)) &&
		zone.free > zone.high;
}

/*
 * Linux's function also runs from the page allocator; here only a page fault
 * calls it, and system calls return -ENOMEM.
 */
bool out_of_memory(void)
{
	struct oom_report report = { .wanted = false };
	struct mm_struct *mm = NULL;
	bool overdue = false;
	struct task_struct *victim;
	s32 pid = 0;
	u32 flags;

	/* The killed task itself: it would wait for its own end. */
	if (is_dying(current))
		return false;
	flags = tasklist_lock();
	victim = select_victim(&flags);
	if (victim && !spares_init(victim)) {
		pid = victim->tgid;
		mm = victim->thread_info.mm;
		/*
		 * mm_count keeps the structure only: the memory itself is to
		 * go.
		 */
		mmgrab(mm);
		overdue = kill_victim(victim, &report, &flags);
	}
	tasklist_unlock(flags);
	/* The console is slow, and timers of services wait for the lock. */
	print_report(&report);
	if (overdue)
		reap(mm, pid);
	if (mm)
		mmdrop(mm);
	/*
	 * The victim needs the core to end. Uninterruptible: a pending signal
	 * would make this a busy loop.
	 */
	if (!is_dying(current)) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(TICK_NSEC);
	}
	return !is_dying(current);
}
