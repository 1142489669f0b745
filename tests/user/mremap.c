/*
 * mremap: VMAs that grow, shrink and move, with all they hold.
 */
#include <uapi/fcntl.h>
#include "check.h"

#define RW (PROT_READ | PROT_WRITE)

static int32_t remap(const void *p, uint32_t from, uint32_t to, uint32_t flags,
		     const void *target)
{
	return SYS(mremap, p, from * PAGE, to * PAGE, flags, target);
}

/* n pages with free space above them; page i begins with i + 1. */
static uint8_t *numbered(uint32_t n, uint32_t space)
{
	uint8_t *p = pages(n + space);

	SYS(munmap, p + n * PAGE, space * PAGE);
	for (uint32_t i = 0; i < n; i++)
		p[i * PAGE] = (uint8_t)(i + 1);
	return p;
}

static bool numbers_right(const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (p[i * PAGE] != i + 1)
			return false;
	return true;
}

static void in_place(void)
{
	uint8_t *p = numbered(4, 4);

	ok(remap(p, 4, 2, 0, 0) == (int32_t)p, "a mapping shrinks in place");
	is(killed_reading(p + 2 * PAGE), LINUX_SIGSEGV,
	   "reading the part that was cut off kills");
	ok(remap(p, 2, 8, 0, 0) == (int32_t)p,
	   "it grows in place where there is room");
	ok(numbers_right(p, 2) && p[2 * PAGE] == 0 && p[7 * PAGE] == 0,
	   "old pages keep their contents, new ones are zero");
	ok(remap(p, 8, 8, 0, 0) == (int32_t)p, "the same size is accepted");
	SYS(munmap, p, 8 * PAGE);
}

static void moving(void)
{
	uint8_t *p = numbered(4, 2), *q;
	uint8_t *wall = (uint8_t *)SYS(mmap2, p + 4 * PAGE, PAGE, PROT_READ,
				       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
				       -1, 0);

	ok(wall == p + 4 * PAGE, "another mapping is right above");
	is(remap(p, 4, 8, 0, 0), -ENOMEM,
	   "without room and MREMAP_MAYMOVE growing is refused");
	q = (uint8_t *)remap(p, 4, 8, MREMAP_MAYMOVE, 0);
	ok(q != p && numbers_right(q, 4) && q[7 * PAGE] == 0,
	   "with MREMAP_MAYMOVE it moves, with its pages");
	is(killed_reading(p), LINUX_SIGSEGV, "reading the old address kills");
	SYS(munmap, wall, PAGE);
	SYS(munmap, q, 8 * PAGE);
}

static void to_a_place(void)
{
	uint8_t *p = numbered(3, 0), *target = pages(8), *q;

	memset(target, 0xcc, 8 * PAGE);
	q = (uint8_t *)remap(p, 3, 3, MREMAP_MAYMOVE | MREMAP_FIXED,
			     target + PAGE);
	ok(q == target + PAGE && numbers_right(q, 3),
	   "MREMAP_FIXED moves it to the given address");
	ok(target[0] == 0xcc && target[4 * PAGE] == 0xcc,
	   "mappings beside the target stay");
	is(remap(q, 3, 3, MREMAP_FIXED, target), -EINVAL,
	   "MREMAP_FIXED without MREMAP_MAYMOVE is refused");
	is(remap(q, 3, 3, MREMAP_MAYMOVE | MREMAP_FIXED, q + PAGE), -EINVAL,
	   "a target that overlaps the source is refused");
	is(remap(q, 3, 3, MREMAP_MAYMOVE | MREMAP_FIXED, target + 1), -EINVAL,
	   "an unaligned target is refused");
	is(remap(q, 3, 3, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)0xc0000000),
	   -EINVAL, "a target in the kernel is refused");
	SYS(munmap, target, 8 * PAGE);
}

static void refused(void)
{
	uint8_t *p = numbered(2, 1);

	is(SYS(mremap, p + 1, PAGE, PAGE, 0, 0), -EINVAL,
	   "an unaligned source is refused");
	is(remap(p, 2, 0, 0, 0), -EINVAL, "a new length of 0 is refused");
	is(remap(p, 2, 2, 0x80, 0), -EINVAL, "an unknown flag is refused");
	is(remap(p + 2 * PAGE, 1, 2, MREMAP_MAYMOVE, 0), -EFAULT,
	   "a source that is not mapped is refused");
	SYS(mprotect, p, PAGE, PROT_READ);
	is(remap(p, 2, 4, MREMAP_MAYMOVE, 0), -EFAULT,
	   "a source of two VMAs is refused");
	is(remap(p, 1, 0x80000, MREMAP_MAYMOVE, 0), -ENOMEM,
	   "2 GiB, for which there is no room, are refused");
	SYS(munmap, p, 2 * PAGE);
}

static int look(void *arg)
{
	return ((uint8_t *)arg)[0];
}

static void shared_after_fork(void)
{
	uint8_t *p = numbered(1, 0), *q;
	int status;

	q = (uint8_t *)remap(p, 1, 2, MREMAP_MAYMOVE, 0);
	q[0] = 9;
	status = in_child(look, q);
	is(WEXITSTATUS(status), 9,
	   "a child reads the page that mremap has moved");
	q[0] = 10;
	is(q[0], 10, "the parent's store to it stays");
	SYS(munmap, q, 2 * PAGE);
}

/* An old size of 0 copies a shared mapping, but never onto itself. */
static void onto_itself(void)
{
	uint8_t *p = pages_with(1, RW, MAP_SHARED | MAP_ANONYMOUS);

	is(remap(p, 0, 1, MREMAP_MAYMOVE | MREMAP_FIXED, p), -EFAULT,
	   "a copy (old length 0) onto its source is refused");
}

/* The size it has, as the caller says, is not looked at: also if locked. */
static void as_long_as_said(void)
{
	uint8_t *p = pages(1);

	is(SYS(mlock, p, PAGE), 0, "mlock of a page");
	is(SYS(mremap, p, 0xfffff000u, 0xfffff000u, 0, 0) == (int32_t)p, true,
	   "equal sizes, larger than the VMA, change nothing");
	is(SYS(mremap, p, 0x7ffff001u, 0x7fffffffu, 0, 0) == (int32_t)p, true,
	   "sizes of equally many pages change nothing, either");
	SYS(munmap, p, PAGE);
}

int main(void)
{
	in_place();
	moving();
	to_a_place();
	refused();
	shared_after_fork();
	onto_itself();
	as_long_as_said();
	return done();
}
