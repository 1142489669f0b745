/*
 * ramfs_full - files cannot take all memory: ENOSPC, and programs go on.
 *
 * Run as process 1 of a machine with little memory (tests/system/memory.t).
 */
#include <fcntl.h>
#include <sys/stat.h>
#include "check.h"

#ifndef ENOSPC
#define ENOSPC 28
#endif

#define LINK_BYTES 4000

static char bytes[65536];

static int touch(void *arg)
{
	static char mine[400000];

	(void)arg;
	memset(mine, 1, sizeof(mine));
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t kib = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, wrote = 0;
	int fd = open(scratch("big"), O_RDWR | O_CREAT, 0600);
	char name[24];
	int32_t n, made = 0;

	while ((n = SYS(write, fd, bytes, sizeof(bytes))) > 0)
		wrote += (uint32_t)n / 1024;
	ok(n == -ENOSPC, "a file that grows and grows ends with ENOSPC");
	ok(wrote > kib - kib / 8 && wrote <= kib, "at the limit");
	is(SYS(pwrite64, fd, bytes, PAGE, 0, 0, 0), PAGE,
	   "what is there can be written over");
	is(in_child(touch, NULL), 0, "a program that needs 400 KB has them");
	/* Links that are as long as can be, in directories of some hundred. */
	memset(bytes, 'x', LINK_BYTES);
	do {
		snprintf(name, sizeof(name), "d%ld", (long)made / 256);
		if (made % 256 == 0)
			mkdir(scratch(name), 0700);
		snprintf(name, sizeof(name), "d%ld/%ld", (long)made / 256,
			 (long)made);
		n = SYS(symlink, bytes, scratch(name));
	} while (n == 0 && ++made);
	ok(n == -ENOSPC && made > 1000, "names and links end so, too");
	is(in_child(touch, NULL), 0, "a program that needs 400 KB has them");
	unlink(scratch("big"));
	close(fd);
	fd = open(scratch("again"), O_RDWR | O_CREAT, 0600);
	is(SYS(write, fd, bytes, sizeof(bytes)), sizeof(bytes),
	   "there is room again when the file is gone");
	return done();
}
