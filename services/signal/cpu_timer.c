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

static void cpu_tick(struct timer *timer);

/* Not in startup/services.c: the core calls it only through tick_timer. */
static const struct service cpu_tick_service = {
	.timer_expired = cpu_tick,
};

/* signal_lock */
static struct timer tick_timer = { .service = &cpu_tick_service };
static u32 nr_set; /* in all groups */

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
	new->virt.clock.user_only = true;
	new->virt.signo = SIGVTALRM;
	new->prof.signo = SIGPROF;
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

/*
 * Starts the kernel timer that looks at the running process at the next tick.
 */
static void start_tick(void)
{
	tick_timer.expires_ns = ktime_ns() + TICK_NSEC;
	timer_start(&tick_timer);
}

void cpu_expiry_set(struct group_timers *timers, struct cpu_expiry *e,
		    u64 expires, u64 interval)
{
	if (e->expires && !expires) {
		LIST_REMOVE(e, link);
		nr_set--;
	} else if (!e->expires && expires) {
		LIST_INSERT_HEAD(&timers->cpu_expiries, e, link);
		/*
		 * The tick stops by itself when it finds none set, so it may
		 * still be queued from before, and timer_start() must not get a
		 * queued timer.
		 */
		if (nr_set++ == 0 && !tick_timer.queued)
			start_tick();
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
		 struct cpu_expiry *e)
{
	const struct kernel_siginfo info = { .signo = e->signo,
					     .code = SI_KERNEL };

	if (!e->signo) {
		posix_timer_fire(leader,
				 container_of(e, struct posix_timer, cpu));
		return;
	}
	/*
	 * An interval timer begins its next period now, not when the signal is
	 * taken: as in Linux, only the periods of ITIMER_REAL wait for that.
	 */
	cpu_expiry_forward(timers, e);
	send_timer_signal(leader, 0, &info, NULL);
}

/*
 * Sends the signals of all timers of the running process that have expired.
 */
static void look_at_current(void)
{
	struct task_struct *leader = current->group_leader;
	struct group_timers *timers = current->signal->group->timers;
	struct cpu_expiry *e, *next;

	LIST_FOREACH_SAFE(e, &timers->cpu_expiries, link, next) {
		/*
		 * The time of a thread that does not run has not changed since
		 * the last look.
		 */
		if (e->clock.tid && e->clock.tid != current->pid)
			continue;
		e->seen = time_in(e->clock.tid ? &current->use :
						 &leader->group_use,
				  &e->clock);
		if (e->expires <= e->seen)
			fire(leader, timers, e);
	}
}

/*
 * The tick timer expired; interrupts are off. The interrupted task is
 * `current`: the time of this tick is charged to it.
 */
static void cpu_tick(struct timer *timer __unused_arg)
{
	u32 list_flags = tasklist_lock(), flags = lock_signals();

	/* A kernel thread, or a task that is exiting, has no signal state. */
	if (current->signal && current->signal->group->timers)
		look_at_current();
	if (nr_set)
		start_tick();
	unlock_signals(flags);
	tasklist_unlock(list_flags);
}
