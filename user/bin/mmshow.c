/*
 * mmshow - the kernel's three ways to memory: a page, kmalloc, vmalloc.
 *
 * The kernel allocates on request (/proc/kmem_demo) and tells what it got; the
 * page tables are asked where each page lies (/proc/PID/walk). All is asked for
 * twice: the first time shows where it will lie and how the tables look when it
 * is gone again, the second time what then appears in them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "claim.h"
#include "maps.h"
#include "walk.h"

#define KERNEL_START USER_END    /* PAGE_OFFSET */
#define KERNEL_ADDR  0xc0010000u /* the image: mapped linearly */
#define FRAME_MAX    512

enum { PAGE, KMALLOC, VMALLOC, NR_KINDS };

static const char *const requests[NR_KINDS] = {
	"page",
	"kmalloc 100",
	"vmalloc 1000000",
};

static const uint32_t wanted[NR_KINDS] = { PAGE_SIZE, 100, 1000000 };

/* One line of /proc/kmem_demo. */
struct allocation {
	char kind[16];
	uint32_t va, asked, given, frame, runs;
	uint32_t kernel_l1, loaded_l1; /* first-level entries of its end */
};

static int demo = -1;

static bool request(const char *text)
{
	return write(demo, text, strlen(text)) == (int)strlen(text);
}

static uint32_t field(const char *line, const char *name)
{
	const char *p = strstr(line, name);

	return p ? strtoul(p + strlen(name), NULL, 0) : 0;
}

static void parse_line(const char *line, struct allocation *a)
{
	size_t length = strcspn(line, " ");

	if (length >= sizeof(a->kind))
		length = sizeof(a->kind) - 1;
	memcpy(a->kind, line, length);
	a->kind[length] = '\0';
	a->va = field(line, " va ");
	a->asked = field(line, " asked ");
	a->given = field(line, " given ");
	a->frame = field(line, " frame ");
	a->runs = field(line, " runs ");
	a->kernel_l1 = field(line, " kernel_l1 ");
	a->loaded_l1 = field(line, " loaded_l1 ");
}

/* Reads what the kernel allocated. Returns false unless there are wanted_lines. */
static bool read_allocations(struct allocation *a, int wanted_lines)
{
	char text[1024], *line = text;
	int got, n = 0;

	lseek(demo, 0, SEEK_SET);
	got = read(demo, text, sizeof(text) - 1);
	text[got < 0 ? 0 : got] = '\0';
	for (; *line && n < wanted_lines; n++) {
		char *end = line + strcspn(line, "\n");

		if (*end)
			*end++ = '\0';
		parse_line(line, &a[n]);
		line = end;
	}
	return n == wanted_lines && !*line;
}

static bool allocate(struct allocation a[NR_KINDS])
{
	for (int i = 0; i < NR_KINDS; i++)
		if (!request(requests[i]))
			return false;
	return read_allocations(a, NR_KINDS);
}

static uint32_t vmalloc_syncs(void)
{
	char text[512];

	if (read_text("/proc/vmstat", text, sizeof(text)) <= 0)
		return 0;
	return field(text, "nr_vmalloc_syncs ");
}

/* ---- the tables -------------------------------------------------- */

static void walk_text(uint32_t va, char *text, uint32_t bytes)
{
	if (page_walk(0, va, text, bytes) < 0)
		text[0] = '\0';
}

/* Returns the physical address of va, or 0 if this process maps nothing there. */
static uint32_t walk(uint32_t va)
{
	char text[512];

	walk_text(va, text, sizeof(text));
	return field(text, "physical ");
}

static void print_walk(uint32_t va)
{
	char text[512];

	walk_text(va, text, sizeof(text));
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");

		printf("      %.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

static uint32_t nr_pages(const struct allocation *a)
{
	return (a->asked + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* Stores the frames of an allocation's pages. Returns how many are mapped. */
static uint32_t walk_all(const struct allocation *a, uint32_t frame[FRAME_MAX])
{
	uint32_t mapped = 0;

	for (uint32_t i = 0; i < nr_pages(a) && i < FRAME_MAX; i++) {
		frame[i] = walk(a->va + i * PAGE_SIZE) / PAGE_SIZE;
		mapped += frame[i] != 0;
	}
	return mapped;
}

static uint32_t count_runs(const uint32_t *frame, uint32_t n)
{
	uint32_t runs = 1;

	for (uint32_t i = 1; i < n; i++)
		runs += frame[i] != frame[i - 1] + 1;
	return runs;
}

/* ---- what is shown ----------------------------------------------- */

static void show_table(const struct allocation a[NR_KINDS])
{
	printf("  asked for        address     frame      asked    given  pages"
	       "  runs of frames\n");
	for (int i = 0; i < NR_KINDS; i++)
		printf("  %-15s  0x%08lx  0x%05lx  %7lu  %7lu  %5lu  %5lu\n",
		       requests[i], a[i].va, a[i].frame, a[i].asked, a[i].given,
		       nr_pages(&a[i]), a[i].runs);
}

static void check_sizes(const struct allocation a[NR_KINDS])
{
	bool all_there = true, high = true;

	for (int i = 0; i < NR_KINDS; i++) {
		all_there &= a[i].asked == wanted[i] && a[i].given >= wanted[i];
		high &= a[i].va >= KERNEL_START;
	}
	claim(high, "all lie above PAGE_OFFSET, 0x%08x", KERNEL_START);
	claim(all_there, "none is smaller than what was asked for");
	claim(a[PAGE].given == PAGE_SIZE,
	      "the page is %u bytes: nothing was rounded", PAGE_SIZE);
	claim(a[KMALLOC].given < PAGE_SIZE,
	      "kmalloc's %lu bytes became %lu: the next size it has a cache of",
	      a[KMALLOC].asked, a[KMALLOC].given);
	claim(a[VMALLOC].given == nr_pages(&a[VMALLOC]) * PAGE_SIZE,
	      "vmalloc's %lu bytes became %lu: whole pages, %lu of them",
	      a[VMALLOC].asked, a[VMALLOC].given, nr_pages(&a[VMALLOC]));
}

/* The first two: no entry was made for them, theirs are there since boot. */
static void check_linear(const struct allocation a[NR_KINDS])
{
	uint32_t offset = KERNEL_ADDR - walk(KERNEL_ADDR);

	for (int i = PAGE; i <= KMALLOC; i++)
		claim(walk(a[i].va) == a[i].va - offset &&
			      walk(a[i].va) / PAGE_SIZE == a[i].frame,
		      "%s: 0x%08lx is physical 0x%08lx, 0x%08lx lower, like "
		      "the image",
		      a[i].kind, a[i].va, walk(a[i].va), offset);
	claim(walk(a[VMALLOC].va) != a[VMALLOC].va - offset,
	      "vmalloc: 0x%08lx is not linear: it is physical 0x%08lx",
	      a[VMALLOC].va, walk(a[VMALLOC].va));
}

static void check_frames(const struct allocation *a)
{
	static uint32_t frame[FRAME_MAX];
	uint32_t mapped = walk_all(a, frame), pages = nr_pages(a);

	claim(mapped == pages,
	      "after: all %lu pages are mapped, at addresses "
	      "that follow each other",
	      mapped);
	claim(frame[0] == a->frame && count_runs(frame, pages) == a->runs,
	      "their frames, from page to page, make %lu run%s: %s", a->runs,
	      a->runs == 1 ? "" : "s",
	      a->runs == 1 ? "contiguous by chance" : "not contiguous");
	claim(walk(a->va + a->given) == 0,
	      "behind the last is a guard page: 0x%08lx is not mapped",
	      a->va + a->given);
}

/* The kernel writes into all: which our tables must have entries for. */
static void show_appearing(const struct allocation first[NR_KINDS],
			   const struct allocation a[NR_KINDS], uint32_t before)
{
	claim(first[VMALLOC].va == a[VMALLOC].va && before == 0,
	      "vmalloc, before: %lu of its %lu pages were mapped", before,
	      nr_pages(&a[VMALLOC]));
	claim(request("touch"), "the kernel wrote into each page");
	check_frames(&a[VMALLOC]);
	print_walk(a[VMALLOC].va);
}

static void show_tables(const struct allocation first[NR_KINDS],
			const struct allocation a[NR_KINDS], uint32_t before,
			bool linear_stayed)
{
	static uint32_t frame[FRAME_MAX];

	new_page();
	heading("Which page-table entries appeared");
	claim(linear_stayed,
	      "page and kmalloc: none. Their addresses are still "
	      "mapped when they are free");
	check_linear(a);
	show_appearing(first, a, before);
	claim(request("free"), "all is given back");
	claim(walk_all(&a[VMALLOC], frame) == 0,
	      "and vmalloc's second-level entries are gone");
}

/* ---- a first-level entry, copied when it is missed --------------- */

/*
 * vmalloc enters what it maps into the kernel's own tables. Ours get a new
 * first-level entry when the kernel, running on them, faults for the lack of
 * it; the entry then stays, so this can be seen once in a machine's life.
 */
static void check_copy(const struct allocation *a)
{
	uint32_t syncs = vmalloc_syncs(), last = a->va + a->asked - 1;
	struct allocation now;

	if (a->loaded_l1 == 0)
		claim(walk(last) == 0,
		      "0x%08lx: the kernel's first-level entry is "
		      "0x%08lx, ours is none",
		      last, a->kernel_l1);
	claim(request("touch"),
	      "the kernel wrote there while our tables were in use");
	syncs = vmalloc_syncs() - syncs;
	claim(read_allocations(&now, 1) && now.loaded_l1 == a->kernel_l1 &&
		      walk(last) != 0,
	      "our tables have the entry 0x%08lx now", now.loaded_l1);
	if (a->loaded_l1 == 0)
		claim(syncs >= 1,
		      "the access faulted and the entry was copied: "
		      "nr_vmalloc_syncs grew by %lu",
		      syncs);
	else
		note("They had it before: it was copied for an earlier vmalloc.");
	print_walk(last);
}

static void show_copy(void)
{
	struct allocation a;

	new_page();
	heading("An entry that is copied when it is missed");
	if (claim(request("vmalloc 3000000") && read_allocations(&a, 1),
		  "vmalloc(3000000): it ends in another MiB"))
		check_copy(&a);
	claim(request("free"), "it is given back");
}

static int show(void)
{
	static uint32_t frame[FRAME_MAX];
	struct allocation first[NR_KINDS], a[NR_KINDS];
	uint32_t before;
	bool linear_stayed;

	if (!claim(allocate(first) && request("free"),
		   "a page, kmalloc(100), vmalloc(1000000): given and freed"))
		return claims_status();
	before = walk_all(&first[VMALLOC], frame);
	linear_stayed = walk(first[PAGE].va) && walk(first[KMALLOC].va);
	if (!claim(allocate(a), "and given once more, for the table below"))
		return claims_status();
	show_table(a);
	check_sizes(a);
	show_tables(first, a, before, linear_stayed);
	show_copy();
	return claims_status();
}

int main(void)
{
	heading("Three ways to kernel memory");
	if (!on_pagewalk()) {
		note("(only shown on Pagewalk: Linux has no /proc/kmem_demo)");
		return 0;
	}
	demo = open("/proc/kmem_demo", O_RDWR);
	if (!claim(demo >= 0, "/proc/kmem_demo is there"))
		return claims_status();
	return show();
}
