/*
 * fuzz SEED FIRST LAST [print] - random system calls, round by round.
 *
 * Process 1 of a machine with little memory (tests/fuzz/fuzz.py boots it). The
 * workers do what they like; after each round they are killed, and what the
 * kernel holds must be what it held before. Reports begin with "fuzz:"; a line
 * with FINDING is a failure.
 */
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/signal.h>
#include <uapi/wait.h>
#include "fuzz.h"
#include "maps.h"

#define ROUND_MS      100
#define DYING_MS      3000
#define WANTED        (256 * 1024u)
#define WANTED_MS     4000 /* a victim that does not end has two seconds */
#define SQUEEZE_EVERY 16u
#define MANY_TASKS    400u

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

/* A worker that has no call to make is not started. */
static bool has_calls(uint32_t w)
{
	return !run.planned || memchr(run.keep[w], 1, ALL_CALLS);
}

/* ---- processes --------------------------------------------------- */

static void sleep_5_ms(void)
{
	static const uint32_t time[2] = { 0, 5000000 };

	SYS(nanosleep, time, 0);
}

/* Until there is no child any more: true, or time is up. */
static bool reap(uint32_t ms)
{
	uint32_t end = uptime_ms() + ms;
	int32_t got;

	while ((int32_t)(end - uptime_ms()) > 0) {
		got = SYS(wait4, -1, 0, WNOHANG | 0x40000000 /* __WALL */, 0);
		if (got == -ECHILD)
			return true;
		if (got <= 0)
			sleep_5_ms();
	}
	return false;
}

static void show_process(const char *dir, const char *name)
{
	static char text[1000];
	char path[64], *line, *next = text;

	if (*name < '0' || *name > '9' || !strcmp(name, "1"))
		return;
	say("FINDING process %s does not die (round %u)", name,
	    (unsigned int)run.round);
	snprintf(path, sizeof(path), "%s/%s/stack", dir, name);
	if (read_text(path, text, sizeof(text)) <= 0)
		return;
	while ((line = strsep(&next, "\n")) && *line)
		say("  %s", line);
}

/* A child that wants a little memory: it gets it, or somebody dies for it. */
static uint32_t want_memory(void)
{
	int32_t pid = fork(), got = 0;

	if (pid == 0) {
		int32_t raw = SYS(mmap2, 0, WANTED, 3, 0x22, -1, 0);

		/* Workers may have made themselves more important. */
		SYS(setpriority, 0, 0, -20);
		if ((uint32_t)raw < -4095u)
			memset((void *)raw, 1, WANTED);
		SYS(exit_group, 0);
	}
	for (uint32_t ms = 0; pid > 0 && got == 0 && ms < WANTED_MS; ms += 5) {
		got = SYS(wait4, pid, 0, WNOHANG, 0);
		if (got == 0)
			sleep_5_ms();
	}
	if (pid <= 0 || got)
		return 0;
	say("FINDING there is no memory, and nobody is killed for it "
	    "(round %u)",
	    (unsigned int)run.round);
	return 1;
}

/* What may have been done to process 1, undone. */
static void be_myself(void)
{
	static const uint32_t zero[4];

	SYS(setpriority, 0, 0, 0);
	SYS(setitimer, 0, zero, 0);
	SYS(umask, 0);
}

static void start_worker(uint32_t w)
{
	int32_t pid;

	do
		pid = fork();
	while (pid < 0);
	if (pid == 0)
		worker(w);
}

/* What a worker has seen, if it has: findings. */
static uint32_t take_wrong(void)
{
	const char *words = shared->wrong == WRONG_CPSR ?
		"a frame gave a program status bits that are not its own" :
		"an mremap found no memory and changed mappings";
	bool is = shared->wrong == WRONG_CPSR || shared->wrong == WRONG_MREMAP;

	if (is)
		say("FINDING %s: call %u:%u, 0x%x (round %u)", words,
		    (unsigned int)shared->wrong_worker,
		    (unsigned int)shared->wrong_index,
		    (unsigned int)shared->detail, (unsigned int)run.round);
	shared->wrong = 0;
	return is;
}

/* How many findings; does not return if a process cannot be killed. */
static uint32_t one_round(bool squeeze)
{
	uint32_t findings = 0;

	make_files();
	for (uint32_t w = 0; w < WORKERS; w++)
		if (has_calls(w))
			start_worker(w);
	if (!reap(ROUND_MS)) {
		findings = want_memory();
		SYS(kill, -1, SIGKILL);
		if (!reap(DYING_MS)) {
			for_each_name("/proc", show_process);
			exit(3);
		}
	}
	be_myself();
	tidy();
	return findings + take_wrong() + oracle_look(squeeze);
}

static uint32_t calls_made(void)
{
	uint32_t sum = 0;

	for (uint32_t w = 0; w < WORKERS; w++)
		sum += shared->calls[w];
	return sum;
}

/*
 * What the kernel makes once and keeps: the thread that looks after limits of
 * CPU time, page tables for the stacks of as many tasks as there can be. It does
 * not count.
 */
static void warm_up(void)
{
	static const uint32_t long_time[2] = { 1u << 30, ~0u };

	SYS(setrlimit, 0 /* RLIMIT_CPU */, long_time);
	tidy_begin();
	make_files();
	for (uint32_t n = 0; n < MANY_TASKS; n++)
		if (SYS(fork) == 0)
			for (;;)
				SYS(pause);
	SYS(kill, -1, SIGKILL);
	reap(DYING_MS);
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
			say("round %u: %u calls, %u ms",
			    (unsigned int)run.round, (unsigned int)calls_made(),
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
