/*
 * work - a little of everything, errors allowed; then the kernel's own audit.
 *
 * The sweep of failing allocations runs it: whatever fails in between, the
 * kernel's structures must be whole at the end. Exit status 0 if they are, 9
 * if not, 3 if they could not be asked.
 */
#include <uapi/fcntl.h>
#include "check.h"

static int child_work(void *arg)
{
	volatile uint8_t *p = arg;
	char *argv[] = { "/bin/true", NULL };

	p[0] = 2;
	p[PAGE] = 2;
	SYS(execve, argv[0], argv, environ);
	return 1;
}

/* fork and execve, without the luxury of in_child's stdio. */
static void processes(void *memory)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(child_work(memory));
	while (pid > 0 && SYS(wait4, pid, 0, 0, 0) == -EINTR)
		;
}

static void memory(void)
{
	int32_t raw = SYS(mmap2, 0, 64 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *p = (uint8_t *)raw;
	char byte;

	if (raw < 0 && raw > -4096)
		return;
	/* The kernel touches the pages: a failure is an error, not a signal. */
	for (uint32_t i = 0; i < 8; i++)
		SYS(getcwd, p + i * PAGE, 8);
	SYS(mprotect, p + 8 * PAGE, 8 * PAGE, PROT_READ);
	SYS(mremap, p, 4 * PAGE, 80 * PAGE, MREMAP_MAYMOVE, 0);
	SYS(munmap, p + 20 * PAGE, 4 * PAGE);
	SYS(madvise, p, 8 * PAGE, MADV_DONTNEED);
	SYS(mincore, p, PAGE, &byte);
	SYS(munmap, p, 64 * PAGE);
}

static void files(void)
{
	int fds[2], fd;

	if (SYS(pipe, fds) == 0) {
		SYS(write, fds[1], "x", 1);
		SYS(close, fds[0]);
		SYS(close, fds[1]);
	}
	SYS(mkdir, "/tmp/area", 0700);
	fd = SYS(open, "/tmp/area/file", O_RDWR | O_CREAT, 0600);
	if (fd >= 0) {
		SYS(write, fd, "hello", 5);
		SYS(mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
		SYS(close, fd);
	}
	SYS(unlink, "/tmp/area/file");
	SYS(rmdir, "/tmp/area");
}

int main(void)
{
	static uint8_t shared[2 * PAGE];

	processes(shared);
	memory();
	files();
	processes(shared);
	return audit();
}
