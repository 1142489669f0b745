/*
 * /proc/vmstat counts a process's faults as long as one of its threads runs,
 * and those of processes that share memory once: pgfault never steps back.
 */
#include <fcntl.h>
#include <string.h>
#include <uapi/sched.h>
#include "check.h"
#include "maps.h"
#include "threads.h"

#define PAGES 300u

static uint32_t before;
static pid_t first;

static uint32_t pgfault(void)
{
	static char text[16384];
	const char *found;

	if (read_text("/proc/vmstat", text, sizeof(text)) <= 0)
		return 0;
	found = strstr(text, "\npgfault ");
	return found ? strtoul(found + 9, NULL, 10) : 0;
}

/* True if the first thread is a zombie, whose memory is gone. */
static bool first_has_ended(void)
{
	char path[32], text[512];
	const char *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)first);
	if (read_text(path, text, sizeof(text)) <= 0)
		return false;
	state = strstr(text, ") ");
	return state && state[2] == 'Z';
}

static void second(void *arg)
{
	(void)arg;
	while (!first_has_ended())
		SYS(sched_yield);
	SYS(exit_group, pgfault() >= before ? 0 : 2);
}

/* The first thread of a process makes faults, and ends before the second. */
static int two_threads(void *arg)
{
	static struct thread thread;
	volatile uint8_t *p = pages(PAGES);

	(void)arg;
	first = getpid();
	for (uint32_t i = 0; i < PAGES; i++)
		p[i * PAGE] = 1;
	pgfault(); /* the text's own pages are there from now on */
	before = pgfault();
	if (before < PAGES || run_thread(&thread, second, NULL, 0) <= 0)
		return 3;
	SYS(exit, 4);
	return 0;
}

#define SHARERS 8u

static int gate[2];

static void wait_at_gate(void *nr)
{
	char c;

	(void)nr;
	SYS(read, gate[0], &c, 1);
}

/* Leaves processes that share its memory, and its faults. */
static int sharing(void *arg)
{
	volatile uint8_t *p = pages(PAGES);

	(void)arg;
	for (uint32_t i = 0; i < PAGES; i++)
		p[i * PAGE] = 1;
	return start_many(SHARERS, CLONE_VM | 17 /* SIGCHLD */, wait_at_gate) !=
		SHARERS;
}

static void shared_memory(void)
{
	bool back = false;

	SYS(prctl, 36 /* PR_SET_CHILD_SUBREAPER */, 1, 0, 0, 0);
	SYS(pipe2, gate, 0);
	is(in_child(sharing, NULL), 0,
	   "8 processes share the memory of one that has ended");
	for (uint32_t i = 0; i < SHARERS; i++) {
		before = pgfault();
		SYS(write, gate[1], "x", 1);
		back = back || SYS(wait4, -1, 0, 0, 0) <= 0;
		back = back || pgfault() < before;
	}
	ok(!back, "pgfault does not step back as they end");
}

int main(void)
{
	uint32_t count = pgfault();

	is(in_child(two_threads, NULL), 0,
	   "pgfault does not step back as a process's first thread ends");
	ok(pgfault() - count >= PAGES,
	   "the faults of a process that has ended are counted");
	shared_memory();
	return done();
}
