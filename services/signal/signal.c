/*
 * The life of each task's signal state, and the service's row.
 *
 * Owns the cache of sighand_structs. Signals are sent in send.c, the next one
 * is taken in take.c, and reaches a handler in frame.c.
 */
#include <services/signal/internal.h>
#include <services/signal/pgrp.h>
#include <services/signal/posix_timer.h>
#include <string.h>
#include <trap/trap.h>
#include <uapi/sched.h>

/* ---- lives ------------------------------------------------------- */

static struct kmem_cache *sighand_cache;

/*
 * The slab keeps freed ones in this state, so that a fork need not clear the
 * table.
 */
static void construct_sighand(void *hand)
{
	memset(hand, 0, sizeof(struct sighand_struct));
}

static void signal_init(void)
{
	sighand_cache = kmem_cache_create("sighand_cache",
					  sizeof(struct sighand_struct), 0,
					  SLAB_PANIC, construct_sighand);
	vectors_install(SIGRETURN_OFFSET, sigreturn_codes,
			sizeof(sigreturn_codes));
	sigio_init();
	pgrp_init();
}

/*
 * Frees hand, which no task uses any more (NULL: does nothing), after bringing
 * it back to the slab's constructed state: only actions named in hand->set can
 * differ.
 */
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

/*
 * Copies the actions of old to new. ignored: only SIG_IGN is copied, handlers
 * become the default, as CLONE_CLEAR_SIGHAND wants. Hold signal_lock.
 */
static void copy_sighand(struct sighand_struct *new,
			 const struct sighand_struct *old, bool ignored)
{
	for (u64 left = old->set; left;) {
		s32 sig = pop_signal(&left);

		if (ignored && old->action[sig - 1].handler != SIG_IGN)
			continue;
		new->action[sig - 1] = old->action[sig - 1];
		new->set |= sigmask(sig);
	}
}

/*
 * Returns the table of handlers for a new task: the running task's, shared, or
 * a copy of it, or an empty one if the running task is a kernel thread. NULL:
 * no memory.
 */
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
		copy_sighand(new, old, current->signal->clear_in_child);
	new->count = 1;
	unlock_signals(flags);
	return new;
}

/*
 * Returns the signal_group for a new task: the running task's for a thread,
 * else a new one without pending signals and timers, as POSIX wants. NULL: no
 * memory.
 */
static struct signal_group *fork_group(u32 clone_flags)
{
	struct signal_group *group;
	u32 flags;

	if (!(clone_flags & CLONE_THREAD)) {
		group = kmalloc(sizeof(*group), GFP_KERNEL);
		if (!group)
			return NULL;
		group->count = 1;
		group->nr_conts = group->nr_stops = 0;
		TAILQ_INIT(&group->stopped);
		group->unplaced = 0;
		group->target = NULL;
		init_sigpending(&group->pending);
		group->timers = NULL;
		group->real = (struct itimer){
			.timer = { .service = &signal_service }
		};
		return group;
	}
	group = current->signal->group;
	flags = lock_signals();
	group->count++;
	group->to_look_at++;
	unlock_signals(flags);
	return group;
}

/*
 * Fills the state of a new task; old is its parent's, or NULL for a kernel
 * thread. A child inherits the blocked set and the alternate stack, but no
 * pending signals.
 */
static void init_state(struct signal_state *new, const struct signal_state *old,
		       u32 clone_flags)
{
	new->conts_seen = new->stops_seen = 0;
	new->blocked = old ? old->blocked : 0;
	new->saved_mask = 0;
	new->clear_in_child = false;
	new->stop_pending = false;
	new->wakes_others = false;
	new->in_stopped = false;
	new->stop_dequeued = false;
	new->awaited = 0;
	new->parent_death = 0;
	init_sigpending(&new->pending);
	/*
	 * A thread that shares memory must not run handlers on the same stack
	 * as its parent; after vfork() the parent sleeps, so the child may use
	 * it.
	 */
	if (old && (!(clone_flags & CLONE_VM) || (clone_flags & CLONE_VFORK)))
		new->altstack = old->altstack;
	else
		new->altstack = (struct sigaltstack){ .ss_flags = SS_DISABLE };
	new->trap_no = 0;
	new->error_code = 0;
	new->fault_address = 0;
}

static void signal_exit(struct task_struct *task);

/*
 * The fork of the service's row. On failure signal_exit() undoes it: it accepts
 * any part that is missing.
 */
static int signal_fork(struct task_struct *task, u32 flags)
{
	struct signal_state *new = kmalloc(sizeof(*new), GFP_KERNEL);

	task->signal = new;
	if (!new)
		return -ENOMEM;
	/*
	 * task->signal is set already, so that signal_exit() frees it after a
	 * failure below.
	 */
	init_state(new, current->signal, flags);
	new->task = task;
	new->group = fork_group(flags);
	task->sighand = fork_sighand(flags);
	if (new->group && task->sighand)
		return 0;
	signal_exit(task);
	return -ENOMEM;
}

/*
 * Drops all signals of a set that is about to be freed. Only counted or queued
 * ones leave anything behind. Hold signal_lock.
 */
static inline void forget_all(struct sigpending *pending)
{
	if (unlikely(pending->more))
		discard_signals(pending, ~0ull);
}

/*
 * Ends the signal state of task, which exits or whose fork failed. The pointers
 * in task are cleared under both locks: senders that hold either see a complete
 * state or none. Memory is freed after the locks are released.
 */
static void signal_exit(struct task_struct *task)
{
	struct sighand_struct *hand = task->sighand;
	struct signal_state *state = task->signal;
	struct signal_group *group = state ? state->group : NULL;
	u32 flags = tasklist_lock();
	bool stopped;

	spin_lock(&signal_lock);
	stopped = state && task->group_leader &&
		job_thread_exits(task, group && group->count > 1);
	if (group && task->group_leader)
		place_end(task, group->count > 1);
	task->sighand = NULL;
	task->signal = NULL;
	/*
	 * From here on `hand` and `group` are what this task was the last user
	 * of, or NULL.
	 */
	if (hand && --hand->count > 0)
		hand = NULL;
	if (state)
		forget_all(&state->pending);
	if (group && --group->count > 0)
		group = NULL;
	if (group)
		forget_all(&group->pending);
	spin_unlock(&signal_lock);
	/* After signal_lock: SIGCHLD to the parent takes it. */
	if (stopped)
		job_tell_stopped(task->group_leader);
	tasklist_unlock(flags);
	free_sighand(hand);
	if (group) {
		if (unlikely(group->timers))
			group_timers_free(group->timers);
		/*
		 * Another core may still be in send_alarm(), which takes
		 * tasklist_lock: that must be over, and the lock free, before
		 * the memory goes.
		 */
		if (group->real.tgid) {
			timer_cancel(&group->real.timer);
			timer_sync(&group->real.timer);
		}
	}
	kfree(group);
	kfree(state);
}

/*
 * Gives the running task a table of handlers of its own, for execve: a process
 * that shares the old one (clone() with CLONE_SIGHAND) keeps its handlers.
 * Returns 0 or -ENOMEM.
 */
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
	/* The other users may have exited since the first look at the count. */
	if (--old->count > 0)
		old = NULL;
	unlock_signals(flags);
	free_sighand(old);
	return 0;
}

/*
 * Resets all handlers to the default, for execve: their code is gone. Ignored
 * signals stay ignored, so that nohup works. Hold signal_lock.
 */
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

static void signal_exec(void)
{
	struct signal_state *state = current->signal;
	u32 flags;

	/*
	 * The old program's memory is gone already, so execve cannot fail any
	 * more: without memory for the table the process ends.
	 */
	if (unshare_sighand() != 0) {
		flags = tasklist_lock();
		kill_thread(current);
		tasklist_unlock(flags);
		return;
	}
	if (state->group->timers)
		posix_timers_delete(state->group->timers);
	flags = lock_signals();
	reset_handlers(current->sighand);
	state->altstack = (struct sigaltstack){ .ss_flags = SS_DISABLE };
	unlock_signals(flags);
}

/* ---- the row ----------------------------------------------------- */

/* The child_changed of the service's row; tasklist_lock is held. */
static bool signal_parent_hook(enum child_change change,
			       struct task_struct *child,
			       struct task_struct *parent)
{
	bool ignored;

	job_orphan_pgrp(child, parent, change == CHILD_EXITED);
	if (change == CHILD_ADOPTED)
		signal_parent_died(child);
	if (change != CHILD_EXITED)
		return false;
	ignored = child->exit_signal == SIGCHLD &&
		signal_ignores_children(parent);
	/*
	 * SIGCHLD is sent even if no zombie remains, as on Linux; the boot
	 * task, init's parent, takes no signals.
	 */
	if (child->exit_signal && parent != &init_task)
		signal_child_exited(parent, child);
	return ignored;
}

const struct service signal_service = {
	.init = signal_init,
	.fork = signal_fork,
	.undo_fork = signal_exit,
	.exec = signal_exec,
	.exit_late = signal_exit,
	.child_changed = signal_parent_hook,
	.user_work = do_signal,
	.fault_signal = signal_fault,
	.timer_expired = send_alarm,
};
