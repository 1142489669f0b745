/*
 * Signals: what each task has of them, and taking the next one.
 *
 * Owns sighand_struct, signal_state and signal_group, their lives and their
 * lock. A signal waits as a bit in a set with one siginfo beside it: the first
 * of several equal ones counts. How signals come is in signal_send.c, how they
 * reach a handler in sigframe.c.
 */
#include <proc/internal.h>
#include <proc/signal.h>
#include <string.h>
#include <uapi/sched.h>

#define UNBLOCKABLE (sigmask(SIGKILL) | sigmask(SIGSTOP))

static spinlock_t signal_lock = SPINLOCK_INIT;

u32 lock_signals(void)
{
	u32 flags;

	spin_lock_irqsave(&signal_lock, flags);
	return flags;
}

void unlock_signals(u32 flags)
{
	spin_unlock_irqrestore(&signal_lock, flags);
}

/* ---- lives ----------------------------------------------------------------- */

static struct kmem_cache *sighand_cache;

static void construct_sighand(void *hand)
{
	memset(hand, 0, sizeof(struct sighand_struct));
}

void signal_cache_init(void)
{
	sighand_cache = kmem_cache_create("sighand_cache",
					  sizeof(struct sighand_struct), 0,
					  SLAB_PANIC, construct_sighand);
}

static void free_sighand(struct sighand_struct *hand)
{
	if (!hand)
		return;
	while (hand->set)
		hand->action[pop_signal(&hand->set) - 1] =
			(struct k_sigaction){ .handler = SIG_DFL };
	hand->count = 0;
	kmem_cache_free(sighand_cache, hand);
}

/* signal_lock held. */
static void copy_sighand(struct sighand_struct *new,
			 const struct sighand_struct *old)
{
	for (u64 left = old->set; left;) {
		s32 sig = pop_signal(&left);

		new->action[sig - 1] = old->action[sig - 1];
	}
	new->set = old->set;
}

/* A table of handlers for a new task: shared, copied, or all default. */
static struct sighand_struct *fork_sighand(u32 clone_flags)
{
	struct sighand_struct *old = current->sighand, *new;
	u32 flags;

	if (old && (clone_flags & CLONE_SIGHAND)) {
		flags = lock_signals();
		old->count++;
		unlock_signals(flags);
		return old;
	}
	new = kmem_cache_alloc(sighand_cache, GFP_KERNEL);
	if (!new)
		return NULL;
	flags = lock_signals();
	if (old)
		copy_sighand(new, old);
	new->count = 1;
	unlock_signals(flags);
	return new;
}

static struct signal_group *fork_group(u32 clone_flags)
{
	struct signal_group *group;
	u32 flags;

	if (!(clone_flags & CLONE_THREAD)) {
		group = kmalloc(sizeof(*group), GFP_KERNEL);
		if (!group)
			return NULL;
		group->count = 1;
		group->pending.set = 0;
		group->real = (struct itimer){ .interval_ns = 0 };
		return group;
	}
	group = current->signal->group;
	flags = lock_signals();
	group->count++;
	unlock_signals(flags);
	return group;
}

/* What a task begins with; old: its parent's, NULL for a kernel thread's. */
static void init_state(struct signal_state *new, const struct signal_state *old,
		       u32 clone_flags)
{
	new->blocked = old ? old->blocked : 0;
	new->saved_mask = 0;
	new->stop_pending = false;
	new->stop_dequeued = false;
	new->awaited = 0;
	new->pending.set = 0;
	/* A thread that shares memory cannot share the stack. */
	if (old && (!(clone_flags & CLONE_VM) || (clone_flags & CLONE_VFORK)))
		new->altstack = old->altstack;
	else
		new->altstack = (struct sigaltstack){ .ss_flags = SS_DISABLE };
	new->trap_no = 0;
	new->error_code = 0;
	new->fault_address = 0;
}

int signal_fork(struct task_struct *task, u32 flags)
{
	struct signal_state *new = kmalloc(sizeof(*new), GFP_KERNEL);

	task->signal = new;
	if (!new)
		return -ENOMEM;
	init_state(new, current->signal, flags);
	new->group = fork_group(flags);
	task->sighand = fork_sighand(flags);
	if (new->group && task->sighand)
		return 0;
	signal_exit(task);
	return -ENOMEM;
}

/* Threads left behind take what the process got and this one did not. */
static void hand_on_pending(const struct task_struct *gone)
{
	struct task_struct *task;

	TAILQ_FOREACH(task, &all_tasks, tasks)
		if (task->tgid == gone->tgid && task->signal &&
		    (task->signal->group->pending.set & ~task->signal->blocked))
			signal_wake(task);
}

void signal_exit(struct task_struct *task)
{
	struct sighand_struct *hand = task->sighand;
	struct signal_state *state = task->signal;
	struct signal_group *group = state ? state->group : NULL;
	u32 list_flags = tasklist_lock(), flags = lock_signals();
	bool stopped = state && task->group_leader &&
		job_thread_exits(task, group && group->count > 1);

	task->sighand = NULL;
	task->signal = NULL;
	if (hand && --hand->count > 0)
		hand = NULL;
	if (group && --group->count > 0) {
		group = NULL;
		hand_on_pending(task);
	}
	unlock_signals(flags);
	if (stopped)
		job_tell_stopped(task->group_leader);
	tasklist_unlock(list_flags);
	free_sighand(hand);
	if (group)
		timer_cancel(&group->real.timer);
	kfree(group);
	kfree(state);
}

/* execve's handlers are the program's own: no longer shared. 0 or -ENOMEM. */
static int unshare_sighand(void)
{
	struct sighand_struct *old = current->sighand, *new;
	u32 flags;

	if (old->count == 1)
		return 0;
	new = fork_sighand(0);
	if (!new)
		return -ENOMEM;
	flags = lock_signals();
	current->sighand = new;
	if (--old->count > 0)
		old = NULL;
	unlock_signals(flags);
	free_sighand(old);
	return 0;
}

/* signal_lock held. */
static void reset_handlers(struct sighand_struct *hand)
{
	for (u64 left = hand->set; left;) {
		s32 sig = pop_signal(&left);
		struct k_sigaction *action = &hand->action[sig - 1];

		if (action->handler != SIG_IGN)
			hand->set &= ~sigmask(sig);
		*action = (struct k_sigaction){
			.handler = action->handler == SIG_IGN ? SIG_IGN :
								SIG_DFL,
		};
	}
}

void signal_exec(void)
{
	struct signal_state *state = current->signal;
	u32 flags;

	/* There is no way back to the old program: without memory it ends. */
	if (unshare_sighand() != 0) {
		flags = tasklist_lock();
		signal_kill_thread(current);
		tasklist_unlock(flags);
		return;
	}
	flags = lock_signals();
	reset_handlers(current->sighand);
	state->altstack = (struct sigaltstack){ .ss_flags = SS_DISABLE };
	unlock_signals(flags);
}

/* ---- what is pending ---------------------------------------------------------- */

u64 pending_signals(void)
{
	const struct signal_state *state = current->signal;

	return state->pending.set | state->group->pending.set;
}

void recalc_sigpending(void)
{
	u32 *flags = &current->thread_info.flags;
	bool pending = (pending_signals() & ~current->signal->blocked) ||
		current->signal->stop_pending;

	if (pending == signal_pending())
		return;
	if (pending)
		atomic_or(TIF_SIGPENDING, flags);
	else
		atomic_andnot(TIF_SIGPENDING, flags);
}

void set_current_blocked(u64 blocked)
{
	u32 flags = lock_signals();

	current->signal->blocked = blocked & ~UNBLOCKABLE;
	recalc_sigpending();
	unlock_signals(flags);
}

void flush_ignored(int sig)
{
	struct task_struct *task;
	u32 list_flags = tasklist_lock(), flags = lock_signals();

	if (sig_ignored(current, sig)) {
		current->signal->group->pending.set &= ~sigmask(sig);
		TAILQ_FOREACH(task, &all_tasks, tasks)
			if (task->tgid == current->tgid && task->signal)
				task->signal->pending.set &= ~sigmask(sig);
		recalc_sigpending();
	}
	unlock_signals(flags);
	tasklist_unlock(list_flags);
}

void discard_signals(struct sigpending *pending, u64 set)
{
	pending->set &= ~set;
}

/* SIGKILL, then faults, then the lowest number. 0: the set is empty. */
static int first_signal(u64 set)
{
	if (!set)
		return 0;
	if (set & sigmask(SIGKILL))
		return SIGKILL;
	if (set & SYNCHRONOUS_SIGNALS)
		set &= SYNCHRONOUS_SIGNALS;
	return lowest_signal(set);
}

static bool take_from(struct sigpending *pending, u64 set,
		      struct kernel_siginfo *info)
{
	int sig = first_signal(pending->set & set);

	if (!sig)
		return false;
	pending->set &= ~sigmask(sig);
	*info = pending->info[sig - 1];
	return true;
}

static bool take_signal(u64 set, struct kernel_siginfo *info)
{
	struct signal_state *state = current->signal;

	if (take_from(&state->pending, set, info))
		return true;
	if (!take_from(&state->group->pending, set, info))
		return false;
	if (info->signo == SIGALRM)
		itimer_next_period(&state->group->real);
	return true;
}

bool dequeue_signal(u64 set, struct kernel_siginfo *info)
{
	bool found = take_signal(set, info);

	recalc_sigpending();
	return found;
}

/* ---- taking the next one -------------------------------------------------------- */

bool unhandled_signal(int sig)
{
	const struct k_sigaction *action = &current->sighand->action[sig - 1];

	return action->handler == SIG_DFL || action->handler == SIG_IGN ||
		(current->signal->blocked & sigmask(sig));
}

bool fatal_signal_pending(void)
{
	return signal_pending() && (pending_signals() & sigmask(SIGKILL));
}

/*
 * The next signal that is not ignored. False: none, and TIF_SIGPENDING says
 * so; otherwise who blocks signals for the handler will look what is left.
 */
static bool next_signal(struct ksignal *ksig)
{
	u32 flags = lock_signals();
	struct k_sigaction *action;
	bool found;

	do {
		found = take_signal(~current->signal->blocked, &ksig->info);
	} while (found && sig_ignored(current, ksig->info.signo));
	if (found) {
		action = &current->sighand->action[ksig->info.signo - 1];
		ksig->action = *action;
		if (action->flags & SA_RESETHAND)
			action->handler = SIG_DFL;
		if (ksig->action.handler == SIG_DFL &&
		    (STOP_SIGNALS & sigmask(ksig->info.signo)))
			current->signal->stop_dequeued = true;
	} else {
		recalc_sigpending();
	}
	unlock_signals(flags);
	return found;
}

bool get_signal(struct ksignal *ksig)
{
	int sig;

	for (;;) {
		if (READ_ONCE(current->signal->stop_pending))
			job_stop_thread();
		if (!next_signal(ksig))
			return false;
		if (ksig->action.handler != SIG_DFL)
			return true;
		sig = ksig->info.signo;
		if (STOP_SIGNALS & sigmask(sig))
			job_stop_group(sig);
		else if (!init_is_spared(current, &ksig->info))
			do_group_exit((u32)sig);
	}
}
