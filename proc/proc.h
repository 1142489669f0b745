/*
 * proc/proc.h - tasks: how they are made, found, waited for, and end.
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

/* Boot, once, after kmem_cache_init: makes the slab cache of task_structs. */
void proc_caches_init(void);

/*
 * Starts a kernel thread that runs fn(arg) and then exits. It has no mm and
 * borrows one. Returns 0 and *task (result may be NULL; the pointer is valid
 * until the thread exits), -EAGAIN or -ENOMEM. name is copied. May sleep.
 */
int __must_check kthread_run(void (*fn)(void *arg), void *arg, const char *name,
			     struct task_struct **task);
/*
 * Frees the memory of tasks whose last reference is gone. fork, wait and exit
 * do it by themselves; tests call it before they count pages. May sleep.
 */
void reap_dead_tasks(void);

/*
 * fork, vfork and clone. regs is the caller's frame; stack, parent_tid and
 * child_tid are user addresses, used as clone_flags require. Returns 0 and the
 * child's pid in *pid; or -EAGAIN, -ENOMEM, -EINVAL or -ERESTARTNOINTR, and
 * nothing changed. Sleeps until the child is done for CLONE_VFORK.
 */
int __must_check do_fork(u32 clone_flags, uaddr_t stack, struct pt_regs *regs,
			 uaddr_t parent_tid, uaddr_t child_tid, u32 tls,
			 s32 *pid);

/*
 * Replaces the program of the running task. path and the vectors are kernel
 * memory; argv[argc] is NULL. Returns 0 with the new program's registers in
 * regs, which starts on return to user mode; or -ENOENT, -EACCES, -ENOEXEC,
 * -ENOMEM, -E2BIG ..., and nothing changed. Once the old program is gone
 * nothing can fail. On an error *why is a sentence for people; it stays valid
 * until the next execve fails. May sleep.
 */
int __must_check do_execve(const char *path, char *const argv[],
			   char *const envp[], struct pt_regs *regs,
			   const char **why);

/*
 * The same for execve(2): path is kernel memory, the two vectors are user
 * addresses. A broken file is named on the log.
 */
s32 do_user_execve(const char *path, uaddr_t argv, uaddr_t envp,
		   struct pt_regs *regs);

/*
 * What execve places at random: 0 to 2, see exec_layout.c. Written by /proc/sys
 * without a lock.
 */
#define MAX_RANDOMIZE 2
extern u32 randomize_va_space;

/*
 * End the running task or its whole thread group. code is wait(2)'s status
 * word. Hold no lock; never called for the idle task.
 */
void do_exit(u32 code) __noreturn;
void do_group_exit(u32 code) __noreturn;

/* ---- finding ----------------------------------------------------- */

/*
 * Sets parent and ppid; the caller enters task among parent's children. Hold
 * tasklist_lock.
 */
static inline void set_parent(struct task_struct *task,
			      struct task_struct *parent)
{
	task->parent = parent;
	WRITE_ONCE(task->ppid, parent->tgid);
}

/* True if all threads of leader's group have ended. Hold tasklist_lock. */
static inline bool group_is_over(const struct task_struct *leader)
{
	return leader->state >= TASK_ZOMBIE && leader->nr_threads == 1;
}

/*
 * Returns a task with that number, or NULL. Hold tasklist_lock while the task
 * is used, or take a reference.
 */
struct task_struct *find_by_id(enum id_kind kind, s32 nr);
static inline struct task_struct *find_task(s32 pid)
{
	return find_by_id(ID_PID, pid);
}

/*
 * Returns the lowest number at or above `from` that a task, group or session
 * has, or 0 if there is none. Hold tasklist_lock.
 */
s32 next_number(s32 from);

/*
 * Walks over every process of a group or session. Hold tasklist_lock; no
 * process may leave it during the walk.
 */
#define for_each_by_id(task, kind, nr)                                \
	for (struct task_struct *first_ = find_by_id((kind), (nr)),   \
				*next_ = first_;                      \
	     ((task) = next_) != NULL; next_ = next_->ids[kind].next, \
				next_ = next_ != first_ ? next_ : NULL)

/*
 * Walks over every thread of a group, its leader included. Hold tasklist_lock;
 * no thread may leave during the walk.
 */
#define for_each_thread(task, leader) \
	TAILQ_FOREACH(task, &(leader)->threads, thread_link)

/*
 * join_id enters task into group or session nr; first is a member already, or
 * NULL if task is the first. leave_id takes task out of its own. Hold
 * tasklist_lock.
 */
void join_id(struct task_struct *task, enum id_kind kind, s32 nr,
	     struct task_struct *first);
void leave_id(struct task_struct *task, enum id_kind kind);
/*
 * Take and release tasklist_lock; interrupts stay on (run/task.h).
 * tasklist_unlock takes the value that tasklist_lock returned.
 */
u32 tasklist_lock(void);
void tasklist_unlock(u32 flags);
/*
 * For long walks: releases tasklist_lock, lets other tasks run, and takes it
 * again. Returns false if task was released meanwhile, and with it the place in
 * the walk.
 */
bool __must_check let_others_in(struct task_struct *task, u32 *flags);
extern struct task_list all_tasks; /* tasklist_lock */
/*
 * Statistics for /proc, read without a lock: how many tasks there are, the idle
 * task not counted; how many were made since boot; the pid given last.
 */
u32 nr_tasks(void);
u32 nr_forks(void);
s32 last_pid_given(void);
/*
 * Fills *use with what the thread group of leader has used so far. Hold
 * tasklist_lock.
 */
void group_usage(const struct task_struct *leader, struct task_usage *use);
/*
 * Returns the memory of leader's process, or NULL if no thread has it any more.
 * Hold tasklist_lock, which keeps it.
 */
const struct mm_struct *group_mm(const struct task_struct *leader);
/*
 * Returns the user mm of the task with that pid, with a reference that mmput
 * drops; or NULL if there is no such task, or it has no mm.
 */
struct mm_struct *get_task_mm_by_pid(s32 pid) __must_check;

/*
 * Kills one thread: it ends on its way to user mode, and is woken if it sleeps
 * where a kill may wake it. The core knows no other signal. Hold tasklist_lock,
 * so that the task cannot be released.
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
 * Waits for a child of the caller as req requests. Returns 0, and req->pid with
 * the fields after it names the child, if any; -ECHILD, or -ERESTARTSYS for a
 * signal. May sleep.
 */
int __must_check do_wait(struct wait_request *req);

/*
 * Stores use as Linux's struct rusage at user address to. Returns 0 or -EFAULT.
 */
int __must_check put_rusage(const struct task_usage *use, uaddr_t to);

/* ---- sleeping (proc/nanosleep.c) --------------------------------- */

/*
 * Load and store Linux's 32-bit struct timespec at a user address; ns are
 * nanoseconds. Return 0, -EFAULT, or (get) -EINVAL for a negative time.
 */
int __must_check get_timespec32(uaddr_t from, u64 *ns);
int __must_check put_timespec32(u64 ns, uaddr_t to);
/*
 * Sleeps until ktime_ns() reaches `until`. Returns 0, or -EINTR for a signal.
 */
int __must_check sleep_until(u64 until);

/*
 * Fills buf with random bytes, good for tests and address layout, not against
 * attackers: no entropy source is known. Takes a spinlock; never sleeps.
 */
void get_random_bytes(void *buf, u32 bytes);

/* ---- memory ran out (proc/oom.c) --------------------------------- */

/*
 * Call it when a page fault found no memory. Kills one process, the one with
 * the highest badness, init last of all, and names it on the log. May sleep:
 * hold no lock. Returns true if the access may be tried again; false if the
 * running task itself is dying, for which nobody is killed and which continues
 * without the memory.
 */
bool out_of_memory(void);
/*
 * Returns the number of pages that killing task's process is expected to free,
 * after its oom_score_adj, which may make it negative; INT32_MIN if it must not
 * be killed. Hold tasklist_lock.
 */
s32 oom_badness(const struct task_struct *task);
/* How many processes out_of_memory has killed since boot. */
u32 nr_oom_kills(void);

#endif
