/*
 * The pending signals.
 *
 * Owns the lock of all signals. A pending signal is a bit in a set with one
 * siginfo beside it, so of several equal ones only the first counts. Of a
 * real-time signal every one counts: the first is in the set, the others are
 * queued behind it in the order in which they came. So are the signals of
 * timers, for which each timer has an entry of its own.
 */
#include <cred.h>
#include <services/signal/internal.h>

spinlock_t signal_lock = SPINLOCK_INIT; /* irqs off: see internal.h */
struct poll_edges signalfd_edges;

/* ---- what is pending --------------------------------------------- */

/* The same, where job_catch_up() is not needed any more. */
static inline u64 pending_now(void)
{
	const struct signal_state *state = current->signal;

	return state->pending.set | state->group->pending.set |
		(unlikely(READ_ONCE(current->killed)) ? sigmask(SIGKILL) : 0);
}

u64 pending_signals(void)
{
	job_catch_up_pending(current->signal);
	return pending_now();
}

/* recalc_sigpending() where job_catch_up() is not needed any more. */
static inline void recalc(void)
{
	u32 *flags = &current->thread_info.flags;
	bool pending = (pending_now() & ~current->signal->blocked) ||
		current->signal->stop_pending;

	/* Atomic changes of the flags are dear, and mostly nothing changes. */
	if (pending == signal_pending())
		return;
	if (pending) {
		atomic_or(TIF_SIGPENDING, flags);
		return;
	}
	atomic_andnot(TIF_SIGPENDING, flags);
	/*
	 * kill_thread() takes no signal_lock: it stores `killed`, then sets the
	 * flag. The flag is cleared before the second look, or a kill between
	 * the first look and the clearing would be lost.
	 */
	smp_mb();
	if (is_killed(current))
		atomic_or(TIF_SIGPENDING, flags);
}

/*
 * recalc_sigpending() where job_catch_up() may be needed: apart, since every
 * signal makes several calls of that one, which then needs no stack frame.
 */
static __noinline void catch_up_and_recalc(void)
{
	job_catch_up(current->signal);
	recalc();
}

void recalc_sigpending(void)
{
	if (unlikely(current->signal->pending.set & JOB_SIGNALS))
		catch_up_and_recalc();
	else
		recalc();
}

/* ---- how many may be --------------------------------------------- */

/*
 * A bound for the queues, since they are searched with interrupts off, whatever
 * limit a program sets.
 */
#define QUEUED_MAX    1024u
/* Of these, for processes with CAP_SYS_RESOURCE: users are not counted apart. */
#define KEPT_FOR_ROOT 256u

static u32 nr_queued; /* signal_lock; real-time signals and timers of all tasks */

bool sigqueue_charge(const struct task_struct *to)
{
	bool root = has_cap(cred_of(&to->thread_info), CAP_SYS_RESOURCE);
	u32 most = root ? QUEUED_MAX : QUEUED_MAX - KEPT_FOR_ROOT;

	if (nr_queued >= min(to->rlim[RLIMIT_SIGPENDING].rlim_cur, most))
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

/*
 * Returns true if the signal of the same timer is pending already: the timer
 * was set anew before the program took it, and that signal stands for both.
 */
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
		/* Under a spinlock, so the allocation must not sleep. */
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

/*
 * A signal of kill() is beyond the limit. As on Linux it comes nonetheless, once
 * and without its sender, if none of its number is pending.
 */
static void post_uncounted(struct sigpending *pending, u64 mask, int sig)
{
	if (pending->set & mask)
		return;
	pending->info[sig - 1] = (struct kernel_siginfo){ .signo = sig,
							  .code = SI_USER };
	pending->set |= mask;
	pending->uncounted |= mask;
}

int post_realtime(const struct task_struct *task, struct sigpending *pending,
		  u64 mask, const struct kernel_siginfo *info)
{
	int err = sigqueue_charge(task) ? 0 : -EAGAIN;

	/*
	 * Tells take_from() that the signal it takes may have been counted or
	 * queued: for ordinary signals it then has nothing to look for.
	 */
	pending->more = true;
	if (!err && pending->set & ~pending->uncounted & mask) {
		err = post_again(pending, info, NULL);
		if (err)
			sigqueue_uncharge();
	} else if (!err) {
		pending->info[info->signo - 1] = *info;
		pending->set |= mask;
		pending->uncounted &= ~mask;
	} else if (info->code == SI_USER) {
		post_uncounted(pending, mask, info->signo);
	}
	return info->code == SI_USER ? 0 : err;
}

/* ---- out --------------------------------------------------------- */

/*
 * entry is in no queue any more: frees it, unless it belongs to a timer. A
 * timer that is deleted clears of_timer, and leaves its entry to this function.
 */
static void release_entry(struct sigqueue *entry)
{
	entry->queued = false;
	if (!entry->of_timer)
		kfree(entry);
}

/*
 * Returns true if sigqueue_charge() counted the signal. A timer's signal is not
 * counted by itself: the timer was, when it was made.
 */
static bool was_charged(const struct kernel_siginfo *info)
{
	return info->signo >= SIGRTMIN && info->code != CODE_OF_TIMER;
}

/* The signal was taken or dropped: takes it out of the count. */
static void forget_signal(const struct kernel_siginfo *info)
{
	if (was_charged(info))
		sigqueue_uncharge();
}

/* The same for a signal that was in the set. */
static void forget_first(struct sigpending *pending,
			 const struct kernel_siginfo *info)
{
	u64 mask = sigmask(info->signo);

	if (!(pending->uncounted & mask))
		forget_signal(info);
	pending->uncounted &= ~mask;
}

void take_queued(struct sigpending *pending, const struct kernel_siginfo *taken)
{
	int sig = taken->signo;
	struct sigqueue *entry;

	forget_first(pending, taken);
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

	/* A queue has only numbers that are in the set, too. */
	if (!(pending->set & set))
		return;
	STAILQ_FOREACH_SAFE(entry, &pending->queue, link, next) {
		if (!(sigmask(entry->info.signo) & set))
			continue;
		STAILQ_REMOVE(&pending->queue, entry, sigqueue, link);
		forget_signal(&entry->info);
		release_entry(entry);
	}
	/* The first of each number is in the set, not in the queue. */
	for (u64 left = pending->set & set; left;)
		forget_first(pending, &pending->info[pop_signal(&left) - 1]);
	pending->set &= ~set;
}

/*
 * A group may have thousands of threads, and the sender may be an interrupt. So
 * the sender only counts, and what each thread has is taken back when somebody
 * looks at it.
 */
void job_catch_up(struct signal_state *state)
{
	const struct signal_group *group = state->group;

	if (state->conts_seen != group->nr_conts) {
		state->conts_seen = group->nr_conts;
		discard_signals(&state->pending, STOP_SIGNALS);
		/*
		 * A thread that has taken a stop signal but not acted on it
		 * must not do so after the SIGCONT.
		 */
		state->stop_pending = state->stop_dequeued = false;
	}
	if (state->stops_seen != group->nr_stops) {
		state->stops_seen = group->nr_stops;
		discard_signals(&state->pending, sigmask(SIGCONT));
	}
}

/* ---- the parent's end: children.c sends it ----------------------- */

int set_parent_death_signal(s32 sig)
{
	if (sig && !valid_signal(sig))
		return -EINVAL;
	if (current->signal) /* NULL if the image has no signal service */
		current->signal->parent_death = sig;
	return 0;
}

s32 parent_death_signal(void)
{
	return current->signal ? current->signal->parent_death : 0;
}
