/*
 * mmap and munmap: what a new area holds, where it goes, what is refused.
 */
#include <uapi/fcntl.h>
#include "check.h"

#define RW     (PROT_READ | PROT_WRITE)
#define ANON   (MAP_PRIVATE | MAP_ANONYMOUS)
#define KERNEL 0xc0000000u

static bool all_zero(const uint8_t *p, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++)
		if (p[i])
			return false;
	return true;
}

static void new_areas(void)
{
	uint8_t *p = pages(4), *q;

	ok(((uint32_t)p & (PAGE - 1)) == 0, "a new area begins on a page");
	ok(all_zero(p, 4 * PAGE), "and is zero");
	memset(p, 0xa5, 4 * PAGE);
	ok(p[0] == 0xa5 && p[4 * PAGE - 1] == 0xa5, "and keeps what is stored");
	is(SYS(munmap, p + PAGE, PAGE), 0, "a hole in the middle");
	is(killed_reading(p + PAGE), LINUX_SIGSEGV, "reading the hole");
	ok(p[0] == 0xa5 && p[2 * PAGE] == 0xa5, "its neighbours are untouched");
	q = (uint8_t *)SYS(mmap2, p + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	ok(q == p + PAGE && all_zero(q, PAGE),
	   "MAP_FIXED fills it with zeroes");
	q = (uint8_t *)SYS(mmap2, p, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	ok(q == p && all_zero(p, 2 * PAGE) && p[2 * PAGE] == 0xa5,
	   "MAP_FIXED over an old area replaces it");
	is(SYS(munmap, p, 4 * PAGE), 0, "one munmap for several areas");
	is(killed_reading(p + 3 * PAGE), LINUX_SIGSEGV, "all of it is gone");
	q = (uint8_t *)SYS(mmap2, p, PAGE, RW, ANON, -1, 0);
	ok(q == p, "a free address that is asked for is given");
	is(SYS(munmap, q, 1), 0, "munmap rounds the length up");
	is(killed_reading(q + PAGE - 1), LINUX_SIGSEGV, "to the whole page");
}

static void refused(void)
{
	uint8_t *p = pages(1);

	is(SYS(mmap2, 0, 0, RW, ANON, -1, 0), -EINVAL, "length 0");
	is(SYS(mmap2, 0, PAGE, RW, MAP_ANONYMOUS, -1, 0), -EINVAL,
	   "neither shared nor private");
	is(SYS(mmap2, p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), -EINVAL,
	   "MAP_FIXED, not on a page");
	is(SYS(mmap2, 0, 0xc0000000, RW, ANON, -1, 0), -ENOMEM,
	   "as long as the user half");
	is(SYS(mmap2, 0, 0xfffff001, RW, ANON, -1, 0), -ENOMEM,
	   "a length that wraps");
	is(SYS(mmap2, 0, PAGE, RW, MAP_PRIVATE, 99, 0), -EBADF, "a bad file");
	is(SYS(munmap, p + 1, PAGE), -EINVAL, "munmap, not on a page");
	is(SYS(munmap, p, 0), -EINVAL, "munmap of length 0");
	is(SYS(munmap, p, PAGE), 0, "munmap");
	is(SYS(munmap, p, PAGE), 0, "munmap of what is not mapped");
}

static void kernel_half(void)
{
	is(SYS(mmap2, KERNEL, PAGE, RW, ANON | MAP_FIXED, -1, 0), -ENOMEM,
	   "MAP_FIXED at the kernel's first page");
	is(SYS(mmap2, KERNEL - PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0),
	   -ENOMEM, "MAP_FIXED that reaches into the kernel");
	is(SYS(munmap, KERNEL, PAGE), -EINVAL, "munmap of the kernel's");
	is(SYS(munmap, 0xfffff000, PAGE), -EINVAL, "munmap of the last page");
}

static void rights(void)
{
	uint8_t *none = pages_with(1, PROT_NONE, MAP_PRIVATE);
	uint8_t *read = pages_with(1, PROT_READ, MAP_PRIVATE);
	uint8_t *data = pages(1);

	is(killed_reading(none), LINUX_SIGSEGV, "reading PROT_NONE");
	is(killed_writing(none), LINUX_SIGSEGV, "writing PROT_NONE");
	is(killed_reading(read), 0, "reading PROT_READ");
	is(killed_writing(read), LINUX_SIGSEGV, "writing PROT_READ");
	is(killed_running(data), LINUX_SIGSEGV, "running PROT_READ|PROT_WRITE");
}

static void files(void)
{
	const char *path = scratch("mapped");
	int fd = make_file(path, PAGE + 100), other;
	uint8_t *shared, *private, byte = 0;

	private = (uint8_t *)SYS(mmap2, 0, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);
	shared = (uint8_t *)SYS(mmap2, 0, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	ok(private[0] == 0 && private[250] == 250 && private[252] == 1,
	   "a mapped file shows its bytes");
	ok(private[PAGE + 99] == (PAGE + 99) % 251 && !private[PAGE + 100] &&
		   !private[2 * PAGE - 1],
	   "behind its end the last page is zero");
	is(killed_reading(private + 2 * PAGE), LINUX_SIGBUS,
	   "a page wholly behind the end");
	private[5] = 0xee;
	ok(shared[5] == 5, "a private change stays private");
	shared[6] = 0xdd;
	is(SYS(pread64, fd, &byte, 1, 0, 6, 0), 1, "read() after");
	ok(byte == 0xdd, "a shared change is the file's");
	ok(private[6] == 6 || private[6] == 0xdd, "(private copy: either)");
	is(SYS(close, fd), 0, "close");
	ok(shared[6] == 0xdd, "the mapping outlives the descriptor");
	is(SYS(mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 0), -EBADF,
	   "a closed file");

	other = SYS(open, path, O_RDONLY, 0);
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED, other, 0), -EACCES,
	   "shared and writable, but opened for reading");
	SYS(close, other);
	other = SYS(open, path, O_WRONLY, 0);
	is(SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, other, 0), -EACCES,
	   "opened for writing only");
	SYS(close, other);
	SYS(unlink, path);
	ok(shared[6] == 0xdd, "and it outlives the name");
	is(SYS(munmap, private, 3 * PAGE), 0, "munmap, private");
	is(SYS(munmap, shared, 2 * PAGE), 0, "munmap, shared");
	remove_scratch();
}

/* A NULL pointer must fault, whoever asks. */
static void low_addresses(void)
{
	const uint32_t flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	is(SYS(mmap2, 0x8000, PAGE, RW, flags, -1, 0), 0x8000, "at 0x8000");
	is(SYS(mmap2, 0x2000, PAGE, RW, flags, -1, 0), 0x2000, "at 0x2000");
	is(SYS(mmap2, 0x1000, PAGE, RW, flags, -1, 0), -EINVAL, "at 0x1000");
	is(SYS(mmap2, 0, PAGE, RW, flags, -1, 0), -EINVAL, "at 0");
	is(SYS(munmap, 0x8000, PAGE), 0, "munmap of 0x8000");
	is(SYS(mmap2, PAGE, PAGE, RW, flags & ~MAP_FIXED, -1, 0), 0x8000,
	   "a hint that is too low means: as low as allowed");
	is(SYS(munmap, 0x8000, PAGE), 0, "munmap of what it gave");
	is(SYS(munmap, 0x2000, PAGE), 0, "munmap of 0x2000");
}

int main(void)
{
	new_areas();
	low_addresses();
	refused();
	kernel_half();
	rights();
	files();
	return done();
}
