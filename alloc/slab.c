/*
 * Caches of equal objects: owns the pages marked PG_SLAB.
 *
 *	kmem_cache --+-- cpu: one slab, frozen: its core takes from it and
 *	             |        gives back to it without a lock
 *	             +-- partial: slabs with free objects, for the next refill
 *
 * A slab is a block of pages cut into objects. Free ones are linked through
 * themselves: the link lies at free_offset, inside the object, or behind it
 * where a constructor's work must be kept. A slab without free objects is on
 * no list: it comes back when the first of its objects is freed. This is
 * Linux's SLUB without its tricks.
 *
 * There is no colouring: objects of different slabs differ in their low
 * address bits anyway (slabs hold no header, and strides are rarely powers of
 * two), and the caches we run on are four-way.
 *
 * Locks, outermost first: slab_caches_lock, cache->lock, zone.lock.
 */
#include <alloc/hot.h>
#include <string.h>

/* ---- slabs ------------------------------------------------------- */

static void *nth_object(const struct kmem_cache *cache, const struct page *page,
			u32 n)
{
	return (char *)page_address(page) + n * cache->stride;
}

/* A slab with all objects free and constructed; inuse 0, frozen, on no list. */
static struct page *new_slab(struct kmem_cache *cache, gfp_t gfp)
{
	struct page *page = alloc_pages((gfp & ~__GFP_ZERO) | __GFP_COMP,
					cache->order);

	if (!page)
		return NULL;
	page->flags |= PG_SLAB;
	add_page_use(USE_SLAB, 1 << cache->order);
	page->slab_cache = cache;
	page->freelist = NULL;
	page->inuse = 0;
	page->frozen = 1;
	for (u32 n = cache->objects; n-- > 0;) {
		void *obj = nth_object(cache, page, n);

		if (IS_ENABLED(CONFIG_DEBUG))
			debug_new_object(cache, obj);
		if (cache->ctor)
			cache->ctor(obj);
		set_freepointer(cache, obj, page->freelist);
		page->freelist = obj;
		kasan_poison(obj, cache->object_size);
	}
	return page;
}

/* cache->lock held; the slab is on no list. */
static void discard_slab(struct kmem_cache *cache, struct page *page)
{
	BUG_ON(page->inuse != 0 || page->frozen);
	cache->nr_slabs--;
	page->flags &= ~PG_SLAB;
	add_page_use(USE_SLAB, -(1 << cache->order));
	page->slab_cache = NULL;
	page->freelist = NULL;
	kasan_unpoison(page_address(page), (size_t)PAGE_SIZE << cache->order);
	__free_pages(page, cache->order);
}

static void add_partial(struct kmem_cache *cache, struct page *page)
{
	TAILQ_INSERT_HEAD(&cache->partial, page, slab_link);
	cache->nr_partial++;
}

static void remove_partial(struct kmem_cache *cache, struct page *page)
{
	BUG_ON(cache->nr_partial == 0);
	TAILQ_REMOVE(&cache->partial, page, slab_link);
	cache->nr_partial--;
}

/* ---- allocating -------------------------------------------------- */

/* Hand all of a slab's free objects to this core. cache->lock held. */
static void *take_freelist(const struct kmem_cache *cache,
			   struct kmem_cache_cpu *c, struct page *page)
{
	void *obj = page->freelist;

	BUG_ON(!page->frozen || !obj);
	page->freelist = NULL;
	page->inuse = (u16)cache->objects;
	c->page = page;
	kasan_unpoison(obj, cache->object_size);
	c->freelist = get_freepointer(cache, obj);
	return obj;
}

/*
 * This core's list is empty. What other cores freed into its slab comes first,
 * then a partial slab. NULL: neither. cache->lock held.
 */
static void *refill(struct kmem_cache *cache)
{
	struct kmem_cache_cpu *c = &this_cpu(cache->cpu);
	struct page *page = c->page;

	BUG_ON(c->freelist);
	if (page && !page->freelist) {
		page->frozen = 0;
		c->page = page = NULL;
	}
	if (!page) {
		page = TAILQ_FIRST(&cache->partial);
		if (!page)
			return NULL;
		remove_partial(cache, page);
		page->frozen = 1;
	}
	return take_freelist(cache, c, page);
}

/*
 * The new slab was made without the lock: another core, or an interrupt, may
 * have given this core objects meanwhile. Then it is kept for later.
 */
static void *add_new_slab(struct kmem_cache *cache, struct page *page)
{
	struct kmem_cache_cpu *c = &this_cpu(cache->cpu);
	void *obj = c->freelist;

	cache->nr_slabs++;
	if (!obj)
		obj = refill(cache);
	else
		c->freelist = get_freepointer(cache, obj);
	if (!obj)
		return take_freelist(cache, c, page);
	page->frozen = 0;
	add_partial(cache, page);
	return obj;
}

/* This core has no object: one of a partial slab, or of a new one. */
static void *slab_alloc_slow(struct kmem_cache *cache, gfp_t gfp, size_t size)
{
	struct page *page;
	u32 flags;
	void *obj;

	spin_lock_irqsave(&cache->lock, flags);
	obj = refill(cache);
	spin_unlock_irqrestore(&cache->lock, flags);
	if (!obj) {
		page = new_slab(cache, gfp);
		if (!page)
			return NULL;
		spin_lock_irqsave(&cache->lock, flags);
		obj = add_new_slab(cache, page);
		spin_unlock_irqrestore(&cache->lock, flags);
	}
	kasan_poison(obj, cache->object_size);
	kasan_unpoison(obj, size);
	return obj;
}

/* The next object of this core's slab, or NULL. */
static inline void *cpu_slab_pop(struct kmem_cache *cache)
{
	u32 flags = local_irq_save();
	struct kmem_cache_cpu *c = &this_cpu(cache->cpu);
	void *obj = c->freelist;

	if (likely(obj))
		c->freelist = get_freepointer(cache, obj);
	local_irq_restore(flags);
	return obj;
}

/* With what only some ask for: zeroes, injected failures, the watch. */
static __noinline void *slab_alloc_checked(struct kmem_cache *cache, gfp_t gfp,
					   size_t size, const void *caller)
{
	void *obj;

	BUG_ON(cache->ctor && (gfp & __GFP_ZERO));
	if (should_fail_alloc(cache->name, gfp))
		return NULL;
	obj = cpu_slab_pop(cache);
	if (!obj)
		obj = slab_alloc_slow(cache, gfp, size);
	if (!obj)
		return NULL;
	kasan_unpoison(obj, size);
	if (IS_ENABLED(CONFIG_DEBUG))
		debug_alloc_object(cache, obj, size, caller);
	if (gfp & __GFP_ZERO)
		memset(obj, 0, size);
	return obj;
}

void *slab_alloc(struct kmem_cache *cache, gfp_t gfp, size_t size,
		 const void *caller)
{
	void *obj;

	if (IS_ENABLED(CONFIG_DEBUG) ||
	    unlikely((gfp & __GFP_ZERO) | fail_alloc_armed))
		return slab_alloc_checked(cache, gfp, size, caller);
	obj = cpu_slab_pop(cache);
	if (unlikely(!obj))
		return slab_alloc_slow(cache, gfp, size);
	kasan_unpoison(obj, size);
	return obj;
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return slab_alloc(cache, gfp, cache->object_size, CALL_SITE());
}

/* ---- freeing ----------------------------------------------------- */

/* Back into a slab that is not this core's. */
static void slab_free_slow(struct kmem_cache *cache, struct page *page,
			   void *obj)
{
	bool was_full;
	u32 flags;

	spin_lock_irqsave(&cache->lock, flags);
	was_full = !page->freelist && !page->frozen;
	BUG_ON(page->inuse == 0);
	set_freepointer(cache, obj, page->freelist);
	page->freelist = obj;
	page->inuse--;
	if (was_full)
		add_partial(cache, page);
	if (page->inuse == 0 && !page->frozen &&
	    cache->nr_partial > SLAB_MIN_PARTIAL) {
		remove_partial(cache, page);
		discard_slab(cache, page);
	}
	spin_unlock_irqrestore(&cache->lock, flags);
}

void slab_free_checked(struct kmem_cache *cache, void *obj, const void *caller)
{
	struct page *page = virt_to_head_page(obj);

	if (!(page->flags & PG_SLAB) || page->slab_cache != cache)
		bad_object(cache, obj, "not of this cache", caller);
	if (obj == page->freelist || obj == this_cpu(cache->cpu).freelist)
		bad_object(cache, obj, "freed twice", caller);
	if (IS_ENABLED(CONFIG_DEBUG))
		debug_free_object(cache, page, obj, caller);
	kasan_poison(obj, cache->object_size);
	if (!cpu_slab_push(cache, page, obj))
		slab_free_slow(cache, page, obj);
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
	slab_free(cache, virt_to_page(obj), obj, CALL_SITE());
}

/* ---- giving slabs back ------------------------------------------- */

/* Take this core's objects from it. cache->lock held. */
static void flush_cpu_slab(struct kmem_cache *cache)
{
	struct kmem_cache_cpu *c = &this_cpu(cache->cpu);
	struct page *page = c->page;

	if (!page)
		return;
	while (c->freelist) {
		void *obj = c->freelist;

		c->freelist = get_freepointer(cache, obj);
		set_freepointer(cache, obj, page->freelist);
		page->freelist = obj;
		page->inuse--;
	}
	page->frozen = 0;
	c->page = NULL;
	if (page->freelist)
		add_partial(cache, page);
}

/*
 * Slabs that are looked at with interrupts off; so many of them may be freed.
 * Who is in use goes to the end, so that all that were there have had their turn.
 */
#define SHRUNK_AT_ONCE 16u

static u32 shrink_some(struct kmem_cache *cache, u32 nr)
{
	struct page *page;
	u32 freed = 0;

	while (nr-- && (page = TAILQ_FIRST(&cache->partial)) != NULL) {
		remove_partial(cache, page);
		if (page->inuse != 0) {
			TAILQ_INSERT_TAIL(&cache->partial, page, slab_link);
			cache->nr_partial++;
		} else {
			discard_slab(cache, page);
			freed += 1u << cache->order;
		}
	}
	return freed;
}

u32 kmem_cache_shrink(struct kmem_cache *cache)
{
	u32 flags, left, freed = 0;

	spin_lock_irqsave(&cache->lock, flags);
	flush_cpu_slab(cache);
	for (left = cache->nr_partial; left;
	     left -= min(left, SHRUNK_AT_ONCE)) {
		freed += shrink_some(cache, min(left, SHRUNK_AT_ONCE));
		spin_unlock_irqrestore(&cache->lock, flags);
		spin_lock_irqsave(&cache->lock, flags);
	}
	spin_unlock_irqrestore(&cache->lock, flags);
	return freed;
}
