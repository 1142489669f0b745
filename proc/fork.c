/*
 * fork, vfork and clone: one task becomes two.
 *
 * do_fork builds the child step by step; each step that can fail is undone by
 * those before it, in reverse, and only link_child(), the last one, makes it
 * visible. Until then nobody can find it and nothing of the parent changed.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <lib/printk.h>
#include <proc/internal.h>
#include <string.h>
#include <syscalls.h>
#include <trace.h>
#include <uapi/sched.h>

/* Namespaces, of which there is one of each kind, and descriptors of processes. */
#define NOT_THERE                                                      \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_PIDFD)

/* What one address space, one handler table imply (clone(2)). */
static int check_flags(u32 flags)
{
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	if (flags & NOT_THERE)
		return -EINVAL;
	if ((flags & CLONE_PARENT) && current->tgid == 1)
		return -EINVAL; /* init has no siblings */
	return 0;
}

static int copy_files(struct task_struct *task, u32 flags)
{
	struct files_struct *files = current_thread_info()->files;

	if (!files)
		return 0;
	task->thread_info.files = flags & CLONE_FILES ? files_share(files) :
							files_copy(files);
	return task->thread_info.files ? 0 : -ENOMEM;
}

static int copy_mm(struct task_struct *task, u32 flags)
{
	struct mm_struct *oldmm = current_thread_info()->mm;
	struct mm_struct *mm;
	int err;

	if (flags & CLONE_VM) {
		mm = mmget(oldmm);
	} else {
		mm = mm_alloc();
		if (!mm)
			return -ENOMEM;
		err = dup_mmap(mm, oldmm);
		if (err) {
			mmput(mm);
			return err;
		}
	}
	task->thread_info.mm = mm;
	task->thread_info.active_mm = mm;
	return 0;
}

static void drop_mm(struct task_struct *task)
{
	struct mm_struct *mm = task->thread_info.mm;

	task->thread_info.mm = NULL;
	task->thread_info.active_mm = NULL;
	mmput(mm);
}

/* The child returns 0 from the same call, on its own kernel stack. */
static void copy_thread(struct task_struct *task, u32 flags, uaddr_t stack,
			const struct pt_regs *regs, u32 tls)
{
	struct pt_regs *child = task_pt_regs(task);

	*child = *regs;
	child->r[0] = 0;
	if (stack)
		child->sp = stack;
	task->context.sp = (u32)(uintptr_t)child;
	task->context.pc = (u32)(uintptr_t)return_ops.from_fork;
	__asm__ volatile("mrc p15, 0, %0, c13, c0, 2" /* TPIDRURW */
			 : "=r"(task->context.tpidrurw));
	if (flags & CLONE_SETTLS)
		task->thread_info.tls = tls;
	vfp_fork(task);
}

/* tasklist_lock held. */
static void link_thread(struct task_struct *task)
{
	struct task_struct *leader = current->group_leader;

	task->group_leader = leader;
	task->tgid = leader->pid;
	set_parent(task, leader->parent);
	task->exit_signal = 0;
	leader->nr_threads++;
	TAILQ_INSERT_TAIL(&leader->threads, task, thread_link);
}

/* tasklist_lock held. */
static void link_process(struct task_struct *task, u32 flags)
{
	struct task_struct *leader = current->group_leader;

	link_leader(task, leader);
	task->oom_score_adj = leader->oom_score_adj;
	set_parent(task, flags & CLONE_PARENT ? leader->parent : leader);
	/* A sibling tells the parent as its maker does. */
	task->exit_signal = flags & CLONE_PARENT ? leader->exit_signal :
						   flags & CSIGNAL;
	TAILQ_INSERT_TAIL(&task->parent->children, task, sibling);
}

/* The point where the child exists for others. 0, -EAGAIN, -ERESTARTNOINTR. */
static int link_child(struct task_struct *task, u32 clone_flags)
{
	u32 flags = tasklist_lock();
	int err;

	/* A dying group gets no new member: nobody would kill it. */
	if ((clone_flags & CLONE_THREAD) &&
	    (current->group_leader->group_exit ||
	     current->group_leader->group_exec))
		err = -EAGAIN;
	else if (signal_pending())
		/*
		 * kill(-1) and killpg hold tasklist_lock and signal the
		 * tasks they find. If they did so before we took it, they
		 * missed the child: fork starts again after the signal.
		 */
		err = -ERESTARTNOINTR;
	else
		err = link_task(task);
	if (!err) {
		task->pgrp = current->group_leader->pgrp;
		task->session = current->group_leader->session;
		if (clone_flags & CLONE_THREAD)
			link_thread(task);
		else
			link_process(task, clone_flags);
	}
	tasklist_unlock(flags);
	return err;
}

/* All of the child but its place among the others. */
static inline int copy_process(struct task_struct *task, u32 flags,
			       uaddr_t stack, const struct pt_regs *regs,
			       u32 tls)
{
	int err = copy_files(task, flags);

	if (err)
		return err;
	err = services_fork(task, flags);
	if (err)
		goto err_files;
	err = copy_mm(task, flags);
	if (err)
		goto err_services;
	copy_thread(task, flags, stack, regs, tls);
	err = link_child(task, flags);
	if (err)
		goto err_mm;
	return 0;

err_mm:
	drop_mm(task);
err_services:
	services_undo_fork(task);
err_files:
	files_put(task->thread_info.files);
	return err;
}

/*
 * Sleep until the child runs another program or is gone. Who is killed need not
 * wait: the memory that was lent has two users and stays.
 */
static void wait_for_vfork(struct task_struct *child)
{
	if (wait_event_killable(&child->vfork_wait, child->vfork_done) != 0)
		pr_debug("vfork: killed before the child was done\n");
	put_task(child);
	reap_dead_tasks();
}

int do_fork(u32 flags, uaddr_t stack, struct pt_regs *regs, uaddr_t parent_tid,
	    uaddr_t child_tid, u32 tls, s32 *pid)
{
	struct task_struct *task;
	int err = check_flags(flags);

	if (err)
		return err;
	reap_dead_tasks();
	task = dup_task_struct(current);
	if (!task)
		return -ENOMEM;
	if (flags & CLONE_CHILD_SETTID)
		task->set_child_tid = child_tid;
	if (flags & CLONE_CHILD_CLEARTID)
		task->clear_child_tid = child_tid;
	err = copy_process(task, flags, stack, regs, tls);
	if (err) {
		put_task(task);
		reap_dead_tasks();
		return err;
	}
	*pid = task->pid;
	trace_event(TRACE_FORK, (u32)task->pid, flags,
		    get_mm_rss(task->thread_info.mm),
		    task->thread_info.mm->nr_ptes);
	/* As in Linux a bad address is the caller's loss: the child exists. */
	if ((flags & CLONE_PARENT_SETTID) &&
	    put_user_u32((u32)task->pid, parent_tid) != 0)
		pr_debug("clone: no parent tid stored at 0x%08x\n", parent_tid);
	if (flags & CLONE_VFORK)
		get_task(task);
	wake_up_new_task(task);
	if (flags & CLONE_VFORK)
		wait_for_vfork(task);
	return 0;
}

static s32 fork_result(int err, s32 pid)
{
	return err ? err : pid;
}

s32 sys_fork(struct pt_regs *regs)
{
	s32 pid = 0;
	int err = do_fork(SIGCHLD, 0, regs, 0, 0, 0, &pid);

	return fork_result(err, pid);
}

s32 sys_vfork(struct pt_regs *regs)
{
	s32 pid = 0;
	int err = do_fork(CLONE_VFORK | CLONE_VM | SIGCHLD, 0, regs, 0, 0, 0,
			  &pid);

	return fork_result(err, pid);
}

/* ARM's order: flags, stack, parent_tid, tls, child_tid. */
s32 sys_clone(struct pt_regs *regs)
{
	s32 pid = 0;
	int err = do_fork(regs->r[0], regs->r[1], regs, regs->r[2], regs->r[4],
			  regs->r[3], &pid);

	return fork_result(err, pid);
}
