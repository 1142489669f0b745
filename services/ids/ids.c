/*
 * Who a task is: its ids, process group and session, and its name.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/ids/ids.h>
#include <services/signal/signal.h>
#include <string.h>

s32 sys_getpid(void)
{
	return current->tgid;
}

s32 sys_gettid(void)
{
	return current->pid;
}

s32 sys_getppid(void)
{
	return READ_ONCE(current->group_leader->ppid);
}

/* ---- process groups and sessions --------------------------------- */

/* The leader of process pid (0: the caller's), or NULL. tasklist_lock held. */
static struct task_struct *find_process(s32 pid)
{
	struct task_struct *task = pid ? find_task(pid) : current->group_leader;

	return task && task == task->group_leader ? task : NULL;
}

/* The process goes there, each thread's copy too. tasklist_lock held. */
static void set_pgrp(struct task_struct *leader, s32 pgrp, s32 session)
{
	struct task_struct *task;

	leave_id(leader, ID_PGRP);
	join_id(leader, ID_PGRP, pgrp, find_by_id(ID_PGRP, pgrp));
	leave_id(leader, ID_SESSION);
	join_id(leader, ID_SESSION, session, find_by_id(ID_SESSION, session));
	for_each_thread(task, leader) {
		task->pgrp = pgrp;
		task->session = session;
	}
}

/* All processes of a group are in one session. */
static bool pgrp_in_session(s32 pgrp, s32 session)
{
	const struct task_struct *task = find_by_id(ID_PGRP, pgrp);

	return task && task->session == session;
}

s32 pgrp_session(s32 pgrp)
{
	u32 flags = tasklist_lock();
	const struct task_struct *found = find_by_id(ID_PGRP, pgrp);

	if (!found)
		found = find_task(pgrp);
	pgrp = found ? found->session : -ESRCH;
	tasklist_unlock(flags);
	return pgrp;
}

/* setpgid(2)'s rules, in Linux's order. tasklist_lock held. */
static int check_setpgid(const struct task_struct *task, s32 pgid)
{
	const struct task_struct *me = current->group_leader;

	if (!task)
		return -ESRCH;
	if (task != me) {
		if (task->parent != me)
			return -ESRCH;
		if (task->session != me->session)
			return -EPERM;
		if (task->did_exec)
			return -EACCES;
	}
	if (task->session == task->pid) /* a session's leader */
		return -EPERM;
	if (pgid != task->pid && !pgrp_in_session(pgid, me->session))
		return -EPERM;
	return 0;
}

s32 sys_setpgid(s32 pid, s32 pgid)
{
	struct task_struct *task;
	u32 flags;
	int err;

	if (pgid < 0)
		return -EINVAL;
	flags = tasklist_lock();
	task = find_process(pid);
	if (task && pgid == 0)
		pgid = task->pid;
	err = check_setpgid(task, pgid);
	if (!err && task->pgrp != pgid)
		set_pgrp(task, pgid, task->session);
	tasklist_unlock(flags);
	return err;
}

s32 sys_getpgid(s32 pid)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = pid ? find_task(pid) : current;
	s32 pgid = task ? task->pgrp : -ESRCH;

	tasklist_unlock(flags);
	return pgid;
}

s32 sys_getpgrp(void)
{
	return sys_getpgid(0);
}

s32 sys_getsid(s32 pid)
{
	u32 flags = tasklist_lock();
	const struct task_struct *task = pid ? find_task(pid) : current;
	s32 session = task ? task->session : -ESRCH;

	tasklist_unlock(flags);
	return session;
}

s32 sys_setsid(void)
{
	u32 flags = tasklist_lock();
	struct task_struct *me = current->group_leader;
	s32 result = me->pid;

	if (find_by_id(ID_PGRP, me->pid))
		result = -EPERM; /* a group by that id exists */
	if (result > 0)
		set_pgrp(me, me->pid, me->pid);
	tasklist_unlock(flags);
	return result;
}

/* ---- names ------------------------------------------------------- */

#define PR_SET_NAME         15
#define PR_GET_NAME         16
#define PR_SET_PDEATHSIG    1
#define PR_GET_PDEATHSIG    2
#define PR_GET_DUMPABLE     3
#define PR_SET_DUMPABLE     4
#define PR_GET_KEEPCAPS     7
#define PR_SET_KEEPCAPS     8
#define PR_CAPBSET_READ     23
#define PR_SET_NO_NEW_PRIVS 38
#define PR_GET_NO_NEW_PRIVS 39

static s32 set_name(uaddr_t from)
{
	char name[TASK_COMM_LEN] = ""; /* PR_GET_NAME shows all of it */
	int err = strncpy_from_user(name, from, sizeof(name), NULL);

	if (err && err != -ENAMETOOLONG)
		return err;
	name[sizeof(name) - 1] = '\0'; /* longer ones are cut */
	memcpy(current->comm, name, sizeof(name));
	return 0;
}

/* Their flag is 1 or 0; no_new_privs is never taken back. */
static s32 set_flag(u32 option, u32 flag)
{
	struct cred *new;

	if (flag > 1 || (option == PR_SET_NO_NEW_PRIVS && flag != 1))
		return -EINVAL;
	new = prepare_cred();
	if (!new)
		return -ENOMEM;
	if (option == PR_SET_KEEPCAPS)
		new->keep_caps = flag;
	else if (option == PR_SET_DUMPABLE)
		new->not_dumpable = !flag;
	else
		new->no_new_privs = true;
	set_cred(new);
	return 0;
}

s32 sys_prctl(u32 option, u32 arg2, u32 arg3, u32 arg4, u32 arg5)
{
	switch (option) {
	case PR_SET_NAME:
		return set_name(arg2);
	case PR_GET_NAME:
		return copy_to_user(arg2, current->comm, TASK_COMM_LEN) ?
			-EFAULT :
			0;
	case PR_SET_PDEATHSIG:
		return set_parent_death_signal((s32)arg2);
	case PR_GET_PDEATHSIG:
		return put_user_u32((u32)parent_death_signal(), arg2);
	case PR_GET_DUMPABLE:
		return !current_cred()->not_dumpable;
	case PR_GET_KEEPCAPS:
		return current_cred()->keep_caps;
	case PR_CAPBSET_READ:
		return arg2 <= CAP_LAST ? 1 : -EINVAL;
	case PR_GET_NO_NEW_PRIVS:
		return arg2 || arg3 || arg4 || arg5 ?
			-EINVAL :
			current_cred()->no_new_privs;
	case PR_SET_NO_NEW_PRIVS:
		if (arg3 || arg4 || arg5)
			return -EINVAL;
		return set_flag(option, arg2);
	case PR_SET_KEEPCAPS:
	case PR_SET_DUMPABLE:
		return set_flag(option, arg2);
	default:
		return -EINVAL;
	}
}
