/*
 * Errors of the slab's callers, which it must report: objects freed twice or to
 * another cache, and in debug builds those written to past their end or while free.
 * And slab_verify, which must see each kind of damage to a cache.
 */
#include <alloc/hot.h>
#include <uapi/errno.h>
#include "host.h"

#define RAM_BYTES (16u << 20)

/* ---- errors of callers ------------------------------------------- */

/* Without AddressSanitizer, as on the target. */
static __no_asan __noinline void poke(void *p, s32 offset)
{
	*((volatile u8 *)p + offset) = 0x99;
}

static void test_foreign_free(void **state __unused_arg)
{
	struct kmem_cache *a, *b;
	struct page *page;

	host_boot(RAM_BYTES);
	a = kmem_cache_create("a", 32, 0, 0, NULL);
	b = kmem_cache_create("b", 32, 0, 0, NULL);
	expect_bug("cache b, object",
		   kmem_cache_free(b, kmem_cache_alloc(a, GFP_KERNEL)));
	expect_log("not of this cache");
	if (IS_ENABLED(CONFIG_DEBUG))
		expect_log("of cache a, found by 0x");
	expect_bug("not of this cache",
		   kmem_cache_free(a, phys_to_virt(PHYS_OFFSET)));
	/* A page whose owner's word happens to look like the cache. */
	page = alloc_page(GFP_KERNEL);
	page->private = (uintptr_t)a;
	expect_bug("not of this cache", kmem_cache_free(a, page_address(page)));
}

static void test_free_of_no_kmalloc(void **state __unused_arg)
{
	host_boot(RAM_BYTES);
	expect_bug("kfree of what kmalloc did not give",
		   kfree(__get_free_pages(GFP_KERNEL, 1)));
	host_boot(RAM_BYTES);
	expect_bug("kfree of what kmalloc did not give",
		   kfree((char *)kmalloc(20000, GFP_KERNEL) + PAGE_SIZE));
}

static void test_double_free_at_once(void **state __unused_arg)
{
	void *p;

	host_boot(RAM_BYTES);
	p = kmalloc(64, GFP_KERNEL);
	kfree(p);
	expect_bug("freed twice", kfree(p));
}

static void test_double_free_later(void **state __unused_arg)
{
	void *a, *b;

	host_boot(RAM_BYTES);
	a = kmalloc(64, GFP_KERNEL);
	b = kmalloc(64, GFP_KERNEL);
	kfree(a);
	kfree(b);
	expect_bug("freed twice", kfree(a));
	expect_log("allocated by 0x");
	expect_log("(64 bytes), freed by 0x");
}

static void test_write_past_end(void **state __unused_arg)
{
	struct kmem_cache *cache;
	void *p;

	host_boot(RAM_BYTES);
	p = kmalloc(13, GFP_KERNEL);
	poke(p, 13);
	expect_bug("written past its end", kfree(p));
	host_boot(RAM_BYTES);
	cache = kmem_cache_create("red", 40, 0, 0, NULL);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	poke(p, 40);
	expect_bug("written past its end", kmem_cache_free(cache, p));
}

static void test_write_after_free(void **state __unused_arg)
{
	void *p;

	host_boot(RAM_BYTES);
	p = kmalloc(64, GFP_KERNEL);
	kfree(p);
	poke(p, 30);
	expect_bug("written after it was freed",
		   (void)!kmalloc(64, GFP_KERNEL));
	host_boot(RAM_BYTES);
	p = kmalloc(64, GFP_KERNEL);
	kfree(p);
	poke(p, 64);
	expect_bug("written past its end while free",
		   (void)!kmalloc(64, GFP_KERNEL));
}

static void test_free_of_the_middle(void **state __unused_arg)
{
	host_boot(RAM_BYTES);
	expect_bug("not the start of an object",
		   kfree((char *)kmalloc(64, GFP_KERNEL) + 8));
}

/* Fresh memory is not zero by accident. */
static void test_poison_in_use(void **state __unused_arg)
{
	u8 *p;

	host_boot(RAM_BYTES);
	p = kmalloc(64, GFP_KERNEL);
	assert_int_equal(p[0], POISON_INUSE);
	assert_int_equal(p[63], POISON_INUSE);
	kfree(p);
}

static void test_leak_report(void **state __unused_arg)
{
	u32 before;
	void *p;

	host_boot(RAM_BYTES);
	before = slab_report_live();
	host_log_clear();
	p = kmalloc(24, GFP_KERNEL);
	assert_non_null(p);
	for (u32 i = 0; i < 3; i++)
		assert_non_null(kmalloc(100, GFP_KERNEL));
	assert_int_equal(slab_report_live(), before + 4);
	expect_log("kmalloc-32: 1 live from 0x");
	expect_log("kmalloc-128: 3 live from 0x");
}

/* ---- the verifier finds each kind of damage ---------------------- */

static void expect_complaint(const char *text)
{
	host_log_clear();
	assert_int_equal(slab_verify(), -EUCLEAN);
	expect_log(text);
}

static void test_verifier_sees(void **state __unused_arg)
{
	struct kmem_cache *cache;
	struct page *page;
	void *p, *first;

	host_boot(RAM_BYTES);
	cache = kmem_cache_create("seen", 64, 0, 0, NULL);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	page = virt_to_head_page(p);
	assert_int_equal(slab_verify(), 0);

	page->inuse--;
	expect_complaint("the objects in use and free are not all");
	page->inuse++;
	page->frozen = 0;
	expect_complaint("frozen, but no core has it");
	page->frozen = 1;
	cache->nr_slabs++;
	expect_complaint("counts 2 slabs");
	cache->nr_slabs--;
	cache->nr_partial++;
	expect_complaint("1 partial; there are 1 and 0");
	cache->nr_partial--;
	TAILQ_INSERT_HEAD(&cache->partial, page, slab_link);
	expect_complaint("wrongly on the partial list, or missing there");
	TAILQ_REMOVE(&cache->partial, page, slab_link);
	assert_int_equal(slab_verify(), 0);

	first = cache->cpu[0].freelist;
	set_freepointer(cache, first, (char *)p + 4);
	expect_complaint("free list leads out of the slab");
	set_freepointer(cache, first, first);
	expect_complaint("free list is a circle");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_foreign_free),
		cmocka_unit_test(test_free_of_no_kmalloc),
		cmocka_unit_test(test_double_free_at_once),
		cmocka_unit_test(test_verifier_sees),
		/* debug builds */
		cmocka_unit_test(test_double_free_later),
		cmocka_unit_test(test_write_past_end),
		cmocka_unit_test(test_write_after_free),
		cmocka_unit_test(test_free_of_the_middle),
		cmocka_unit_test(test_poison_in_use),
		cmocka_unit_test(test_leak_report),
	};

	return host_run_debug(tests, 6);
}
