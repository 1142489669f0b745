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
	gives(SYS(mlock, p, 4 * PAGE), 0, "mlock of all that is allowed");
	gives(SYS(mlock, p, 4 * PAGE), 0, "again: counted once");
	gives(SYS(mlock, p + 4 * PAGE, PAGE), 0, "a page more");
	gives(SYS(mlock2, p + 4 * PAGE, PAGE, MLOCK_ONFAULT), 0,
	      "a page more, when it is touched");
	gives(is_address(SYS(mmap2, 0, PAGE, RW, ANON | MAP_LOCKED, -1, 0)),
	      true, "MAP_LOCKED");
	gives(SYS(munmap, p + 4 * PAGE, 4 * PAGE), 0, "room behind");
	gives(is_address(SYS(mremap, p, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE, 0)),
	      true, "mremap that grows a locked area");
	gives(SYS(mlockall, MCL_CURRENT), 0, "mlockall of all there is");
	gives(SYS(munlock, p, PAGE), 0, "munlock");
	gives(SYS(mlockall, MCL_FUTURE), 0, "mlockall of what will be");
	gives(is_address(SYS(mmap2, 0, 2 * PAGE, RW, ANON, -1, 0)), true,
	      "more than is left");
	gives(is_address(SYS(mmap2, 0, PAGE, RW, ANON, -1, 0)), true,
	      "what is left");
}

static void lock_nothing(void)
{
	uint8_t *p = pages(1);

	limit(RLIMIT_MEMLOCK, 0);
	gives(SYS(mlock, p, PAGE), 0, "mlock where none is allowed");
	gives(SYS(mlock2, p, PAGE, 0), 0, "mlock2");
	gives(SYS(mlockall, MCL_CURRENT), 0, "mlockall");
	gives(is_address(SYS(mmap2, 0, PAGE, RW, ANON | MAP_LOCKED, -1, 0)),
	      true, "MAP_LOCKED");
	gives(SYS(munlock, p, PAGE), 0, "munlock is allowed");
}

static void locking(void)
{
	uint8_t *p = pages(2);

	with_limits(lock_a_little);
	with_limits(lock_nothing);
	is(SYS(mlock2, p, PAGE, 2), -EINVAL, "mlock2: unknown flag");
	is(SYS(mlock, p, 0xfffff000), -EINVAL, "mlock: a length that wraps");
	is(SYS(munlock, p, 0xfffff000), -EINVAL, "munlock: the same");
	is(SYS(mlock, p, 0), 0, "mlock of nothing");
	is(SYS(mlockall, 0), -EINVAL, "mlockall: no flag");
	is(SYS(mlockall, 8), -EINVAL, "mlockall: unknown flag");
	is(SYS(mlockall, MCL_ONFAULT), -EINVAL, "mlockall: MCL_ONFAULT alone");
	is(SYS(mlock, p, PAGE), 0, "a locked page");
	is(SYS(msync, p, PAGE, MS_INVALIDATE), -EBUSY,
	   "msync cannot invalidate it");
	is(SYS(madvise, p, PAGE, MADV_DONTNEED), -EINVAL, "MADV_DONTNEED");
	p[0] = 1;
	is(SYS(madvise, p, PAGE, MADV_DONTNEED_LOCKED), 0,
	   "MADV_DONTNEED_LOCKED");
	is(p[0], 0, "takes it all the same");
	SYS(munmap, p, 2 * PAGE);
	p = pages_with(1, PROT_NONE, MAP_PRIVATE);
	is(SYS(mlock, p, PAGE), -ENOMEM, "mlock of PROT_NONE");
	is(SYS(mlock2, p, PAGE, MLOCK_ONFAULT), 0, "when it is touched: good");
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
	gives(SYS(mmap2, 0, PAGE, RW, ANON, -1, 0), -ENOMEM, "mmap");
	gives(SYS(mremap, p, 4 * PAGE, 5 * PAGE, 0, 0), -ENOMEM, "mremap");
	gives(SYS(mmap2, p, PAGE, RW, ANON | MAP_FIXED, -1, 0) == (int32_t)p,
	      true, "in the place of another");
	gives(SYS(munmap, p, PAGE), 0, "munmap");
	gives(is_address(SYS(mmap2, 0, PAGE, RW, ANON, -1, 0)), true,
	      "room for a page again");
	gives(in_child(nothing, NULL), 0, "fork is no mapping");
}

static void small_data(void)
{
	uint8_t *p = pages_with(4, PROT_READ, MAP_PRIVATE);
	uint32_t brk = (uint32_t)SYS(brk, 0);

	limit(RLIMIT_DATA, 8 * KIB);
	gives((int32_t)((uint32_t)SYS(brk, brk + 0x100000) - brk), 0,
	      "brk stays");
	gives(SYS(mmap2, 0, PAGE, RW, ANON, -1, 0), -ENOMEM,
	      "private and writable");
	gives(is_address(SYS(mmap2, 0, PAGE, PROT_READ, ANON, -1, 0)), true,
	      "to be read only");
	gives(SYS(mprotect, p, PAGE, RW), -ENOMEM, "made writable");
	gives(is_address(SYS(mmap2, 0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1,
			     0)),
	      true, "shared");
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
	   "MAP_FIXED_NOREPLACE over something");
	is(SYS(mmap2, 0, 2 * PAGE, RW, MAP_PRIVATE, fd, 0xffffffff), -EOVERFLOW,
	   "an offset that wraps");
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED_VALIDATE | 0x200000, fd, 0),
	   -EOPNOTSUPP, "MAP_SHARED_VALIDATE with an unknown flag");
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0),
	   -EOPNOTSUPP, "with one that this file cannot do");
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0),
	   -EINVAL, "MAP_SHARED_VALIDATE, anonymous");
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED | MAP_GROWSDOWN, fd, 0), -EINVAL,
	   "a file that grows down");
	is(SYS(mmap2, 0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN,
	       -1, 0),
	   -EINVAL, "shared memory that grows down");
	ok(is_address(SYS(mmap2, 0, PAGE, RW,
			  ANON | MAP_STACK | MAP_NORESERVE | MAP_DENYWRITE |
				  MAP_EXECUTABLE,
			  -1, 0)),
	   "flags that mean little");
	ok(is_address(
		   SYS(mmap2, 0, PAGE, RW, ANON | MAP_SYNC | 0x200000, -1, 0)),
	   "unknown ones are ignored");
	SYS(pipe, fds);
	is(SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fds[0], 0), -ENODEV,
	   "a pipe");
	dir = SYS(open, "/tmp", O_RDONLY, 0);
	is(SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, dir, 0), -ENODEV,
	   "a directory");
	ok((SYS(mmap2, (uint32_t)p + 8 * PAGE + 5, PAGE, RW, ANON, -1, 0) &
	    (PAGE - 1)) == 0,
	   "a wish that is no page");
	SYS(close, fd);
	SYS(unlink, scratch("f"));
}

/* ---- the others -------------------------------------------------- */

static void protecting(void)
{
	uint8_t *p = pages(2),
		*stack = pages_with(2, RW, MAP_PRIVATE | MAP_GROWSDOWN);

	is(SYS(mprotect, p, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP),
	   -EINVAL, "mprotect: growing both ways");
	is(SYS(mprotect, p, PAGE, PROT_READ | PROT_GROWSDOWN), -EINVAL,
	   "PROT_GROWSDOWN of what does not");
	is(SYS(mprotect, p, PAGE, PROT_READ | PROT_GROWSUP), -EINVAL,
	   "PROT_GROWSUP");
	is(SYS(mprotect, stack + PAGE, PAGE, PROT_READ | PROT_GROWSDOWN), 0,
	   "PROT_GROWSDOWN of a stack");
	is(killed_writing(stack), LINUX_SIGSEGV, "reaches down to its start");
	is(SYS(mprotect, p, PAGE, RW | PROT_SEM), 0, "PROT_SEM");
}

static void remapping(void)
{
	uint8_t *p = pages(4), *q = pages(4);

	is(SYS(mremap, p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + 1),
	   -EINVAL, "mremap to half a page");
	is(SYS(mremap, p, 0, PAGE, MREMAP_MAYMOVE, 0), -EINVAL,
	   "a copy of private memory");
	is(SYS(mremap, p, PAGE, PAGE, MREMAP_DONTUNMAP, 0), -EINVAL,
	   "MREMAP_DONTUNMAP that may not move");
	is(SYS(mremap, p, PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0),
	   -EINVAL, "MREMAP_DONTUNMAP with another size");
	is(SYS(mremap, 0xc0000000, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0), -EFAULT,
	   "mremap of the kernel");
	is(SYS(mremap, p, 0xfffff001, PAGE, 0, 0), -EINVAL,
	   "an old size that wraps to nothing");
	ok(SYS(mremap, p, 0xfffff000, PAGE, 0, 0) == -EINVAL && !p[0],
	   "and one that reaches beyond the end of memory");
	is(SYS(mremap, p, 0xfffff000, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	       0x60000000),
	   -EINVAL, "the same to a given place");
	SYS(mprotect, p + PAGE, PAGE, PROT_READ);
	is(SYS(mremap, p, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
	       0x60000000),
	   0x60000000, "of two areas the first is moved");
	ok(killed_reading(p + PAGE), "and the second is gone");
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
	is(SYS(mincore, p, 3 * PAGE, vec), -ENOMEM, "mincore up to a hole");
	ok(vec[0] == 1 && vec[1] == 0 && vec[2] == 9, "told what is before it");
	is(SYS(mincore, p, 0xc0000000, vec), -ENOMEM, "mincore of too much");
	is(SYS(mincore, p, 0, vec), 0, "mincore of nothing");
	is(SYS(msync, p, 0xfffff000, MS_ASYNC), -ENOMEM, "msync that wraps");
	is(SYS(msync, p, 0, MS_ASYNC), 0, "msync of nothing");
	is(SYS(madvise, p, 0xfffff000, MADV_NORMAL), -EINVAL,
	   "madvise that wraps");
	is(SYS(madvise, p + PAGE, 2 * PAGE, MADV_POPULATE_WRITE), -ENOMEM,
	   "MADV_POPULATE_WRITE over a hole");
	SYS(mincore, p, 2 * PAGE, vec);
	is(vec[1], 1, "what is before it is there");
	SYS(mprotect, p, PAGE, PROT_READ);
	is(SYS(madvise, p, PAGE, MADV_POPULATE_WRITE), -EINVAL,
	   "of what cannot be written");
	SYS(munmap, p, 2 * PAGE);
	is(SYS(prlimit64, 99999, RLIMIT_AS, 0, &wide), -ESRCH,
	   "prlimit64 of nobody");
	is(SYS(prlimit64, 0, RLIM_NLIMITS, 0, &wide), -EINVAL,
	   "of an unknown limit");
	wide = (struct rlimit64){ 2, 1 };
	is(SYS(prlimit64, 0, RLIMIT_AS, &wide, 0), -EINVAL,
	   "more than the most");
	is(SYS(prlimit64, 0, RLIMIT_AS, 8, 0), -EFAULT, "from address 8");
	is(SYS(prlimit64, 0, RLIMIT_AS, 0, 8), -EFAULT, "to address 8");
}

static void past_the_end(void)
{
	int fd = make_file(scratch("g"), 100);
	uint8_t *p = (uint8_t *)SYS(mmap2, 0, 3 * PAGE, RW, MAP_SHARED, fd, 0);

	is(SYS(madvise, p, 2 * PAGE, MADV_POPULATE_READ), -EFAULT,
	   "MADV_POPULATE_READ past a file's end");
	is(SYS(mlock, p, 2 * PAGE), -ENOMEM, "mlock past it");
	is(killed_writing(p + PAGE), LINUX_SIGBUS, "a store past it");
	is(SYS(write, fd, p + PAGE, 1), -EFAULT, "a system call past it");
	SYS(ftruncate, fd, 2 * PAGE);
	is(killed_writing(p + PAGE), 0, "the file grown: a store");
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
