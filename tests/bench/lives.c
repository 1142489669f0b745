/*
 * fork, vfork, execve, exit and wait.
 */
#include <unistd.h>
#include "bench.h"
#include "linux.h"

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
