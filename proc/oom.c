/*
 * Memory ran out: one process dies so that the rest lives on.
 *
 * The rule, all of it: the process whose death gives most back, its resident
 * pages and page tables, as it or its parents have adjusted that; the youngest
 * of equals; init, and who shares its memory in vfork, only when there is no
 * other, for the machine ends with it. One that is dying already is waited for
 * instead, and when that takes long its memory is taken before its end.
 * (docs/oom.md)
 */
#include <lib/printk.h>
#include <proc/internal.h>
#include <string.h>
#include <trace.h>

/* As Linux's rate limit: so many reports in so long a time. */
#define REPORTS_NS  (5ull * NSEC_PER_SEC)
#define REPORTS_MAX 10u

/* So long a victim has, as on Linux: its robust locks lie in its memory. */
#define REAP_AFTER_NS (2ull * NSEC_PER_SEC)

/* tasklist_lock */
static u32 oom_kills;
static u64 last_kill;

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

	for_each_thread(task, find_task(1))
		if (is_alive(task))
			return task->thread_info.mm;
	return NULL;
}

static u32 table_pages(const struct mm_struct *mm)
{
	return (mm->nr_ptes * PTRS_PER_PTE + PTRS_PER_PGD) * 4 / PAGE_SIZE;
}

u32 oom_badness(const struct task_struct *task)
{
	const struct mm_struct *mm = task->thread_info.mm;
	s32 adj = task->group_leader->oom_score_adj;
	s32 pages;

	if (!is_alive(task) || adj == OOM_SCORE_ADJ_MIN || mm->reaped)
		return 0;
	pages = (s32)(get_mm_rss(mm) + table_pages(mm)) +
		adj * (s32)(totalram_pages() / 1000);
	return pages > 0 ? (u32)pages : 1;
}

static bool is_dying(const struct task_struct *task)
{
	return READ_ONCE(task->killed) ||
		READ_ONCE(task->thread_info.flags) & TIF_EXITING;
}

/* It has let go of its memory, which may take it many ticks to give back. */
static bool is_freeing(const struct task_struct *task)
{
	return is_dying(task) && !task->thread_info.mm &&
		task->state < TASK_ZOMBIE;
}

/*
 * There may be thousands of tasks to choose from: others are let in meanwhile,
 * and who has been chosen may end. NULL: so it was, or memory is on its way back
 * from who has let go of it. That is waited for, but not for long: the task may
 * wait for the core behind many others. tasklist_lock held, its flags.
 */
static struct task_struct *select_victim(u32 *flags)
{
	struct task_struct *task, *victim = get_task(current); /* or init */
	bool may_wait = ktime_ns() - last_kill < REAP_AFTER_NS;
	u32 most = 1, pages, n = 0;

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (may_wait && is_freeing(task)) {
			put_task(victim);
			return NULL;
		}
		pages = oom_badness(task);
		if (pages >= most && task->thread_info.mm != init_memory()) {
			put_task(victim);
			victim = get_task(task);
			most = pages;
		}
		if (++n % TASKS_AT_ONCE == 0 && !let_others_in(task, flags))
			task = TAILQ_FIRST(&all_tasks);
	}
	task = find_task(victim->pid);
	put_task(victim);
	return task == victim && is_alive(task) ? task : NULL;
}

/* ---- the report -------------------------------------------------- */

/* What is said of a victim when no lock is held any more. */
struct oom_report {
	s32 pid, adj;
	char comm[TASK_COMM_LEN];
	u32 total_vm, anon, file, shmem, tables; /* pages */
	bool wanted;
	u32 left_out; /* reports before it that were not */
};

/* Wanted, by the rate? tasklist_lock held. */
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
	left_out = report->wanted ? 0 : left_out + 1;
}

/* tasklist_lock held. */
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

static unsigned int kib(u32 pages)
{
	return pages * (PAGE_SIZE / 1024);
}

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
 * Everybody who uses the memory must go before it is free; there may be
 * thousands of them. We have a reference to mm. tasklist_lock held, its flags.
 */
static void kill_users_of(const struct mm_struct *mm, u32 *flags)
{
	struct task_struct *task;
	u32 n = 0;

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (task->thread_info.mm == mm && !task->killed)
			kill_thread(task);
		if (++n % TASKS_AT_ONCE == 0 && !let_others_in(task, flags))
			task = TAILQ_FIRST(&all_tasks);
	}
}

/* ---- a victim that does not end ---------------------------------- */

/* tasklist_lock held. */
static bool all_users_die(const struct mm_struct *mm)
{
	const struct task_struct *task;

	TAILQ_FOREACH(task, &all_tasks, tasks)
		if (task->thread_info.mm == mm && !is_dying(task))
			return false;
	return true;
}

/*
 * Somebody waits for the end of those who use mm. True: for so long that its
 * memory is to be taken; we have a use of it, for reap(). tasklist_lock held.
 */
static bool is_overdue(struct mm_struct *mm)
{
	u64 now = ktime_ns();

	if (!mm->oom_since)
		mm->oom_since = now;
	return now - mm->oom_since >= REAP_AFTER_NS && all_users_die(mm) &&
		mmget_not_zero(mm);
}

/*
 * The task that wants memory does it: it holds no lock that the victim may need,
 * and can wait until mmap_lock is free.
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
 * Kills it, unless that is done. True: its memory, to which we have a reference,
 * is to be taken, with a use of it for reap(). tasklist_lock held, its flags.
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
		leader->group_exit = true;
		leader->group_exit_code = SIGKILL;
		oom_kills++;
		trace_event(TRACE_OOM, (u32)victim->tgid, 0, 0, 0);
		last_kill = ktime_ns();
		kill_users_of(mm, flags);
	}
	return overdue;
}

/*
 * The machine ends with init: not while there are pages enough. An allocation
 * failed because a test has asked for it, or they were given back since.
 */
static bool spares_init(const struct task_struct *victim)
{
	struct zone_stats zone;

	zone_get_stats(&zone);
	return victim->thread_info.mm == init_memory() && zone.free > zone.high;
}

bool out_of_memory(void)
{
	struct oom_report report = { .wanted = false };
	struct mm_struct *mm = NULL;
	bool overdue = false;
	struct task_struct *victim;
	s32 pid = 0;
	u32 flags;

	/* To wait for itself it would wait for ever. */
	if (is_dying(current))
		return false;
	flags = tasklist_lock();
	victim = select_victim(&flags);
	if (victim && !spares_init(victim)) {
		pid = victim->tgid;
		mm = victim->thread_info.mm;
		mmgrab(mm);
		overdue = kill_victim(victim, &report, &flags);
	}
	tasklist_unlock(flags);
	print_report(&report);
	if (overdue)
		reap(mm, pid);
	if (mm)
		mmdrop(mm);
	/* The victim cannot end while we keep the core. */
	if (!is_dying(current)) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(TICK_NSEC);
	}
	return !is_dying(current);
}
