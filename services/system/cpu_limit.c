/*
 * RLIMIT_CPU: a process that has used so many seconds gets SIGXCPU, again after
 * each further second, and at the hard limit SIGKILL.
 *
 * Owns the kernel thread that checks the limits ten times a second, once the
 * first limit has been set: no tick and no program without a limit pays for it.
 */
#include <asm/atomic.h>
#include <proc/proc.h>
#include <run/run.h>
#include <services/signal/signal.h>
#include <services/system/system.h>
#include <uapi/signal.h>

#define LOOK_NSEC      (NSEC_PER_SEC / 10)
#define LOOKED_AT_ONCE 16 /* tasks per hold of tasklist_lock */

static u32 watched; /* 1 once the thread has been started */

/*
 * Raises the soft limit of all threads to `seconds`, as Linux does, so that the
 * next SIGXCPU comes a second later; a program can see it. Hold tasklist_lock.
 */
static void raise_soft_limit(const struct task_struct *leader, u32 seconds)
{
	struct task_struct *task;

	for_each_thread(task, leader)
		task->rlim[RLIMIT_CPU].rlim_cur = seconds;
}

/* Returns true if used_ns of CPU time reach a limit of `seconds`. */
static bool limit_reached(u64 used_ns, u32 seconds)
{
	return seconds != RLIM_INFINITY &&
		used_ns >= (u64)seconds * NSEC_PER_SEC;
}

/*
 * Sends leader's process the signal of the limit that it has reached. Hold
 * tasklist_lock.
 */
static void check_process(struct task_struct *leader)
{
	const struct rlimit *limit = &leader->rlim[RLIMIT_CPU];
	u64 used = leader->group_use.utime_ns + leader->group_use.stime_ns;

	if (limit->rlim_cur == RLIM_INFINITY &&
	    limit->rlim_max == RLIM_INFINITY)
		return;
	/*
	 * The hard limit first: the soft one may have been raised beyond it,
	 * second by second.
	 */
	if (limit_reached(used, limit->rlim_max)) {
		send_sig_process(leader, SIGKILL);
	} else if (limit_reached(used, limit->rlim_cur)) {
		send_sig_process(leader, SIGXCPU);
		raise_soft_limit(leader, limit->rlim_cur + 1);
	}
}

/* Checks all processes, a few at a time. */
static void check_all(void)
{
	struct task_struct *task;
	u32 n = 0, flags = tasklist_lock();

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (task == task->group_leader)
			check_process(task);
		/*
		 * If the task at which the walk stood has gone it starts again:
		 * a second look at a process finds its soft limit raised
		 * already.
		 */
		if (++n % LOOKED_AT_ONCE == 0 && !let_others_in(task, &flags))
			task = TAILQ_FIRST(&all_tasks);
	}
	tasklist_unlock(flags);
}

/* The kernel thread, which never ends. */
static void watch(void *unused __unused_arg)
{
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(LOOK_NSEC);
		check_all();
	}
}

int cpu_limit_watch(void)
{
	int err = 0;

	/*
	 * Two tasks may set the first limit at the same time: one of them
	 * starts the thread.
	 */
	if (cmpxchg(&watched, 0, 1) == 0) {
		err = kthread_run(watch, NULL, "cpu_limit", NULL);
		if (err)
			watched = 0;
	}
	return err;
}
