/*
 * rounds NAME ... - run /test/NAME ... several times and count free pages and
 * the kernel's objects.
 *
 * NAME,ARGUMENT,... has arguments for it.
 * The first rounds fill caches (page cache, slabs, kernel stacks). The last must
 * end with no fewer free pages than the one before, and with as many objects of
 * each cache: a leak of one small object leaves the number of pages as it was.
 * More pages are free if the objects of a cache happen to lie in fewer slabs. Where
 * they lie in more, a further round tells that from a leak, which takes a page again.
 */
#include <fcntl.h>
#include "check.h"
#include "maps.h"
#include "slabs.h"

#define ROUNDS      4
#define MORE_ROUNDS 2
#define NOT_STARTED 127 /* exit status */

static uint32_t free_kib(void)
{
	static char text[2048];
	const char *p;

	if (read_text("/proc/meminfo", text, sizeof(text)) < 0)
		return 0;
	p = strstr(text, "MemFree:");
	return p ? strtoul(p + 8, NULL, 10) : 0;
}

/* Could it be started? What it finds is not looked at here. */
static bool run(const char *name)
{
	char path[64], *argv[8];
	int status = -1, null;
	pid_t pid;

	snprintf(path, sizeof(path), "/test/%s", name);
	split_words(path, argv, ARRAY_SIZE(argv) - 1);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, 1);
		dup2(null, 2);
		close(null);
		execve(argv[0], argv, environ);
		_exit(NOT_STARTED);
	}
	waitpid(pid, &status, 0);
	return !WIFEXITED(status) || WEXITSTATUS(status) != NOT_STARTED;
}

static struct slab_count slabs[2][SLABS_MAX]; /* by round, alternating */
static int nr_slabs[2];

/* One result, which names each cache that has more or fewer objects. */
static void compare_slabs(void)
{
	int n = nr_slabs[0], differ = 0;

	for (int i = 0; i < n && n == nr_slabs[1]; i++) {
		if (slabs[0][i].objects == slabs[1][i].objects)
			continue;
		printf("# %s: %lu objects, then %lu\n", slabs[0][i].name,
		       slabs[0][i].objects, slabs[1][i].objects);
		differ++;
	}
	ok(n > 0 && n == nr_slabs[1] && !differ,
	   "objects of each slab cache after the last two rounds");
}

int main(int argc, char **argv)
{
	uint32_t free[ROUNDS + MORE_ROUNDS], before = 0;
	int started = 0, round = 0;

	do {
		before = round == ROUNDS - 1 ? free[round - 1] : before;
		for (int i = 1; i < argc; i++)
			started += run(argv[i]) && round < ROUNDS;
		/* Orphans of orphans are ours, as process 1. */
		while (SYS(wait4, -1, 0, 0, 0) > 0)
			;
		free[round] = free_kib();
		nr_slabs[round % 2] = read_slabs(slabs[round % 2]);
		printf("# round %d: %lu KiB free\n", round, free[round]);
		round++;
	} while (round < ROUNDS ||
		 (round < ROUNDS + MORE_ROUNDS && free[round - 1] < before));
	is(started, (argc - 1) * ROUNDS, "programs were started");
	ok(free[round - 1] && free[round - 1] >= before,
	   "free memory after the last two rounds");
	compare_slabs();
	is(audit(), 0, "the kernel's audit of its structures");
	return done();
}
