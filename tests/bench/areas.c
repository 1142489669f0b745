/*
 * mmap and its family, few areas and many.
 */
#include <unistd.h>
#include "bench.h"
#include "linux.h"

#define NONE 0u
#define RW   (PROT_READ | PROT_WRITE)

static uint8_t *at(uint8_t *p, uint32_t page)
{
	return p + page * PAGE;
}

static void protect(uint8_t *p, uint32_t n, uint32_t prot)
{
	call3(__NR_mprotect, address(p), n * PAGE, prot);
}

static void maps(void)
{
	uint8_t *neighbour;

	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		unmap(map_raw(1), 1);
	report("mmap + munmap, untouched", end(), CALLS);
	neighbour = anonymous(1);
	begin();
	for (uint32_t i = 0; i < CALLS; i++)
		unmap(map_raw(1), 1);
	report("mmap + munmap beside a neighbour", end(), CALLS);
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		uint8_t *p = map_raw(1);

		*(volatile uint8_t *)p = 1;
		unmap(p, 1);
	}
	report("mmap + touch + munmap", end(), CALLS);
	unmap(neighbour, 1);
}

static void protections(void)
{
	uint8_t *p = anonymous(3);

	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		protect(at(p, 1), 1, PROT_READ);
		protect(at(p, 1), 1, RW);
	}
	report("mprotect that splits or merges", end(), 2 * CALLS);
	unmap(at(p, 0), 1); /* one VMA of its own, holes around it */
	unmap(at(p, 2), 1);
	write_pages(at(p, 1), 1); /* each call changes its entry, and flushes */
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		protect(at(p, 1), 1, PROT_READ);
		protect(at(p, 1), 1, RW);
	}
	report("mprotect of a whole VMA", end(), 2 * CALLS);
	unmap(at(p, 1), 1);
}

static void breaks(void)
{
	uint32_t start = (uint32_t)call1(__NR_brk, 0);
	volatile uint8_t *p;

	start = (start + PAGE - 1) & ~(PAGE - 1);
	p = (uint8_t *)(uintptr_t)start;
	call1(__NR_brk, start);
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		call1(__NR_brk, start + PAGE);
		*p = 1;
		call1(__NR_brk, start);
	}
	report("brk grow + touch + shrink", end(), CALLS);
}

static uint32_t remap(uint32_t from, uint32_t old, uint32_t new, uint32_t flags,
		      uint32_t to)
{
	return (uint32_t)call6(__NR_mremap, from, old * PAGE, new *PAGE, flags,
			       to, 0);
}

static void remaps(void)
{
	uint8_t *p = anonymous(PAGES + 1);
	uint32_t here, there;

	unmap(at(p, 1), PAGES);
	begin();
	for (uint32_t n = 1; n <= PAGES; n++)
		remap(address(p), n, n + 1, 0, 0);
	report("mremap grow by one page", end(), PAGES);
	unmap(p, PAGES + 1);
	p = anonymous(2 * 64);
	unmap(at(p, 64), 64);
	write_pages(p, 64);
	here = address(p);
	there = address(at(p, 64));
	begin();
	for (uint32_t i = 0; i < 64; i++) {
		uint32_t old = here;

		remap(here, 64, 64, MREMAP_MAYMOVE | MREMAP_FIXED, there);
		here = there;
		there = old;
	}
	report("mremap move of 64 pages", end(), 64);
	unmap((uint8_t *)(uintptr_t)here, 64);
}

/* Neighbours that cannot merge: every other page has no rights. */
static void split_all(uint8_t *p, uint32_t areas)
{
	for (uint32_t i = 0; i < areas; i += 2)
		protect(at(p, i), 1, NONE);
}

static void split_one(uint32_t areas, const char *name)
{
	uint8_t *p = anonymous(areas), *q = anonymous(3);

	split_all(p, areas);
	begin();
	for (uint32_t i = 0; i < CALLS; i++) {
		protect(at(q, 1), 1, PROT_READ);
		protect(at(q, 1), 1, RW);
	}
	report(name, end(), 2 * CALLS);
	unmap(q, 3);
	unmap(p, areas);
}

void bench_areas(void)
{
	maps();
	protections();
	breaks();
	remaps();
	split_one(1000, "split one VMA off, at 1,000");
	split_one(10000, "split one VMA off, at 10,000");
}
