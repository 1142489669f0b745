/*
 * Timers by CPU time: ITIMER_VIRTUAL, ITIMER_PROF, and timer_create's by a CPU
 * clock.
 *
 * CPU time is counted by the tick, and only the running task's grows. So while
 * any such timer is set in the machine, one timer expires each tick, and looks at
 * those of the process that runs: nobody else's can have come.
 */
#include <services/signal/posix_timer.h>

static void cpu_tick(struct timer *timer);

/* In no table: only its timer calls it. */
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
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return NULL;
	new->virt.clock.user_only = true;
	new->virt.signo = SIGVTALRM;
	new->prof.signo = SIGPROF;
	flags = lock_signals();
	if (!group->timers) {
		group->timers = new;
		new = NULL; /* no other thread was faster */
	}
	unlock_signals(flags);
	kfree(new);
	return group->timers;
}

void group_timers_free(struct group_timers *timers)
{
	u32 flags;

	posix_timers_delete(timers);
	flags = lock_signals();
	cpu_expiry_set(timers, &timers->virt, 0, 0);
	cpu_expiry_set(timers, &timers->prof, 0, 0);
	unlock_signals(flags);
	kfree(timers);
}

/* ---- the clock --------------------------------------------------- */

static u64 time_in(const struct task_usage *use, const struct cpu_clock *clock)
{
	return use->utime_ns + (clock->user_only ? 0 : use->stime_ns);
}

/* tasklist_lock held. A thread that is gone has had its time. */
static u64 time_of(const struct task_struct *leader,
		   const struct cpu_clock *clock)
{
	const struct task_struct *task = clock->tid ? find_task(clock->tid) :
						      NULL;
	struct task_usage use = { 0 };

	if (task && task->tgid == leader->tgid)
		use = task->use;
	else if (!clock->tid)
		group_usage(leader, &use);
	return time_in(&use, clock);
}

u64 cpu_clock_now(const struct cpu_clock *clock)
{
	return time_of(current->group_leader, clock);
}

/* ---- setting; signal_lock held ----------------------------------- */

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
		if (nr_set++ == 0 && !tick_timer.queued)
			start_tick();
	}
	e->expires = expires;
	e->interval = interval;
}

u64 cpu_expiry_forward(struct group_timers *timers, struct cpu_expiry *e)
{
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

	if (expires && e->interval)
		time_forward(&expires, e->interval, now);
	if (!expires)
		return 0;
	return expires > now ? expires - now : 1;
}

/* ---- the tick; both locks held ----------------------------------- */

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
	cpu_expiry_forward(timers, e);
	send_timer_signal(leader, 0, &info, NULL);
}

/* The sum over all threads is made once, however many timers there are. */
static void look_at_current(void)
{
	struct task_struct *leader = current->group_leader;
	struct group_timers *timers = current->signal->group->timers;
	struct cpu_expiry *e, *next;
	struct task_usage use;

	group_usage(leader, &use);
	LIST_FOREACH_SAFE(e, &timers->cpu_expiries, link, next) {
		if (e->clock.tid && e->clock.tid != current->pid)
			continue;
		e->seen = time_in(e->clock.tid ? &current->use : &use,
				  &e->clock);
		if (e->expires <= e->seen)
			fire(leader, timers, e);
	}
}

/* Interrupts are off; the running task is the one that was interrupted. */
static void cpu_tick(struct timer *timer __unused_arg)
{
	u32 list_flags = tasklist_lock(), flags = lock_signals();

	if (current->signal && current->signal->group->timers)
		look_at_current();
	if (nr_set)
		start_tick();
	unlock_signals(flags);
	tasklist_unlock(list_flags);
}
