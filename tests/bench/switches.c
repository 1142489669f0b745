/*
 * switches.c - from one task to another, and what they say to each other.
 */
#include <unistd.h>
#include <uapi/sched.h>
#include <uapi/wait.h>
#include "bench.h"
#include "linux.h"

#define STACK_PAGES	4u

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

/* A task of our address space that runs answer() on a stack of its own. */
static int32_t start_thread(uint8_t *stack)
{
	register uint32_t r0 __asm__("r0") = CLONE_VM | CLONE_FS | CLONE_SIGHAND;
	register uint32_t r1 __asm__("r1") = address(stack);
	register uint32_t r2 __asm__("r2") = 0;
	register uint32_t r3 __asm__("r3") = 0;
	register uint32_t r4 __asm__("r4") = 0;
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
	int32_t pid;

	must(pipe(there) == 0 && pipe(back) == 0, "pipe");
	pid = start_thread(stack + STACK_PAGES * PAGE);
	must(pid > 0, "clone");
	ask("the same, threads of one mm");
	call3(__NR_kill, (uint32_t)pid, LINUX_SIGKILL, 0);
	call6(__NR_wait4, (uint32_t)pid, 0, __WALL, 0, 0, 0);
	close(there[0]);
	close(there[1]);
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
