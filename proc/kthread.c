/*
 * Kernel threads: tasks without a user half.
 *
 * They are children of the idle task, as in early Linux. Nobody waits for them:
 * they are released as soon as they end.
 */
#include <lib/printk.h>
#include <proc/internal.h>
#include <stdio.h>

/* return_ops.from_kthread calls r5 with r4. */
struct kthread_start {
	void (*fn)(void *arg);
	void *arg;
};

/* Runs on the thread's own stack, called by ret_from_kthread. */
static void kthread_main(void *data)
{
	struct kthread_start start = *(struct kthread_start *)data;

	/* Before the function, which may never return. */
	kfree(data);
	start.fn(start.arg);
	/*
	 * Process 1 begins as a kernel thread and calls execve; it returns to
	 * user mode through its frame instead of ending.
	 */
	if (!current->thread_info.mm)
		do_exit(0);
}

/* Prepares the context that the first switch to task loads. */
static void start_at(struct task_struct *task, struct kthread_start *start)
{
	struct pt_regs *regs = task_pt_regs(task);

	task->context.r4 = (u32)(uintptr_t)start;
	task->context.r5 = (u32)(uintptr_t)kthread_main;
	task->context.sp = (u32)(uintptr_t)regs;
	task->context.pc = (u32)(uintptr_t)return_ops.from_kthread;
}

/*
 * Enters a kernel thread into the tree, as a child of the idle task. Hold
 * tasklist_lock.
 */
static int adopt_kthread(struct task_struct *task)
{
	int err = link_task(task);

	if (err)
		return err;
	/* NULL for the first one, with which group 0 begins. */
	link_leader(task, find_by_id(ID_PGRP, 0));
	set_parent(task, &init_task);
	TAILQ_INSERT_TAIL(&init_task.children, task, sibling);
	return 0;
}

/*
 * No mm is made: the thread borrows that of the task before it (run/sched.c).
 */
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
	/* Group 0, the idle task's, which no kill(2) can name. */
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
	/* Before the wake-up: the thread may end, and be freed, at once. */
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
