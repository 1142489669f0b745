/*
 * proc/internal.h - what the files of proc/ share and nobody else needs.
 */
#ifndef PROC_INTERNAL_H
#define PROC_INTERNAL_H

#include <proc/proc.h>

/* A walk does something with so many before others may run. */
#define TASKS_AT_ONCE 16

/* ---- task.c ------------------------------------------------------ */

/*
 * A task_struct with a kernel stack, one reference, copied from orig as far as
 * fork inherits; in no list. NULL: no memory.
 */
struct task_struct *dup_task_struct(const struct task_struct *orig)
	__must_check;
/*
 * Give it a free pid and make it findable: 0, or -EAGAIN when no pid is free
 * or there are too many tasks. (tasklist_lock)
 */
int __must_check link_task(struct task_struct *task);
/*
 * Then make it the leader of a thread group of one, in like's process group and
 * session; NULL: it is the first in them. (tasklist_lock)
 */
void link_leader(struct task_struct *task, struct task_struct *like);
/* Nobody finds it any more. Drops link_task's reference. (tasklist_lock) */
void unlink_task(struct task_struct *task);

/* ---- exit.c ------------------------------------------------------ */

/*
 * A zombie leaves the family and may be forgotten; a thread's use is its
 * leader's from now on. (tasklist_lock)
 */
void release_task(struct task_struct *task);
/*
 * Kill the other threads of the group and wait for their end; be the leader.
 * 0; -EAGAIN and nothing changed: the caller is to die itself.
 */
int __must_check de_thread(void);
/* The mm is not this task's any more: tell a waiting vfork parent. */
void mm_release(struct task_struct *task);

/* The program of task ends: its faults are its group's. (tasklist_lock) */
void keep_fault_counts(struct task_struct *task);

/* ---- usage.c ----------------------------------------------------- */

/* src counts in dst from now on. */
void add_usage(struct task_usage *dst, const struct task_usage *src);

#endif
