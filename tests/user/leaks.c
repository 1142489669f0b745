/*
 * What goes gives its memory back: the same is made and dropped many times, and
 * the free memory of the machine is as it was, but for noise.
 */
#include <uapi/fcntl.h>
#include "check.h"
#include "maps.h"

#define TIMES 256
#define NOISE (TIMES / 4 * 4) /* KiB: a quarter of a page each time */

static uint32_t free_kib(void)
{
	static char text[2048];
	const char *p = NULL;

	if (read_text("/proc/meminfo", text, sizeof(text)) > 0)
		p = strstr(text, "MemFree:");
	return p ? strtoul(p + 8, NULL, 10) : 0;
}

/* A pipe as full as can be: all its pages are there. */
static void full_pipe(void)
{
	static char buf[PAGE];
	int fds[2];

	SYS(pipe2, fds, O_NONBLOCK);
	while (SYS(write, fds[1], buf, PAGE) > 0)
		;
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

/* A file without a name that a dup2 to an impossible number may keep. */
static void refused_dup2(void)
{
	static char buf[PAGE];
	const char *path = scratch("f");
	int fd = SYS(open, path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	SYS(write, fd, buf, PAGE);
	SYS(unlink, path);
	SYS(dup2, fd, 100000);
	SYS(dup3, fd, 100000, 0);
	SYS(close, fd);
}

static int touch(void *unused)
{
	uint8_t *p = pages(20);

	(void)unused;
	for (uint32_t i = 0; i < 20; i++)
		p[i * PAGE] = 1;
	return 0;
}

static void child(void)
{
	in_child(touch, NULL);
}

static void nothing_kept(void (*fn)(void), const char *what)
{
	uint32_t before, after;

	for (int i = 0; i < TIMES / 4; i++)
		fn(); /* caches are filled now */
	before = free_kib();
	for (int i = 0; i < TIMES; i++)
		fn();
	after = free_kib();
	if (before > after + NOISE)
		printf("# %lu KiB free, then %lu\n", before, after);
	ok(before && before <= after + NOISE, "%s", what);
}

int main(void)
{
	nothing_kept(full_pipe,
		     "a full pipe frees all of its pages when it is closed");
	nothing_kept(refused_dup2,
		     "a refused dup2 keeps no reference to the file");
	nothing_kept(child, "a child of fork leaves no page behind");
	remove_scratch();
	return done();
}
