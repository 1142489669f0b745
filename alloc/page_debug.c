/*
 * Inspecting the buddy: counts, the verifier, and in debug builds the last
 * owner of each page and poison in the free ones.
 */
#include <alloc/watch_debug.h>
#include <lib/printk.h>
#include <string.h>
#include <uapi/errno.h>

/*
 * One per frame in debug builds. `when` is page_clock, which counts allocations
 * and frees.
 */
struct page_owner {
	const void *alloc_site, *free_site; /* text addresses */
	u32 alloc_when, free_when;
};

static struct page_owner *page_owner; /* NULL: not a debug build */
static u32 page_clock;

/* ---- counts ------------------------------------------------------ */

/*
 * Sums up free pages without a lock: other cores' lists change meanwhile, so
 * the sum may be a batch off.
 */
u32 nr_free_pages(void)
{
	u32 pages = zone.free_pages;

	for (u32 cpu = 0; cpu < NR_CPUS; cpu++)
		pages += per_cpu(pcp_pages, cpu).count;
	return pages;
}

/*
 * Sums up the cores' counts. One core's may be negative, wrapped: only the sum
 * is the number.
 */
u32 nr_pages_used(enum page_use use)
{
	u32 pages = 0;

	for (u32 cpu = 0; cpu < NR_CPUS; cpu++)
		pages += page_uses[cpu][use];
	return pages;
}

/* Returns the pages given at boot, constant after it. */
u32 totalram_pages(void)
{
	return zone.managed;
}

/*
 * Counts blocks by walking their list: a counter for each order would cost
 * every block.
 */
u32 buddy_nr_free(unsigned int order)
{
	struct page *page;
	u32 flags, n = 0;

	BUG_ON(order > MAX_ORDER);
	spin_lock_irqsave(&zone.lock, flags);
	/* Interrupts are off for the length of one list. */
	LIST_FOREACH(page, &zone.free_area[order], buddy_list)
		n++;
	spin_unlock_irqrestore(&zone.lock, flags);
	return n;
}

/* Fills the figures for /proc. They may be of slightly different moments. */
void zone_get_stats(struct zone_stats *stats)
{
	*stats = (struct zone_stats){
		.managed = zone.managed,
		.free = zone.free_pages,
		.pcp_count = nr_free_pages() - zone.free_pages,
		.pcp_high = PCP_HIGH,
		.pcp_batch = PCP_BATCH,
		.min = zone.min,
		.low = zone.low,
		.high = zone.high,
		.failures = zone.failures,
		.reclaimed = zone.reclaimed,
	};
}

/* ---- the verifier ------------------------------------------------ */

/* Reports one error of a page. Returns 1, for the caller to add up. */
static u32 complain(const struct page *page, const char *what)
{
	pr_err("buddy: pfn %#x (flags %#x, order %u, count %d): %s\n",
	       page_to_pfn(page), page->flags, page_order(page),
	       page_count(page), what);
	return 1;
}

/* Checks a block on the list of its order. Returns the number of errors. */
static u32 verify_block(struct page *page, unsigned int order)
{
	u32 pfn = page_to_pfn(page);
	u32 end = pfn + (1u << order);
	struct page *buddy = find_buddy(page, order);
	u32 bad = 0;

	/* There are no entries of mem_map to check. */
	if (!pfn_valid(pfn) || end > max_low_pfn)
		return complain(page, "not lowmem");
	/* find_buddy of such a block would name the wrong page. */
	if (pfn & ((1u << order) - 1))
		bad += complain(page, "block is not aligned to its size");
	if (page->flags != buddy_flags(order))
		bad += complain(page, "flags or order differ from its list");
	/* Flags inside would look like a block to its buddy. */
	for (u32 i = 0; i < 1u << order; i++) {
		if (page_count(page + i) != 0)
			bad += complain(page + i, "free and referenced");
		if (i > 0 && page[i].flags != 0)
			bad += complain(page + i, "flags within a free block");
	}
	/* free_block must have coalesced the two. */
	if (order < MAX_ORDER && buddy->flags == buddy_flags(order))
		bad += complain(page, "its buddy is free: should be one block");
	return bad;
}

/* Checks every block; *pages: the sum of their sizes. Hold zone.lock. */
static u32 verify_free_area(u32 *pages)
{
	u32 bad = 0;

	for (unsigned int order = 0; order <= MAX_ORDER; order++) {
		struct page *page;

		LIST_FOREACH(page, &zone.free_area[order], buddy_list) {
			bad += verify_block(page, order);
			*pages += 1u << order;
		}
	}
	return bad;
}

/* Checks one core's list. It is short, so every pair of entries is compared. */
static u32 verify_pcp(const struct per_cpu_pages *pcp)
{
	u32 bad = 0;

	/* An overrun array has no meaningful contents. */
	if (pcp->count > PCP_HIGH) {
		pr_err("buddy: per-CPU list holds %u pages\n", pcp->count);
		return 1;
	}
	for (u32 i = 0; i < pcp->count; i++) {
		const struct page *page = pcp->page[i];

		if (page->flags != 0 || page_count(page))
			bad += complain(page, "in use on a per-CPU list");
		/* A double free would give one page to two owners. */
		for (u32 j = 0; j < i; j++)
			if (pcp->page[j] == page)
				bad += complain(page, "twice on the list");
	}
	return bad;
}

/*
 * Compares the pages that mem_map marks free with those on the lists: a marked
 * block on no list is lost, and its buddy would try to unlink it.
 */
static u32 verify_mem_map(u32 listed)
{
	u32 marked = 0;

	for (u32 pfn = min_low_pfn; pfn < max_low_pfn; pfn++)
		if (pfn_to_page(pfn)->flags & PG_BUDDY)
			marked += 1u << page_order(pfn_to_page(pfn));
	if (marked == listed)
		return 0;
	pr_err("buddy: mem_map marks %u pages free, the lists hold %u\n",
	       marked, listed);
	return 1;
}

/*
 * Checks everything with interrupts off: it walks all of mem_map, so only tests
 * call it.
 */
int buddy_verify(void)
{
	u32 flags, pages = 0, bad;

	spin_lock_irqsave(&zone.lock, flags);
	bad = verify_free_area(&pages);
	bad += verify_mem_map(pages);
	/* Other cores must be idle: their lists have no lock. */
	for (u32 cpu = 0; cpu < NR_CPUS; cpu++)
		bad += verify_pcp(&per_cpu(pcp_pages, cpu));
	/* More free pages than were given: one was freed twice. */
	if (pages != zone.free_pages || nr_free_pages() > zone.managed) {
		pr_err("buddy: %u pages on the lists, zone.free_pages is %u of %u\n",
		       pages, zone.free_pages, zone.managed);
		bad++;
	}
	spin_unlock_irqrestore(&zone.lock, flags);
	return bad == 0 ? 0 : -EUCLEAN;
}

/* ---- debug builds ------------------------------------------------ */

/*
 * Takes the records from memblock, since the buddy, which they watch, has no
 * pages yet.
 */
void page_owner_init(void)
{
	page_owner = memblock_alloc((max_low_pfn - min_low_pfn) *
					    (u32)sizeof(*page_owner),
				    8, "page_owner");
	/* A debug build without its records would find nothing, silently. */
	if (!page_owner)
		panic("debug: no room to note the owners of %u pages",
		      max_low_pfn - min_low_pfn);
}

/*
 * Panics: a byte of a free page was overwritten, most likely by the code that
 * freed it last.
 */
static void __noreturn bad_poison(const struct page *page, u32 at, u8 byte)
{
	const struct page_owner *owner =
		&page_owner[page_to_pfn(page) - min_low_pfn];
	char last[64];

	panic("page %#x was written while free: byte %#x is %#04x; freed by %s at %u",
	      page_to_pfn(page), at, byte,
	      site_name(owner->free_site, last, sizeof(last)),
	      owner->free_when);
}

/* Checks byte by byte, because the report names the first wrong byte. */
void debug_alloc_pages(struct page *page, unsigned int order,
		       const void *caller)
{
	u32 pages = 1u << order;

	/* One step for each block, as it orders events. */
	page_clock++;
	for (u32 i = 0; i < pages; i++) {
		struct page_owner *owner =
			&page_owner[page_to_pfn(page + i) - min_low_pfn];
		const u8 *byte = page_address(page + i);

		for (u32 at = 0; at < PAGE_SIZE; at++)
			if (byte[at] != POISON_PAGE)
				bad_poison(page + i, at, byte[at]);
		/* free_site stays: after a double free both are wanted. */
		owner->alloc_site = caller;
		owner->alloc_when = page_clock;
	}
}

/*
 * Notes the owner, then poisons: a fault while poisoning still finds the owner
 * noted.
 */
void debug_free_pages(struct page *page, unsigned int order, const void *caller)
{
	page_clock++;
	for (u32 i = 0; i < 1u << order; i++) {
		struct page_owner *owner =
			&page_owner[page_to_pfn(page + i) - min_low_pfn];

		owner->free_site = caller;
		owner->free_when = page_clock;
	}
	memset(page_address(page), POISON_PAGE, (size_t)PAGE_SIZE << order);
}

/* Poisons a new block: debug_alloc_pages checks every page. */
void debug_add_pages(struct page *page, unsigned int order)
{
	for (u32 i = 0; i < 1u << order; i++)
		/* mem_map is new: a used entry belongs to another range. */
		BUG_ON(page[i].flags != 0 || page_count(page + i) != 0);
	debug_free_pages(page, order, NULL);
}

/*
 * Reports a bad free. The page's state comes first: it is right even if the
 * records are not.
 */
void bad_page_free(const struct page *page, unsigned int order,
		   const char *what)
{
	const struct page_owner *owner;
	char first[64], last[64];

	pr_err("bad free of page %#x as order %u: %s (flags %#x, order %u, count %d, mapped %d)\n",
	       page_to_pfn(page), order, what, page->flags, page_order(page),
	       page_count(page), atomic_read(&page->_mapcount));
	/* page may be any wild pointer: it must not index the records. */
	if (IS_ENABLED(CONFIG_DEBUG) && pfn_valid(page_to_pfn(page))) {
		owner = &page_owner[page_to_pfn(page) - min_low_pfn];
		pr_err("last allocated by %s at %u, freed by %s at %u; now is %u\n",
		       site_name(owner->alloc_site, first, sizeof(first)),
		       owner->alloc_when,
		       site_name(owner->free_site, last, sizeof(last)),
		       owner->free_when, page_clock);
	}
	panic("bad free of page %#x: %s", page_to_pfn(page), what);
}
