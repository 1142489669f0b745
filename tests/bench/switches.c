/*
 * From one task to another, and what they say to each other.
 */
#include <uapi/futex.h>
#include <uapi/sched.h>
#include <unistd.h>
#include "bench.h"
#include "linux.h"

#define STACK_PAGES 4u

static void yields(void)
{
	volatile uint32_t *stop = (uint32_t *)shared(1);
	int32_t pid;

	*stop = 0;
	pid = call1(__NR_fork, 0);
	if (pid == 0) {
		while (!*stop)
			call1(__NR_sched_yield, 0);
		leave();
	}
	for (uint32_t i = 0; i < 10; i++)
		call1(__NR_sched_yield, 0);
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		call1(__NR_sched_yield, 0);
	report("switch by sched_yield", end() / 2, CALLS);
	*stop = 1;
	reap(pid);
}

static int there[2], back[2];
static char token;

/* The partner: sends back what comes, until the other end closes. */
static void answer(void)
{
	while (call3(__NR_read, (uint32_t)there[0], address(&token), 1) == 1)
		call3(__NR_write, (uint32_t)back[1], address(&token), 1);
	leave();
}

static void ask(const char *name)
{
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		call3(__NR_write, (uint32_t)there[1], address(&token), 1);
		call3(__NR_read, (uint32_t)back[0], address(&token), 1);
	}
	report(name, end() / 2, CALLS);
}

static void ping_pong(void)
{
	int32_t pid;

	must(pipe(there) == 0 && pipe(back) == 0, "pipe");
	pid = call1(__NR_fork, 0);
	if (pid == 0) {
		close(there[1]);
		answer();
	}
	ask("one-way pipe ping-pong, processes");
	close(there[0]);
	close(there[1]);
	reap(pid);
	close(back[0]);
	close(back[1]);
}

static volatile uint32_t running; /* cleared by the kernel as it ends */

/* A thread that runs answer() on a stack of its own. */
static int32_t start_thread(uint8_t *stack)
{
	register uint32_t r0 __asm__("r0") = CLONE_VM | CLONE_FS | CLONE_FILES |
		CLONE_SIGHAND | CLONE_THREAD | CLONE_CHILD_CLEARTID;
	register uint32_t r1 __asm__("r1") = address(stack);
	register uint32_t r2 __asm__("r2") = 0;
	register uint32_t r3 __asm__("r3") = 0;
	register uint32_t r4 __asm__("r4") = address((void *)&running);
	register uint32_t r7 __asm__("r7") = __NR_clone;

	__asm__ volatile("svc 0\n\t"
			 "cmp r0, #0\n\t"
			 "bleq %c6"
			 : "+r"(r0)
			 : "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r7),
			   "i"(answer)
			 : "cc", "memory", "ip", "lr");
	return (int32_t)r0;
}

static void ping_pong_threads(void)
{
	uint8_t *stack = anonymous(STACK_PAGES);

	must(pipe(there) == 0 && pipe(back) == 0, "pipe");
	running = 1;
	must(start_thread(stack + STACK_PAGES * PAGE) > 0, "clone");
	ask("the same, threads of one mm");
	close(there[1]);
	while (running)
		call6(__NR_futex, address((void *)&running), FUTEX_WAIT, 1, 0,
		      0, 0);
	close(there[0]);
	close(back[0]);
	close(back[1]);
	unmap(stack, STACK_PAGES);
}

void bench_switches(void)
{
	yields();
	ping_pong();
	ping_pong_threads();
}
