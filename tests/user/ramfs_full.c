/*
 * ramfs_full - files cannot take all memory: ENOSPC, and programs go on.
 *
 * Run as process 1 of a machine with little memory (tests/system/memory.t).
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <uapi/mman.h>
#include <uapi/shm.h>
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

/*
 * What nobody's end gives back is limited, too: memory in a memfd or a segment
 * that is stored into, page after page.
 */
static void fill_mapping(int fd, uint8_t *p, uint32_t kib)
{
	uint32_t n = 0;

	for (; n < (32 << 20) / PAGE; n++)
		if (killed_writing(p + n * PAGE))
			break;
	ok(n > kib / 4 - kib / 16 && n <= kib / 4, "stored up to the limit");
	is(killed_writing(p + n * PAGE), LINUX_SIGBUS, "and no further");
	is(in_child(touch, NULL), 0, "a program that needs 400 KB has them");
	SYS(close, fd);
}

static void mappings(uint32_t kib)
{
	int fd = SYS(memfd_create, "big", 0);
	uint8_t *p;
	int id;

	SYS(ftruncate, fd, 64 << 20);
	p = (uint8_t *)SYS(mmap2, 0, 64 << 20, PROT_READ | PROT_WRITE,
			   MAP_SHARED, fd, 0);
	fill_mapping(fd, p, kib);
	SYS(munmap, p, 64 << 20);
	id = SYS(shmget, IPC_PRIVATE, 32 << 20, SHM_NORESERVE | 0600);
	p = (uint8_t *)SYS(shmat, id, 0, 0);
	SYS(shmctl, id, IPC_RMID, 0);
	fill_mapping(-1, p, kib);
	SYS(shmdt, p);
}

int main(int argc, char **argv)
{
	uint32_t kib = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, wrote = 0;
	int fd = open(scratch("big"), O_RDWR | O_CREAT, 0600);
	char name[24];
	int32_t n, made = 0;

	mappings(kib);
	while ((n = SYS(write, fd, bytes, sizeof(bytes))) > 0)
		wrote += (uint32_t)n / 1024;
	ok(n == -ENOSPC, "a file that grows and grows ends with ENOSPC");
	ok(wrote > kib - kib / 8 && wrote <= kib, "at the limit");
	is(SYS(pwrite64, fd, bytes, PAGE, 0, 0, 0), PAGE,
	   "what is there can be written over");
	is(in_child(touch, NULL), 0, "a program that needs 400 KB has them");
	/* Links that are as long as can be, in directories of some hundred. */
	memset(bytes, 'x', LINK_BYTES);
	do {
		snprintf(name, sizeof(name), "d%ld", (long)made / 256);
		if (made % 256 == 0)
			mkdir(scratch(name), 0700);
		snprintf(name, sizeof(name), "d%ld/%ld", (long)made / 256,
			 (long)made);
		n = SYS(symlink, bytes, scratch(name));
	} while (n == 0 && ++made);
	ok(n == -ENOSPC && made > 1000, "names and links end so, too");
	is(in_child(touch, NULL), 0, "a program that needs 400 KB has them");
	unlink(scratch("big"));
	close(fd);
	fd = open(scratch("again"), O_RDWR | O_CREAT, 0600);
	is(SYS(write, fd, bytes, sizeof(bytes)), sizeof(bytes),
	   "there is room again when the file is gone");
	return done();
}
