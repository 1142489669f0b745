/*
 * clone3: clone(2) with its arguments in memory.
 *
 * It stands with the signals because of what it adds: CLONE_CLEAR_SIGHAND, for
 * a child that shares memory with its parent until execve and so must not run
 * the parent's handlers. A stack is given by its lowest address and its size.
 */
#include <asm/uaccess.h>
#include <proc/proc.h>
#include <services/signal/internal.h>
#include <uapi/sched.h>

#define MAX_SET_TID 32u /* Linux's deepest nest of namespaces of PIDs */

/*
 * Reads the `bytes` bytes of arguments at from. A program made for a later
 * Linux passes a longer structure: the part that this kernel does not know must
 * be zero, or the program asks for something that would not happen. Returns 0,
 * -EINVAL (too short), -E2BIG (unknown part not zero, or over a page), or
 * -EFAULT.
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
	/*
	 * The whole range is checked, so that from + i below cannot wrap
	 * around.
	 */
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

/*
 * A program may not choose its child's PID here, though root may on Linux:
 * -EPERM. Returns -EINVAL, as Linux, if array and length do not fit each other,
 * for more than one number, since there is one namespace, and for one that no
 * PID can be; or -EFAULT.
 */
static int check_set_tid(const struct clone_args *args)
{
	u32 tid;

	if (args->set_tid_size > MAX_SET_TID ||
	    !args->set_tid != !args->set_tid_size)
		return -EINVAL;
	if (!args->set_tid)
		return 0;
	if (args->set_tid > UINT32_MAX ||
	    get_user_u32(&tid, (uaddr_t)args->set_tid))
		return -EFAULT;
	return args->set_tid_size > 1 || !tid || tid >= MAX_PID ? -EINVAL :
								  -EPERM;
}

/*
 * Returns 0 if both or neither of stack and size are given and the stack ends
 * in user memory, else -EINVAL.
 */
static int check_stack(const struct clone_args *args)
{
	if (!args->stack != !args->stack_size)
		return -EINVAL;
	/*
	 * Both are u64 from the program, so their sum may wrap around to a
	 * small address.
	 */
	return args->stack + args->stack_size < args->stack ||
			args->stack + args->stack_size > TASK_SIZE ?
		-EINVAL :
		0;
}

/* Returns 0, or Linux's error for arguments that contradict each other. */
static int check_args(const struct clone_args *args)
{
	u64 flags = args->flags;
	int err = check_set_tid(args);

	if (err)
		return err;
	/*
	 * The exit signal has a field of its own; clone() has it in the low
	 * byte of flags (CSIGNAL), which must therefore be clear.
	 */
	if (args->exit_signal > _NSIG ||
	    flags & ~(0xffffffffull | CLONE_CLEAR_SIGHAND) ||
	    flags & (CLONE_DETACHED | CSIGNAL))
		return -EINVAL;
	if (flags & CLONE_SIGHAND && flags & CLONE_CLEAR_SIGHAND)
		return -EINVAL;
	/* Neither a thread nor a sibling ends with a signal to the caller. */
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
	/*
	 * do_fork()'s flags are clone()'s 32 bits, which have no room for it:
	 * signal_fork() finds it here.
	 */
	current->signal->clear_in_child = args.flags & CLONE_CLEAR_SIGHAND;
	err = do_fork((u32)args.flags | (u32)args.exit_signal,
		      (uaddr_t)(args.stack + args.stack_size),
		      task_pt_regs(current), (uaddr_t)args.parent_tid,
		      (uaddr_t)args.child_tid, (u32)args.tls, &pid);
	current->signal->clear_in_child = false;
	return err ? err : pid;
}
