/*
 * Sending signals: kill and its family, faults, and timers.
 *
 * A signal for a thread goes to that thread's set; one for a process goes to
 * the group's, and one thread that does not block it is told. What nobody
 * would notice is not posted at all. Nothing here sleeps, so interrupt
 * handlers may send too.
 */
#include <mmu/abort.h>
#include <services/ids/ids.h>
#include <services/poll/poll.h>
#include <services/signal/internal.h>

/* By default nothing happens. */
#define DEFAULT_IGNORED                                          \
	(sigmask(SIGCHLD) | sigmask(SIGCONT) | sigmask(SIGURG) | \
	 sigmask(SIGWINCH))
bool sig_ignored(const struct task_struct *task, int sig)
{
	uaddr_t handler = task->sighand->action[sig - 1].handler;

	if (handler != SIG_DFL)
		return handler == SIG_IGN;
	/* init never stops: nobody could let it go on. */
	if (task->tgid == 1 && (STOP_SIGNALS & sigmask(sig)))
		return true;
	return DEFAULT_IGNORED & sigmask(sig);
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
	else
		poll_wake(&signalfd_edges.in);
}

/*
 * As in Linux init dies of no signal, whoever sent it, the kernel or init
 * itself, for the machine would end with it: one that would end it, or stop
 * it, is nothing. Its own faults end it without a signal.
 */
bool init_is_spared(const struct task_struct *task, int sig)
{
	return task->tgid == 1 &&
		task->sighand->action[sig - 1].handler == SIG_DFL;
}

/*
 * Inlined where a program's signal is sent and where a timer's is, as the two
 * that say __always_inline below: the first takes 6 % more otherwise.
 */

/* Worth keeping? One that is blocked may be handled when it no longer is. */
static __always_inline bool worth_posting(const struct task_struct *task,
					  u64 mask,
					  const struct kernel_siginfo *info)
{
	return !wants_signal(task, mask) || awaits_signal(task, mask) ||
		!(sig_ignored(task, info->signo) ||
		  init_is_spared(task, info->signo));
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

/*
 * Would task die of it without a word? A stopped one does not take it before
 * it goes on, save SIGKILL.
 */
static __always_inline bool is_fatal(const struct task_struct *task, u64 mask,
				     int sig)
{
	if (sig == SIGKILL)
		return true;
	return task->sighand->action[sig - 1].handler == SIG_DFL &&
		!((STOP_SIGNALS | DEFAULT_DUMPS) & mask) &&
		wants_signal(task, mask) && !awaits_signal(task, mask) &&
		task->state != TASK_STOPPED;
}

/* Threads that are killed at once, perhaps by an interrupt. */
#define KILLED_AT_ONCE 8

/*
 * The group ends by sig, from now on: each of its threads is killed, those too
 * that sleep killably or have stopped. Both locks held.
 */
static __noinline void kill_group(struct task_struct *leader, int sig)
{
	struct task_struct *task;
	u32 n = 0;

	if (leader->leaves_core && sig != SIGKILL)
		return; /* it dies when that is done */
	if (!leader->group_exit || leader->leaves_core) {
		leader->group_exit = true;
		leader->group_exit_code = (u32)sig;
	}
	job_killed(leader);
	for_each_thread(task, leader) {
		if (!task->signal)
			continue;
		kill_thread(task);
		if (++n == KILLED_AT_ONCE)
			break; /* they tell the others: do_group_exit() */
	}
}

/*
 * Let info be pending in one of task's two sets, and task know; or its group
 * die at once. A kernel thread has no use for it. 0, or -EAGAIN: too many are
 * queued. Both locks held.
 */
static __always_inline int deliver(struct task_struct *task,
				   struct sigpending *pending, u64 mask,
				   const struct kernel_siginfo *info)
{
	int err = 0;

	if (!task->thread_info.mm || !worth_posting(task, mask, info))
		return 0;
	if (is_fatal(task, mask, info->signo)) {
		kill_group(task->group_leader, info->signo);
		return 0;
	}
	if (unlikely(info->signo >= SIGRTMIN))
		err = post_realtime(task, pending, mask, info);
	else
		post(pending, mask, info);
	if (!err)
		tell(task, mask);
	return err;
}

/* To one thread: 0, -ESRCH, -EAGAIN. tasklist_lock held. */
static int send_to_thread(struct task_struct *task,
			  const struct kernel_siginfo *info)
{
	u64 mask = mask_of(info);
	s32 went_on = 0;
	int err;

	spin_lock(&signal_lock);
	err = task->signal ? 0 : -ESRCH;
	if (!err && mask) {
		went_on = job_signal_sent(task->group_leader, mask);
		err = deliver(task, &task->signal->pending, mask, info);
	}
	spin_unlock(&signal_lock);
	job_tell_continued(task->group_leader, went_on);
	return err;
}

/*
 * The thread of a group that gets its signal: one that wants it, preferably
 * the leader; any that lives if none does. NULL: all have exited.
 */
static __always_inline struct task_struct *pick_thread(
	struct task_struct *leader, u64 mask)
{
	struct task_struct *task, *any = NULL;

	if (leader->signal && wants_signal(leader, mask) &&
	    leader->state != TASK_STOPPED)
		return leader;
	for_each_thread(task, leader) {
		if (!task->signal)
			continue;
		if ((wants_signal(task, mask) && task->state != TASK_STOPPED) ||
		    awaits_signal(task, mask))
			return task;
		any = task;
	}
	return any;
}

int send_to_group(struct task_struct *leader, const struct kernel_siginfo *info)
{
	struct task_struct *task;
	s32 went_on = 0;
	int err = 0;
	u64 mask;

	/* In this order: mostly it is root, who may, and no code is looked at. */
	if (!may_signal(leader, info->signo) && info->code <= 0)
		return -EPERM;
	if (unlikely(!info->signo))
		return 0; /* it only asks, and is answered */
	mask = sigmask(info->signo);
	spin_lock(&signal_lock);
	task = pick_thread(leader, mask);
	if (task) {
		went_on = job_signal_sent(leader, mask);
		err = deliver(task, &task->signal->group->pending, mask, info);
	}
	spin_unlock(&signal_lock);
	job_tell_continued(leader, went_on);
	return err;
}

/* ---- from a timer ------------------------------------------------ */

bool send_timer_signal(struct task_struct *leader, s32 tid,
		       const struct kernel_siginfo *info,
		       struct sigqueue *entry)
{
	u64 mask = mask_of(info);
	struct task_struct *task = tid ? find_task(tid) :
					 pick_thread(leader, mask);
	struct sigpending *pending;

	if (!task || !task->signal || task->tgid != leader->tgid ||
	    !worth_posting(task, mask, info))
		return false;
	if (is_fatal(task, mask, info->signo)) {
		kill_group(leader, info->signo);
		return false;
	}
	pending = tid ? &task->signal->pending : &task->signal->group->pending;
	pending->more = true;
	if (!(pending->set & mask))
		post(pending, mask, info);
	else if (entry && post_again(pending, info, entry))
		return false;
	tell(task, mask);
	return true;
}

/* ---- from the kernel --------------------------------------------- */

static struct kernel_siginfo info_from_kernel(int sig)
{
	return (struct kernel_siginfo){ .signo = sig, .code = SI_KERNEL };
}

static struct kernel_siginfo info_from_user(int sig, s32 code)
{
	const struct cred *cred = current_thread_info()->cred;

	return (struct kernel_siginfo){ .signo = sig,
					.code = code,
					.pid = current->tgid,
					.uid = likely(!cred) ? 0 : cred->uid };
}

void send_sig_process(struct task_struct *leader, int sig)
{
	struct kernel_siginfo info = info_from_kernel(sig);

	send_to_group(leader, &info);
}

void send_sig_current(int sig)
{
	struct kernel_siginfo info = info_from_user(sig, SI_USER);
	u32 flags = tasklist_lock();

	/* -ESRCH: in an image without the service no task takes signals. */
	(void)send_to_thread(current, &info);
	tasklist_unlock(flags);
}

/* The fault is pending for the running task. signal_lock held. */
static inline void post_fault(int sig, int code, uaddr_t addr, u32 trap_no,
			      u32 error)
{
	struct signal_state *state = current->signal;
	u64 mask = sigmask(sig);

	state->trap_no = trap_no;
	state->error_code = error;
	state->fault_address = addr;
	state->pending.set &= ~mask;
	post(&state->pending, mask,
	     &(struct kernel_siginfo){ .signo = sig,
				       .code = code,
				       .addr = addr });
	recalc_sigpending();
}

/* The running task has no handler for sig, or blocks it. signal_lock held. */
static bool unhandled_signal(int sig)
{
	const struct k_sigaction *action = &current->sighand->action[sig - 1];

	return action->handler == SIG_DFL || action->handler == SIG_IGN ||
		(current->signal->blocked & sigmask(sig));
}

void force_sig_fault(int sig, int code, uaddr_t addr)
{
	u32 flags;

	/*
	 * A program that went on would fault again, without end: what it has
	 * no handler for, blocks or ignores ends it, init too.
	 */
	if (unhandled_signal(sig)) {
		services_leave_core(&(struct kernel_siginfo){ .signo = sig,
							      .code = code,
							      .addr = addr });
		do_group_exit((u32)sig);
	}
	flags = lock_signals();
	post_fault(sig, code, addr, 0, 0);
	unlock_signals(flags);
}

/* What a program finds in its signal context: Linux's values on ARM. */
#define TRAP_NO_PAGE_FAULT 14
#define TRAP_NO_UNDEFINED  6
#define FSR_LNX_PF         0x80000000u /* it was a prefetch abort */

bool signal_fault(struct fault_signal *fault)
{
	const struct abort_info *abort = fault->abort;
	u32 flags, error = 0;
	bool handled;

	if (abort)
		error = abort->fsr;
	if (abort && abort->kind == ABORT_PREFETCH)
		error |= FSR_LNX_PF;
	flags = lock_signals();
	handled = !unhandled_signal(fault->sig);
	if (handled)
		post_fault(fault->sig, fault->code, fault->addr,
			   abort ? TRAP_NO_PAGE_FAULT : TRAP_NO_UNDEFINED,
			   error);
	unlock_signals(flags);
	return handled;
}

/* ---- kill and its family ----------------------------------------- */

#define SENT_AT_ONCE 8 /* before others may run */

/*
 * kill(-1): all but init, kernel threads, and the caller's own process. The
 * first thread of a process may have ended, and has no memory then; the parent
 * of a kernel thread, as of init, is the boot task. flags: those of
 * tasklist_lock.
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
		if (++n % SENT_AT_ONCE == 0 && !let_others_in(task, flags))
			task = TAILQ_FIRST(&all_tasks);
	}
	return n;
}

s32 sys_kill(s32 pid, s32 sig)
{
	struct kernel_siginfo info = info_from_user(sig, SI_USER);
	struct task_struct *task;
	int err = -ESRCH;
	u32 flags;

	if (sig != 0 && !valid_signal(sig))
		return -EINVAL;
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
		err = 0; /* whom it may not, it does not mean */
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
	if (task && (!tgid || task->tgid == tgid))
		err = may_signal(task, info->signo) ?
			send_to_thread(task, info) :
			-EPERM;
	tasklist_unlock(flags);
	return err;
}

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
