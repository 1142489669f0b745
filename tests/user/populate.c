/*
 * A process that is killed while the kernel populates pages for it gets no more
 * of them. Otherwise its end, and its memory, would wait for the last page.
 */
#include <uapi/mman.h>
#include <uapi/resource.h>
#include <uapi/signal.h>
#include <uapi/time.h>
#include "check.h"

#define BYTES (32u << 20)
#define FLAGS (MAP_PRIVATE | MAP_ANONYMOUS)

static volatile uint32_t *begun; /* shared with the child */

static void by_mmap(void)
{
	*begun = 1;
	SYS(mmap2, 0, BYTES, PROT_READ | PROT_WRITE, FLAGS | MAP_POPULATE, -1,
	    0);
}

static void by_mlock(void)
{
	uint8_t *room = pages(BYTES / PAGE);

	*begun = 1;
	SYS(mlock, room, BYTES);
}

static void by_advice(void)
{
	uint8_t *room = pages(BYTES / PAGE);

	*begun = 1;
	SYS(madvise, room, BYTES, MADV_POPULATE_WRITE);
}

static void killed_in(void (*fetch)(void), const char *name)
{
	static const uint32_t a_while[2] = { 0, 1000000 };
	struct rusage use = { 0 };
	int status = -1;
	pid_t pid;

	*begun = 0;
	pid = fork();
	if (pid == 0) {
		fetch();
		for (;;)
			SYS(pause);
	}
	while (!*begun)
		SYS(nanosleep, a_while, 0);
	SYS(kill, pid, SIGKILL);
	SYS(wait4, pid, &status, 0, &use);
	is(status, SIGKILL, "%s: SIGKILL ends the process", name);
	ok(use.ru_maxrss < (int32_t)(BYTES / 1024 / 2),
	   "%s: it had less than half of the pages by then", name);
}

int main(void)
{
	begun = (volatile uint32_t *)pages_with(1, PROT_READ | PROT_WRITE,
						MAP_SHARED | MAP_ANONYMOUS);
	killed_in(by_mmap, "mmap with MAP_POPULATE");
	killed_in(by_mlock, "mlock");
	killed_in(by_advice, "madvise with MADV_POPULATE_WRITE");
	return done();
}
