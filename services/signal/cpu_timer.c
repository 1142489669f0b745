/*
 * Timers by CPU time: ITIMER_VIRTUAL, ITIMER_PROF, and those of timer_create
 * that run by a CPU clock.
 *
 * The tick counts CPU time, and only that of the running task grows. So while
 * any such timer is set in the machine, one kernel timer expires at each tick
 * and looks at the timers of the running process: no other process's can have
 * expired.
 */
#include <services/signal/posix_timer.h>

/* How many timers are looked at before others may run; one that fires counts more. */
#define LOOKS_AT_ONCE 128
#define FIRES         8
#define PAUSE_NSEC    20000u /* how long the others run then */

static void cpu_tick(struct timer *timer);

/* Not in startup/services.c: the core calls it only through tick_timer. */
static const struct service cpu_tick_service = {
	.timer_expired = cpu_tick,
};

/* signal_lock */
static struct timer tick_timer = { .service = &cpu_tick_service };
static u32 nr_set; /* in all groups */
/* Whose timers the tick has begun to look at; NULL: it has looked at all. */
static struct group_timers *looking;

struct group_timers *group_timers(void)
{
	struct signal_group *group = current->signal->group;
	struct group_timers *new;
	u32 flags;

	if (group->timers)
		return group->timers;
	/*
	 * Allocated without the lock, since kzalloc may sleep; another thread
	 * may install its own meanwhile.
	 */
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return NULL;
	new->tgid = current->tgid;
	new->virt.clock.user_only = true;
	new->virt.signo = SIGVTALRM;
	new->prof.signo = SIGPROF;
	TAILQ_INIT(&new->cpu_expiries);
	flags = lock_signals();
	if (!group->timers) {
		group->timers = new;
		new = NULL;
	}
	unlock_signals(flags);
	kfree(new);
	return group->timers;
}

void group_timers_free(struct group_timers *timers)
{
	u32 flags;

	/*
	 * First, and without the lock: it waits for timers that are expiring.
	 */
	posix_timers_delete(timers);
	flags = lock_signals();
	cpu_expiry_set(timers, &timers->virt, 0, 0);
	cpu_expiry_set(timers, &timers->prof, 0, 0);
	if (looking == timers)
		looking = NULL;
	unlock_signals(flags);
	kfree(timers);
}

/* ---- the clock --------------------------------------------------- */

/* Returns the part of a usage, in ns, that clock counts. */
static u64 time_in(const struct task_usage *use, const struct cpu_clock *clock)
{
	return use->utime_ns + (clock->user_only ? 0 : use->stime_ns);
}

/*
 * Returns the ns that clock shows for leader's process, or 0 if its thread has
 * exited. Hold tasklist_lock for the look-up.
 */
static u64 time_of(const struct task_struct *leader,
		   const struct cpu_clock *clock)
{
	const struct task_struct *task = clock->tid ? find_task(clock->tid) :
						      NULL;

	if (!clock->tid)
		return time_in(&leader->group_use, clock);
	return task && task->tgid == leader->tgid ? time_in(&task->use, clock) :
						    0;
}

u64 cpu_clock_now(const struct cpu_clock *clock)
{
	return time_of(current->group_leader, clock);
}

/* ---- setting; signal_lock held ----------------------------------- */

/* Starts the kernel timer that looks at the running process. */
static void start_tick(u32 after_ns)
{
	tick_timer.expires_ns = ktime_ns() + after_ns;
	timer_start(&tick_timer);
}

void cpu_expiry_set(struct group_timers *timers, struct cpu_expiry *e,
		    u64 expires, u64 interval)
{
	if (e->expires && !expires) {
		TAILQ_REMOVE(&timers->cpu_expiries, e, link);
		timers->nr_cpu--;
		nr_set--;
	} else if (!e->expires && expires) {
		TAILQ_INSERT_TAIL(&timers->cpu_expiries, e, link);
		timers->nr_cpu++;
		/*
		 * The tick stops by itself when it finds none set, so it may
		 * still be queued from before, and timer_start() must not get a
		 * queued timer.
		 */
		if (nr_set++ == 0 && !tick_timer.queued)
			start_tick(TICK_NSEC);
	}
	e->expires = expires;
	e->interval = interval;
}

u64 cpu_expiry_forward(struct group_timers *timers, struct cpu_expiry *e)
{
	/*
	 * `seen` and not the clock of now: the caller may be another thread,
	 * and a timer that has not been looked at has sent no signal.
	 */
	if (!e->expires || e->expires > e->seen)
		return 0;
	if (e->interval)
		return time_forward(&e->expires, e->interval, e->seen);
	cpu_expiry_set(timers, e, 0, 0);
	return 1;
}

u64 cpu_expiry_left(const struct cpu_expiry *e)
{
	u64 now = cpu_clock_now(&e->clock), expires = e->expires;

	/*
	 * An expired timer whose signal has not been taken yet has its next
	 * period still unset; Linux reports the time to the next multiple of
	 * the interval.
	 */
	if (expires && e->interval)
		time_forward(&expires, e->interval, now);
	if (!expires)
		return 0;
	/* 0 would mean that the timer is not set. */
	return expires > now ? expires - now : 1;
}

/* ---- the tick; both locks held ----------------------------------- */

/* e, of leader's process, has expired: sends its signal. */
static void fire(struct task_struct *leader, struct group_timers *timers,
		 struct cpu_expiry *e, s32 *went_on)
{
	const struct kernel_siginfo info = { .signo = e->signo,
					     .code = SI_KERNEL };

	if (!e->signo) {
		posix_timer_fire(leader,
				 container_of(e, struct posix_timer, cpu),
				 went_on);
		return;
	}
	/*
	 * An interval timer begins its next period now, not when the signal is
	 * taken: as in Linux, only the periods of ITIMER_REAL wait for that.
	 */
	cpu_expiry_forward(timers, e);
	send_timer_signal(leader, 0, &info, NULL, went_on);
}

/*
 * Sends the signals of those timers that have expired. There may be a thousand:
 * returns true if some have yet to be looked at.
 */
static bool look_at_some(struct group_timers *timers,
			 struct task_struct *leader, s32 *went_on)
{
	struct cpu_expiry *e;
	u32 n = 0;

	/* Not anew at each tick, or a long round would never end. */
	if (!timers->to_look_at)
		timers->to_look_at = timers->nr_cpu;
	while (timers->to_look_at && n++ < LOOKS_AT_ONCE) {
		timers->to_look_at--;
		e = TAILQ_FIRST(&timers->cpu_expiries);
		if (!e)
			continue;
		TAILQ_REMOVE(&timers->cpu_expiries, e, link);
		TAILQ_INSERT_TAIL(&timers->cpu_expiries, e, link);
		e->seen = time_of(leader, &e->clock);
		if (e->expires <= e->seen) {
			fire(leader, timers, e, went_on);
			n += FIRES;
		}
	}
	return timers->to_look_at;
}

/*
 * The tick timer expired; interrupts are off. The interrupted task is
 * `current`: the time of this tick is charged to it.
 */
static void cpu_tick(struct timer *timer __unused_arg)
{
	u32 list_flags = tasklist_lock(), flags = lock_signals();
	struct task_struct *leader = NULL;
	s32 went_on = 0;

	/* A kernel thread, or a task that is exiting, has no signal state. */
	if (!looking && current->signal)
		looking = current->signal->group->timers;
	/* To the end, even if that process does not run any more. */
	if (looking)
		leader = find_task(looking->tgid);
	if (looking && !look_at_some(looking, leader, &went_on))
		looking = NULL;
	if (nr_set)
		start_tick(looking ? PAUSE_NSEC : TICK_NSEC);
	unlock_signals(flags);
	job_tell_continued(leader, went_on);
	tasklist_unlock(list_flags);
}
