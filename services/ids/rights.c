/*
 * What users decide besides files: what one task may do to another, how many
 * processes there may be, and as whom a program runs that is set-uid.
 */
#include <fs/fs.h>
#include <proc/exec.h>
#include <proc/proc.h>
#include <services/ids/ids.h>
#include <uapi/signal.h>

/* ---- one task and another ---------------------------------------- */

/* What it is, or what it may become again: all three ids of each kind. */
static bool is_all_of(const struct cred *cred, u32 uid, u32 gid)
{
	return uid == cred->uid && uid == cred->euid && uid == cred->suid &&
		gid == cred->gid && gid == cred->egid && gid == cred->sgid;
}

bool same_user(const struct task_struct *task)
{
	const struct cred *cred = current_cred();
	const struct cred *other = cred_of(&task->thread_info);

	return cred == other || is_all_of(other, cred->uid, cred->gid);
}

bool may_trace(const struct task_struct *task, bool for_files)
{
	const struct cred *cred = current_cred();
	const struct cred *other = cred_of(&task->thread_info);

	if (task->tgid == current->tgid || has_cap(cred, CAP_SYS_PTRACE))
		return true;
	if (for_files)
		return is_all_of(other, cred->fsuid, cred->fsgid) &&
			!other->not_dumpable &&
			!(other->permitted & ~cred->effective);
	return is_all_of(other, cred->uid, cred->gid) && !other->not_dumpable &&
		!(other->permitted & ~cred->permitted);
}

bool user_may_signal(const struct task_struct *task, s32 sig)
{
	const struct cred *cred = current_cred();
	const struct cred *other = cred_of(&task->thread_info);

	return task->tgid == current->tgid || cred->euid == other->suid ||
		cred->euid == other->uid || cred->uid == other->suid ||
		cred->uid == other->uid || has_cap(cred, CAP_KILL) ||
		(sig == SIGCONT && task->session == current->session);
}

/* ---- RLIMIT_NPROC ------------------------------------------------ */

/* Tasks of the running task's real user. */
static u32 tasks_of_user(u32 uid)
{
	const struct task_struct *task;
	u32 flags = tasklist_lock(), n = 0;

	TAILQ_FOREACH(task, &all_tasks, tasks)
		n += cred_of(&task->thread_info)->uid == uid;
	tasklist_unlock(flags);
	return n;
}

/* As in Linux the limit does not bind root, nor who may raise it. */
static int limit_tasks(struct task_struct *child __unused_arg,
		       u32 flags __unused_arg)
{
	const struct cred *cred = current_thread_info()->cred;
	u32 limit;

	if (likely(!cred) || cred->uid == 0 ||
	    has_cap(cred, CAP_SYS_RESOURCE) || has_cap(cred, CAP_SYS_ADMIN))
		return 0;
	limit = rlimit(RLIMIT_NPROC);
	if (limit >= MAX_TASKS || tasks_of_user(cred->uid) < limit)
		return 0;
	return -EAGAIN;
}

/* As in Linux setuid succeeds all the same: who does not look runs nothing. */
bool user_has_too_many(const struct cred *cred)
{
	u32 limit = rlimit(RLIMIT_NPROC);

	return cred->uid && limit < MAX_TASKS &&
		tasks_of_user(cred->uid) > limit;
}

/* ---- execve ------------------------------------------------------ */

/* As which user and group the program in file is to run. */
static void take_set_ids(struct cred *new, const struct inode *inode)
{
	if (inode->i_mode & S_ISUID)
		new->euid = inode->i_uid;
	if ((inode->i_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		new->egid = inode->i_gid;
}

/* Root's programs have all privileges, the others none (capabilities(7)). */
static void exec_caps(struct cred *new, const struct cred *old)
{
	if (new->uid == 0 || new->euid == 0)
		new->permitted = ALL_CAPS;
	else
		new->permitted = 0;
	/* What a program with no_new_privs has, it had before. */
	if (new->no_new_privs)
		new->permitted &= old->permitted;
	new->effective = new->euid == 0 ? new->permitted : 0;
	new->keep_caps = false;
}

/*
 * A task that never was anybody but root is root; a set-uid program of another
 * user runs as that one, as it does in Linux.
 */
static int exec_cred(struct exec *exec, const char *path __unused_arg)
{
	const struct inode *inode = exec->program.file->f_inode;
	const struct cred *old = current_cred();
	struct cred *new;

	if (likely(!current_thread_info()->cred &&
		   !(inode->i_mode & (S_ISUID | S_ISGID))))
		return 0;
	if (old->over_nproc && user_has_too_many(old))
		return -EAGAIN;
	new = prepare_cred();
	if (!new)
		return -ENOMEM;
	if (!new->no_new_privs)
		take_set_ids(new, inode);
	new->suid = new->fsuid = new->euid;
	new->sgid = new->fsgid = new->egid;
	exec_caps(new, old);
	new->over_nproc = false;
	new->not_dumpable = old->euid != old->uid || old->egid != old->gid ||
		gains_by(new, old) || inode_permission(inode, MAY_READ);
	exec->cred = new;
	exec->args.cred = new;
	exec->args.secure = new->euid != new->uid || new->egid != new->gid ||
		new->euid != old->euid || new->egid != old->egid;
	return 0;
}

const struct service ids_service = {
	.fork = limit_tasks,
	.load_program = exec_cred,
};
