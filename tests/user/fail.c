/*
 * fail - forks, and children that take memory, while the kernel makes one allocation
 * fail (fail_alloc= on its command line): the failure is reported and survived.
 */
#include "check.h"

#define CHILD_PAGES 1000

static int take_pages(void *arg)
{
	uint8_t *p = pages(CHILD_PAGES);

	(void)arg;
	for (int i = 0; i < CHILD_PAGES; i++)
		p[i * PAGE] = 1;
	return 0;
}

/* Prints how one child ended, or that fork failed. */
static void try_once(void)
{
	int32_t pid = SYS(fork);
	int status = 0;

	if (pid == 0)
		_exit(take_pages(NULL));
	if (pid < 0) {
		printf("fork: error %d\n", (int)pid);
		return;
	}
	if (waitpid(pid, &status, 0) != pid)
		printf("wait failed\n");
	else if (WIFSIGNALED(status))
		printf("child: signal %d\n", WTERMSIG(status));
	else
		printf("child: exit %d\n", WEXITSTATUS(status));
}

/*
 * With an argument, process 1 takes the pages itself: there is no other process that
 * could be killed for a page that it needs.
 */
int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		take_pages(NULL);
		printf("init has its pages\n");
		return 0;
	}
	for (int i = 0; i < 3; i++)
		try_once();
	return 0;
}
