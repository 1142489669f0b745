/*
 * What a frame is and how many map it: /proc/kpageflags and /proc/kpagecount,
 * with the frame's number from /proc/self/pagemap.
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
	   "a page that was written is anonymous");
	is((int32_t)entry_of(count_fd, frame(p)), 1, "and mapped once");
	ok(is_all(entry_of(flags_fd, frame(p + PAGE)), ZERO_PAGE),
	   "one that was read alone is the zero page");
	is(in_child(written_in_child, p), 0,
	   "fork: twice, until one of the two writes");
	fd = make_file(scratch("file"), PAGE);
	SYS(unlink, scratch("file"));
	q = (uint8_t *)SYS(mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	(void)*q;
	flags = entry_of(flags_fd, frame((void *)q));
	ok(is_all(flags, MMAP | UPTODATE) && !(flags & ANON),
	   "a page of a file is not anonymous");
}

static void of_the_machine(void)
{
	uint64_t entry;

	/* There is none, or, on a board whose RAM begins there, it is kept. */
	ok(entry_of(flags_fd, 0) & (NOPAGE | RESERVED), "frame 0 is nobody's");
	is((int32_t)entry_of(count_fd, 0), 0, "and nobody maps it");
	is(SYS(read, flags_fd, &entry, 7), -EINVAL, "an entry has eight bytes");
	ok(entry_of(flags_fd, 0xfffff) == ~0ull,
	   "the file ends with the memory");
}

int main(void)
{
	flags_fd = open("/proc/kpageflags", O_RDONLY);
	count_fd = open("/proc/kpagecount", O_RDONLY);
	ok(flags_fd >= 0 && count_fd >= 0, "root may look at frames");
	of_programs();
	of_the_machine();
	remove_scratch();
	return done();
}
