/*
 * Commands at the console: BREAK and a letter, as Linux's magic SysRq. Owns
 * nothing.
 *
 * They run in the UART's interrupt, with interrupts off, so a board on which no
 * program runs any more still reacts, as long as interrupts are handled. On a
 * line of 38400 baud the output takes 15 ms per line.
 */
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <lib/backtrace.h>
#include <lib/printk.h>

/* Prints one task's state and where it is. Hold tasklist_lock. */
static void show_task(const struct task_struct *task)
{
	/* KERN_EMERG, so that no console level hides an answer. */
	pr_emerg("%s, pid %d, parent %d: %s%s\n", task->comm, (int)task->pid,
		 (int)task->ppid, task_state_name(task->state),
		 task == current ? ", on the core" : "");
	/* A program's own stack is not walked: its words may be anything. */
	if (task == current && irq_regs && user_mode(irq_regs))
		pr_emerg("  in user mode, at %08x\n",
			 (unsigned int)irq_regs->pc);
	else if (task->state < TASK_ZOMBIE)
		dump_task(task);
}

/* Returns true if only an event, or in TASK_KILLABLE a kill, can wake task. */
static bool is_blocked(const struct task_struct *task)
{
	return task->state == TASK_KILLABLE ||
		task->state == TASK_UNINTERRUPTIBLE;
}

/* Prints all tasks, or only those that are blocked. */
static void show_tasks(bool blocked)
{
	u32 flags = tasklist_lock();
	struct task_struct *task;
	bool found = false;

	/*
	 * All at once, however many there are: nothing else can run before this
	 * interrupt ends.
	 */
	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (blocked && !is_blocked(task))
			continue;
		show_task(task);
		found = true;
	}
	tasklist_unlock(flags);
	if (!found)
		pr_emerg("no task is blocked\n");
}

/*
 * Prints how much memory is in use, and for what. Takes no lock: the numbers
 * are single words.
 */
static void show_memory(void)
{
	pr_emerg("memory: %u of %u pages free\n", (unsigned int)nr_free_pages(),
		 (unsigned int)totalram_pages());
	pr_emerg("  programs %u, files %u, slabs %u, page tables %u, "
		 "vmalloc %u\n",
		 (unsigned int)nr_pages_used(USE_MAPPED_ANON),
		 (unsigned int)nr_pages_used(USE_CACHE),
		 (unsigned int)nr_pages_used(USE_SLAB),
		 (unsigned int)nr_pages_used(USE_TABLE),
		 (unsigned int)nr_pages_used(USE_VMALLOC));
	pr_emerg("  %u tasks; %u processes killed because memory ran out\n",
		 (unsigned int)nr_tasks(), (unsigned int)nr_oom_kills());
}

/*
 * Prints the locks of task's mm that are held. Returns true if there was one.
 * Reads the words of the locks only, since waiting for them here would hang.
 */
static bool show_locks_of(const struct task_struct *task)
{
	const struct mm_struct *mm = task->thread_info.mm;
	u32 word, holder;
	char where[64];

	if (!mm) /* a kernel thread, or a process that has ended */
		return false;
	/* A held spinlock has the address of the code that took it. */
	word = (u32)atomic_read(&mm->mmap_lock.count);
	holder = mm->page_table_lock.held;
	if (word)
		pr_emerg("mmap_lock of %s, pid %d: %u writers and %u readers\n"
			 "  hold it; %u writers and %u readers wait\n",
			 task->comm, (int)task->pid,
			 (unsigned int)rwsem_is_write_locked(&mm->mmap_lock),
			 (unsigned int)((word & ~(u32)RWSEM_WRITER) /
					RWSEM_READER),
			 (unsigned int)mm->mmap_lock.writers_waiting,
			 (unsigned int)mm->mmap_lock.readers_waiting);
	if (holder) {
		format_symbol(holder, where, sizeof(where));
		pr_emerg("page_table_lock of %s, pid %d: %s took it\n",
			 task->comm, (int)task->pid, where);
	}
	return word || holder;
}

/*
 * mmap_lock and page_table_lock of each process, read without waiting for them.
 */
void show_locks(void)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task;
	bool found = false;

	/* Threads share the mm of their leader: one report is enough. */
	TAILQ_FOREACH(task, &all_tasks, tasks)
		if (task == task->group_leader)
			found |= show_locks_of(task);
	tasklist_unlock(flags);
	if (!found)
		pr_emerg("no process's mmap_lock or page_table_lock is held\n");
}

void answer_key(u8 letter)
{
	/*
	 * The interrupted task may hold tasklist_lock, so waiting for it would
	 * deadlock. m needs no lock.
	 */
	if (letter != 'm' && READ_ONCE(tasklist_spinlock.held))
		letter = 0;
	switch (letter) {
	case 0:
		pr_emerg(
			"the list of tasks is locked just now: repeat the command\n");
		break;
	case 't':
		show_tasks(false);
		break;
	case 'w':
		show_tasks(true);
		break;
	case 'm':
		show_memory();
		break;
	case 'l':
		show_locks();
		break;
	/* h has no case of its own: any other letter gets the help, too. */
	default:
		pr_emerg("commands after BREAK: t all tasks, w blocked tasks, "
			 "m memory, l locks, h help\n");
	}
}
