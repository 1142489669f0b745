/*
 * Kernel threads: tasks without a user half.
 *
 * Children of the idle task, as in Linux of old; nobody waits for them.
 */
#include <lib/printk.h>
#include <proc/internal.h>
#include <stdio.h>

/* return_ops.from_kthread calls r5 with r4. */
struct kthread_start {
	void (*fn)(void *arg);
	void *arg;
};

static void kthread_main(void *data)
{
	struct kthread_start start = *(struct kthread_start *)data;

	kfree(data);
	start.fn(start.arg);
	/* A thread that called execve goes on to user mode by its frame. */
	if (!current->thread_info.mm)
		do_exit(0);
}

static void start_at(struct task_struct *task, struct kthread_start *start)
{
	struct pt_regs *regs = task_pt_regs(task);

	task->context.r4 = (u32)(uintptr_t)start;
	task->context.r5 = (u32)(uintptr_t)kthread_main;
	task->context.sp = (u32)(uintptr_t)regs;
	task->context.pc = (u32)(uintptr_t)return_ops.from_kthread;
}

/* Where a kernel thread hangs in the tree. tasklist_lock held. */
static int adopt_kthread(struct task_struct *task)
{
	int err = link_task(task);

	if (err)
		return err;
	link_leader(task, find_by_id(ID_PGRP, 0));
	set_parent(task, &init_task);
	TAILQ_INSERT_TAIL(&init_task.children, task, sibling);
	return 0;
}

int kthread_run(void (*fn)(void *arg), void *arg, const char *name,
		struct task_struct **result)
{
	struct task_struct *task = dup_task_struct(&init_task);
	struct kthread_start *start = kmalloc(sizeof(*start), GFP_KERNEL);
	int err = -ENOMEM;
	u32 flags;

	if (!task || !start)
		goto err_free;
	*start = (struct kthread_start){ fn, arg };
	snprintf(task->comm, sizeof(task->comm), "%s", name);
	task->pgrp = 0;
	task->session = 0;
	start_at(task, start);
	err = services_fork(task, 0);
	if (err)
		goto err_free;
	flags = tasklist_lock();
	err = adopt_kthread(task);
	tasklist_unlock(flags);
	if (err)
		goto err_services;
	if (result)
		*result = task;
	wake_up_new_task(task);
	return 0;

err_services:
	services_undo_fork(task);
err_free:
	kfree(start);
	if (task)
		put_task(task);
	reap_dead_tasks();
	return err;
}
