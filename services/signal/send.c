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
 * Returns true if task waits for the signal in sigtimedwait(), whose signals
 * are mostly blocked: it takes them from the sets itself. From here on
 * a signal is given by its sigmask(), which is computed once.
 */
static inline bool awaits_signal(const struct task_struct *task, u64 mask)
{
	return task->signal->awaited & mask;
}

/* Returns true if task does not block the signal. */
static inline bool wants_signal(const struct task_struct *task, u64 mask)
{
	return !(task->signal->blocked & mask);
}

/* Returns true if task would take the signal now. */
static inline bool takes_signal(const struct task_struct *task, u64 mask)
{
	return (wants_signal(task, mask) && task->state != TASK_STOPPED) ||
		awaits_signal(task, mask);
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
 * is always kept: by the time it is unblocked it may have a handler. As on
 * Linux, sigtimedwait() changes nothing of a signal that it waits for without
 * blocking it: here it may be dropped, and is_fatal() lets it end the process.
 */
static __always_inline bool worth_posting(const struct task_struct *task,
					  u64 mask,
					  const struct kernel_siginfo *info)
{
	return !wants_signal(task, mask) ||
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
		wants_signal(task, mask) && task->state != TASK_STOPPED;
}

/*
 * How many threads the sender kills, which may be an interrupt handler; these
 * kill the others.
 */
#define KILLED_AT_ONCE 8

/*
 * Ends the group of task, which has not exited, by sig: kills each of its
 * threads, including those that are stopped or sleep killably. Hold both locks.
 */
static __noinline void kill_group(struct task_struct *task, int sig)
{
	struct task_struct *leader = task->group_leader;
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
	job_killed(task);
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
		kill_group(task, info->signo);
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
		went_on = job_signal_sent(task, mask);
		err = deliver(task, &task->signal->pending, mask, info);
	}
	spin_unlock(&signal_lock);
	job_tell_continued(task->group_leader, went_on);
	return err;
}

/* ---- which thread takes it --------------------------------------- */

/*
 * A process may have thousands of threads that block the signal, and the sender
 * may be an interrupt. The search goes round from where the last one ended, as
 * in Linux, but the sender looks at a few threads only; a timer looks at the
 * others, some at a time. Meanwhile the signal is pending, and a thread that
 * unblocks it takes it by itself.
 */
#define LOOKS_OF_SENDER 16
#define LOOKS_OF_TIMER  64
/* How long others have the core between two turns of the timer. */
#define PAUSE_NSEC      20000u

static void place_expired(struct timer *timer);

/* Not in startup/services.c: the core calls it only through place_timer. */
static const struct service place_service = {
	.timer_expired = place_expired,
};

/* signal_lock */
static struct timer place_timer = { .service = &place_service };
static TAILQ_HEAD(, signal_group) unplaced_groups = TAILQ_HEAD_INITIALIZER(
	unplaced_groups);

/*
 * Returns the next thread of the circle of task's group that has not exited, or
 * task if there is none. Hold both locks, as for all of this file.
 */
static struct task_struct *next_alive(struct task_struct *task)
{
	struct task_struct *next = task;

	do {
		next = TAILQ_NEXT(next, thread_link);
		if (!next)
			next = TAILQ_FIRST(&task->group_leader->threads);
	} while (!next->signal && next != task);
	return next;
}

static void start_timer(u32 after_ns)
{
	if (place_timer.queued || TAILQ_EMPTY(&unplaced_groups))
		return;
	place_timer.expires_ns = ktime_ns() + after_ns;
	timer_start(&place_timer);
}

/* Leaves the search for threads of group, for the signals of set, to the timer. */
static void place_later(struct signal_group *group, u64 set)
{
	if (!group->unplaced)
		TAILQ_INSERT_TAIL(&unplaced_groups, group, unplaced_link);
	group->unplaced |= set;
	group->to_look_at = group->count;
	start_timer(0);
}

/* Needs no thread but the running one, so signal_lock is enough. */
void place_anew(u64 blocked)
{
	struct signal_group *group = current->signal->group;
	/* Others of the process may not block them, and do not know of them. */
	u64 set = group->pending.set & blocked & ~current->signal->blocked;

	if (!set)
		return;
	if (!group->target)
		group->target = current;
	place_later(group, set);
}

/*
 * Returns the thread of leader's group that is to take a signal which the leader
 * blocks: one that does not block it, or any that lives if those block it that
 * were looked at. NULL: all have exited.
 */
static struct task_struct *find_taker(struct task_struct *leader, u64 mask)
{
	struct task_struct *task = leader->signal ? leader : next_alive(leader);
	struct task_struct *first;
	struct signal_group *group;

	if (!task->signal)
		return NULL;
	group = task->signal->group;
	first = task = group->target ? group->target : task;
	for (u32 n = 0; n < LOOKS_OF_SENDER; n++) {
		group->target = task;
		if (takes_signal(task, mask))
			return task;
		task = next_alive(task);
		if (task == first)
			return first;
	}
	place_later(group, mask);
	return first;
}

void place_end(struct task_struct *task, bool others)
{
	struct signal_group *group = task->signal->group;
	/* Some may have been meant for task, which will not take them any more. */
	u64 left = group->pending.set & ~task->signal->blocked;

	if (others && (group->target == task || left))
		group->target = next_alive(task);
	if (others && left)
		place_later(group, left);
	if (group->unplaced && !others)
		TAILQ_REMOVE(&unplaced_groups, group, unplaced_link);
}

/*
 * Gives task, which has not exited, those signals of set, which are pending for
 * its process, that it does not block: wakes it, or ends the process. Returns
 * them.
 */
static u64 offer_signals(struct task_struct *task, u64 set)
{
	u64 taken = set & (~task->signal->blocked | task->signal->awaited);

	for (u64 left = taken; left;) {
		int sig = pop_signal(&left);

		/* One that has no effect is dropped by the task that takes it. */
		if (!sig_ignored(task, sig) && !init_is_spared(task, sig) &&
		    is_fatal(task, sigmask(sig), sig)) {
			kill_group(task, sig);
			return set;
		}
		tell(task, sigmask(sig));
	}
	return taken;
}

/* Looks at some more threads of group. */
static void look_on(struct signal_group *group)
{
	group->unplaced &= group->pending.set;
	for (u32 n = 0; n < LOOKS_OF_TIMER && group->unplaced; n++) {
		group->unplaced &= ~offer_signals(group->target,
						  group->unplaced);
		if (!group->unplaced)
			break;
		group->target = next_alive(group->target);
		/* All block them: whoever unblocks one takes it. */
		if (--group->to_look_at == 0)
			group->unplaced = 0;
	}
}

static void place_expired(struct timer *timer __unused_arg)
{
	u32 list_flags = tasklist_lock(), flags = lock_signals();
	struct signal_group *group = TAILQ_FIRST(&unplaced_groups);

	/* All of its threads may have exited meanwhile. */
	if (group) {
		TAILQ_REMOVE(&unplaced_groups, group, unplaced_link);
		look_on(group);
		if (group->unplaced)
			TAILQ_INSERT_TAIL(&unplaced_groups, group,
					  unplaced_link);
	}
	start_timer(PAUSE_NSEC);
	unlock_signals(flags);
	tasklist_unlock(list_flags);
}

/*
 * Returns the thread of leader's group that is to take a signal for the
 * process: one that does not block it, preferably the leader, or any that lives
 * if all block it. NULL: all have exited. Hold both locks.
 */
static __always_inline struct task_struct *pick_thread(
	struct task_struct *leader, u64 mask)
{
	if (leader->signal && wants_signal(leader, mask) &&
	    leader->state != TASK_STOPPED)
		return leader;
	return find_taker(leader, mask);
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
		went_on = job_signal_sent(task, mask);
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
		       struct sigqueue *entry, s32 *went_on)
{
	u64 mask = mask_of(info);
	struct task_struct *task = tid ? find_task(tid) :
					 pick_thread(leader, mask);
	struct sigpending *pending;

	if (!task || !task->signal || task->tgid != leader->tgid)
		return false;
	/* Also one that is ignored: SIGCONT acts when it is sent. */
	if (unlikely(mask & JOB_SIGNALS))
		*went_on = job_control_signal(task, mask);
	if (!worth_posting(task, mask, info))
		return false;
	/* The group ends, so no signal remains for the timer to count. */
	if (is_fatal(task, mask, info->signo)) {
		kill_group(task, info->signo);
		return false;
	}
	pending = tid ? &task->signal->pending : &task->signal->group->pending;
	post_timer(pending, mask, info, entry);
	tell(task, mask);
	return true;
}

/* ---- from the kernel --------------------------------------------- */

/* Returns the siginfo of a signal that the kernel itself sends. */
static struct kernel_siginfo info_from_kernel(int sig)
{
	return (struct kernel_siginfo){ .signo = sig, .code = SI_KERNEL };
}

void send_sig_process(struct task_struct *leader, int sig)
{
	struct kernel_siginfo info = info_from_kernel(sig);

	send_to_group(leader, &info);
}

/*
 * Makes a fault's signal, which is not blocked, pending for the running task and
 * keeps the hardware's report for its signal frame. Hold signal_lock.
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
	/* The task does not block it, so recalc_sigpending() would set it, too. */
	atomic_or(TIF_SIGPENDING, &current->thread_info.flags);
}

/*
 * Returns true if the running task has no handler for sig, or blocks it. Hold
 * signal_lock, if another thread may change the table.
 */
static bool unhandled_signal(int sig)
{
	const struct k_sigaction *action = &current->sighand->action[sig - 1];

	return !has_handler(action) ||
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

void force_sigsegv(int sig)
{
	struct kernel_siginfo info = { .signo = SIGSEGV, .code = SI_KERNEL };

	if (sig == SIGSEGV) {
		services_leave_core(&info);
		do_group_exit(SIGSEGV);
	}
	force_sig_fault(SIGSEGV, SI_KERNEL, 0);
}
