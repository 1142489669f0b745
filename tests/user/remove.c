/*
 * MADV_REMOVE: the memory of a file's part goes back, and it is zeroes from then
 * on, for everybody.
 */
#include <uapi/fcntl.h>
#include <uapi/memfd.h>
#include <uapi/mman.h>
#include <uapi/shm.h>
#include "check.h"

#define RW (PROT_READ | PROT_WRITE)

static uint32_t kib_of(int fd)
{
	static uint8_t st[104];

	SYS(fstat64, fd, st);
	return *(uint32_t *)(st + 64) / 2; /* st_blocks, of 512 bytes */
}

static int32_t remove_pages(void *p, uint32_t n)
{
	return SYS(madvise, p, n * PAGE, MADV_REMOVE);
}

static void of_a_file(void)
{
	int fd = SYS(memfd_create, "holes", MFD_ALLOW_SEALING);
	uint8_t *p, *q, byte = 9;

	SYS(ftruncate, fd, 4 * PAGE);
	p = (uint8_t *)SYS(mmap2, 0, 4 * PAGE, RW, MAP_SHARED, fd, 0);
	q = (uint8_t *)SYS(mmap2, 0, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);
	memset(p, 5, 4 * PAGE);
	is((int32_t)kib_of(fd), 16, "KiB of four pages");
	is(remove_pages(p + PAGE, 2), 0, "two removed");
	is((int32_t)kib_of(fd), 8, "KiB that are left");
	ok(p[0] == 5 && p[3 * PAGE] == 5, "the others stay");
	SYS(pread64, fd, &byte, 1, 0, PAGE, 0);
	is(byte, 0, "a read finds zeroes");
	is(((volatile uint8_t *)p)[2 * PAGE], 0, "and so does a mapping");
	p[2 * PAGE] = 6;
	is(q[2 * PAGE], 6, "which can be written to again");
	is(remove_pages(q, 1), -EACCES, "a private mapping of it");
	SYS(mprotect, p + 3 * PAGE, PAGE, PROT_READ);
	is(remove_pages(p + 3 * PAGE, 1), 0, "one that only reads, now");
	is(SYS(madvise, p + 1, PAGE, MADV_REMOVE), -EINVAL, "half a page");
	is(SYS(madvise, p, 0, MADV_REMOVE), 0, "no page");
	SYS(mlock, p, PAGE);
	is(remove_pages(p, 1), -EINVAL, "a locked one");
	SYS(munlock, p, PAGE);
	SYS(munmap, p + PAGE, PAGE);
	is(remove_pages(p, 3), -ENOMEM, "over a hole");
	is(p[0] + p[2 * PAGE], 0, "both sides of it are done");
	p[0] = 7;
	SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE);
	is(remove_pages(p, 1), -EPERM, "sealed against writing");
	is(p[0], 7, "nothing is removed");
	SYS(munmap, p, 4 * PAGE);
	SYS(munmap, q, 4 * PAGE);
	SYS(close, fd);
}

static void of_others(void)
{
	int id = SYS(shmget, IPC_PRIVATE, 2 * PAGE, 0600);
	uint8_t *p = (uint8_t *)SYS(shmat, id, 0, 0);

	memset(p, 3, 2 * PAGE);
	is(remove_pages(p, 1), 0, "of a segment");
	ok(((volatile uint8_t *)p)[0] == 0 && p[PAGE] == 3, "zeroes");
	SYS(shmdt, p);
	SYS(shmctl, id, IPC_RMID, 0);
	p = pages(1);
	is(remove_pages(p, 1), -EINVAL, "memory of our own");
	SYS(munmap, p, PAGE);
	is(remove_pages(p, 1), -ENOMEM, "nothing");
}

int main(void)
{
	of_a_file();
	of_others();
	return done();
}
