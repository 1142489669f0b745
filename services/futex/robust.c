/*
 * The end of a thread: the kernel marks the locks that it holds (robust futexes),
 * and clears the word that pthread_join() waits for.
 *
 * A thread keeps a list of its locks in its own memory and passes the address
 * of its head. The program owns the list, so every pointer in it may be wrong.
 * The walk ends at the first bad one, or after ROBUST_LIST_LIMIT entries.
 */
#include <asm/uaccess.h>
#include <lib/printk.h>
#include <proc/proc.h>
#include <services/futex/internal.h>
#include <services/ids/ids.h>
#include <uapi/futex.h>

#define PI_FUTEX 1u /* bit of a list pointer: a lock of pi.c */

/* Wakes one waiter of the lock, in this process or another one: not private. */
static int wake_one(uaddr_t futex)
{
	u32 woken;

	return futex_wake(futex, false, 1, FUTEX_BITSET_MATCH_ANY, &woken);
}

/*
 * If task owns the lock, sets FUTEX_OWNER_DIED in its word and wakes the next
 * waiter; for a pi lock exit_pi_waiters() does that. Returns 0, -EFAULT or
 * -EINVAL.
 */
static int owner_dies(const struct task_struct *task, uaddr_t futex, bool pi)
{
	u32 value, seen;
	int err = futex % 4 ? -EINVAL : get_user_u32(&value, futex);

	while (!err && (value & FUTEX_TID_MASK) == (u32)task->pid) {
		/*
		 * A waiter may set FUTEX_WAITERS at any moment: the bit must
		 * not be lost.
		 */
		err = cmpxchg_user_u32(futex, value,
				       (value & FUTEX_WAITERS) |
					       FUTEX_OWNER_DIED,
				       &seen);
		if (!err && seen == value)
			return value & FUTEX_WAITERS && !pi ? wake_one(futex) :
							      0;
		value = seen;
	}
	return err;
}

/*
 * The lock that task was taking or releasing when it ended, which is not in the
 * list. A word of 0 may mean that it was released but the next waiter not woken
 * yet, so one is woken to be safe.
 */
static int pending_dies(const struct task_struct *task, uaddr_t futex, bool pi)
{
	u32 value;
	int err = futex % 4 ? -EINVAL : get_user_u32(&value, futex);

	if (err)
		return err;
	if (value)
		return owner_dies(task, futex, pi);
	return pi ? 0 : wake_one(futex);
}

/* Returns the address in a list pointer, whose lowest bit is PI_FUTEX. */
static uaddr_t entry_of(u32 pointer)
{
	return pointer & ~PI_FUTEX;
}

/*
 * Marks all locks in the list whose head is at user address head_va. Returns 0,
 * or the error of the first bad pointer.
 */
static int walk_list(const struct task_struct *task, uaddr_t head_va)
{
	struct robust_list_head head;
	uaddr_t entry, pending;
	u32 next, pointer;
	int err = 0;

	if (copy_from_user(&head, head_va, sizeof(head)))
		return -EFAULT;
	pending = entry_of(head.list_op_pending);
	pointer = head.next;
	entry = entry_of(pointer);
	for (u32 n = 0; n < ROBUST_LIST_LIMIT && entry != head_va; n++) {
		/*
		 * The next pointer is read before the lock is marked: its next
		 * owner may unlink it at once.
		 */
		int read = get_user_u32(&next, entry);

		/*
		 * The pending lock is handled at the end, whether it is in the
		 * list or not.
		 */
		if (entry != pending)
			err = owner_dies(task, entry + (u32)head.futex_offset,
					 pointer & PI_FUTEX);
		if (err || read)
			return err ? err : read;
		pointer = next;
		entry = entry_of(pointer);
		/*
		 * A list may have ROBUST_LIST_LIMIT entries, each of which may
		 * fault.
		 */
		cond_resched();
	}
	return pending ? pending_dies(task, pending + (u32)head.futex_offset,
				      head.list_op_pending & PI_FUTEX) :
			 0;
}

/*
 * A killed task's page faults fail if no memory is free at the first try
 * (trap/fault.c): the locks behind a page that could not be read stay unmarked
 * then, and their next owner waits for ever. Linux's oom-killed tasks have the
 * same weakness.
 */
static void exit_robust_list(struct task_struct *task)
{
	uaddr_t head = task->robust_list;

	/*
	 * First: the list is walked once, even if the walk fails and the task
	 * execs.
	 */
	task->robust_list = 0;
	if (head && walk_list(task, head) != 0)
		pr_debug("exit: the robust list at 0x%08x has a bad pointer\n",
			 head);
}

s32 sys_set_robust_list(uaddr_t head, u32 bytes)
{
	if (bytes != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

/* Another task's list shows addresses of its memory, so may_trace() decides. */
s32 sys_get_robust_list(s32 pid, uaddr_t head_to, uaddr_t bytes_to)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = pid ? find_task(pid) : current;
	uaddr_t head = task ? task->robust_list : 0;
	int err = task ? 0 : -ESRCH;

	if (task && !may_trace(task, false))
		err = -EPERM;
	tasklist_unlock(flags);
	if (err)
		return err;
	if (put_user_u32(sizeof(struct robust_list_head), bytes_to))
		return -EFAULT;
	return put_user_u32(head, head_to);
}

/* ---- the end of a task ------------------------------------------- */

/* The C library passes the word that pthread_join() waits for. */
s32 sys_set_tid_address(uaddr_t tidptr)
{
	current->clear_child_tid = tidptr;
	return current->pid;
}

/* Sets the word that pthread_join() waits for to zero and wakes its waiter. */
static void clear_tid(struct task_struct *task)
{
	uaddr_t tid = task->clear_child_tid;
	u32 woken;

	task->clear_child_tid = 0;
	/*
	 * No other task can wait for the word if this is the last one that uses
	 * the mm.
	 */
	if (!tid || atomic_read(&task->thread_info.mm->mm_users) == 1 ||
	    put_user_u32(0, tid))
		return;
	/* An error can be reported to nobody: the thread ends. */
	if (futex_wake(tid, false, 1, FUTEX_BITSET_MATCH_ANY, &woken))
		pr_debug("exit: clear_child_tid is 0x%08x, which is no futex\n",
			 tid);
}

/*
 * The exit_early of the service's row. Robust locks are marked before
 * clear_tid(): a joining thread may free the memory that they are in.
 */
static void futex_exit(struct task_struct *task)
{
	exit_robust_list(task);
	exit_pi_waiters(task);
	clear_tid(task);
}

/* The new program may own locks again; see exit_pi_waiters(). */
static void futex_exec(void)
{
	WRITE_ONCE(current->left_futexes, false);
}

const struct service futex_service = {
	.exec = futex_exec,
	.exit_early = futex_exit,
};
