/*
 * madvise, mincore, msync, mlock: hints, and questions about pages.
 */
#include <uapi/fcntl.h>
#include "check.h"

#define RW (PROT_READ | PROT_WRITE)

static int look(void *arg)
{
	return ((uint8_t *)arg)[0];
}

static void advice(void)
{
	uint8_t *p = pages(4);

	memset(p, 5, 4 * PAGE);
	is(SYS(madvise, p + PAGE, PAGE, MADV_DONTNEED), 0, "MADV_DONTNEED");
	ok(p[0] == 5 && p[PAGE] == 0 && p[2 * PAGE] == 5,
	   "that page is zero again, the others are not");
	is(SYS(madvise, p, 4 * PAGE, MADV_SEQUENTIAL), 0, "MADV_SEQUENTIAL");
	is(SYS(madvise, p, 4 * PAGE, MADV_WILLNEED), 0, "MADV_WILLNEED");
	is(SYS(madvise, p, 4 * PAGE, MADV_NORMAL), 0, "MADV_NORMAL");
	is(SYS(madvise, p, PAGE, 77), -EINVAL, "unknown advice");
	is(SYS(madvise, p + 1, PAGE, MADV_NORMAL), -EINVAL, "half a page");
	is(SYS(madvise, p, 0, MADV_NORMAL), 0, "length 0");
	SYS(munmap, p + PAGE, PAGE);
	is(SYS(madvise, p, 4 * PAGE, MADV_DONTNEED), -ENOMEM, "over a hole");
	ok(p[0] == 0 && p[3 * PAGE] == 0, "both sides of it are done");
	SYS(munmap, p, 4 * PAGE);
}

static void at_fork(void)
{
	uint8_t *p = pages(2);

	p[0] = p[PAGE] = 5;
	is(SYS(madvise, p, PAGE, MADV_DONTFORK), 0, "MADV_DONTFORK");
	is(killed_reading(p), LINUX_SIGSEGV, "a child has not got it");
	is(WEXITSTATUS(in_child(look, p + PAGE)), 5, "but what is beside it");
	is(SYS(madvise, p, PAGE, MADV_DOFORK), 0, "MADV_DOFORK");
	is(WEXITSTATUS(in_child(look, p)), 5, "now it has");
	is(SYS(madvise, p, PAGE, MADV_WIPEONFORK), 0, "MADV_WIPEONFORK");
	is(WEXITSTATUS(in_child(look, p)), 0, "a child finds zero");
	is(p[0], 5, "the parent does not");
	SYS(munmap, p, 2 * PAGE);
}

static void resident(void)
{
	uint8_t *p = pages(4), vec[4] = { 9, 9, 9, 9 };

	p[PAGE] = 1;
	p[3 * PAGE] = 1;
	is(SYS(mincore, p, 4 * PAGE, vec), 0, "mincore");
	ok((vec[0] & 1) == 0 && (vec[1] & 1) == 1 && (vec[2] & 1) == 0 &&
		   (vec[3] & 1) == 1,
	   "the touched pages are there, the others not");
	is(SYS(mincore, p + 1, PAGE, vec), -EINVAL, "half a page");
	is(SYS(mincore, p, PAGE, 0xc0010000), -EFAULT, "a bad vector");
	SYS(munmap, p + PAGE, PAGE);
	is(SYS(mincore, p, 4 * PAGE, vec), -ENOMEM, "over a hole");
	SYS(munmap, p, 4 * PAGE);
}

static void synced(void)
{
	uint8_t *p = pages(2);

	is(SYS(msync, p, 2 * PAGE, MS_SYNC), 0, "msync");
	is(SYS(msync, p, PAGE, MS_SYNC | MS_ASYNC), -EINVAL, "both kinds");
	is(SYS(msync, p, PAGE, 0x80), -EINVAL, "unknown flag");
	is(SYS(msync, p + 1, PAGE, MS_SYNC), -EINVAL, "half a page");
	SYS(munmap, p + PAGE, PAGE);
	is(SYS(msync, p, 2 * PAGE, MS_ASYNC), -ENOMEM, "over a hole");
	SYS(munmap, p, PAGE);
}

static void locked(void)
{
	uint8_t *p = pages(4), vec[4];

	is(SYS(mlock, p, 4 * PAGE), 0, "mlock");
	SYS(mincore, p, 4 * PAGE, vec);
	ok(vec[0] & vec[1] & vec[2] & vec[3] & 1, "brings every page");
	is(SYS(madvise, p, PAGE, MADV_DONTNEED), -EINVAL,
	   "which MADV_DONTNEED may not take");
	is(SYS(munlock, p, 4 * PAGE), 0, "munlock");
	is(SYS(madvise, p, PAGE, MADV_DONTNEED), 0, "now it may");
	SYS(munmap, p + PAGE, PAGE);
	is(SYS(mlock, p, 4 * PAGE), -ENOMEM, "mlock over a hole");
	SYS(munmap, p, 4 * PAGE);
}

int main(void)
{
	advice();
	at_fork();
	resident();
	synced();
	locked();
	return done();
}
