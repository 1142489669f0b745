/*
 * clone3: a child whose arguments stand in memory, and which rules they obey.
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
	ok(pid > 0, "a child");
	ok(parent_tid == pid, "its number in the parent");
	wait_for(pid, &status);
	is(WEXITSTATUS(status), 5, "and in the child, which ends");
}

static volatile int told; /* shared with a child */

/* The child begins on another stack: it calls fn and ends. */
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
	is(told, 1, "the child's stack ends where it is said");
	ok(wait_for(pid, &status) == pid, "a child that sends no signal");
	is(WEXITSTATUS(status), 9, "can be waited for");
}

/* ---- handlers ---------------------------------------------------- */

static void note(int sig, struct test_siginfo *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
}

/* What the handler of sig is: 0, the default; 1, it is ignored; or more. */
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
	is(handlers_in_child(0), 3, "handlers are inherited");
	is(handlers_in_child(CLONE_CLEAR_SIGHAND), 1,
	   "CLONE_CLEAR_SIGHAND: what is ignored stays so, handlers go");
	is(handlers_in_child(0), 3, "the next child has them again");
	ok(handler_of(LINUX_SIGUSR1) > 1, "as the parent has");
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

	is(SYS(clone3, &later, CLONE_ARGS_SIZE_VER0 - 1), -EINVAL, "too small");
	is(SYS(clone3, &later, PAGE + 1), -E2BIG, "too large");
	is(SYS(clone3, &later, sizeof(later)), -E2BIG,
	   "a later version's wish that is not known");
	is(SYS(clone3, 0x10, sizeof(later.args)), -EFAULT, "nowhere");
	is(refused((struct clone_args){ .flags = 17 }), -EINVAL,
	   "a signal among the flags");
	is(refused((struct clone_args){ .flags = CLONE_DETACHED }), -EINVAL,
	   "an old flag");
	is(refused((struct clone_args){ .flags = 1ull << 40 }), -EINVAL,
	   "an unknown flag");
	is(refused((struct clone_args){ .exit_signal = 65 }), -EINVAL,
	   "no signal");
	is(refused((struct clone_args){ .exit_signal = 0x111 }), -EINVAL,
	   "a signal and more");
	is(refused((struct clone_args){ .flags = CLONE_VM | CLONE_SIGHAND |
						CLONE_CLEAR_SIGHAND }),
	   -EINVAL, "handlers shared and cleared");
	is(refused((struct clone_args){ .flags = CLONE_PARENT,
					.exit_signal = LINUX_SIGCHLD }),
	   -EINVAL, "a sibling with a signal of its own");
	is(refused((struct clone_args){ .flags = CLONE_THREAD }), -EINVAL,
	   "a thread with memory of its own");
	is(refused((struct clone_args){ .stack = here }), -EINVAL,
	   "a stack of no size");
	is(refused((struct clone_args){ .stack_size = PAGE }), -EINVAL,
	   "a size of no stack");
	is(refused((struct clone_args){ .stack = 0xfffff000,
					.stack_size = PAGE }),
	   -EINVAL, "a stack that is not the program's");
	is(refused((struct clone_args){ .set_tid = here }), -EINVAL,
	   "numbers, but none");
	is(refused((struct clone_args){ .set_tid = here, .set_tid_size = 33 }),
	   -EINVAL, "too many numbers");
}

static int set_tid(void *arg)
{
	static const int32_t tid = 4321;
	const struct clone_args args = { .set_tid = (uint32_t)&tid,
					 .set_tid_size = 1 };

	(void)arg;
	SYS(setresuid32, 1000, 1000, 1000);
	is(refused(args), -EPERM, "a user does not choose a number");
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
