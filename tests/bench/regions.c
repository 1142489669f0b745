/*
 * What the number of VMAs costs: 10 to 60,000 of them, and each access in
 * another one than the last, so that what find_vma remembers is never the
 * answer.
 */
#include <stdio.h>
#include "bench.h"

#define TOUCHES 240u
#define TABLE   256u  /* pages that share a second-level table */
#define STEP    7919u /* prime: visits areas in no order */

struct field {
	uint8_t *start;
	uint32_t areas, pages; /* of each area */
};

static uint8_t *page_of(const struct field *f, uint32_t area, uint32_t page)
{
	return f->start + (area * f->pages + page) * PAGE;
}

static void protect(uint8_t *p, uint32_t n, uint32_t prot)
{
	must(call3(__NR_mprotect, address(p), n * PAGE, prot) == 0,
	     "mprotect of a VMA");
}

/* VMAs that cannot merge: every second one is read-only. */
static struct field make_field(uint32_t areas)
{
	struct field f = { .areas = areas };

	f.pages = areas < 2 * TOUCHES ? (2 * TOUCHES + areas - 1) / areas : 1;
	f.start = anonymous(areas * f.pages);
	for (uint32_t i = 1; i < areas; i += 2)
		protect(page_of(&f, i, 0), f.pages, PROT_READ);
	/* Tables are not what is measured. */
	for (uint32_t i = 0; i < areas * f.pages; i += TABLE)
		read_pages(f.start + i * PAGE, 1);
	return f;
}

/* The VMA of the i-th access, one that may be written. */
static uint32_t writable_area(const struct field *f, uint32_t i)
{
	return i * STEP % (f->areas / 2) * 2;
}

static void report_among(const char *what, const char *areas, int64_t total,
			 uint32_t times)
{
	char name[64], *to = name;

	for (const char *from = what; *from;)
		*to++ = *from++;
	for (const char *from = areas; *from;)
		*to++ = *from++;
	*to = '\0';
	report(name, total, times);
}

/* msync does little else than find the VMA. */
static void find(const struct field *f, const char *areas)
{
	static uint32_t at[TOUCHES];

	for (uint32_t i = 0; i < TOUCHES; i++)
		at[i] = address(page_of(f, writable_area(f, i), 0));
	begin();
	for (uint32_t i = 0; i < TOUCHES; i++)
		call3(__NR_msync, at[i], PAGE, 0);
	report_among("find_vma (msync) among ", areas, end(), TOUCHES);
}

static void touch(const struct field *f, const char *areas)
{
	static volatile uint8_t *at[TOUCHES];

	for (uint32_t i = 0; i < TOUCHES; i++)
		at[i] = page_of(f, writable_area(f, i), i / (f->areas / 2));
	begin();
	for (uint32_t i = 0; i < TOUCHES; i++)
		*at[i] = 1;
	report_among("write fault among ", areas, end(), TOUCHES);
}

/* Address space where the kernel likes it best. */
static uint8_t *reserve(uint32_t pages)
{
	return (uint8_t *)call6(__NR_mmap2, 0, pages * PAGE, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS, ~0u, 0);
}

/* The highest hole that is large enough lies in the middle of them all. */
static void search(const struct field *f, const char *areas)
{
	uint8_t *hole = page_of(f, f->areas / 4 * 2, 0), *p;

	do { /* others left holes above */
		p = reserve(f->pages);
	} while (p > f->start);
	unmap(p, f->pages);
	unmap(hole, f->pages);
	begin();
	for (uint32_t i = 0; i < TOUCHES; i++) {
		p = reserve(f->pages);
		unmap(p, f->pages);
	}
	report_among("mmap + munmap among ", areas, end(), TOUCHES);
	must(p == hole, "finding the hole");
}

/* In one call, which takes them all out of the tree; one was a hole already. */
static void remove_all(const struct field *f, const char *areas)
{
	char name[64];

	begin();
	unmap(f->start, f->areas * f->pages);
	snprintf(name, sizeof(name), "munmap of %s VMAs, each", areas);
	report_without_loop(name, end(), f->areas - 1);
}

static void among(uint32_t n, const char *areas)
{
	struct field f = make_field(n);

	find(&f, areas);
	touch(&f, areas);
	search(&f, areas);
	if (n > 10000)
		remove_all(&f, areas);
	else
		unmap(f.start, f.areas * f.pages);
}

void bench_regions(void)
{
	among(10, "10");
	among(1000, "1,000");
	among(10000, "10,000");
	among(60000, "60,000");
}
