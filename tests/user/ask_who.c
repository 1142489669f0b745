/*
 * ask_who - memory that is shared in every way, then twenty frames at random, and
 * for each of them what /bin/who answers.
 *
 * tests/system/view.t films this and looks for the same answers in the film. A
 * child holds what fork() made it share, and has written to some of it since.
 * Half of the frames are behind pages of ours, the others anywhere in RAM.
 */
#include "check.h"
#include "maps.h"

#define PAGES  8u
#define FRAMES 20
#define RAM    4096u /* frames, of a machine of 16 MiB, which begins at such */

static char data[PAGES * PAGE] = { 1 };
static int hold[2];

static void *map(int flags)
{
	return mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		    flags | MAP_ANONYMOUS, -1, 0);
}

/* Writes to one page of each, then keeps all until the pipe is closed. */
static int child(void *arg)
{
	char **areas = arg, byte;

	for (uint32_t page = 0; page < PAGES; page++)
		areas[2][page * PAGE] = 2; /* what is shared is not copied */
	areas[0][PAGE] = areas[1][PAGE] = 2;
	close(hold[1]);
	read(hold[0], &byte, 1);
	return 0;
}

static void who(uint32_t pfn)
{
	char frame[16];
	char *words[] = { "who", frame, NULL };
	pid_t pid;

	snprintf(frame, sizeof(frame), "0x%08lx", pfn * PAGE);
	pid = fork();
	if (pid == 0) {
		execve("/bin/who", words, environ);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

int main(void)
{
	char *areas[] = { data, map(MAP_PRIVATE), map(MAP_SHARED) };
	uint32_t pfn = 0, random = 1;
	pid_t pid;

	for (int i = 0; i < 3; i++)
		for (uint32_t page = 0; page < PAGES; page++)
			areas[i][page * PAGE] = 1;
	if (pipe(hold) < 0)
		return 1;
	pid = start_child(child, areas);
	SYS(sched_yield);
	for (int i = 0; i < FRAMES; i++) {
		random = random * 1103515245 + 12345;
		if (i % 2)
			pfn = (pfn & ~(RAM - 1)) | (random >> 16) % RAM;
		else if (!page_frame(0,
				     areas[random >> 16 & 1 ? i / 2 % 3 : 0] +
					     (random >> 20) % PAGES * PAGE,
				     &pfn))
			return 1;
		who(pfn);
	}
	close(hold[1]);
	waitpid(pid, NULL, 0);
	return 0;
}
