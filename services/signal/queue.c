/*
 * Signals: what is pending.
 *
 * Owns the lock of all signals. A signal waits as a bit in a set with one
 * siginfo beside it: the first of several equal ones counts. Of a real-time
 * signal every one does: the first lies there, the others are queued behind it, in
 * the order in which they came. So are the signals of timers, which bring an
 * entry of their own along.
 */
#include <services/signal/internal.h>

spinlock_t signal_lock = SPINLOCK_INIT; /* irqs off: see internal.h */
struct poll_edges signalfd_edges;

/* ---- what is pending --------------------------------------------- */

u64 pending_signals(void)
{
	const struct signal_state *state = current->signal;

	return state->pending.set | state->group->pending.set |
		(unlikely(READ_ONCE(current->killed)) ? sigmask(SIGKILL) : 0);
}

void recalc_sigpending(void)
{
	u32 *flags = &current->thread_info.flags;
	bool pending = (pending_signals() & ~current->signal->blocked) ||
		current->signal->stop_pending;

	if (pending == signal_pending())
		return;
	if (pending) {
		atomic_or(TIF_SIGPENDING, flags);
		return;
	}
	atomic_andnot(TIF_SIGPENDING, flags);
	smp_mb(); /* cleared before the look: kill_thread() takes no signal_lock */
	if (is_killed(current))
		atomic_or(TIF_SIGPENDING, flags);
}

/* ---- how many may be --------------------------------------------- */

/* A walk along a queue is short, whatever the limit is. */
#define QUEUED_MAX 4096u

static u32 nr_queued; /* signal_lock: real-time signals and timers, of all */

bool sigqueue_charge(const struct task_struct *to)
{
	u32 limit = min(to->rlim[RLIMIT_SIGPENDING].rlim_cur, QUEUED_MAX);

	if (nr_queued >= limit)
		return false;
	nr_queued++;
	return true;
}

void sigqueue_uncharge(void)
{
	BUG_ON(nr_queued == 0);
	nr_queued--;
}

u32 nr_queued_signals(void)
{
	return nr_queued;
}

/* ---- in ---------------------------------------------------------- */

/* A timer that was set anew before its signal was taken: that stands for both. */
static bool waits_already(const struct sigpending *pending,
			  const struct kernel_siginfo *info,
			  const struct sigqueue *entry)
{
	const struct kernel_siginfo *first = &pending->info[info->signo - 1];

	return entry->queued ||
		(first->code == CODE_OF_TIMER &&
		 first->timer_id == info->timer_id);
}

int post_again(struct sigpending *pending, const struct kernel_siginfo *info,
	       struct sigqueue *entry)
{
	if (entry && waits_already(pending, info, entry))
		return 0;
	if (!entry) {
		entry = kmalloc(sizeof(*entry), GFP_ATOMIC);
		if (!entry)
			return -EAGAIN;
		entry->of_timer = false;
	}
	entry->queued = true;
	entry->info = *info;
	STAILQ_INSERT_TAIL(&pending->queue, entry, link);
	return 0;
}

int post_realtime(const struct task_struct *task, struct sigpending *pending,
		  u64 mask, const struct kernel_siginfo *info)
{
	int err = sigqueue_charge(task) ? 0 : -EAGAIN;

	pending->more = true;
	if (!err && pending->set & mask) {
		err = post_again(pending, info, NULL);
		if (err)
			sigqueue_uncharge();
	} else if (!err) {
		pending->info[info->signo - 1] = *info;
		pending->set |= mask;
	}
	return info->code == SI_USER ? 0 : err;
}

/* ---- out --------------------------------------------------------- */

/* A timer's entry stays with the timer, unless that has gone meanwhile. */
static void release_entry(struct sigqueue *entry)
{
	entry->queued = false;
	if (!entry->of_timer)
		kfree(entry);
}

static bool was_charged(const struct kernel_siginfo *info)
{
	return info->signo >= SIGRTMIN && info->code != CODE_OF_TIMER;
}

/* It was taken, or is not to be: it counts no more. */
static void forget_signal(const struct kernel_siginfo *info)
{
	if (was_charged(info))
		sigqueue_uncharge();
}

void take_queued(struct sigpending *pending, const struct kernel_siginfo *taken)
{
	int sig = taken->signo;
	struct sigqueue *entry;

	forget_signal(taken);
	STAILQ_FOREACH(entry, &pending->queue, link)
		if (entry->info.signo == sig)
			break;
	if (!entry)
		return;
	STAILQ_REMOVE(&pending->queue, entry, sigqueue, link);
	pending->info[sig - 1] = entry->info;
	pending->set |= sigmask(sig);
	release_entry(entry);
}

void discard_signals(struct sigpending *pending, u64 set)
{
	struct sigqueue *entry, *next;

	STAILQ_FOREACH_SAFE(entry, &pending->queue, link, next) {
		if (!(sigmask(entry->info.signo) & set))
			continue;
		STAILQ_REMOVE(&pending->queue, entry, sigqueue, link);
		forget_signal(&entry->info);
		release_entry(entry);
	}
	for (u64 left = pending->set & set; left;)
		forget_signal(&pending->info[pop_signal(&left) - 1]);
	pending->set &= ~set;
}

/* ---- the parent's end: children.c sends it ----------------------- */

int set_parent_death_signal(s32 sig)
{
	if (sig && !valid_signal(sig))
		return -EINVAL;
	if (current->signal) /* NULL in an image without the service */
		current->signal->parent_death = sig;
	return 0;
}

s32 parent_death_signal(void)
{
	return current->signal ? current->signal->parent_death : 0;
}
