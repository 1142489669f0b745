/*
 * memfd_create: a file in memory without a name in any directory. Its seals
 * forbid changes, so that what one process has checked stays as it is.
 */
#include <uapi/fcntl.h>
#include <uapi/memfd.h>
#include <uapi/mman.h>
#include <uapi/stat.h>
#include <uapi/statfs.h>
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

/* Returns a new descriptor of the same file, opened through /proc. */
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

/* Which file system fstatfs says that it is in. */
static void fs_type_is(int fd, uint32_t want, const char *what)
{
	struct statfs64 st = { 0 };

	is(SYS(fstatfs64, fd, sizeof(st), &st), 0, "fstatfs64 of %s", what);
	ok(st.f_type == want, "fstatfs64: the file system of %s: %#lx", what,
	   (unsigned long)st.f_type);
}

/* ---- the file ---------------------------------------------------- */

static void the_file(void)
{
	int fd = SYS(memfd_create, "a name", 0), other;
	char path[40], link[80] = "";
	uint32_t st[40] = { 0 };
	uint8_t *p;

	ok(fd > 2, "memfd_create returns a descriptor");
	is(SYS(fcntl64, fd, F_GETFD, 0), 0,
	   "without MFD_CLOEXEC it has no close-on-exec flag");
	is(SYS(fcntl64, fd, F_GETFL, 0) & O_ACCMODE, O_RDWR,
	   "it is open for reading and writing");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	SYS(readlink, path, link, sizeof(link) - 1);
	ok(strcmp(link, "/memfd:a name (deleted)") == 0,
	   "/proc/self/fd shows its name with /memfd: before it");
	is(SYS(fstat64, fd, st), 0, "fstat of it");
	is((int32_t)(st[4] & 0170777), 0100777,
	   "fstat: a regular file of mode 0777");
	is((int32_t)st[5], 0, "fstat: it has no name in a directory");
	fs_type_is(fd, TMPFS_MAGIC, "a memfd");
	is(SYS(write, fd, "hello", 5), 5, "write makes it longer");
	is(SYS(ftruncate, fd, PAGE), 0, "ftruncate makes it longer");
	p = mapped(fd, RW, MAP_SHARED);
	ok(memcmp(p, "hello", 6) == 0,
	   "a shared mapping contains what was written");
	p[5] = '!';
	other = reopen(fd, O_RDONLY);
	ok(other > fd, "it can be opened again through /proc/self/fd");
	is(SYS(read, other, link, 6), 6, "read through that descriptor");
	ok(memcmp(link, "hello!", 6) == 0,
	   "read returns what the mapping has stored");
	is(SYS(write, other, "x", 1), -EBADF,
	   "a descriptor opened for reading cannot write");
	SYS(close, fd);
	SYS(close, other);
	ok(p[0] == 'h', "after close the mapping keeps the file's memory");
	SYS(munmap, p, PAGE);
	fd = SYS(memfd_create, "", MFD_CLOEXEC);
	is(SYS(fcntl64, fd, F_GETFD, 0), FD_CLOEXEC,
	   "MFD_CLOEXEC sets the close-on-exec flag");
	SYS(close, fd);
}

/* Files of other kinds that are in no directory, either. */
static void other_files(void)
{
	int32_t fds[2];
	int fd = SYS(eventfd2, 0, 0);

	fs_type_is(fd, 0x09041934, "an eventfd");
	SYS(close, fd);
	SYS(pipe2, fds, 0);
	fs_type_is(fds[0], 0x50495045, "a pipe");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
	SYS(socketpair, 1, 1, 0, fds);
	fs_type_is(fds[0], 0x534f434b, "a socket");
	SYS(close, fds[0]);
	SYS(close, fds[1]);
}

static void arguments(void)
{
	static char name[252];
	int fd;

	memset(name, 'n', 250);
	is(SYS(memfd_create, name, 0), -EINVAL,
	   "a name of 250 bytes is refused");
	name[249] = 0;
	fd = SYS(memfd_create, name, 0);
	is(SYS(close, fd), 0, "a name of 249 bytes is accepted");
	is(SYS(memfd_create, 16, 0), -EFAULT,
	   "a name at an unmapped address is refused");
	is(SYS(memfd_create, "x", 0x40), -EINVAL, "an unknown flag is refused");
	is(SYS(memfd_create, "x", MFD_HUGETLB), -ENOSYS,
	   "MFD_HUGETLB is refused: there are no huge pages");
	is(SYS(memfd_create, "x", MFD_HUGETLB | 21u << 26), -ENOSYS,
	   "MFD_HUGETLB with 2 MiB is refused, too");
	is(SYS(memfd_create, "x", 21u << 26), -EINVAL,
	   "a huge page's size without MFD_HUGETLB is refused");
	is(SYS(memfd_create, "x", 0xffffffff), -EINVAL,
	   "all flags at once, a program's probe for the call, are refused");
}

/*
 * A JIT compiler with W^X: two words of code are stored through a writable
 * mapping and run through another that is executable.
 */
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
	is(sum, 190,
	   "code stored through one mapping runs through the other: the sum");
	SYS(munmap, w, PAGE);
	SYS(munmap, run, PAGE);
	SYS(close, fd);
}

/* ---- seals ------------------------------------------------------- */

static void which_seals(void)
{
	int fd = SYS(memfd_create, "none", 0), other, ends[2];

	is(SYS(fcntl64, fd, F_GET_SEALS, 0), F_SEAL_SEAL,
	   "without MFD_ALLOW_SEALING the seals are F_SEAL_SEAL");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_GROW), -EPERM,
	   "F_ADD_SEALS is refused then");
	SYS(close, fd);
	fd = sealable(0);
	is(SYS(fcntl64, fd, F_GET_SEALS, 0), 0,
	   "with MFD_ALLOW_SEALING there is no seal at first");
	is(SYS(fcntl64, fd, F_ADD_SEALS, 0x40), -EINVAL,
	   "F_ADD_SEALS of an unknown seal is refused");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_GROW), 0,
	   "F_ADD_SEALS of F_SEAL_GROW");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_SHRINK), 0,
	   "F_ADD_SEALS of F_SEAL_SHRINK");
	is(SYS(fcntl64, fd, F_GET_SEALS, 0), F_SEAL_GROW | F_SEAL_SHRINK,
	   "F_GET_SEALS returns both");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_SEAL), 0,
	   "F_ADD_SEALS of F_SEAL_SEAL");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_GROW), -EPERM,
	   "after that even a seal that is set is refused");
	SYS(close, fd);
	fd = sealable(0);
	other = reopen(fd, O_RDONLY);
	is(SYS(fcntl64, other, F_ADD_SEALS, F_SEAL_GROW), -EPERM,
	   "a descriptor opened for reading cannot add a seal");
	SYS(close, other);
	SYS(pipe2, ends, 0);
	is(SYS(fcntl64, ends[0], F_GET_SEALS, 0), -EINVAL,
	   "a pipe has no seals");
	SYS(close, ends[0]);
	SYS(close, ends[1]);
	SYS(close, fd);
}

static void size_seals(void)
{
	int fd = sealable(PAGE + 100);

	SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_SHRINK);
	is(SYS(ftruncate, fd, PAGE), -EPERM,
	   "F_SEAL_SHRINK: ftruncate to a smaller size is refused");
	is(SYS(ftruncate, fd, PAGE + 200), 0,
	   "F_SEAL_SHRINK: ftruncate to a larger size is allowed");
	is(reopen(fd, O_RDWR | O_TRUNC), -EPERM,
	   "F_SEAL_SHRINK: open with O_TRUNC is refused");
	SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_GROW);
	is(SYS(ftruncate, fd, PAGE + 201), -EPERM,
	   "F_SEAL_GROW: ftruncate to a larger size is refused");
	is(write_at(fd, 200, PAGE), 200,
	   "F_SEAL_GROW: a write up to the end is allowed");
	is(write_at(fd, 201, PAGE), -EPERM,
	   "F_SEAL_GROW: a write that crosses the end is refused");
	is(write_at(fd, PAGE + 201, 0), PAGE,
	   "F_SEAL_GROW: whole pages before the end are written first");
	is(write_at(fd, 1, 2 * PAGE), -EPERM,
	   "F_SEAL_GROW: a write behind the end is refused");
	is(write_at(fd, 0, 2 * PAGE), 0,
	   "F_SEAL_GROW: a write of 0 bytes is allowed");
	is(allocate(fd, 0, 2 * PAGE), -EPERM,
	   "F_SEAL_GROW: fallocate beyond the end is refused");
	is(allocate(fd, 0, PAGE), 0,
	   "F_SEAL_GROW: fallocate within the file is allowed");
	SYS(close, fd);
}

static void write_seal(void)
{
	int fd = sealable(PAGE);
	uint8_t *p = mapped(fd, RW, MAP_SHARED);
	int again;

	p[0] = 1;
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY,
	   "F_SEAL_WRITE is refused while a shared mapping is writable");
	SYS(mprotect, p, PAGE, PROT_READ);
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY,
	   "F_SEAL_WRITE is refused while mprotect could add write access");
	SYS(munmap, p, PAGE);
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), 0,
	   "F_SEAL_WRITE is accepted when that mapping is unmapped");
	is(write_at(fd, 1, 0), -EPERM, "F_SEAL_WRITE: a write is refused");
	is(write_at(fd, 0, 0), 0,
	   "F_SEAL_WRITE: a write of 0 bytes is allowed");
	is(allocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE),
	   -EPERM, "F_SEAL_WRITE: punching a hole is refused");
	is(map(fd, RW, MAP_SHARED), -EPERM,
	   "F_SEAL_WRITE: a writable shared mapping is refused");
	p = mapped(fd, PROT_READ, MAP_SHARED);
	is(p[0], 1, "F_SEAL_WRITE: a shared mapping can be read");
	is(SYS(mprotect, p, PAGE, RW), -EACCES,
	   "mprotect cannot make that mapping writable");
	SYS(munmap, p, PAGE);
	p = mapped(fd, RW, MAP_PRIVATE);
	is(p[0], 1, "F_SEAL_WRITE: a private mapping can be read");
	is(killed_writing(p), 0,
	   "a private mapping can be written, which copies the page");
	SYS(munmap, p, PAGE);
	again = reopen(fd, O_RDONLY);
	p = mapped(again, PROT_READ, MAP_SHARED);
	is(p[0], 1, "a descriptor opened for reading can be mapped shared");
	is(SYS(mprotect, p, PAGE, RW), -EACCES,
	   "mprotect cannot make that one writable, either");
	is(SYS(ftruncate, fd, 0), 0, "F_SEAL_WRITE does not forbid ftruncate");
	SYS(munmap, p, PAGE);
	SYS(close, again);
	SYS(close, fd);
}

/* A part of a mapping counts as a writable mapping, and so does a child's. */
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
	   "F_SEAL_WRITE is refused while half of a mapping is left");
	is(WEXITSTATUS(in_child(seal_it, (void *)fd)), 1,
	   "a child, which has that mapping too, is refused as well");
	SYS(mremap, p + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p);
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY,
	   "F_SEAL_WRITE is refused when mremap has moved the mapping");
	SYS(munmap, p, PAGE);
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), 0,
	   "F_SEAL_WRITE is accepted when that mapping is gone");
	SYS(close, fd);
}

static void future_write(void)
{
	int fd = sealable(PAGE);
	uint8_t *p = mapped(fd, RW, MAP_SHARED), *q;

	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), 0,
	   "F_SEAL_FUTURE_WRITE is accepted beside a writable mapping");
	p[0] = 9;
	is(killed_writing(p), 0, "that mapping can still be written");
	is(write_at(fd, 1, 0), -EPERM,
	   "F_SEAL_FUTURE_WRITE: a write is refused");
	is(map(fd, RW, MAP_SHARED), -EPERM,
	   "F_SEAL_FUTURE_WRITE: a new writable mapping is refused");
	q = mapped(fd, PROT_READ, MAP_SHARED);
	p[0] = 8;
	is(q[0], 8, "a new readable mapping sees the old one's stores");
	is(SYS(mprotect, q, PAGE, RW), -EACCES,
	   "mprotect cannot make the new one writable");
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY,
	   "F_SEAL_WRITE is refused while the old one is mapped");
	SYS(munmap, p, PAGE);
	is(SYS(fcntl64, fd, F_ADD_SEALS, F_SEAL_WRITE), 0,
	   "F_SEAL_WRITE is accepted with a readable mapping only");
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
	   "a program in a memfd runs while the file is open for writing");
	SYS(close, fd);
}

/* A user's file of memory is the user's, who may make it a program. */
static int of_a_user(void *arg)
{
	struct kstat64 st = { 0 };
	int fd;

	(void)arg;
	SYS(setresgid32, 1001, 1001, 1001);
	SYS(setresuid32, 1000, 1000, 1000);
	fd = SYS(memfd_create, "mine", 0);
	SYS(fstat64, fd, &st);
	is((int32_t)st.st_uid, 1000, "a user's memfd has that owner");
	is((int32_t)st.st_gid, 1001, "and that group");
	is(SYS(fchmod, fd, 0500), 0, "its mode can be changed");
	SYS(close, fd);
	return 0;
}

int main(int argc, char *argv[])
{
	if (argc == 1 && strcmp(argv[0], "true") == 0)
		return 42;
	the_file();
	other_files();
	arguments();
	two_views();
	which_seals();
	size_seals();
	write_seal();
	pieces_of_mappings();
	future_write();
	a_program();
	checks_in_child(of_a_user, NULL);
	return done();
}
