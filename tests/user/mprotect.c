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
	is(SYS(mprotect, p + PAGE, PAGE, PROT_READ), 0, "the middle read-only");
	is(killed_writing(p + PAGE), LINUX_SIGSEGV, "writing the middle");
	is(killed_reading(p + PAGE), 0, "reading the middle");
	is(killed_writing(p), 0, "writing below it");
	is(killed_writing(p + 2 * PAGE), 0, "writing above it");
	is(SYS(mprotect, p, 3 * PAGE, PROT_NONE), 0, "all of it to nothing");
	is(killed_reading(p), LINUX_SIGSEGV, "reading now");
	is(SYS(mprotect, p, 3 * PAGE, RW), 0, "and back");
	ok(p[0] == 7 && p[PAGE] == 7 && p[3 * PAGE - 1] == 7,
	   "nothing was lost");
	p[PAGE] = 8;
	ok(p[PAGE] == 8, "and it can be written again");
}

static void refused(void)
{
	uint8_t *p = pages(3);

	is(SYS(mprotect, p + 1, PAGE, PROT_READ), -EINVAL, "not on a page");
	is(SYS(mprotect, p, 0, PROT_READ), 0, "length 0");
	is(SYS(mprotect, p, PAGE, 0x70), -EINVAL, "rights that do not exist");
	SYS(munmap, p + PAGE, PAGE);
	is(SYS(mprotect, p + PAGE, PAGE, PROT_READ), -ENOMEM, "a hole");
	is(SYS(mprotect, p, 3 * PAGE, PROT_READ), -ENOMEM, "across a hole");
	is(killed_writing(p), LINUX_SIGSEGV,
	   "what came before the hole has changed all the same");
	is(killed_writing(p + 2 * PAGE), 0, "what comes behind has not");
	is(SYS(mprotect, p, 0xfffff000, PROT_READ), -ENOMEM,
	   "a length that wraps");
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
	is(WEXITSTATUS(in_child(look, p)), 1, "fork while read-only");
	SYS(mprotect, p, PAGE, RW);
	p[0] = 2;
	is(p[0], 2, "writable again after it");
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
	   "a shared mapping of a file opened for reading");
	SYS(munmap, p, PAGE);
	p = (uint8_t *)SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	is(SYS(mprotect, p, PAGE, RW), 0, "a private one");
	p[3] = 99;
	ok(p[3] == 99 && p[4] == 4, "is copied when written");
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
	is(SYS(mprotect, p, PAGE, PROT_READ | PROT_EXEC), 0, "data to code");
	is(linux_syscall(__ARM_NR_cacheflush, p, p + bytes, 0), 0,
	   "cacheflush");
	return p;
}

static void new_code(void)
{
	uint8_t *p = code(forty_two, sizeof(forty_two)), *q;
	int (*function)(void) = (int (*)(void))p;

	is(function(), 42, "the new code runs");
	is(killed_writing(p), LINUX_SIGSEGV, "and can no longer be written");
	q = code(forty_three, sizeof(forty_three));
	is(((int (*)(void))q)(), 43, "other code runs elsewhere");
	/* What the core has learnt of branches there must not outlive the code. */
	is(SYS(mremap, q, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p) ==
		   (int32_t)p,
	   1, "it moves to where the first is");
	is(function(), 43, "and runs there");
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
