/*
 * 20,000 directories in each other, and what walks from the lowest one up: how
 * long nobody else could run meanwhile, and interrupts were off, is measured from
 * outside (tests/bench/latency.py). Run as root.
 */
#include <uapi/fcntl.h>
#include <uapi/mount.h>
#include "check.h"

#define DEEP 20000

/* Goes down from the working directory; make: makes the directories first. */
static int32_t go_down(bool make)
{
	int32_t n = 0;

	while (n < DEEP && (!make || SYS(mkdir, "d", 0755) == 0) &&
	       SYS(chdir, "d") == 0)
		n++;
	return n;
}

static int32_t remove_all(void)
{
	int32_t n = 0;

	while (n < DEEP && SYS(chdir, "..") == 0 && SYS(rmdir, "d") == 0)
		n++;
	return n;
}

/* A rename must not put a directory below itself, and so it looks at the way up. */
static void renames(void)
{
	SYS(mkdir, "x", 0755);
	SYS(mkdir, "y", 0755);
	is(SYS(rename, "x", "y/x"), 0,
	   "rename of a directory at the lower end");
	is(SYS(rename, "y", "y/x/y"), -EINVAL, "rename of one into itself");
	SYS(rmdir, "y/x");
	SYS(rmdir, "y");
}

/* A part of a tree ends where it is mounted: ".." must not lead out of it. */
static void bound(void)
{
	is(SYS(mount, scratch("top/d"), scratch("part"), 0, MS_BIND, 0), 0,
	   "MS_BIND of all but the first directory");
	SYS(chdir, scratch("part"));
	is(go_down(false), DEEP - 1, "the way down by the bind mount");
	is(SYS(chdir, ".."), 0, ".. at the lower end");
	is(ino("d") > 0, 1, "it leads to the directory above");
	SYS(chdir, "/");
	is(SYS(umount2, scratch("part"), 0), 0, "umount2 of the bind mount");
}

int main(void)
{
	int fd;

	SYS(mkdir, scratch("top"), 0755);
	SYS(mkdir, scratch("part"), 0755);
	SYS(chdir, scratch("top"));
	is(go_down(true), DEEP, "mkdir and chdir, 20,000 times");
	fd = SYS(open, ".", O_RDONLY | O_DIRECTORY, 0);
	renames();
	bound();
	SYS(fchdir, fd);
	SYS(close, fd);
	is(remove_all(), DEEP, ".. and rmdir, 20,000 times");
	SYS(chdir, "/");
	SYS(rmdir, scratch("part"));
	SYS(rmdir, scratch("top"));
	remove_scratch();
	return done();
}
