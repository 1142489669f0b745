/*
 * A file becomes shorter while processes map it: what was cut off is gone from
 * every one of them, private copies too.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include "check.h"

#define RW (PROT_READ | PROT_WRITE)

static int fd;

static uint8_t *map(uint32_t n, uint32_t flags, uint32_t pgoff)
{
	return (uint8_t *)SYS(mmap2, 0, n * PAGE, RW, flags, fd, pgoff);
}

/* A fresh file of n pages, byte i = i % 251. */
static void begin(uint32_t n)
{
	fd = make_file(scratch("file"), n * PAGE);
}

static void end(uint8_t *p, uint32_t n)
{
	SYS(munmap, p, n * PAGE);
	SYS(close, fd);
	SYS(unlink, scratch("file"));
}

static void shared(void)
{
	uint8_t *p;

	begin(4);
	p = map(4, MAP_SHARED, 0);
	p[PAGE + 7] = 1;
	p[3 * PAGE] = 3;
	is(SYS(ftruncate, fd, PAGE + 8), 0,
	   "a shared mapping of 4 pages: the file is cut to 1 and a bit");
	is(killed_reading(p + 3 * PAGE), LINUX_SIGBUS,
	   "a page behind the end, touched before, raises SIGBUS");
	is(killed_writing(p + 2 * PAGE), LINUX_SIGBUS,
	   "a page behind the end, not touched, raises SIGBUS");
	is(p[PAGE + 7], 1, "the file's last byte is kept");
	is(p[PAGE + 8], 0, "the rest of its page is zero");
	is(SYS(ftruncate, fd, 4 * PAGE), 0,
	   "the file is made as long as before");
	is(p[3 * PAGE], 0, "a page that was cut off is zero now");
	p[3 * PAGE] = 4;
	is(killed_reading(p + 3 * PAGE), 0,
	   "it can be read again without a signal");
	end(p, 4);
}

static void private(void)
{
	uint8_t *p;

	begin(3);
	p = map(3, MAP_PRIVATE, 0);
	p[0] = 100;
	p[PAGE] = 101;
	p[2 * PAGE] = 102;
	is(SYS(ftruncate, fd, 1), 0,
	   "3 pages with private copies: the file is cut to 1 byte");
	ok(p[0] == 100 && p[1] == 1,
	   "the private copy of the first page stays whole");
	is(killed_reading(p + PAGE), LINUX_SIGBUS,
	   "the private copy of the second is gone: SIGBUS");
	is(SYS(ftruncate, fd, 3 * PAGE), 0,
	   "the file is made as long as before");
	is(p[2 * PAGE], 0, "the third page is the file's again, zero");
	end(p, 3);
}

/* ---- in another process ------------------------------------------ */

static int to_child[2], to_parent[2];

/* Touch both mappings; when told that the file was cut, touch them again. */
static int touch_twice(void *both)
{
	uint8_t **p = both;
	char c = 0;

	p[0][PAGE] = 1;
	p[1][PAGE] = 2;
	SYS(write, to_parent[1], &c, 1);
	SYS(read, to_child[0], &c, 1);
	return (killed_reading(p[0] + PAGE) == LINUX_SIGBUS) +
		2 * (killed_writing(p[1] + PAGE) == LINUX_SIGBUS) +
		4 * (p[0][0] == 0 && p[1][0] == 0);
}

static void other_process(void)
{
	uint8_t *p[2];
	int status;
	char c;

	begin(2);
	p[0] = map(2, MAP_SHARED, 0);
	p[1] = map(2, MAP_PRIVATE, 0);
	p[1][PAGE] = 9; /* a copy that parent and child share */
	SYS(pipe2, to_child, 0);
	SYS(pipe2, to_parent, 0);
	if (SYS(fork) == 0)
		SYS(exit_group, touch_twice(p));
	SYS(read, to_parent[0], &c, 1);
	is(SYS(ftruncate, fd, PAGE), 0,
	   "a child maps the file shared and privately: it is cut");
	SYS(write, to_child[1], &c, 1);
	SYS(wait4, -1, &status, 0, 0);
	is(WEXITSTATUS(status), 7, "the child gets SIGBUS in both mappings");
	is(killed_reading(p[0] + PAGE), LINUX_SIGBUS,
	   "the parent gets SIGBUS in its shared mapping");
	is(killed_reading(p[1] + PAGE), LINUX_SIGBUS,
	   "the parent gets SIGBUS in its private mapping");
	SYS(munmap, p[1], 2 * PAGE);
	end(p[0], 2);
}

/* ---- elsewhere --------------------------------------------------- */

static void moved_and_split(void)
{
	uint8_t *p, *q;
	int again;

	begin(6);
	p = map(4, MAP_SHARED, 2);
	memset(p, 1, 4 * PAGE);
	SYS(mprotect, p + PAGE, PAGE, PROT_READ);
	q = pages(2);
	ok(SYS(mremap, p + 2 * PAGE, 2 * PAGE, 2 * PAGE,
	       MREMAP_MAYMOVE | MREMAP_FIXED, q) == (int32_t)q,
	   "of pages 2 to 5 of a file mremap moves the last two");
	is(SYS(ftruncate, fd, 5 * PAGE), 0, "the file is cut behind page 4");
	is(killed_reading(p + PAGE), 0, "page 3 can be read");
	is(killed_reading(q), 0, "page 4, which was moved, can be read");
	is(killed_reading(q + PAGE), LINUX_SIGBUS,
	   "page 5, which was moved, raises SIGBUS");
	again = SYS(open, scratch("file"), O_RDWR | O_TRUNC, 0);
	ok(again > fd, "open with O_TRUNC cuts the file to nothing");
	SYS(close, again);
	is(killed_reading(p), LINUX_SIGBUS, "page 2 raises SIGBUS");
	is(killed_reading(p + PAGE), LINUX_SIGBUS, "page 3 raises SIGBUS");
	is(killed_reading(q), LINUX_SIGBUS,
	   "page 4, which was moved, raises SIGBUS");
	SYS(munmap, q, 2 * PAGE);
	end(p, 4);
}

/* The kernel's own look at such a page is an error, not a signal. */
static void system_calls(void)
{
	uint8_t *p;

	begin(2);
	p = map(2, MAP_SHARED, 0);
	memset(p, 1, 2 * PAGE);
	SYS(ftruncate, fd, PAGE);
	is(SYS(pwrite64, fd, p + PAGE, 1, 0, 0, 0), -EFAULT,
	   "write() from a page behind the end fails with EFAULT");
	is(SYS(pread64, fd, p + PAGE - 1, 2, 0, 0, 0), 1,
	   "read() up to such a page returns what fits before it");
	end(p, 2);
}

int main(void)
{
	shared();
	private();
	other_process();
	moved_and_split();
	system_calls();
	remove_scratch();
	return done();
}
