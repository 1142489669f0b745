/*
 * Decisions by user, except those about files: what one task may do to another,
 * how many processes a user may have, and as which user a set-uid program runs.
 */
#include <fs/fs.h>
#include <proc/exec.h>
#include <proc/proc.h>
#include <services/files/files.h>
#include <services/ids/ids.h>
#include <uapi/securebits.h>
#include <uapi/signal.h>

/* ---- one task and another ---------------------------------------- */

/*
 * Returns true if all ids of cred are uid and gid: not only those it acts with
 * now, but also those it may return to.
 */
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

/* A task without memory has nothing to hide. Hold tasklist_lock. */
static bool is_dumpable(const struct task_struct *task)
{
	return !task->thread_info.mm || !task->thread_info.mm->not_dumpable;
}

bool may_trace(const struct task_struct *task, bool for_files)
{
	const struct cred *cred = current_cred();
	const struct cred *other = cred_of(&task->thread_info);

	/* Threads of one process share their memory anyway. */
	if (task->tgid == current->tgid || has_cap(cred, CAP_SYS_PTRACE))
		return true;
	/*
	 * Files in /proc are opened with the fsuid, which a file server changes
	 * to act for a user; ptrace and process_vm_readv compare the real ids.
	 */
	if (for_files)
		return is_all_of(other, cred->fsuid, cred->fsgid) &&
			is_dumpable(task) &&
			!(other->permitted & ~cred->effective);
	return is_all_of(other, cred->uid, cred->gid) && is_dumpable(task) &&
		!(other->permitted & ~cred->permitted);
}

/*
 * SIGCONT needs only the same session, so that a shell can continue a job that
 * has become another user.
 */
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

/*
 * Returns how many tasks have real user uid. Takes tasklist_lock. Counted on
 * demand, since only a user with a limit below MAX_TASKS makes anybody ask.
 */
static u32 tasks_of_user(u32 uid)
{
	const struct task_struct *task;
	u32 flags = tasklist_lock(), n = 0;

	TAILQ_FOREACH(task, &all_tasks, tasks)
		n += cred_of(&task->thread_info)->uid == uid;
	tasklist_unlock(flags);
	return n;
}

/*
 * The fork of the service's row: 0, or -EAGAIN if the caller's user has
 * RLIMIT_NPROC tasks. As in Linux the limit does not bind root, nor a task that
 * may raise it.
 */
static int limit_tasks(struct task_struct *child __unused_arg,
		       u32 flags __unused_arg)
{
	const struct cred *cred = current_thread_info()->cred;
	u32 limit;

	if (likely(!cred) || cred->uid == 0 ||
	    has_cap(cred, CAP_SYS_RESOURCE) || has_cap(cred, CAP_SYS_ADMIN))
		return 0;
	limit = rlimit(RLIMIT_NPROC);
	/*
	 * A limit that the machine cannot reach is not worth a walk over all
	 * tasks.
	 */
	if (limit >= MAX_TASKS || tasks_of_user(cred->uid) < limit)
		return 0;
	return -EAGAIN;
}

/*
 * As in Linux setuid() succeeds beyond the limit, since many programs do not
 * check its result and would go on as root; execve() fails then instead.
 */
bool user_has_too_many(const struct cred *cred)
{
	u32 limit = rlimit(RLIMIT_NPROC);

	return cred->uid && limit < MAX_TASKS &&
		tasks_of_user(cred->uid) > limit;
}

/* ---- execve ------------------------------------------------------ */

/*
 * Takes over the owner of a set-uid file, and the group of a set-gid one, unless
 * its mount has MS_NOSUID. Without the group's x bit S_ISGID marks a file for
 * mandatory locks and has no effect here.
 */
static void take_set_ids(struct cred *new, const struct file *file)
{
	const struct inode *inode = file->f_inode;

	if (mnt_flags(file->f_mnt) & MS_NOSUID)
		return;
	if (inode->i_mode & S_ISUID)
		new->euid = inode->i_uid;
	if ((inode->i_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		new->egid = inode->i_gid;
}

/*
 * Sets the capabilities of a new program: root's programs have all of the
 * bounding set and what they inherit, others the ambient ones, which a program
 * that changes the user or group does not get (capabilities(7)).
 */
static void exec_caps(struct cred *new, const struct cred *old)
{
	const bool root = !(new->securebits &SECBIT_NOROOT);

	if (new->euid != old->uid || new->egid != old->gid)
		new->ambient = 0;
	if (root && (new->uid == 0 || new->euid == 0))
		new->permitted = (ALL_CAPS & ~new->dropped) | new->inheritable;
	else
		new->permitted = new->ambient;
	/*
	 * Under no_new_privs execve gives nothing that the task did not have
	 * before.
	 */
	if (new->no_new_privs)
		new->permitted &= old->permitted;
	new->effective = root &&new->euid == 0 ? new->permitted : new->ambient;
	new->securebits &= ~SECBIT_KEEP_CAPS;
}

/*
 * The load_program of the service's row: prepares the credentials with which
 * exec's program will run. Returns 0, -EAGAIN (RLIMIT_NPROC) or -ENOMEM. A task
 * without a cred of its own is root and stays so, except for another user's
 * set-uid program.
 */
static int exec_cred(struct exec *exec, const char *path __unused_arg)
{
	const struct inode *inode = exec->program.file->f_inode;
	const struct cred *old = current_cred();
	struct cred *new;

	/*
	 * The common case, root runs an ordinary program, needs no cred at all.
	 */
	if (likely(!current_thread_info()->cred &&
		   !(inode->i_mode & (S_ISUID | S_ISGID))))
		return 0;
	/*
	 * setuid() went beyond the limit; the user's other tasks may have ended
	 * since.
	 */
	if (old->over_nproc && user_has_too_many(old))
		return -EAGAIN;
	new = prepare_cred();
	if (!new)
		return -ENOMEM;
	if (!new->no_new_privs)
		take_set_ids(new, exec->program.file);
	/*
	 * The saved id is the file's owner, too: a program that lowers its
	 * effective id can come back to it.
	 */
	new->suid = new->fsuid = new->euid;
	new->sgid = new->fsgid = new->egid;
	exec_caps(new, old);
	new->over_nproc = false;
	/*
	 * The memory of a privileged program, or of one that the user may not
	 * read, is kept from core dumps and from the user's other tasks.
	 */
	exec->args.not_dumpable = old->euid != old->uid ||
		old->egid != old->gid || gains_by(new, old) ||
		inode_permission(inode, MAY_READ);
	exec->cred = new;
	exec->args.cred = new;
	/* AT_SECURE: the C library ignores LD_PRELOAD and the like. */
	exec->args.secure = new->euid != new->uid || new->egid != new->gid ||
		new->euid != old->euid || new->egid != old->egid;
	return 0;
}

const struct service ids_service = {
	.fork = limit_tasks,
	.load_program = exec_cred,
};
