/*
 * fork, vfork, execve, exit and wait.
 */
#include <unistd.h>
#include "bench.h"
#include "linux.h"

/* vfork whose child only exits: in one piece, for it runs on our stack. */
static inline int32_t vfork_exit(void)
{
	register uint32_t r0 __asm__("r0");
	register uint32_t r7 __asm__("r7") = __NR_vfork;

	__asm__ volatile("svc 0\n\t"
			 "cmp r0, #0\n\t"
			 "moveq r7, %2\n\t"
			 "svceq 0"
			 : "=r"(r0), "+r"(r7)
			 : "I"(__NR_exit)
			 : "cc", "memory");
	return (int32_t)r0;
}

static void execute(void)
{
	char *argv[] = { self, "exit", NULL }, *envp[] = { NULL };

	call3(__NR_execve, address(self), address(argv), address(envp));
	leave();
}

static void forks(const char *name, uint32_t lives)
{
	begin();
	for (uint32_t i = 0; i < lives; i++) {
		int32_t pid = call1(__NR_fork, 0);

		if (pid == 0)
			leave();
		reap(pid);
	}
	if (name)
		report(name, end(), lives);
}

void bench_lives(void)
{
	uint8_t *p;

	forks(NULL, LIVES); /* slabs and stacks: filled */
	forks("fork + exit + wait, small process", LIVES);
	p = anonymous(4096);
	write_pages(p, 4096);
	forks("the same with 16 MiB touched", 4);
	unmap(p, 4096);
	begin();
	for (uint32_t i = 0; i < LIVES; i++)
		reap(vfork_exit());
	report("vfork + exit + wait", end(), LIVES);
	begin();
	for (uint32_t i = 0; i < LIVES; i++) {
		int32_t pid = call1(__NR_fork, 0);

		if (pid == 0)
			execute();
		reap(pid);
	}
	report("fork + execve + exit + wait", end(), LIVES);
	begin();
	for (uint32_t i = 0; i < LIVES; i++) {
		int32_t pid = call1(__NR_vfork, 0);

		if (pid == 0)
			execute();
		reap(pid);
	}
	report("vfork + execve + exit + wait", end(), LIVES);
}
