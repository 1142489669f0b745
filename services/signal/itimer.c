/*
 * setitimer: SIGALRM after a time, once or in periods; SIGVTALRM and SIGPROF
 * after a time of the process on the core (cpu_timer.c).
 *
 * Each process has one of each, in its signal_group: threads share it, a new
 * program keeps it, a new process begins without. As in Linux the next period
 * begins when SIGALRM is taken: a process that blocks SIGALRM is not flooded,
 * and no period, however short, keeps the machine busy.
 */
#include <asm/uaccess.h>
#include <services/signal/posix_timer.h>
#include <services/time/clock_timer.h>
#include <services/time/time.h>
#include <uapi/time.h>

/*
 * The process is looked up by its number, not by a pointer: it may have ended
 * while the timer expired.
 */
void send_alarm(struct timer *timer)
{
	const struct itimer *it = container_of(timer, struct itimer, timer);
	u32 flags = tasklist_lock();
	struct task_struct *task = find_task(it->tgid);

	if (task)
		send_sig_process(task->group_leader, SIGALRM);
	tasklist_unlock(flags);
}

/*
 * Reads the ns until `it` expires (0: it does not run) and its period. Hold
 * signal_lock.
 */
static void read_itimer(const struct itimer *it, u64 *left_ns, u64 *interval_ns)
{
	u64 now = ktime_ns(), until = it->timer.expires_ns;

	*interval_ns = it->interval_ns;
	*left_ns = 0;
	/*
	 * A timer that is running never shows 0, which would mean that it is
	 * stopped; programs see whole microseconds.
	 */
	if (it->timer.queued)
		*left_ns = until > now + NSEC_PER_USEC ? until - now :
							 NSEC_PER_USEC;
}

/*
 * Makes `it` expire ns from now and then every interval_ns (0: once); ns 0
 * stops it. Hold signal_lock.
 */
static void set_itimer(struct itimer *it, u64 ns, u64 interval_ns)
{
	timer_cancel(&it->timer);
	it->interval_ns = ns ? interval_ns : 0;
	it->tgid = current->tgid;
	it->timer.expires_ns = ktime_ns() + ns;
	if (ns)
		timer_start(&it->timer);
}

/*
 * The next expiry is whole periods after the last one, so that the delays
 * between expiry and delivery do not add up.
 */
void itimer_next_period(struct itimer *it)
{
	u64 *expires = &it->timer.expires_ns;

	/* Queued: setitimer has set it anew since the signal was sent. */
	if (!it->interval_ns || it->timer.queued)
		return;
	*expires += it->interval_ns;
	time_forward(expires, it->interval_ns, ktime_ns());
	timer_start(&it->timer);
}

/* ---- by CPU time ------------------------------------------------- */

/* Returns the expiry of ITIMER_VIRTUAL or ITIMER_PROF in timers. */
static struct cpu_expiry *cpu_itimer(struct group_timers *timers, u32 which)
{
	return which == ITIMER_VIRTUAL ? &timers->virt : &timers->prof;
}

/*
 * Reads the ns left and the period of timer `which`. Hold both locks, also for
 * set_which().
 */
static void read_which(u32 which, u64 *left_ns, u64 *interval_ns)
{
	struct group_timers *timers = current->signal->group->timers;
	const struct cpu_expiry *e;

	if (which == ITIMER_REAL) {
		read_itimer(&current->signal->group->real, left_ns,
			    interval_ns);
		return;
	}
	*left_ns = *interval_ns = 0;
	if (!timers)
		return;
	e = cpu_itimer(timers, which);
	*interval_ns = e->interval;
	*left_ns = cpu_expiry_left(e);
	/*
	 * Less than a microsecond would be shown as 0, as if the timer were not
	 * set.
	 */
	if (*left_ns)
		*left_ns = max(*left_ns, NSEC_PER_USEC);
}

/*
 * Sets timer `which` of the running task's process to ns from now (0: stopped)
 * and its period.
 */
static void set_which(u32 which, u64 ns, u64 interval_ns)
{
	struct signal_group *group = current->signal->group;
	struct cpu_expiry *e;

	if (which == ITIMER_REAL) {
		set_itimer(&group->real, ns, interval_ns);
		return;
	}
	e = cpu_itimer(group->timers, which);
	cpu_expiry_set(group->timers, e, ns ? cpu_clock_now(&e->clock) + ns : 0,
		       ns ? interval_ns : 0);
}

/* ---- the calls --------------------------------------------------- */

/* Writes an itimerval of two times in ns to user address to: 0 or -EFAULT. */
static int put_itimer(u64 left_ns, u64 interval_ns, uaddr_t to)
{
	const struct old_itimerval32 value = {
		.it_interval = to_timeval(interval_ns),
		.it_value = to_timeval(left_ns),
	};

	return copy_to_user(to, &value, sizeof(value)) ? -EFAULT : 0;
}

/*
 * Copies to the program only after both locks are released: the copy may fault.
 */
s32 sys_getitimer(u32 which, uaddr_t to)
{
	u64 left, interval;
	u32 list_flags, flags;

	if (which > ITIMER_PROF)
		return -EINVAL;
	list_flags = tasklist_lock();
	flags = lock_signals();
	read_which(which, &left, &interval);
	unlock_signals(flags);
	tasklist_unlock(list_flags);
	return put_itimer(left, interval, to);
}

/*
 * Reads an itimerval, in ns; address 0 stands for zeros, which stop the timer,
 * as in Linux. Returns 0, -EFAULT or -EINVAL.
 */
static int get_itimer(uaddr_t from, u64 *ns, u64 *interval_ns)
{
	struct old_itimerval32 value = { { 0, 0 }, { 0, 0 } };
	int err;

	if (from && copy_from_user(&value, from, sizeof(value)))
		return -EFAULT;
	err = get_timeval(&value.it_interval, interval_ns);
	return err ? err : get_timeval(&value.it_value, ns);
}

s32 sys_setitimer(u32 which, uaddr_t new, uaddr_t old)
{
	u64 ns, interval, old_ns, old_interval;
	int err = get_itimer(new, &ns, &interval);
	u32 list_flags, flags;

	if (err)
		return err;
	if (which > ITIMER_PROF)
		return -EINVAL;
	/*
	 * Before the locks are taken, because the first use allocates memory.
	 */
	if (which != ITIMER_REAL && !group_timers())
		return -ENOMEM;
	list_flags = tasklist_lock();
	flags = lock_signals();
	read_which(which, &old_ns, &old_interval);
	set_which(which, ns, interval);
	unlock_signals(flags);
	tasklist_unlock(list_flags);
	return old ? put_itimer(old_ns, old_interval, old) : 0;
}
