/*
 * Tasks: their memory, their numbers, and the list of all of them.
 *
 * Owns task_struct and kernel stacks. A task has one reference while it may
 * run, dropped after its last switch, and one while it can be found, dropped
 * by release_task; whoever drops the last one leaves the memory to
 * reap_dead_tasks(), because the last one is often dropped where nobody may
 * sleep.
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

/* tasklist_lock: the first of each circle, and a bit for each number in use. */
#define NR_ID_BUCKETS 1024
static LIST_HEAD(, task_id) id_table[NR_ID_BUCKETS];
static u32 used_numbers[MAX_PID / 32];

struct stack_cache {
	void *stacks[NR_CACHED_STACKS]; /* irqs off */
};
static DEFINE_PER_CPU(struct stack_cache, stack_cache);

u32 tasklist_lock(void)
{
	spin_lock(&tasklist_spinlock);
	return 0;
}

void tasklist_unlock(u32 flags __unused_arg)
{
	spin_unlock(&tasklist_spinlock);
}

bool let_others_in(struct task_struct *task, u32 *flags)
{
	bool found;

	get_task(task);
	tasklist_unlock(*flags);
	cond_resched();
	*flags = tasklist_lock();
	found = find_task(task->pid) == task;
	put_task(task);
	return found;
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

void reap_dead_tasks(void)
{
	struct task_struct *task;

	/* A look without the lock: one that dies now is somebody else's. */
	while (unlikely(!TAILQ_EMPTY(&dead_tasks))) {
		task = next_dead_task();
		if (!task)
			break; /* somebody else was faster */
		free_stack(task->stack);
		put_cred(task->thread_info.cred);
		kmem_cache_free(task_cache, task);
	}
}

/* ---- pids, groups, sessions -------------------------------------- */

/* The kinds of one number are neighbours. */
static inline u32 id_key(enum id_kind kind, s32 nr)
{
	return (u32)nr * NR_ID_KINDS + kind;
}

static struct task_id *find_id(u32 key)
{
	struct task_id *id;

	LIST_FOREACH(id, &id_table[key % NR_ID_BUCKETS], hash)
		if (id->key == key)
			break;
	return id;
}

struct task_struct *find_by_id(enum id_kind kind, s32 nr)
{
	struct task_id *id = find_id(id_key(kind, nr));

	return id ? container_of(id - kind, struct task_struct, ids[0]) : NULL;
}

static inline void enter_table(struct task_id *id)
{
	LIST_INSERT_HEAD(&id_table[id->key % NR_ID_BUCKETS], id, hash);
}

void join_id(struct task_struct *task, enum id_kind kind, s32 nr,
	     struct task_struct *first)
{
	struct task_id *id = &task->ids[kind];

	id->key = id_key(kind, nr);
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

/* No task has this id any more. Has one the same number in another way? */
static void put_number(u32 key)
{
	u32 nr = key / NR_ID_KINDS;

	for (key = nr * NR_ID_KINDS; key < (nr + 1) * NR_ID_KINDS; key++)
		if (find_id(key))
			return;
	used_numbers[nr / 32] &= ~(1u << nr % 32);
}

void leave_id(struct task_struct *task, enum id_kind kind)
{
	struct task_id *id = &task->ids[kind];
	struct task_struct *next = id->next;

	next->ids[kind].prev = id->prev;
	id->prev->ids[kind].next = next;
	if (!id->hash.le_prev)
		return;
	LIST_REMOVE(id, hash);
	id->hash.le_prev = NULL;
	if (next != task)
		enter_table(&next->ids[kind]);
	else
		put_number(id->key);
}

/* The next number after the last one given that is free; 0: there is none. */
static s32 alloc_pid(void)
{
	u32 nr = (u32)last_pid + 1, free;

	for (u32 i = 0; i <= MAX_PID / 32; i++, nr = (nr | 31) + 1) {
		if (nr >= MAX_PID)
			nr = 1;
		free = ~used_numbers[nr / 32] & ~0u << nr % 32;
		if (free)
			return (s32)((nr & ~31u) + (u32)__builtin_ctz(free));
	}
	return 0;
}

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

int link_task(struct task_struct *task)
{
	if (task_count >= MAX_TASKS)
		return -EAGAIN;
	task->pid = alloc_pid();
	if (!task->pid)
		return -EAGAIN;
	last_pid = task->pid;
	forks++;
	join_id(task, ID_PID, task->pid, NULL);
	task_count++;
	atomic_inc(&task->usage);
	TAILQ_INSERT_TAIL(&all_tasks, task, tasks);
	return 0;
}

void link_leader(struct task_struct *task, struct task_struct *like)
{
	task->tgid = task->pid;
	task->group_leader = task;
	task->nr_threads = 1;
	TAILQ_INIT(&task->threads);
	TAILQ_INSERT_TAIL(&task->threads, task, thread_link);
	join_id(task, ID_PGRP, task->pgrp, like);
	join_id(task, ID_SESSION, task->session, like);
}

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
	put_task(task);
}

u32 nr_tasks(void)
{
	return READ_ONCE(task_count);
}

u32 nr_forks(void)
{
	return READ_ONCE(forks);
}

s32 last_pid_given(void)
{
	return READ_ONCE(last_pid);
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
