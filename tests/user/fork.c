/*
 * fork: two address spaces from one, sharing until somebody writes.
 */
#include <uapi/sched.h>
#include "check.h"

static int data = 1;
static int bss;
static int *heap;
static volatile int *shared;

static int child_changes_all(void *stack)
{
	bool saw = data == 1 && bss == 0 && *heap == 3 && *(int *)stack == 4;

	data = bss = *heap = *(int *)stack = 100;
	shared[0] = 100;
	return saw && data == 100 ? 0 : 1;
}

static void isolation(void)
{
	int stack = 4;

	heap = malloc(sizeof(*heap));
	*heap = 3;
	shared = (int *)pages_with(1, PROT_READ | PROT_WRITE, MAP_SHARED);
	is(in_child(child_changes_all, &stack), 0,
	   "the child sees data, bss, heap and stack, and changes them");
	ok(data == 1 && bss == 0 && *heap == 3 && stack == 4,
	   "the parent's variables are as before");
	is(shared[0], 100, "the child's store to shared memory is seen");
}

static int grandchild(void *arg)
{
	uint8_t *p = arg;

	p[0]++;
	return p[0];
}

static int child_forks(void *arg)
{
	uint8_t *p = arg;
	int status;

	p[0]++;
	status = in_child(grandchild, p);
	return p[0] == 2 ? WEXITSTATUS(status) : 99;
}

static void generations(void)
{
	uint8_t *p = pages(1);

	p[0] = 1;
	is(WEXITSTATUS(in_child(child_forks, p)), 3,
	   "a grandchild has a copy of its own");
	is(p[0], 1, "the grandparent keeps its page");
}

static int exit_with(void *arg)
{
	return (int)arg & 0x7f;
}

static void many(void)
{
	int wrong = 0;

	for (int i = 0; i < 100; i++)
		wrong += WEXITSTATUS(in_child(exit_with, (void *)i)) != i;
	is(wrong, 0, "of a hundred children in a row, how many exit wrongly");
}

static void many_at_once(void)
{
	enum { CHILDREN = 20 };
	uint8_t *p = pages(CHILDREN);
	pid_t pids[CHILDREN];
	int status, sum = 0;

	memset(p, 1, CHILDREN * PAGE);
	fflush(stdout);
	for (int i = 0; i < CHILDREN; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			p[(uint32_t)i * PAGE] = (uint8_t)i;
			SYS(sched_yield);
			_exit(p[(uint32_t)i * PAGE]);
		}
	}
	for (int i = 0; i < CHILDREN; i++) {
		waitpid(pids[i], &status, 0);
		sum += WEXITSTATUS(status);
	}
	is(sum, CHILDREN * (CHILDREN - 1) / 2,
	   "twenty children at once: the sum of their results");
	ok(p[0] == 1 && p[(CHILDREN - 1) * PAGE] == 1,
	   "their stores have not reached the parent's pages");
}

static void ids(void)
{
	pid_t parent = getpid(), pid;
	int status = 0;

	pid = fork();
	if (pid == 0)
		_exit(SYS(getppid) == parent && getpid() != parent ? 0 : 1);
	waitpid(pid, &status, 0);
	is(status, 0, "getpid and getppid are right in the child");
	ok(pid > 0 && getpid() == parent, "getpid is unchanged in the parent");
}

static void vfork_waits(void)
{
	/*
	 * A child of vfork may not return from the function that called it:
	 * the call, the store and the exit are one piece of assembly.
	 */
	static volatile int32_t seen;
	register int32_t r0 __asm__("r0");
	register int32_t r7 __asm__("r7") = __NR_vfork;

	__asm__ volatile("svc 0\n\t"
			 "cmp r0, #0\n\t"
			 "bne 1f\n\t"
			 "mov r1, #55\n\t"
			 "str r1, [%[seen]]\n\t"
			 "mov r0, #9\n\t"
			 "mov r7, #1\n\t"
			 "svc 0\n"
			 "1:"
			 : "=r"(r0), "+r"(r7)
			 : [seen] "r"(&seen)
			 : "r1", "cc", "memory");
	{
		pid_t pid = r0;
		int32_t value = seen;
		int status = 0;

		waitpid(pid, &status, 0);
		is(value, 55,
		   "vfork: the child's store, in the parent's memory");
		is(WEXITSTATUS(status), 9, "vfork: the child's exit status");
	}
}

static int makes_sibling(void *unused __attribute__((unused)))
{
	long pid = SYS(clone, CLONE_PARENT, 0, 0, 0, 0);

	if (pid == 0)
		_exit(7);
	return pid > 0 ? 0 : 1;
}

/*
 * CLONE_PARENT gives the new process the caller's parent: that parent gets the
 * signal at its end and can wait for it, not the child that made it.
 */
static void siblings(void)
{
	int status = 0;

	is(in_child(makes_sibling, NULL), 0,
	   "a child makes a sibling by CLONE_PARENT");
	ok(waitpid(-1, &status, 0) > 0, "the parent can wait for the sibling");
	is(WEXITSTATUS(status), 7, "the sibling ended by itself");
}

int main(void)
{
	isolation();
	generations();
	many();
	many_at_once();
	ids();
	vfork_waits();
	siblings();
	return done();
}
