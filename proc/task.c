/*
 * Tasks: their memory, their numbers, and the list of all of them.
 *
 * Owns task_struct and kernel stacks. A task has one reference while it may
 * run, dropped after its last switch, and one while it can be found, dropped
 * by release_task; whoever drops the last one leaves the memory to
 * reap_dead_tasks(), because the last one is often dropped where nobody may
 * sleep.
 */
#include <percpu.h>
#include <proc/internal.h>
#include <string.h>

/* Stacks kept for the next fork: mapping a new one costs a page-table walk. */
#define NR_CACHED_STACKS 2

static_assert(offsetof(struct task_struct, context) == 28,
	      "run/switch.S counts on it");

static struct kmem_cache *task_cache;
static spinlock_t tasklist_spinlock = SPINLOCK_INIT;
struct task_list all_tasks = TAILQ_HEAD_INITIALIZER(all_tasks);
static u32 task_count; /* tasklist_lock */
static s32 last_pid;   /* tasklist_lock */

struct stack_cache {
	void *stacks[NR_CACHED_STACKS]; /* irqs off */
};
static DEFINE_PER_CPU(struct stack_cache, stack_cache);

u32 tasklist_lock(void)
{
	u32 flags;

	spin_lock_irqsave(&tasklist_spinlock, flags);
	return flags;
}

void tasklist_unlock(u32 flags)
{
	spin_unlock_irqrestore(&tasklist_spinlock, flags);
}

static void *alloc_stack(void)
{
	u32 flags = local_irq_save();
	void *stack = NULL;

	for (unsigned int i = 0; i < NR_CACHED_STACKS && !stack; i++) {
		stack = this_cpu(stack_cache).stacks[i];
		this_cpu(stack_cache).stacks[i] = NULL;
	}
	local_irq_restore(flags);
	if (stack)
		return stack;
	/* Twice the alignment: an overflow shows in the bit THREAD_SIZE of sp. */
	return vmalloc_aligned(THREAD_SIZE, 2 * THREAD_SIZE, GFP_KERNEL,
			       "stack");
}

static void free_stack(void *stack)
{
	u32 flags = local_irq_save();

	for (unsigned int i = 0; i < NR_CACHED_STACKS && stack; i++) {
		if (this_cpu(stack_cache).stacks[i])
			continue;
		this_cpu(stack_cache).stacks[i] = stack;
		stack = NULL;
	}
	local_irq_restore(flags);
	vfree(stack);
}

void proc_caches_init(void)
{
	task_cache = kmem_cache_create("task_struct",
				       sizeof(struct task_struct), 0,
				       SLAB_HWCACHE_ALIGN | SLAB_PANIC, NULL);
}

struct task_struct *dup_task_struct(const struct task_struct *orig)
{
	struct task_struct *task = kmem_cache_alloc(task_cache, GFP_KERNEL);

	if (!task)
		return NULL;
	memset(task, 0, TASK_ZEROED);
	task->vfp.used = false;
	task->stack = alloc_stack();
	if (!task->stack) {
		kmem_cache_free(task_cache, task);
		return NULL;
	}
	atomic_set(&task->usage, 1);
	task->state = TASK_UNINTERRUPTIBLE;
	task->pgrp = orig->pgrp;
	task->session = orig->session;
	task->thread_info.tls = orig->thread_info.tls;
	memcpy(task->comm, orig->comm, sizeof(task->comm));
	memcpy(task->rlim, orig->rlim, sizeof(task->rlim));
	TAILQ_INIT(&task->children);
	init_waitqueue_head(&task->wait_child);
	init_waitqueue_head(&task->vfork_wait);
	task->start_ns = ktime_ns();
	return task;
}

void reap_dead_tasks(void)
{
	struct task_struct *task;

	/* A look without the lock: one that dies now is somebody else's. */
	while (unlikely(!TAILQ_EMPTY(&dead_tasks))) {
		task = next_dead_task();
		if (!task)
			break; /* somebody else was faster */
		free_stack(task->stack);
		kmem_cache_free(task_cache, task);
	}
}

/* ---- pids -------------------------------------------------------- */

struct task_struct *find_task(s32 pid)
{
	struct task_struct *task;

	TAILQ_FOREACH(task, &all_tasks, tasks)
		if (task->pid == pid)
			return task;
	return NULL;
}

/* Also the id of a group or session may not be given to a new task. */
static bool pid_in_use(s32 pid)
{
	const struct task_struct *task;

	TAILQ_FOREACH(task, &all_tasks, tasks)
		if (task->pid == pid || task->tgid == pid ||
		    task->pgrp == pid || task->session == pid)
			return true;
	return false;
}

/* The next free number after the last one given; 0: every one is in use. */
static s32 alloc_pid(void)
{
	for (s32 tries = 1; tries < MAX_PID; tries++) {
		last_pid = last_pid + 1 < MAX_PID ? last_pid + 1 : 1;
		if (!pid_in_use(last_pid))
			return last_pid;
	}
	return 0;
}

int link_task(struct task_struct *task)
{
	if (task_count >= MAX_TASKS)
		return -EAGAIN;
	task->pid = alloc_pid();
	if (!task->pid)
		return -EAGAIN;
	task_count++;
	atomic_inc(&task->usage);
	TAILQ_INSERT_TAIL(&all_tasks, task, tasks);
	return 0;
}

void unlink_task(struct task_struct *task)
{
	BUG_ON(task_count == 0);
	task_count--;
	TAILQ_REMOVE(&all_tasks, task, tasks);
	put_task(task);
}

u32 nr_tasks(void)
{
	return READ_ONCE(task_count);
}

struct mm_struct *get_task_mm_by_pid(s32 pid)
{
	u32 flags = tasklist_lock();
	struct task_struct *task = find_task(pid);
	struct mm_struct *mm = task ? task->thread_info.mm : NULL;

	if (mm && !mmget_not_zero(mm))
		mm = NULL;
	tasklist_unlock(flags);
	return mm;
}
