/*
 * A file that has no name, and seals on it: what one process has checked, no
 * other can change any more.
 */
#include <uapi/fcntl.h>
#include <uapi/memfd.h>
#include <uapi/mman.h>
#include <uapi/stat.h>
#include "check.h"

#define RW (PROT_READ | PROT_WRITE)

static char page[3 * PAGE];

static int32_t map(int fd, uint32_t prot, uint32_t flags)
{
	return SYS(mmap2, 0, PAGE, prot, flags, fd, 0);
}

static uint8_t *mapped(int fd, uint32_t prot, uint32_t flags)
{
	return (uint8_t *)SYS(mmap2, 0, PAGE, prot, flags, fd, 0);
}

static int sealable(uint32_t bytes)
{
	int fd = SYS(memfd_create, "seals", MFD_ALLOW_SEALING);

	SYS(ftruncate, fd, bytes);
	return fd;
}

/* The same file, opened once more. */
static int reopen(int fd, uint32_t flags)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return SYS(open, path, flags, 0);
}

static int32_t write_at(int fd, uint32_t bytes, uint32_t pos)
{
	return SYS(pwrite64, fd, page, bytes, 0, pos, 0);
}

static int32_t allocate(int fd, uint32_t mode, uint32_t bytes)
{
	return SYS(fallocate, fd, mode, 0, 0, bytes, 0);
}

/* ---- the file ---------------------------------------------------- */

static void the_file(void)
{
	int fd = SYS(memfd_create, "a name", 0), other;
	char path[40], link[80] = "";
	uint32_t st[40] = { 0 };
	uint8_t *p;

	ok(fd > 2, "memfd_create");
	is(SYS(fcntl64, fd, F_GETFD, 0), 0, "it stays open at execve");
	is(SYS(fcntl64, fd, F_GETFL, 0) & O_ACCMODE, O_RDWR, "read and write");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	SYS(readlink, path, link, sizeof(link) - 1);
	ok(strcmp(link, "/memfd:a name (deleted)") == 0, "what it is called");
	is(SYS(fstat64, fd, st), 0, "stat");
	is((int32_t)(st[4] & 0170777), 0100777, "a regular file, 0777");
	is((int32_t)st[5], 0, "names that it has");
	is(SYS(write, fd, "hello", 5), 5, "write makes it longer");
	is(SYS(ftruncate, fd, PAGE), 0, "as ftruncate does");
	p = mapped(fd, RW, MAP_SHARED);
	ok(memcmp(p, "hello", 6) == 0, "a mapping sees what was written");
	p[5] = '!';
	other = reopen(fd, O_RDONLY);
	ok(other > fd, "opened anew through /proc");
	is(SYS(read, other, link, 6), 6, "read");
	ok(memcmp(link, "hello!", 6) == 0, "what was stored is in the file");
	is(SYS(write, other, "x", 1), -EBADF, "open for reading: write");
	SYS(close, fd);
	SYS(close, other);
	ok(p[0] == 'h', "closed, the mapping keeps it");
	SYS(munmap, p, PAGE);
	fd = SYS(memfd_create, "", MFD_CLOEXEC);
	is(SYS(fcntl64, fd, F_GETFD, 0), FD_CLOEXEC, "MFD_CLOEXEC");
	SYS(close, fd);
}

static void arguments(void)
{
	static char name[252];
	int fd;

	memset(name, 'n', 250);
	is(SYS(memfd_create, name, 0), -EINVAL, "a name of 250 bytes");
	name[249] = 0;
	fd = SYS(memfd_create, name, 0);
	is(SYS(close, fd), 0, "one of 249");
	is(SYS(memfd_create, 16, 0), -EFAULT, "no name");
	is(SYS(memfd_create, "x", 0x40), -EINVAL, "an unknown flag");
	is(SYS(memfd_create, "x", MFD_HUGETLB), -ENOSYS, "huge pages");
	is(SYS(memfd_create, "x", MFD_HUGETLB | 21u << 26), -ENOSYS,
	   "of 2 MiB");
	is(SYS(memfd_create, "x", 21u << 26), -EINVAL, "a size without them");
	is(SYS(memfd_create, "x", 0xffffffff), -EINVAL,
	   "every flag, as a program asks whether the call exists");
}

/* Two words of code: return 7. Written here, run there (a JIT with W^X). */
static void two_views(void)
{
	int fd = sealable(PAGE);
	uint32_t *w = (uint32_t *)mapped(fd, RW, MAP_SHARED);
	int (*run)(void) = (int (*)(void))mapped(fd, PROT_READ | PROT_EXEC,
						 MAP_SHARED);
	int sum = 0;

	for (uint32_t i = 0; i < 20; i++) {
		w[0] = 0xe3a00000 | i; /* mov r0, #i */
		w[1] = 0xe12fff1e;     /* bx lr */
		linux_syscall(__ARM_NR_cacheflush, run, run + 8, 0);
		sum += run();
	}
	is(sum, 190, "written through one mapping, run through another");
	SYS(munmap, w, PAGE);
	SYS(munmap, run, PAGE);
	SYS(close, fd);
}

/* ---- seals ------------------------------------------------------- */

static void which_seals(void)
{
	int fd = SYS(memfd_create, "none", 0), other, ends[2];

	is(SYS(fcntl64, fd, F_GET_SEALS, 0), F_SEAL_SEAL,
	   "not asked for: sealed against seals");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_GROW), -EPERM, "add one");
	SYS(close, fd);
	fd = sealable(0);
	is(SYS(fcntl64, fd, F_GET_SEALS, 0), 0, "MFD_ALLOW_SEALING");
	is(SYS(fcntl64, fd, F_ADD_SEALS, 0x40), -EINVAL, "an unknown seal");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_GROW), 0, "add GROW");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_SHRINK), 0, "and SHRINK");
	is(SYS(fcntl64, fd, F_GET_SEALS, 0), F_SEAL_GROW | F_SEAL_SHRINK,
	   "both are there");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_SEAL), 0, "and SEAL");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_GROW), -EPERM,
	   "then none, not even one that is there");
	SYS(close, fd);
	fd = sealable(0);
	other = reopen(fd, O_RDONLY);
	is(SYS(fcntl64, other, F_ADD_SEALS, F_SEAL_GROW), -EPERM,
	   "by who has it open for reading");
	SYS(close, other);
	SYS(pipe2, ends, 0);
	is(SYS(fcntl64, ends[0], F_GET_SEALS, 0), -EINVAL, "a pipe has none");
	SYS(close, ends[0]);
	SYS(close, ends[1]);
	SYS(close, fd);
}

static void size_seals(void)
{
	int fd = sealable(PAGE + 100);

	SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_SHRINK);
	is(SYS(ftruncate, fd, PAGE), -EPERM, "SHRINK: shorter");
	is(SYS(ftruncate, fd, PAGE + 200), 0, "longer");
	is(reopen(fd, O_RDWR | O_TRUNC), -EPERM, "emptied by open");
	SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_GROW);
	is(SYS(ftruncate, fd, PAGE + 201), -EPERM, "GROW: longer");
	is(write_at(fd, 200, PAGE), 200, "a write up to the end");
	is(write_at(fd, 201, PAGE), -EPERM, "one byte behind it");
	is(write_at(fd, PAGE + 201, 0), PAGE, "whole pages are written first");
	is(write_at(fd, 1, 2 * PAGE), -EPERM, "behind the end");
	is(write_at(fd, 0, 2 * PAGE), 0, "nothing");
	is(allocate(fd, 0, 2 * PAGE), -EPERM, "fallocate");
	is(allocate(fd, 0, PAGE), 0, "of what is there");
	SYS(close, fd);
}

static void write_seal(void)
{
	int fd = sealable(PAGE);
	uint8_t *p = mapped(fd, RW, MAP_SHARED);
	int again;

	p[0] = 1;
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY,
	   "WRITE, while a mapping may write");
	SYS(mprotect, p, PAGE, PROT_READ);
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY,
	   "or could be made to");
	SYS(munmap, p, PAGE);
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), 0, "unmapped");
	is(write_at(fd, 1, 0), -EPERM, "write");
	is(write_at(fd, 0, 0), 0, "nothing");
	is(allocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE),
	   -EPERM, "a hole in it");
	is(map(fd, RW, MAP_SHARED), -EPERM, "map it shared, to write");
	p = mapped(fd, PROT_READ, MAP_SHARED);
	is(p[0], 1, "to read");
	is(SYS(mprotect, p, PAGE, RW), -EACCES, "and mprotect");
	SYS(munmap, p, PAGE);
	p = mapped(fd, RW, MAP_PRIVATE);
	is(p[0], 1, "private: it reads");
	is(killed_writing(p), 0, "and writes its copy");
	SYS(munmap, p, PAGE);
	again = reopen(fd, O_RDONLY);
	p = mapped(again, PROT_READ, MAP_SHARED);
	is(p[0], 1, "shared, by who may only read");
	is(SYS(mprotect, p, PAGE, RW), -EACCES, "mprotect");
	is(SYS(ftruncate, fd, 0), 0, "its size has other seals");
	SYS(munmap, p, PAGE);
	SYS(close, again);
	SYS(close, fd);
}

/* A half of a mapping is a mapping, and so is a child's. */
static int seal_it(void *fd)
{
	return SYS(fcntl64, (int)fd, F_ADD_SEALS, F_SEAL_WRITE) == -EBUSY;
}

static void pieces_of_mappings(void)
{
	int fd = sealable(2 * PAGE);
	uint8_t *p = (uint8_t *)SYS(mmap2, 0, 2 * PAGE, RW, MAP_SHARED, fd, 0);

	SYS(munmap, p, PAGE);
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY,
	   "a half is left");
	is(WEXITSTATUS(in_child(seal_it, (void *)fd)), 1, "asked by a child");
	SYS(mremap, p + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p);
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY, "moved");
	SYS(munmap, p, PAGE);
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), 0, "gone");
	SYS(close, fd);
}

static void future_write(void)
{
	int fd = sealable(PAGE);
	uint8_t *p = mapped(fd, RW, MAP_SHARED), *q;

	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), 0,
	   "FUTURE_WRITE, while a mapping writes");
	p[0] = 9;
	is(killed_writing(p), 0, "which goes on");
	is(write_at(fd, 1, 0), -EPERM, "write");
	is(map(fd, RW, MAP_SHARED), -EPERM, "another mapping that writes");
	q = mapped(fd, PROT_READ, MAP_SHARED);
	p[0] = 8;
	is(q[0], 8, "one that reads");
	is(SYS(mprotect, q, PAGE, RW), -EACCES, "cannot be made to write");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY, "add WRITE");
	SYS(munmap, p, PAGE);
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), 0,
	   "when only readers are left");
	SYS(munmap, q, PAGE);
	SYS(close, fd);
}

/* ---- a program in one -------------------------------------------- */

static int run_it(void *fd)
{
	char path[40];
	char *argv[] = { (char *)"true", NULL };

	snprintf(path, sizeof(path), "/proc/self/fd/%d", (int)fd);
	return SYS(execve, path, argv, argv + 1);
}

static void a_program(void)
{
	int from = SYS(open, "/proc/self/exe", O_RDONLY, 0), n;
	int fd = SYS(memfd_create, "program", 0);

	while ((n = SYS(read, from, page, sizeof(page))) > 0)
		SYS(write, fd, page, n);
	SYS(close, from);
	is(WEXITSTATUS(in_child(run_it, (void *)fd)), 42,
	   "a program in it runs, while it is open for writing");
	SYS(close, fd);
}

int main(int argc, char *argv[])
{
	if (argc == 1 && strcmp(argv[0], "true") == 0)
		return 42;
	the_file();
	arguments();
	two_views();
	which_seals();
	size_seals();
	write_seal();
	pieces_of_mappings();
	future_write();
	a_program();
	return done();
}
