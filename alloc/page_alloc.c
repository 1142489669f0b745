/*
 * Pages and blocks: the functions that alloc.h promises.
 *
 * The way of a page, each step in the file of its reason:
 *
 *	alloc_pages		a page of this core's list: nearly all end here
 *	alloc_pages_checked	larger orders, and what few pages need
 *	zone_alloc		may the caller have it? else reclaim (page_policy.c)
 *	pcp_refill		a page, and more for the list        (pcp.c)
 *	buddy_take		split a block                        (buddy.c)
 *
 * and back: put_page, free_pages_checked, pcp_free_slow, buddy_free.
 */
#include <alloc/hot.h>
#include <trace.h>

/*
 * Whether pages are traced: a word and no bool, which callers join with other
 * conditions into one branch.
 */
static inline u32 tracing_pages(void)
{
	return trace_mask & (1u << TRACE_PAGE);
}

/*
 * Records an allocation or a free. Out of line: its fifth argument would give
 * both callers a stack frame.
 */
static __noinline void trace_page(const struct page *page, unsigned int order,
				  u32 is_alloc, gfp_t gfp)
{
	trace_sink(TRACE_PAGE, page_to_pfn(page), order, is_alloc, gfp);
}

/* ---- allocating -------------------------------------------------- */

/*
 * Makes a block compound: the pages after the first point to it, so that any
 * address within leads to the block.
 */
static void prep_compound_page(struct page *page, unsigned int order)
{
	page->flags |= PG_COMPOUND;
	for (u32 i = 1; i < 1u << order; i++) {
		page[i].flags = PG_TAIL;
		page[i].head = page;
	}
}

/* Clears a block through the linear map. It is still the caller's alone. */
static void clear_pages(struct page *page, unsigned int order)
{
	char *va = page_address(page);

	for (u32 i = 0; i < 1u << order; i++)
		clear_page(va + i * PAGE_SIZE);
}

/*
 * Allocates with all that few pages need: orders above 0, the poison's check, a
 * refill of the list, injected failures, the trace.
 */
static __noinline struct page *alloc_pages_checked(gfp_t gfp,
						   unsigned int order,
						   const void *caller)
{
	struct page *page;

	/* Tested first, so that a failure on purpose changes nothing. */
	if (order > MAX_ORDER || should_fail_alloc("pages", gfp))
		return NULL;
	if (order != 0 || !pcp_pop(&page))
		page = zone_alloc(gfp, order);
	if (!page)
		return NULL;
	/* A plain store is enough: nobody can know a page that was free. */
	atomic_set(&page->_refcount, 1);
	kasan_unpoison(page_address(page), (size_t)PAGE_SIZE << order);
	/* Checked before it is cleared, which would overwrite the poison. */
	if (IS_ENABLED(CONFIG_DEBUG))
		debug_alloc_pages(page, order, caller);
	if (order > 0 && (gfp & __GFP_COMP))
		prep_compound_page(page, order);
	if (gfp & __GFP_ZERO)
		clear_pages(page, order);
	if (unlikely(tracing_pages()))
		trace_page(page, order, 1, gfp);
	return page;
}

/* Out of line: without zeroes the caller then needs no stack frame. */
static __noinline struct page *zero_page(struct page *page)
{
	clear_page(page_address(page));
	return page;
}

/*
 * The common path, inlined in both interfaces: a single page of this core's
 * list. One branch tests all the rare conditions.
 */
static inline struct page *__alloc_pages(gfp_t gfp, unsigned int order,
					 const void *caller)
{
	struct page *page;

	if (IS_ENABLED(CONFIG_DEBUG) ||
	    unlikely(order | fail_alloc_armed | tracing_pages()))
		return alloc_pages_checked(gfp, order, caller);
	/* The slow path tries pcp_pop again: an interrupt may have freed pages. */
	if (unlikely(!pcp_pop(&page)))
		return alloc_pages_checked(gfp, order, caller);
	atomic_set(&page->_refcount, 1);
	kasan_unpoison(page_address(page), PAGE_SIZE);
	return gfp & __GFP_ZERO ? zero_page(page) : page;
}

/* Allocates a block. Its caller is noted here, one function away. */
struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return __alloc_pages(gfp, order, CALL_SITE());
}

/* Allocates by address, for code that never needs the struct page. */
void *__get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = __alloc_pages(gfp, order, CALL_SITE());

	return page ? page_address(page) : NULL;
}

/* ---- freeing ----------------------------------------------------- */

/*
 * Undoes prep_compound_page and clears the flags. Panics for a page that must
 * not be freed: later the damage would show in another owner's page.
 */
static void free_pages_prepare(struct page *page, unsigned int order)
{
	if (page->flags & (PG_BUDDY | PG_RESERVED | PG_TAIL | PG_SLAB))
		bad_page_free(page, order, "this page cannot be freed");
	/* A program could still reach the page (law 6). */
	if (atomic_read(&page->_mapcount) != 0)
		bad_page_free(page, order, "user entries still map it");
	if (page_order(page) != order)
		bad_page_free(page, order, "wrong order");
	for (u32 i = 1; (page->flags & PG_COMPOUND) && i < 1u << order; i++) {
		BUG_ON(page[i].flags != PG_TAIL || page[i].head != page);
		page[i].flags = 0;
	}
	/* A page without flags is what lists and the next owner expect. */
	page->flags = 0;
}

/* Drops one reference. Returns how many are left; negative: there was none. */
static inline s32 drop_reference(struct page *page)
{
	if (!page_has_one_owner(page))
		return atomic_add_return(-1, &page->_refcount);
	/* Nobody else can change the count, so a store is enough. */
	atomic_set(&page->_refcount, 0);
	return 0;
}

/*
 * The counterpart of alloc_pages_checked; also for pages with other references,
 * and for errors.
 */
static __noinline void free_pages_checked(struct page *page, unsigned int order,
					  const void *caller)
{
	s32 left = drop_reference(page);

	if (left > 0)
		return;
	if (left < 0)
		bad_page_free(page, order, "it is free already");
	free_pages_prepare(page, order);
	/*
	 * Poisoned after the last check and before the page is on a list: it
	 * must hit neither a live page nor the next owner's.
	 */
	if (IS_ENABLED(CONFIG_DEBUG))
		debug_free_pages(page, order, caller);
	kasan_poison(page_address(page), (size_t)PAGE_SIZE << order);
	if (unlikely(tracing_pages()))
		trace_page(page, order, 0, 0);
	/* The core's list has single pages only. */
	if (order == 0)
		pcp_free(page);
	else
		buddy_free(page, order);
}

/*
 * Whether page is single, the caller's alone, and without flags or entries:
 * then it goes to the list without further checks.
 */
static inline bool is_plain_page(const struct page *page, unsigned int order)
{
	return (order | tracing_pages()) == 0 && page_has_one_owner(page) &&
		(page->flags | (u32)atomic_read(&page->_mapcount)) == 0;
}

/* The common path of all three interfaces, inlined in each. */
static inline void __put_pages(struct page *page, unsigned int order,
			       const void *caller)
{
	if (IS_ENABLED(CONFIG_DEBUG) || unlikely(!is_plain_page(page, order))) {
		free_pages_checked(page, order, caller);
		return;
	}
	/* page_has_one_owner has ordered the former accesses. */
	atomic_set(&page->_refcount, 0);
	kasan_poison(page_address(page), PAGE_SIZE);
	pcp_free(page);
}

/* Frees a block without __GFP_COMP, whose order only the caller knows. */
void __free_pages(struct page *page, unsigned int order)
{
	__put_pages(page, order, CALL_SITE());
}

/* Frees by address. NULL is allowed, as for kfree. */
void free_pages(void *va, unsigned int order)
{
	if (!va)
		return;
	/* An address within the block would free the wrong page. */
	BUG_ON(!IS_ALIGNED((uintptr_t)va, PAGE_SIZE));
	__put_pages(virt_to_page(va), order, CALL_SITE());
}

/*
 * Drops a reference. A compound page has its order in its flags; a single
 * page's is 0.
 */
void put_page(struct page *page)
{
	__put_pages(page, page_order(page), CALL_SITE());
}
