/*
 * ramfs_full - files cannot take all memory: writes fail with ENOSPC, and programs
 * go on.
 *
 * Run as process 1 of a machine with little memory (tests/system/memory.t).
 */
#include <sys/stat.h>
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include <uapi/shm.h>
#include <uapi/statfs.h>
#include "check.h"

#ifndef ENOSPC
#define ENOSPC 28
#endif

#define LINK_BYTES 4000

static char bytes[65536];

static int touch(void *arg)
{
	static char mine[400000];

	(void)arg;
	memset(mine, 1, sizeof(mine));
	return 0;
}

static volatile uint32_t *stored; /* pages, shared with the child */

static int store_each(void *p)
{
	for (*stored = 0; *stored < (32 << 20) / PAGE; ++*stored)
		((volatile uint8_t *)p)[*stored * PAGE] = 1;
	return 0;
}

/*
 * Memory that outlives the processes which use it is limited, too: stores into a
 * memfd or a shared memory segment, page after page, by a child.
 */
static void fill_mapping(int fd, uint8_t *p, uint32_t kib)
{
	uint32_t n;

	in_child(store_each, p);
	n = *stored;
	ok(n > kib / 4 - kib / 16 && n <= kib / 4,
	   "stores succeed up to the limit");
	is(killed_writing(p + n * PAGE), LINUX_SIGBUS,
	   "a store beyond the limit is SIGBUS");
	is(in_child(touch, NULL), 0, "a program that needs 400 KB gets them");
	SYS(close, fd);
}

static uint8_t *map_shared(int fd, uint32_t size)
{
	return (uint8_t *)SYS(mmap2, 0, size, PROT_READ | PROT_WRITE,
			      MAP_SHARED, fd, 0);
}

static int make_sparse(const char *name, uint32_t size)
{
	int fd = SYS(open, scratch(name), O_RDWR | O_CREAT, 0600);

	SYS(ftruncate, fd, size);
	return fd;
}

/* The pages that files may still take. */
static int32_t room(void)
{
	static struct statfs64 st;

	SYS(statfs64, "/tmp", sizeof(st), &st);
	return (int32_t)st.f_bfree;
}

/* Pages that are only read are not charged: the archive's, and those of a hole. */
static void reading(void)
{
	int fd = SYS(open, "/test/ramfs_full", O_RDONLY, 0);
	int hole = make_sparse("hole", 64 * PAGE);
	volatile uint8_t *p = (uint8_t *)SYS(mmap2, 0, 4 * PAGE, PROT_READ,
					     MAP_SHARED, fd, 0);
	volatile uint8_t *q = map_shared(hole, 64 * PAGE);
	int32_t before = room();
	uint32_t sum = 0;

	for (uint32_t n = 0; n < 4; n++)
		sum += p[n * PAGE];
	for (uint32_t n = 0; n < 64; n++)
		sum += q[n * PAGE];
	ok(sum, "reads of the archive's pages and of a hole");
	is(room(), before, "reads take nothing of the room for files");
	q[0] = 1;
	is(room(), before - 1, "a store takes a page of it");
	q[0] = 2;
	SYS(pwrite64, hole, bytes, 1, 0, 0, 0);
	is(room(), before - 1, "a second store to the page takes no other");
	SYS(munmap, p, 4 * PAGE);
	SYS(munmap, q, 64 * PAGE);
	SYS(close, fd);
	SYS(close, hole);
	unlink(scratch("hole"));
	is(room(), before, "the page is given back with the file");
}

/* A file that has a name is limited by stores as it is by writes. */
static void named(uint32_t kib)
{
	int fd = make_sparse("named", 64 << 20);
	int source = SYS(open, "/test/ramfs_full", O_RDONLY, 0);
	volatile uint8_t *p = map_shared(fd, 64 << 20), sum;

	sum = p[32 << 20];
	fill_mapping(-1, (uint8_t *)p, kib);
	/* Not in a child, which would have no entry for this page. */
	is(SYS(read, source, p + (32 << 20), 1) + sum, -EFAULT,
	   "read(2) into a page of the hole that was read before");
	is(SYS(read, source, p + (33 << 20), 1), -EFAULT,
	   "read(2) into a page of the hole that was not");
	is(killed_writing(p), 0,
	   "a page that was stored to can be stored to again");
	is(SYS(pwrite64, fd, bytes, PAGE, 0, 33 << 20, 0), -ENOSPC,
	   "a write has the same limit");
	SYS(munmap, p, 64 << 20);
	SYS(close, source);
	SYS(close, fd);
	unlink(scratch("named"));
}

/*
 * A hole is punched into a page that a process maps. Its entry stays writable, so a
 * store causes no fault that would mark the page: it must be kept all the same when
 * memory runs short.
 */
static int punched_then_stored(void)
{
	const uint32_t punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	int fd = make_sparse("punched", PAGE);
	volatile uint8_t *p = map_shared(fd, PAGE);

	p[0] = 1;
	is(SYS(fallocate, fd, punch, 0, 0, PAGE, 0), 0,
	   "fallocate punches a hole into a mapped page");
	is(p[0], 0, "the mapping shows zeroes");
	p[0] = 7;
	SYS(munmap, p, PAGE);
	return fd;
}

static void mappings(uint32_t kib)
{
	int fd = SYS(memfd_create, "big", 0);
	uint8_t *p;
	int id;

	SYS(ftruncate, fd, 64 << 20);
	p = map_shared(fd, 64 << 20);
	fill_mapping(fd, p, kib);
	SYS(munmap, p, 64 << 20);
	named(kib);
	id = SYS(shmget, IPC_PRIVATE, 32 << 20, SHM_NORESERVE | 0600);
	p = (uint8_t *)SYS(shmat, id, 0, 0);
	SYS(shmctl, id, IPC_RMID, 0);
	fill_mapping(-1, p, kib);
	SYS(shmdt, p);
}

int main(int argc, char **argv)
{
	uint32_t kib = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, wrote = 0;
	int fd = SYS(open, scratch("big"), O_RDWR | O_CREAT, 0600), punched;
	char name[24];
	int32_t n, made = 0;

	stored = (uint32_t *)pages_with(1, PROT_READ | PROT_WRITE, MAP_SHARED);
	reading();
	mappings(kib);
	punched = punched_then_stored();
	while ((n = SYS(write, fd, bytes, sizeof(bytes))) > 0)
		wrote += (uint32_t)n / 1024;
	ok(n == -ENOSPC, "a file that grows without end fails with ENOSPC");
	ok(wrote > kib - kib / 8 && wrote <= kib, "it has reached the limit");
	is(SYS(pwrite64, fd, bytes, PAGE, 0, 0, 0), PAGE,
	   "its pages can be written again");
	is(in_child(touch, NULL), 0, "a program that needs 400 KB gets them");
	/* Links of nearly the greatest length, 256 in each directory. */
	memset(bytes, 'x', LINK_BYTES);
	do {
		snprintf(name, sizeof(name), "d%ld", (long)made / 256);
		if (made % 256 == 0)
			mkdir(scratch(name), 0700);
		snprintf(name, sizeof(name), "d%ld/%ld", (long)made / 256,
			 (long)made);
		n = SYS(symlink, bytes, scratch(name));
	} while (n == 0 && ++made);
	ok(n == -ENOSPC && made > 1000,
	   "names and symbolic links end with ENOSPC, too");
	is(in_child(touch, NULL), 0, "a program that needs 400 KB gets them");
	SYS(pread64, punched, name, 1, 0, 0, 0);
	is(name[0], 7, "a byte stored into the hole is still there");
	unlink(scratch("big"));
	close(fd);
	fd = SYS(open, scratch("again"), O_RDWR | O_CREAT, 0600);
	is(SYS(write, fd, bytes, sizeof(bytes)), sizeof(bytes),
	   "another file can be written when the file is gone");
	return done();
}
