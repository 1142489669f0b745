/*
 * kill and its family: a program sends a signal to a thread, a process, a group,
 * or all.
 */
#include <services/ids/ids.h>
#include <services/signal/internal.h>

/*
 * Returns the siginfo of a signal that the running task sends: its process and
 * real user. A task without cred is root.
 */
static struct kernel_siginfo info_from_user(int sig, s32 code)
{
	const struct cred *cred = current_thread_info()->cred;

	return (struct kernel_siginfo){ .signo = sig,
					.code = code,
					.pid = current->tgid,
					.uid = likely(!cred) ? 0 : cred->uid };
}

void send_sig_current(int sig)
{
	struct kernel_siginfo info = info_from_user(sig, SI_USER);
	u32 flags = tasklist_lock();

	/*
	 * -ESRCH, in an image without this service, needs no reaction: no task
	 * takes signals there.
	 */
	(void)send_to_thread(current, &info);
	tasklist_unlock(flags);
}

#define SENT_AT_ONCE 8 /* before tasklist_lock is released */

/*
 * kill(-1): sends info to all processes but init, kernel threads and the
 * caller's own, and returns how many it tried. Kernel threads and init are
 * recognised by their parent, the boot task: having no memory is no sign, for
 * the first thread of a process may have ended. flags: those of tasklist_lock.
 */
static u32 send_to_all(const struct kernel_siginfo *info, u32 *flags)
{
	struct task_struct *task;
	u32 n = 0;

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (task != task->group_leader || task->tgid == current->tgid ||
		    task->parent == &init_task)
			continue;
		send_to_group(task, info);
		/*
		 * If the task at which the walk stood was released, the walk
		 * starts again; some processes then get the signal twice, but
		 * none is missed.
		 */
		if (++n % SENT_AT_ONCE == 0 && !let_others_in(task, flags))
			task = TAILQ_FIRST(&all_tasks);
	}
	return n;
}

/*
 * pid > 0 is a process, 0 the caller's group, -1 all processes, below -1 the
 * group -pid. The walks over many processes release tasklist_lock in between.
 */
s32 sys_kill(s32 pid, s32 sig)
{
	struct kernel_siginfo info = info_from_user(sig, SI_USER);
	struct task_struct *task;
	int err = -ESRCH;
	u32 flags;

	if (sig != 0 && !valid_signal(sig))
		return -EINVAL;
	/* -pid would overflow; Linux has this check for the same reason. */
	if (pid == INT32_MIN)
		return -ESRCH;
	flags = tasklist_lock();
	if (pid > 0) {
		task = find_task(pid);
		if (task)
			err = send_to_group(task->group_leader, &info);
	} else if (pid != -1) {
		err = send_to_pgrp(pid ? -pid : current->pgrp, &info, &flags);
	} else if (send_to_all(&info, &flags)) {
		err = 0; /* kill(-1) succeeds even if it may signal none */
	}
	tasklist_unlock(flags);
	return err;
}

s32 do_tkill(s32 tgid, s32 tid, const struct kernel_siginfo *info)
{
	struct task_struct *task;
	int err = -ESRCH;
	u32 flags;

	if (tid <= 0 || (info->signo != 0 && !valid_signal(info->signo)))
		return -EINVAL;
	flags = tasklist_lock();
	task = find_task(tid);
	/*
	 * The tgid protects a program from a tid that another process has got
	 * meanwhile.
	 */
	if (task && (!tgid || task->tgid == tgid))
		err = may_signal(task, info->signo) ?
			send_to_thread(task, info) :
			-EPERM;
	tasklist_unlock(flags);
	return err;
}

/*
 * The old call without a process: the tid may have been reused by another one.
 */
s32 sys_tkill(s32 tid, s32 sig)
{
	struct kernel_siginfo info = info_from_user(sig, SI_TKILL);

	return do_tkill(0, tid, &info);
}

s32 sys_tgkill(s32 tgid, s32 tid, s32 sig)
{
	struct kernel_siginfo info = info_from_user(sig, SI_TKILL);

	return tgid <= 0 ? -EINVAL : do_tkill(tgid, tid, &info);
}
