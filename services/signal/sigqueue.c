/*
 * Signals with a value that the sender gives, by rt_sigqueueinfo and
 * rt_tgsigqueueinfo, or that the receiver chose, by mq_notify.
 */
#include <asm/uaccess.h>
#include <cred.h>
#include <services/signal/internal.h>
#include <services/signal/owner.h>

/*
 * Reads the siginfo that a program wrote at user address from; sig replaces its
 * signal. A program may not send another process one that looks as if the
 * kernel or kill() had sent it: those codes are -EPERM unless pid is the
 * caller's. Returns 0, -EFAULT, -EINVAL or -EPERM.
 */
static int get_siginfo(s32 pid, s32 sig, uaddr_t from,
		       struct kernel_siginfo *info)
{
	struct siginfo user;

	if (copy_from_user(&user, from, sizeof(user)))
		return -EFAULT;
	*info = (struct kernel_siginfo){ .signo = sig,
					 .code = user.si_code,
					 .pid = user.si_pid,
					 .uid = user.si_uid,
					 .status = user.si_status };
	/*
	 * The kernel would take it for a timer's signal, and start that timer
	 * again.
	 */
	if (info->code == CODE_OF_TIMER)
		return -EINVAL;
	return (info->code >= 0 || info->code == SI_TKILL) &&
			pid != current->pid ?
		-EPERM :
		0;
}

s32 sys_rt_sigqueueinfo(s32 pid, s32 sig, uaddr_t uinfo)
{
	struct kernel_siginfo info;
	struct task_struct *task;
	int err = get_siginfo(pid, sig, uinfo, &info);
	u32 flags;

	if (err)
		return err;
	flags = tasklist_lock();
	task = find_task(pid);
	/*
	 * In Linux's order: a missing process is reported before an invalid
	 * signal.
	 */
	if (!task)
		err = -ESRCH;
	else if (sig != 0 && !valid_signal(sig))
		err = -EINVAL;
	else
		err = send_to_group(task->group_leader, &info);
	tasklist_unlock(flags);
	return err;
}

s32 sys_rt_tgsigqueueinfo(s32 tgid, s32 tid, s32 sig, uaddr_t uinfo)
{
	struct kernel_siginfo info;
	int err;

	if (tgid <= 0 || tid <= 0)
		return -EINVAL;
	err = get_siginfo(tid, sig, uinfo, &info);
	return err ? err : do_tkill(tgid, tid, &info);
}

void send_sig_message(const struct file_owner *owner, int sig, u32 value)
{
	const struct kernel_siginfo info = { .signo = sig,
					     .code = SI_MESGQ,
					     .pid = current->tgid,
					     .uid = current_cred()->uid,
					     .value = value };
	u32 flags = tasklist_lock();
	struct task_struct *task = file_owner_task(owner);

	if (task && sig)
		post_to_group(task->group_leader, &info);
	tasklist_unlock(flags);
}
