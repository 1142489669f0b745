/*
 * The buddy against a list of the blocks that it gave, and what happens when pages
 * run short.
 */
#include <alloc/internal.h>
#include <string.h>
#include <uapi/errno.h>
#include "host.h"

#define RAM_BYTES  (16u << 20)
#define MAX_BLOCKS 4096

/* A block that a test has allocated. Each page of it contains its mark. */
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
	/* A caller that cannot sleep, or has interrupts off, must not reclaim. */
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

/* Shrinkers free single pages until these make a block. */
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_verified),
		cmocka_unit_test(test_random_many),
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
	};

	return host_run(tests);
}
