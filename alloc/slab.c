/*
 * Caches of equal objects: owns the pages marked PG_SLAB.
 *
 *	kmem_cache --+-- cpu: one slab, frozen: its core allocates from it
 *	             |        and frees to it without a lock
 *	             +-- partial: slabs with free objects, for the next refill
 *
 * A slab is a block of pages cut into objects. Free objects are linked through
 * themselves: the link is at free_offset, inside the object, or behind it where
 * a constructor's work must be kept. A slab without free objects is on no list;
 * it joins partial when the first of its objects is freed. This is Linux's SLUB
 * without its lock-free tricks.
 *
 * There is no colouring: objects of different slabs differ in their low address
 * bits anyway (slabs have no header, and strides are rarely powers of two), and
 * the caches of our cores are four-way.
 *
 * Locks, outermost first: slab_caches_lock, cache->lock, zone.lock.
 */
#include <alloc/hot.h>
#include <string.h>

/* ---- slabs ------------------------------------------------------- */

/*
 * Returns object n. Slabs have no header: object 0 begins at the slab's first
 * byte.
 */
static void *nth_object(const struct kmem_cache *cache, const struct page *page,
			u32 n)
{
	return (char *)page_address(page) + n * cache->stride;
}

/*
 * Makes a slab with all objects free and constructed; inuse 0, frozen, on no
 * list. NULL: no memory. Called without cache->lock, as the constructor and the
 * allocator may take long.
 */
static struct page *new_slab(struct kmem_cache *cache, gfp_t gfp)
{
	/*
	 * Compound, so that virt_to_head_page finds the slab from any object.
	 */
	struct page *page = alloc_pages((gfp & ~__GFP_ZERO) | __GFP_COMP,
					cache->order);

	if (!page)
		return NULL;
	page->flags |= PG_SLAB;
	add_page_use(USE_SLAB, 1 << cache->order);
	page->slab_cache = cache;
	page->freelist = NULL;
	page->inuse = 0;
	/* Frozen until the caller decides: no list may see it yet. */
	page->frozen = 1;
	/*
	 * From the last one down, so that the list is in order of address: new
	 * objects of a cache are neighbours.
	 */
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

/*
 * Returns an empty slab's pages to the buddy. Hold cache->lock; the slab is on
 * no list.
 */
static void discard_slab(struct kmem_cache *cache, struct page *page)
{
	BUG_ON(page->inuse != 0 || page->frozen);
	cache->nr_slabs--;
	/* The buddy refuses pages that are still a slab's. */
	page->flags &= ~PG_SLAB;
	add_page_use(USE_SLAB, -(1 << cache->order));
	page->slab_cache = NULL;
	page->freelist = NULL;
	kasan_unpoison(page_address(page), (size_t)PAGE_SIZE << cache->order);
	__free_pages(page, cache->order);
}

/*
 * Adds a slab at the head: the next refill takes the one used last. Hold
 * cache->lock.
 */
static void add_partial(struct kmem_cache *cache, struct page *page)
{
	TAILQ_INSERT_HEAD(&cache->partial, page, slab_link);
	cache->nr_partial++;
}

/* Takes a slab off the list. Hold cache->lock. */
static void remove_partial(struct kmem_cache *cache, struct page *page)
{
	BUG_ON(cache->nr_partial == 0);
	TAILQ_REMOVE(&cache->partial, page, slab_link);
	cache->nr_partial--;
}

/* ---- allocating -------------------------------------------------- */

/*
 * Gives all free objects of a frozen slab to this core and returns the first.
 * Hold cache->lock.
 */
static void *take_freelist(const struct kmem_cache *cache,
			   struct kmem_cache_cpu *c, struct page *page)
{
	void *obj = page->freelist;

	BUG_ON(!page->frozen || !obj);
	page->freelist = NULL;
	/* The core's objects count as used: only the core sees its list. */
	page->inuse = (u16)cache->objects;
	c->page = page;
	/* Reading the link is reading a free object. */
	kasan_unpoison(obj, cache->object_size);
	c->freelist = get_freepointer(cache, obj);
	return obj;
}

/*
 * Refills this core's empty list: with what other cores freed into its slab,
 * then from a partial slab. Returns an object; NULL: neither has any. Hold
 * cache->lock.
 */
static void *refill(struct kmem_cache *cache)
{
	struct kmem_cache_cpu *c = &this_cpu(cache->cpu);
	struct page *page = c->page;

	BUG_ON(c->freelist);
	if (page && !page->freelist) {
		/*
		 * The slab is full: it is on no list until one of its objects
		 * is freed.
		 */
		page->frozen = 0;
		c->page = page = NULL;
	}
	if (!page) {
		page = TAILQ_FIRST(&cache->partial);
		if (!page)
			return NULL;
		remove_partial(cache, page);
		/* From here on only this core may allocate from it. */
		page->frozen = 1;
	}
	return take_freelist(cache, c, page);
}

/*
 * Adds a slab that was made without the lock, and returns an object. Another
 * core, or an interrupt, may have given this core objects meanwhile: then the
 * slab is kept for later. Hold cache->lock.
 */
static void *add_new_slab(struct kmem_cache *cache, struct page *page)
{
	struct kmem_cache_cpu *c = &this_cpu(cache->cpu);
	void *obj = c->freelist;

	cache->nr_slabs++;
	/* Partial slabs are used up before the new one, to need fewer slabs. */
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

/*
 * This core has no object: returns one of a partial slab, or of a new one.
 * NULL: no memory.
 */
static void *slab_alloc_slow(struct kmem_cache *cache, gfp_t gfp, size_t size)
{
	struct page *page;
	u32 flags;
	void *obj;

	spin_lock_irqsave(&cache->lock, flags);
	obj = refill(cache);
	spin_unlock_irqrestore(&cache->lock, flags);
	/* Interrupts are on while a slab is made; the allocation may sleep. */
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

/*
 * Takes the next object of this core's slab, or returns NULL. Interrupts are
 * off, so neither an interrupt nor another task can take the same one.
 */
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

/*
 * slab_alloc with what few callers need: zeroes, injected failures, the watch.
 */
static __noinline void *slab_alloc_checked(struct kmem_cache *cache, gfp_t gfp,
					   size_t size, const void *caller)
{
	void *obj;

	/* Clearing would undo the constructor's work. */
	BUG_ON(cache->ctor && (gfp & __GFP_ZERO));
	if (should_fail_alloc(cache->name, gfp))
		return NULL;
	obj = cpu_slab_pop(cache);
	if (!obj)
		obj = slab_alloc_slow(cache, gfp, size);
	if (!obj)
		return NULL;
	kasan_unpoison(obj, size);
	/* Checked before it is cleared, which would overwrite the poison. */
	if (IS_ENABLED(CONFIG_DEBUG))
		debug_alloc_object(cache, obj, size, caller);
	if (gfp & __GFP_ZERO)
		memset(obj, 0, size);
	return obj;
}

/*
 * Takes an object of this core's slab without a lock. One branch tests all rare
 * conditions.
 */
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

/*
 * Allocates an object and notes the caller here, where it is one function away.
 */
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return slab_alloc(cache, gfp, cache->object_size, CALL_SITE());
}

/* ---- freeing ----------------------------------------------------- */

/*
 * Frees an object of a slab that is not this core's: another core's, partial or
 * full. Takes cache->lock.
 */
static void slab_free_slow(struct kmem_cache *cache, struct page *page,
			   void *obj)
{
	bool was_full;
	u32 flags;

	spin_lock_irqsave(&cache->lock, flags);
	/*
	 * A frozen slab is its core's, and stays off the list even if this free
	 * list was empty.
	 */
	was_full = !page->freelist && !page->frozen;
	BUG_ON(page->inuse == 0);
	set_freepointer(cache, obj, page->freelist);
	page->freelist = obj;
	page->inuse--;
	if (was_full)
		add_partial(cache, page);
	/*
	 * A few empty slabs stay, so that an object freed and allocated at a
	 * slab's border does not make and free pages each time.
	 */
	if (page->inuse == 0 && !page->frozen &&
	    cache->nr_partial > SLAB_MIN_PARTIAL) {
		remove_partial(cache, page);
		discard_slab(cache, page);
	}
	spin_unlock_irqrestore(&cache->lock, flags);
}

/*
 * Frees an object with checks. Builds without the watch come here, too, so the
 * cheap checks are always made.
 */
void slab_free_checked(struct kmem_cache *cache, void *obj, const void *caller)
{
	struct page *page = virt_to_head_page(obj);

	if (!(page->flags & PG_SLAB) || page->slab_cache != cache)
		bad_object(cache, obj, "not of this cache", caller);
	/*
	 * The likeliest double free, twice in a row, costs two comparisons to
	 * find.
	 */
	if (obj == page->freelist || obj == this_cpu(cache->cpu).freelist)
		bad_object(cache, obj, "freed twice", caller);
	if (IS_ENABLED(CONFIG_DEBUG))
		debug_free_object(cache, page, obj, caller);
	/*
	 * Poisoned before it is on a list, from which another core may take it
	 * at once.
	 */
	kasan_poison(obj, cache->object_size);
	if (!cpu_slab_push(cache, page, obj))
		slab_free_slow(cache, page, obj);
}

/* Frees an object. Its page is found by the address: no object has a header. */
void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
	slab_free(cache, virt_to_page(obj), obj, CALL_SITE());
}

/* ---- giving slabs back ------------------------------------------- */

/*
 * Returns this core's objects to its slab, and the slab to the partial list.
 * Hold cache->lock. Other cores' lists cannot be touched: they have no lock.
 */
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
	/* A full slab is on no list. */
	if (page->freelist)
		add_partial(cache, page);
}

/*
 * How many slabs are looked at, and perhaps freed, with interrupts off. A slab
 * in use goes to the end of the list, so that each slab on it has its turn.
 */
#define SHRUNK_AT_ONCE 16u

/*
 * Frees the empty ones of up to nr partial slabs. Returns the pages freed. Hold
 * cache->lock.
 */
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

/*
 * Frees empty slabs. Each one that was partial at the start is looked at once,
 * whatever is added meanwhile.
 */
u32 kmem_cache_shrink(struct kmem_cache *cache)
{
	u32 flags, left, freed = 0;

	spin_lock_irqsave(&cache->lock, flags);
	/* Otherwise an empty slab of this core would never be freed. */
	flush_cpu_slab(cache);
	for (left = cache->nr_partial; left;
	     left -= min(left, SHRUNK_AT_ONCE)) {
		freed += shrink_some(cache, min(left, SHRUNK_AT_ONCE));
		/* Lets pending interrupts in between two batches. */
		spin_unlock_irqrestore(&cache->lock, flags);
		spin_lock_irqsave(&cache->lock, flags);
	}
	spin_unlock_irqrestore(&cache->lock, flags);
	return freed;
}
