/*
 * mmap and munmap: what a new VMA holds, where it goes, what is refused.
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

	ok(((uint32_t)p & (PAGE - 1)) == 0,
	   "a new VMA begins at a page boundary");
	ok(all_zero(p, 4 * PAGE), "its memory is zero");
	memset(p, 0xa5, 4 * PAGE);
	ok(p[0] == 0xa5 && p[4 * PAGE - 1] == 0xa5,
	   "it keeps what is stored there");
	is(SYS(munmap, p + PAGE, PAGE), 0, "munmap of a page in the middle");
	is(killed_reading(p + PAGE), LINUX_SIGSEGV,
	   "reading the unmapped page kills");
	ok(p[0] == 0xa5 && p[2 * PAGE] == 0xa5,
	   "the pages on both sides keep their contents");
	q = (uint8_t *)SYS(mmap2, p + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
	ok(q == p + PAGE && all_zero(q, PAGE),
	   "MAP_FIXED maps a page of zeroes into the hole");
	q = (uint8_t *)SYS(mmap2, p, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	ok(q == p && all_zero(p, 2 * PAGE) && p[2 * PAGE] == 0xa5,
	   "MAP_FIXED over an existing VMA replaces it");
	is(SYS(munmap, p, 4 * PAGE), 0, "one munmap removes several VMAs");
	is(killed_reading(p + 3 * PAGE), LINUX_SIGSEGV,
	   "reading the last of their pages kills");
	q = (uint8_t *)SYS(mmap2, p, PAGE, RW, ANON, -1, 0);
	ok(q == p, "a hint at a free address is followed");
	is(SYS(munmap, q, 1), 0, "munmap of one byte succeeds");
	is(killed_reading(q + PAGE - 1), LINUX_SIGSEGV,
	   "its length was rounded up: the whole page is unmapped");
}

static void refused(void)
{
	uint8_t *p = pages(1);

	is(SYS(mmap2, 0, 0, RW, ANON, -1, 0), -EINVAL,
	   "mmap of length 0 is refused");
	is(SYS(mmap2, 0, PAGE, RW, MAP_ANONYMOUS, -1, 0), -EINVAL,
	   "neither MAP_SHARED nor MAP_PRIVATE is refused");
	is(SYS(mmap2, p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), -EINVAL,
	   "MAP_FIXED at an unaligned address is refused");
	is(SYS(mmap2, 0, 0xc0000000, RW, ANON, -1, 0), -ENOMEM,
	   "a mapping as long as all user space finds no room");
	is(SYS(mmap2, 0, 0xfffff001, RW, ANON, -1, 0), -ENOMEM,
	   "a length that wraps when rounded up is refused");
	is(SYS(mmap2, 0, PAGE, RW, MAP_PRIVATE, 99, 0), -EBADF,
	   "a descriptor that is not open is refused");
	is(SYS(munmap, p + 1, PAGE), -EINVAL,
	   "munmap of an unaligned address is refused");
	is(SYS(munmap, p, 0), -EINVAL, "munmap of length 0 is refused");
	is(SYS(munmap, p, PAGE), 0, "munmap of a mapped page");
	is(SYS(munmap, p, PAGE), 0, "munmap of unmapped memory succeeds, too");
}

static void kernel_half(void)
{
	is(SYS(mmap2, KERNEL, PAGE, RW, ANON | MAP_FIXED, -1, 0), -ENOMEM,
	   "MAP_FIXED at the kernel's first page is refused");
	is(SYS(mmap2, KERNEL - PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0),
	   -ENOMEM, "MAP_FIXED that reaches into the kernel is refused");
	is(SYS(munmap, KERNEL, PAGE), -EINVAL,
	   "munmap of the kernel's first page is refused");
	is(SYS(munmap, 0xfffff000, PAGE), -EINVAL,
	   "munmap of the last page of all is refused");
}

static void rights(void)
{
	uint8_t *none = pages_with(1, PROT_NONE, MAP_PRIVATE);
	uint8_t *read = pages_with(1, PROT_READ, MAP_PRIVATE);
	uint8_t *data = pages(1);

	is(killed_reading(none), LINUX_SIGSEGV, "PROT_NONE: reading kills");
	is(killed_writing(none), LINUX_SIGSEGV, "PROT_NONE: writing kills");
	is(killed_reading(read), 0, "PROT_READ: reading is allowed");
	is(killed_writing(read), LINUX_SIGSEGV, "PROT_READ: writing kills");
	is(killed_running(data), LINUX_SIGSEGV,
	   "PROT_READ|PROT_WRITE: executing kills");
}

static void files(void)
{
	const char *path = scratch("mapped");
	int fd = make_file(path, PAGE + 100), other;
	uint8_t *shared, *private, byte = 0;

	private = (uint8_t *)SYS(mmap2, 0, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);
	shared = (uint8_t *)SYS(mmap2, 0, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	ok(private[0] == 0 && private[250] == 250 && private[252] == 1,
	   "a mapping shows the file's bytes");
	ok(private[PAGE + 99] == (PAGE + 99) % 251 && !private[PAGE + 100] &&
		   !private[2 * PAGE - 1],
	   "behind the file's end the last page is zero");
	is(killed_reading(private + 2 * PAGE), LINUX_SIGBUS,
	   "a page wholly behind the end raises SIGBUS");
	private[5] = 0xee;
	ok(shared[5] == 5,
	   "a store to a private mapping does not reach the file");
	shared[6] = 0xdd;
	is(SYS(pread64, fd, &byte, 1, 0, 6, 0), 1,
	   "read() of a byte stored through a shared mapping");
	ok(byte == 0xdd, "returns the stored byte: the file has changed");
	ok(private[6] == 6 || private[6] == 0xdd,
	   "the private copy may or may not see that store");
	is(SYS(close, fd), 0, "close of the mapped descriptor");
	ok(shared[6] == 0xdd, "the mapping stays after the close");
	is(SYS(mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 0), -EBADF,
	   "mmap of a closed descriptor is refused");

	other = SYS(open, path, O_RDONLY, 0);
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED, other, 0), -EACCES,
	   "MAP_SHARED, writable, of a file opened for reading: refused");
	SYS(close, other);
	other = SYS(open, path, O_WRONLY, 0);
	is(SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, other, 0), -EACCES,
	   "a file opened for writing only cannot be mapped");
	SYS(close, other);
	SYS(unlink, path);
	ok(shared[6] == 0xdd, "the mapping stays after unlink of the file");
	is(SYS(munmap, private, 3 * PAGE), 0, "munmap of the private mapping");
	is(SYS(munmap, shared, 2 * PAGE), 0, "munmap of the shared mapping");
	remove_scratch();
}

/* A NULL pointer must fault, whoever asks. */
static void low_addresses(void)
{
	const uint32_t flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	is(SYS(mmap2, 0x8000, PAGE, RW, flags, -1, 0), 0x8000,
	   "MAP_FIXED at 0x8000 is allowed");
	is(SYS(mmap2, 0x2000, PAGE, RW, flags, -1, 0), 0x2000,
	   "MAP_FIXED at 0x2000 is allowed, with privilege");
	is(SYS(mmap2, 0x1000, PAGE, RW, flags, -1, 0), -EINVAL,
	   "MAP_FIXED at 0x1000 is refused");
	is(SYS(mmap2, 0, PAGE, RW, flags, -1, 0), -EINVAL,
	   "MAP_FIXED at 0 is refused");
	is(SYS(munmap, 0x8000, PAGE), 0, "munmap at 0x8000");
	is(SYS(mmap2, PAGE, PAGE, RW, flags & ~MAP_FIXED, -1, 0), 0x8000,
	   "a hint that is too low is raised to the lowest address");
	is(SYS(munmap, 0x8000, PAGE), 0, "munmap of the page at that address");
	is(SYS(munmap, 0x2000, PAGE), 0, "munmap at 0x2000");
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
