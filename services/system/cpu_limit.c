/*
 * RLIMIT_CPU: who has used so many seconds gets SIGXCPU, again after each
 * second more, and at the hard limit SIGKILL.
 *
 * Owns the kernel thread that looks, ten times a second, once the first such
 * limit has been set: no tick and no program without a limit pays for it.
 */
#include <asm/atomic.h>
#include <proc/proc.h>
#include <run/run.h>
#include <services/signal/signal.h>
#include <services/system/system.h>
#include <uapi/signal.h>

#define LOOK_NSEC      (NSEC_PER_SEC / 10)
#define LOOKED_AT_ONCE 16 /* tasks, before others may run */

static u32 watched; /* the thread is there */

/* Linux raises the soft limit, too: a program can see it. */
static void raise_soft_limit(const struct task_struct *leader, u32 seconds)
{
	struct task_struct *task;

	for_each_thread(task, leader)
		task->rlim[RLIMIT_CPU].rlim_cur = seconds;
}

static bool limit_reached(u64 used_ns, u32 seconds)
{
	return seconds != RLIM_INFINITY &&
		used_ns >= (u64)seconds * NSEC_PER_SEC;
}

/* tasklist_lock held. */
static void check_process(struct task_struct *leader)
{
	const struct rlimit *limit = &leader->rlim[RLIMIT_CPU];
	struct task_usage use;
	u64 used;

	if (limit->rlim_cur == RLIM_INFINITY &&
	    limit->rlim_max == RLIM_INFINITY)
		return;
	group_usage(leader, &use);
	used = use.utime_ns + use.stime_ns;
	if (limit_reached(used, limit->rlim_max)) {
		send_sig_process(leader, SIGKILL);
	} else if (limit_reached(used, limit->rlim_cur)) {
		send_sig_process(leader, SIGXCPU);
		raise_soft_limit(leader, limit->rlim_cur + 1);
	}
}

static void check_all(void)
{
	struct task_struct *task;
	u32 n = 0, flags = tasklist_lock();

	TAILQ_FOREACH(task, &all_tasks, tasks) {
		if (task == task->group_leader)
			check_process(task);
		if (++n % LOOKED_AT_ONCE == 0 && !let_others_in(task, &flags))
			task = TAILQ_FIRST(&all_tasks);
	}
	tasklist_unlock(flags);
}

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

	if (cmpxchg(&watched, 0, 1) == 0) {
		err = kthread_run(watch, NULL, "cpu_limit", NULL);
		if (err)
			watched = 0;
	}
	return err;
}
