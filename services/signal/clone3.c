/*
 * clone3: clone(2) with its arguments in memory.
 *
 * What it can do more is CLONE_CLEAR_SIGHAND, for a child that shares memory with
 * its parent until execve and must not run its handlers; this is why it stands
 * here. A stack is named by its lowest address and its size.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/signal/internal.h>
#include <uapi/sched.h>

#define MAX_SET_TID 32u /* Linux's deepest nest of namespaces of PIDs */

/*
 * A later version's structure is longer: what this kernel does not know in it must
 * be zero. 0, -EINVAL, -E2BIG, -EFAULT.
 */
static int get_args(struct clone_args *args, uaddr_t from, u32 bytes)
{
	u32 known = min(bytes, (u32)sizeof(*args));
	u8 more;

	if (bytes > PAGE_SIZE)
		return -E2BIG;
	if (bytes < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	*args = (struct clone_args){ 0 };
	if (!access_ok(from, bytes) || copy_from_user(args, from, known))
		return -EFAULT;
	for (u32 i = known; i < bytes; i++) {
		if (get_user_u8(&more, from + i))
			return -EFAULT;
		if (more)
			return -E2BIG;
	}
	return 0;
}

/* PIDs are the kernel's to choose: root may on Linux. */
static int check_set_tid(const struct clone_args *args)
{
	if (args->set_tid_size > MAX_SET_TID ||
	    !args->set_tid != !args->set_tid_size)
		return -EINVAL;
	return args->set_tid ? -EPERM : 0;
}

static int check_stack(const struct clone_args *args)
{
	if (!args->stack != !args->stack_size)
		return -EINVAL;
	return args->stack + args->stack_size < args->stack ||
			args->stack + args->stack_size > TASK_SIZE ?
		-EINVAL :
		0;
}

static int check_args(const struct clone_args *args)
{
	u64 flags = args->flags;
	int err = check_set_tid(args);

	if (err)
		return err;
	if (args->exit_signal > _NSIG ||
	    flags & ~(0xffffffffull | CLONE_CLEAR_SIGHAND) ||
	    flags & (CLONE_DETACHED | CSIGNAL))
		return -EINVAL;
	if (flags & CLONE_SIGHAND && flags & CLONE_CLEAR_SIGHAND)
		return -EINVAL;
	if (flags & (CLONE_THREAD | CLONE_PARENT) && args->exit_signal)
		return -EINVAL;
	return check_stack(args);
}

s32 sys_clone3(uaddr_t uargs, u32 bytes)
{
	struct clone_args args;
	s32 pid = 0;
	int err = get_args(&args, uargs, bytes);

	if (!err)
		err = check_args(&args);
	if (err)
		return err;
	current->signal->clear_in_child = args.flags & CLONE_CLEAR_SIGHAND;
	err = do_fork((u32)args.flags | (u32)args.exit_signal,
		      (uaddr_t)(args.stack + args.stack_size),
		      task_pt_regs(current), (uaddr_t)args.parent_tid,
		      (uaddr_t)args.child_tid, (u32)args.tls, &pid);
	current->signal->clear_in_child = false;
	return err ? err : pid;
}
