/*
 * services/coredump/notes.c - the notes of a core, in Linux's structures: about
 * the process, the signal, the mapped files, and each thread.
 */
#include <fs/fs.h>
#include <services/coredump/internal.h>
#include <services/ids/ids.h>
#include <services/signal/internal.h>
#include <string.h>

#define NT_SIGINFO 0x53494749
#define NT_FILE    0x46494c45
#define NT_ARM_VFP 0x400

#define NOTED_AT_ONCE 16 /* threads noted before other tasks may run */

#define NAME_BYTES 256 /* largest path in NT_FILE, with its NUL */

/* Linux's elf_prstatus of a 32-bit ARM. */
struct core_prstatus {
	s32 si_signo, si_code, si_errno;
	s16 cursig;
	u32 sigpend, sighold;
	s32 pid, ppid, pgrp, sid;
	s32 times[8]; /* user, system, and of children: seconds, microseconds */
	struct pt_regs regs;
	s32 fpvalid;
};

static_assert(sizeof(struct core_prstatus) == 148, "gdb knows it by its size");

/* Linux's elf_prpsinfo. */
struct core_prpsinfo {
	s8 state;
	char sname, zombie;
	s8 nice;
	u32 flag;
	u16 uid, gid;
	s32 pid, ppid, pgrp, sid;
	char fname[16];
	char psargs[80];
};

static_assert(sizeof(struct core_prpsinfo) == 124, "gdb knows it by its size");

/*
 * Appends a note's header and returns the place for its `bytes` bytes, which
 * are 0. name: "CORE" or "LINUX". NULL: there is no room.
 */
static void *add_note(struct core *core, const char *name, u32 type, u32 bytes)
{
	const Elf32_Nhdr head = { (u32)strlen(name) + 1, bytes, type };
	u32 name_bytes = ALIGN_UP(head.n_namesz, 4u);
	u32 all = (u32)sizeof(head) + name_bytes + ALIGN_UP(bytes, 4u);
	char *to = core->notes + core->note_bytes;

	/*
	 * core_notes() made room for the threads there were; a missing note is
	 * better than a write behind the buffer.
	 */
	if (all > core->note_room - core->note_bytes)
		return NULL;
	core->note_bytes += all;
	memcpy(to, &head, sizeof(head));
	memcpy(to + sizeof(head), name, head.n_namesz);
	return to + sizeof(head) + name_bytes;
}

/* Stores ns as seconds and microseconds. */
static void put_usec(u64 ns, s32 *to)
{
	u32 nsec;

	to[0] = (s32)split_seconds(ns, &nsec);
	to[1] = (s32)(nsec / NSEC_PER_USEC);
}

/*
 * NT_PRSTATUS and NT_ARM_VFP of one thread. Hold tasklist_lock, so that it
 * stays.
 */
static void note_thread(struct core *core, const struct task_struct *task)
{
	const struct task_struct *leader = task->group_leader;
	struct core_prstatus *status = add_note(core, "CORE", NT_PRSTATUS,
						sizeof(*status));
	char *vfp;

	if (!status)
		return;
	status->si_signo = status->cursig = (s16)core->info->signo;
	/* The other threads got no signal of their own. */
	if (task == core->task)
		status->si_code = core->info->code;
	if (task->signal) {
		status->sigpend = (u32)task->signal->pending.set;
		status->sighold = (u32)task->signal->blocked;
	}
	status->pid = task->pid;
	status->ppid = leader->parent->tgid;
	status->pgrp = leader->pgrp;
	status->sid = leader->session;
	put_usec(task->use.utime_ns, &status->times[0]);
	put_usec(task->use.stime_ns, &status->times[2]);
	put_usec(leader->child_use.utime_ns, &status->times[4]);
	put_usec(leader->child_use.stime_ns, &status->times[6]);
	/*
	 * The user registers, at the top of the kernel stack since the last
	 * entry.
	 */
	status->regs = *task_pt_regs(task);
	if (!task->vfp.used)
		return;
	vfp = add_note(core, "LINUX", NT_ARM_VFP, 32 * 8 + 4);
	if (!vfp)
		return;
	memcpy(vfp, task->vfp.record.vfp.fpregs, 32 * 8);
	memcpy(vfp + 32 * 8, &task->vfp.record.vfp.fpscr, 4);
}

/* NT_PRPSINFO, NT_SIGINFO and NT_AUXV. */
static void note_process(struct core *core)
{
	const struct task_struct *task = core->task,
				 *leader = task->group_leader;
	const struct mm_struct *mm = task->thread_info.mm;
	struct core_prpsinfo *info = add_note(core, "CORE", NT_PRPSINFO,
					      sizeof(*info));
	struct siginfo *siginfo = add_note(core, "CORE", NT_SIGINFO,
					   sizeof(*siginfo));
	void *auxv = add_note(core, "CORE", NT_AUXV, sizeof(mm->auxv));
	u32 bytes, flags;

	if (!info || !siginfo || !auxv)
		return;
	flags = tasklist_lock();
	info->sname = 'R';
	info->nice = (s8)task->nice;
	info->uid = (u16)current_cred()->uid;
	info->gid = (u16)current_cred()->gid;
	info->pid = leader->pid;
	info->ppid = leader->parent->tgid;
	info->pgrp = leader->pgrp;
	info->sid = leader->session;
	tasklist_unlock(flags);
	memcpy(info->fname, task->comm, sizeof(info->fname));
	bytes = min(mm->arg_end - mm->arg_start, sizeof(info->psargs) - 1u);
	/* After tasklist_lock is released: the copy may fault. */
	if (copy_remote_vm(core->task->thread_info.mm, mm->arg_start,
			   info->psargs, bytes, 0))
		bytes = 0;
	/* The arguments are separated by NULs; the note is one line of text. */
	for (u32 i = 0; i + 1 < bytes; i++)
		if (!info->psargs[i])
			info->psargs[i] = ' ';
	siginfo_to_user(core->info, siginfo);
	memcpy(auxv, mm->auxv, sizeof(mm->auxv));
}

/*
 * NT_FILE: the number of mapped files, the page size, then start, end and first
 * page in the file of each, then all names.
 */
static void note_files(struct core *core)
{
	u32 files = 0, bytes = 8, *words, n = 0;
	char name[NAME_BYTES], *to;

	for (u32 i = 0; i < core->nr_vmas; i++) {
		if (!core->vmas[i].file)
			continue;
		files++;
		file_path(core->vmas[i].file, name, sizeof(name));
		bytes += 12 + (u32)strlen(name) + 1;
	}
	words = add_note(core, "CORE", NT_FILE, bytes);
	if (!words)
		return;
	words[0] = files;
	words[1] = PAGE_SIZE;
	to = (char *)(words + 2 + 3 * files);
	for (u32 i = 0; i < core->nr_vmas; i++) {
		const struct core_vma *vma = &core->vmas[i];

		if (!vma->file)
			continue;
		words[2 + 3 * n] = vma->start;
		words[3 + 3 * n] = vma->end;
		words[4 + 3 * n++] = vma->pgoff;
		file_path(vma->file, name, sizeof(name));
		strcpy(to, name);
		to += strlen(name) + 1;
	}
}

/*
 * The thread with the signal comes first, because debuggers select the first
 * one.
 */
int core_notes(struct core *core)
{
	const u32 per_thread = 20 + (u32)sizeof(struct core_prstatus) + 20 +
		32 * 8 + 4;
	struct task_struct *task;
	u32 flags, n = 0;

	core->note_room = core->task->group_leader->nr_threads * per_thread +
		core->nr_vmas * (12 + NAME_BYTES) + PAGE_SIZE;
	core->notes = vmalloc(core->note_room);
	if (!core->notes)
		return -ENOMEM;
	memset(core->notes, 0, core->note_room);
	/* The parked threads have done this in park(). */
	vfp_save_current();
	flags = tasklist_lock();
	note_thread(core, core->task);
	tasklist_unlock(flags);
	note_process(core);
	note_files(core);
	flags = tasklist_lock();
	for_each_thread(task, core->task->group_leader) {
		if (task == core->task || !task->thread_info.mm)
			continue;
		note_thread(core, task);
		/*
		 * A parked thread stays on the list, so this never ends the
		 * loop early.
		 */
		if (++n % NOTED_AT_ONCE == 0 && !let_others_in(task, &flags))
			break;
	}
	tasklist_unlock(flags);
	return 0;
}
