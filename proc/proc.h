/*
 * proc/proc.h - the lives of tasks: making them, finding them, their end.
 *
 * What a task is, and which lock guards which of its fields, is in run/task.h.
 */
#ifndef PROC_PROC_H
#define PROC_PROC_H

#include <mm/mm.h>
#include <run/run.h>
#include <service.h>
#include <sys/queue.h>
#include <uapi/signal.h>

#define MAX_PID 32768

/* ---- running ----------------------------------------------------- */

/* Once, after kmem_cache_init: what tasks are made of. */
void proc_caches_init(void);

/*
 * A kernel thread: runs fn(arg), then exits. It has no mm and borrows one. 0
 * and *task (may be NULL: not wanted; valid until the thread exits), -EAGAIN,
 * -ENOMEM.
 */
int __must_check kthread_run(void (*fn)(void *arg), void *arg, const char *name,
			     struct task_struct **task);
/*
 * Give back the memory of tasks that are gone. fork, wait and exit do it by
 * themselves; tests call it before they count pages. May sleep.
 */
void reap_dead_tasks(void);

/*
 * fork, vfork and clone. regs: the caller's frame. 0 and *pid, or -EAGAIN,
 * -ENOMEM, -EINVAL; on error nothing changed.
 */
int __must_check do_fork(u32 clone_flags, uaddr_t stack, struct pt_regs *regs,
			 uaddr_t parent_tid, uaddr_t child_tid, u32 tls,
			 s32 *pid);

/*
 * Replace the program. path and the vectors are kernel memory; argv[argc] is
 * NULL. 0: regs are the new program's, it starts on return to user mode.
 * -ENOENT, -EACCES, -ENOEXEC, -ENOMEM, -E2BIG ...: nothing changed. Once the
 * old program is gone nothing can fail any more.
 * *why, on error, is a sentence a person understands; it stays valid until
 * the next execve fails.
 */
int __must_check do_execve(const char *path, char *const argv[],
			   char *const envp[], struct pt_regs *regs,
			   const char **why);

/* The same for a program, whose two vectors are user memory. */
s32 do_user_execve(const char *path, uaddr_t argv, uaddr_t envp,
		   struct pt_regs *regs);

/* What is moved at random in programs to come: 0 to 2, as in exec_layout.c. */
#define MAX_RANDOMIZE 2
extern u32 randomize_va_space;

/* End the running task / thread group. code is wait(2)'s status word. */
void do_exit(u32 code) __noreturn;
void do_group_exit(u32 code) __noreturn;

/* ---- finding ----------------------------------------------------- */

/* Under tasklist_lock; who puts it among its siblings is the caller. */
static inline void set_parent(struct task_struct *task,
			      struct task_struct *parent)
{
	task->parent = parent;
	WRITE_ONCE(task->ppid, parent->tgid);
}

/* Have all threads of leader's group ended? (tasklist_lock) */
static inline bool group_is_over(const struct task_struct *leader)
{
	return leader->state >= TASK_ZOMBIE && leader->nr_threads == 1;
}

/* Any task with that number, or NULL; hold tasklist_lock while it is used. */
struct task_struct *find_by_id(enum id_kind kind, s32 nr);
static inline struct task_struct *find_task(s32 pid)
{
	return find_by_id(ID_PID, pid);
}

/* The lowest number from `from` on that a task, group or session has, or 0. */
s32 next_number(s32 from);

/* Every process of a group or session; none may leave it meanwhile. */
#define for_each_by_id(task, kind, nr)                                \
	for (struct task_struct *first_ = find_by_id((kind), (nr)),   \
				*next_ = first_;                      \
	     ((task) = next_) != NULL; next_ = next_->ids[kind].next, \
				next_ = next_ != first_ ? next_ : NULL)

/* Every thread of a group, its leader too; none may leave it meanwhile. */
#define for_each_thread(task, leader) \
	TAILQ_FOREACH(task, &(leader)->threads, thread_link)

/*
 * A process enters a group or session, where first is already (NULL: it is the
 * first); or leaves its own. (tasklist_lock)
 */
void join_id(struct task_struct *task, enum id_kind kind, s32 nr,
	     struct task_struct *first);
void leave_id(struct task_struct *task, enum id_kind kind);
/* Interrupts stay on (run/task.h); what it returns goes to tasklist_unlock. */
u32 tasklist_lock(void);
void tasklist_unlock(u32 flags);
/*
 * Where a walk may be long: other tasks run, tasklist_lock is held before and
 * after. False: task is gone, and with it the place where the walk was.
 */
bool __must_check let_others_in(struct task_struct *task, u32 *flags);
extern struct task_list all_tasks; /* tasklist_lock */
/* How many tasks there are, the idle task not counted; were made since boot. */
u32 nr_tasks(void);
u32 nr_forks(void);
s32 last_pid_given(void);
/* What the whole thread group of leader has used so far. (tasklist_lock) */
void group_usage(const struct task_struct *leader, struct task_usage *use);
/* A reference (mmget) to a live user mm of the task with that pid, or NULL. */
struct mm_struct *get_task_mm_by_pid(s32 pid) __must_check;

/*
 * This one thread ends on its way to user mode; it is woken if it sleeps where a
 * kill may wake it. The core knows no other signal. Hold tasklist_lock, so that
 * the task cannot be released.
 */
void kill_thread(struct task_struct *task);

/* ---- waiting for children (proc/wait4.c) ------------------------- */

/* What to wait for, and what was found. */
struct wait_request {
	u32 type; /* P_ALL, P_PID, P_PGID */
	s32 id;
	u32 options; /* W* */
	/* out */
	s32 pid;    /* 0: nothing yet */
	u32 status; /* wait(2)'s word */
	struct task_usage use;
};

/*
 * Wait for a child of the caller as req says: 0, req->pid and what follows tell
 * which, if any; -ECHILD, -ERESTARTSYS.
 */
int __must_check do_wait(struct wait_request *req);

/* Linux's struct rusage of use into user memory: 0 or -EFAULT. */
int __must_check put_rusage(const struct task_usage *use, uaddr_t to);

/* ---- sleeping (proc/nanosleep.c) --------------------------------- */

/* Linux's 32-bit struct timespec at a user address: 0, -EFAULT, -EINVAL. */
int __must_check get_timespec32(uaddr_t from, u64 *ns);
int __must_check put_timespec32(u64 ns, uaddr_t to);
/* Until ktime_ns() is `until`: 0, or -EINTR by a signal. */
int __must_check sleep_until(u64 until);

/* Unpredictable for tests, not for attackers: no entropy source is known. */
void get_random_bytes(void *buf, u32 bytes);

/* ---- memory ran out (proc/oom.c) --------------------------------- */

/*
 * A fault of the running task found no memory. Kill one process: the one with
 * the highest badness, init last of all; say on the log which. May sleep:
 * no lock held. True: the access may be tried again. False: the task itself is
 * dying or in exit, nobody is killed for it, and it goes on without the memory.
 */
bool out_of_memory(void);
/*
 * Pages that the death of task's process is thought to give back, after its
 * adjustment; at least 1, or 0: it is not to be killed. (tasklist_lock)
 */
u32 oom_badness(const struct task_struct *task);
/* Processes it has killed since boot. */
u32 nr_oom_kills(void);

#endif
