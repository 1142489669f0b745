/*
 * oom - a child takes all memory; it must die, and its parent live on.
 *
 * Run three times: the memory must be whole again each time.
 */
#include "check.h"

#define CHUNK (1024 * 1024)

static int take_all(void *arg)
{
	(void)arg;
	for (;;) {
		int32_t raw = SYS(mmap2, 0, CHUNK, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (raw < 0 && raw > -4096)
			return 1; /* address space ran out first */
		memset((void *)raw, 1, CHUNK);
	}
}

int main(void)
{
	for (int i = 0; i < 3; i++) {
		int status = in_child(take_all, NULL);

		is(WIFSIGNALED(status) ? WTERMSIG(status) : 0, LINUX_SIGKILL,
		   "what kills a program that takes all memory");
		is(killed_writing(pages(16)), 0, "there is memory again");
	}
	return done();
}
