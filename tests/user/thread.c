/*
 * Threads: tasks that share one address space, and how they wait.
 */
#include "check.h"
#include <uapi/futex.h>
#include <uapi/sched.h>

#define THREAD_FLAGS	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
			 CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | \
			 CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
#define STACK_PAGES	4
/* linux_syscall reads four words above its caller's frame, used or not. */
#define STACK_BYTES	(STACK_PAGES * PAGE - 64)
#define THREADS		4
#define ROUNDS		20000

struct thread {
	volatile int32_t tid;	/* the kernel clears it when the thread ends */
	int32_t told;		/* by CLONE_PARENT_SETTID */
	uint8_t *stack;
};

/*
 * clone; in the new thread call fn(arg) on its own stack, then exit(0). The
 * child has no frame to return to: hence assembly.
 */
int32_t start_thread(uint32_t flags, void *stack, int32_t *parent_tid,
		     uint32_t tls, volatile int32_t *child_tid,
		     void (*fn)(void *arg), void *arg);

__asm__(".text\n"
	".arm\n"
	".type start_thread, %function\n"
	"start_thread:\n"
	"	mov	ip, sp\n"
	"	push	{r4-r7}\n"
	"	ldm	ip, {r4-r6}\n"		/* child_tid, fn, arg */
	"	mov	r7, #120\n"		/* clone */
	"	svc	0\n"
	"	cmp	r0, #0\n"
	"	beq	1f\n"
	"	pop	{r4-r7}\n"
	"	bx	lr\n"
	"1:	mov	r0, r6\n"
	"	blx	r5\n"
	"	mov	r0, #0\n"
	"	mov	r7, #1\n"		/* exit, of this thread only */
	"	svc	0\n");

static uint32_t thread_pointer(void)
{
	uint32_t tp;

	__asm__ volatile("mrc p15, 0, %0, c13, c0, 3" : "=r" (tp));
	return tp;
}

static int32_t run(struct thread *thread, void (*fn)(void *), void *arg,
		   uint32_t tls)
{
	thread->stack = pages(STACK_PAGES);
	thread->tid = -1;
	return start_thread(THREAD_FLAGS, thread->stack + STACK_BYTES,
			    &thread->told, tls, &thread->tid, fn, arg);
}

/* Until the kernel has cleared tid and woken who waits for that. */
static void join(struct thread *thread)
{
	int32_t tid;

	while ((tid = thread->tid) != 0)
		SYS(futex, &thread->tid, FUTEX_WAIT, tid, 0);
	SYS(munmap, thread->stack, STACK_PAGES * PAGE);
}

/* ---- one thread -------------------------------------------------------------- */

static volatile uint32_t seen_tls, seen_pid, seen_tid;
static uint8_t *volatile seen_page;

static void look_around(void *arg)
{
	*(int *)arg = 7;
	seen_tls = thread_pointer();
	seen_pid = (uint32_t)SYS(getpid);
	seen_tid = (uint32_t)SYS(gettid);
	seen_page = pages(1);
	seen_page[0] = 42;
}

static void one(void)
{
	struct thread thread;
	int on_stack = 0;
	int32_t tid = run(&thread, look_around, &on_stack, 0x12345678);

	ok(tid > 0, "clone");
	join(&thread);
	is(on_stack, 7, "it wrote to our stack");
	ok(thread.told == tid && seen_tid == (uint32_t)tid, "its number");
	ok(seen_pid == (uint32_t)getpid() && seen_pid != seen_tid,
	   "its process is ours");
	is((int32_t)seen_tls, 0x12345678, "its thread pointer");
	is(seen_page[0], 42, "what it mapped is mapped for us");
}

/* ---- several, and a lock ------------------------------------------------------- */

static volatile uint32_t lock;		/* 0 free, 1 taken, 2 and waited for */
static volatile uint32_t counter;

static void take(void)
{
	uint32_t old = 0;

	if (__atomic_compare_exchange_n(&lock, &old, 1, false,
					__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(&lock, 2, __ATOMIC_ACQUIRE) != 0)
		SYS(futex, &lock, FUTEX_WAIT, 2, 0);
}

static void release(void)
{
	if (__atomic_exchange_n(&lock, 0, __ATOMIC_RELEASE) == 2)
		SYS(futex, &lock, FUTEX_WAKE, 1);
}

static void count(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		take();
		counter = counter + 1;
		if (i % 1000 == 0)
			SYS(sched_yield);	/* with the lock held */
		release();
	}
}

static void several(void)
{
	struct thread threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		run(&threads[i], count, NULL, 0);
	for (int i = 0; i < THREADS; i++)
		join(&threads[i]);
	is((int32_t)counter, THREADS * ROUNDS,
	   "four threads count under a lock");
}

/* ---- the end of all ------------------------------------------------------------- */

static void wait_for_ever(void *arg)
{
	uint32_t word = 0;

	(void)arg;
	for (;;)
		SYS(futex, &word, FUTEX_WAIT, 0, 0);
}

static void end_process(void *arg)
{
	SYS(exit_group, (int)arg);
}

static void crash(void *arg)
{
	*(volatile int *)arg = 1;
}

static int with_thread(void (*fn)(void *), void *arg)
{
	struct thread threads[2];

	run(&threads[0], wait_for_ever, NULL, 0);
	run(&threads[1], fn, arg, 0);
	wait_for_ever(NULL);
	return 0;
}

static int thread_ends_process(void *arg)
{
	return with_thread(end_process, arg);
}

static int thread_crashes(void *arg)
{
	return with_thread(crash, arg);
}

static void ends(void)
{
	is(in_child(thread_ends_process, (void *)6), 0x600,
	   "exit_group in a thread ends them all");
	is(in_child(thread_crashes, NULL) & 0x7f, LINUX_SIGSEGV,
	   "a crash in a thread ends them all");
}

static void futexes(void)
{
	uint32_t word = 5;

	is(SYS(futex, &word, FUTEX_WAIT, 4, 0), -EAGAIN,
	   "waiting for a value that is not there");
	is(SYS(futex, &word, FUTEX_WAKE, 1), 0, "waking nobody");
	is(SYS(futex, (char *)&word + 1, FUTEX_WAIT, 5, 0), -EINVAL,
	   "a word that is not aligned");
}

int main(void)
{
	one();
	several();
	ends();
	futexes();
	return done();
}
