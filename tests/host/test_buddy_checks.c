/*
 * Errors of the buddy's callers, which it must report: pages freed twice, in part,
 * while mapped, written to while free. And buddy_verify, which must see each kind
 * of damage to the lists.
 */
#include <alloc/internal.h>
#include <uapi/errno.h>
#include "host.h"

#define RAM_BYTES (16u << 20)

/* ---- errors of callers ------------------------------------------- */

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

/* Without AddressSanitizer, as on the target: the poison shows the store later. */
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

/* ---- the verifier finds each kind of damage ---------------------- */

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
