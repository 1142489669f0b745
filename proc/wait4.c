/*
 * wait4: a parent waits for its children and collects their status.
 *
 * Children belong to the thread group, whichever thread made them. Every zombie
 * whose parent wants to know is released here.
 */
#include <asm/uaccess.h>
#include <proc/internal.h>
#include <syscalls.h>
#include <uapi/sched.h>
#include <uapi/wait.h>

/*
 * True if the request covers this child. Hold tasklist_lock, which keeps its
 * group and parent.
 */
static bool is_wanted(const struct wait_request *req,
		      const struct task_struct *child)
{
	bool clone_child = child->exit_signal != SIGCHLD;

	if (req->type == P_PID && child->pid != req->id)
		return false;
	if (req->type == P_PGID && child->pgrp != req->id)
		return false;
	/*
	 * A child that signals its end by anything but SIGCHLD is seen only
	 * with __WCLONE or __WALL, as on Linux.
	 */
	return (req->options & __WALL) ||
		clone_child == !!(req->options & __WCLONE);
}

/*
 * Takes the status of a child whose whole group has ended, and releases it.
 * Returns false if it has not ended. Hold tasklist_lock.
 */
static bool take_zombie(struct wait_request *req, struct task_struct *parent,
			struct task_struct *child)
{
	if (!(req->options & WEXITED) || !group_is_over(child))
		return false;
	req->pid = child->pid;
	req->status = child->exit_code;
	group_usage(child, &req->use);
	/* It stays for a later wait, and is not counted as waited for. */
	if (req->options & WNOWAIT)
		return true;
	/* getrusage(RUSAGE_CHILDREN): the child's own, and its children's. */
	add_usage(&parent->child_use, &req->use);
	add_usage(&parent->child_use, &child->child_use);
	release_task(child);
	return true;
}

/*
 * If child has stopped and no wait(2) has reported that yet, sets *status to
 * the word for it and returns true. keep leaves it to be reported again.
 */
static bool take_stopped(struct task_struct *child, bool keep, u32 *status)
{
	struct job_state *job = &child->job;

	if (!job->stopped || !job->untold_stop)
		return false;
	*status = job->untold_stop << 8 | 0x7f;
	if (!keep)
		job->untold_stop = 0;
	return true;
}

/* The same for a child that continues after a stop. */
static bool take_continued(struct task_struct *child, bool keep, u32 *status)
{
	struct job_state *job = &child->job;

	if (!job->untold_cont)
		return false;
	*status = 0xffff;
	job->untold_cont = keep;
	return true;
}

/* Reports a stop or a continuation. Hold tasklist_lock. */
static bool take_change(struct wait_request *req, struct task_struct *child)
{
	bool keep = req->options & WNOWAIT;

	/* The end supersedes a stop that was not reported in time. */
	if (group_is_over(child))
		return false;
	if ((req->options & WUNTRACED) &&
	    take_stopped(child, keep, &req->status))
		req->pid = child->pid;
	else if ((req->options & WCONTINUED) &&
		 take_continued(child, keep, &req->status))
		req->pid = child->pid;
	else
		return false;
	group_usage(child, &req->use);
	return true;
}

/*
 * Looks at all children once. Returns 0, and req->pid is set if one had
 * something to report; or -ECHILD if none is covered by the request. If nothing
 * was found, entry is queued before tasklist_lock is released: children change
 * under that lock, so no change is missed, and a caller that need not wait is
 * never queued.
 */
static int look_at_children(struct wait_request *req, struct wait_entry *entry)
{
	struct task_struct *parent = current->group_leader, *child;
	u32 flags = tasklist_lock();
	int err = -ECHILD;

	TAILQ_FOREACH(child, &parent->children, sibling) {
		if (!is_wanted(req, child))
			continue;
		err = 0;
		if (take_zombie(req, parent, child) || take_change(req, child))
			break;
	}
	if (!err && !req->pid && !(req->options & WNOHANG))
		prepare_to_wait(&parent->wait_child, entry, TASK_INTERRUPTIBLE);
	tasklist_unlock(flags);
	return err;
}

/*
 * A loop, because the change that woke us may have been reported to another
 * thread of this group.
 */
int do_wait(struct wait_request *req)
{
	struct wait_entry entry = { .task = current };
	int err;

	req->pid = 0;
	for (;;) {
		err = look_at_children(req, &entry);
		if (err || req->pid || (req->options & WNOHANG))
			break;
		/*
		 * After the look: a child's change is reported before the
		 * signal is handled, so that it is not lost.
		 */
		if (signal_pending()) {
			err = -ERESTARTSYS;
			break;
		}
		schedule();
	}
	/* entry lies on this stack and must leave the queue. */
	finish_wait(&current->group_leader->wait_child, &entry);
	/* take_zombie dropped the last reference under a lock. */
	reap_dead_tasks();
	return err;
}

#define WAIT4_OPTIONS \
	(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL)

/*
 * Translates wait4's pid: above 0 that child, 0 a child of the caller's group,
 * -1 any, below -1 a child of group -pid.
 */
static int parse_pid(s32 pid, struct wait_request *req)
{
	/* INT_MIN names no group: -INT_MIN is no int. */
	if (pid == INT32_MIN)
		return -ESRCH;
	if (pid == -1) {
		req->type = P_ALL;
	} else if (pid > 0) {
		req->type = P_PID;
		req->id = pid;
	} else {
		req->type = P_PGID;
		req->id = pid ? -pid : current->pgrp;
	}
	return 0;
}

/* If a copy fails the child is gone nevertheless, as on Linux. */
s32 sys_wait4(s32 pid, uaddr_t status, u32 options, uaddr_t rusage)
{
	struct wait_request req;
	int err;

	/* wait4 always reports an end; only waitid can leave it out. */
	req.options = options | WEXITED;
	if (options & ~WAIT4_OPTIONS)
		return -EINVAL;
	err = parse_pid(pid, &req);
	if (err)
		return err;
	err = do_wait(&req);
	if (err || !req.pid)
		return err;
	if (rusage)
		err = put_rusage(&req.use, rusage);
	if (!err && status)
		err = put_user_u32(req.status, status);
	return err ? err : req.pid;
}
