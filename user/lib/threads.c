/*
 * Starts threads and waits for them, as a C library would.
 */
#include <uapi/errno.h>
#include <uapi/futex.h>
#include <uapi/sched.h>
#include "linux.h"
#include "maps.h"
#include "threads.h"

#define THREAD_FLAGS                                                        \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | \
	 CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |               \
	 CLONE_CHILD_CLEARTID)
#define STACK_SIZE  (4 * PAGE_SIZE)
/* linux_syscall reads four words above its caller's frame, used or not. */
#define STACK_BYTES (STACK_SIZE - 64)

/* In assembly, because the child's new stack has no frame to return to. */
__asm__(".text\n"
	".arm\n"
	".global start_thread\n"
	".type start_thread, %function\n"
	"start_thread:\n"
	"	mov	ip, sp\n"
	"	push	{r4-r7}\n"
	"	ldm	ip, {r4-r6}\n" /* child_tid, fn, arg */
	"	mov	r7, #120\n"    /* clone */
	"	svc	0\n"
	"	cmp	r0, #0\n"
	"	beq	1f\n"
	"	pop	{r4-r7}\n"
	"	bx	lr\n"
	"1:	mov	r0, r6\n"
	"	blx	r5\n"
	"	mov	r0, #0\n"
	"	mov	r7, #1\n" /* exit, of this thread only */
	"	svc	0\n");

int32_t run_thread(struct thread *thread, void (*fn)(void *), void *arg,
		   uint32_t tls)
{
	thread->stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (thread->stack == MAP_FAILED)
		return -ENOMEM;
	thread->tid = -1;
	return start_thread(THREAD_FLAGS, thread->stack + STACK_BYTES,
			    &thread->told, tls, &thread->tid, fn, arg);
}

void join_thread(struct thread *thread)
{
	int32_t tid;

	while ((tid = thread->tid) != 0)
		linux_syscall(__NR_futex, &thread->tid, FUTEX_WAIT, tid, 0);
	munmap(thread->stack, STACK_SIZE);
}

int32_t run_vfork(void (*fn)(void *), void *arg)
{
	uint8_t *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int32_t pid;

	if (stack == MAP_FAILED)
		return -ENOMEM;
	pid = start_thread(CLONE_VM | CLONE_VFORK | LINUX_SIGCHLD,
			   stack + STACK_BYTES, NULL, 0, NULL, fn, arg);
	munmap(stack, STACK_SIZE);
	return pid;
}
