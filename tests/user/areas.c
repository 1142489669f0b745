/*
 * VMAs split and merge: counted in /proc/self/maps.
 *
 * The first lines of this program reserve a region that touches nothing else;
 * only VMAs within it are counted.
 */
#include <uapi/fcntl.h>
#include "check.h"
#include "maps.h"

#define RW     (PROT_READ | PROT_WRITE)
#define REGION 64u /* pages */
#define FIXED  (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static uint8_t *region;

static int areas(void)
{
	static struct map_entry maps[MAPS_MAX];
	int n = read_maps(0, maps), count = 0;

	for (int i = 0; i < n; i++)
		count += maps[i].start >= (uint32_t)region &&
			maps[i].end <= (uint32_t)region + REGION * PAGE;
	return count;
}

static uint8_t *at(uint32_t page)
{
	return region + page * PAGE;
}

static void map(uint32_t page, uint32_t n, int prot)
{
	SYS(mmap2, at(page), n * PAGE, prot, FIXED, -1, 0);
}

static void clear(void)
{
	SYS(munmap, region, REGION * PAGE);
}

static void neighbours(void)
{
	clear();
	is(areas(), 0, "an empty range has no VMA");
	map(10, 1, RW);
	map(12, 1, RW);
	is(areas(), 2, "two mappings with a page between them: two VMAs");
	map(11, 1, RW);
	is(areas(), 1, "a mapping that fills the gap: one VMA");
	map(9, 1, RW);
	is(areas(), 1, "a page more below joins it: one VMA");
	map(13, 1, PROT_READ);
	is(areas(), 2, "a page with other rights above: two VMAs");
	map(10, 2, RW);
	is(areas(), 2, "replaced by a page with those rights: two VMAs");
}

static void holes(void)
{
	clear();
	map(0, 9, RW);
	SYS(munmap, at(4), PAGE);
	is(areas(), 2, "munmap in the middle: two VMAs");
	SYS(munmap, at(0), PAGE);
	is(areas(), 2, "munmap of the first page: two VMAs");
	SYS(munmap, at(8), PAGE);
	is(areas(), 2, "munmap of the last page: two VMAs");
	SYS(munmap, at(3), 3 * PAGE);
	is(areas(), 2, "munmap around the hole: two VMAs");
	SYS(munmap, at(2), 5 * PAGE);
	is(areas(), 2, "munmap across both: two VMAs");
	SYS(munmap, at(1), 7 * PAGE);
	is(areas(), 0, "munmap of all the rest: no VMA");
}

static void rights(void)
{
	clear();
	map(0, 9, RW);
	SYS(mprotect, at(3), 3 * PAGE, PROT_READ);
	is(areas(), 3, "other rights in the middle: three VMAs");
	SYS(mprotect, at(4), PAGE, PROT_NONE);
	is(areas(), 5, "other rights again in the middle of that: five VMAs");
	SYS(mprotect, at(4), PAGE, PROT_READ);
	is(areas(), 3, "these are taken back: three VMAs");
	SYS(mprotect, at(3), 3 * PAGE, RW);
	is(areas(), 1, "all rights are equal again: one VMA");
	SYS(mprotect, at(0), PAGE, PROT_READ);
	SYS(mprotect, at(1), PAGE, PROT_READ);
	is(areas(), 2, "two pages from below, one call each: two VMAs");
	SYS(mprotect, at(2), 7 * PAGE, PROT_READ);
	is(areas(), 1, "the rest gets the same rights: one VMA");
}

static void files(void)
{
	int fd = make_file(scratch("file"), 8 * PAGE);

	clear();
	for (uint32_t i = 0; i < 4; i++)
		SYS(mmap2, at(i), PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd,
		    i);
	is(areas(), 1, "a file's pages mapped in their order: one VMA");
	SYS(mmap2, at(4), PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 7);
	is(areas(), 2, "a page of another part of the file does not join them");
	SYS(mmap2, at(5), PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 5);
	is(areas(), 3, "a shared page does not join private ones");
	SYS(munmap, at(1), PAGE);
	is(areas(), 4, "a hole splits one more");
	ok(at(2)[0] == 2 * PAGE % 251,
	   "the part above the hole keeps its place in the file");
	SYS(close, fd);
	SYS(unlink, scratch("file"));
	remove_scratch();
}

/*
 * Nothing is written before the VMAs have merged: Linux keeps VMAs apart
 * whose pages already belong to different anon_vmas.
 */
static void many(void)
{
	int wrong = 0;

	clear();
	for (uint32_t i = 0; i < REGION; i += 2)
		map(i, 1, RW);
	is(areas(), REGION / 2, "every second page mapped: as many VMAs");
	for (uint32_t i = 1; i < REGION; i += 2)
		map(i, 1, RW);
	is(areas(), 1, "the pages between them mapped, too: one VMA");
	for (uint32_t i = 0; i < REGION; i += 2)
		at(i)[0] = (uint8_t)i;
	for (uint32_t i = 0; i < REGION; i++)
		wrong += at(i)[0] != (i % 2 ? 0 : i);
	is(wrong, 0, "no page has wrong contents");
}

int main(void)
{
	region = pages_with(REGION + 2, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE);
	region += PAGE;
	neighbours();
	holes();
	rights();
	files();
	many();
	clear();
	return done();
}
