/*
 * /proc/vmstat counts a process's faults as long as one of its threads runs:
 * pgfault never steps back.
 */
#include <fcntl.h>
#include <string.h>
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

int main(void)
{
	uint32_t count = pgfault();

	is(in_child(two_threads, NULL), 0,
	   "pgfault does not step back as a process's first thread ends");
	ok(pgfault() - count >= PAGES,
	   "the faults of a process that has ended are counted");
	return done();
}
