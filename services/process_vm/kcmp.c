/*
 * services/process_vm/kcmp.c - kcmp(2): whether two tasks share a resource of
 * the kernel's, such as an open file or an address space.
 *
 * Unequal resources have an order, so that a program can sort what many tasks
 * have. It is the order of their addresses, disguised by random numbers because
 * programs must not learn where the kernel keeps its data.
 */
#include <fs/fs.h>
#include <proc/proc.h>
#include <services/ids/ids.h>
#include <services/process_vm/process_vm.h>
#include <services/system/system.h>

/* Linux's numbers. */
enum kcmp_type {
	KCMP_FILE,
	KCMP_VM,
	KCMP_FILES,
	KCMP_FS,
	KCMP_SIGHAND,
	KCMP_IO,
	KCMP_SYSVSEM,
	KCMP_EPOLL_TFD,
	KCMP_TYPES
};

/* A task and the resource of it that is compared. */
struct kcmp_side {
	const struct task_struct *task;
	struct file *file; /* KCMP_FILE; a reference */
	uintptr_t resource;
};

/*
 * Keeps the order of addresses secret, and equal ones equal: an odd factor has
 * an inverse. Hold tasklist_lock.
 */
static u32 disguise(uintptr_t address)
{
	static u32 secret[2]; /* tasklist_lock; zeros until the first call */

	if (!secret[1])
		get_random_bytes(secret, sizeof(secret));
	secret[1] |= 1;
	return ((u32)address ^ secret[0]) * secret[1];
}

/* Finds the side's resource: 0, -EBADF or -EINVAL. Hold tasklist_lock. */
static int find_resource(struct kcmp_side *side, u32 type, u32 fd)
{
	const struct thread_info *ti = &side->task->thread_info;

	switch (type) {
	case KCMP_FILE:
		side->file = ti->files ? files_get(ti->files, fd) : NULL;
		side->resource = (uintptr_t)side->file;
		return side->file ? 0 : -EBADF;
	case KCMP_VM:
		side->resource = (uintptr_t)ti->mm;
		return 0;
	case KCMP_FILES:
		side->resource = (uintptr_t)ti->files;
		return 0;
	case KCMP_FS:
		side->resource = (uintptr_t)ti->fs;
		return 0;
	case KCMP_SIGHAND:
		side->resource = (uintptr_t)side->task->sighand;
		return 0;
	/* No task has any, so all have the same. */
	case KCMP_IO:
	case KCMP_SYSVSEM:
		return 0;
	/* As on a Linux that was built without it. */
	case KCMP_EPOLL_TFD:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

/* The call, with both tasks found. Hold tasklist_lock. */
static s32 compare(struct kcmp_side side[2], u32 type, const u32 fd[2])
{
	u32 place[2];
	int err;

	for (u32 i = 0; i < 2; i++)
		if (!may_trace(side[i].task, false))
			return -EPERM;
	for (u32 i = 0; i < 2; i++) {
		err = find_resource(&side[i], type, fd[i]);
		if (err)
			return err;
		place[i] = disguise(side[i].resource);
	}
	if (place[0] == place[1])
		return 0;
	return place[0] < place[1] ? 1 : 2;
}

s32 sys_kcmp(s32 pid1, s32 pid2, u32 type, u32 fd1, u32 fd2)
{
	struct kcmp_side side[2] = { 0 };
	u32 flags = tasklist_lock();
	s32 ret = -ESRCH;

	side[0].task = find_task(pid1);
	side[1].task = find_task(pid2);
	if (side[0].task && side[1].task)
		ret = compare(side, type, (const u32[]){ fd1, fd2 });
	tasklist_unlock(flags);
	/* Unlocked: the last reference to a file may have to close it. */
	for (u32 i = 0; i < 2; i++)
		if (side[i].file)
			fput(side[i].file);
	return ret;
}
