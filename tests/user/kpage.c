/*
 * /proc/kpageflags shows what a frame is, /proc/kpagecount how often it
 * is mapped; the frame's number comes from /proc/self/pagemap.
 */
#include <fcntl.h>
#include <uapi/mman.h>
#include "check.h"
#include "maps.h"

#define UPTODATE  (1ull << 3)
#define SLAB      (1ull << 7)
#define BUDDY     (1ull << 10)
#define MMAP      (1ull << 11)
#define ANON      (1ull << 12)
#define NOPAGE    (1ull << 20)
#define ZERO_PAGE (1ull << 24)
#define RESERVED  (1ull << 32)

static int flags_fd, count_fd;

/* The entry of a frame; all ones at the end of the file. */
static uint64_t entry_of(int fd, uint32_t pfn)
{
	uint64_t entry = ~0ull;

	lseek(fd, (off_t)(pfn * sizeof(entry)), SEEK_SET);
	read(fd, &entry, sizeof(entry));
	return entry;
}

static uint32_t frame(const void *p)
{
	uint32_t pfn = 0;

	page_frame(0, p, &pfn);
	return pfn;
}

static bool is_all(uint64_t flags, uint64_t wanted)
{
	return (flags & wanted) == wanted;
}

static int written_in_child(void *arg)
{
	uint32_t shared = frame(arg);

	if (entry_of(count_fd, shared) != 2)
		return 1;
	memset(arg, 2, 1);
	return frame(arg) != shared && entry_of(count_fd, frame(arg)) == 1 &&
			entry_of(count_fd, shared) == 1 ?
		0 :
		2;
}

static void of_programs(void)
{
	uint8_t *p = pages(2);
	volatile uint8_t *q = p + PAGE;
	uint64_t flags;
	int fd;

	memset(p, 1, 1);
	(void)*q;
	flags = entry_of(flags_fd, frame(p));
	ok(is_all(flags, MMAP | ANON) && !(flags & (SLAB | BUDDY)),
	   "the frame of a written page is marked anonymous and mapped");
	is((int32_t)entry_of(count_fd, frame(p)), 1, "it is mapped once");
	ok(is_all(entry_of(flags_fd, frame(p + PAGE)), ZERO_PAGE),
	   "a page that was only read has the frame of the zero page");
	is(in_child(written_in_child, p), 0,
	   "after fork the frame is mapped twice, until one process writes");
	fd = make_file(scratch("file"), PAGE);
	SYS(unlink, scratch("file"));
	q = (uint8_t *)SYS(mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	(void)*q;
	flags = entry_of(flags_fd, frame((void *)q));
	ok(is_all(flags, MMAP | UPTODATE) && !(flags & ANON),
	   "the frame of a file's page is mapped, and not anonymous");
}

static void of_the_machine(void)
{
	uint64_t entry;

	/* No RAM is there or, on a board with RAM at 0, it is reserved. */
	ok(entry_of(flags_fd, 0) & (NOPAGE | RESERVED),
	   "frame 0 is absent or reserved");
	is((int32_t)entry_of(count_fd, 0), 0, "frame 0 is mapped nowhere");
	is(SYS(read, flags_fd, &entry, 7), -EINVAL,
	   "a read of less than an entry's eight bytes is refused");
	ok(entry_of(flags_fd, 0xfffff) == ~0ull,
	   "behind the last frame is the end of the file");
}

int main(void)
{
	flags_fd = open("/proc/kpageflags", O_RDONLY);
	count_fd = open("/proc/kpagecount", O_RDONLY);
	ok(flags_fd >= 0 && count_fd >= 0,
	   "root can open kpageflags and kpagecount");
	of_programs();
	of_the_machine();
	remove_scratch();
	return done();
}
