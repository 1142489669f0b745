/*
 * Sending signals: kill and its family, faults, and timers.
 *
 * A signal for a thread goes to that thread's set; one for a process goes to
 * the group's, and one thread that does not block it is woken. A signal that
 * would have no effect is not posted at all. Nothing here sleeps, so interrupt
 * handlers may send, too.
 */
#include <mmu/abort.h>
#include <services/ids/ids.h>
#include <services/poll/poll.h>
#include <services/signal/internal.h>

/* The signals whose default action is to do nothing. */
#define DEFAULT_IGNORED                                          \
	(sigmask(SIGCHLD) | sigmask(SIGCONT) | sigmask(SIGURG) | \
	 sigmask(SIGWINCH))
bool sig_ignored(const struct task_struct *task, int sig)
{
	uaddr_t handler = task->sighand->action[sig - 1].handler;

	if (handler != SIG_DFL)
		return handler == SIG_IGN;
	/* init must never stop: no process could continue it. */
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

/*
 * Returns true if task does not block the signal. From here to post() a signal
 * is given by its sigmask(), which is computed once.
 */
static inline bool wants_signal(const struct task_struct *task, u64 mask)
{
	return !(task->signal->blocked & mask);
}

/*
 * Returns true if task waits for the signal in sigtimedwait(), whose signals
 * are mostly blocked: it takes them from the sets itself.
 */
static inline bool awaits_signal(const struct task_struct *task, u64 mask)
{
	return task->signal->awaited & mask;
}

/*
 * Wakes whatever waits for a signal that was just made pending for task: its
 * sigtimedwait(), the task itself, or, if it blocks the signal, a reader of a
 * signalfd. Hold signal_lock.
 */
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
 * Returns true if sig would end or stop init by its default action. As in Linux
 * init ignores that, whoever sent it, since the machine ends with init. A fault
 * of init ends it all the same, without a signal: force_sig_fault().
 */
bool init_is_spared(const struct task_struct *task, int sig)
{
	return task->tgid == 1 &&
		task->sighand->action[sig - 1].handler == SIG_DFL;
}

/*
 * The functions below that are __always_inline are inlined at both of their
 * callers, the sending by programs and by timers: a program's kill() takes 6 %
 * more instructions otherwise.
 */

/*
 * Returns false if the signal would have no effect on task. One that is blocked
 * is always kept: by the time it is unblocked it may have a handler.
 */
static __always_inline bool worth_posting(const struct task_struct *task,
					  u64 mask,
					  const struct kernel_siginfo *info)
{
	return !wants_signal(task, mask) || awaits_signal(task, mask) ||
		!(sig_ignored(task, info->signo) ||
		  init_is_spared(task, info->signo));
}

/*
 * Makes info pending; does nothing if the same signal is pending already, as
 * POSIX allows for ordinary signals. Hold signal_lock.
 */
static inline void post(struct sigpending *pending, u64 mask,
			const struct kernel_siginfo *info)
{
	if (pending->set & mask)
		return;
	pending->info[info->signo - 1] = *info;
	pending->set |= mask;
}

/*
 * Returns the sigmask() of info's signal, or 0 for signal 0, which only asks
 * whether the process exists.
 */
static u64 mask_of(const struct kernel_siginfo *info)
{
	return info->signo ? sigmask(info->signo) : 0;
}

/*
 * Returns true if the signal ends task at once, without handler or core dump. A
 * stopped task takes no signal but SIGKILL before it continues, so others wait.
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

/*
 * How many threads the sender kills, which may be an interrupt handler; these
 * kill the others.
 */
#define KILLED_AT_ONCE 8

/*
 * Ends leader's group by sig: kills each of its threads, including those that
 * are stopped or sleep killably. Hold both locks.
 */
static __noinline void kill_group(struct task_struct *leader, int sig)
{
	struct task_struct *task;
	u32 n = 0;

	if (leader->leaves_core && sig != SIGKILL)
		return; /* ends after its core is written */
	/*
	 * The first fatal signal decides on the exit code that wait() reports,
	 * except that SIGKILL replaces a signal whose core is being written.
	 */
	if (!leader->group_exit || leader->leaves_core) {
		leader->group_exit = true;
		leader->group_exit_code = (u32)sig;
	}
	/* A stopped thread must run to exit. */
	job_killed(leader);
	for_each_thread(task, leader) {
		if (!task->signal)
			continue;
		kill_thread(task);
		if (++n == KILLED_AT_ONCE)
			break; /* do_group_exit() of these kills the rest */
	}
}

/*
 * Makes info pending in `pending`, one of task's two sets, and wakes task; or
 * ends task's group at once if the signal is fatal. Does nothing to a kernel
 * thread, which never returns to user mode, where signals take effect. Returns
 * 0, or -EAGAIN if too many are queued. Hold both locks.
 */
static __always_inline int deliver(struct task_struct *task,
				   struct sigpending *pending, u64 mask,
				   const struct kernel_siginfo *info)
{
	int err = 0;

	if (!task->thread_info.mm || !worth_posting(task, mask, info))
		return 0;
	/*
	 * Not posted and taken by the receiver: killing at once also reaches
	 * threads in a killable sleep, which other signals do not end.
	 */
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

/*
 * Sends info to the thread task: 0, -ESRCH if it has exited, or -EAGAIN. Hold
 * tasklist_lock, inside which signal_lock is taken without turning interrupts
 * off.
 */
int send_to_thread(struct task_struct *task, const struct kernel_siginfo *info)
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
 * Returns the thread of leader's group that is to take a signal for the
 * process: one that does not block it, preferably the leader, or any that lives
 * if all block it. NULL: all have exited. Hold both locks.
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

int post_to_group(struct task_struct *leader, const struct kernel_siginfo *info)
{
	u64 mask = sigmask(info->signo);
	struct task_struct *task;
	s32 went_on = 0;
	int err = 0;

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

int send_to_group(struct task_struct *leader, const struct kernel_siginfo *info)
{
	/*
	 * may_signal() first: the sender is mostly root, which may, so that
	 * info->code is rarely read. A code above 0 is the kernel's, which may
	 * always.
	 */
	if (!may_signal(leader, info->signo) && info->code <= 0)
		return -EPERM;
	if (unlikely(!info->signo))
		return 0; /* signal 0 only checks existence and permission */
	return post_to_group(leader, info);
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
	/* The group ends, so no signal remains for the timer to count. */
	if (is_fatal(task, mask, info->signo)) {
		kill_group(leader, info->signo);
		return false;
	}
	pending = tid ? &task->signal->pending : &task->signal->group->pending;
	pending->more = true;
	if (!(pending->set & mask))
		post(pending, mask, info);
	/*
	 * Without an entry (an interval timer) the signal that is pending
	 * stands for both.
	 */
	else if (entry && post_again(pending, info, entry))
		return false;
	tell(task, mask);
	return true;
}

/* ---- from the kernel --------------------------------------------- */

/* Returns the siginfo of a signal that the kernel itself sends. */
static struct kernel_siginfo info_from_kernel(int sig)
{
	return (struct kernel_siginfo){ .signo = sig, .code = SI_KERNEL };
}

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

void send_sig_process(struct task_struct *leader, int sig)
{
	struct kernel_siginfo info = info_from_kernel(sig);

	send_to_group(leader, &info);
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

/*
 * Makes a fault's signal pending for the running task and keeps the hardware's
 * report for its signal frame. Hold signal_lock.
 */
static inline void post_fault(int sig, int code, uaddr_t addr, u32 trap_no,
			      u32 error)
{
	struct signal_state *state = current->signal;
	u64 mask = sigmask(sig);

	state->trap_no = trap_no;
	state->error_code = error;
	state->fault_address = addr;
	/*
	 * Removes one that kill() has made pending: the handler must get this
	 * fault's address, and post() keeps the first siginfo.
	 */
	state->pending.set &= ~mask;
	post(&state->pending, mask,
	     &(struct kernel_siginfo){ .signo = sig,
				       .code = code,
				       .addr = addr });
	recalc_sigpending();
}

/*
 * Returns true if the running task has no handler for sig, or blocks it. Hold
 * signal_lock, if another thread may change the table.
 */
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
	 * The program cannot continue: it would execute the faulting
	 * instruction again, without end. So a fault that it has no handler
	 * for, blocks or ignores ends it, and init as well.
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

/* Linux's values for trap_no and error_code in the signal context on ARM. */
#define TRAP_NO_PAGE_FAULT 14
#define TRAP_NO_UNDEFINED  6
#define FSR_LNX_PF         0x80000000u /* set for a prefetch abort */

/*
 * Posts only a signal that will run a handler; in all other cases the core ends
 * the program, which works without this service, too.
 */
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

void force_sigsegv(int sig)
{
	struct kernel_siginfo info = { .signo = SIGSEGV, .code = SI_KERNEL };

	if (sig == SIGSEGV) {
		services_leave_core(&info);
		do_group_exit(SIGSEGV);
	}
	force_sig_fault(SIGSEGV, SI_KERNEL, 0);
}
