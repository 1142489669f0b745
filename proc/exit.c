/*
 * The end of tasks: do_exit, and ending a whole thread group.
 *
 * A task that exits gives up its memory, files and signals, hands its children
 * to init, and stays as a zombie that holds only its status until the parent
 * takes it (proc/wait4.c). The group's leader carries the status of all; other
 * threads leave no trace.
 */
#include <fs/fs.h>
#include <lib/printk.h>
#include <machine.h>
#include <proc/internal.h>
#include <syscalls.h>
#include <trace.h>

/* ---- giving things up -------------------------------------------- */

void mm_release(struct task_struct *task)
{
	services_exit_early(task);
	task->vfork_done = true;
	wake_up(&task->vfork_wait);
}

void keep_fault_counts(struct task_struct *task)
{
	const struct mm_struct *mm = task->thread_info.mm;
	struct task_usage *use = &task->group_leader->dead_use;

	/* One that vfork lent counts for its owner. */
	if (atomic_read(&mm->mm_users) > 1)
		return;
	use->min_flt += (u32)atomic_read(&mm->min_flt);
	use->maj_flt += (u32)atomic_read(&mm->maj_flt);
	use->maxrss = max(use->maxrss, get_mm_hiwater_rss(mm));
}

/*
 * Become a kernel thread that borrows the mm it had, so that its tables stay
 * until the last switch away from here; then stop using it.
 */
static void exit_mm(struct task_struct *task)
{
	struct mm_struct *mm = task->thread_info.mm;
	u32 flags;

	if (!mm)
		return;
	mm_release(task);
	mmgrab(mm);
	flags = tasklist_lock(); /* get_task_mm_by_pid looks */
	keep_fault_counts(task);
	task->thread_info.mm = NULL;
	tasklist_unlock(flags);
	mmput(mm);
}

static void exit_files(struct task_struct *task)
{
	struct thread_info *ti = &task->thread_info;
	struct files_struct *files = ti->files;
	u32 flags = tasklist_lock(); /* /proc looks */

	ti->files = NULL;
	tasklist_unlock(flags);
	files_put(files);
}

/* ---- the family -------------------------------------------------- */

/* tasklist_lock held. NULL only while init itself ends. */
static struct task_struct *init_process(void)
{
	return find_task(1);
}

/* No other thread of the caller's group lives; its leader may be a zombie. */
static bool alone_in_group(const struct task_struct *leader)
{
	return leader->nr_threads == 1 ||
		(leader != current && leader->nr_threads == 2 &&
		 leader->state == TASK_ZOMBIE);
}

/* To init. tasklist_lock held. */
static void forget_child(struct task_struct *leader, struct task_struct *child)
{
	struct task_struct *init = init_process();

	BUG_ON(!init || init == leader);
	TAILQ_REMOVE(&leader->children, child, sibling);
	TAILQ_INSERT_TAIL(&init->children, child, sibling);
	set_parent(child, init);
	child->exit_signal = SIGCHLD;
	services_child_changed(CHILD_ADOPTED, child, leader);
	if (child->state == TASK_ZOMBIE)
		wake_up(&init->wait_child);
}

/*
 * The group ends with the caller: its children, which there may be thousands
 * of, become init's, a few at a time. tasklist_lock held; its flags.
 */
static u32 forget_children(struct task_struct *leader, u32 flags)
{
	struct task_struct *child;
	u32 n = 0;

	while ((child = TAILQ_FIRST(&leader->children)) != NULL) {
		forget_child(leader, child);
		if (++n % TASKS_AT_ONCE == 0) {
			tasklist_unlock(flags);
			cond_resched();
			flags = tasklist_lock();
		}
	}
	return flags;
}

void release_task(struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;

	if (task == leader)
		TAILQ_REMOVE(&task->parent->children, task, sibling);
	else
		add_usage(&leader->dead_use, &task->use);
	leader->nr_threads--;
	unlink_task(task);
}

/*
 * Tell the parent that the group of leader, all zombies now, is done. True: it
 * does not want to know, release the leader. tasklist_lock held.
 */
static bool notify_parent(struct task_struct *leader)
{
	struct task_struct *parent = leader->parent;
	bool ignored = parent == &init_task;

	ignored |= services_child_changed(CHILD_EXITED, leader, parent);
	wake_up(&parent->wait_child);
	return ignored;
}

/*
 * Leave the family: after this others may see, reap and forget the task. The
 * status of a group is what its last thread says, as in Linux since 6.0, unless
 * exit_group or a signal has ended them all.
 */
static void exit_notify(struct task_struct *task, u32 code)
{
	struct task_struct *leader = task->group_leader;
	u32 flags = tasklist_lock();

	if (alone_in_group(leader))
		flags = forget_children(leader, flags);
	if (leader->group_exit)
		code = leader->group_exit_code;
	leader->exit_code = code;
	if (task == leader) {
		task->state = TASK_ZOMBIE;
	} else {
		task->state = TASK_DEAD;
		release_task(task);
	}
	wake_up(&leader->wait_child); /* de_thread may wait */
	if (group_is_over(leader) && notify_parent(leader)) {
		leader->state = TASK_DEAD;
		release_task(leader);
	}
	tasklist_unlock(flags);
}

/* ---- the calls --------------------------------------------------- */

/* init's end is the machine's: its status becomes the machine's. */
static void exit_init(u32 code)
{
	u32 sig = code & 0x7f;

	machine_end(sig ? (int)(128 + sig) : (int)(code >> 8 & 0xff));
}

static bool is_last_of_init(const struct task_struct *task)
{
	return task->tgid == 1 && alone_in_group(task->group_leader);
}

void do_exit(u32 code)
{
	struct task_struct *task = current;

	BUG_ON(task == &init_task || task->pid == 0);
	if (task->group_leader->group_exit)
		code = task->group_leader->group_exit_code;
	trace_event(TRACE_EXIT, code, 0, 0, 0);
	atomic_or(TIF_EXITING, &task->thread_info.flags);
	reap_dead_tasks();
	exit_mm(task);
	exit_files(task);
	if (is_last_of_init(task))
		exit_init(code);
	services_exit_late(task);
	vfp_exit(task);
	exit_notify(task, code);
	schedule_dead();
}

void kill_thread(struct task_struct *task)
{
	WRITE_ONCE(task->killed, true);
	smp_mb(); /* whoever sees the flag sees the word: is_killed() */
	atomic_or(TIF_SIGPENDING, &task->thread_info.flags);
	wake_up_killed(task);
}

/*
 * All of the group but the caller, of which there may be thousands, some at a
 * time. tasklist_lock held; its flags.
 */
static u32 kill_other_threads(u32 flags)
{
	struct task_struct *leader = current->group_leader, *task, *next;
	u32 n = 0;

	for (task = TAILQ_FIRST(&leader->threads); task; task = next) {
		next = TAILQ_NEXT(task, thread_link);
		if (task != current && task->state < TASK_ZOMBIE &&
		    !task->killed)
			kill_thread(task);
		if (next && ++n % TASKS_AT_ONCE == 0 &&
		    !let_others_in(next, &flags))
			next = TAILQ_FIRST(&leader->threads);
	}
	return flags;
}

void do_group_exit(u32 code)
{
	struct task_struct *leader = current->group_leader;
	u32 flags = tasklist_lock();

	/* Killed to make room for execve: the group lives on without us. */
	if (!leader->group_exit && !leader->group_exec) {
		leader->group_exit = true;
		leader->group_exit_code = code;
	}
	/* A signal has told a few threads: the first of them tells the rest. */
	if (leader->group_exit && !leader->all_told) {
		flags = kill_other_threads(flags);
		leader->all_told = true;
	}
	tasklist_unlock(flags);
	do_exit(code);
}

s32 sys_exit(u32 status)
{
	do_exit((status & 0xff) << 8);
}

s32 sys_exit_group(u32 status)
{
	do_group_exit((status & 0xff) << 8);
}

/* ---- execve by one of several threads ---------------------------- */

/*
 * The process keeps its pid through execve, so the caller takes the place, the
 * pid and the children of its zombie leader, which goes. tasklist_lock held.
 */
static void become_leader(struct task_struct *me)
{
	struct task_struct *old = me->group_leader, *child;

	TAILQ_REMOVE(&old->threads, me, thread_link);
	leave_id(me, ID_PID);
	me->pid = old->pid;
	join_id(me, ID_PID, me->pid, old);
	link_leader(me, old);
	me->oom_score_adj = old->oom_score_adj;
	set_parent(me, old->parent);
	me->exit_signal = SIGCHLD;
	me->dead_use = old->dead_use;
	add_usage(&me->dead_use, &old->use);
	me->child_use = old->child_use;
	me->job = old->job;
	TAILQ_INSERT_BEFORE(old, me, sibling);
	while ((child = TAILQ_FIRST(&old->children)) != NULL) {
		TAILQ_REMOVE(&old->children, child, sibling);
		TAILQ_INSERT_TAIL(&me->children, child, sibling);
		set_parent(child, me);
	}
	old->state = TASK_DEAD;
	release_task(old);
}

int de_thread(void)
{
	struct task_struct *leader = current->group_leader;
	u32 flags = tasklist_lock();
	int err = 0;

	if (leader->group_exit || leader->group_exec) {
		tasklist_unlock(flags); /* we are being killed */
		return -EAGAIN;
	}
	if (leader->nr_threads > 1) {
		leader->group_exec = current;
		flags = kill_other_threads(flags);
		tasklist_unlock(flags);
		err = wait_event_killable(&leader->wait_child,
					  alone_in_group(leader));
		flags = tasklist_lock();
		leader->group_exec = NULL;
		if (leader->group_exit)
			err = -EAGAIN;
		if (!err && leader != current)
			become_leader(current);
	}
	tasklist_unlock(flags);
	return err;
}
