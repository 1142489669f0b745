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
#include <alloc/internal.h>
#include <lib/printk.h>
#include <string.h>
#include <uapi/errno.h>

#define MIN_ALIGN    8  /* what the ABI's largest type needs */
#define CACHE_LINE   32 /* Cortex-A9 */
#define GOOD_OBJECTS 8  /* a slab should hold this many */

struct kmem_cache_list slab_caches = TAILQ_HEAD_INITIALIZER(slab_caches);
spinlock_t slab_caches_lock = SPINLOCK_INIT;

/* The cache that struct kmem_cache comes from: the only one not in itself. */
static struct kmem_cache kmem_cache_cache;

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
	page->slab_cache = cache;
	page->freelist = NULL;
	page->inuse = 0;
	page->frozen = 1;
	for (u32 n = cache->objects; n-- > 0;) {
		void *obj = nth_object(cache, page, n);

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

void *slab_alloc_slow(struct kmem_cache *cache, gfp_t gfp, size_t size)
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

void *slab_alloc_checked(struct kmem_cache *cache, gfp_t gfp, size_t size,
			 const void *caller)
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
	debug_alloc_object(cache, obj, size, caller);
	if (gfp & __GFP_ZERO)
		memset(obj, 0, size);
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

u32 kmem_cache_shrink(struct kmem_cache *cache)
{
	struct page *page, *next;
	u32 flags, freed = 0;

	spin_lock_irqsave(&cache->lock, flags);
	flush_cpu_slab(cache);
	TAILQ_FOREACH_SAFE(page, &cache->partial, slab_link, next) {
		if (page->inuse != 0)
			continue;
		remove_partial(cache, page);
		discard_slab(cache, page);
		freed += 1u << cache->order;
	}
	spin_unlock_irqrestore(&cache->lock, flags);
	return freed;
}

/* Nobody destroys a cache in an interrupt, and shrinking takes no caches_lock. */
static u32 shrink_slabs(u32 nr __unused_arg)
{
	struct kmem_cache *cache;
	u32 flags, freed = 0;

	spin_lock_irqsave(&slab_caches_lock, flags);
	TAILQ_FOREACH(cache, &slab_caches, link)
		freed += kmem_cache_shrink(cache);
	spin_unlock_irqrestore(&slab_caches_lock, flags);
	return freed;
}

/* ---- caches come and go ------------------------------------------ */

/* Smallest order that wastes at most an eighth of a slab and holds enough. */
static unsigned int slab_order(u32 stride)
{
	unsigned int order = get_order(stride);

	for (; order < 3; order++) {
		u32 bytes = (u32)PAGE_SIZE << order;
		u32 objects = bytes / stride;

		if (bytes - objects * stride <= bytes / 8 &&
		    (objects >= GOOD_OBJECTS || order > 1))
			break;
	}
	return order;
}

/* Where things lie in an object: see struct kmem_cache. */
static void layout_objects(struct kmem_cache *cache)
{
	u32 size = ALIGN_UP(cache->object_size, (u32)sizeof(void *));

	if (IS_ENABLED(CONFIG_DEBUG)) {
		slab_debug_layout(cache);
	} else if (cache->ctor) {
		cache->free_offset = size;
		cache->stride = size + (u32)sizeof(void *);
	} else {
		cache->free_offset = 0;
		cache->stride = size;
	}
	cache->stride = ALIGN_UP(cache->stride, cache->align);
	cache->order = slab_order(cache->stride);
	cache->objects = ((u32)PAGE_SIZE << cache->order) / cache->stride;
	BUG_ON(cache->order > SLAB_MAX_ORDER || cache->objects == 0);
}

static void init_cache(struct kmem_cache *cache, const char *name, u32 size,
		       u32 align, u32 cache_flags, void (*ctor)(void *))
{
	u32 flags;

	BUG_ON((align & (align - 1)) != 0 || align > PAGE_SIZE);
	memset(cache, 0, sizeof(*cache));
	cache->name = name;
	cache->object_size = size;
	cache->align = max(align, (u32)MIN_ALIGN);
	if (cache_flags & SLAB_HWCACHE_ALIGN)
		cache->align = max(cache->align, (u32)CACHE_LINE);
	cache->flags = cache_flags;
	cache->ctor = ctor;
	spin_lock_init(&cache->lock);
	TAILQ_INIT(&cache->partial);
	layout_objects(cache);
	spin_lock_irqsave(&slab_caches_lock, flags);
	TAILQ_INSERT_TAIL(&slab_caches, cache, link);
	spin_unlock_irqrestore(&slab_caches_lock, flags);
}

struct kmem_cache *kmem_cache_create(const char *name, u32 size, u32 align,
				     u32 flags, void (*ctor)(void *))
{
	struct kmem_cache *cache = NULL;

	BUG_ON(!name);
	if (size != 0 && size <= SLAB_MAX_SIZE)
		cache = kmem_cache_alloc(&kmem_cache_cache, GFP_KERNEL);
	if (cache)
		init_cache(cache, name, size, align, flags, ctor);
	else if (flags & SLAB_PANIC)
		panic("slab: cannot create cache %s of %u bytes", name, size);
	return cache;
}

int kmem_cache_destroy(struct kmem_cache *cache)
{
	u32 flags;

	BUG_ON(cache == &kmem_cache_cache);
	kmem_cache_shrink(cache);
	if (cache->nr_slabs != 0) {
		slab_report_cache(cache);
		return -EBUSY;
	}
	spin_lock_irqsave(&slab_caches_lock, flags);
	TAILQ_REMOVE(&slab_caches, cache, link);
	spin_unlock_irqrestore(&slab_caches_lock, flags);
	kmem_cache_free(&kmem_cache_cache, cache);
	return 0;
}

void kmem_cache_init(void)
{
	static struct shrinker slab_shrinker = {
		.name = "slab",
		.shrink = shrink_slabs,
	};

	init_cache(&kmem_cache_cache, "kmem_cache", sizeof(struct kmem_cache),
		   0, SLAB_HWCACHE_ALIGN, NULL);
	kmalloc_init();
	register_shrinker(&slab_shrinker);
}
