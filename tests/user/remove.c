/*
 * MADV_REMOVE punches a hole into the file behind a mapping: pages are freed
 * and every process reads zero there from then on.
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
	is((int32_t)kib_of(fd), 16,
	   "a file of four written pages has so many KiB");
	is(remove_pages(p + PAGE, 2), 0, "MADV_REMOVE of two pages");
	is((int32_t)kib_of(fd), 8,
	   "their memory is freed: the KiB that are left");
	ok(p[0] == 5 && p[3 * PAGE] == 5,
	   "the pages beside them keep their contents");
	SYS(pread64, fd, &byte, 1, 0, PAGE, 0);
	is(byte, 0, "read() finds zero in the removed pages");
	is(((volatile uint8_t *)p)[2 * PAGE], 0,
	   "the mapping finds zero there, too");
	p[2 * PAGE] = 6;
	is(q[2 * PAGE], 6,
	   "a removed page can be written: a private mapping sees it");
	is(remove_pages(q, 1), -EACCES,
	   "MADV_REMOVE of a private mapping is refused");
	SYS(mprotect, p + 3 * PAGE, PAGE, PROT_READ);
	is(remove_pages(p + 3 * PAGE, 1), 0,
	   "MADV_REMOVE of a page made read-only is accepted");
	is(SYS(madvise, p + 1, PAGE, MADV_REMOVE), -EINVAL,
	   "an unaligned address is refused");
	is(SYS(madvise, p, 0, MADV_REMOVE), 0, "length 0 is accepted");
	SYS(mlock, p, PAGE);
	is(remove_pages(p, 1), -EINVAL, "a locked page is refused");
	SYS(munlock, p, PAGE);
	SYS(munmap, p + PAGE, PAGE);
	is(remove_pages(p, 3), -ENOMEM, "a range with a hole reports the hole");
	is(p[0] + p[2 * PAGE], 0, "the pages on both sides of it were removed");
	p[0] = 7;
	SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE);
	is(remove_pages(p, 1), -EPERM,
	   "a file with F_SEAL_FUTURE_WRITE is refused");
	is(p[0], 7, "its page keeps its contents");
	SYS(munmap, p, 4 * PAGE);
	SYS(munmap, q, 4 * PAGE);
	SYS(close, fd);
}

static void of_others(void)
{
	int id = SYS(shmget, IPC_PRIVATE, 2 * PAGE, 0600);
	uint8_t *p = (uint8_t *)SYS(shmat, id, 0, 0);

	memset(p, 3, 2 * PAGE);
	is(remove_pages(p, 1), 0,
	   "MADV_REMOVE of a page of a shared memory segment");
	ok(((volatile uint8_t *)p)[0] == 0 && p[PAGE] == 3,
	   "that page is zero, its neighbour keeps its contents");
	SYS(shmdt, p);
	SYS(shmctl, id, IPC_RMID, 0);
	p = pages(1);
	is(remove_pages(p, 1), -EINVAL,
	   "MADV_REMOVE of anonymous private memory is refused");
	SYS(munmap, p, PAGE);
	is(remove_pages(p, 1), -ENOMEM,
	   "MADV_REMOVE of an unmapped page is refused");
}

int main(void)
{
	of_a_file();
	of_others();
	return done();
}
