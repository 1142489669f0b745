/*
 * Fault-around by its size, /proc/sys/vm/fault_around_bytes, and the faults that
 * /proc/vmstat counts. Linux has the size in debugfs.
 */
#include <fcntl.h>
#include <uapi/mman.h>
#include "check.h"
#include "maps.h"

#define KNOB  "/proc/sys/vm/fault_around_bytes"
#define PAGES 64u
#define PLACE ((void *)0x30000000) /* a multiple of each size */

static uint32_t number_behind(const char *path, const char *label)
{
	static char text[2048];
	const char *found;

	if (read_text(path, text, sizeof(text)) <= 0)
		return 0;
	found = strstr(text, label);
	return found ? strtoul(found + strlen(label), NULL, 10) : 0;
}

static uint32_t pgfault(void)
{
	return number_behind("/proc/vmstat", "pgfault ");
}

/* 0 or an error. */
static int32_t set(const char *bytes)
{
	int fd = open(KNOB, O_WRONLY);
	int32_t wrote = SYS(write, fd, bytes, strlen(bytes));

	close(fd);
	return wrote < 0 ? wrote : 0;
}

/* The file's pages that are there after one was touched; then all of them are. */
static void touch(int fd, const char *bytes, uint32_t around)
{
	volatile uint8_t *p = mmap(PLACE, PAGES * PAGE, PROT_READ,
				   MAP_SHARED | MAP_FIXED, fd, 0);
	uint32_t before;

	is(set(bytes), 0, "a window of %s bytes is set", bytes);
	(void)p[(PAGES / 2 + 5) * PAGE];
	is((int32_t)present_pages(0, p, PAGES * PAGE), (int32_t)around,
	   "so many pages are mapped after the first touch");
	pgfault(); /* its own pages are there from now on */
	before = pgfault();
	for (uint32_t i = 0; i < PAGES; i++)
		(void)p[i * PAGE];
	is((int32_t)(pgfault() - before), (int32_t)(PAGES / around - 1),
	   "so many more faults map all the others");
	munmap((void *)p, PAGES * PAGE);
}

int main(void)
{
	int fd = make_file(scratch("file"), PAGES * PAGE);

	is((int32_t)number_behind(KNOB, ""), 65536,
	   "the window is 64 KiB at first");
	touch(fd, "65536", 16);
	touch(fd, "4096", 1);
	touch(fd, "16384", 4);
	is(set("100000"), 0, "a size that is no power of two is accepted");
	is((int32_t)number_behind(KNOB, ""), 65536,
	   "it is rounded down to one");
	is(set("1"), 0, "less than a page is accepted");
	is((int32_t)number_behind(KNOB, ""), 4096,
	   "it is rounded up to a page");
	is(set("2097152"), -EINVAL, "more than a table maps is refused");
	is(set("x"), -EINVAL, "a word is refused");
	ok(number_behind("/proc/vmstat", "nr_kernel_stack ") >= 8,
	   "/proc/vmstat counts kernel stacks");
	ok(number_behind("/proc/vmstat", "nr_slab_unreclaimable ") > 0,
	   "/proc/vmstat counts slabs");
	set("65536");
	close(fd);
	remove_scratch();
	return done();
}
