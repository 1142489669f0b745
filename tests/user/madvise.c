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
	is(SYS(madvise, p + PAGE, PAGE, MADV_DONTNEED), 0,
	   "MADV_DONTNEED of one page");
	ok(p[0] == 5 && p[PAGE] == 0 && p[2 * PAGE] == 5,
	   "that page is zero again, its neighbours keep their bytes");
	is(SYS(madvise, p, 4 * PAGE, MADV_SEQUENTIAL), 0,
	   "MADV_SEQUENTIAL is accepted");
	is(SYS(madvise, p, 4 * PAGE, MADV_WILLNEED), 0,
	   "MADV_WILLNEED is accepted");
	is(SYS(madvise, p, 4 * PAGE, MADV_NORMAL), 0,
	   "MADV_NORMAL is accepted");
	is(SYS(madvise, p, PAGE, 77), -EINVAL, "an unknown advice is refused");
	is(SYS(madvise, p + 1, PAGE, MADV_NORMAL), -EINVAL,
	   "an unaligned address is refused");
	is(SYS(madvise, p, 0, MADV_NORMAL), 0,
	   "length 0 is accepted and does nothing");
	SYS(munmap, p + PAGE, PAGE);
	is(SYS(madvise, p, 4 * PAGE, MADV_DONTNEED), -ENOMEM,
	   "MADV_DONTNEED over a hole reports the hole");
	ok(p[0] == 0 && p[3 * PAGE] == 0,
	   "it has dropped the pages on both sides all the same");
	SYS(munmap, p, 4 * PAGE);
}

static void at_fork(void)
{
	uint8_t *p = pages(2);

	p[0] = p[PAGE] = 5;
	is(SYS(madvise, p, PAGE, MADV_DONTFORK), 0, "MADV_DONTFORK of a page");
	is(killed_reading(p), LINUX_SIGSEGV,
	   "a child does not have that page: reading it kills");
	is(WEXITSTATUS(in_child(look, p + PAGE)), 5,
	   "a child has the page beside it");
	is(SYS(madvise, p, PAGE, MADV_DOFORK), 0,
	   "MADV_DOFORK of the same page");
	is(WEXITSTATUS(in_child(look, p)), 5, "a child has a copy of it again");
	is(SYS(madvise, p, PAGE, MADV_WIPEONFORK), 0,
	   "MADV_WIPEONFORK of the page");
	is(WEXITSTATUS(in_child(look, p)), 0, "a child finds it zeroed");
	is(p[0], 5, "the parent keeps its contents");
	SYS(munmap, p, 2 * PAGE);
}

static void resident(void)
{
	uint8_t *p = pages(4), vec[4] = { 9, 9, 9, 9 };

	p[PAGE] = 1;
	p[3 * PAGE] = 1;
	is(SYS(mincore, p, 4 * PAGE, vec), 0,
	   "mincore of four pages, two of them touched");
	ok((vec[0] & 1) == 0 && (vec[1] & 1) == 1 && (vec[2] & 1) == 0 &&
		   (vec[3] & 1) == 1,
	   "it reports the touched pages as present, and no others");
	is(SYS(mincore, p + 1, PAGE, vec), -EINVAL,
	   "mincore at an unaligned address is refused");
	is(SYS(mincore, p, PAGE, 0xc0010000), -EFAULT,
	   "mincore with a result at a kernel address is refused");
	SYS(munmap, p + PAGE, PAGE);
	is(SYS(mincore, p, 4 * PAGE, vec), -ENOMEM,
	   "mincore over a hole is refused");
	SYS(munmap, p, 4 * PAGE);
}

static void synced(void)
{
	uint8_t *p = pages(2);

	is(SYS(msync, p, 2 * PAGE, MS_SYNC), 0, "msync with MS_SYNC");
	is(SYS(msync, p, PAGE, MS_SYNC | MS_ASYNC), -EINVAL,
	   "msync with both MS_SYNC and MS_ASYNC is refused");
	is(SYS(msync, p, PAGE, 0x80), -EINVAL,
	   "msync with an unknown flag is refused");
	is(SYS(msync, p + 1, PAGE, MS_SYNC), -EINVAL,
	   "msync at an unaligned address is refused");
	SYS(munmap, p + PAGE, PAGE);
	is(SYS(msync, p, 2 * PAGE, MS_ASYNC), -ENOMEM,
	   "msync over a hole reports the hole");
	SYS(munmap, p, PAGE);
}

static void locked(void)
{
	uint8_t *p = pages(4), vec[4];

	is(SYS(mlock, p, 4 * PAGE), 0,
	   "mlock of four pages that were not touched");
	SYS(mincore, p, 4 * PAGE, vec);
	ok(vec[0] & vec[1] & vec[2] & vec[3] & 1,
	   "mlock has faulted in all of them");
	is(SYS(madvise, p, PAGE, MADV_DONTNEED), -EINVAL,
	   "MADV_DONTNEED of a locked page is refused");
	is(SYS(munlock, p, 4 * PAGE), 0, "munlock of the four pages");
	is(SYS(madvise, p, PAGE, MADV_DONTNEED), 0,
	   "MADV_DONTNEED is allowed then");
	SYS(munmap, p + PAGE, PAGE);
	is(SYS(mlock, p, 4 * PAGE), -ENOMEM, "mlock over a hole is refused");
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
