/*
 * Sending signals: kill and its family, faults, and the ends of children.
 *
 * A signal for a thread goes to that thread's set; one for a process goes to
 * the group's, and one thread that does not block it is told. What nobody
 * would notice is not posted at all. Nothing here sleeps, so interrupt
 * handlers may send too.
 */
#include <proc/internal.h>
#include <proc/signal.h>
#include <syscalls.h>

/* By default nothing happens: stopping too, as there is no job control. */
#define DEFAULT_IGNORED	(sigmask(SIGCHLD) | sigmask(SIGCONT) | \
			 sigmask(SIGURG) | sigmask(SIGWINCH) | \
			 sigmask(SIGSTOP) | sigmask(SIGTSTP) | \
			 sigmask(SIGTTIN) | sigmask(SIGTTOU))

bool sig_ignored(const struct task_struct *task, int sig)
{
	uaddr_t handler = task->sighand->action[sig - 1].handler;

	if (handler == SIG_DFL)
		return DEFAULT_IGNORED & sigmask(sig);
	return handler == SIG_IGN;
}

void signal_wake(struct task_struct *task)
{
	atomic_or(TIF_SIGPENDING, &task->thread_info.flags);
	if (task->state == TASK_INTERRUPTIBLE)
		wake_up_process(task);
}

/* Is task to hear of the signal now? A signal is its sigmask() down to post(). */
static inline bool wants_signal(const struct task_struct *task, u64 mask)
{
	return !(task->signal->blocked & mask);
}

/* sigtimedwait looks into the sets itself, and its signals are blocked. */
static inline bool awaits_signal(const struct task_struct *task, u64 mask)
{
	return task->signal->awaited & mask;
}

/* signal_lock held. */
static inline void tell(struct task_struct *task, u64 mask)
{
	if (unlikely(awaits_signal(task, mask)))
		wake_up_process(task);
	else if (wants_signal(task, mask))
		signal_wake(task);
}

/*
 * As in Linux init dies of nothing that other processes send or tell it by
 * their end, for the machine would end with it. What it sends itself, ^C, the
 * lack of memory and its own faults still count.
 */
static bool init_is_spared(const struct task_struct *task,
			   const struct kernel_siginfo *info)
{
	return task->tgid == 1 && current->tgid != 1 &&
		info->code != SI_KERNEL &&
		task->sighand->action[info->signo - 1].handler == SIG_DFL;
}

/* Worth keeping? One that is blocked may be handled when it no longer is. */
static bool worth_posting(const struct task_struct *task, u64 mask,
			  const struct kernel_siginfo *info)
{
	return !wants_signal(task, mask) || awaits_signal(task, mask) ||
		!(sig_ignored(task, info->signo) || init_is_spared(task, info));
}

static inline void post(struct sigpending *pending, u64 mask,
			const struct kernel_siginfo *info)
{
	if (pending->set & mask)
		return;
	pending->info[info->signo - 1] = *info;
	pending->set |= mask;
}

/* Empty for signal 0, which only asks whether there is somebody. */
static u64 mask_of(const struct kernel_siginfo *info)
{
	return info->signo ? sigmask(info->signo) : 0;
}

/* To one thread: 0 or -ESRCH. A kernel thread has no use for it. */
static int send_to_thread(struct task_struct *task,
			  const struct kernel_siginfo *info)
{
	u32 flags = lock_signals();
	u64 mask = mask_of(info);
	int err = task->signal ? 0 : -ESRCH;

	if (!err && task->thread_info.mm && mask &&
	    worth_posting(task, mask, info)) {
		post(&task->signal->pending, mask, info);
		tell(task, mask);
	}
	unlock_signals(flags);
	return err;
}

/*
 * The thread of a group that gets its signal: one that wants it, preferably
 * the leader; any that lives if none does. NULL: all have exited.
 */
static struct task_struct *pick_thread(struct task_struct *leader, u64 mask)
{
	struct task_struct *task, *any = NULL;

	if (leader->signal && wants_signal(leader, mask))
		return leader;
	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (task->tgid != leader->tgid || !task->signal)
			continue;
		if (wants_signal(task, mask) || awaits_signal(task, mask))
			return task;
		any = task;
	}
	return any;
}

/*
 * SIGKILL to each thread by itself: taken once for all of them by one that dies
 * to make room for another's execve, it would be lost. Both locks held.
 */
static void kill_threads(const struct task_struct *leader,
			 const struct kernel_siginfo *info)
{
	struct task_struct *task;

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (task->tgid != leader->tgid || !task->signal)
			continue;
		post(&task->signal->pending, sigmask(SIGKILL), info);
		signal_wake(task);
	}
}

/* To a process. A zombie takes it and forgets it. tasklist_lock held. */
static void send_to_group(struct task_struct *leader,
			  const struct kernel_siginfo *info)
{
	u32 flags = lock_signals();
	u64 mask = mask_of(info);
	struct task_struct *task = mask ? pick_thread(leader, mask) : NULL;

	if (!task || !task->thread_info.mm || !worth_posting(task, mask, info)) {
		/* nobody wants to know */
	} else if (info->signo == SIGKILL && leader->nr_threads > 1) {
		kill_threads(leader, info);
	} else {
		post(&task->signal->group->pending, mask, info);
		tell(task, mask);
	}
	unlock_signals(flags);
}

/* ---- from the kernel --------------------------------------------------------- */

static struct kernel_siginfo info_from_kernel(int sig)
{
	return (struct kernel_siginfo){ .signo = sig, .code = SI_KERNEL };
}

static struct kernel_siginfo info_from_user(int sig, s32 code)
{
	return (struct kernel_siginfo){ .signo = sig, .code = code,
					.pid = current->tgid };
}

void send_sig_current(int sig)
{
	struct kernel_siginfo info = info_from_user(sig, SI_USER);
	int err = send_to_thread(current, &info);

	BUG_ON(err);
}

void force_sig_fault(int sig, int code, uaddr_t addr, u32 trap_no, u32 error)
{
	struct signal_state *state = current->signal;
	u32 flags = lock_signals();
	struct k_sigaction *action = &current->sighand->action[sig - 1];
	u64 mask = sigmask(sig);

	state->trap_no = trap_no;
	state->error_code = error;
	state->fault_address = addr;
	/* Gone on with, it would fault for ever. */
	if ((state->blocked & mask) || action->handler == SIG_IGN) {
		action->handler = SIG_DFL;
		state->blocked &= ~mask;
	}
	state->pending.set &= ~mask;
	post(&state->pending, mask, &(struct kernel_siginfo){
		.signo = sig, .code = code, .addr = addr });
	recalc_sigpending();
	unlock_signals(flags);
}

void signal_kill_thread(struct task_struct *task)
{
	struct kernel_siginfo info = info_from_kernel(SIGKILL);
	u32 flags = lock_signals();

	if (task->signal) {
		post(&task->signal->pending, sigmask(SIGKILL), &info);
		signal_wake(task);
	}
	unlock_signals(flags);
}

/* ---- children -------------------------------------------------------------------- */

bool signal_ignores_children(const struct task_struct *parent)
{
	const struct k_sigaction *action;
	u32 flags = lock_signals();
	bool ignores = false;

	if (parent->sighand) {
		action = &parent->sighand->action[SIGCHLD - 1];
		ignores = action->handler == SIG_IGN ||
			  (action->flags & SA_NOCLDWAIT);
	}
	unlock_signals(flags);
	return ignores;
}

void signal_child_exited(struct task_struct *parent, struct task_struct *child)
{
	u32 killer = child->exit_code & 0x7f;
	struct kernel_siginfo info = {
		.signo = (s32)child->exit_signal,
		.code = killer ? CLD_KILLED : CLD_EXITED,
		.pid = child->pid,
		.status = (s32)(killer ? killer : child->exit_code >> 8 & 0xff),
	};

	if (valid_signal(info.signo))
		send_to_group(parent, &info);
}

/* Nothing ever stops here. */
bool signal_take_stopped(struct task_struct *child __unused_arg,
			 bool keep __unused_arg, u32 *status __unused_arg)
{
	return false;
}

bool signal_take_continued(struct task_struct *child __unused_arg,
			   bool keep __unused_arg, u32 *status __unused_arg)
{
	return false;
}

/* ---- kill and its family ------------------------------------------------------------ */

/* Every process that matches: how many. tasklist_lock held. */
static u32 send_to_all(bool (*match)(const struct task_struct *, s32 id),
		       s32 id, const struct kernel_siginfo *info)
{
	struct task_struct *task;
	u32 n = 0;

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (task != task->group_leader || !match(task, id))
			continue;
		send_to_group(task, info);
		n++;
	}
	return n;
}

static bool in_pgrp(const struct task_struct *task, s32 pgrp)
{
	return task->pgrp == pgrp;
}

/* kill(-1): all but init, kernel threads, and the caller's own process. */
static bool is_other_process(const struct task_struct *task, s32 tgid)
{
	return task->pid > 1 && task->tgid != tgid && task->thread_info.mm;
}

void kill_pgrp(s32 pgrp, int sig)
{
	struct kernel_siginfo info = info_from_kernel(sig);
	u32 flags = tasklist_lock();

	send_to_all(in_pgrp, pgrp, &info);
	tasklist_unlock(flags);
}

s32 sys_kill(s32 pid, s32 sig)
{
	struct kernel_siginfo info = info_from_user(sig, SI_USER);
	struct task_struct *task;
	u32 flags, n;

	if (sig != 0 && !valid_signal(sig))
		return -EINVAL;
	if (pid == INT32_MIN)
		return -ESRCH;
	flags = tasklist_lock();
	if (pid > 0) {
		task = find_task(pid);
		if (task)
			send_to_group(task->group_leader, &info);
		n = task != NULL;
	} else if (pid == -1) {
		n = send_to_all(is_other_process, current->tgid, &info);
	} else {
		n = send_to_all(in_pgrp, pid ? -pid : current->pgrp, &info);
	}
	tasklist_unlock(flags);
	return n ? 0 : -ESRCH;
}

/* One thread; tgid 0: of whatever process. */
static s32 do_tkill(s32 tgid, s32 tid, s32 sig)
{
	struct kernel_siginfo info = info_from_user(sig, SI_TKILL);
	struct task_struct *task;
	int err = -ESRCH;
	u32 flags;

	if (tid <= 0 || (sig != 0 && !valid_signal(sig)))
		return -EINVAL;
	flags = tasklist_lock();
	task = find_task(tid);
	if (task && (!tgid || task->tgid == tgid))
		err = send_to_thread(task, &info);
	tasklist_unlock(flags);
	return err;
}

s32 sys_tkill(s32 tid, s32 sig)
{
	return do_tkill(0, tid, sig);
}

s32 sys_tgkill(s32 tgid, s32 tid, s32 sig)
{
	return tgid <= 0 ? -EINVAL : do_tkill(tgid, tid, sig);
}
