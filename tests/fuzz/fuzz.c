/*
 * fuzz SEED FIRST LAST [print] - random system calls, round by round.
 *
 * Process 1 of a machine with little memory (tests/fuzz/fuzz.py boots it). The
 * workers do what they like; after each round they are killed, and what the
 * kernel holds must be what it held before. Reports begin with "fuzz:"; a line
 * with FINDING is a failure.
 */
#include <uapi/signal.h>
#include "fuzz.h"
#include "maps.h"

#define SQUEEZE_EVERY 16u
#define KEPT_STACKS   8u /* at least as many as proc/task.c keeps */

struct run run;

/* ---- the plan ---------------------------------------------------- */

/* Lines of three numbers: worker, first call, last call. */
static void read_plan(void)
{
	static char plan[32768];
	char *p = plan;

	if (read_text("/plan", plan, sizeof(plan)) <= 0)
		return;
	run.planned = true;
	while (*p) {
		uint32_t w = strtoul(p, &p, 10), first = strtoul(p, &p, 10);
		uint32_t last = strtoul(p, &p, 10);

		for (; w < WORKERS && first <= last && first < ALL_CALLS;
		     first++)
			run.keep[w][first] = 1;
		p += strspn(p, " \n");
	}
}

/* ---- rounds ------------------------------------------------------ */

/*
 * What the kernel makes once and keeps: the thread that looks after limits of
 * CPU time, some stacks of tasks that have ended. It does not count.
 */
static void warm_up(void)
{
	static const uint32_t long_time[2] = { 1u << 30, ~0u };

	SYS(setrlimit, 0 /* RLIMIT_CPU */, long_time);
	tidy_begin();
	make_files();
	for (uint32_t n = 0; n < KEPT_STACKS; n++)
		if (SYS(fork) == 0)
			for (;;)
				SYS(pause);
	SYS(kill, -1, SIGKILL);
	reap(1000);
	tidy();
	oracle_begin();
}

static uint32_t all_rounds(uint32_t last)
{
	uint32_t findings = 0;

	SYS(mmap2, SHARED, PAGE, 3, 0x31, -1, 0);
	warm_up();
	for (; run.round <= last; run.round++) {
		bool squeeze = run.round % SQUEEZE_EVERY == SQUEEZE_EVERY - 1 ||
			run.round == last;

		findings += one_round(squeeze);
		if (squeeze)
			say("round %u: %u calls, %u by workers in %u lives, "
			    "%u ms",
			    (unsigned int)run.round, (unsigned int)all_calls,
			    (unsigned int)own_calls, (unsigned int)lives,
			    (unsigned int)uptime_ms());
	}
	return findings;
}

int main(int argc, char **argv)
{
	uint32_t last;

	if (argc < 4)
		return 2;
	run.seed = strtoul(argv[1], NULL, 0);
	run.round = strtoul(argv[2], NULL, 0);
	last = strtoul(argv[3], NULL, 0);
	read_plan();
	if (argc > 5) /* by exec_self(): worker and call */
		exec_child(last, strtoul(argv[4], NULL, 0));
	if (argc > 4)
		print_run();
	else
		return all_rounds(last) ? 1 : 0;
	return 0;
}
