/*
 * Pairs of allocating and freeing: pages, blocks, objects, areas.
 */
#include <alloc/alloc.h>
#include <asm/page.h>
#include <mm/mm.h>
#include <string.h>
#include <tests/bench/kernel/kbench.h>

#define AT_ONCE 1000u /* pages: the list holds far fewer */
#define STEPS   1000000u
#define SLOTS   13500u /* half of them are held: most of 128 MiB */

static struct kmem_cache *cache;

/* ---- what is measured -------------------------------------------- */

/* The first pair fills the list. */
static void bench_page(const char *state)
{
	__free_pages(alloc_page(GFP_KERNEL), 0);
	begin();
	for (u32 i = 0; i < CALLS; i++)
		__free_pages(alloc_page(GFP_KERNEL), 0);
	report("page, per-CPU list", state, end(), CALLS);
}

/* More than the list holds: all but a few go to the buddy and come from it. */
static void bench_pages_at_once(const char *state)
{
	static struct page *pages[AT_ONCE];
	s64 total;

	drain_local_pages();
	begin();
	for (u32 i = 0; i < AT_ONCE; i++)
		pages[i] = alloc_page(GFP_KERNEL);
	for (u32 i = 0; i < AT_ONCE; i++)
		__free_pages(pages[i], 0);
	total = end();
	report("block of order 0", state, total, AT_ONCE);
}

static void bench_block(const char *state, unsigned int order)
{
	static const char *const names[] = {
		NULL,
		"block of order 1",
		"block of order 2",
		"block of order 3",
	};
	struct page *page = alloc_pages(GFP_KERNEL, order);

	must(page, names[order]);
	__free_pages(page, order);
	drain_local_pages(); /* halves that can be whole are */
	begin();
	for (u32 i = 0; i < CALLS; i++)
		__free_pages(alloc_pages(GFP_KERNEL, order), order);
	report(names[order], state, end(), CALLS);
}

/*
 * The worst that can happen: no block is smaller than the largest, so each is
 * split down from one and grows back to it.
 */
static void bench_block_from_largest(const char *state)
{
	static struct {
		struct page *page;
		unsigned int order;
	} held[64];
	u32 n = 0;

	drain_local_pages();
	for (unsigned int order = 1; order < MAX_ORDER; order++)
		while (buddy_nr_free(order) > 0) {
			must(n < ARRAY_SIZE(held), "few small blocks");
			held[n].order = order;
			held[n++].page = alloc_pages(GFP_KERNEL, order);
		}
	for (unsigned int order = 1; order <= 3; order++)
		bench_block(state, order);
	while (n-- > 0)
		__free_pages(held[n].page, held[n].order);
}

/*
 * Beside a free block of the same order, whose buddy is taken: nothing is split
 * and nothing grows. Which orders have one by themselves depends on where the
 * image ends.
 */
static void bench_block_at_hand(const char *state, unsigned int order)
{
	struct page *buddy = NULL;

	drain_local_pages();
	if (buddy_nr_free(order) == 0) {
		buddy = alloc_pages(GFP_KERNEL, order);
		must(buddy, "a block whose other half is free");
	}
	bench_block(state, order);
	if (buddy)
		__free_pages(buddy, order);
}

static void bench_object(const char *state)
{
	void *obj = kmem_cache_alloc(cache, GFP_KERNEL);

	must(obj, "kmem_cache_alloc");
	kmem_cache_free(cache, obj);
	begin();
	for (u32 i = 0; i < CALLS; i++)
		kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	report("kmem_cache object", state, end(), CALLS);
}

/* The size is not a constant: kmalloc is no macro that could use one. */
static void bench_kmalloc(const char *state)
{
	void *p = kmalloc(64, GFP_KERNEL);

	must(p, "kmalloc");
	kfree(p);
	begin();
	for (u32 i = 0; i < CALLS; i++)
		kfree(kmalloc(64, GFP_KERNEL));
	report("kmalloc(64)", state, end(), CALLS);
}

static void bench_clear_page(const char *state)
{
	void *page = __get_free_pages(GFP_KERNEL, 0);

	must(page, "a page");
	begin();
	for (u32 i = 0; i < CALLS; i++)
		clear_page(page);
	report("clear_page", state, end(), CALLS);
	free_pages(page, 0);
}

static void bench_memcpy(const char *state)
{
	void *pages = __get_free_pages(GFP_KERNEL, 1);
	void *(*volatile copy)(void *, const void *, size_t) = memcpy;

	must(pages, "two pages");
	memset(pages, 0, 2 * PAGE_SIZE);
	begin();
	for (u32 i = 0; i < CALLS; i++)
		copy(pages, (char *)pages + PAGE_SIZE, PAGE_SIZE);
	report("memcpy of 4 KiB", state, end(), CALLS);
	free_pages(pages, 1);
}

/* The first time makes second-level tables, which stay. */
static void bench_vmalloc(const char *state, const char *name, u32 mib)
{
	void *area = vmalloc(mib << 20);
	s64 total;

	must(area, name);
	vfree(area);
	begin();
	vfree(vmalloc(mib << 20));
	total = end();
	report_without_loop(name, state, total, (mib << 20) / PAGE_SIZE);
}

void bench_whole_memory(const char *state)
{
	bench_block_from_largest(state);
}

void bench_memory(const char *state)
{
	if (!cache)
		cache = kmem_cache_create("bench", 100, 0, SLAB_PANIC, NULL);
	bench_page(state);
	bench_pages_at_once(state);
	for (unsigned int order = 1; order <= 3; order++)
		bench_block_at_hand(state, order);
	bench_object(state);
	bench_kmalloc(state);
	bench_clear_page(state);
	bench_memcpy(state);
	bench_vmalloc(state, "vmalloc of 1 MiB, a page", 1);
	bench_vmalloc(state, "vmalloc of 4 MiB, a page", 4);
	bench_vmalloc(state, "vmalloc of 16 MiB, a page", 16);
}

/* ---- a million random operations --------------------------------- */

/* Each a way to memory; arg: an order, bytes, pages. */
enum kind { NOTHING, BLOCK, KMALLOC, OBJECT, AREA };

static struct {
	void *p;
	u16 kind, arg;
} slots[SLOTS];

static u32 seed = 1;

/* Knuth's constants; the upper half is the random one. */
static u32 random_below(u32 n)
{
	seed = seed * 1664525 + 1013904223;
	return (u32)((u64)seed * n >> 32);
}

static void give(u32 i)
{
	switch (slots[i].kind) {
	case BLOCK:
		free_pages(slots[i].p, slots[i].arg);
		break;
	case KMALLOC:
		kfree(slots[i].p);
		break;
	case OBJECT:
		kmem_cache_free(cache, slots[i].p);
		break;
	case AREA:
		vfree(slots[i].p);
		break;
	}
	slots[i].kind = NOTHING;
}

static void *take(u32 i)
{
	u32 what = random_below(16);

	if (what < 8) {
		slots[i].kind = BLOCK;
		slots[i].arg = (u16)random_below(5);
		return __get_free_pages(GFP_KERNEL | __GFP_NOWARN,
					slots[i].arg);
	}
	if (what < 12) {
		slots[i].kind = KMALLOC;
		return kmalloc(1 + random_below(8192),
			       GFP_KERNEL | __GFP_NOWARN);
	}
	if (what < 15) {
		slots[i].kind = OBJECT;
		return kmem_cache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);
	}
	slots[i].kind = AREA;
	return vmalloc((1 + random_below(8)) * PAGE_SIZE);
}

/* A slot chosen by lot: what it holds goes, or something comes. */
static void step(void)
{
	u32 i = random_below(SLOTS);

	if (slots[i].kind != NOTHING) {
		give(i);
		return;
	}
	slots[i].p = take(i);
	if (!slots[i].p)
		slots[i].kind = NOTHING;
}

void fragment_memory(void)
{
	for (u32 i = 0; i < STEPS; i++)
		step();
}

void release_memory(void)
{
	for (u32 i = 0; i < SLOTS; i++)
		give(i);
}

u32 largest_free_block(void)
{
	unsigned int order = MAX_ORDER;

	drain_local_pages();
	while (order > 0 && buddy_nr_free(order) == 0)
		order--;
	return 1u << order;
}
