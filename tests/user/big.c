/*
 * Files beyond 2 and 4 GiB: mostly holes, read, written, mapped and cut at offsets
 * that no word holds.
 */
#include <uapi/fcntl.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
#include <uapi/uio.h>
#include "check.h"
#include "threads.h"

#define MIB (1ull << 20)

/* clang-format off */
#define LO(n)	((uint32_t)(n))
#define HI(n)	((uint32_t)((uint64_t)(n) >> 32))
/* clang-format on */

static uint64_t size_of(int fd)
{
	struct kstat64 st = { 0 };

	SYS(fstat64, fd, &st);
	return (uint64_t)st.st_size;
}

static int32_t resize(int fd, uint64_t bytes)
{
	return SYS(ftruncate64, fd, 0, LO(bytes), HI(bytes));
}

static int32_t put(int fd, const void *p, uint32_t n, uint64_t at)
{
	return SYS(pwrite64, fd, p, n, 0, LO(at), HI(at));
}

static int32_t get(int fd, void *p, uint32_t n, uint64_t at)
{
	return SYS(pread64, fd, p, n, 0, LO(at), HI(at));
}

/* A page before `end`, one that `end` lies in, one behind. */
static void around(int fd, uint64_t end)
{
	unsigned mib = (unsigned)(end / MIB);
	char buf[102] = { 0 };
	uint8_t *map, *first;

	is(resize(fd, end + 100), 0, "%u MiB and 100 bytes", mib);
	ok(size_of(fd) == end + 100, "fstat reports that size");
	map = (uint8_t *)SYS(mmap2, 0, 3 * PAGE, PROT_READ | PROT_WRITE,
			     MAP_SHARED, fd, (end - PAGE) / PAGE);
	map[PAGE - 1] = 'x';
	map[PAGE] = 'y';
	map[PAGE + 99] = 'z';
	map[PAGE + 100] = 'w';
	is(get(fd, buf, 102, end - 1), 101,
	   "read() across the end returns the bytes before it");
	ok(buf[0] == 'x' && buf[1] == 'y' && buf[100] == 'z',
	   "read() returns what was stored through a mapping");
	is(killed_writing(map + 2 * PAGE), SIGBUS,
	   "a store behind the last page raises SIGBUS");
	first = (uint8_t *)SYS(mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	is(first[0], 0, "the first page, a hole, reads as zero");
	munmap(first, PAGE);
	is(resize(fd, end / 2), 0, "the file is cut to half its size");
	is(killed_reading(map), SIGBUS,
	   "the page that was cut off raises SIGBUS");
	munmap(map, 3 * PAGE);
}

static void positions(int fd)
{
	uint64_t at = 5000 * MIB, now = 0;
	char buf[8] = { 0 };

	is(put(fd, "three", 5, 3072 * MIB), 5, "pwrite64 at 3 GiB");
	is(get(fd, buf, 5, 3072 * MIB), 5, "pread64 at 3 GiB");
	ok(memcmp(buf, "three", 5) == 0, "the bytes are the same");
	is(SYS(_llseek, fd, HI(at), LO(at), &now, SEEK_SET), 0,
	   "_llseek to 5000 MiB");
	ok(now == at, "_llseek returns 5000 MiB");
	is(SYS(lseek, fd, 0, SEEK_CUR), -EOVERFLOW,
	   "lseek, with 32 bits, cannot report that position");
	is(SYS(write, fd, "!", 1), 1, "write() at that position");
	ok(size_of(fd) == at + 1, "the file ends behind that byte");
	is(SYS(_llseek, fd, 0, 0, &now, SEEK_END), 0,
	   "_llseek to the end of the file");
	ok(now == at + 1, "the end is behind the byte written");
	is(get(fd, buf, 8, at), 1,
	   "pread64 across the end returns the last byte");
	is(get(fd, buf, 8, at + 1), 0,
	   "pread64 behind the end returns nothing");
	is(get(fd, buf, 8, 1ull << 63), -EINVAL,
	   "a negative position is refused");
	is(SYS(ftruncate, fd, 100), 0,
	   "ftruncate, with 32 bits, cuts the file");
	is(put(fd, "x", 1, (17ull << 40) - 1), -EFBIG,
	   "a byte beyond 16 TiB is refused");
	is(resize(fd, 17ull << 40), -EFBIG,
	   "ftruncate64 beyond 16 TiB is refused");
	is(resize(fd, 1ull << 63), -EINVAL, "a negative size is refused");
	is(SYS(_llseek, fd, 0xfff, 0xfffff000, &now, SEEK_SET), 0,
	   "_llseek to the last position of the page cache");
	is(SYS(write, fd, "x", 1), -EFBIG,
	   "a byte at that position is refused");
	is(SYS(_llseek, fd, 0xfff, 0xfffff001, &now, SEEK_SET), -EINVAL,
	   "_llseek behind that position is refused");
	is(SYS(_llseek, fd, 0, 1, &now, SEEK_CUR), -EINVAL,
	   "_llseek by one from there is refused, too");
}

/* A program whose off_t has 32 bits could not find what it writes there. */
static void small_offsets(void)
{
	int fd = SYS(open, scratch("small"), O_RDWR | O_CREAT, 0600);

	is(put(fd, "abc", 3, INT32_MAX - 2), 2,
	   "without O_LARGEFILE a write is cut at 2 GiB");
	is(put(fd, "abc", 3, INT32_MAX), -EFBIG,
	   "a write that begins at 2 GiB is refused");
	ok(size_of(fd) == INT32_MAX,
	   "the file has the largest size without O_LARGEFILE");
	SYS(close, fd);
	SYS(unlink, scratch("small"));
}

/* ---- a position that another thread moves ------------------------ */

#define LAST_PAGE 0xffffffff000ull /* the largest position */

static volatile bool moved_enough;

static void move_position(void *arg)
{
	uint64_t now;

	while (!moved_enough) {
		SYS(_llseek, (int)arg, HI(LAST_PAGE), LO(LAST_PAGE), &now,
		    SEEK_SET);
		SYS(_llseek, (int)arg, 0, 1, &now, SEEK_SET);
	}
}

/*
 * Each piece crosses a page; between the two the other thread may run. sendfile
 * does not hold the position.
 */
static void moving_position(void)
{
	int fd = SYS(open, scratch("moving"), O_RDWR | O_CREAT | O_LARGEFILE,
		     0600);
	int from = make_file(scratch("from"), 2 * PAGE);
	struct thread thread;

	run_thread(&thread, move_position, (void *)fd, 0);
	for (int i = 0; i < 6000; i++) {
		SYS(lseek, from, 0, SEEK_SET);
		SYS(sendfile64, fd, from, 0, PAGE);
	}
	moved_enough = true;
	join_thread(&thread);
	ok(size_of(fd) <= LAST_PAGE,
	   "sendfile while the position moves leaves a possible size");
	SYS(close, fd);
	SYS(close, from);
	SYS(unlink, scratch("moving"));
	SYS(unlink, scratch("from"));
}

/* Lists of pieces that are longer than a result, or wrong. */
static void long_lists(void)
{
	const struct iovec32 two[] = { { 0x10000, 0x50000000 },
				       { 0x10000, 0x50000000 } };
	const struct iovec32 wrong[] = { { 0x10000, 1 },
					 { 0xbffffff0, 0x1000 } };
	int fd = SYS(open, "/dev/null", O_RDWR, 0);

	is(SYS(writev, fd, two, 2), 0x7ffff000, "writev of more than 2 GiB");
	is(SYS(writev, fd, wrong, 2), -EFAULT,
	   "writev of a piece that reaches into the kernel");
	is(SYS(writev, 99, two, -1), -EBADF,
	   "writev to a closed descriptor, and of too many pieces");
	is(SYS(writev, fd, two, -1), -EINVAL, "writev of too many pieces");
	SYS(close, fd);
	fd = SYS(open, "/dev/null", O_RDONLY, 0);
	is(SYS(writev, fd, two, -1), -EINVAL,
	   "the same to a descriptor that only reads");
	is(SYS(writev, fd, two, 2), -EBADF, "writev to it");
	SYS(close, fd);
}

int main(void)
{
	int fd = SYS(open, scratch("big"), O_RDWR | O_CREAT | O_LARGEFILE,
		     0600);
	uint64_t size = 6000 * MIB;

	around(fd, 1000 * MIB);
	around(fd, 3000 * MIB);
	around(fd, 5000 * MIB);
	positions(fd);
	small_offsets();
	moving_position();
	is(SYS(mmap2, 0, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, UINT32_MAX),
	   -EOVERFLOW, "a mapping of pages beyond the last number is refused");
	is(SYS(truncate64, scratch("big"), 0, LO(size), HI(size)), 0,
	   "truncate64 to 6000 MiB");
	ok(size_of(fd) == size, "the file, a hole, has 6000 MiB");
	SYS(close, fd);
	SYS(unlink, scratch("big"));
	long_lists();
	remove_scratch();
	return done();
}
