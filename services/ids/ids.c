/* The numbers of a task, its process group and session, and its name. */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/ids/ids.h>
#include <services/sched/sched.h>
#include <services/signal/signal.h>
#include <string.h>
#include <uapi/securebits.h>

/* POSIX's process is a group of threads, so getpid() is the group's number. */
s32 sys_getpid(void)
{
	return current->tgid;
}

/* The number of this thread, of which each thread of a process has its own. */
s32 sys_gettid(void)
{
	return current->pid;
}

/*
 * ppid is one word, so no lock is needed to read it; the parent may end right
 * after.
 */
s32 sys_getppid(void)
{
	return READ_ONCE(current->group_leader->ppid);
}

/* ---- process groups and sessions --------------------------------- */

/*
 * Returns the leader of process pid (0: the caller's), or NULL if pid is no
 * process but a thread, or nothing. Hold tasklist_lock.
 */
static struct task_struct *find_process(s32 pid)
{
	struct task_struct *task = pid ? find_task(pid) : current->group_leader;

	return task && task == task->group_leader ? task : NULL;
}

/*
 * Moves leader's process to group pgrp of session. Each thread has a copy of
 * both numbers, for readers of one task. Hold tasklist_lock.
 */
static void set_pgrp(struct task_struct *leader, s32 pgrp, s32 session)
{
	struct task_struct *task;

	/*
	 * The lists by number have leaders only: a signal to a group reaches
	 * each process once.
	 */
	leave_id(leader, ID_PGRP);
	join_id(leader, ID_PGRP, pgrp, find_by_id(ID_PGRP, pgrp));
	leave_id(leader, ID_SESSION);
	join_id(leader, ID_SESSION, session, find_by_id(ID_SESSION, session));
	for_each_thread(task, leader) {
		task->left_tty = task->left_tty && task->session == session;
		task->pgrp = pgrp;
		task->session = session;
	}
}

/*
 * Returns true if group pgrp exists in session. One member tells, since all
 * processes of a group are in the same session. Hold tasklist_lock.
 */
static bool pgrp_in_session(s32 pgrp, s32 session)
{
	const struct task_struct *task = find_by_id(ID_PGRP, pgrp);

	return task && task->session == session;
}

/*
 * A process may have left the group that has its number, which then has no
 * member: the process still names the session.
 */
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

/*
 * Checks setpgid(2)'s rules in Linux's order: 0, -ESRCH, -EPERM or -EACCES.
 * Hold tasklist_lock.
 */
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
		/*
		 * A child is moved by its shell only until it runs its own
		 * program, which may rely on its group afterwards.
		 */
		if (task->did_exec)
			return -EACCES;
	}
	if (task->session == task->pid) /* leads a session */
		return -EPERM;
	/*
	 * A group of its own may be new; any other must exist, in the same
	 * session.
	 */
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
	/*
	 * To the same group again: its place in the list, and so a walk over
	 * it, stays.
	 */
	if (!err && task->pgrp != pgid)
		set_pgrp(task, pgid, task->session);
	tasklist_unlock(flags);
	/* Group 0 means the group of this number, so a negative one is no group. */
	return unlikely(!task) && pid < 0 && pgid == 0 ? -EINVAL : err;
}

/* pid may also be a thread's number, as on Linux. */
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

/*
 * The new session has no controlling terminal: a terminal knows its session's
 * number, and this one is new.
 */
s32 sys_setsid(void)
{
	u32 flags = tasklist_lock();
	struct task_struct *me = current->group_leader;
	s32 result = me->pid;

	if (find_by_id(ID_PGRP, me->pid))
		result = -EPERM; /* an existing group has its number */
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
#define PR_GET_TIMING       13
#define PR_SET_TIMING       14
#define PR_CAPBSET_READ     23
#define PR_CAPBSET_DROP     24
#define PR_GET_SECUREBITS   27
#define PR_SET_SECUREBITS   28
#define PR_SET_TIMERSLACK   29
#define PR_GET_TIMERSLACK   30
#define PR_SET_NO_NEW_PRIVS 38
#define PR_GET_NO_NEW_PRIVS 39
#define PR_CAP_AMBIENT      47

/* Sets the name of the running thread from a user string: 0 or -EFAULT. */
static s32 set_name(uaddr_t from)
{
	char name[TASK_COMM_LEN] = ""; /* PR_GET_NAME copies all of it */
	int err = strncpy_from_user(name, from, sizeof(name), NULL);

	if (err && err != -ENAMETOOLONG)
		return err;
	name[sizeof(name) - 1] = '\0'; /* a longer name is cut, as on Linux */
	memcpy(current->comm, name, sizeof(name));
	return 0;
}

/*
 * Sets the flag of one of two prctl options: 0, -EINVAL or -ENOMEM.
 * no_new_privs can only be set: a sandbox relies on it for good.
 */
static s32 set_flag(u32 option, u32 flag)
{
	struct cred *new;

	if (flag > 1 || (option == PR_SET_NO_NEW_PRIVS && flag != 1))
		return -EINVAL;
	if (option == PR_SET_KEEPCAPS &&
	    current_cred()->securebits & SECBIT_KEEP_CAPS << 1)
		return -EPERM;
	new = prepare_cred();
	if (!new)
		return -ENOMEM;
	if (option == PR_SET_NO_NEW_PRIVS)
		new->no_new_privs = true;
	else if (flag)
		new->securebits |= SECBIT_KEEP_CAPS;
	else
		new->securebits &= ~SECBIT_KEEP_CAPS;
	set_cred(new);
	return 0;
}

/*
 * PR_SET_SECUREBITS: 0, -ENOMEM, or -EPERM, also for a bit that does not exist,
 * or that is locked, and for a lock that would be taken off.
 */
static s32 set_securebits(u32 bits)
{
	u32 old = current_cred()->securebits, locks = old & SECURE_ALL_LOCKS;
	struct cred *new;

	if (bits & ~(u32)(SECURE_ALL_BITS | SECURE_ALL_LOCKS) ||
	    (old ^ bits) & locks >> 1 || locks & ~bits || !capable(CAP_SETPCAP))
		return -EPERM;
	new = prepare_cred();
	if (!new)
		return -ENOMEM;
	new->securebits = (u8)bits;
	set_cred(new);
	return 0;
}

#define PR_SET_CHILD_SUBREAPER 36
#define PR_GET_CHILD_SUBREAPER 37

/*
 * PR_SET_CHILD_SUBREAPER and PR_GET_CHILD_SUBREAPER, of the whole process: 0 or
 * -EFAULT. Under tasklist_lock, since an execve may pass the leader's place on.
 */
static s32 adopt_orphans(u32 option, u32 arg)
{
	u32 flags = tasklist_lock();
	bool *is = &current->group_leader->child_subreaper, was = *is;

	if (option == PR_SET_CHILD_SUBREAPER)
		*is = arg != 0;
	tasklist_unlock(flags);
	return option == PR_SET_CHILD_SUBREAPER ? 0 : put_user_u32(was, arg);
}

/*
 * The options that change neither the task's name nor its rights. The timer
 * slack is how late timers may be, in ns: they are never late on purpose here,
 * so it is only kept, and 0 takes the thread's default.
 */
static s32 change_life(u32 option, u32 arg)
{
	switch (option) {
	case PR_GET_TIMING:
		return 0;
	/* Another way to measure times than by ticks was never made. */
	case PR_SET_TIMING:
		return arg ? -EINVAL : 0;
	case PR_GET_TIMERSLACK:
		return (s32)task_timer_slack(current);
	case PR_SET_TIMERSLACK:
		current->timer_slack_ns = arg ? arg : current->default_slack_ns;
		return 0;
	case PR_GET_SECUREBITS:
		return current_cred()->securebits;
	case PR_SET_SECUREBITS:
		return set_securebits(arg);
	case PR_SET_CHILD_SUBREAPER:
	case PR_GET_CHILD_SUBREAPER:
		return adopt_orphans(option, arg);
	default:
		return -EINVAL;
	}
}

/*
 * Linux checks that unused arguments are 0 for some options only; so does this.
 */
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
		return !current_thread_info()->mm->not_dumpable;
	case PR_GET_KEEPCAPS:
		return (current_cred()->securebits & SECBIT_KEEP_CAPS) != 0;
	case PR_CAPBSET_READ:
	case PR_CAPBSET_DROP:
		return bounding_set(arg2, option == PR_CAPBSET_DROP);
	case PR_CAP_AMBIENT:
		return ambient_set(arg2, arg3, arg4 | arg5);
	/*
	 * Linux insists on zeros here, so that they can be given a meaning
	 * later.
	 */
	case PR_GET_NO_NEW_PRIVS:
		return arg2 || arg3 || arg4 || arg5 ?
			-EINVAL :
			current_cred()->no_new_privs;
	case PR_SET_NO_NEW_PRIVS:
		if (arg3 || arg4 || arg5)
			return -EINVAL;
		return set_flag(option, arg2);
	case PR_SET_KEEPCAPS:
		return set_flag(option, arg2);
	/* Only the kernel may set Linux's third value. */
	case PR_SET_DUMPABLE:
		if (arg2 > 1)
			return -EINVAL;
		current_thread_info()->mm->not_dumpable = !arg2;
		return 0;
	default:
		return change_life(option, arg2);
	}
}
