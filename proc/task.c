/*
 * Tasks: their memory, their numbers, and the list of all of them.
 *
 * Owns task_struct and kernel stacks. A task has one reference while it may
 * run, dropped after its last switch, and one while it can be found, dropped by
 * release_task. The last reference often goes where sleeping is not allowed, so
 * put_task() only queues the task, and reap_dead_tasks() frees its memory.
 */
#include <cred.h>
#include <percpu.h>
#include <proc/internal.h>
#include <string.h>

/* Stacks kept for the next fork: mapping a new one costs a page-table walk. */
#define NR_CACHED_STACKS 2

static_assert(offsetof(struct task_struct, context) == 36,
	      "run/switch.S counts on it");

static struct kmem_cache *task_cache;
struct task_list all_tasks = TAILQ_HEAD_INITIALIZER(all_tasks);
static u32 task_count; /* tasklist_lock */
static s32 last_pid;   /* tasklist_lock */
static u32 forks;      /* tasklist_lock */

/*
 * tasklist_lock. The table has the first task of each circle of equal ids;
 * used_numbers has a bit for each number in use.
 */
#define NR_ID_BUCKETS 1024
static LIST_HEAD(, task_id) id_table[NR_ID_BUCKETS];
static u32 used_numbers[MAX_PID / 32];

struct stack_cache {
	void *stacks[NR_CACHED_STACKS]; /* irqs off */
};
static DEFINE_PER_CPU(struct stack_cache, stack_cache);

/*
 * Returns 0 in place of flags: interrupts stay on, because walks under this
 * lock may be long. The callers keep Linux's shape.
 */
u32 tasklist_lock(void)
{
	spin_lock(&tasklist_spinlock);
	return 0;
}

/* Takes what tasklist_lock returned. */
void tasklist_unlock(u32 flags __unused_arg)
{
	spin_unlock(&tasklist_spinlock);
}

/*
 * Lets other tasks run in the middle of a walk. The walk may continue at task
 * only if it is still findable under its pid; a task that was released
 * meanwhile has left the list.
 */
bool let_others_in(struct task_struct *task, u32 *flags)
{
	bool found;

	/*
	 * The reference keeps the memory, so that the pointer can be compared
	 * afterwards.
	 */
	get_task(task);
	tasklist_unlock(*flags);
	cond_resched();
	*flags = tasklist_lock();
	found = find_task(task->pid) == task;
	/* The list holds a reference of its own if task was found. */
	put_task(task);
	return found;
}

/*
 * Returns a kernel stack of THREAD_SIZE bytes, or NULL if memory is out. May
 * sleep.
 */
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
	/*
	 * Aligned to twice its size, so that an overflow shows in the bit
	 * THREAD_SIZE of sp (trap/entry.S).
	 */
	return vmalloc_aligned(THREAD_SIZE, 2 * THREAD_SIZE, GFP_KERNEL,
			       "stack");
}

/*
 * Keeps the stack for the next fork if there is room, else unmaps it. May
 * sleep.
 */
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
	/* After interrupts are on again; NULL if the stack was kept. */
	vfree(stack);
}

/* SLAB_PANIC: without tasks there is nothing to boot. */
void proc_caches_init(void)
{
	task_cache = kmem_cache_create("task_struct",
				       sizeof(struct task_struct), 0,
				       SLAB_HWCACHE_ALIGN | SLAB_PANIC, NULL);
}

/*
 * Copies what a child always inherits; what the flags of clone decide is copied
 * in fork.c. orig is current or init_task and does not change meanwhile.
 */
struct task_struct *dup_task_struct(const struct task_struct *orig)
{
	struct task_struct *task = kmem_cache_alloc(task_cache, GFP_KERNEL);

	if (!task)
		return NULL;
	/*
	 * Not all: what lies behind is large and written below or before its
	 * use.
	 */
	memset(task, 0, TASK_ZEROED);
	/* Not cleared above, and tested before anything else of vfp. */
	task->vfp.used = false;
	task->stack = alloc_stack();
	if (!task->stack) {
		kmem_cache_free(task_cache, task);
		return NULL;
	}
	atomic_set(&task->usage, 1);
	/* Only wake_up_new_task may start it: no signal wakes this state. */
	task->state = TASK_UNINTERRUPTIBLE;
	task->pgrp = orig->pgrp;
	task->session = orig->session;
	task->left_tty = orig->left_tty;
	task->thread_info.tls = orig->thread_info.tls;
	task->thread_info.personality = orig->thread_info.personality;
	task->thread_info.cred = get_cred(orig->thread_info.cred);
	task->inv_weight = orig->inv_weight;
	task->nice = orig->nice;
	memcpy(task->comm, orig->comm, sizeof(task->comm));
	memcpy(task->rlim, orig->rlim, sizeof(task->rlim));
	TAILQ_INIT(&task->children);
	init_waitqueue_head(&task->wait_child);
	init_waitqueue_head(&task->vfork_wait);
	task->start_ns = ktime_ns();
	return task;
}

/*
 * Frees the memory of tasks whose last reference is gone. May sleep, because
 * vfree does.
 */
void reap_dead_tasks(void)
{
	struct task_struct *task;

	/*
	 * Without the lock: if a task dies right now, the next call frees it.
	 */
	while (unlikely(!TAILQ_EMPTY(&dead_tasks))) {
		task = next_dead_task();
		if (!task)
			break; /* another caller was faster */
		/*
		 * Nothing runs on it: finish_task_switch dropped the last
		 * reference.
		 */
		free_stack(task->stack);
		put_cred(task->thread_info.cred);
		kmem_cache_free(task_cache, task);
	}
}

/* ---- pids, groups, sessions -------------------------------------- */

/*
 * The keys of one number's kinds are neighbours, so that put_number can try
 * them all.
 */
static inline u32 id_key(enum id_kind kind, s32 nr)
{
	return (u32)nr * NR_ID_KINDS + kind;
}

/*
 * Returns the entry of the hash table with this key, or NULL. Hold
 * tasklist_lock, as for all functions of this part.
 */
static struct task_id *find_id(u32 key)
{
	struct task_id *id;

	LIST_FOREACH(id, &id_table[key % NR_ID_BUCKETS], hash)
		if (id->key == key)
			break;
	return id;
}

/*
 * The table links entries; container_of of ids[0] leads back to the task,
 * whichever kind was found.
 */
struct task_struct *find_by_id(enum id_kind kind, s32 nr)
{
	struct task_id *id = find_id(id_key(kind, nr));

	/* ids[] has one entry for each kind, so id - kind is ids[0]. */
	return id ? container_of(id - kind, struct task_struct, ids[0]) : NULL;
}

/* For the one task of a circle that represents it in the table. */
static inline void enter_table(struct task_id *id)
{
	LIST_INSERT_HEAD(&id_table[id->key % NR_ID_BUCKETS], id, hash);
}

/*
 * A circle per number instead of one list of all tasks: killpg to a small group
 * then does not walk over thousands.
 */
void join_id(struct task_struct *task, enum id_kind kind, s32 nr,
	     struct task_struct *first)
{
	struct task_id *id = &task->ids[kind];

	id->key = id_key(kind, nr);
	/* A circle of one, until it is linked into first's. */
	id->next = id->prev = task;
	if (first) {
		id->next = first;
		id->prev = first->ids[kind].prev;
		id->prev->ids[kind].next = first->ids[kind].prev = task;
	} else {
		enter_table(id);
		used_numbers[nr / 32] |= 1u << nr % 32;
	}
}

/*
 * The last task with this id is gone. The number becomes free unless a task
 * still has it as an id of another kind: a group may outlive its leader, and
 * its number must not become a new process's pid.
 */
static void put_number(u32 key)
{
	u32 nr = key / NR_ID_KINDS;

	for (key = nr * NR_ID_KINDS; key < (nr + 1) * NR_ID_KINDS; key++)
		if (find_id(key))
			return;
	used_numbers[nr / 32] &= ~(1u << nr % 32);
}

/*
 * If the leaving task represented the circle in the table, the next task takes
 * over.
 */
void leave_id(struct task_struct *task, enum id_kind kind)
{
	struct task_id *id = &task->ids[kind];
	struct task_struct *next = id->next;

	next->ids[kind].prev = id->prev;
	id->prev->ids[kind].next = next;
	/* Not in the table: another task represents the circle. */
	if (!id->hash.le_prev)
		return;
	LIST_REMOVE(id, hash);
	/* Marks it as outside the table, for a later leave_id. */
	id->hash.le_prev = NULL;
	if (next != task)
		enter_table(&next->ids[kind]);
	else
		put_number(id->key);
}

/*
 * Returns the next free number after the last one given, or 0 if there is none.
 * Going round instead of taking the lowest keeps a pid that was just freed from
 * naming another process soon.
 */
static s32 alloc_pid(void)
{
	u32 nr = (u32)last_pid + 1, free;

	for (u32 i = 0; i <= MAX_PID / 32; i++, nr = (nr | 31) + 1) {
		/* 1 and not 0: number 0 belongs to the idle task. */
		if (nr >= MAX_PID)
			nr = 1;
		/* 32 numbers at a time; bits below nr are masked off. */
		free = ~used_numbers[nr / 32] & ~0u << nr % 32;
		if (free)
			return (s32)((nr & ~31u) + (u32)__builtin_ctz(free));
	}
	return 0;
}

/*
 * For walks over /proc, which drop the lock between calls: a number is a place
 * that survives its task.
 */
s32 next_number(s32 from)
{
	u32 used;

	for (u32 nr = (u32)from; nr < MAX_PID; nr = (nr | 31) + 1) {
		used = used_numbers[nr / 32] & ~0u << nr % 32;
		if (used)
			return (s32)((nr & ~31u) + (u32)__builtin_ctz(used));
	}
	return 0;
}

/*
 * From here on other tasks can find this one. Everything that can fail comes
 * before the first change.
 */
int link_task(struct task_struct *task)
{
	if (task_count >= MAX_TASKS)
		return -EAGAIN;
	/* Cannot fail below MAX_TASKS: a task keeps three numbers at most. */
	task->pid = alloc_pid();
	if (!task->pid)
		return -EAGAIN;
	last_pid = task->pid;
	forks++;
	join_id(task, ID_PID, task->pid, NULL);
	task_count++;
	/* The reference of being findable; unlink_task drops it. */
	atomic_inc(&task->usage);
	TAILQ_INSERT_TAIL(&all_tasks, task, tasks);
	return 0;
}

/*
 * A thread group of one. Its group and session were copied from the parent, and
 * like is already a member of both.
 */
void link_leader(struct task_struct *task, struct task_struct *like)
{
	task->tgid = task->pid;
	task->group_leader = task;
	/* release_task counts it down for the leader, too. */
	task->nr_threads = 1;
	TAILQ_INIT(&task->threads);
	TAILQ_INSERT_TAIL(&task->threads, task, thread_link);
	join_id(task, ID_PGRP, task->pgrp, like);
	join_id(task, ID_SESSION, task->session, like);
}

/*
 * Called once, by release_task. A leader also leaves its group and session,
 * which other threads are not in.
 */
void unlink_task(struct task_struct *task)
{
	BUG_ON(task_count == 0);
	task_count--;
	TAILQ_REMOVE(&all_tasks, task, tasks);
	TAILQ_REMOVE(&task->group_leader->threads, task, thread_link);
	if (task == task->group_leader) {
		leave_id(task, ID_SESSION);
		leave_id(task, ID_PGRP);
	}
	leave_id(task, ID_PID);
	/* Last: task may be gone afterwards. */
	put_task(task);
}

/*
 * A word read without the lock: the count may be old by the time it is printed
 * anyway.
 */
u32 nr_tasks(void)
{
	return READ_ONCE(task_count);
}

/* For /proc/stat, whose line "processes" counts since boot. */
u32 nr_forks(void)
{
	return READ_ONCE(forks);
}

/* For /proc/loadavg. */
s32 last_pid_given(void)
{
	return READ_ONCE(last_pid);
}

/*
 * The lock keeps the task from leaving its mm between the look and the
 * reference; mmget_not_zero refuses an mm whose last user is gone.
 */
struct mm_struct *get_task_mm_by_pid(s32 pid)
{
	u32 flags = tasklist_lock();
	struct task_struct *task = find_task(pid);
	struct mm_struct *mm = task ? task->thread_info.mm : NULL;

	/* mm_users may be 0 already while the task still points to it. */
	if (mm && !mmget_not_zero(mm))
		mm = NULL;
	tasklist_unlock(flags);
	return mm;
}
