/*
 * What tasks have used: time, faults, memory.
 */
#include <asm/uaccess.h>
#include <proc/internal.h>
#include <syscalls.h>
#include <uapi/time.h>

/* All that a task of its own counts: there may be thousands of threads. */
static inline void add_running(struct task_usage *dst,
			       const struct task_usage *src)
{
	dst->utime_ns += src->utime_ns;
	dst->stime_ns += src->stime_ns;
	dst->nvcsw += src->nvcsw;
	dst->nivcsw += src->nivcsw;
}

void add_usage(struct task_usage *dst, const struct task_usage *src)
{
	add_running(dst, src);
	dst->min_flt += src->min_flt;
	dst->maj_flt += src->maj_flt;
	dst->maxrss = max(dst->maxrss, src->maxrss);
}

void group_usage(const struct task_struct *leader, struct task_usage *use)
{
	const struct task_struct *task;
	const struct mm_struct *mm = NULL;

	*use = leader->dead_use;
	for_each_thread(task, leader) {
		add_running(use, &task->use);
		if (task->thread_info.mm)
			mm = task->thread_info.mm;
	}
	/* The faults of the program that runs now are counted by its mm. */
	if (mm) {
		use->min_flt += (u32)atomic_read(&mm->min_flt);
		use->maj_flt += (u32)atomic_read(&mm->maj_flt);
		use->maxrss = max(use->maxrss, get_mm_hiwater_rss(mm));
	}
}

static void put_time(u64 ns, int32_t *sec, int32_t *usec)
{
	u32 nsec;

	*sec = (s32)split_seconds(ns, &nsec);
	*usec = (s32)(nsec / NSEC_PER_USEC);
}

int put_rusage(const struct task_usage *use, uaddr_t to)
{
	struct rusage ru = {
		.ru_maxrss = (s32)(use->maxrss * (PAGE_SIZE / 1024)),
		.ru_minflt = (s32)use->min_flt,
		.ru_majflt = (s32)use->maj_flt,
		.ru_nvcsw = (s32)use->nvcsw,
		.ru_nivcsw = (s32)use->nivcsw,
	};

	put_time(use->utime_ns, &ru.ru_utime_sec, &ru.ru_utime_usec);
	put_time(use->stime_ns, &ru.ru_stime_sec, &ru.ru_stime_usec);
	return copy_to_user(to, &ru, sizeof(ru)) ? -EFAULT : 0;
}

s32 sys_getrusage(s32 who, uaddr_t to)
{
	struct task_struct *leader = current->group_leader;
	struct task_usage use;
	u32 flags;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN &&
	    who != RUSAGE_THREAD)
		return -EINVAL;
	flags = tasklist_lock();
	if (who == RUSAGE_SELF)
		group_usage(leader, &use);
	else
		use = who == RUSAGE_THREAD ? current->use : leader->child_use;
	tasklist_unlock(flags);
	return put_rusage(&use, to);
}
