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

/* What was open and is closed again costs nothing: the second fork on. */
static void forks_after_files(void)
{
	uint32_t first = call1(__NR_dup, 1), last = first;

	while (last < first + 1000)
		last = call1(__NR_dup, 1);
	for (uint32_t fd = first; fd <= last; fd++)
		call1(__NR_close, fd);
	forks(NULL, 1);
	forks("fork + exit + wait, 1,000 files closed", LIVES);
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
	forks_after_files();
}
