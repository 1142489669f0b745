/*
 * The buddy system: owns every page that memblock gave away.
 *
 * Free memory is a set of blocks of 2^order pages, orders 0..MAX_ORDER, each
 * at a multiple of its own size. A block too big is split in halves; a freed
 * block whose other half, its buddy, is free as a whole becomes one with it.
 * Their frame numbers differ in bit `order` only, and mem_map has an entry for
 * every buddy that can be asked for (memblock.c).
 *
 * In front of it each core has a short list of single pages that needs no
 * lock: most allocations and frees are one page and end there.
 *
 * Below the watermark `min` a page is for __GFP_HIGH only: interrupts cannot
 * wait. Who may sleep asks the shrinkers before it comes to that.
 *
 * Lock: zone.lock, interrupts off; innermost.
 */
#include <alloc/internal.h>
#include <lib/printk.h>
#include <string.h>
#include <trace.h>

#define MAX_RECLAIM_ROUNDS 4

struct zone zone;
DEFINE_PER_CPU(struct per_cpu_pages, pcp_pages);

/* ---- blocks; zone.lock held -------------------------------------- */

static inline void insert_block(struct page *page, unsigned int order)
{
	page->flags = buddy_flags(order);
	LIST_INSERT_HEAD(&zone.free_area[order], page, buddy_list);
}

static __always_inline void free_block(struct page *page, unsigned int order)
{
	BUG_ON(page != block_of(page, order));
	zone.free_pages += 1u << order;
	for (; order < MAX_ORDER; order++) {
		struct page *buddy = find_buddy(page, order);

		if (buddy->flags != buddy_flags(order))
			break;
		LIST_REMOVE(buddy, buddy_list);
		buddy->flags = 0;
		page = block_of(page, order + 1);
	}
	insert_block(page, order);
}

/* A block of exactly this order, its flags 0; NULL: no block is big enough. */
static __always_inline struct page *take_block(unsigned int order)
{
	unsigned int found = order;
	struct page *page;

	while (LIST_EMPTY(&zone.free_area[found]))
		if (++found > MAX_ORDER)
			return NULL;
	page = LIST_FIRST(&zone.free_area[found]);
	LIST_REMOVE(page, buddy_list);
	while (found > order) {
		/* Its list is empty, we just saw: now the compiler knows. */
		LIST_INIT(&zone.free_area[--found]);
		insert_block(page + (1u << found), found);
	}
	page->flags = (u32)order << PG_ORDER_SHIFT;
	zone.free_pages -= 1u << order;
	return page;
}

/* How many free pages this caller must leave. */
static inline u32 reserve_for(gfp_t gfp)
{
	return gfp & __GFP_HIGH ? 0 : zone.min;
}

/* ---- the per-CPU list -------------------------------------------- */

/* False: the list is empty, *page as it was. */
static inline bool pcp_pop(struct page **page)
{
	u32 flags = local_irq_save();
	struct per_cpu_pages *pcp = &this_cpu(pcp_pages);
	bool any = pcp->count != 0;

	if (likely(any))
		*page = pcp->page[--pcp->count];
	local_irq_restore(flags);
	return any;
}

/* Give up to nr pages back to the buddy. Interrupts off. */
static __noinline void pcp_drain(struct per_cpu_pages *pcp, u32 nr)
{
	spin_lock(&zone.lock);
	for (; nr > 0 && pcp->count > 0; nr--)
		free_block(pcp->page[--pcp->count], 0);
	spin_unlock(&zone.lock);
}

/* False: the list is full. */
static inline bool pcp_push(struct page *page)
{
	u32 flags = local_irq_save();
	struct per_cpu_pages *pcp = &this_cpu(pcp_pages);
	bool room = pcp->count < PCP_HIGH;

	if (likely(room))
		pcp->page[pcp->count++] = page;
	local_irq_restore(flags);
	return room;
}

static __noinline void pcp_free_slow(struct page *page)
{
	u32 flags = local_irq_save();
	bool pushed;

	pcp_drain(&this_cpu(pcp_pages), PCP_BATCH);
	pushed = pcp_push(page);
	BUG_ON(!pushed);
	local_irq_restore(flags);
}

static inline void pcp_free(struct page *page)
{
	if (unlikely(!pcp_push(page)))
		pcp_free_slow(page);
}

void drain_local_pages(void)
{
	u32 flags = local_irq_save();

	pcp_drain(&this_cpu(pcp_pages), PCP_HIGH);
	local_irq_restore(flags);
}

/*
 * Up to PCP_BATCH pages in one piece, from the smallest free block: a large one
 * is broken only when nothing smaller is left. Returns how many; 0: none.
 */
static u32 take_batch(struct page **first)
{
	unsigned int order = 0;

	while (order < PCP_BATCH_ORDER && LIST_EMPTY(&zone.free_area[order]))
		order++;
	*first = take_block(order);
	return *first ? 1u << order : 0;
}

/* A page for the caller, and a few for the list while they are plentiful. */
static struct page *pcp_refill(u32 reserve)
{
	struct per_cpu_pages *pcp = &this_cpu(pcp_pages);
	struct page *first;

	BUG_ON(pcp->count != 0);
	if (zone.free_pages < reserve + 2 * PCP_BATCH)
		return take_block(0);
	for (u32 n, got = 0; got < PCP_BATCH; got += n) {
		n = take_batch(&first);
		if (n == 0)
			break;
		first->flags = 0; /* a single page now, like those behind */
		for (u32 i = 0; i < n; i++)
			pcp->page[pcp->count++] = &first[i];
	}
	BUG_ON(pcp->count == 0 || pcp->count > PCP_HIGH);
	return pcp->page[--pcp->count];
}

/* ---- allocating -------------------------------------------------- */

static struct page *rmqueue(gfp_t gfp, unsigned int order)
{
	struct page *page = NULL;
	u32 reserve = reserve_for(gfp);
	u32 flags;

	spin_lock_irqsave(&zone.lock, flags);
	if (zone.free_pages >= reserve + (1u << order)) {
		/* The reserve is not for hoarding on a list. */
		if (order == 0)
			page = pcp_refill(zone.min);
		else
			page = take_block(order);
	}
	spin_unlock_irqrestore(&zone.lock, flags);
	return page;
}

/* Boot runs with interrupts off, and has nothing to give back. */
static bool can_reclaim(gfp_t gfp)
{
	return (gfp & __GFP_DIRECT_RECLAIM) && !irqs_disabled();
}

/* One line for the 1st, 2nd, 4th, 8th ... failure: enough to see, and short. */
static void warn_failure(gfp_t gfp, unsigned int order)
{
	u32 n = ++zone.failures;

	if (!(gfp & __GFP_NOWARN) && (n & (n - 1)) == 0)
		pr_warn("page allocation failure %u: order %u, gfp %#x; %u pages free, %u kept for interrupts\n",
			n, order, gfp, nr_free_pages(), reserve_for(gfp));
}

/* What shrinkers free lands on the per-CPU list: bring it home. */
static u32 direct_reclaim(u32 nr)
{
	u32 freed = shrink_all(nr);

	drain_local_pages();
	return freed;
}

/* There is no such block: what else can be done. */
static __noinline struct page *alloc_pages_reclaim(gfp_t gfp,
						   unsigned int order)
{
	struct page *page;

	/* Single pages on the list may be the missing halves. */
	drain_local_pages();
	page = rmqueue(gfp, order);
	for (u32 round = 0;
	     !page && round < MAX_RECLAIM_ROUNDS && can_reclaim(gfp); round++) {
		if (direct_reclaim(zone.high + (1u << order)) == 0)
			break;
		page = rmqueue(gfp, order);
	}
	if (!page)
		warn_failure(gfp, order);
	return page;
}

static struct page *alloc_pages_slow(gfp_t gfp, unsigned int order)
{
	u32 nr_free = READ_ONCE(zone.free_pages);
	struct page *page;

	if (unlikely(nr_free < zone.low) && can_reclaim(gfp))
		direct_reclaim(zone.high - nr_free);
	page = rmqueue(gfp, order);
	return likely(page) ? page : alloc_pages_reclaim(gfp, order);
}

/* Pages after the first point to it, so that any address finds the block. */
static void prep_compound_page(struct page *page, unsigned int order)
{
	page->flags |= PG_COMPOUND;
	for (u32 i = 1; i < 1u << order; i++) {
		page[i].flags = PG_TAIL;
		page[i].head = page;
	}
}

static void clear_pages(struct page *page, unsigned int order)
{
	char *va = page_address(page);

	for (u32 i = 0; i < 1u << order; i++)
		clear_page(va + i * PAGE_SIZE);
}

/*
 * All that not every page needs: orders above 0, the poison's check, a refill
 * of the list, injected failures, the trace.
 */
static __noinline struct page *alloc_pages_checked(gfp_t gfp,
						   unsigned int order,
						   const void *caller)
{
	struct page *page;

	if (order > MAX_ORDER || should_fail_alloc("pages", gfp))
		return NULL;
	if (order != 0 || !pcp_pop(&page))
		page = alloc_pages_slow(gfp, order);
	if (!page)
		return NULL;
	atomic_set(&page->_refcount, 1);
	kasan_unpoison(page_address(page), (size_t)PAGE_SIZE << order);
	debug_alloc_pages(page, order, caller);
	if (order > 0 && (gfp & __GFP_COMP))
		prep_compound_page(page, order);
	if (gfp & __GFP_ZERO)
		clear_pages(page, order);
	trace_event(TRACE_PAGE, page_to_pfn(page), order, 1, gfp);
	return page;
}

/* Out of line: who wants no zeroes needs no stack frame. */
static __noinline struct page *zero_page(struct page *page)
{
	clear_page(page_address(page));
	return page;
}

static inline u32 tracing_pages(void)
{
	return trace_mask & (1u << TRACE_PAGE);
}

static inline struct page *__alloc_pages(gfp_t gfp, unsigned int order,
					 const void *caller)
{
	struct page *page;

	if (IS_ENABLED(CONFIG_DEBUG) ||
	    unlikely(order | fail_alloc_armed | tracing_pages()))
		return alloc_pages_checked(gfp, order, caller);
	if (unlikely(!pcp_pop(&page)))
		return alloc_pages_checked(gfp, order, caller);
	atomic_set(&page->_refcount, 1);
	kasan_unpoison(page_address(page), PAGE_SIZE);
	return gfp & __GFP_ZERO ? zero_page(page) : page;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return __alloc_pages(gfp, order, CALL_SITE());
}

void *__get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = __alloc_pages(gfp, order, CALL_SITE());

	return page ? page_address(page) : NULL;
}

void *get_zeroed_page(gfp_t gfp)
{
	struct page *page = __alloc_pages(gfp | __GFP_ZERO, 0, CALL_SITE());

	return page ? page_address(page) : NULL;
}

/* ---- freeing ----------------------------------------------------- */

/* Undo prep_compound_page, and refuse what nobody may free. */
static void free_pages_prepare(struct page *page, unsigned int order)
{
	if (page->flags & (PG_BUDDY | PG_RESERVED | PG_TAIL | PG_SLAB))
		bad_page_free(page, order, "this page cannot be freed");
	if (atomic_read(&page->_mapcount) != 0)
		bad_page_free(page, order, "user entries still map it");
	if (page_order(page) != order)
		bad_page_free(page, order, "wrong order");
	for (u32 i = 1; (page->flags & PG_COMPOUND) && i < 1u << order; i++) {
		BUG_ON(page[i].flags != PG_TAIL || page[i].head != page);
		page[i].flags = 0;
	}
	page->flags = 0;
}

/*
 * Is the caller's reference the last? Then nobody else can reach the page, and
 * no atomic is needed to make the count 0.
 */
static inline bool is_last_reference(const struct page *page)
{
	if (page_count(page) != 1)
		return false;
	dmb(); /* what others did before they let go, before we look or reuse */
	return true;
}

/* Give up one reference. Returns how many are left. */
static inline s32 drop_reference(struct page *page)
{
	if (!is_last_reference(page))
		return atomic_add_return(-1, &page->_refcount);
	atomic_set(&page->_refcount, 0);
	return 0;
}

/* As alloc_pages_checked; also other references, and errors. */
static __noinline void free_pages_checked(struct page *page, unsigned int order,
					  const void *caller)
{
	s32 left = drop_reference(page);
	u32 flags;

	if (left > 0)
		return;
	if (left < 0)
		bad_page_free(page, order, "it is free already");
	free_pages_prepare(page, order);
	debug_free_pages(page, order, caller);
	kasan_poison(page_address(page), (size_t)PAGE_SIZE << order);
	trace_event(TRACE_PAGE, page_to_pfn(page), order, 0, 0);
	if (order == 0) {
		pcp_free(page);
		return;
	}
	spin_lock_irqsave(&zone.lock, flags);
	free_block(page, order);
	spin_unlock_irqrestore(&zone.lock, flags);
}

/* A single page, to be freed, of which nobody wants to hear. */
static inline bool is_plain_page(const struct page *page, unsigned int order)
{
	return (order | tracing_pages()) == 0 && is_last_reference(page) &&
		(page->flags | (u32)atomic_read(&page->_mapcount)) == 0;
}

static inline void __put_pages(struct page *page, unsigned int order,
			       const void *caller)
{
	if (IS_ENABLED(CONFIG_DEBUG) || unlikely(!is_plain_page(page, order))) {
		free_pages_checked(page, order, caller);
		return;
	}
	atomic_set(&page->_refcount, 0);
	kasan_poison(page_address(page), PAGE_SIZE);
	pcp_free(page);
}

void __free_pages(struct page *page, unsigned int order)
{
	__put_pages(page, order, CALL_SITE());
}

void free_pages(void *va, unsigned int order)
{
	if (!va)
		return;
	BUG_ON(!IS_ALIGNED((uintptr_t)va, PAGE_SIZE));
	__put_pages(virt_to_page(va), order, CALL_SITE());
}

/* A compound page has its order written on it; a single page's is 0. */
void put_page(struct page *page)
{
	__put_pages(page, page_order(page), CALL_SITE());
}

/* ---- blocks as single pages -------------------------------------- */

void split_page(struct page *page, unsigned int order)
{
	BUG_ON(page_order(page) != order || page_count(page) != 1);
	BUG_ON(page->flags & PG_COMPOUND);
	page->flags = 0;
	for (u32 i = 1; i < 1u << order; i++)
		atomic_set(&page[i]._refcount, 1);
}

void *alloc_pages_exact(u32 bytes, gfp_t gfp)
{
	u32 pages = (u32)(((u64)bytes + PAGE_SIZE - 1) >> PAGE_SHIFT);
	unsigned int order;
	struct page *page;

	if (bytes == 0)
		return NULL;
	order = get_order(bytes);
	page = __alloc_pages(gfp & ~__GFP_COMP, order, CALL_SITE());
	if (!page)
		return NULL;
	split_page(page, order);
	for (u32 i = pages; i < 1u << order; i++)
		__put_pages(page + i, 0, CALL_SITE());
	return page_address(page);
}

void free_pages_exact(void *va, u32 bytes)
{
	u32 pages = (u32)(((u64)bytes + PAGE_SIZE - 1) >> PAGE_SHIFT);

	for (u32 i = 0; i < pages; i++)
		__put_pages(virt_to_page((char *)va + i * PAGE_SIZE), 0,
			    CALL_SITE());
}

/* ---- memory joins ------------------------------------------------ */

/* Nobody's frames, as mem_map was cleared. */
static void check_blank(const struct page *page, unsigned int order)
{
	for (u32 i = 0; i < 1u << order; i++)
		BUG_ON(page[i].flags != 0 || page_count(page + i) != 0);
}

/* Cut [start, end) into the largest aligned blocks: only their heads change. */
void buddy_add_range(u32 start, u32 end)
{
	u32 flags;

	BUG_ON(start < min_low_pfn || end > max_low_pfn || start >= end);
	spin_lock_irqsave(&zone.lock, flags);
	zone.managed += end - start;
	while (start < end) {
		unsigned int order = MAX_ORDER;
		struct page *page = pfn_to_page(start);

		while (!IS_ALIGNED(start, 1u << order) ||
		       end - start < 1u << order)
			order--;
		if (IS_ENABLED(CONFIG_DEBUG))
			check_blank(page, order);
		debug_free_pages(page, order, CALL_SITE());
		kasan_poison(page_address(page), (size_t)PAGE_SIZE << order);
		free_block(page, order);
		start += 1u << order;
	}
	spin_unlock_irqrestore(&zone.lock, flags);
}

u32 free_reserved_area(void *start, void *end, const char *name)
{
	u32 from = (virt_to_phys(start) + PAGE_SIZE - 1) >> PAGE_SHIFT;
	u32 to = virt_to_phys(end) >> PAGE_SHIFT;

	if (from >= to)
		return 0;
	for (u32 pfn = from; pfn < to; pfn++) {
		struct page *page = pfn_to_page(pfn);

		BUG_ON(page->flags != PG_RESERVED);
		page->flags = 0;
		atomic_set(&page->_refcount, 0);
	}
	buddy_add_range(from, to);
	pr_info("Freed %u pages of %s\n", to - from, name);
	return to - from;
}

/*
 * min: a 128th of memory for those that cannot wait, within sense; low and
 * high above it as Linux has them.
 */
void zone_set_watermarks(void)
{
	u32 pages = zone.managed / 128;

	zone.min = min(max(pages, 16u), 1024u);
	zone.low = zone.min + zone.min / 4;
	zone.high = zone.min + zone.min / 2;
}
