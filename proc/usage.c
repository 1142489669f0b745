/*
 * Resource usage of tasks: time, switches, faults, memory.
 */
#include <asm/uaccess.h>
#include <proc/internal.h>
#include <syscalls.h>
#include <uapi/time.h>

/*
 * Adds what each thread alone counts. The tick counts times for the group, too,
 * and faults and memory belong to the mm.
 */
void add_switches(struct task_usage *dst, const struct task_usage *src)
{
	dst->nvcsw += src->nvcsw;
	dst->nivcsw += src->nivcsw;
}

/*
 * Times and faults add up; maxrss is the largest, as getrusage(2) defines it.
 */
void add_usage(struct task_usage *dst, const struct task_usage *src)
{
	dst->utime_ns += src->utime_ns;
	dst->stime_ns += src->stime_ns;
	add_switches(dst, src);
	dst->min_flt += src->min_flt;
	dst->maj_flt += src->maj_flt;
	dst->maxrss = max(dst->maxrss, src->maxrss);
}

/* A dying thread, the first one as well, may have left the mm already. */
const struct mm_struct *group_mm(const struct task_struct *leader)
{
	const struct task_struct *task;

	for_each_thread(task, leader)
		if (task->thread_info.mm)
			return task->thread_info.mm;
	return NULL;
}

/*
 * The switches of dead threads, and the faults of earlier programs, are in
 * group_use already, so only live threads are walked.
 */
void group_usage(const struct task_struct *leader, struct task_usage *use)
{
	const struct mm_struct *mm = group_mm(leader);
	const struct task_struct *task;

	*use = leader->group_use;
	for_each_thread(task, leader)
		add_switches(use, &task->use);
	/*
	 * The mm counts the faults of the program that runs now; any thread's
	 * mm is the group's.
	 */
	if (mm) {
		use->min_flt += (u32)atomic_read(&mm->min_flt);
		use->maj_flt += (u32)atomic_read(&mm->maj_flt);
		use->maxrss = max(use->maxrss, get_mm_hiwater_rss(mm));
	}
}

/* Linux's struct has 32-bit seconds and microseconds here. */
static void put_time(u64 ns, int32_t *sec, int32_t *usec)
{
	u32 nsec;

	*sec = (s32)split_seconds(ns, &nsec);
	*usec = (s32)(nsec / NSEC_PER_USEC);
}

/* The fields that nothing counts here (swaps, messages) stay 0, as on Linux. */
int put_rusage(const struct task_usage *use, uaddr_t to)
{
	struct rusage ru = {
		/* KiB, as Linux; all else is in the unit it was counted in. */
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

/* RUSAGE_CHILDREN has only children that were waited for, and theirs. */
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
	/* Before the copy to user memory, which may fault and sleep. */
	tasklist_unlock(flags);
	return put_rusage(&use, to);
}
