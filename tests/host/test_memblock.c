/*
 * The tables of early memory against a plain map of pages, and the hand-over to
 * the buddy.
 */
#include <alloc/internal.h>
#include <stdio.h>
#include <string.h>
#include <uapi/errno.h>
#include "host.h"

#define PAGES 4096 /* of the plain map: 16 MiB */

static phys_addr_t at(u32 page)
{
	return PHYS_OFFSET + page * PAGE_SIZE;
}

/* ---- looking ----------------------------------------------------- */

static char listing[1024];

static void list_memory(phys_addr_t base, u32 bytes, void *arg __unused_arg)
{
	size_t used = strlen(listing);

	snprintf(listing + used, sizeof(listing) - used, "%x+%x ", base, bytes);
}

static void list_reserved(phys_addr_t base, u32 bytes, const char *name,
			  void *arg __unused_arg)
{
	size_t used = strlen(listing);

	snprintf(listing + used, sizeof(listing) - used, "%s:%x+%x ", name,
		 base, bytes);
}

static const char *memory(void)
{
	listing[0] = '\0';
	memblock_for_each_memory(list_memory, NULL);
	return listing;
}

static const char *reserved(void)
{
	listing[0] = '\0';
	memblock_for_each_reserved(list_reserved, NULL);
	return listing;
}

/* ---- the tables -------------------------------------------------- */

static void test_add_merges(void **state __unused_arg)
{
	assert_int_equal(memblock_start(), 0);
	assert_int_equal(memblock_end(), 0);
	assert_int_equal(memblock_add(0x60400000, 0x100000), 0);
	assert_int_equal(memblock_add(0x60000000, 0x100000), 0);
	assert_string_equal(memory(), "60000000+100000 60400000+100000 ");
	assert_int_equal(memblock_add(0x60100000, 0x80000), 0);
	assert_string_equal(memory(), "60000000+180000 60400000+100000 ");
	assert_int_equal(memblock_add(0x60080000, 0x400000), 0);
	assert_string_equal(memory(), "60000000+500000 ");
	assert_int_equal(memblock_start(), 0x60000000);
	assert_int_equal(memblock_end(), 0x60500000);
}

/* Half a page of RAM is no page. */
static void test_add_rounds_inward(void **state __unused_arg)
{
	assert_int_equal(memblock_add(0x60000800, 0x2000), 0);
	assert_string_equal(memory(), "60001000+1000 ");
	assert_int_equal(memblock_add(0x61000001, 0xffe), 0);
	assert_int_equal(memblock_add(0x62000000, 0), 0);
	assert_string_equal(memory(), "60001000+1000 ");
}

static void test_end_of_address_space(void **state __unused_arg)
{
	assert_int_equal(memblock_add(0xf0000000, 0x20000000), 0);
	assert_string_equal(memory(), "f0000000+ffff000 ");
}

static void test_reserve_keeps_names(void **state __unused_arg)
{
	memblock_add(0x60000000, 0x1000000);
	assert_int_equal(memblock_reserve(0x60010000, 0x5432, "image"), 0);
	assert_int_equal(memblock_reserve(0x60015432, 0x100, "dtb"), 0);
	assert_string_equal(reserved(),
			    "image:60010000+5432 dtb:60015432+100 ");
	assert_int_equal(memblock_reserve(0x6000f000, 0x1000, "image"), 0);
	assert_string_equal(reserved(),
			    "image:6000f000+6432 dtb:60015432+100 ");
	assert_int_equal(memblock_reserve(0x60000000, 0x20000, "all"), 0);
	assert_string_equal(reserved(), "all:60000000+20000 ");
}

static void test_table_full(void **state __unused_arg)
{
	u32 n = 0;

	memblock_add(0x60000000, 0x1000000);
	while (memblock_reserve(at(2 * n), 16, "r") == 0)
		n++;
	assert_true(n >= 32);
	assert_int_equal(memblock_reserve(at(2 * n), 16, "r"), -ENOSPC);
	/* One that merges still fits. */
	assert_int_equal(memblock_reserve(at(0), 3 * PAGE_SIZE, "r"), 0);
	assert_int_equal(memblock_reserve(at(2 * n), 16, "r"), 0);
	assert_null(memblock_alloc(16, 16, "full"));
}

static void test_limit_lowmem(void **state __unused_arg)
{
	memblock_add(PHYS_OFFSET - 0x100000, 0x100000);
	memblock_add(PHYS_OFFSET, 0x40000000);
	assert_int_equal(memblock_limit_lowmem(),
			 0x100000 + 0x40000000 - LOWMEM_MAX);
	assert_string_equal(memory(), "60000000+30000000 ");
	expect_log("263168 KiB of RAM behind lowmem");
	assert_int_equal(memblock_limit_lowmem(), 0);
}

/* ---- allocation -------------------------------------------------- */

static void test_alloc_highest_fit(void **state __unused_arg)
{
	memblock_add(0x60000000, 0x100000);
	memblock_add(0x60200000, 0x100000);
	memblock_reserve(0x602ff000, 0x800, "top");
	assert_ptr_equal(memblock_alloc(0x800, 8, "a"),
			 phys_to_virt(0x602ff800));
	assert_ptr_equal(memblock_alloc(0x10, 0x4000, "b"),
			 phys_to_virt(0x602f8000 + 0x4000));
	/* Between the two. */
	assert_ptr_equal(memblock_alloc(0x1000, 8, "c"),
			 phys_to_virt(0x602fe000));
	/* Only the lower bank has room. */
	assert_non_null(memblock_alloc(0xf0000, 8, "d"));
	assert_ptr_equal(memblock_alloc(0x80000, 0x1000, "e"),
			 phys_to_virt(0x60080000));
	assert_null(memblock_alloc(0x100000, 8, "f"));
}

/* The only multiple of 4 MiB below the end lies before the bank. */
static void test_alloc_stays_in_bank(void **state __unused_arg)
{
	memblock_add(0x60200000, 0x100000);
	assert_null(memblock_alloc(0x1000, 0x400000, "far"));
}

static void test_alloc_is_zeroed(void **state __unused_arg)
{
	u8 *p;

	memblock_add(PHYS_OFFSET, 0x100000);
	memset(host_ram, 0xff, 0x100000);
	p = memblock_alloc(5000, 64, "x");
	for (u32 i = 0; i < 5000; i++)
		assert_int_equal(p[i], 0);
}

/* ---- random ranges against a byte per page ----------------------- */

static u8 is_ram[PAGES], is_taken[PAGES];

static void mark(u8 *map, u32 first, u32 n)
{
	for (u32 i = first; i < first + n && i < PAGES; i++)
		map[i] = 1;
}

/* Banks and reservations anywhere; ends of the latter need not be pages. */
static void random_ranges(void)
{
	memset(is_ram, 0, sizeof(is_ram));
	memset(is_taken, 0, sizeof(is_taken));
	for (u32 i = 1 + rnd_below(6); i > 0; i--) {
		u32 first = rnd_below(PAGES - 600), n = 1 + rnd_below(600);

		assert_int_equal(memblock_add(at(first), n * PAGE_SIZE), 0);
		mark(is_ram, first, n);
	}
	for (u32 i = rnd_below(20); i > 0; i--) {
		u32 first = rnd_below(PAGES - 50),
		    bytes = 1 + rnd_below(100000);
		u32 skip = rnd_below(PAGE_SIZE);

		assert_int_equal(memblock_reserve(at(first) + skip, bytes,
						  rnd_below(2) ? "a" : "b"),
				 0);
		mark(is_taken, first,
		     (skip + bytes + PAGE_SIZE - 1) / PAGE_SIZE);
	}
}

static void take_reserved(phys_addr_t base, u32 bytes,
			  const char *name __unused_arg, void *arg __unused_arg)
{
	u32 first = (base - PHYS_OFFSET) / PAGE_SIZE;
	u32 last = (base + bytes - 1 - PHYS_OFFSET) / PAGE_SIZE;

	mark(is_taken, first, last - first + 1);
}

/* The entries of mem_map that are not the buddy's say so, those in holes too. */
static void check_reserved_frames(void)
{
	u32 first = PHYS_OFFSET / PAGE_SIZE;
	u32 end = ALIGN_UP(max_low_pfn, 1u << MAX_ORDER);

	for (u32 pfn = first; pfn < end; pfn++) {
		const struct page *page = pfn_to_page(pfn);
		bool given = pfn - first < PAGES && is_ram[pfn - first] &&
			!is_taken[pfn - first];

		assert_int_equal(page->flags == PG_RESERVED, !given);
		assert_int_equal(page_count(page), !given);
	}
}

/* Each page once, and only those that are RAM and not taken. */
static void test_hand_over(void **state __unused_arg)
{
	for (u32 round = 0; round < 60; round++) {
		static u8 got[PAGES];
		struct page *page;
		u32 expected = 0;

		host_reset_keep_random();
		random_ranges();
		memset(got, 0, sizeof(got));
		memblock_add(at(0), 200 * PAGE_SIZE); /* room for mem_map */
		mark(is_ram, 0, 200);
		memblock_free_all();
		memblock_for_each_reserved(take_reserved, NULL);
		for (u32 i = 0; i < PAGES; i++)
			expected += is_ram[i] && !is_taken[i];
		assert_int_equal(nr_free_pages(), expected);
		assert_int_equal(totalram_pages(), expected);
		assert_int_equal(buddy_verify(), 0);
		check_reserved_frames();
		while ((page = alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0))) {
			u32 i = page_to_pfn(page) - PHYS_OFFSET / PAGE_SIZE;

			assert_true(i < PAGES && is_ram[i] && !is_taken[i]);
			assert_int_equal(got[i]++, 0);
			expected--;
		}
		assert_int_equal(expected, 0);
	}
}

static void test_sums_are_printed(void **state __unused_arg)
{
	memblock_add(PHYS_OFFSET, 0x400000);
	memblock_reserve(PHYS_OFFSET, 0x10001, "image");
	memblock_free_all();
	expect_log("Memory: 1024 pages of RAM = ");
}

static void test_no_alloc_after(void **state __unused_arg)
{
	host_boot(0x400000);
	expect_bug("BUG at alloc/memblock.c", (void)!memblock_alloc(8, 8, "x"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_merges),
		cmocka_unit_test(test_add_rounds_inward),
		cmocka_unit_test(test_end_of_address_space),
		cmocka_unit_test(test_reserve_keeps_names),
		cmocka_unit_test(test_table_full),
		cmocka_unit_test(test_limit_lowmem),
		cmocka_unit_test(test_alloc_highest_fit),
		cmocka_unit_test(test_alloc_stays_in_bank),
		cmocka_unit_test(test_alloc_is_zeroed),
		cmocka_unit_test(test_hand_over),
		cmocka_unit_test(test_sums_are_printed),
		cmocka_unit_test(test_no_alloc_after),
	};

	return host_run(tests);
}
