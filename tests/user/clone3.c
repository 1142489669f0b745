/*
 * clone3: its arguments are a structure in memory. What each of them does, and
 * which combinations are refused.
 */
#include <uapi/sched.h>
#include "check.h"

static int32_t clone3(const struct clone_args *args)
{
	fflush(stdout);
	return SYS(clone3, args, sizeof(*args));
}

static int32_t wait_for(int32_t pid, int *status)
{
	return SYS(wait4, pid, status, 0x40000000 /* __WALL */, 0);
}

/* ---- children ---------------------------------------------------- */

static void children(void)
{
	static int32_t parent_tid, child_tid;
	struct clone_args args = {
		.flags = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
		.parent_tid = (uint32_t)&parent_tid,
		.child_tid = (uint32_t)&child_tid,
		.exit_signal = LINUX_SIGCHLD,
	};
	int32_t pid = clone3(&args);
	int status = -1;

	if (pid == 0)
		_exit(child_tid == getpid() ? 5 : 6);
	ok(pid > 0, "clone3 with an exit signal creates a child");
	ok(parent_tid == pid,
	   "CLONE_PARENT_SETTID stores the child's number for the parent");
	wait_for(pid, &status);
	is(WEXITSTATUS(status), 5,
	   "CLONE_CHILD_SETTID stores it in the child, which checks it and "
	   "exits");
}

static volatile int told; /* shared with a child */

/* The child begins on another stack: it calls fn and exits with 9. */
__attribute__((naked, noinline)) static int32_t clone3_call(
	const struct clone_args *args __attribute__((unused)),
	uint32_t bytes __attribute__((unused)),
	void (*fn)(void) __attribute__((unused)))
{
	__asm__ volatile("push	{r4, r7}\n\t"
			 "mov	r4, r2\n\t"
			 "movw	r7, #435\n\t"
			 "svc	0\n\t"
			 "cmp	r0, #0\n\t"
			 "popne	{r4, r7}\n\t"
			 "bxne	lr\n\t"
			 "blx	r4\n\t"
			 "mov	r0, #9\n\t"
			 "mov	r7, #1\n\t"
			 "svc	0\n\t");
}

static uint8_t *stack;

static void look_at_stack(void)
{
	uint8_t here;

	told = &here >= stack && &here < stack + 2 * PAGE;
}

static void own_stack(void)
{
	struct clone_args args = {
		.flags = CLONE_VM | CLONE_VFORK,
		.stack_size = 2 * PAGE,
	};
	int status = -1;
	int32_t pid;

	stack = pages(2);
	args.stack = (uint32_t)stack;
	pid = clone3_call(&args, sizeof(args), look_at_stack);
	is(told, 1, "the child runs on the stack that the arguments give it");
	ok(wait_for(pid, &status) == pid,
	   "__WALL waits for a child that sends no signal at its end");
	is(WEXITSTATUS(status), 9, "that child's exit status arrives");
}

/* ---- handlers ---------------------------------------------------- */

static void note(int sig, struct test_siginfo *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
}

/* Returns the handler of sig: 0 default, 1 ignored, else its address. */
static uint32_t handler_of(int sig)
{
	uint32_t action[5] = { 0 };

	SYS(rt_sigaction, sig, 0, action, 8);
	return action[0];
}

static int handlers_in_child(uint64_t flags)
{
	struct clone_args args = { .flags = flags,
				   .exit_signal = LINUX_SIGCHLD };
	int32_t pid = clone3(&args);
	int status = -1;

	if (pid == 0)
		_exit((handler_of(LINUX_SIGUSR1) > 1 ? 2 : 0) +
		      (handler_of(LINUX_SIGUSR2) == 1));
	wait_for(pid, &status);
	return WEXITSTATUS(status);
}

static void handlers(void)
{
	handle(LINUX_SIGUSR1, note, 0);
	ignore(LINUX_SIGUSR2);
	is(handlers_in_child(0), 3,
	   "without flags a child inherits a handler and an ignored signal");
	is(handlers_in_child(CLONE_CLEAR_SIGHAND), 1,
	   "CLONE_CLEAR_SIGHAND resets the handler, an ignored signal stays "
	   "ignored");
	is(handlers_in_child(0), 3, "the next child inherits both again");
	ok(handler_of(LINUX_SIGUSR1) > 1,
	   "the parent's handler was never reset");
	by_default(LINUX_SIGUSR1);
	by_default(LINUX_SIGUSR2);
}

/* ---- rules ------------------------------------------------------- */

static int32_t refused(struct clone_args args)
{
	int32_t pid = clone3(&args);

	if (pid == 0)
		_exit(1);
	if (pid > 0)
		wait_for(pid, NULL);
	return pid;
}

static void rules(void)
{
	struct {
		struct clone_args args;
		uint32_t more[2];
	} later = { .args.exit_signal = LINUX_SIGCHLD, .more = { 0, 1 } };
	const uint32_t here = (uint32_t)&later;

	is(SYS(clone3, &later, CLONE_ARGS_SIZE_VER0 - 1), -EINVAL,
	   "arguments shorter than the first version are refused");
	is(SYS(clone3, &later, PAGE + 1), -E2BIG,
	   "arguments larger than a page are refused");
	is(SYS(clone3, &later, sizeof(later)), -E2BIG,
	   "a field beyond the known ones that is not zero is refused");
	is(SYS(clone3, 0x10, sizeof(later.args)), -EFAULT,
	   "arguments at an unmapped address are refused");
	is(refused((struct clone_args){ .flags = 17 }), -EINVAL,
	   "an exit signal among the flags, as clone has it, is refused");
	is(refused((struct clone_args){ .flags = CLONE_DETACHED }), -EINVAL,
	   "CLONE_DETACHED is refused");
	is(refused((struct clone_args){ .flags = 1ull << 40 }), -EINVAL,
	   "an unknown flag is refused");
	is(refused((struct clone_args){ .exit_signal = 65 }), -EINVAL,
	   "exit signal 65, which does not exist, is refused");
	is(refused((struct clone_args){ .exit_signal = 0x111 }), -EINVAL,
	   "an exit signal with more bits set is refused");
	is(refused((struct clone_args){ .flags = CLONE_VM | CLONE_SIGHAND |
						CLONE_CLEAR_SIGHAND }),
	   -EINVAL, "CLONE_SIGHAND with CLONE_CLEAR_SIGHAND is refused");
	is(refused((struct clone_args){ .flags = CLONE_PARENT,
					.exit_signal = LINUX_SIGCHLD }),
	   -EINVAL, "CLONE_PARENT with an exit signal is refused");
	is(refused((struct clone_args){ .flags = CLONE_THREAD }), -EINVAL,
	   "CLONE_THREAD without shared memory is refused");
	is(refused((struct clone_args){ .stack = here }), -EINVAL,
	   "a stack without a size is refused");
	is(refused((struct clone_args){ .stack_size = PAGE }), -EINVAL,
	   "a size without a stack is refused");
	is(refused((struct clone_args){ .stack = 0xfffff000,
					.stack_size = PAGE }),
	   -EINVAL, "a stack in the kernel is refused");
	is(refused((struct clone_args){ .set_tid = here }), -EINVAL,
	   "set_tid with an array of no numbers is refused");
	is(refused((struct clone_args){ .set_tid = here, .set_tid_size = 33 }),
	   -EINVAL, "set_tid with 33 numbers is refused");
}

static int32_t clone_as(int32_t tid, uint32_t size)
{
	const int32_t tids[2] = { tid, tid };

	return refused(
		(struct clone_args){ .set_tid = (uint32_t)(uintptr_t)tids,
				     .set_tid_size = size });
}

static int set_tid(void *arg)
{
	static const int32_t tid = 4321;
	const struct clone_args args = { .set_tid = (uint32_t)&tid,
					 .set_tid_size = 1 };

	(void)arg;
	is(clone_as(0, 1), -EINVAL, "set_tid of 0");
	is(clone_as(-1, 1), -EINVAL, "set_tid of -1");
	is(clone_as(32768, 1), -EINVAL, "set_tid of the first that is no PID");
	is(clone_as(4321, 2), -EINVAL, "set_tid for a namespace below");
	is(refused((struct clone_args){ .set_tid = 16, .set_tid_size = 1 }),
	   -EFAULT, "set_tid with an array in unmapped memory");
	SYS(setresuid32, 1000, 1000, 1000);
	is(refused(args), -EPERM,
	   "set_tid by a process that is not root is refused");
	return 0;
}

int main(void)
{
	children();
	own_stack();
	handlers();
	rules();
	checks_in_child(set_tid, NULL);
	return done();
}
