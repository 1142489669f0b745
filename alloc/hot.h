/*
 * alloc/hot.h - the few lines that nearly every page and object passes, and
 * why they are inline, in instructions of `make bench`:
 *
 *	inline		measured by		inline	out of line
 *	pcp_pop		page, per-CPU list	59	72
 *			anonymous write fault	430	444
 *	pcp_push	page, per-CPU list	59	65
 *			munmap, per page	129	136
 *	zone_alloc	block of order 1	192	200
 *	cpu_slab_push	kmem_cache object	46	55
 *			kmalloc(64)		60	68
 *	slab_free	kmem_cache object	46	50
 *			kmalloc(64)		60	63
 *
 * The others are parts of these. Functions inlined into a single file are
 * defined in that file: cpu_slab_pop in slab.c, those of blocks in buddy.c.
 */
#ifndef ALLOC_HOT_H
#define ALLOC_HOT_H

#include <alloc/watch_debug.h>

/* ---- pages ------------------------------------------------------- */

/* A page of this core's list. False: the list is empty, *page as it was. */
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

static inline void pcp_free(struct page *page)
{
	if (unlikely(!pcp_push(page)))
		pcp_free_slow(page);
}

/* How many free pages this caller must leave. */
static inline u32 reserve_for(gfp_t gfp)
{
	return gfp & __GFP_HIGH ? 0 : zone.min;
}

/* A block, if the caller's reserve stays whole; NULL: no. */
static inline struct page *take_above_reserve(gfp_t gfp, unsigned int order)
{
	struct page *page = NULL;

	if (order == 0)
		page = pcp_refill();
	return page ? page : buddy_take(order, reserve_for(gfp));
}

/* A block, of single pages one that is not on this core's list. */
static inline struct page *zone_alloc(gfp_t gfp, unsigned int order)
{
	struct page *page = NULL;

	if (likely(READ_ONCE(zone.free_pages) >= zone.low))
		page = take_above_reserve(gfp, order);
	return likely(page) ? page : zone_alloc_slow(gfp, order);
}

/* ---- objects ----------------------------------------------------- */

/* The slab an address lies in, or the block's head page; never fails. */
static inline struct page *virt_to_head_page(const void *va)
{
	struct page *page = virt_to_page(va);

	if (IS_ENABLED(CONFIG_DEBUG))
		BUG_ON(!pfn_valid(page_to_pfn(page)));
	return unlikely(page->flags & PG_TAIL) ? page->head : page;
}

static inline void *get_freepointer(const struct kmem_cache *cache, void *obj)
{
	return kasan_load_pointer(
		(void **)(void *)((char *)obj + cache->free_offset));
}

static inline void set_freepointer(const struct kmem_cache *cache, void *obj,
				   void *next)
{
	kasan_store_pointer((void **)(void *)((char *)obj + cache->free_offset),
			    next);
}

/* False: page is not this core's slab, or obj was freed just before. */
static inline bool cpu_slab_push(struct kmem_cache *cache,
				 const struct page *page, void *obj)
{
	u32 flags = local_irq_save();
	struct kmem_cache_cpu *c = &this_cpu(cache->cpu);
	bool mine = page == c->page && obj != c->freelist;

	if (likely(mine)) {
		set_freepointer(cache, obj, c->freelist);
		c->freelist = obj;
	}
	local_irq_restore(flags);
	return mine;
}

/*
 * page is where obj lies, not the slab's head: being this core's slab says at
 * once that it is a slab, of this cache, and its first page.
 */
static inline void slab_free(struct kmem_cache *cache, struct page *page,
			     void *obj, const void *caller)
{
	if (!IS_ENABLED(CONFIG_DEBUG) &&
	    likely(cpu_slab_push(cache, page, obj)))
		kasan_poison(obj, cache->object_size);
	else
		slab_free_checked(cache, obj, caller);
}

#endif
