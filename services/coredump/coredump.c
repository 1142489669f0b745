/*
 * services/coredump/coredump.c - when a process dumps core, and to which file.
 *
 * All threads but the one that got the signal are killed, and wait at the
 * beginning of their exit, with their registers on their kernel stacks, until
 * the core is written. SIGKILL ends the dump; what was written so far stays.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <lib/printk.h>
#include <run/timer.h>
#include <services/coredump/internal.h>
#include <services/files/files.h>
#include <services/ids/ids.h>
#include <services/signal/internal.h>
#include <stdio.h>
#include <string.h>
#include <uapi/fcntl.h>

#define THREADS_AT_ONCE 16 /* killed before other tasks may run */

/*
 * All anonymous memory, and ELF headers. task->core_filter holds the difference
 * to this (by exclusive or), so that 0 in a new task means the default.
 */
#define DEFAULT_FILTER \
	(CORE_ANON_PRIVATE | CORE_ANON_SHARED | CORE_ELF_HEADERS | CORE_HUGE)

/* clang-format off */
/* tasklist_lock; the cores that are being written */
static LIST_HEAD(, core) cores = LIST_HEAD_INITIALIZER(cores);
/* clang-format on */
static struct wait_queue_head core_is_over = WAIT_QUEUE_INIT(core_is_over);

static spinlock_t pattern_lock = SPINLOCK_INIT;
static char core_pattern[CORE_PATTERN_BYTES] = "core"; /* pattern_lock */

/* ---- settings ---------------------------------------------------- */

/* Copied under the lock, so that a crash never sees half of a new pattern. */
void get_core_pattern(char *buf)
{
	spin_lock(&pattern_lock);
	strlcpy(buf, core_pattern, CORE_PATTERN_BYTES);
	spin_unlock(&pattern_lock);
}

/*
 * A pipe to a program, as Linux allows, would need a helper process of the
 * kernel.
 */
int set_core_pattern(const char *pattern)
{
	if (*pattern == '|' || strlen(pattern) >= CORE_PATTERN_BYTES)
		return -EINVAL;
	spin_lock(&pattern_lock);
	strlcpy(core_pattern, pattern, CORE_PATTERN_BYTES);
	spin_unlock(&pattern_lock);
	return 0;
}

u32 get_core_filter(const struct task_struct *task)
{
	return task->group_leader->core_filter ^ DEFAULT_FILTER;
}

void set_core_filter(struct task_struct *task, u32 filter)
{
	task->group_leader->core_filter = (u16)((filter & CORE_FILTER_MASK) ^
						DEFAULT_FILTER);
}

/* service.fork: a child inherits the filter, as on Linux. */
static int core_filter_fork(struct task_struct *child, u32 flags __unused_arg)
{
	child->core_filter = current->group_leader->core_filter;
	return 0;
}

/* ---- the other threads ------------------------------------------- */

/* The core that leader's process is dumping, or NULL. Hold tasklist_lock. */
static struct core *core_of(const struct task_struct *leader)
{
	struct core *core;

	LIST_FOREACH(core, &cores, link)
		if (core->task->group_leader == leader)
			break;
	return core;
}

/* The condition for which parked threads wait. */
static bool is_leaving_core(const struct task_struct *leader)
{
	u32 flags = tasklist_lock();
	bool leaves = core_of(leader);

	tasklist_unlock(flags);
	return leaves;
}

/*
 * Makes an exiting thread wait until its process's core is written, so that its
 * registers and the memory stay.
 */
static void park(struct task_struct *task)
{
	u32 flags = tasklist_lock();
	struct core *core = core_of(task->group_leader);
	bool waits = core && core->task != task;

	if (waits) {
		/*
		 * notes.c reads the VFP registers from the task, not from the
		 * core.
		 */
		vfp_save_current();
		core->parked++;
	}
	tasklist_unlock(flags);
	if (!waits)
		return;
	wait_event(&core_is_over, !is_leaving_core(task->group_leader));
}

/*
 * service.exit_early. Checked without the lock first, because nearly no exit is
 * part of a dump; an entry of the own process is there before this thread was
 * killed.
 */
static void coredump_exit(struct task_struct *task)
{
	if (unlikely(!LIST_EMPTY(&cores)))
		park(task);
}

/*
 * Whether the dump must end early: the process was killed, or another task
 * waits for its memory.
 */
static bool is_unwanted(const struct core *core)
{
	return READ_ONCE(core->task->group_leader->group_exit_code) ==
		SIGKILL ||
		fatal_signal_pending() || core->task->thread_info.mm->oom_since;
}

/* Whether every other thread that still has memory waits in park(). */
static bool all_parked(const struct core *core)
{
	u32 flags = tasklist_lock(), others = 0;
	const struct task_struct *task;

	for_each_thread(task, core->task->group_leader)
		others += task != core->task && task->thread_info.mm;
	tasklist_unlock(flags);
	return READ_ONCE(core->parked) == others;
}

/*
 * Begins the group's death and kills the other threads. False: the group is
 * dying or executing already. Hold tasklist_lock with *flags; it may be
 * released in between.
 */
static bool stop_others(struct core *core, u32 *flags)
{
	struct task_struct *leader = core->task->group_leader, *task;
	u32 n = 0;

	if (leader->group_exit || leader->group_exec)
		return false;
	leader->group_exit = true;
	leader->group_exit_code = (u32)core->info->signo;
	leader->leaves_core = true;
	/* The loop below kills all; no thread's exit may kill this task. */
	leader->all_told = true;
	/*
	 * Before the first kill: a killed thread looks for the core when it
	 * exits.
	 */
	LIST_INSERT_HEAD(&cores, core, link);
	for_each_thread(task, leader) {
		if (task != core->task && task->state < TASK_ZOMBIE &&
		    !task->killed)
			kill_thread(task);
		if (++n % THREADS_AT_ONCE == 0 && !let_others_in(task, flags))
			/*
			 * The thread has left the list while the lock was
			 * released: start again.
			 */
			task = leader;
	}
	return true;
}

/*
 * Checks once a tick: a thread may sleep in the kernel for some time before
 * it exits, and a dump is rare.
 */
static void wait_for_others(struct core *core)
{
	while (!all_parked(core) && !is_unwanted(core)) {
		set_current_state(TASK_KILLABLE);
		schedule_timeout(TICK_NSEC);
	}
}

/* Ends the wait of the parked threads. left: a core was written. */
static void let_others_go(struct core *core, bool left)
{
	u32 flags = tasklist_lock();

	LIST_REMOVE(core, link);
	core->task->group_leader->leaves_core = false;
	if (left && !is_unwanted(core))
		/* wait(2) reports this bit as WCOREDUMP. */
		core->task->group_leader->group_exit_code |= 0x80;
	tasklist_unlock(flags);
	wake_up(&core_is_over);
}

/* ---- the file ---------------------------------------------------- */

bool core_write(struct core *core, const void *buf, u32 bytes)
{
	const char *from = buf;
	s32 n;

	if (core->pos + bytes > core->limit)
		return false;
	for (; bytes; bytes -= (u32)n, from += n) {
		cond_resched();
		/* At each step, as the file may be large. */
		if (is_unwanted(core))
			return false;
		n = core->file->f_op->kernel_write(core->file, from, bytes,
						   &core->pos);
		if (n <= 0)
			return false;
	}
	return true;
}

bool core_skip(struct core *core, u32 bytes)
{
	if (core->pos + bytes > core->limit || is_unwanted(core))
		return false;
	core->pos += bytes;
	cond_resched();
	return true;
}

/*
 * Writes what % and this letter stand for; nothing for a letter that Linux does
 * not know either.
 */
static void expand(const struct core *core, char letter, char *buf, u32 bytes)
{
	u32 nsec;

	*buf = '\0';
	if (letter == 'p' || letter == 'P')
		snprintf(buf, bytes, "%d", (int)core->task->tgid);
	else if (letter == 'i' || letter == 'I')
		snprintf(buf, bytes, "%d", (int)core->task->pid);
	else if (letter == 's')
		snprintf(buf, bytes, "%d", core->info->signo);
	else if (letter == 'u')
		snprintf(buf, bytes, "%u", (unsigned int)current_cred()->uid);
	else if (letter == 'g')
		snprintf(buf, bytes, "%u", (unsigned int)current_cred()->gid);
	else if (letter == 't')
		snprintf(buf, bytes, "%u",
			 (unsigned int)split_seconds(wall_clock_ns(), &nsec));
	else if (letter == 'e')
		strlcpy(buf, core->task->comm, bytes);
	else if (letter == '%')
		strlcpy(buf, "%", bytes);
	/* A program's name must not choose the directory, as Linux. */
	for (; letter == 'e' && *buf; buf++)
		if (*buf == '/')
			*buf = '!';
}

/*
 * Expands the pattern to buf, of CORE_PATTERN_BYTES bytes; a name that is too
 * long is cut.
 */
static void make_name(const struct core *core, char *buf)
{
	char pattern[CORE_PATTERN_BYTES], word[TASK_COMM_LEN];
	u32 n = 0;

	get_core_pattern(pattern);
	for (const char *p = pattern; *p && n < CORE_PATTERN_BYTES - 1; p++) {
		if (*p != '%') {
			buf[n++] = *p;
			continue;
		}
		/* A % at the end stands for nothing. */
		if (!*++p)
			break;
		expand(core, *p, word, sizeof(word));
		buf[n] = '\0';
		n = min(strlcat(buf, word, CORE_PATTERN_BYTES),
			CORE_PATTERN_BYTES - 1u);
	}
	buf[n] = '\0';
}

/* Makes a new file in the place of one of that name. 0 or -errno. */
static int open_core(struct core *core)
{
	char name[CORE_PATTERN_BYTES];
	int err;

	make_name(core, name);
	/*
	 * An existing file may be a link to, or be mapped by, another user's
	 * program; it must not be written to.
	 */
	err = do_unlinkat(AT_FDCWD, name, false);
	if (err && err != -ENOENT)
		return err;
	err = files_open(AT_FDCWD, name,
			 O_CREAT | O_EXCL | O_RDWR | O_LARGEFILE, 0600,
			 &core->file);
	if (!err && !core->file->f_op->kernel_write) {
		fput(core->file);
		err = -EINVAL;
	}
	return err;
}

/* ---- the ELF ----------------------------------------------------- */

/*
 * Writes the ELF header, the program headers and the notes. The memory follows
 * at a page's border, as debuggers map it.
 */
static bool write_headers(struct core *core)
{
	u32 notes_at = (u32)(sizeof(Elf32_Ehdr) +
			     (core->nr_vmas + 1) * sizeof(Elf32_Phdr));
	u32 at = ALIGN_UP(notes_at + core->note_bytes, PAGE_SIZE);
	const Elf32_Ehdr head = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32,
			     ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_CORE,
		.e_machine = EM_ARM,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(head),
		.e_ehsize = sizeof(head),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = (Elf32_Half)(core->nr_vmas + 1),
	};
	Elf32_Phdr part = {
		.p_type = PT_NOTE,
		.p_offset = notes_at,
		.p_filesz = core->note_bytes,
	};

	if (!core_write(core, &head, sizeof(head)) ||
	    !core_write(core, &part, sizeof(part)))
		return false;
	for (u32 i = 0; i < core->nr_vmas; i++) {
		const struct core_vma *vma = &core->vmas[i];

		part = (Elf32_Phdr){
			.p_type = PT_LOAD,
			.p_offset = at,
			.p_vaddr = vma->start,
			.p_filesz = vma->dumped,
			.p_memsz = vma->end - vma->start,
			.p_flags = (vma->flags & VM_READ ? PF_R : 0u) |
				(vma->flags & VM_WRITE ? PF_W : 0u) |
				(vma->flags & VM_EXEC ? PF_X : 0u),
			.p_align = PAGE_SIZE,
		};
		at += vma->dumped;
		if (!core_write(core, &part, sizeof(part)))
			return false;
	}
	return core_write(core, core->notes, core->note_bytes) &&
		core_skip(core,
			  ALIGN_UP((u32)core->pos, PAGE_SIZE) - (u32)core->pos);
}

/*
 * True if there is at least the beginning of a core, which Linux counts as one,
 * too.
 */
static bool write_core(struct core *core)
{
	if (core_vmas(core) || core_notes(core))
		return false;
	/*
	 * Zeroes at the end were skipped and not written, so the size is set to
	 * include them. Whatever fails here, there is a core.
	 */
	return !write_headers(core) || !core_memory(core) ||
		core->pos <= i_size_read(core->file->f_inode) ||
		!do_truncate(core->file->f_inode, core->pos);
}

/* The file, the notes and the copies of VMAs. */
static void free_core(struct core *core)
{
	for (u32 i = 0; i < core->nr_vmas; i++)
		if (core->vmas[i].file)
			fput(core->vmas[i].file);
	vfree(core->vmas);
	vfree(core->notes);
	fput(core->file);
}

/*
 * service.leave_core: dumps the running task's process, which a signal ends,
 * and sets the group's exit status.
 */
static void coredump(const struct kernel_siginfo *info)
{
	struct core core = {
		.info = info,
		.task = current,
		.limit = min(rlimit(RLIMIT_CORE), rlimit(RLIMIT_FSIZE)),
	};
	bool stopped, left = false;
	u32 flags;

	/*
	 * The limit is 0 until a program raises it. A set-uid program's memory
	 * may hold secrets of its owner.
	 */
	if (core.limit < PAGE_SIZE || current_thread_info()->mm->not_dumpable)
		return;
	flags = tasklist_lock();
	stopped = stop_others(&core, &flags);
	tasklist_unlock(flags);
	/* The cause of the other death is what wait(2) reports. */
	if (!stopped)
		return;
	wait_for_others(&core);
	/*
	 * Opened by the crashed task itself, so its own permissions and working
	 * directory apply.
	 */
	if (!is_unwanted(&core) && !open_core(&core)) {
		left = write_core(&core);
		free_core(&core);
	}
	let_others_go(&core, left);
}

/* ---- the row ----------------------------------------------------- */

/*
 * service.fault_signal, after the service of signals: no handler has taken the
 * signal. False: the task ends as without a core.
 */
static bool coredump_fault(struct fault_signal *fault)
{
	const struct kernel_siginfo info = {
		.signo = fault->sig,
		.code = fault->code,
		.addr = fault->addr,
	};

	coredump(&info);
	return false;
}

const struct service coredump_service = {
	.fork = core_filter_fork,
	.exit_early = coredump_exit,
	.fault_signal = coredump_fault,
	.leave_core = coredump,
};
