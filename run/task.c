/*
 * run/task.c - facts about the running task, and the last reference to a task.
 *
 * Owns init_task, the stack it boots on, and the list of dead tasks: a task's
 * last reference often goes where sleeping is not allowed, so its memory waits
 * in that list for reap_dead_tasks() (proc/task.c).
 */
#include <bug.h>
#include <mm_types.h>
#include <run/run.h>

/*
 * The stack that head.S boots on; aligned to twice its size like every kernel
 * stack, for the overflow test of trap/entry.S.
 */
u8 init_stack[THREAD_SIZE]
	__attribute__((section(".bss.init_stack"), aligned(2 * THREAD_SIZE)));

struct return_operations return_ops;

struct task_struct init_task = {
	.thread_info = { .active_mm = &init_mm },
	.stack = init_stack,
	.usage = ATOMIC_INIT(1),
	.state = TASK_RUNNING,
	.group_leader = &init_task,
	.parent = &init_task,
	.children = TAILQ_HEAD_INITIALIZER(init_task.children),
	.nr_threads = 1,
	.wait_child = WAIT_QUEUE_INIT(init_task.wait_child),
	.vfork_wait = WAIT_QUEUE_INIT(init_task.vfork_wait),
	.comm = "swapper",
	.on_rq = true, /* always, so that no wake-up queues it */
	.inv_weight = NICE_0_INV_WEIGHT,
	.rlim = {
		[RLIMIT_CPU] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_FSIZE] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_DATA] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_STACK] = { STACK_LIMIT, RLIM_INFINITY },
		[RLIMIT_CORE] = { 0, RLIM_INFINITY },
		[RLIMIT_RSS] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_NPROC] = { MAX_TASKS / 2, MAX_TASKS / 2 },
		[RLIMIT_NOFILE] = { 1024, 4096 },
		[RLIMIT_MEMLOCK] = { 0x800000, 0x800000 },
		[RLIMIT_AS] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_LOCKS] = { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_SIGPENDING] = { MAX_TASKS / 4, MAX_TASKS / 4 },
		[RLIMIT_MSGQUEUE] = { 819200, 819200 },
		[RLIMIT_NICE] = { 0, 0 },
		[RLIMIT_RTPRIO] = { 0, 0 },
		[RLIMIT_RTTIME] = { RLIM_INFINITY, RLIM_INFINITY },
	},
};

spinlock_t tasklist_spinlock = SPINLOCK_INIT;
static spinlock_t dead_lock = SPINLOCK_INIT; /* irqs off */
struct task_list dead_tasks = TAILQ_HEAD_INITIALIZER(
	dead_tasks); /* dead_lock */

/* ---- the running task -------------------------------------------- */

/*
 * Without a lock: a word is read whole, and a limit that changes now applies
 * from the next look on.
 */
u32 rlimit(unsigned int resource)
{
	BUG_ON(resource >= RLIM_NLIMITS);
	return current->rlim[resource].rlim_cur;
}

/* For floors that do not know task_struct. */
s32 current_pid(void)
{
	return current->pid;
}

/*
 * The flag first: is_killed() orders the two reads, kill_thread() the writes.
 */
bool fatal_signal_pending(void)
{
	return signal_pending() && is_killed(current);
}

/*
 * Kept in the task, because the interrupted call's stack frame is gone when the
 * restart comes.
 */
s32 restart_with(const struct restart_block *block)
{
	current->restart = *block;
	return -ERESTART_RESTARTBLOCK;
}

/* ---- the end of any task ----------------------------------------- */

/*
 * Never sleeps and may run with interrupts off, as finish_task_switch requires.
 */
void put_task(struct task_struct *task)
{
	u32 flags;

	if (!atomic_dec_and_test(&task->usage))
		return;
	/* A task that still has an mm has not been through exit_mm. */
	BUG_ON(task == &init_task || task->thread_info.mm);
	spin_lock_irqsave(&dead_lock, flags);
	TAILQ_INSERT_TAIL(&dead_tasks, task, tasks);
	spin_unlock_irqrestore(&dead_lock, flags);
}

/* One at a time: freeing it sleeps, and the lock has interrupts off. */
struct task_struct *next_dead_task(void)
{
	struct task_struct *task;
	u32 flags;

	spin_lock_irqsave(&dead_lock, flags);
	task = TAILQ_FIRST(&dead_tasks);
	if (task)
		TAILQ_REMOVE(&dead_tasks, task, tasks);
	spin_unlock_irqrestore(&dead_lock, flags);
	return task;
}
