/*
 * The end of tasks: do_exit, and ending a whole thread group.
 *
 * A task that exits releases its memory, files and signals, passes its children
 * to init, and stays as a zombie that holds only its status until the parent
 * collects it (proc/wait4.c). The group's leader holds the status of all; other
 * threads are released at once.
 */
#include <asm/irqflags.h>
#include <fs/fs.h>
#include <lib/printk.h>
#include <machine.h>
#include <proc/internal.h>
#include <syscalls.h>
#include <trace.h>

/* ---- releasing memory and files ---------------------------------- */

/*
 * The services still find the old memory: they clear the word of
 * CLONE_CHILD_CLEARTID in it.
 */
void mm_release(struct task_struct *task)
{
	services_exit_early(task);
	task->vfork_done = true;
	/* The last touch: a parent in vfork may now change the memory. */
	wake_up(&task->vfork_wait);
}

/* The mm goes with its counters, so they move to the group. */
void keep_fault_counts(struct task_struct *task)
{
	const struct mm_struct *mm = task->thread_info.mm;
	struct task_usage *use = &task->group_leader->group_use;

	/* Memory lent by vfork counts for its owner. */
	if (atomic_read(&mm->mm_users) > 1)
		return;
	use->min_flt += (u32)atomic_read(&mm->min_flt);
	use->maj_flt += (u32)atomic_read(&mm->maj_flt);
	use->maxrss = max(use->maxrss, get_mm_hiwater_rss(mm));
}

/*
 * The task becomes like a kernel thread that borrows the mm it had, so that the
 * tables stay until the last switch away from it; then it drops its use of the
 * mm.
 */
static void exit_mm(struct task_struct *task)
{
	struct mm_struct *mm = task->thread_info.mm;
	u32 flags;

	if (!mm)
		return;
	mm_release(task);
	/* The borrower's own count, taken while the mm certainly exists. */
	mmgrab(mm);
	flags = tasklist_lock(); /* get_task_mm_by_pid reads */
	keep_fault_counts(task);
	task->thread_info.mm = NULL;
	tasklist_unlock(flags);
	/* May be the last user: unmapping everything sleeps. */
	mmput(mm);
}

/*
 * /proc reads another task's table under tasklist_lock; the table is put after
 * the unlock, because closing files may sleep.
 */
static void exit_files(struct task_struct *task)
{
	struct thread_info *ti = &task->thread_info;
	struct files_struct *files = ti->files;
	u32 flags = tasklist_lock(); /* /proc reads it */

	ti->files = NULL;
	tasklist_unlock(flags);
	files_put(files);
}

/* ---- the family -------------------------------------------------- */

/* Process 1, or NULL while init itself ends. Hold tasklist_lock. */
static struct task_struct *init_process(void)
{
	return find_task(1);
}

/*
 * True if no other thread of the caller's group is alive; its leader may be a
 * zombie.
 */
static bool alone_in_group(const struct task_struct *leader)
{
	return leader->nr_threads == 1 ||
		(leader != current && leader->nr_threads == 2 &&
		 leader->state == TASK_ZOMBIE);
}

/* Its last reference may go here; the caller must not use task afterwards. */
void release_task(struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;

	task->state = TASK_DEAD;
	if (task == leader)
		TAILQ_REMOVE(&task->parent->children, task, sibling);
	else
		add_switches(&leader->group_use, &task->use);
	leader->nr_threads--;
	unlink_task(task);
}

/*
 * Tells the parent that the group of leader has ended; all its tasks are
 * zombies. Returns true if the parent does not want to know, and the leader is
 * to be released now. Hold tasklist_lock.
 */
static bool notify_parent(struct task_struct *leader)
{
	struct task_struct *parent = leader->parent;
	bool ignored = parent == &init_task;

	/* |= and not ||: the service sends SIGCHLD in any case. */
	ignored |= services_child_changed(CHILD_EXITED, leader, parent);
	wake_up(&parent->wait_child);
	return ignored;
}

/* The group of leader is over. Hold tasklist_lock; leader may be released. */
static void tell_end(struct task_struct *leader)
{
	if (notify_parent(leader))
		release_task(leader);
}

/*
 * Returns the process that gets the orphans of leader's group: the nearest
 * ancestor that has asked for them, or else init. Hold tasklist_lock.
 */
static struct task_struct *find_reaper(const struct task_struct *leader)
{
	struct task_struct *init = init_process(), *reaper = leader->parent;

	BUG_ON(!init || init == leader);
	while (reaper != init && reaper != &init_task &&
	       !reaper->child_subreaper)
		reaper = reaper->parent;
	return reaper == &init_task ? init : reaper;
}

/* Passes one child to reaper. Hold tasklist_lock. */
static void forget_child(struct task_struct *leader, struct task_struct *child,
			 struct task_struct *reaper)
{
	TAILQ_REMOVE(&leader->children, child, sibling);
	TAILQ_INSERT_TAIL(&reaper->children, child, sibling);
	set_parent(child, reaper);
	child->exit_signal = SIGCHLD;
	services_child_changed(CHILD_ADOPTED, child, leader);
	/* reaper may sleep in wait4; a zombie that it inherits is news. */
	if (group_is_over(child))
		tell_end(child);
}

/*
 * The group ends with the caller: its children become another process's. There
 * may be thousands, so the lock is released after every few. Takes and returns
 * tasklist_lock's flags.
 */
static u32 forget_children(struct task_struct *leader, u32 flags)
{
	struct task_struct *child, *reaper = NULL;
	u32 n = 0;

	while ((child = TAILQ_FIRST(&leader->children)) != NULL) {
		if (!reaper)
			reaper = find_reaper(leader);
		forget_child(leader, child, reaper);
		if (++n % TASKS_AT_ONCE == 0) {
			tasklist_unlock(flags);
			cond_resched();
			flags = tasklist_lock();
			reaper = NULL; /* it may have ended meanwhile */
		}
	}
	return flags;
}

/*
 * After this others may find, wait for and release the task. A group's status
 * is that of its last thread, as in Linux since 6.0, unless exit_group or a
 * signal has ended them all.
 */
static void exit_notify(struct task_struct *task, u32 code)
{
	struct task_struct *leader = task->group_leader;
	u32 flags = tasklist_lock();

	/* First: this drops the lock, and no zombie may have children. */
	if (alone_in_group(leader))
		flags = forget_children(leader, flags);
	if (leader->group_exit)
		code = leader->group_exit_code;
	leader->exit_code = code;
	/* No wait(2) collects a thread. */
	if (task == leader)
		task->state = TASK_ZOMBIE;
	else
		release_task(task);
	wake_up(&leader->wait_child); /* de_thread may wait */
	if (group_is_over(leader))
		tell_end(leader);
	tasklist_unlock(flags);
}

/* ---- the calls --------------------------------------------------- */

/*
 * The machine ends with init. Its exit status becomes the machine's; a signal
 * becomes 128 + signal, as shells count.
 */
static void exit_init(u32 code)
{
	u32 sig = code & 0x7f;

	machine_end(sig ? (int)(128 + sig) : (int)(code >> 8 & 0xff));
}

/* Other threads of process 1 may end without the machine. */
static bool is_last_of_init(const struct task_struct *task)
{
	return task->tgid == 1 && alone_in_group(task->group_leader);
}

/*
 * Ends the running task. Each step leaves it able to do the next: the services
 * need no mm, the family needs no services.
 */
void do_exit(u32 code)
{
	struct task_struct *task = current;

	BUG_ON(task == &init_task || task->pid == 0);
	/* All threads report the group's status, however each of them ends. */
	if (task->group_leader->group_exit)
		code = task->group_leader->group_exit_code;
	trace_event(TRACE_EXIT, code, 0, 0, 0);
	/*
	 * From here on an allocation fails rather than wait for this task's own
	 * end (proc/oom.c).
	 */
	atomic_or(TIF_EXITING, &task->thread_info.flags);
	reap_dead_tasks();
	/* Memory first: a victim of the OOM killer is to return it soon. */
	exit_mm(task);
	exit_files(task);
	if (is_last_of_init(task))
		exit_init(code);
	services_exit_late(task);
	/* The unit must not keep a pointer to a task that is gone. */
	vfp_exit(task);
	/* Nothing may sleep after this: the task can be reaped. */
	exit_notify(task, code);
	schedule_dead();
}

/*
 * A kill is a word and a flag: the task sees both on its way to user mode,
 * where it holds no lock.
 */
void kill_thread(struct task_struct *task)
{
	WRITE_ONCE(task->killed, true);
	smp_mb(); /* a task that sees the flag sees the word: is_killed() */
	atomic_or(TIF_SIGPENDING, &task->thread_info.flags);
	wake_up_killed(task);
}

/*
 * Kills all threads of the group but the caller. There may be thousands, so
 * others may run in between. Takes and returns tasklist_lock's flags.
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
		/*
		 * next was released meanwhile: begin again; killed ones are
		 * skipped.
		 */
		if (next && ++n % TASKS_AT_ONCE == 0 &&
		    !let_others_in(next, &flags))
			next = TAILQ_FIRST(&leader->threads);
	}
	return flags;
}

/* Threads may call it at the same time; the first one's status counts. */
void do_group_exit(u32 code)
{
	struct task_struct *leader = current->group_leader;
	u32 flags = tasklist_lock();

	/*
	 * A thread that was killed for another one's execve ends alone; the
	 * group continues without it.
	 */
	if (!leader->group_exit && !leader->group_exec) {
		leader->group_exit = true;
		leader->group_exit_code = code;
	}
	/*
	 * A fatal signal was delivered to a few threads only; the first of them
	 * that comes here kills the rest.
	 */
	if (leader->group_exit && !leader->all_told) {
		flags = kill_other_threads(flags);
		leader->all_told = true;
	}
	tasklist_unlock(flags);
	do_exit(code);
}

/* Ends one thread; wait(2)'s word has the status in its second byte. */
s32 sys_exit(u32 status)
{
	do_exit((status & 0xff) << 8);
}

/* What exit(3) calls. */
s32 sys_exit_group(u32 status)
{
	do_group_exit((status & 0xff) << 8);
}

/* ---- execve by one of several threads ---------------------------- */

/*
 * The process keeps its pid through execve, so the caller takes the place, the
 * pid and the children of its zombie leader, which is released. Hold
 * tasklist_lock.
 */
static void become_leader(struct task_struct *me)
{
	struct task_struct *old = me->group_leader, *child;

	TAILQ_REMOVE(&old->threads, me, thread_link);
	leave_id(me, ID_PID);
	me->pid = old->pid;
	/* Joins old's circle, so the number stays in use when old leaves. */
	join_id(me, ID_PID, me->pid, old);
	/* A tick in between would add its time to the one that is not kept. */
	local_irq_disable();
	link_leader(me, old);
	me->group_use = old->group_use;
	local_irq_enable();
	me->oom_score_adj = old->oom_score_adj;
	me->child_subreaper = old->child_subreaper;
	set_parent(me, old->parent);
	me->exit_signal = SIGCHLD;
	add_switches(&me->group_use, &old->use);
	me->child_use = old->child_use;
	me->job = old->job;
	/* In old's place: wait4 looks at children in the order of birth. */
	TAILQ_INSERT_BEFORE(old, me, sibling);
	while ((child = TAILQ_FIRST(&old->children)) != NULL) {
		TAILQ_REMOVE(&old->children, child, sibling);
		TAILQ_INSERT_TAIL(&me->children, child, sibling);
		set_parent(child, me);
	}
	release_task(old);
}

/*
 * Linux's function of this name: execve by one of several threads ends the
 * others, because their memory goes.
 */
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
		/*
		 * Forbids new threads (link_child) and makes the others end
		 * alone.
		 */
		leader->group_exec = current;
		flags = kill_other_threads(flags);
		tasklist_unlock(flags);
		err = wait_event_killable(&leader->wait_child,
					  alone_in_group(leader));
		flags = tasklist_lock();
		leader->group_exec = NULL;
		/* The whole group was killed while we slept. */
		if (leader->group_exit)
			err = -EAGAIN;
		if (!err && leader != current)
			become_leader(current);
	}
	tasklist_unlock(flags);
	return err;
}
