/*
 * thread_info.h - the part of a task that every floor, and assembly, may see.
 *
 * It is the first member of struct task_struct (run/task.h), and TPIDRPRW
 * holds its address while the task runs: `current` costs one instruction.
 * Lower floors reach a task's address space and open files through here and
 * know nothing else about it.
 */
#ifndef THREAD_INFO_H
#define THREAD_INFO_H

/* thread_info.flags; set by atomic_or, tested on the way back to user mode. */
#define TIF_NEED_RESCHED    0x1 /* another task should run */
#define TIF_SIGPENDING      0x2 /* a signal may have to be delivered */
#define TIF_RESTORE_SIGMASK 0x4 /* sigsuspend: put the old mask back */
#define TIF_NOTIFY_RESUME   0x8 /* a task with rseq_va lost the core */
#define TIF_WORK_MASK       0xf
#define TIF_EXITING         0x10 /* in do_exit: it frees memory */
#define TIF_INIT            0x20 /* process 1: the machine ends with it */

#define TI_FLAGS 0
#define TI_TLS   8

#ifndef __ASSEMBLER__
#include <config.h>
#include <types.h>

struct task_struct;
struct mm_struct;
struct cred;
struct files_struct;
struct fs_struct;

struct thread_info {
	u32 flags;       /* TIF_*; atomic */
	u32 cpu;         /* constant while running */
	u32 tls;         /* TPIDRURO of the user program (set_tls) */
	u32 personality; /* uapi/personality.h; execve changes it */
	/* The task itself writes these; tasklist_lock to read another's. */
	struct mm_struct *mm;        /* NULL: a kernel thread */
	struct mm_struct *active_mm; /* whose tables are loaded */
	struct files_struct *files;  /* open files (fs/) */
	struct fs_struct *fs;        /* working directory (services/files/) */
	/* Changed by the task, under tasklist_lock; NULL: root (cred.h). */
	const struct cred *cred;
};

/* <asm/current.h>: one MRC; host tests shadow it with a variable. */
#include <asm/current.h>

#define current            ((struct task_struct *)current_thread_info())
#define smp_processor_id() (NR_CPUS == 1 ? 0u : current_thread_info()->cpu)

static inline bool test_thread_flag(u32 flag)
{
	return READ_ONCE(current_thread_info()->flags) & flag;
}

/*
 * True if a signal may be pending: a sleeping call then returns -EINTR or
 * -ERESTARTSYS.
 */
static inline bool signal_pending(void)
{
	return test_thread_flag(TIF_SIGPENDING);
}
#endif
#endif
