/*
 * mprotect: rights taken away and given back.
 */
#include <uapi/fcntl.h>
#include "check.h"

#define RW (PROT_READ | PROT_WRITE)

static void take_and_give(void)
{
	uint8_t *p = pages(3);

	memset(p, 7, 3 * PAGE);
	is(SYS(mprotect, p + PAGE, PAGE, PROT_READ), 0,
	   "the middle page of three becomes read-only");
	is(killed_writing(p + PAGE), LINUX_SIGSEGV,
	   "writing to the middle page kills");
	is(killed_reading(p + PAGE), 0, "reading the middle page is allowed");
	is(killed_writing(p), 0, "writing to the page below is allowed");
	is(killed_writing(p + 2 * PAGE), 0,
	   "writing to the page above is allowed");
	is(SYS(mprotect, p, 3 * PAGE, PROT_NONE), 0,
	   "all three pages become PROT_NONE");
	is(killed_reading(p), LINUX_SIGSEGV, "reading any of them kills");
	is(SYS(mprotect, p, 3 * PAGE, RW), 0,
	   "all three become readable and writable again");
	ok(p[0] == 7 && p[PAGE] == 7 && p[3 * PAGE - 1] == 7,
	   "their contents were kept");
	p[PAGE] = 8;
	ok(p[PAGE] == 8, "the middle page can be written to again");
}

static void refused(void)
{
	uint8_t *p = pages(3);

	is(SYS(mprotect, p + 1, PAGE, PROT_READ), -EINVAL,
	   "an unaligned address is refused");
	is(SYS(mprotect, p, 0, PROT_READ), 0, "length 0 succeeds");
	is(SYS(mprotect, p, PAGE, 0x70), -EINVAL, "unknown rights are refused");
	SYS(munmap, p + PAGE, PAGE);
	is(SYS(mprotect, p + PAGE, PAGE, PROT_READ), -ENOMEM,
	   "a hole alone is refused");
	is(SYS(mprotect, p, 3 * PAGE, PROT_READ), -ENOMEM,
	   "a range with a hole is refused");
	is(killed_writing(p), LINUX_SIGSEGV,
	   "the part below the hole has changed all the same");
	is(killed_writing(p + 2 * PAGE), 0, "the part above the hole has not");
	is(SYS(mprotect, p, 0xfffff000, PROT_READ), -ENOMEM,
	   "a length beyond the address space is refused");
}

static int look(void *p)
{
	return *(uint8_t *)p;
}

static void copy_on_write(void)
{
	uint8_t *p = pages(1);

	p[0] = 1;
	SYS(mprotect, p, PAGE, PROT_READ);
	is(WEXITSTATUS(in_child(look, p)), 1,
	   "a child of a fork while the page is read-only reads it");
	SYS(mprotect, p, PAGE, RW);
	p[0] = 2;
	is(p[0], 2, "the parent makes it writable and writes to it");
}

static void file_rights(void)
{
	const char *path = scratch("file");
	int fd;
	uint8_t *p;

	SYS(close, make_file(path, PAGE));
	fd = SYS(open, path, O_RDONLY, 0);
	p = (uint8_t *)SYS(mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	is(SYS(mprotect, p, PAGE, RW), -EACCES,
	   "a shared mapping of a file opened for reading: refused");
	SYS(munmap, p, PAGE);
	p = (uint8_t *)SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	is(SYS(mprotect, p, PAGE, RW), 0,
	   "a private mapping of that file may become writable");
	p[3] = 99;
	ok(p[3] == 99 && p[4] == 4, "a write to it copies the page");
	SYS(munmap, p, PAGE);
	SYS(close, fd);
	SYS(unlink, path);
	remove_scratch();
}

/* mov r0, #42; bx lr */
static const uint32_t forty_two[] = { 0xe3a0002a, 0xe12fff1e };
/* mov r0, #43; bx lr */
static const uint32_t forty_three[] = { 0xe3a0002b, 0xe12fff1e };

/* Their address, to be called. */
static uint8_t *code(const void *insns, uint32_t bytes)
{
	uint8_t *p = pages(1);

	memcpy(p, insns, bytes);
	is(SYS(mprotect, p, PAGE, PROT_READ | PROT_EXEC), 0,
	   "a data page becomes executable");
	is(linux_syscall(__ARM_NR_cacheflush, p, p + bytes, 0), 0,
	   "cacheflush: fetches see what was stored");
	return p;
}

static void new_code(void)
{
	uint8_t *p = code(forty_two, sizeof(forty_two)), *q;
	int (*function)(void) = (int (*)(void))p;

	is(function(), 42, "the code in that page runs");
	is(killed_writing(p), LINUX_SIGSEGV,
	   "the page can no longer be written to");
	q = code(forty_three, sizeof(forty_three));
	is(((int (*)(void))q)(), 43, "other code runs at another address");
	/* What the core has learnt of branches there must not outlive the code. */
	is(SYS(mremap, q, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p) ==
		   (int32_t)p,
	   1, "mremap moves it to the address of the first");
	is(function(), 43, "a call of that address runs the moved code");
}

int main(void)
{
	take_and_give();
	refused();
	copy_on_write();
	file_rights();
	new_code();
	return done();
}
