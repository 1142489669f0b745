/*
 * Which pages are used: /proc/self/clear_refs makes all of them old, and smaps
 * tells which have been touched since.
 */
#include <uapi/fcntl.h>
#include <uapi/mman.h>
#include "check.h"
#include "maps.h"

static char text[20000];

/* "Referenced:" of the VMA that begins at p, in KiB; -1: there is none. */
static int32_t referenced(const void *p)
{
	char start[12];
	char *vma;

	read_text("/proc/self/smaps", text, sizeof(text));
	snprintf(start, sizeof(start), "%08lx-", (unsigned long)p);
	vma = strstr(text, start);
	vma = vma ? strstr(vma, "Referenced:") : NULL;
	return vma ? (int32_t)strtol(vma + 11, NULL, 10) : -1;
}

static int32_t clear(const char *what)
{
	int fd = SYS(open, "/proc/self/clear_refs", O_WRONLY, 0);
	int32_t n = SYS(write, fd, what, strlen(what));

	SYS(close, fd);
	return n;
}

static int nothing(void *arg)
{
	return arg != NULL;
}

/* Others run meanwhile: no translation is left that says young. */
static void let_others_run(void)
{
	in_child(nothing, NULL);
}

static void clear_and_touch(void)
{
	uint8_t *p = pages(6);
	volatile uint8_t *q = p;
	int fd = make_file(scratch("file"), 4 * PAGE);
	uint8_t *f = (uint8_t *)SYS(mmap2, 0, 4 * PAGE, PROT_READ, MAP_SHARED,
				    fd, 0);

	SYS(mprotect, p, PAGE, PROT_NONE); /* nothing merges with these */
	SYS(mprotect, p + 5 * PAGE, PAGE, PROT_NONE);
	memset(p + PAGE, 1, 4 * PAGE);
	(void)*(volatile uint8_t *)f;
	SYS(madvise, f, 4 * PAGE, MADV_POPULATE_READ);
	is(referenced(p + PAGE), 16,
	   "smaps counts four touched pages as referenced");
	is(clear("1\n"), 2, "1 written to clear_refs");
	is(referenced(p + PAGE), 0,
	   "no anonymous page counts as referenced any more");
	is(referenced(f), 0, "no page of a file does, either");
	let_others_run();
	q[2 * PAGE] = 2;
	(void)q[3 * PAGE];
	is(referenced(p + PAGE), 8,
	   "a write and a read: two pages count again");
	is(q[2 * PAGE] + q[PAGE], 3, "the pages keep their contents");
	clear("1");
	let_others_run();
	(void)q[PAGE];
	(void)*(volatile uint8_t *)f;
	is(clear("3"), 1, "3 written to clear_refs: only pages of files");
	is(referenced(f), 0, "no page of the file counts any more");
	is(referenced(p + PAGE), 4, "the anonymous page still counts");
	(void)*(volatile uint8_t *)f;
	is(clear("2"), 1, "2 written to clear_refs: only anonymous pages");
	is(referenced(p + PAGE), 0, "no anonymous page counts any more");
	is(SYS(madvise, p + PAGE, 4 * PAGE, MADV_POPULATE_WRITE), 0,
	   "MADV_POPULATE_WRITE of four pages");
	is(clear("4"), 1, "4 (soft-dirty bits, which ARM lacks) is accepted");
	is(clear("0"), -EINVAL, "clear_refs refuses the number 0");
	is(clear("6"), -EINVAL, "clear_refs refuses the number 6");
	is(clear("1x"), -EINVAL, "clear_refs refuses a number with a letter");
	is(SYS(madvise, p + PAGE, 4 * PAGE, MADV_COLD), 0,
	   "MADV_COLD of the four pages");
	is(referenced(p + PAGE), 0, "MADV_COLD makes the four pages old, too");
	is(q[2 * PAGE] + q[4 * PAGE], 3,
	   "MADV_COLD does not change their contents");
	SYS(munmap, p, 6 * PAGE);
	SYS(munmap, f, 4 * PAGE);
	SYS(close, fd);
	SYS(unlink, scratch("file"));
}

/* "VmHWM:", the most that there ever was, in KiB. */
static uint32_t most(void)
{
	char *line;

	read_text("/proc/self/status", text, sizeof(text));
	line = strstr(text, "VmHWM:");
	return line ? strtoul(line + 6, NULL, 10) : 0;
}

static void hiwater(void)
{
	uint8_t *p = pages(512);

	memset(p, 1, 512 * PAGE);
	SYS(munmap, p, 512 * PAGE);
	ok(most() >= 1024, "VmHWM keeps the most that was ever resident");
	is(clear("5"), 1, "5 written to clear_refs");
	ok(most() < 1024, "VmHWM counts from the present on");
}

static void populate(void)
{
	uint8_t *p = pages(5), vec[2] = { 0, 0 };

	SYS(munmap, p + 2 * PAGE, PAGE);
	is(SYS(madvise, p, 5 * PAGE, MADV_POPULATE_WRITE), -ENOMEM,
	   "MADV_POPULATE_WRITE over a hole");
	SYS(mincore, p, 2 * PAGE, vec);
	is(vec[0] + vec[1], 2, "it has populated the pages below the hole");
	SYS(mincore, p + 3 * PAGE, 2 * PAGE, vec);
	is(vec[0] + vec[1], 2, "it has populated the pages above the hole");
	SYS(mprotect, p, PAGE, PROT_READ);
	is(SYS(madvise, p, PAGE, MADV_POPULATE_WRITE), -EINVAL,
	   "MADV_POPULATE_WRITE of a read-only page is refused");
	is(SYS(madvise, p, PAGE, 14), -EINVAL, "MADV_HUGEPAGE is refused");
	is(SYS(madvise, p, PAGE, 25), -EINVAL, "MADV_COLLAPSE is refused");
	SYS(munmap, p, 5 * PAGE);
}

int main(void)
{
	clear_and_touch();
	hiwater();
	populate();
	remove_scratch();
	return done();
}
