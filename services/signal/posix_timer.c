/*
 * timer_create: timers that send a signal, by any clock.
 *
 * Each process has a list of them, in its signal_group: a new program and a new
 * process begin without. As in Linux a timer's signal is pending once at most,
 * and the next period begins when it is taken: expiries in between are counted,
 * not sent. Timers that run by a CPU clock are driven by cpu_timer.c.
 *
 * signal_lock guards the list and the timers in it; where tasklist_lock is
 * taken, too, it is outside.
 */
#include <asm/uaccess.h>
#include <services/signal/internal.h>
#include <services/signal/posix_timer.h>
#include <services/time/internal.h>
#include <uapi/time.h>

static void posix_timer_expired(struct timer *timer);

/* Not in startup/services.c: the core calls it only through the timers. */
static const struct service posix_timer_service = {
	.timer_expired = posix_timer_expired,
};

/*
 * Returns the timer with number id, or NULL. Hold signal_lock, or it could be
 * deleted meanwhile.
 */
static struct posix_timer *find_timer(const struct group_timers *timers, s32 id)
{
	struct posix_timer *pt;

	if (!timers)
		return NULL;
	LIST_FOREACH(pt, &timers->timers, link)
		if (pt->id == id)
			break;
	return pt;
}

/* ---- the signal; both locks held --------------------------------- */

/*
 * Starts the next period of pt, or stops it if it has none. Returns how many
 * times it has expired since the last call.
 */
static u64 forward(struct posix_timer *pt)
{
	return pt->by_cpu ? cpu_expiry_forward(pt->group, &pt->cpu) :
			    clock_timer_forward(&pt->clock);
}

/*
 * The program ignores pt's signal, so it will never take it: the next period
 * begins now. It lasts at least a tick, or a period of some ns would keep the
 * machine busy with expiries that have no effect.
 */
static void skip_periods(struct posix_timer *pt)
{
	struct clock_timer *ct = &pt->clock;
	u64 expires;

	forward(pt);
	if (pt->by_cpu || !ct->interval || ct->interval >= TICK_NSEC)
		return;
	expires = ct->expires;
	time_forward(&expires, ct->interval, clock_timer_now(ct) + TICK_NSEC);
	clock_timer_start(ct, expires, ct->interval);
}

void posix_timer_fire(struct task_struct *leader, struct posix_timer *pt,
		      s32 *went_on)
{
	const struct kernel_siginfo info = { .signo = pt->signo,
					     .code = CODE_OF_TIMER,
					     .timer_id = pt->id,
					     .value = pt->value };

	/*
	 * A timer without a period is over as soon as it expires, whether or
	 * not its signal is taken: timer_gettime() must read 0.
	 */
	if (!timer_interval(pt))
		forward(pt);
	/*
	 * Its earlier signal is still pending; posix_timer_taken() counts this
	 * expiry.
	 */
	if (pt->notify == SIGEV_NONE || pt->pending)
		return;
	pt->pending = send_timer_signal(leader, pt->tid, &info, pt->entry,
					went_on);
	if (!pt->pending && timer_interval(pt))
		skip_periods(pt);
}

static void posix_timer_expired(struct timer *timer)
{
	struct posix_timer *pt = container_of(timer, struct posix_timer,
					      clock.timer);
	u32 flags = tasklist_lock(), sig_flags = lock_signals();
	struct task_struct *leader = find_task(pt->tgid);
	s32 went_on = 0;

	/*
	 * Looked up by number, since the process may have ended; the number may
	 * since belong to a thread of another process.
	 */
	if (leader && leader->tgid == pt->tgid)
		posix_timer_fire(leader, pt, &went_on);
	unlock_signals(sig_flags);
	job_tell_continued(leader, went_on);
	tasklist_unlock(flags);
}

void posix_timer_taken(const struct kernel_siginfo *info)
{
	struct signal_state *state = current->signal;
	struct posix_timer *pt = find_timer(state->group->timers,
					    info->timer_id);
	u64 n;

	state->timer_overrun = 0;
	/* The timer was deleted, or set anew, after it sent this signal. */
	if (!pt || !pt->pending)
		return;
	pt->pending = false;
	n = forward(pt); /* 0: no period, or set anew */
	/* The expiry that sent the signal is no overrun. */
	pt->overrun = n > INT32_MAX ? INT32_MAX : n ? (s32)n - 1 : 0;
	state->timer_overrun = pt->overrun;
}

/* ---- making and deleting ----------------------------------------- */

/*
 * Reads the sigevent at user address from, or takes Linux's default, SIGALRM
 * with the timer's number as its value, if it is 0. Returns 0, -EFAULT or
 * -EINVAL.
 */
static int get_sigevent(uaddr_t from, s32 id, struct sigevent *event)
{
	*event = (struct sigevent){ .sigev_value = (u32)id,
				    .sigev_signo = SIGALRM,
				    .sigev_notify = SIGEV_SIGNAL };
	if (from && copy_from_user(event, from, sizeof(*event)))
		return -EFAULT;
	/*
	 * Without a signal the other fields mean nothing, and Linux does not
	 * check them.
	 */
	if (event->sigev_notify == SIGEV_NONE)
		return 0;
	if (event->sigev_notify != SIGEV_SIGNAL &&
	    event->sigev_notify != (SIGEV_SIGNAL | SIGEV_THREAD_ID))
		return -EINVAL;
	return valid_signal(event->sigev_signo) ? 0 : -EINVAL;
}

/*
 * Returns 0 if the thread that is to get the signal belongs to this process, or
 * if none is named, else -EINVAL.
 */
static int check_thread(const struct sigevent *event)
{
	const struct task_struct *task;
	u32 flags;

	if (!(event->sigev_notify & SIGEV_THREAD_ID))
		return 0;
	flags = tasklist_lock();
	task = find_task(event->sigev_tid);
	tasklist_unlock(flags);
	return task && task->tgid == current->tgid ? 0 : -EINVAL;
}

/*
 * Returns true with *cpu if clock is a CPU clock, of the running task's process
 * or a thread of it, or false if it is another clock.
 */
static bool get_cpu_clock(s32 clock, struct cpu_clock *cpu)
{
	if (clock == CLOCK_PROCESS_CPUTIME_ID) {
		*cpu = (struct cpu_clock){ 0, false };
	} else if (clock == CLOCK_THREAD_CPUTIME_ID) {
		*cpu = (struct cpu_clock){ current->pid, false };
	} else if (clock < 0) {
		/*
		 * Negative ids name a process or thread and the kind of time
		 * (clock_getcpuclockid).
		 */
		cpu->user_only = clock_is_user_only(clock);
		cpu->tid = clock_thread(clock);
	} else {
		return false;
	}
	return true;
}

/*
 * Returns 0 if a timer can run by clock, or Linux's error: clocks that are only
 * for reading are -EOPNOTSUPP. A CPU clock must be of the caller's own process,
 * because the tick looks at the timers of the running process only.
 */
static int check_clock(s32 clock)
{
	int err = check_timing_clock(clock);

	if (err || clock >= 0)
		return err;
	return clock_is_own_process(clock) ? 0 : -EINVAL;
}

/*
 * Returns a new timer that nobody else knows yet, or NULL if there is no
 * memory. The queue entry for its signal is allocated here, because an expiry,
 * in an interrupt, may find no memory.
 */
static struct posix_timer *new_timer(s32 clock, const struct sigevent *event)
{
	struct group_timers *timers = group_timers();
	struct posix_timer *pt = kzalloc(sizeof(*pt), GFP_KERNEL);
	struct sigqueue *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	if (!timers || !pt || !entry) {
		kfree(pt);
		kfree(entry);
		return NULL;
	}
	entry->of_timer = true;
	pt->entry = entry;
	pt->tgid = current->tgid;
	pt->group = timers;
	pt->signo = event->sigev_signo;
	pt->value = event->sigev_value;
	pt->notify = event->sigev_notify & ~SIGEV_THREAD_ID;
	if (event->sigev_notify & SIGEV_THREAD_ID)
		pt->tid = event->sigev_tid;
	pt->by_cpu = get_cpu_clock(clock, &pt->cpu.clock);
	clock_timer_init(&pt->clock, &posix_timer_service, clock);
	return pt;
}

/* Frees pt, which is in no list any more, so that nobody finds it. */
static void free_timer(struct posix_timer *pt)
{
	struct sigqueue *entry = pt->entry;
	u32 flags;

	/*
	 * Another core may be in its expiry handler, which uses *pt; that takes
	 * signal_lock, so it is waited for before the lock is taken.
	 */
	clock_timer_stop(&pt->clock);
	timer_sync(&pt->clock.timer);
	flags = lock_signals();
	if (pt->cpu.expires)
		cpu_expiry_set(pt->group, &pt->cpu, 0, 0);
	/*
	 * A signal that is queued stays so, as on Linux; release_entry() frees
	 * its entry.
	 */
	entry->of_timer = false;
	if (!entry->queued)
		sigqueue_free(entry);
	unlock_signals(flags);
	kfree(pt);
}

/*
 * Gives pt an id that is free and puts it into its process's list. Returns 0,
 * or -EAGAIN beyond RLIMIT_SIGPENDING, of which each timer uses one: its signal
 * then always finds room.
 */
static int insert_timer(struct posix_timer *pt)
{
	struct group_timers *group = pt->group;
	u32 flags = lock_signals();
	int err = sigqueue_charge(pt->entry, current) ? 0 : -EAGAIN;

	if (!err) {
		pt->id = group->next_timer;
		/*
		 * Ids continue from the last one, as in Linux: a deleted
		 * timer's id is not reused soon, so a stale id is noticed.
		 */
		while (find_timer(group, pt->id))
			pt->id = pt->id < INT32_MAX ? pt->id + 1 : 0;
		group->next_timer = pt->id < INT32_MAX ? pt->id + 1 : 0;
		LIST_INSERT_HEAD(&group->timers, pt, link);
	}
	unlock_signals(flags);
	return err;
}

/*
 * Removes the timer with number id (below 0: any) from the list and returns it,
 * or NULL. Two threads that delete the same timer cannot both get it.
 */
static struct posix_timer *remove_timer(struct group_timers *timers, s32 id)
{
	u32 flags = lock_signals();
	struct posix_timer *pt = id < 0 ? LIST_FIRST(&timers->timers) :
					  find_timer(timers, id);

	if (pt)
		LIST_REMOVE(pt, link);
	unlock_signals(flags);
	return pt;
}

void posix_timers_delete(struct group_timers *timers)
{
	struct posix_timer *pt;

	while ((pt = remove_timer(timers, -1)) != NULL) {
		free_timer(pt);
		cond_resched();
	}
}

/*
 * A negative id, which remove_timer() takes for any, names no timer: -EINVAL.
 */
s32 sys_timer_delete(s32 id)
{
	struct posix_timer *pt = id < 0 ?
		NULL :
		remove_timer(current->signal->group->timers, id);

	if (!pt)
		return -EINVAL;
	free_timer(pt);
	return 0;
}

s32 sys_timer_create(s32 clock, uaddr_t uevent, uaddr_t uid)
{
	struct posix_timer *pt;
	struct sigevent event;
	int err = check_clock(clock);

	if (!err)
		err = get_sigevent(uevent, 0, &event);
	if (!err)
		err = check_thread(&event);
	if (err)
		return err;
	pt = new_timer(clock, &event);
	if (!pt)
		return -EAGAIN;
	err = insert_timer(pt);
	if (err) {
		kfree(pt->entry);
		kfree(pt);
		return err;
	}
	/*
	 * By default the value is the id, which is known only now. The timer is
	 * not set, so no signal has carried the old value.
	 */
	if (!uevent)
		pt->value = (u32)pt->id;
	if (put_user_u32((u32)pt->id, uid)) {
		sys_timer_delete(pt->id);
		return -EFAULT;
	}
	return 0;
}

/* ---- setting and reading ----------------------------------------- */

/* Reads the ns left and the period of pt. Hold both locks. */
static void read_timer(struct posix_timer *pt, u64 *left, u64 *interval)
{
	/*
	 * A timer that sends no signal is not touched by its expiry: its end is
	 * noticed here.
	 */
	if (pt->notify == SIGEV_NONE && !timer_interval(pt))
		forward(pt);
	*interval = pt->cpu.interval;
	if (pt->by_cpu)
		*left = cpu_expiry_left(&pt->cpu);
	else
		clock_timer_read(&pt->clock, left, interval);
}

/*
 * Sets pt to value and interval, in ns; how: TIMER_ABSTIME or 0. Hold both
 * locks.
 */
static void set_timer(struct posix_timer *pt, u32 how, u64 value, u64 interval)
{
	pt->pending = false; /* a signal of the old setting no longer counts */
	pt->overrun = 0;
	if (pt->by_cpu && value && !(how & TIMER_ABSTIME))
		value += cpu_clock_now(&pt->cpu.clock);
	if (pt->by_cpu)
		cpu_expiry_set(pt->group, &pt->cpu, value, interval);
	else
		clock_timer_set(&pt->clock, how & TIMER_ABSTIME, value,
				interval);
}

/*
 * The body of both timer_settime calls; time64: 64-bit seconds. tasklist_lock
 * is taken because a CPU clock adds up the time of all threads.
 */
static s32 do_settime(s32 id, u32 how, uaddr_t new, uaddr_t old, bool time64)
{
	u64 value, interval, left, was;
	struct posix_timer *pt;
	u32 list_flags, flags;
	int err = new ? get_itimerspec(new, time64, &value, &interval) :
			-EINVAL;

	if (err)
		return err;
	list_flags = tasklist_lock();
	flags = lock_signals();
	pt = find_timer(current->signal->group->timers, id);
	if (pt) {
		read_timer(pt, &left, &was);
		set_timer(pt, how, value, interval);
	}
	unlock_signals(flags);
	tasklist_unlock(list_flags);
	if (!pt)
		return -EINVAL;
	return old ? put_itimerspec(left, was, old, time64) : 0;
}

static s32 do_gettime(s32 id, uaddr_t to, bool time64)
{
	u32 list_flags = tasklist_lock(), flags = lock_signals();
	struct posix_timer *pt = find_timer(current->signal->group->timers, id);
	u64 left, interval;

	if (pt)
		read_timer(pt, &left, &interval);
	unlock_signals(flags);
	tasklist_unlock(list_flags);
	return pt ? put_itimerspec(left, interval, to, time64) : -EINVAL;
}

s32 sys_timer_settime(s32 id, u32 flags, uaddr_t new, uaddr_t old)
{
	return do_settime(id, flags, new, old, false);
}

s32 sys_timer_settime64(s32 id, u32 flags, uaddr_t new, uaddr_t old)
{
	return do_settime(id, flags, new, old, true);
}

s32 sys_timer_gettime(s32 id, uaddr_t to)
{
	return do_gettime(id, to, false);
}

s32 sys_timer_gettime64(s32 id, uaddr_t to)
{
	return do_gettime(id, to, true);
}

/* Only the last signal taken has its overruns here, as POSIX wants. */
s32 sys_timer_getoverrun(s32 id)
{
	u32 flags = lock_signals();
	const struct posix_timer *pt =
		find_timer(current->signal->group->timers, id);
	s32 overrun = pt ? pt->overrun : -EINVAL;

	unlock_signals(flags);
	return overrun;
}
