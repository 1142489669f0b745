/*
 * Memory joins the buddy system, at boot.
 *
 * memblock_free_all gives each whole page of RAM that no reserved byte touches
 * to the buddy; every other frame that has an entry in mem_map is marked
 * PG_RESERVED. The sums are checked: no page may be lost.
 */
#include <alloc/watch_debug.h>
#include <lib/printk.h>

/*
 * Gives one block to the buddy. It is poisoned first, because it may be
 * allocated at once.
 */
static void add_block(struct page *page, unsigned int order)
{
	if (IS_ENABLED(CONFIG_DEBUG))
		debug_add_pages(page, order);
	kasan_poison(page_address(page), (size_t)PAGE_SIZE << order);
	buddy_free(page, order);
}

/*
 * Adds frames [start, end) as the largest aligned blocks. Freed as single pages
 * they would coalesce to the same, with work for each page.
 */
static void add_range(u32 start, u32 end)
{
	BUG_ON(start < min_low_pfn || end > max_low_pfn || start >= end);
	zone.managed += end - start;
	while (start < end) {
		unsigned int order = MAX_ORDER;

		/*
		 * Alignment limits the order at the front, length at the end.
		 */
		while (!IS_ALIGNED(start, 1u << order) ||
		       end - start < 1u << order)
			order--;
		add_block(pfn_to_page(start), order);
		start += 1u << order;
	}
}

/*
 * Marks frames that the buddy must never coalesce with; they may be holes in
 * RAM.
 */
static void mark_reserved(u32 start, u32 end)
{
	for (u32 pfn = start; pfn < end; pfn++) {
		struct page *page = pfn_to_page(pfn);

		page->flags = PG_RESERVED;
		/* A reference that nobody drops: put_page can never free it. */
		atomic_set(&page->_refcount, 1);
	}
}

/*
 * Gives RAM to the buddy. Frames are decided in ascending order; `decided` is
 * the first one that is not.
 */
u32 memblock_free_all(void)
{
	u32 total, kept, given;
	u32 start, end, decided = ARCH_PFN_OFFSET;

	/* Called before the loop, since it reserves RAM for mem_map itself. */
	mem_map_init();
	if (IS_ENABLED(CONFIG_DEBUG))
		page_owner_init();
	for (; memblock_next_free(decided, &start, &end); decided = end) {
		mark_reserved(decided, start);
		add_range(start, end);
	}
	/* mem_map ends with a whole block (mem_map_init). */
	mark_reserved(decided, ALIGN_UP(max_low_pfn, 1u << MAX_ORDER));
	/*
	 * A 128th of memory. Less than 64 KiB would not last one interrupt;
	 * more than 4 MiB is never needed there.
	 */
	zone_set_watermarks(min(max(zone.managed / 128, 16u), 1024u));

	total = memblock_count_frames(&kept);
	given = nr_free_pages();
	pr_info("Memory: %u pages of RAM = %u reserved + %u given to the buddy\n",
		total, kept, given);
	BUG_ON(total != kept + given);
	/* A page counted in managed but freed into no list would be lost. */
	BUG_ON(given != totalram_pages());
	return given;
}
