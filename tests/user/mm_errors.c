/*
 * The errors that the manual pages of the address-space calls name, where the
 * programs for each call do not show them: what the limits refuse, and corners.
 */
#include <uapi/fcntl.h>
#include <uapi/resource.h>
#include "check.h"
#include "maps.h"

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define KIB  1024u

static void limit(int which, uint32_t bytes)
{
	struct rlimit lim = { bytes, bytes };

	SYS(setrlimit, which, &lim);
}

/* Run a check in a child that has limits of its own; it prints for itself. */
static void with_limits(void (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fn();
		fflush(stdout);
		_exit(0);
	}
	SYS(wait4, pid, &status, 0, 0);
}

/* A value that only "ok" or what went wrong is printed of. */
static void gives(int32_t got, int32_t want, const char *what)
{
	if (got == want)
		printf("# %s: as it should\n", what);
	else
		printf("# %s: %ld, not %ld\n", what, got, want);
}

static bool is_address(int32_t answer)
{
	return (uint32_t)answer < -4095u;
}

/* ---- locked memory ----------------------------------------------- */

/* RLIMIT_MEMLOCK does not bind user 0. */
static void lock_a_little(void)
{
	uint8_t *p = pages(8);

	limit(RLIMIT_MEMLOCK, 16 * KIB);
	gives(SYS(mlock, p, 4 * PAGE), 0,
	      "root, with a limit of 4 pages, locks 4");
	gives(SYS(mlock, p, 4 * PAGE), 0, "the same 4 pages again");
	gives(SYS(mlock, p + 4 * PAGE, PAGE), 0,
	      "a fifth page: the limit does not bind root");
	gives(SYS(mlock2, p + 4 * PAGE, PAGE, MLOCK_ONFAULT), 0,
	      "a fifth page with MLOCK_ONFAULT");
	gives(is_address(SYS(mmap2, 0, PAGE, RW, ANON | MAP_LOCKED, -1, 0)),
	      true, "mmap with MAP_LOCKED");
	gives(SYS(munmap, p + 4 * PAGE, 4 * PAGE), 0,
	      "munmap of the pages behind the locked ones");
	gives(is_address(SYS(mremap, p, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE, 0)),
	      true, "mremap that grows a locked VMA");
	gives(SYS(mlockall, MCL_CURRENT), 0, "mlockall of what is mapped");
	gives(SYS(munlock, p, PAGE), 0, "munlock of a page");
	gives(SYS(mlockall, MCL_FUTURE), 0, "mlockall of future mappings");
	gives(is_address(SYS(mmap2, 0, 2 * PAGE, RW, ANON, -1, 0)), true,
	      "mmap of 2 pages, which are locked");
	gives(is_address(SYS(mmap2, 0, PAGE, RW, ANON, -1, 0)), true,
	      "mmap of one page, which is locked");
}

static void lock_nothing(void)
{
	uint8_t *p = pages(1);

	limit(RLIMIT_MEMLOCK, 0);
	gives(SYS(mlock, p, PAGE), 0, "root, with a limit of 0: mlock");
	gives(SYS(mlock2, p, PAGE, 0), 0, "limit 0: mlock2");
	gives(SYS(mlockall, MCL_CURRENT), 0, "limit 0: mlockall");
	gives(is_address(SYS(mmap2, 0, PAGE, RW, ANON | MAP_LOCKED, -1, 0)),
	      true, "limit 0: mmap with MAP_LOCKED");
	gives(SYS(munlock, p, PAGE), 0, "limit 0: munlock");
}

static void locking(void)
{
	uint8_t *p = pages(2);

	with_limits(lock_a_little);
	with_limits(lock_nothing);
	is(SYS(mlock2, p, PAGE, 2), -EINVAL,
	   "mlock2 with an unknown flag is refused");
	is(SYS(mlock, p, 0xfffff000), -EINVAL,
	   "mlock of a length that wraps is refused");
	is(SYS(munlock, p, 0xfffff000), -EINVAL,
	   "munlock of a length that wraps is refused");
	is(SYS(mlock, p, 0), 0, "mlock of length 0 succeeds");
	is(SYS(mlockall, 0), -EINVAL, "mlockall without a flag is refused");
	is(SYS(mlockall, 8), -EINVAL,
	   "mlockall with an unknown flag is refused");
	is(SYS(mlockall, MCL_ONFAULT), -EINVAL,
	   "mlockall with MCL_ONFAULT alone is refused");
	is(SYS(mlock, p, PAGE), 0, "mlock of a page");
	is(SYS(msync, p, PAGE, MS_INVALIDATE), -EBUSY,
	   "msync cannot invalidate a locked page");
	is(SYS(madvise, p, PAGE, MADV_DONTNEED), -EINVAL,
	   "MADV_DONTNEED of a locked page is refused");
	p[0] = 1;
	is(SYS(madvise, p, PAGE, MADV_DONTNEED_LOCKED), 0,
	   "MADV_DONTNEED_LOCKED of a locked page");
	is(p[0], 0, "drops it: it reads as zero");
	SYS(munmap, p, 2 * PAGE);
	p = pages_with(1, PROT_NONE, MAP_PRIVATE);
	is(SYS(mlock, p, PAGE), -ENOMEM,
	   "mlock of a PROT_NONE page fails: it cannot be read");
	is(SYS(mlock2, p, PAGE, MLOCK_ONFAULT), 0,
	   "mlock2 with MLOCK_ONFAULT of it succeeds");
	SYS(munmap, p, PAGE);
}

/* ---- the size of it all ------------------------------------------ */

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

/* Bytes mapped now. */
static uint32_t own_size(void)
{
	static char text[2048];
	const char *line;

	read_text("/proc/self/status", text, sizeof(text));
	line = strstr(text, "VmSize:");
	return line ? strtoul(line + 7, NULL, 10) * KIB : 0;
}

static void small_space(void)
{
	uint8_t *p = pages(8);

	SYS(munmap, p + 4 * PAGE, 4 * PAGE);
	limit(RLIMIT_AS, own_size());
	gives(SYS(mmap2, 0, PAGE, RW, ANON, -1, 0), -ENOMEM,
	      "at RLIMIT_AS: mmap is refused");
	gives(SYS(mremap, p, 4 * PAGE, 5 * PAGE, 0, 0), -ENOMEM,
	      "at RLIMIT_AS: mremap that grows is refused");
	gives(SYS(mmap2, p, PAGE, RW, ANON | MAP_FIXED, -1, 0) == (int32_t)p,
	      true, "at RLIMIT_AS: MAP_FIXED over another mapping");
	gives(SYS(munmap, p, PAGE), 0, "at RLIMIT_AS: munmap");
	gives(is_address(SYS(mmap2, 0, PAGE, RW, ANON, -1, 0)), true,
	      "at RLIMIT_AS: mmap of a page after it");
	gives(in_child(nothing, NULL), 0, "at RLIMIT_AS: fork");
}

static void small_data(void)
{
	uint8_t *p = pages_with(4, PROT_READ, MAP_PRIVATE);
	uint32_t brk = (uint32_t)SYS(brk, 0);

	limit(RLIMIT_DATA, 8 * KIB);
	gives((int32_t)((uint32_t)SYS(brk, brk + 0x100000) - brk), 0,
	      "at RLIMIT_DATA: brk does not move");
	gives(SYS(mmap2, 0, PAGE, RW, ANON, -1, 0), -ENOMEM,
	      "at RLIMIT_DATA: mmap, private and writable, is refused");
	gives(is_address(SYS(mmap2, 0, PAGE, PROT_READ, ANON, -1, 0)), true,
	      "at RLIMIT_DATA: mmap, read-only");
	gives(SYS(mprotect, p, PAGE, RW), -ENOMEM,
	      "at RLIMIT_DATA: mprotect to writable is refused");
	gives(is_address(SYS(mmap2, 0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1,
			     0)),
	      true, "at RLIMIT_DATA: mmap, shared");
}

static void sizes(void)
{
	with_limits(small_space);
	with_limits(small_data);
}

/* ---- mmap -------------------------------------------------------- */

static void mapping(void)
{
	uint8_t *p = pages(2);
	int fds[2], fd = make_file(scratch("f"), PAGE), dir;

	is(SYS(mmap2, p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), -EEXIST,
	   "MAP_FIXED_NOREPLACE over another mapping is refused");
	is(SYS(mmap2, 0xfffff000, PAGE, RW, ANON | MAP_FIXED, -1, 0), -ENOMEM,
	   "MAP_FIXED in the last page of the 4 GiB is refused");
	/* Linux returns the address: this one is its error number -ENOMEM. */
	is(SYS(mmap2, 0xfffffff4, PAGE, RW, ANON | MAP_FIXED, -1, 0), -ENOMEM,
	   "MAP_FIXED at its byte 0xff4 is refused");
	is(SYS(mmap2, 0, 2 * PAGE, RW, MAP_PRIVATE, fd, 0xffffffff), -EOVERFLOW,
	   "a file offset that wraps is refused");
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED_VALIDATE | 0x200000, fd, 0),
	   -EOPNOTSUPP, "MAP_SHARED_VALIDATE with an unknown flag is refused");
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0),
	   -EOPNOTSUPP,
	   "MAP_SHARED_VALIDATE with MAP_SYNC of this file is refused");
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0),
	   -EINVAL, "MAP_SHARED_VALIDATE of anonymous memory is refused");
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED | MAP_GROWSDOWN, fd, 0), -EINVAL,
	   "MAP_GROWSDOWN of a file is refused");
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN,
	       -1, 0),
	   -EINVAL, "MAP_GROWSDOWN of shared memory is refused");
	ok(is_address(SYS(mmap2, 0, PAGE, RW,
			  ANON | MAP_STACK | MAP_NORESERVE | MAP_DENYWRITE |
				  MAP_EXECUTABLE,
			  -1, 0)),
	   "flags that Linux ignores are accepted");
	ok(is_address(
		   SYS(mmap2, 0, PAGE, RW, ANON | MAP_SYNC | 0x200000, -1, 0)),
	   "unknown flags are accepted without _VALIDATE");
	SYS(pipe, fds);
	is(SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fds[0], 0), -ENODEV,
	   "mmap of a pipe is refused");
	dir = SYS(open, "/tmp", O_RDONLY, 0);
	is(SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, dir, 0), -ENODEV,
	   "mmap of a directory is refused");
	ok((SYS(mmap2, (uint32_t)p + 8 * PAGE + 5, PAGE, RW, ANON, -1, 0) &
	    (PAGE - 1)) == 0,
	   "a hint that is not aligned is rounded");
	SYS(close, fd);
	SYS(unlink, scratch("f"));
}

/* ---- the others -------------------------------------------------- */

static void protecting(void)
{
	uint8_t *p = pages(2),
		*stack = pages_with(2, RW, MAP_PRIVATE | MAP_GROWSDOWN);

	is(SYS(mprotect, p, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP),
	   -EINVAL,
	   "mprotect with both PROT_GROWSDOWN and _GROWSUP is refused");
	is(SYS(mprotect, p, PAGE, PROT_READ | PROT_GROWSDOWN), -EINVAL,
	   "PROT_GROWSDOWN of a VMA that does not grow is refused");
	is(SYS(mprotect, p, PAGE, PROT_READ | PROT_GROWSUP), -EINVAL,
	   "PROT_GROWSUP is refused");
	is(SYS(mprotect, stack + PAGE, PAGE, PROT_READ | PROT_GROWSDOWN), 0,
	   "PROT_GROWSDOWN of the upper page of a stack");
	is(killed_writing(stack), LINUX_SIGSEGV,
	   "it changes the VMA from its start");
	is(SYS(mprotect, p, PAGE, RW | PROT_SEM), 0, "PROT_SEM is accepted");
}

static void remapping(void)
{
	uint8_t *p = pages(4), *q = pages(4);

	is(SYS(mremap, p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + 1),
	   -EINVAL, "mremap to an unaligned address is refused");
	is(SYS(mremap, p, 0, PAGE, MREMAP_MAYMOVE, 0), -EINVAL,
	   "a copy (old length 0) of private memory is refused");
	is(SYS(mremap, p, PAGE, PAGE, MREMAP_DONTUNMAP, 0), -EINVAL,
	   "MREMAP_DONTUNMAP without MREMAP_MAYMOVE is refused");
	is(SYS(mremap, p, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0),
	   -EINVAL, "MREMAP_DONTUNMAP with another size is refused");
	is(SYS(mremap, 0xc0000000, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0), -EFAULT,
	   "mremap of the kernel's memory is refused");
	is(SYS(mremap, p, 0xfffff001, PAGE, 0, 0), -EINVAL,
	   "an old size that wraps to 0 is refused");
	ok(SYS(mremap, p, 0xfffff000, PAGE, 0, 0) == -EINVAL && !p[0],
	   "an old size beyond the address space is refused");
	is(SYS(mremap, p, 0xfffff000, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	       0x60000000),
	   -EINVAL, "the same with MREMAP_FIXED is refused");
	SYS(mprotect, p + PAGE, PAGE, PROT_READ);
	is(SYS(mremap, p, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	       0x60000000),
	   0x60000000,
	   "of a source of two VMAs, cut to one, the first is moved");
	ok(killed_reading(p + PAGE), "the second of them is unmapped");
	SYS(munmap, 0x60000000, PAGE);
	SYS(munmap, p, 4 * PAGE);
	SYS(munmap, q, 4 * PAGE);
}

static void asking(void)
{
	uint8_t *p = pages(3), vec[3] = { 9, 9, 9 };
	struct rlimit64 wide = { 2, 1 };

	p[0] = 1;
	SYS(munmap, p + 2 * PAGE, PAGE);
	is(SYS(mincore, p, 3 * PAGE, vec), -ENOMEM,
	   "mincore of a range with a hole fails");
	ok(vec[0] == 1 && vec[1] == 0 && vec[2] == 9,
	   "mincore has stored what is before the hole");
	is(SYS(mincore, p, 0xc0000000, vec), -ENOMEM,
	   "mincore of more than there is fails");
	is(SYS(mincore, p, 0, vec), 0, "mincore of length 0 succeeds");
	is(SYS(msync, p, 0xfffff000, MS_ASYNC), -ENOMEM,
	   "msync of a length that wraps fails");
	is(SYS(msync, p, 0, MS_ASYNC), 0, "msync of length 0 succeeds");
	is(SYS(madvise, p, 0xfffff000, MADV_NORMAL), -EINVAL,
	   "madvise of a length that wraps is refused");
	is(SYS(madvise, p + PAGE, 2 * PAGE, MADV_POPULATE_WRITE), -ENOMEM,
	   "MADV_POPULATE_WRITE over a hole fails");
	SYS(mincore, p, 2 * PAGE, vec);
	is(vec[1], 1, "the page before the hole is populated");
	SYS(mprotect, p, PAGE, PROT_READ);
	is(SYS(madvise, p, PAGE, MADV_POPULATE_WRITE), -EINVAL,
	   "MADV_POPULATE_WRITE of a read-only page is refused");
	SYS(munmap, p, 2 * PAGE);
	is(SYS(prlimit64, 99999, RLIMIT_AS, 0, &wide), -ESRCH,
	   "prlimit64 of a process that does not exist fails");
	is(SYS(prlimit64, 0, RLIM_NLIMITS, 0, &wide), -EINVAL,
	   "prlimit64 of an unknown limit is refused");
	wide = (struct rlimit64){ 2, 1 };
	is(SYS(prlimit64, 0, RLIMIT_AS, &wide, 0), -EINVAL,
	   "a soft limit above the hard one is refused");
	is(SYS(prlimit64, 0, RLIMIT_AS, 8, 0), -EFAULT,
	   "prlimit64 from address 8 is refused");
	is(SYS(prlimit64, 0, RLIMIT_AS, 0, 8), -EFAULT,
	   "prlimit64 to address 8 is refused");
}

static void past_the_end(void)
{
	int fd = make_file(scratch("g"), 100);
	uint8_t *p = (uint8_t *)SYS(mmap2, 0, 3 * PAGE, RW, MAP_SHARED, fd, 0);

	is(SYS(madvise, p, 2 * PAGE, MADV_POPULATE_READ), -EFAULT,
	   "MADV_POPULATE_READ past a file's end");
	is(SYS(mlock, p, 2 * PAGE), -ENOMEM,
	   "mlock past a file's end is refused");
	is(killed_writing(p + PAGE), LINUX_SIGBUS,
	   "a store past a file's end is SIGBUS");
	is(SYS(write, fd, p + PAGE, 1), -EFAULT,
	   "a system call's buffer past a file's end is refused");
	SYS(ftruncate, fd, 2 * PAGE);
	is(killed_writing(p + PAGE), 0,
	   "a store succeeds once the file has grown");
	SYS(munmap, p, 3 * PAGE);
	SYS(close, fd);
	SYS(unlink, scratch("g"));
}

/* A name with a newline must not make two lines of one. */
static void names(void)
{
	static char text[8192];
	int fd = make_file(scratch("two\nlines"), PAGE);

	SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	read_text("/proc/self/maps", text, sizeof(text));
	ok(strstr(text, "/two\\012lines\n"), "maps: a newline is \\012");
	SYS(close, fd);
	SYS(unlink, scratch("two\nlines"));
}

int main(void)
{
	locking();
	sizes();
	mapping();
	protecting();
	remapping();
	asking();
	past_the_end();
	names();
	remove_scratch();
	return done();
}
