/*
 * Threads: tasks that share one address space, and how they wait.
 */
#include <uapi/futex.h>
#include "check.h"
#include "threads.h"

#define THREADS 4
#define ROUNDS  20000

static uint32_t thread_pointer(void)
{
	uint32_t tp;

	__asm__ volatile("mrc p15, 0, %0, c13, c0, 3" : "=r"(tp));
	return tp;
}

/* ---- one thread -------------------------------------------------- */

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
	int32_t tid = run_thread(&thread, look_around, &on_stack, 0x12345678);

	ok(tid > 0, "clone starts a thread");
	join_thread(&thread);
	is(on_stack, 7, "the thread wrote to its parent's stack");
	ok(thread.told == tid && seen_tid == (uint32_t)tid,
	   "gettid in the thread is the number that clone returned");
	ok(seen_pid == (uint32_t)getpid() && seen_pid != seen_tid,
	   "getpid in the thread is the process's number, gettid is not");
	is((int32_t)seen_tls, 0x12345678,
	   "CLONE_SETTLS has set the thread pointer");
	is(seen_page[0], 42,
	   "the parent reads a page that the thread has mapped");
}

/* ---- several, and a lock ----------------------------------------- */

static volatile uint32_t lock; /* 0 free, 1 taken, 2 and waited for */
static volatile uint32_t counter;

static void take(void)
{
	uint32_t old = 0;

	if (__atomic_compare_exchange_n(&lock, &old, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
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
			SYS(sched_yield); /* with the lock held */
		release();
	}
}

static void several(void)
{
	struct thread threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		run_thread(&threads[i], count, NULL, 0);
	for (int i = 0; i < THREADS; i++)
		join_thread(&threads[i]);
	is((int32_t)counter, THREADS * ROUNDS,
	   "four threads count under a futex lock: the sum");
}

/* ---- the end of all ---------------------------------------------- */

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

	run_thread(&threads[0], wait_for_ever, NULL, 0);
	run_thread(&threads[1], fn, arg, 0);
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
	   "FUTEX_WAIT with a value that the word does not have");
	is(SYS(futex, &word, FUTEX_WAKE, 1), 0,
	   "FUTEX_WAKE of a word without waiters");
	is(SYS(futex, (char *)&word + 1, FUTEX_WAIT, 5, 0), -EINVAL,
	   "FUTEX_WAIT on an unaligned word is refused");
}

/* ---- a process outlives its first thread ------------------------- */

static int to_parent[2], from_parent[2];
static volatile uint32_t leader_lives = 1;

/*
 * The first thread had ignored SIGCHLD for the whole process, so that a child
 * of any thread leaves no zombie and wait4 finds none.
 */
static int leaves_no_zombie(void)
{
	pid_t pid = SYS(fork);

	if (pid == 0)
		SYS(exit_group, 0);
	return SYS(wait4, pid, 0, 0, 0) == -ECHILD;
}

static void outlive_leader(void *arg)
{
	char c = 'z';

	(void)arg;
	while (leader_lives)
		SYS(futex, &leader_lives, FUTEX_WAIT, 1, 0);
	SYS(write, to_parent[1], &c, 1);
	SYS(close, from_parent[1]);
	SYS(read, from_parent[0], &c, 1); /* until the parent closes it */
	SYS(exit, leaves_no_zombie() ? 5 : 6);
}

static void leader_first(void)
{
	struct thread thread;
	int status = 0;
	pid_t pid;
	char c;

	SYS(pipe, to_parent);
	SYS(pipe, from_parent);
	pid = fork();
	if (pid == 0) {
		ignore(17); /* SIGCHLD */
		SYS(set_tid_address, &leader_lives);
		run_thread(&thread, outlive_leader, NULL, 0);
		SYS(exit, 3);
	}
	SYS(read, to_parent[0], &c, 1);
	is(SYS(wait4, pid, &status, WNOHANG, 0), 0,
	   "the process lives on when its first thread has ended");
	SYS(close, from_parent[0]);
	SYS(close, from_parent[1]);
	ok(SYS(wait4, pid, &status, 0, 0) == pid && status == 0x500,
	   "the last thread ends it, with its status and no zombies of its "
	   "own");
}

int main(void)
{
	one();
	several();
	ends();
	leader_first();
	futexes();
	return done();
}
