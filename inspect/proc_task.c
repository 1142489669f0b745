/*
 * inspect/proc_task.c - a process, in Linux's formats: status, stat, statm,
 * cmdline, comm, exe, environ, auxv, limits.
 */
#include <inspect/inspect.h>
#include <inspect/internal.h>
#include <services/files/files.h>
#include <services/signal/signal.h>
#include <services/tty/tty.h>
#include <stdio.h>
#include <string.h>
#include <uapi/auxvec.h>

/* ---- a task at one moment ---------------------------------------- */

struct task_facts {
	char comm[TASK_COMM_LEN];
	enum task_state state;
	s32 pid, tgid, ppid, pgrp, session, nice;
	bool left_tty;
	u32 threads, exit_signal, exit_code;
	struct task_usage use, child_use; /* of the whole process */
	struct signal_facts signals;
	u32 nr_fds; /* size of the table of descriptors */
	bool has_umask;
	u32 umask;
	u64 start_ns;
};

/* Hold tasklist_lock, under which a task that exits drops these. */
static void get_file_facts(const struct thread_info *ti,
			   struct task_facts *facts)
{
	if (ti->files)
		facts->nr_fds = files_size(ti->files);
	facts->has_umask = ti->fs;
	if (ti->fs)
		facts->umask = fs_umask(ti->fs);
}

/* Copies all facts about task pid at one moment: 0, or -ESRCH if it is gone. */
static int get_facts(s32 pid, struct task_facts *facts)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(pid), *leader;

	if (task) {
		/* One hold of the lock: the numbers must belong together. */
		leader = task->group_leader;
		*facts = (struct task_facts){
			.state = task->state,
			.pid = task->pid,
			.tgid = task->tgid,
			.ppid = leader->parent ? leader->parent->tgid : 0,
			.pgrp = leader->pgrp,
			.session = leader->session,
			.left_tty = leader->left_tty,
			.nice = task->nice,
			.threads = leader->nr_threads,
			.exit_signal = task->exit_signal,
			.exit_code = task->exit_code,
			.child_use = leader->child_use,
			.start_ns = task->start_ns,
		};
		memcpy(facts->comm, task->comm, TASK_COMM_LEN);
		/* With the threads that have ended already. */
		group_usage(leader, &facts->use);
		get_file_facts(&task->thread_info, facts);
		get_signal_facts(task, &facts->signals);
	}
	tasklist_unlock(flags);
	return task ? 0 : -ESRCH;
}

static const struct {
	char letter;
	const char *name;
} states[] = {
	[TASK_RUNNING] = { 'R', "running" },
	[TASK_INTERRUPTIBLE] = { 'S', "sleeping" },
	[TASK_KILLABLE] = { 'D', "disk sleep" },
	[TASK_UNINTERRUPTIBLE] = { 'D', "disk sleep" },
	[TASK_STOPPED] = { 'T', "stopped" },
	[TASK_ZOMBIE] = { 'Z', "zombie" },
	[TASK_DEAD] = { 'X', "dead" },
};

const char *task_state_name(enum task_state state)
{
	return states[state].name;
}

/* ---- its memory at one moment, in pages -------------------------- */

struct mm_facts {
	u32 total, peak, locked, data, stack, exec, ptes;
	u32 rss, hiwater, anon, file, shmem;
	u32 text; /* of the program without its libraries */
	u32 start_code, end_code, start_stack, start_data, end_data;
	u32 start_brk, arg_start, arg_end, env_start, env_end;
};

/* Copies all facts about mm at one moment. */
static void read_mm(struct mm_struct *mm, struct mm_facts *f)
{
	down_read(&mm->mmap_lock);
	*f = (struct mm_facts){
		.total = mm->total_vm,
		/* hiwater_vm is noted only when total_vm is about to fall. */
		.peak = max(mm->hiwater_vm, mm->total_vm),
		.locked = mm->locked_vm,
		.data = mm->data_vm,
		.stack = mm->stack_vm,
		.exec = mm->exec_vm,
		.ptes = mm->nr_ptes,
		.rss = get_mm_rss(mm),
		.hiwater = get_mm_hiwater_rss(mm),
		.anon = mm->rss[MM_ANONPAGES],
		.file = mm->rss[MM_FILEPAGES],
		.shmem = mm->rss[MM_SHMEMPAGES],
		.text = (ALIGN_UP(mm->end_code, PAGE_SIZE) -
			 ALIGN_DOWN(mm->start_code, PAGE_SIZE)) >>
			PAGE_SHIFT,
		.start_code = mm->start_code,
		.end_code = mm->end_code,
		.start_stack = mm->start_stack,
		.start_data = mm->start_data,
		.end_data = mm->end_data,
		.start_brk = mm->start_brk,
		.arg_start = mm->arg_start,
		.arg_end = mm->arg_end,
		.env_start = mm->env_start,
		.env_end = mm->env_end,
	};
	up_read(&mm->mmap_lock);
}

/*
 * Fills *f, with zeros (and *has_mm false) for a task without mm. 0 or -ESRCH.
 */
static int get_mm_facts(s32 pid, struct mm_facts *f, bool *has_mm)
{
	struct mm_struct *mm;
	int err = get_mm_of(pid, &mm);

	if (err)
		return err;
	memset(f, 0, sizeof(*f));
	*has_mm = mm;
	if (mm) {
		read_mm(mm, f);
		mmput(mm);
	}
	return 0;
}

/* One after the other: an execve may come in between. */
static int get_all_facts(s32 pid, struct task_facts *task, struct mm_facts *mm,
			 bool *has_mm)
{
	int err = get_facts(pid, task);

	return err ? err : get_mm_facts(pid, mm, has_mm);
}

/* ---- status ------------------------------------------------------ */

/* Shows a name and a number; seq_printf() takes ten times as long. */
static void show_number(struct seq_file *m, const char *name, u32 value)
{
	seq_puts(m, name);
	seq_put_dec(m, value, 1);
}

/* Shows a line of status in kB. */
static void show_kib(struct seq_file *m, const char *name, u32 kib)
{
	seq_puts(m, name);
	seq_putc(m, '\t');
	seq_put_dec(m, kib, 8);
	seq_puts(m, " kB\n");
}

/* The lines from VmPeak to VmSwap, which a process without mm lacks. */
static void show_status_mm(struct seq_file *m, const struct mm_facts *f)
{
	const u32 page_kib = PAGE_SIZE / 1024;

	show_kib(m, "VmPeak:", f->peak * page_kib);
	show_kib(m, "VmSize:", f->total * page_kib);
	show_kib(m, "VmLck:", f->locked * page_kib);
	show_kib(m, "VmPin:", 0); /* pages are pinned for DMA, unused here */
	show_kib(m, "VmHWM:", f->hiwater * page_kib);
	show_kib(m, "VmRSS:", f->rss * page_kib);
	show_kib(m, "RssAnon:", f->anon * page_kib);
	show_kib(m, "RssFile:", f->file * page_kib);
	show_kib(m, "RssShmem:", f->shmem * page_kib);
	show_kib(m, "VmData:", f->data * page_kib);
	show_kib(m, "VmStk:", f->stack * page_kib);
	show_kib(m, "VmExe:", f->text * page_kib);
	/* A program may have made its text non-executable. */
	show_kib(m, "VmLib:",
		 f->exec > f->text ? (f->exec - f->text) * page_kib : 0);
	/* A second-level table has 256 entries of four bytes. */
	show_kib(m, "VmPTE:", f->ptes * (PTRS_PER_PTE * 4 / 1024));
	show_kib(m, "VmSwap:", 0);
}

/* Shows a set of signals or capabilities as 16 hexadecimal digits. */
static void show_set(struct seq_file *m, const char *name, u64 set)
{
	seq_puts(m, name);
	seq_putc(m, '\t');
	seq_put_hex(m, (u32)(set >> 32), 8);
	seq_put_hex(m, (u32)set, 8);
	seq_putc(m, '\n');
}

static void show_status_signals(struct seq_file *m, u32 uid,
				const struct signal_facts *f)
{
	show_number(m, "SigQ:\t", count_pending_signals(uid));
	show_number(m, "/", f->max_pending);
	seq_putc(m, '\n');
	show_set(m, "SigPnd:", f->pending);
	show_set(m, "ShdPnd:", f->shared);
	show_set(m, "SigBlk:", f->blocked);
	show_set(m, "SigIgn:", f->ignored);
	show_set(m, "SigCgt:", f->caught);
}

/*
 * Returns task pid's cred with a reference; NULL: root's, or the task is gone.
 */
static const struct cred *task_cred(s32 pid)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(pid);
	const struct cred *cred = task ? get_cred(task->thread_info.cred) :
					 NULL;

	tasklist_unlock(flags);
	return cred;
}

static void show_status_ids(struct seq_file *m, const struct cred *cred,
			    u32 nr_fds)
{
	/* Nothing traces a task: there is no ptrace(). */
	show_number(m, "\nTracerPid:\t0\nUid:\t", cred->uid);
	show_number(m, "\t", cred->euid);
	show_number(m, "\t", cred->suid);
	show_number(m, "\t", cred->fsuid);
	show_number(m, "\nGid:\t", cred->gid);
	show_number(m, "\t", cred->egid);
	show_number(m, "\t", cred->sgid);
	show_number(m, "\t", cred->fsgid);
	show_number(m, "\nFDSize:\t", nr_fds);
	seq_puts(m, "\nGroups:\t");
	/* Linux, too, writes a space behind the last one. */
	for (u32 i = 0; i < cred->nr_groups; i++)
		seq_printf(m, "%u ", cred->groups[i]);
	seq_putc(m, '\n');
}

static void show_status_caps(struct seq_file *m, const struct cred *cred)
{
	show_set(m, "CapInh:", cred->inheritable);
	show_set(m, "CapPrm:", cred->permitted);
	show_set(m, "CapEff:", cred->effective);
	show_set(m, "CapBnd:", ALL_CAPS & ~cred->dropped);
	show_set(m, "CapAmb:", cred->ambient);
	show_number(m, "NoNewPrivs:\t", cred->no_new_privs);
	seq_putc(m, '\n');
}

/* The facts are copied first: text may be made more than once. */
int show_status(struct seq_file *m)
{
	const struct cred *cred;
	struct task_facts task;
	struct mm_facts mm;
	bool has_mm;
	int err = get_all_facts(m->pid, &task, &mm, &has_mm);

	if (err)
		return err;
	seq_puts(m, "Name:\t");
	seq_puts(m, task.comm);
	seq_putc(m, '\n');
	if (task.has_umask)
		seq_printf(m, "Umask:\t%04o\n", task.umask);
	seq_printf(m, "State:\t%c (%s)\n", states[task.state].letter,
		   states[task.state].name);
	show_number(m, "Tgid:\t", (u32)task.tgid);
	/* Ngid is a NUMA group. */
	show_number(m, "\nNgid:\t0\nPid:\t", (u32)task.pid);
	show_number(m, "\nPPid:\t", (u32)task.ppid);
	/* A reference, since the task may replace its cred meanwhile. */
	cred = task_cred(m->pid);
	show_status_ids(m, cred ? cred : &root_cred, task.nr_fds);
	/* Linux has no such lines for kernel threads, either. */
	if (has_mm)
		show_status_mm(m, &mm);
	show_number(m, "Threads:\t", task.threads);
	seq_putc(m, '\n');
	show_status_signals(m, cred ? cred->uid : 0, &task.signals);
	show_status_caps(m, cred ? cred : &root_cred);
	put_cred(cred);
	show_number(m, "voluntary_ctxt_switches:\t", task.use.nvcsw);
	show_number(m, "\nnonvoluntary_ctxt_switches:\t", task.use.nivcsw);
	seq_putc(m, '\n');
	return 0;
}

/* ---- stat -------------------------------------------------------- */

/* Shows fields of stat, each behind a space. */
static void put_fields(struct seq_file *m, const u32 *values, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		seq_putc(m, ' ');
		seq_put_dec(m, values[i], 1);
	}
}

/* Fields 1 to 22 of proc(5): ids, faults and times. */
static void show_stat_task(struct seq_file *m, const struct task_facts *t)
{
	const char state[] = { ')', ' ', states[t->state].letter };
	s32 foreground;
	u32 tty = tty_of_session(t->left_tty ? 0 : t->session, &foreground);
	const u32 family[] = { (u32)t->ppid, (u32)t->pgrp, (u32)t->session };
	const u32 use[] = {
		t->use.min_flt,
		t->child_use.min_flt,
		t->use.maj_flt,
		t->child_use.maj_flt,
		user_ticks(t->use.utime_ns),
		user_ticks(t->use.stime_ns),
		user_ticks(t->child_use.utime_ns),
		user_ticks(t->child_use.stime_ns),
		(u32)(20 + t->nice), /* Linux's scale of priorities */
	};

	seq_put_dec(m, (u32)t->pid, 1);
	seq_puts(m, " (");
	seq_puts(m, t->comm);
	seq_write(m, state, sizeof(state));
	put_fields(m, family, ARRAY_SIZE(family));
	/* Fields 7 to 9: terminal, its foreground group, internal flags. */
	if (tty)
		seq_printf(m, " %u %d 0", (unsigned int)tty, (int)foreground);
	else /* -1: without a terminal there is no foreground group */
		seq_puts(m, " 0 -1 0");
	put_fields(m, use, ARRAY_SIZE(use));
	seq_putc(m, ' ');
	seq_put_num(m, t->nice);
	put_fields(m, &t->threads, 1);
	/* Field 21, an interval timer, has been 0 since Linux 2.6.17. */
	show_number(m, " 0 ", user_ticks(t->start_ns));
}

/* Fields 23 to 52: memory; fields without a counterpart here are 0. */
static void show_stat_mm(struct seq_file *m, const struct task_facts *t,
			 const struct mm_facts *f)
{
	/* UINT32_MAX is RLIMIT_RSS, which limits nothing on Linux, either. */
	const u32 size[] = { f->total * PAGE_SIZE, f->rss,      UINT32_MAX,
			     f->start_code,        f->end_code, f->start_stack };
	const u32 places[] = { f->start_data, f->end_data, f->start_brk,
			       f->arg_start,  f->arg_end,  f->env_start,
			       f->env_end,    t->exit_code };

	put_fields(m, size, ARRAY_SIZE(size));
	/* Fields 29 to 37: registers, signal sets (see status), swap. */
	show_number(m, " 0 0 0 0 0 0 0 0 0 ", t->exit_signal);
	seq_puts(m, " 0 0 0 0 0 0");
	put_fields(m, places, ARRAY_SIZE(places));
	seq_putc(m, '\n');
}

/* Hides what would help an attack from readers who may not look into it. */
static void hide_places(struct task_facts *t, struct mm_facts *f, bool has_mm)
{
	/* Linux shows 1 as both code addresses of a process with memory. */
	*f = (struct mm_facts){ .total = f->total,
				.rss = f->rss,
				.start_code = has_mm,
				.end_code = has_mm };
	t->exit_code = 0;
}

int show_stat(struct seq_file *m)
{
	struct task_facts task;
	struct mm_facts mm;
	bool has_mm;
	int err = get_all_facts(m->pid, &task, &mm, &has_mm);

	if (err)
		return err;
	if (!capable(CAP_SYS_PTRACE) && !proc_may_look(m->pid))
		hide_places(&task, &mm, has_mm);
	show_stat_task(m, &task);
	show_stat_mm(m, &task, &mm);
	return 0;
}

/* Linux's seven numbers of pages; lib and dt are always 0. */
int show_statm(struct seq_file *m)
{
	struct mm_facts f;
	bool has_mm;
	int err = get_mm_facts(m->pid, &f, &has_mm);

	if (err)
		return err;
	seq_printf(m, "%u %u %u %u 0 %u 0\n", f.total, f.rss, f.file + f.shmem,
		   f.text, f.data + f.stack);
	return 0;
}

/* ---- names ------------------------------------------------------- */

/* The name that execve() or prctl() has set. */
int show_comm(struct seq_file *m)
{
	struct task_facts task;
	int err = get_facts(m->pid, &task);

	if (!err)
		seq_printf(m, "%s\n", task.comm);
	return err;
}

/*
 * Shows the arguments or the environment from the process's stack, where it may
 * have changed them. What cannot be read is left out.
 */
static int show_strings(struct seq_file *m, bool environment)
{
	struct mm_struct *mm;
	struct mm_facts f;
	char part[128];
	uaddr_t va, end;
	u32 bytes;
	int err = get_mm_of(m->pid, &mm);

	if (err || !mm)
		return err;
	read_mm(mm, &f);
	/* A part's place is its offset. */
	va = (environment ? f.env_start : f.arg_start) + (u32)m->place;
	end = environment ? f.env_end : f.arg_end;
	for (; va < end; va += bytes) {
		bytes = min(end - va, (u32)sizeof(part));
		/* mmap_lock is free again: this may fault pages in. */
		if (copy_remote_vm(mm, va, part, bytes, 0))
			break;
		seq_write(m, part, bytes);
		if (!seq_goes_on(m, m->place + bytes))
			break;
	}
	mmput(mm);
	return 0;
}

int show_cmdline(struct seq_file *m)
{
	return show_strings(m, false);
}

int show_environ(struct seq_file *m)
{
	return show_strings(m, true);
}

/* /proc/PID/auxv: the words that execve made, with the pair of AT_NULL. */
int show_auxv(struct seq_file *m)
{
	struct mm_struct *mm;
	u32 n = 0;
	int err = get_mm_of(m->pid, &mm);

	if (err || !mm)
		return err;
	/* By pairs: a value of 0 is not the end. */
	while (n < ARRAY_SIZE(mm->auxv) - 2 && mm->auxv[n] != AT_NULL)
		n += 2;
	seq_write(m, mm->auxv, (n + 2) * sizeof(u32));
	mmput(mm);
	return 0;
}

/* Gets the file that the process executes, with a reference: 0 or -ENOENT. */
static int get_exe(const struct inode *link, struct file **file)
{
	struct mm_struct *mm;
	int err = get_mm_of(proc_pid_of(link), &mm);

	/* A kernel thread executes no file: its link leads nowhere. */
	if (err || !mm)
		return -ENOENT;
	down_read(&mm->mmap_lock);
	*file = mm->exe_file ? get_file(mm->exe_file) : NULL;
	up_read(&mm->mmap_lock);
	mmput(mm);
	return *file ? 0 : -ENOENT;
}

static int readlink_exe(const struct inode *link, char *buf, u32 bytes)
{
	struct file *file;
	int err = get_exe(link, &file);

	if (err)
		return err;
	file_path(file, buf, bytes);
	fput(file);
	return 0;
}

static int jump_to_exe(const struct inode *link, struct fs_path *target)
{
	struct file *file;
	int err = get_exe(link, &file);

	if (err)
		return err;
	/* The inode itself: no path may lead to a deleted program. */
	*target = (struct fs_path){ igrab(file->f_inode), mntget(file->f_mnt) };
	fput(file);
	return 0;
}

const struct proc_link_operations exe_link = { readlink_exe, jump_to_exe };

/* ---- limits ------------------------------------------------------ */

static const struct {
	const char *name, *unit;
} rlimits[RLIM_NLIMITS] = {
	[RLIMIT_CPU] = { "Max cpu time", "seconds" },
	[RLIMIT_FSIZE] = { "Max file size", "bytes" },
	[RLIMIT_DATA] = { "Max data size", "bytes" },
	[RLIMIT_STACK] = { "Max stack size", "bytes" },
	[RLIMIT_CORE] = { "Max core file size", "bytes" },
	[RLIMIT_RSS] = { "Max resident set", "bytes" },
	[RLIMIT_NPROC] = { "Max processes", "processes" },
	[RLIMIT_NOFILE] = { "Max open files", "files" },
	[RLIMIT_MEMLOCK] = { "Max locked memory", "bytes" },
	[RLIMIT_AS] = { "Max address space", "bytes" },
	[RLIMIT_LOCKS] = { "Max file locks", "locks" },
	[RLIMIT_SIGPENDING] = { "Max pending signals", "signals" },
	[RLIMIT_MSGQUEUE] = { "Max msgqueue size", "bytes" },
	[RLIMIT_NICE] = { "Max nice priority", "" },
	[RLIMIT_RTPRIO] = { "Max realtime priority", "" },
	[RLIMIT_RTTIME] = { "Max realtime timeout", "us" },
};

/* Shows a limit in a column of 20. */
static void put_limit(struct seq_file *m, u32 value)
{
	if (value == RLIM_INFINITY)
		seq_puts(m, "unlimited            ");
	else
		seq_printf(m, "%-20u ", value);
}

int show_limits(struct seq_file *m)
{
	struct rlimit limits[RLIM_NLIMITS];
	u32 flags = tasklist_lock();
	const struct task_struct *task = find_task(m->pid);

	/* Under the lock, since another process may call prlimit(). */
	if (task)
		memcpy(limits, task->rlim, sizeof(limits));
	tasklist_unlock(flags);
	if (!task)
		return -ESRCH;
	seq_printf(m, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit",
		   "Hard Limit", "Units");
	for (u32 i = 0; i < RLIM_NLIMITS; i++) {
		seq_printf(m, "%-25s ", rlimits[i].name);
		put_limit(m, limits[i].rlim_cur);
		put_limit(m, limits[i].rlim_max);
		seq_printf(m, "%-10s\n", rlimits[i].unit);
	}
	return 0;
}
