/*
 * The pending signals.
 *
 * Owns the lock of all signals, and the count of queued signals of each user. A
 * pending signal is a bit in a set. Of several equal ordinary signals only the
 * first counts, and its siginfo lies beside the set. Of a real-time signal every
 * one counts: each has an entry of a queue, in the order in which they came. So
 * has the signal of a timer, if it is a real-time signal or if another of its
 * number is pending; each timer has an entry for that.
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
 * A bound for each user, since the queues are searched with interrupts off,
 * whatever limit a program sets. There is none for all users together, or one
 * could take another's share; only root can add users.
 */
#define QUEUED_MAX 1024u

/* A user whom queued signals or timers are charged to. */
struct sigqueue_user {
	LIST_ENTRY(sigqueue_user) link;
	u32 uid;   /* constant */
	u32 count; /* signal_lock; freed when it is 0 */
};

/* signal_lock: by uid, since every charge searches its list */
static LIST_HEAD(, sigqueue_user) users[64];

/* Returns the user with that real uid, or NULL: nothing is charged to it. */
static struct sigqueue_user *find_user(u32 uid)
{
	struct sigqueue_user *user;

	LIST_FOREACH(user, &users[uid % ARRAY_SIZE(users)], link)
		if (user->uid == uid)
			break;
	return user;
}

bool sigqueue_charge(struct sigqueue *entry, const struct task_struct *to)
{
	u32 uid = cred_of(&to->thread_info)->uid;
	struct sigqueue_user *user = find_user(uid);

	if ((user ? user->count : 0) >=
	    min(to->rlim[RLIMIT_SIGPENDING].rlim_cur, QUEUED_MAX))
		return false;
	if (!user) {
		/* Under a spinlock, so the allocation must not sleep. */
		user = kmalloc(sizeof(*user), GFP_ATOMIC);
		if (!user)
			return false;
		user->uid = uid;
		user->count = 0;
		LIST_INSERT_HEAD(&users[uid % ARRAY_SIZE(users)], user, link);
	}
	user->count++;
	entry->user = user;
	return true;
}

void sigqueue_free(struct sigqueue *entry)
{
	struct sigqueue_user *user = entry->user;

	BUG_ON(user->count == 0);
	if (--user->count == 0) {
		LIST_REMOVE(user, link);
		kfree(user);
	}
	kfree(entry);
}

u32 nr_queued_signals(u32 uid)
{
	u32 flags = lock_signals();
	const struct sigqueue_user *user = find_user(uid);
	u32 count = user ? user->count : 0;

	unlock_signals(flags);
	return count;
}

/* ---- in ---------------------------------------------------------- */

/* Queues a copy of info in entry, which is in no queue yet. */
static void enqueue(struct sigpending *pending, u64 mask,
		    const struct kernel_siginfo *info, struct sigqueue *entry)
{
	entry->queued = true;
	entry->info = *info;
	STAILQ_INSERT_TAIL(&pending->queue, entry, link);
	pending->set |= mask;
}

/*
 * Posts an ordinary signal of a timer beside the set. Returns false if another
 * of its number is there, for which this one has to be queued.
 */
static bool post_beside(struct sigpending *pending, u64 mask,
			const struct kernel_siginfo *info)
{
	struct kernel_siginfo *first = &pending->info[info->signo - 1];

	if (pending->set & mask)
		return first->code == CODE_OF_TIMER &&
			first->timer_id == info->timer_id;
	*first = *info;
	pending->set |= mask;
	return true;
}

/*
 * The signal of the same timer may be pending already: the timer was set anew
 * before the program took it, and that signal stands for both.
 */
void post_timer(struct sigpending *pending, u64 mask,
		const struct kernel_siginfo *info, struct sigqueue *entry)
{
	pending->more = true;
	if (info->signo < SIGRTMIN && post_beside(pending, mask, info))
		return;
	if (entry && !entry->queued)
		enqueue(pending, mask, info, entry);
}

int post_realtime(const struct task_struct *task, struct sigpending *pending,
		  u64 mask, const struct kernel_siginfo *info)
{
	struct sigqueue *entry = kmalloc(sizeof(*entry), GFP_ATOMIC);

	if (entry && !sigqueue_charge(entry, task)) {
		kfree(entry);
		entry = NULL;
	}
	if (!entry && info->code != SI_USER)
		return -EAGAIN;
	pending->more = true;
	/* Without an entry take_queued() makes up the siginfo. */
	pending->set |= mask;
	if (entry) {
		entry->of_timer = false;
		enqueue(pending, mask, info, entry);
	}
	return 0;
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
		sigqueue_free(entry);
}

/* Returns the first entry with signal sig from `entry` on, or NULL. */
static struct sigqueue *find_queued(struct sigqueue *entry, int sig)
{
	while (entry && entry->info.signo != sig)
		entry = STAILQ_NEXT(entry, link);
	return entry;
}

void take_queued(struct sigpending *pending, int sig,
		 struct kernel_siginfo *info)
{
	struct sigqueue *entry = find_queued(STAILQ_FIRST(&pending->queue),
					     sig);
	struct kernel_siginfo *first = info;

	/* kill() beyond the limit: as on Linux the sender is lost. */
	*info = (struct kernel_siginfo){ .signo = sig, .code = SI_USER };
	/* Of ordinary signals the first is beside the set. */
	if (sig < SIGRTMIN) {
		first = &pending->info[sig - 1];
		*info = *first;
	}
	if (!entry)
		return;
	*first = entry->info;
	if (sig < SIGRTMIN || find_queued(STAILQ_NEXT(entry, link), sig))
		pending->set |= sigmask(sig);
	STAILQ_REMOVE(&pending->queue, entry, sigqueue, link);
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
		release_entry(entry);
	}
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
