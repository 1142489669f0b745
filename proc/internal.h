/*
 * proc/internal.h - declarations for the files of proc/ only.
 */
#ifndef PROC_INTERNAL_H
#define PROC_INTERNAL_H

#include <proc/proc.h>

/* A long walk lets other tasks run after this many. */
#define TASKS_AT_ONCE 16

/* ---- task.c ------------------------------------------------------ */

/*
 * Returns a new task_struct with a kernel stack and one reference, copied from
 * orig as far as every child inherits, in no list; or NULL if memory is out.
 * May sleep.
 */
struct task_struct *dup_task_struct(const struct task_struct *orig)
	__must_check;
/*
 * Gives task a free pid and makes it findable. Returns 0, or -EAGAIN when no
 * pid is free or there are too many tasks. Hold tasklist_lock.
 */
int __must_check link_task(struct task_struct *task);
/*
 * After link_task: makes task the leader of a thread group of one, in the
 * process group and session of `like`; NULL means that it is the first in them.
 * Hold tasklist_lock.
 */
void link_leader(struct task_struct *task, struct task_struct *like);
/*
 * Undoes link_task: nobody can find task afterwards. Drops link_task's
 * reference. Hold tasklist_lock.
 */
void unlink_task(struct task_struct *task);

/* ---- exit.c ------------------------------------------------------ */

/*
 * Releases a zombie or a thread that ends, which is TASK_DEAD then: it leaves its
 * parent and its group, which inherits a thread's usage, and its number becomes
 * free. Hold tasklist_lock.
 */
void release_task(struct task_struct *task);
/*
 * Kills the other threads of the group, waits for their end, and becomes the
 * leader. Returns 0; or -EAGAIN and nothing changed, if the caller is to die
 * itself. May sleep.
 */
int __must_check de_thread(void);
/*
 * Call it when task leaves its mm, while the mm is still there: lets services
 * clean up in it and wakes a parent in vfork. May sleep.
 */
void mm_release(struct task_struct *task);

/*
 * The program of task ends: adds the faults that its mm has counted to the
 * group's. Hold tasklist_lock.
 */
void keep_fault_counts(struct task_struct *task);

/* ---- usage.c ----------------------------------------------------- */

/* Adds src to dst. Hold the lock that guards dst. */
void add_usage(struct task_usage *dst, const struct task_usage *src);
/* Adds a thread's switches to its group's use, which has its times already. */
void add_switches(struct task_usage *dst, const struct task_usage *src);

#endif
