/*
 * fork, vfork and clone: one task becomes two.
 *
 * do_fork builds the child step by step. If a step fails, those before it are
 * undone in reverse order. Only link_child(), the last step, makes the child
 * visible; until then nobody can find it and nothing of the parent has changed.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <lib/printk.h>
#include <proc/internal.h>
#include <string.h>
#include <syscalls.h>
#include <trace.h>
#include <uapi/sched.h>

/* Namespaces (there is one of each kind) and pidfds do not exist here. */
#define NOT_THERE                                                      \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_PIDFD)

/*
 * Returns 0, or -EINVAL for combinations that clone(2) forbids. A thread shares
 * its group's handlers, and handlers are addresses in the shared memory.
 */
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

/* Shares or copies the parent's table of files. Returns 0 or -ENOMEM. */
static int copy_files(struct task_struct *task, u32 flags)
{
	struct files_struct *files = current_thread_info()->files;

	/* A kernel thread has none. */
	if (!files)
		return 0;
	task->thread_info.files = flags & CLONE_FILES ? files_share(files) :
							files_copy(files);
	return task->thread_info.files ? 0 : -ENOMEM;
}

/*
 * Shares or copies the parent's address space. Returns 0 or dup_mmap's error.
 * This is what fork costs: page tables, no pages.
 */
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

/* Undoes copy_mm. May sleep: mmput unmaps a copy. */
static void drop_mm(struct task_struct *task)
{
	struct mm_struct *mm = task->thread_info.mm;

	task->thread_info.mm = NULL;
	task->thread_info.active_mm = NULL;
	mmput(mm);
}

/*
 * Gives the child a copy of the parent's frame, on its own kernel stack, so
 * that it returns 0 from the same call.
 */
static void copy_thread(struct task_struct *task, u32 flags, uaddr_t stack,
			const struct pt_regs *regs, u32 tls)
{
	struct pt_regs *child = task_pt_regs(task);

	*child = *regs;
	child->r[0] = 0;
	/*
	 * 0: it continues on the same address, in its copy of the stack or,
	 * after vfork, in the parent's.
	 */
	if (stack)
		child->sp = stack;
	task->context.sp = (u32)(uintptr_t)child;
	task->context.pc = (u32)(uintptr_t)return_ops.from_fork;
	/* The program may have changed it since the last switch saved it. */
	__asm__ volatile("mrc p15, 0, %0, c13, c0, 2" /* TPIDRURW */
			 : "=r"(task->context.tpidrurw));
	if (flags & CLONE_SETTLS)
		task->thread_info.tls = tls;
	vfp_fork(task);
}

/* Adds a thread to the caller's group. Hold tasklist_lock. */
static void link_thread(struct task_struct *task)
{
	struct task_struct *leader = current->group_leader;

	task->group_leader = leader;
	task->tgid = leader->pid;
	set_parent(task, leader->parent);
	/* The parent learns of the group's end only. */
	task->exit_signal = 0;
	leader->nr_threads++;
	TAILQ_INSERT_TAIL(&leader->threads, task, thread_link);
}

/*
 * Makes the child the leader of a group of its own and a child of its parent.
 * Hold tasklist_lock.
 */
static void link_process(struct task_struct *task, u32 flags)
{
	struct task_struct *leader = current->group_leader;

	link_leader(task, leader);
	task->oom_score_adj = leader->oom_score_adj;
	set_parent(task, flags & CLONE_PARENT ? leader->parent : leader);
	/* A sibling (CLONE_PARENT) ends with the same signal as the caller. */
	task->exit_signal = flags & CLONE_PARENT ? leader->exit_signal :
						   flags & CSIGNAL;
	TAILQ_INSERT_TAIL(&task->parent->children, task, sibling);
}

/* Makes the child visible to others. Returns 0, -EAGAIN or -ERESTARTNOINTR. */
static int link_child(struct task_struct *task, u32 clone_flags)
{
	u32 flags = tasklist_lock();
	int err;

	/*
	 * A dying group gets no new member: its members have been killed
	 * already, and nothing would kill the new one.
	 */
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
		/*
		 * Copied again under the lock: setpgid or setsid may have
		 * changed them since dup_task_struct.
		 */
		task->pgrp = current->group_leader->pgrp;
		task->session = current->group_leader->session;
		task->left_tty = current->group_leader->left_tty;
		if (clone_flags & CLONE_THREAD)
			link_thread(task);
		else
			link_process(task, clone_flags);
	}
	tasklist_unlock(flags);
	return err;
}

/*
 * Gives the child everything but its memory for itself, in an order that ends
 * with the step that cannot be undone.
 */
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
	/* Last: once others have seen the child, nothing may fail. */
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
 * Sleeps until the child runs another program or has ended, and drops the
 * caller's reference. A killed parent need not wait: the memory that it lent
 * has two users and stays.
 */
static void wait_for_vfork(struct task_struct *child)
{
	if (wait_event_killable(&child->vfork_wait, child->vfork_done) != 0)
		pr_debug("vfork: killed before the child was done\n");
	put_task(child);
	reap_dead_tasks();
}

/* Linux's kernel_clone. */
int do_fork(u32 flags, uaddr_t stack, struct pt_regs *regs, uaddr_t parent_tid,
	    uaddr_t child_tid, u32 tls, s32 *pid)
{
	struct task_struct *task;
	int err = check_flags(flags);

	if (err)
		return err;
	/* Frees stacks that this child can use. */
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
	/* Before the wake-up, after which the child may end and be freed. */
	*pid = task->pid;
	/* Before the wake-up, while the child certainly has its mm. */
	trace_event(TRACE_FORK, (u32)task->pid, flags,
		    get_mm_rss(task->thread_info.mm),
		    task->thread_info.mm->nr_ptes);
	/* As in Linux a bad address is the caller's loss: the child exists. */
	if ((flags & CLONE_PARENT_SETTID) &&
	    put_user_u32((u32)task->pid, parent_tid) != 0)
		pr_debug("clone: no parent tid stored at 0x%08x\n", parent_tid);
	/* wait_for_vfork needs the child after its end. */
	if (flags & CLONE_VFORK)
		get_task(task);
	wake_up_new_task(task);
	if (flags & CLONE_VFORK)
		wait_for_vfork(task);
	return 0;
}

/* What the system call returns in r0. */
static s32 fork_result(int err, s32 pid)
{
	return err ? err : pid;
}

/* The child's stack is the parent's sp in a copy of its memory. */
s32 sys_fork(struct pt_regs *regs)
{
	s32 pid = 0;
	int err = do_fork(SIGCHLD, 0, regs, 0, 0, 0, &pid);

	return fork_result(err, pid);
}

/* The parent sleeps, so both can use one stack. */
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
