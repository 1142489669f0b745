/*
 * Every history of a few allocations and frees in eight pages.
 *
 * The buddy has these pages and nothing else. Whatever was done before, what is
 * free determines its blocks: each is as large as it can be, and a request fails
 * only when no block is large enough. A bounded model check, done by the code itself.
 */
#include <alloc/internal.h>
#include <string.h>
#include "host.h"

#define RAM_BYTES   (16u << 20)
#define WORLD_ORDER 3u
#define WORLD_PAGES (1u << WORLD_ORDER)
#define DEPTH       (IS_ENABLED(CONFIG_DEBUG) ? 6u : 9u)

struct state {
	struct zone zone;
	struct page page[WORLD_PAGES];
	u32 free;              /* a bit per page */
	u32 held;              /* a bit per page that begins a block */
	u8 order[WORLD_PAGES]; /* of the block that begins there */
};

static struct page *world;
static u32 histories;

static u32 block_mask(u32 first, unsigned int order)
{
	return ((1u << (1u << order)) - 1) << first;
}

static bool is_free(u32 free, u32 first, unsigned int order)
{
	u32 mask = block_mask(first, order);

	return (free & mask) == mask;
}

/* Does a free block of this order begin here, and no larger one hold it? */
static bool begins_block(u32 free, u32 first, unsigned int order)
{
	u32 pages = 1u << order;

	return first % pages == 0 && is_free(free, first, order) &&
		(order == WORLD_ORDER ||
		 !is_free(free, first & ~(2 * pages - 1), order + 1));
}

static void check_world(u32 free)
{
	u32 pages = 0;

	for (u32 i = 0; i < WORLD_PAGES; i++) {
		bool head = false;

		for (unsigned int o = 0; o <= WORLD_ORDER; o++)
			if (begins_block(free, i, o)) {
				assert_int_equal(world[i].flags,
						 buddy_flags(o));
				head = true;
			}
		if (!head)
			assert_int_equal(world[i].flags & PG_BUDDY, 0);
		pages += free >> i & 1;
	}
	assert_int_equal(zone.free_pages, pages);
}

static void load_state(const struct state *s)
{
	kasan_unpoison(page_address(world), WORLD_PAGES * PAGE_SIZE);
	zone = s->zone;
	memcpy(world, s->page, sizeof(s->page));
}

static void save_state(struct state *s)
{
	s->zone = zone;
	memcpy(s->page, world, sizeof(s->page));
}

static bool has_block(u32 free, unsigned int order)
{
	for (u32 i = 0; i < WORLD_PAGES; i += 1u << order)
		if (is_free(free, i, order))
			return true;
	return false;
}

static void explore(const struct state *from, u32 depth);

static void go_on(struct state *s, u32 depth)
{
	check_world(s->free);
	save_state(s);
	histories++;
	if (depth > 1)
		explore(s, depth - 1);
}

static void explore_alloc(const struct state *from, unsigned int order,
			  u32 depth)
{
	struct state s = *from;
	struct page *page;
	u32 i;

	load_state(&s);
	page = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, order);
	assert_int_equal(page != NULL, has_block(s.free, order));
	if (!page)
		return;
	i = (u32)(page - world);
	assert_true(i < WORLD_PAGES && i % (1u << order) == 0);
	assert_true(is_free(s.free, i, order));
	s.free &= ~block_mask(i, order);
	s.held |= 1u << i;
	s.order[i] = (u8)order;
	go_on(&s, depth);
}

static void explore_free(const struct state *from, u32 i, u32 depth)
{
	struct state s = *from;

	load_state(&s);
	__free_pages(world + i, s.order[i]);
	drain_local_pages();
	s.free |= block_mask(i, s.order[i]);
	s.held &= ~(1u << i);
	go_on(&s, depth);
}

static void explore(const struct state *from, u32 depth)
{
	for (unsigned int order = 0; order <= WORLD_ORDER; order++)
		explore_alloc(from, order, depth);
	for (u32 i = 0; i < WORLD_PAGES; i++)
		if (from->held >> i & 1)
			explore_free(from, i, depth);
}

static void test_every_history(void **state __unused_arg)
{
	struct state start = { .free = (1u << WORLD_PAGES) - 1 };

	host_boot(RAM_BYTES);
	world = alloc_pages(GFP_ATOMIC, WORLD_ORDER);
	for (unsigned int o = MAX_ORDER + 1; o-- > 0;)
		while (alloc_pages(GFP_ATOMIC | __GFP_NOWARN, o))
			;
	assert_int_equal(nr_free_pages(), 0);
	__free_pages(world, WORLD_ORDER);
	save_state(&start);
	check_world(start.free);
	histories = 0;
	explore(&start, DEPTH);
	print_message("# %u histories of up to %u steps\n", histories, DEPTH);
	assert_true(histories > 5000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_history),
	};

	return host_run(tests);
}
