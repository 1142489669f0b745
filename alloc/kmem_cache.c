/*
 * Creating and destroying caches: the layout of objects in a slab, the list of
 * all caches, and freeing their empty slabs when memory runs short.
 *
 * Locks, outermost first: slab_caches_lock, cache->lock, zone.lock.
 */
#include <alloc/watch_debug.h>
#include <string.h>
#include <uapi/errno.h>

#define MIN_ALIGN    8  /* what the ABI's largest type needs */
#define CACHE_LINE   32 /* Cortex-A9 */
#define GOOD_OBJECTS 8  /* a slab should hold this many */

struct kmem_cache_list slab_caches = TAILQ_HEAD_INITIALIZER(slab_caches);
spinlock_t slab_caches_lock = SPINLOCK_INIT;

/* The cache of all struct kmem_cache but itself. */
static struct kmem_cache kmem_cache_cache;

/* ---- layout ------------------------------------------------------ */

/*
 * Returns the smallest order that wastes at most an eighth of a slab and has
 * room for enough objects.
 */
static unsigned int slab_order(u32 stride)
{
	unsigned int order = get_order(stride);

	/* Larger blocks are hard to get once memory is fragmented. */
	for (; order < 3; order++) {
		u32 bytes = (u32)PAGE_SIZE << order;
		u32 objects = bytes / stride;

		if (bytes - objects * stride <= bytes / 8 &&
		    (objects >= GOOD_OBJECTS || order > 1))
			break;
	}
	return order;
}

/* Sets the offsets within an object: see struct kmem_cache. */
static void layout_objects(struct kmem_cache *cache, u32 flags)
{
	u32 size = ALIGN_UP(cache->object_size, (u32)sizeof(void *));

	if (IS_ENABLED(CONFIG_DEBUG)) {
		slab_debug_layout(cache);
	} else if (cache->ctor && !(flags & SLAB_WORD_IS_FREE)) {
		/* The link must not destroy what the constructor has made. */
		cache->free_offset = size;
		cache->stride = size + (u32)sizeof(void *);
	} else {
		/*
		 * A free object's bytes are unused: the link costs no memory.
		 */
		cache->free_offset = 0;
		cache->stride = size;
	}
	/* Rounded last: every object must be aligned, not only the first. */
	cache->stride = ALIGN_UP(cache->stride, cache->align);
	cache->order = slab_order(cache->stride);
	cache->objects = ((u32)PAGE_SIZE << cache->order) / cache->stride;
	BUG_ON(cache->order > SLAB_MAX_ORDER || cache->objects == 0);
}

/* ---- create and destroy ------------------------------------------ */

/* Fills in a cache and adds it to the list; it has no slab yet. */
static void init_cache(struct kmem_cache *cache, const char *name, u32 size,
		       u32 align, u32 cache_flags, void (*ctor)(void *))
{
	BUG_ON((align & (align - 1)) != 0 || align > PAGE_SIZE);
	memset(cache, 0, sizeof(*cache));
	cache->name = name;
	cache->object_size = size;
	cache->align = max(align, (u32)MIN_ALIGN);
	if (cache_flags & SLAB_HWCACHE_ALIGN)
		cache->align = max(cache->align, (u32)CACHE_LINE);
	cache->ctor = ctor;
	spin_lock_init(&cache->lock);
	TAILQ_INIT(&cache->partial);
	layout_objects(cache, cache_flags);
	/* Listed once it is complete: from here on the shrinker may use it. */
	spin_lock(&slab_caches_lock);
	TAILQ_INSERT_TAIL(&slab_caches, cache, link);
	spin_unlock(&slab_caches_lock);
}

/*
 * Creates a cache. A size of a program's choice may be wrong, so it fails; with
 * SLAB_PANIC that ends the boot.
 */
struct kmem_cache *kmem_cache_create(const char *name, u32 size, u32 align,
				     u32 flags, void (*ctor)(void *))
{
	struct kmem_cache *cache = NULL;

	BUG_ON(!name);
	/* A cache is one object of the cache of caches. */
	if (size != 0 && size <= SLAB_MAX_SIZE)
		cache = kmem_cache_alloc(&kmem_cache_cache, GFP_KERNEL);
	if (cache)
		init_cache(cache, name, size, align, flags, ctor);
	else if (flags & SLAB_PANIC)
		panic("slab: cannot create cache %s of %u bytes", name, size);
	return cache;
}

/*
 * Destroys a cache. The caller has freed every object, and no other task uses
 * the cache.
 */
int kmem_cache_destroy(struct kmem_cache *cache)
{
	BUG_ON(cache == &kmem_cache_cache);
	/* Empty slabs, this core's included, do not count as use. */
	kmem_cache_shrink(cache);
	if (cache->nr_slabs != 0) {
		slab_report_cache(cache);
		return -EBUSY;
	}
	/*
	 * Taken off the list before it is freed: the shrinker walks the list
	 * under this lock.
	 */
	spin_lock(&slab_caches_lock);
	TAILQ_REMOVE(&slab_caches, cache, link);
	spin_unlock(&slab_caches_lock);
	kmem_cache_free(&kmem_cache_cache, cache);
	return 0;
}

/* ---- boot and reclaim -------------------------------------------- */

/*
 * The shrinker: frees empty slabs of all caches, whatever nr is. A spinlock is
 * enough, since kmem_cache_shrink does not sleep, and caches are not created in
 * interrupts.
 */
static u32 shrink_slabs(u32 nr __unused_arg)
{
	struct kmem_cache *cache;
	u32 freed = 0;

	spin_lock(&slab_caches_lock);
	TAILQ_FOREACH(cache, &slab_caches, link)
		freed += kmem_cache_shrink(cache);
	spin_unlock(&slab_caches_lock);
	return freed;
}

/*
 * Makes the first cache, which cannot be allocated from a cache and so is
 * static.
 */
void kmem_cache_bootstrap(void)
{
	static struct shrinker slab_shrinker = {
		.name = "slab",
		.shrink = shrink_slabs,
	};

	init_cache(&kmem_cache_cache, "kmem_cache", sizeof(struct kmem_cache),
		   0, SLAB_HWCACHE_ALIGN, NULL);
	register_shrinker(&slab_shrinker);
}
