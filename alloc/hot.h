/*
 * alloc/hot.h - the few lines that nearly every page and object passes, and why
 * they are inline, in instructions of `make bench`:
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

/* Takes a page of this core's list. False: it is empty, *page unchanged. */
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

/* Puts page on this core's list. Returns false if it is full. */
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

/* Frees a single page whose flags are 0. */
static inline void pcp_free(struct page *page)
{
	if (unlikely(!pcp_push(page)))
		pcp_free_slow(page);
}

/* How many free pages this caller must leave for others. */
static inline u32 reserve_for(gfp_t gfp)
{
	return gfp & __GFP_HIGH ? 0 : zone.min;
}

/* Returns a block if the caller's reserve stays whole, else NULL. */
static inline struct page *take_above_reserve(gfp_t gfp, unsigned int order)
{
	struct page *page = NULL;

	if (order == 0)
		page = pcp_refill();
	return page ? page : buddy_take(order, reserve_for(gfp));
}

/*
 * Returns a block, or a single page when this core's list is empty. NULL: none,
 * and it is logged.
 */
static inline struct page *zone_alloc(gfp_t gfp, unsigned int order)
{
	struct page *page = NULL;

	if (likely(READ_ONCE(zone.free_pages) >= zone.low))
		page = take_above_reserve(gfp, order);
	return likely(page) ? page : zone_alloc_slow(gfp, order);
}

/* ---- objects ----------------------------------------------------- */

/* Returns the first page of the slab or compound block that contains va. */
static inline struct page *virt_to_head_page(const void *va)
{
	struct page *page = virt_to_page(va);

	if (IS_ENABLED(CONFIG_DEBUG))
		BUG_ON(!pfn_valid(page_to_pfn(page)));
	return unlikely(page->flags & PG_TAIL) ? page->head : page;
}

/* The next free object after obj, which is free, or NULL. */
static inline void *get_freepointer(const struct kmem_cache *cache, void *obj)
{
	return kasan_load_pointer(
		(void **)(void *)((char *)obj + cache->free_offset));
}

/* Links next behind the free object obj. */
static inline void set_freepointer(const struct kmem_cache *cache, void *obj,
				   void *next)
{
	kasan_store_pointer((void **)(void *)((char *)obj + cache->free_offset),
			    next);
}

/*
 * Gives obj back to this core's slab. Returns false if page is not that slab,
 * or if obj was the last one freed: then slab_free_checked reports it.
 */
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
 * page is the page that contains obj, not the slab's head. If it is this core's
 * slab, it is a slab, of this cache, and its first page: one comparison serves
 * for three checks.
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
