/*
 * wait4: how a parent learns what became of its children.
 *
 * Children belong to the thread group, whichever thread made them. Only here
 * does a zombie end.
 */
#include <asm/uaccess.h>
#include <proc/internal.h>
#include <syscalls.h>
#include <uapi/sched.h>
#include <uapi/wait.h>

static bool is_wanted(const struct wait_request *req,
		      const struct task_struct *child)
{
	bool clone_child = child->exit_signal != SIGCHLD;

	if (req->type == P_PID && child->pid != req->id)
		return false;
	if (req->type == P_PGID && child->pgrp != req->id)
		return false;
	return (req->options & __WALL) ||
		clone_child == !!(req->options & __WCLONE);
}

/* A whole group that has ended. tasklist_lock held. */
static bool take_zombie(struct wait_request *req, struct task_struct *parent,
			struct task_struct *child)
{
	if (!(req->options & WEXITED) || !group_is_over(child))
		return false;
	req->pid = child->pid;
	req->status = child->exit_code;
	group_usage(child, &req->use);
	if (req->options & WNOWAIT)
		return true;
	add_usage(&parent->child_use, &req->use);
	add_usage(&parent->child_use, &child->child_use);
	child->state = TASK_DEAD;
	release_task(child);
	return true;
}

/*
 * child has stopped since wait(2) was last told of it. True, and *status the word
 * for it, which is forgotten then unless keep.
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

/* The same of a child that goes on after a stop. */
static bool take_continued(struct task_struct *child, bool keep, u32 *status)
{
	struct job_state *job = &child->job;

	if (!job->untold_cont)
		return false;
	*status = 0xffff;
	job->untold_cont = keep;
	return true;
}

static bool take_change(struct wait_request *req, struct task_struct *child)
{
	bool keep = req->options & WNOWAIT;

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
 * One look at the children: 0, req->pid tells what came of it; or -ECHILD. If
 * nothing did, entry is queued before tasklist_lock is let go, under which they
 * change: none changes unseen, and who need not wait is never queued.
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

int do_wait(struct wait_request *req)
{
	struct wait_entry entry = { .task = current };
	int err;

	req->pid = 0;
	for (;;) {
		err = look_at_children(req, &entry);
		if (err || req->pid || (req->options & WNOHANG))
			break;
		if (signal_pending()) {
			err = -ERESTARTSYS;
			break;
		}
		schedule();
	}
	finish_wait(&current->group_leader->wait_child, &entry);
	reap_dead_tasks();
	return err;
}

#define WAIT4_OPTIONS \
	(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL)

/* wait4's pid: > 0 that child, 0 our group, -1 any, below: that group. */
static int parse_pid(s32 pid, struct wait_request *req)
{
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

s32 sys_wait4(s32 pid, uaddr_t status, u32 options, uaddr_t rusage)
{
	struct wait_request req;
	int err;

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
