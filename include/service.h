/*
 * service.h - services, and the hooks by which the core calls them.
 *
 * The core gives a program an address space and a processor to run on. All else
 * that programs expect of Linux (signal handlers, futexes, a terminal, pipes
 * ...) is a service: a folder below services/ that the core knows by one row,
 * and without which it links and boots. startup/services.c is the one file that
 * names the services; their system calls are in the same file's sys_call_table.
 *
 * The members of struct service are all hooks of services; the other ways in
 * which the core calls upward are in docs/architecture.md, section 1. A member
 * that is NULL is not called. The functions below call services in the order of
 * the table; each member's comment states locks and context.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include <types.h>
#include <uapi/errno.h>

struct abort_info;
struct exec;
struct file;
struct file_operations;
struct files_struct;
struct kernel_siginfo;
struct pt_regs;
struct task_struct;
struct timer;

/* What became of a child, from its parent's view. */
enum child_change {
	CHILD_EXITED,  /* its whole group has ended: a zombie */
	CHILD_ADOPTED, /* its parent ended, init is the parent now */
};

/*
 * A fault of the running program that nothing could serve: it ends in a signal.
 */
struct fault_signal {
	struct pt_regs *regs;           /* of the program */
	const struct abort_info *abort; /* NULL: there was no abort */
	uaddr_t addr;                   /* for siginfo: of data or code */
	int sig, code;                  /* SIGSEGV, SEGV_MAPERR ... */
};

/* A character device: its node in /dev, and what open finds. */
struct chrdev {
	const char *name; /* NULL ends a table */
	u32 rdev;         /* MKDEV(major, minor), Linux's numbers */
	u32 mode;         /* permissions */
	const struct file_operations *fops;
};

struct service {
	/* At boot: the root directory exists, but no process yet. */
	void (*init)(void);

	/* ---- a task's life; current: its parent, or itself ------- */

	/*
	 * Makes the child's part of the service, before others can find the
	 * child. Returns 0, or -errno and nothing is left. flags: clone(2)'s;
	 * 0: a kernel thread. May sleep.
	 */
	int (*fork)(struct task_struct *child, u32 flags);
	/* Undoes fork(): a later step of making the child failed. */
	void (*undo_fork)(struct task_struct *child);
	/* A new program runs in the task; nothing can fail any more. */
	void (*exec)(void);
	/* The task leaves its mm, by exit or execve; it can still be used. */
	void (*exit_early)(struct task_struct *task);
	/* The task has no mm and no files any more. */
	void (*exit_late)(struct task_struct *task);
	/*
	 * tasklist_lock is held. Returning true for CHILD_EXITED means that the
	 * parent does not want to know, and the zombie is released now.
	 */
	bool (*child_changed)(enum child_change change,
			      struct task_struct *child,
			      struct task_struct *parent);

	/* ---- on the way to user mode ----------------------------- */

	/*
	 * TIF_SIGPENDING, TIF_RESTORE_SIGMASK or TIF_NOTIFY_RESUME is set;
	 * interrupts are on. regs is the frame with which the program continues.
	 * syscall: r0 is a call's result, which may ask for a restart
	 * (-ERESTARTSYS ...).
	 */
	void (*user_work)(struct pt_regs *regs, bool syscall);
	/*
	 * Returns true if the program continues (a handler is to run, or the
	 * access was done in its place). If all return false the program ends;
	 * sig and code may have been changed. Interrupts on, no lock held.
	 */
	bool (*fault_signal)(struct fault_signal *fault);

	/*
	 * The running process dies of the signal in info, which writes a core;
	 * the caller ends it afterwards. May sleep, no lock held.
	 */
	void (*leave_core)(const struct kernel_siginfo *info);

	/*
	 * A pager in user space provides the page at va: wait for it. user: the
	 * program itself accessed it, else a system call did. Returns 0 to try
	 * again, or -EFAULT if the page will not come. Interrupts on; no lock
	 * held except those of a call that may wait for user memory.
	 */
	int (*missing_page)(uaddr_t va, bool write, bool user);

	/*
	 * A timer of this service has expired; interrupts off, no lock held.
	 * Called through the timer alone (run/timer.h).
	 */
	void (*timer_expired)(struct timer *timer);

	/* BREAK and this letter were typed; interrupts off, no lock held. */
	void (*console_key)(u8 letter);

	/*
	 * execve has opened a file (proc/exec.h). If it is a script, replaces
	 * it by its interpreter; if it is set-uid, sets exec->cred and what
	 * depends on it in args. Returns 0, also if there was nothing to do, or
	 * -errno.
	 */
	int (*load_program)(struct exec *exec, const char *path);

	/*
	 * A descriptor in `files`, or (NULL) the open file itself, is closed.
	 * The file has locks, which go, or FMODE_TELL_CLOSE. May sleep.
	 */
	void (*unlock_file)(struct file *file,
			    const struct files_struct *files);

	/* Its nodes in /dev; constant. NULL: none. */
	const struct chrdev *devices;
};

/*
 * Boot, once, before any service is called. table has nr rows and must stay; it
 * is in startup/services.c.
 */
void services_register(const struct service *const *table, u32 nr);

#define MAX_SERVICES 24

enum hook {
	INIT,
	FORK,
	UNDO_FORK,
	EXEC,
	EXIT_EARLY,
	EXIT_LATE,
	CHILD_CHANGED,
	USER_WORK,
	FAULT_SIGNAL,
	LEAVE_CORE,
	MISSING_PAGE,
	TIMER_EXPIRED,
	CONSOLE_KEY,
	LOAD_PROGRAM,
	UNLOCK_FILE,
	DEVICES,
	NR_HOOKS
};

/*
 * For each member the services that implement it, in the order of the table,
 * ended by NULL; constant after services_register(). Most lists have one entry.
 * A walk over all rows would cost a fork and a signal 2 to 10 % more
 * instructions, and so would an out-of-line function for each of these loops.
 */
extern const struct service *services_having[NR_HOOKS][MAX_SERVICES + 1];

#define for_each_service(s, hook) \
	for (const struct service *const *s = services_having[hook]; *s; s++)

/*
 * Calls fork of each service. Returns 0, or the error of the first that failed,
 * after undoing those before it.
 */
int __must_check services_fork(struct task_struct *child, u32 flags);
/* Returns the n-th table of devices, from 0, or NULL after the last. */
const struct chrdev *services_devices(u32 n);

/*
 * The calls themselves, one for each member, which has the contract. Inline
 * loops over short lists: see above.
 */
static inline void services_init(void)
{
	for_each_service(s, INIT)
		(*s)->init();
}

static inline void services_undo_fork(struct task_struct *child)
{
	for_each_service(s, UNDO_FORK)
		(*s)->undo_fork(child);
}

static inline void services_exec(void)
{
	for_each_service(s, EXEC)
		(*s)->exec();
}

static inline void services_exit_early(struct task_struct *task)
{
	for_each_service(s, EXIT_EARLY)
		(*s)->exit_early(task);
}

static inline void services_exit_late(struct task_struct *task)
{
	for_each_service(s, EXIT_LATE)
		(*s)->exit_late(task);
}

/*
 * All services are called, even after one has returned true: each may have a
 * signal to send.
 */
static inline bool services_child_changed(enum child_change change,
					  struct task_struct *child,
					  struct task_struct *parent)
{
	bool ignored = false;

	for_each_service(s, CHILD_CHANGED)
		ignored |= (*s)->child_changed(change, child, parent);
	return ignored;
}

static inline void services_user_work(struct pt_regs *regs, bool syscall)
{
	for_each_service(s, USER_WORK)
		(*s)->user_work(regs, syscall);
}

static inline bool services_fault_signal(struct fault_signal *fault)
{
	for_each_service(s, FAULT_SIGNAL)
		if ((*s)->fault_signal(fault))
			return true;
	return false;
}

static inline void services_leave_core(const struct kernel_siginfo *info)
{
	for_each_service(s, LEAVE_CORE)
		(*s)->leave_core(info);
}

/* -EFAULT if no service is a pager. */
static inline int services_missing_page(uaddr_t va, bool write, bool user)
{
	int err = -EFAULT;

	for_each_service(s, MISSING_PAGE)
		err = (*s)->missing_page(va, write, user);
	return err;
}

static inline void services_console_key(u8 letter)
{
	for_each_service(s, CONSOLE_KEY)
		(*s)->console_key(letter);
}

static inline void services_unlock_file(struct file *file,
					const struct files_struct *files)
{
	for_each_service(s, UNLOCK_FILE)
		(*s)->unlock_file(file, files);
}

static inline int services_load_program(struct exec *exec, const char *path)
{
	for_each_service(s, LOAD_PROGRAM) {
		int err = (*s)->load_program(exec, path);

		if (err)
			return err;
	}
	return 0;
}

#endif
