/*
 * The buddy against a list of what it gave, and its crimes.
 */
#include <alloc/internal.h>
#include <string.h>
#include <uapi/errno.h>
#include "host.h"

#define RAM_BYTES  (16u << 20)
#define MAX_BLOCKS 4096

/* What a test holds. Each page of a block carries the block's number. */
struct block {
	struct page *page;
	unsigned int order;
	u32 mark;
};

static struct block blocks[MAX_BLOCKS];
static u32 nr_blocks, held_pages, next_mark;

static void forget_blocks(void)
{
	nr_blocks = held_pages = next_mark = 0;
}

static void mark_block(struct block *b)
{
	b->mark = ++next_mark;
	for (u32 i = 0; i < 1u << b->order; i++) {
		u32 *word = page_address(b->page + i);

		word[0] = word[1023] = b->mark + i;
	}
}

static void check_block(const struct block *b)
{
	for (u32 i = 0; i < 1u << b->order; i++) {
		u32 *word = page_address(b->page + i);

		assert_int_equal(word[0], b->mark + i);
		assert_int_equal(word[1023], b->mark + i);
	}
}

static bool take(gfp_t gfp, unsigned int order)
{
	struct block *b = &blocks[nr_blocks];

	b->page = alloc_pages(gfp | __GFP_NOWARN, order);
	if (!b->page)
		return false;
	b->order = order;
	assert_true(IS_ALIGNED(page_to_pfn(b->page), 1u << order));
	assert_int_equal(page_count(b->page), 1);
	mark_block(b);
	nr_blocks++;
	held_pages += 1u << order;
	return true;
}

static void give(u32 i)
{
	check_block(&blocks[i]);
	__free_pages(blocks[i].page, blocks[i].order);
	held_pages -= 1u << blocks[i].order;
	blocks[i] = blocks[--nr_blocks];
}

static void give_all(void)
{
	while (nr_blocks > 0)
		give(nr_blocks - 1);
}

/* Mostly small, sometimes any order. */
static unsigned int random_order(void)
{
	return rnd_below(8) ? rnd_below(4) : rnd_below(MAX_ORDER + 1);
}

static void random_step(u32 limit)
{
	gfp_t gfp = rnd_below(4) ? GFP_KERNEL : GFP_ATOMIC;

	if (rnd_below(2))
		gfp |= __GFP_COMP;
	if (nr_blocks < limit && rnd_below(100) < 55)
		take(gfp, random_order());
	else if (nr_blocks > 0)
		give(rnd_below(nr_blocks));
}

static void random_operations(u32 steps, u32 verify_every)
{
	u32 start = host_boot(RAM_BYTES);

	forget_blocks();
	for (u32 i = 0; i < steps; i++) {
		random_step(i & 0x10000 ? 64 : MAX_BLOCKS);
		assert_int_equal(nr_free_pages() + held_pages, start);
		if (i % verify_every == 0)
			assert_int_equal(buddy_verify(), 0);
	}
	give_all();
	drain_local_pages();
	assert_int_equal(buddy_verify(), 0);
	assert_int_equal(nr_free_pages(), start);
}

static void test_random_verified(void **state __unused_arg)
{
	random_operations(3000, 1);
}

static void test_random_many(void **state __unused_arg)
{
	random_operations(IS_ENABLED(CONFIG_DEBUG) ? 50000 : 4000000, 200000);
}

/* ---- every history of a few steps -------------------------------- */

/*
 * The buddy has eight pages and nothing else. Whatever was done, what is free
 * determines its blocks: each is as large as it can be, and a block is refused
 * only when there is none. A bounded model check, done by the code itself.
 */
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

/* After any history the free memory is the same blocks as at the start. */
static void test_coalesces_whole(void **state __unused_arg)
{
	u32 before[MAX_ORDER + 1];

	host_boot(RAM_BYTES);
	drain_local_pages();
	for (unsigned int o = 0; o <= MAX_ORDER; o++)
		before[o] = buddy_nr_free(o);
	forget_blocks();
	while (take(GFP_ATOMIC, 0))
		;
	assert_int_equal(nr_free_pages(), 0);
	while (nr_blocks > 0)
		give(rnd_below(nr_blocks));
	drain_local_pages();
	for (unsigned int o = 0; o <= MAX_ORDER; o++)
		assert_int_equal(buddy_nr_free(o), before[o]);
	assert_int_equal(buddy_verify(), 0);
}

/* The smallest block that is big enough is cut, and no bigger one. */
static void test_split_takes_smallest(void **state __unused_arg)
{
	u32 start = host_boot(RAM_BYTES);
	unsigned int smallest = 2;
	struct page *page;

	for (u32 i = 0; i < 2; i++) {
		u32 bigger = 0, left = 0;

		while (buddy_nr_free(smallest) == 0)
			smallest++;
		for (unsigned int o = smallest + 1; o <= MAX_ORDER; o++)
			bigger += buddy_nr_free(o);
		page = alloc_pages(GFP_KERNEL, 2);
		assert_int_equal(nr_free_pages(), start - 4);
		for (unsigned int o = smallest + 1; o <= MAX_ORDER; o++)
			left += buddy_nr_free(o);
		assert_int_equal(left, bigger);
		__free_pages(page, 2);
		assert_int_equal(nr_free_pages(), start);
		smallest = 2;
	}
	assert_null(alloc_pages(GFP_KERNEL, MAX_ORDER + 1));
}

static void test_zero(void **state __unused_arg)
{
	host_boot(RAM_BYTES);
	for (unsigned int order = 0; order < 4; order++) {
		size_t bytes = (size_t)PAGE_SIZE << order;
		u8 *p = __get_free_pages(GFP_KERNEL, order);

		memset(p, 0x5c, bytes);
		free_pages(p, order);
		p = __get_free_pages(GFP_KERNEL | __GFP_ZERO, order);
		for (size_t i = 0; i < bytes; i++)
			assert_int_equal(p[i], 0);
		free_pages(p, order);
	}
	free_pages(NULL, 0);
}

static void test_compound(void **state __unused_arg)
{
	u32 start = host_boot(RAM_BYTES);
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);

	assert_true(page->flags & PG_COMPOUND);
	for (u32 i = 1; i < 8; i++) {
		assert_int_equal(page[i].flags, PG_TAIL);
		assert_ptr_equal(page[i].head, page);
	}
	get_page(page);
	put_page(page);
	assert_int_equal(nr_free_pages(), start - 8);
	put_page(page);
	assert_int_equal(nr_free_pages(), start);
	drain_local_pages();
	assert_int_equal(buddy_verify(), 0);
}

static void test_references(void **state __unused_arg)
{
	u32 start = host_boot(RAM_BYTES);
	struct page *page = alloc_page(GFP_KERNEL);

	get_page(page);
	assert_int_equal(page_count(page), 2);
	put_page(page);
	assert_int_equal(nr_free_pages(), start - 1);
	put_page(page);
	assert_int_equal(nr_free_pages(), start);
}

/* ---- shortage ---------------------------------------------------- */

static void test_reserve_is_for_atomic(void **state __unused_arg)
{
	struct zone_stats stats;

	host_boot(RAM_BYTES);
	forget_blocks();
	while (take(GFP_KERNEL, 0))
		;
	zone_get_stats(&stats);
	assert_int_equal(stats.failures, 1);
	assert_true(stats.min > 0);
	assert_int_equal(nr_free_pages(), stats.min);
	assert_false(take(GFP_USER, 0));
	while (take(GFP_ATOMIC, 0))
		;
	assert_int_equal(nr_free_pages(), 0);
	give_all();
}

static void test_failure_is_said(void **state __unused_arg)
{
	host_boot(4u << 20);
	assert_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	assert_string_equal(strstr(host_log(), "failure") ? "said" : "", "");
	assert_null(alloc_pages(GFP_KERNEL, MAX_ORDER));
	expect_log("page allocation failure 2: order 10");
}

static u32 shrinks, hoarded;
static struct page *hoard[MAX_BLOCKS];

static u32 shrink_hoard(u32 nr)
{
	u32 freed = 0;

	assert_int_equal(host_locks_held, 0);
	shrinks++;
	while (hoarded > 0 && freed < nr) {
		put_page(hoard[--hoarded]);
		freed++;
	}
	return freed;
}

static struct shrinker hoard_shrinker = {
	.name = "hoard",
	.shrink = shrink_hoard,
};

static void test_shrinkers(void **state __unused_arg)
{
	host_boot(RAM_BYTES);
	forget_blocks();
	shrinks = 0;
	register_shrinker(&hoard_shrinker);
	for (hoarded = 0; hoarded < 64; hoarded++)
		hoard[hoarded] = alloc_page(GFP_KERNEL);
	while (hoarded > 0)
		assert_true(take(GFP_KERNEL, 0));
	assert_true(shrinks > 0);
	/* Who cannot sleep does not reclaim, nor who runs with irqs off. */
	while (take(GFP_KERNEL, 0))
		;
	shrinks = 0;
	assert_false(take(0, 0));
	local_irq_disable();
	assert_false(take(GFP_KERNEL, 0));
	local_irq_enable();
	assert_int_equal(shrinks, 0);
	give_all();
}

/* Single pages come back until they make a block. */
static void test_reclaim_for_a_block(void **state __unused_arg)
{
	struct zone_stats stats;
	struct page *page;

	host_boot(RAM_BYTES);
	hoarded = 0;
	while ((page = alloc_page(GFP_ATOMIC | __GFP_NOWARN)) != NULL)
		hoard[hoarded++] = page;
	assert_null(alloc_pages(GFP_KERNEL | __GFP_NOWARN, 5));
	register_shrinker(&hoard_shrinker);
	page = alloc_pages(GFP_KERNEL, 5);
	assert_non_null(page);
	zone_get_stats(&stats);
	assert_true(stats.reclaimed >= 32 + stats.min);
	__free_pages(page, 5);
	shrink_all(~0u);
	assert_int_equal(hoarded, 0);
	drain_local_pages();
	assert_int_equal(buddy_verify(), 0);
}

static void test_fail_injection(void **state __unused_arg)
{
	struct page *page;

	host_boot(RAM_BYTES);
	fail_alloc_set("pages", 2, 1);
	page = alloc_page(GFP_KERNEL);
	assert_non_null(page);
	assert_null(alloc_page(GFP_KERNEL));
	assert_int_equal(fail_alloc_hits(), 1);
	put_page(page);
	page = alloc_page(GFP_KERNEL);
	put_page(page);

	assert_int_equal(fail_alloc_parse("pages,1,2"), 0);
	page = alloc_page(GFP_KERNEL | __GFP_NOFAIL_INJECT);
	assert_non_null(page);
	put_page(page);
	assert_null(alloc_page(GFP_KERNEL));
	assert_null(alloc_page(GFP_KERNEL));
	page = alloc_page(GFP_KERNEL);
	assert_non_null(page);
	put_page(page);

	/* Only by way of one function. */
	assert_int_equal(fail_alloc_parse("pages@dup_mmap,1,1"), 0);
	page = alloc_page(GFP_KERNEL);
	assert_non_null(page);
	put_page(page);
	host_caller = "dup_mmap";
	assert_null(alloc_page(GFP_KERNEL));
	assert_int_equal(fail_alloc_parse("kmalloc-64@dup_mmap,1,1"), 0);
	page = alloc_page(GFP_KERNEL);
	assert_non_null(page);
	put_page(page);
	assert_int_equal(fail_alloc_parse("any@dup_mmap,1,1"), 0);
	assert_null(alloc_page(GFP_KERNEL));
	host_caller = "";

	assert_int_equal(fail_alloc_parse("kmalloc-64,1,1"), 0);
	page = alloc_page(GFP_KERNEL);
	assert_non_null(page);
	put_page(page);
	assert_int_equal(fail_alloc_parse("any,1,1"), 0);
	assert_null(alloc_page(GFP_KERNEL));

	/* The second, and then every third. */
	assert_int_equal(fail_alloc_parse("any,2,1,3"), 0);
	for (int i = 1; i <= 11; i++) {
		page = alloc_page(GFP_KERNEL);
		assert_int_equal(!page, i % 3 == 2);
		if (page)
			put_page(page);
	}
	assert_int_equal(fail_alloc_hits(), 4);
	assert_int_equal(fail_alloc_parse("any,2,1,"), -EINVAL);
	assert_int_equal(fail_alloc_parse("any,2,1,3x"), -EINVAL);
	assert_int_equal(fail_alloc_parse(""), -EINVAL);
	assert_int_equal(fail_alloc_parse("any,1"), -EINVAL);
	assert_int_equal(fail_alloc_parse("any,x,1"), -EINVAL);
	assert_int_equal(fail_alloc_parse("any,1,1x"), -EINVAL);
	assert_int_equal(fail_alloc_parse("any,4294967296,1"), -EINVAL);
	assert_int_equal(fail_alloc_parse("kmalloc-65,1,1"), -ENOENT);
	assert_int_equal(fail_alloc_parse("kmalloc-65@main,1,1"), -ENOENT);
	fail_alloc_set(NULL, 0, 0);
}

/* ---- crimes ------------------------------------------------------ */

static void test_double_free(void **state __unused_arg)
{
	struct page *page;

	host_boot(RAM_BYTES);
	page = alloc_page(GFP_KERNEL);
	put_page(page);
	expect_bug("it is free already", put_page(page));
	if (IS_ENABLED(CONFIG_DEBUG))
		expect_log("last allocated by");
}

static void test_double_free_of_a_block(void **state __unused_arg)
{
	struct page *page;

	host_boot(RAM_BYTES);
	page = alloc_pages(GFP_KERNEL, 2);
	__free_pages(page, 2);
	expect_bug("it is free already", __free_pages(page, 2));
}

static void test_wrong_order(void **state __unused_arg)
{
	struct page *page;

	host_boot(RAM_BYTES);
	page = alloc_pages(GFP_KERNEL, 2);
	expect_bug("wrong order", __free_pages(page, 1));
	host_boot(RAM_BYTES);
	page = alloc_page(GFP_KERNEL);
	expect_bug("wrong order", __free_pages(page, 3));
	host_boot(RAM_BYTES);
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	expect_bug("it is free already", __free_pages(page + 1, 0));
	host_boot(RAM_BYTES);
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	get_page(page + 1);
	expect_bug("this page cannot be freed", __free_pages(page + 1, 0));
}

static void test_free_while_mapped(void **state __unused_arg)
{
	struct page *page;

	host_boot(RAM_BYTES);
	page = alloc_page(GFP_KERNEL);
	atomic_inc(&page->_mapcount);
	expect_bug("user entries still map it", put_page(page));
}

static void test_free_reserved(void **state __unused_arg)
{
	host_boot(RAM_BYTES);
	expect_bug("cannot be freed",
		   __free_pages(phys_to_page(PHYS_OFFSET), 0));
}

/* Without AddressSanitizer, as on the target: poison tells at the next use. */
static __no_asan void scribble(void *va)
{
	*(volatile u8 *)va = 0x55;
}

static void test_write_after_free(void **state __unused_arg)
{
	struct page *page;
	void *va;

	host_boot(RAM_BYTES);
	page = alloc_page(GFP_KERNEL);
	va = page_address(page);
	put_page(page);
	scribble((char *)va + 100);
	expect_bug("was written while free: byte 0x64 is 0x55",
		   (void)!alloc_page(GFP_KERNEL));
}

/* ---- the verifier sees what it is there to see ------------------- */

static void expect_complaint(const char *text)
{
	host_log_clear();
	assert_int_equal(buddy_verify(), -EUCLEAN);
	expect_log(text);
}

static void put_on_list(struct page *page, unsigned int order)
{
	page->flags = buddy_flags(order);
	LIST_INSERT_HEAD(&zone.free_area[order], page, buddy_list);
}

static void test_verifier_sees_pages(void **state __unused_arg)
{
	struct page *page;

	host_boot(RAM_BYTES);
	page = LIST_FIRST(&zone.free_area[MAX_ORDER]);
	page->flags = buddy_flags(3);
	expect_complaint("flags or order differ from its list");
	page->flags = buddy_flags(MAX_ORDER);
	atomic_set(&page[7]._refcount, 1);
	expect_complaint("free and referenced");
	atomic_set(&page[7]._refcount, 0);
	page[9].flags = PG_ANON;
	expect_complaint("flags within a free block");
	page[9].flags = 0;
	assert_int_equal(buddy_verify(), 0);

	page = alloc_pages(GFP_KERNEL, 1);
	page->flags = PG_BUDDY;
	expect_complaint("mem_map marks");
	page->flags = 0;

	page = alloc_pages(GFP_KERNEL, 3);
	atomic_set(&page->_refcount, 0);
	put_on_list(page + 1, 1);
	expect_complaint("block is not aligned to its size");
}

static void test_verifier_sees_counts(void **state __unused_arg)
{
	struct per_cpu_pages *pcp = &pcp_pages[0];

	host_boot(RAM_BYTES);
	zone.free_pages++;
	expect_complaint("pages on the lists, zone.free_pages is");
	zone.free_pages--;
	put_page(alloc_page(GFP_KERNEL));
	pcp->page[pcp->count++] = pcp->page[0];
	expect_complaint("twice on the list");
	pcp->count--;
	pcp->page[0]->flags = 1u << PG_ORDER_SHIFT;
	expect_complaint("in use on a per-CPU list");
	pcp->page[0]->flags = 0;
	assert_int_equal(buddy_verify(), 0);
}

/* Two halves on the lists that should be one block. */
static void test_verifier_sees_halves(void **state __unused_arg)
{
	unsigned int half = MAX_ORDER - 1;
	struct page *page;

	host_boot(RAM_BYTES);
	page = LIST_FIRST(&zone.free_area[MAX_ORDER]);
	LIST_REMOVE(page, buddy_list);
	put_on_list(page, half);
	put_on_list(page + (1u << half), half);
	expect_complaint("its buddy is free");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_verified),
		cmocka_unit_test(test_random_many),
		cmocka_unit_test(test_every_history),
		cmocka_unit_test(test_coalesces_whole),
		cmocka_unit_test(test_split_takes_smallest),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_compound),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_reserve_is_for_atomic),
		cmocka_unit_test(test_failure_is_said),
		cmocka_unit_test(test_shrinkers),
		cmocka_unit_test(test_reclaim_for_a_block),
		cmocka_unit_test(test_fail_injection),
		cmocka_unit_test(test_double_free),
		cmocka_unit_test(test_double_free_of_a_block),
		cmocka_unit_test(test_wrong_order),
		cmocka_unit_test(test_free_while_mapped),
		cmocka_unit_test(test_free_reserved),
		cmocka_unit_test(test_verifier_sees_pages),
		cmocka_unit_test(test_verifier_sees_counts),
		cmocka_unit_test(test_verifier_sees_halves),
		/* debug builds */
		cmocka_unit_test(test_write_after_free),
	};

	return host_run_debug(tests, 1);
}
