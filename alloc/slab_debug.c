/*
 * Inspecting one cache: its figures and its live objects; and the watch that
 * debug builds keep on each object.
 *
 * A debug build's object:
 *
 *	user's bytes | red zone | link to next free | struct slab_track
 *
 * While it is free its bytes are POISON_FREE and its red zone is RED_INACTIVE.
 * While it is live the red zone is RED_ACTIVE, and so are the bytes between the
 * size asked for and the cache's. With a constructor the bytes of a free object
 * are the constructor's.
 */
#include <alloc/hot.h>
#include <lib/printk.h>
#include <string.h>

#define SLAB_LIVE  0x4c495645 /* "LIVE" */
#define SLAB_FREE  0x46524545 /* "FREE" */
#define MAX_REPORT 8          /* lines a report prints of one cache */
#define MAX_SITES  64         /* call sites a report keeps apart */

/* Linux's bytes; POISON_INUSE is in watch_debug.h. */
#define POISON_FREE    0x6b /* a free object */
#define RED_ACTIVE     0xcc /* past the end of a live object */
#define RED_INACTIVE   0xbb /* past the end of a free one */
#define RED_ZONE_BYTES 8

/* Behind each object. */
struct slab_track {
	const void *alloc_site, *free_site; /* text addresses; NULL: never */
	u32 alloc_when, free_when;          /* slab_clock then */
	u32 size;                           /* bytes asked for */
	u32 live;                           /* SLAB_LIVE or SLAB_FREE */
};

static u32 slab_clock; /* allocations and frees so far */

/* ---- slabs and figures ------------------------------------------- */

/*
 * Whether obj is an object of the slab. The offset is unsigned, so one
 * comparison covers addresses below it, too.
 */
bool slab_has_object(const struct kmem_cache *cache, const struct page *page,
		     const void *obj)
{
	uintptr_t offset = (uintptr_t)obj - (uintptr_t)page_address(page);

	return offset < (uintptr_t)cache->stride * cache->objects &&
		offset % cache->stride == 0;
}

/* Whether page is a slab of cache. slab_cache is valid only with PG_SLAB. */
static bool is_slab_of(const struct kmem_cache *cache, const struct page *page)
{
	return page->flags & PG_SLAB && page->slab_cache == cache;
}

/* Walks mem_map, since full slabs are on no list. */
struct page *next_slab(const struct kmem_cache *cache, const struct page *after)
{
	u32 pfn = after ? page_to_pfn(after) + 1 : min_low_pfn;

	for (; pfn < max_low_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);

		/* Later pages of a slab are PG_TAIL alone: it is found once. */
		if (is_slab_of(cache, page))
			return page;
	}
	return NULL;
}

/*
 * Returns the length of a free list, or objects + 1 if it is longer than a
 * slab: a damaged list may have a cycle.
 */
static u32 list_length(const struct kmem_cache *cache, void *obj)
{
	u32 n = 0;

	for (; obj && n <= cache->objects; n++)
		obj = get_freepointer(cache, obj);
	return n;
}

/* Returns the free objects of a slab that are on a core's list. */
static u32 cpu_free(const struct kmem_cache *cache, const struct page *page)
{
	u32 n = 0;

	for (u32 cpu = 0; cpu < NR_CPUS; cpu++)
		if (per_cpu(cache->cpu, cpu).page == page)
			n += list_length(cache,
					 per_cpu(cache->cpu, cpu).freelist);
	return n;
}

/* Counts slab by slab, so that interrupts are off only for one. */
void slab_cache_stats(struct kmem_cache *cache, struct slab_stats *stats)
{
	const struct page *page = NULL;
	u32 flags;

	*stats = (struct slab_stats){
		.name = cache->name,
		.object_size = cache->object_size,
		.objects_per_slab = cache->objects,
		.pages_per_slab = 1u << cache->order,
	};
	while ((page = next_slab(cache, page)) != NULL) {
		u32 active = 0;

		spin_lock_irqsave(&cache->lock, flags);
		/*
		 * Tested again under the lock: the slab may have been freed
		 * before.
		 */
		if (is_slab_of(cache, page)) {
			/* A core's free objects are counted in inuse. */
			active = page->inuse - cpu_free(cache, page);
			stats->slabs++;
			stats->total_objects += cache->objects;
		}
		spin_unlock_irqrestore(&cache->lock, flags);
		stats->active_slabs += active != 0;
		stats->active_objects += active;
	}
}

/*
 * Counts live objects in every build: tests compare the number before and
 * after.
 */
u32 slab_count_live(struct kmem_cache *cache)
{
	struct slab_stats stats;

	slab_cache_stats(cache, &stats);
	return stats.active_objects;
}

/* ---- debug builds: the watch on an object ------------------------ */

/* Returns the record behind obj, writable even for a const object. */
static struct slab_track *track_of(const struct kmem_cache *cache,
				   const void *obj)
{
	return (struct slab_track *)(void *)((char *)(uintptr_t)obj +
					     cache->track_offset);
}

/*
 * Lays an object out for the watch. The link is behind the red zone, where a
 * write to the freed object does not destroy it.
 */
void slab_debug_layout(struct kmem_cache *cache)
{
	u32 size = ALIGN_UP(cache->object_size, (u32)sizeof(void *));

	cache->free_offset = ALIGN_UP(size + RED_ZONE_BYTES,
				      (u32)sizeof(void *));
	/* A track has words that must be aligned whatever the object's size. */
	cache->track_offset = ALIGN_UP(cache->free_offset + (u32)sizeof(void *),
				       8);
	cache->stride = cache->track_offset + (u32)sizeof(struct slab_track);
}

/* Fills the bytes from the end of the user's to the link: the red zone. */
static void paint(const struct kmem_cache *cache, void *obj, size_t size,
		  u8 red)
{
	memset((char *)obj + size, red, cache->free_offset - size);
}

/*
 * Returns the offset of the first byte of [from, to) that is not `value`, or
 * `to`.
 */
static u32 find_other(const void *obj, u32 from, u32 to, u8 value)
{
	const u8 *byte = obj;

	while (from < to && byte[from] == value)
		from++;
	return from;
}

/*
 * Reports damage. obj may be any address, so each step is checked before it is
 * used.
 */
void bad_object(const struct kmem_cache *cache, void *obj, const char *what,
		const void *caller)
{
	struct page *page = virt_to_head_page(obj);
	char by[64], first[64], last[64];

	pr_err("slab: cache %s, object %p: %s\n", cache->name, obj, what);
	/*
	 * Reports the cache that really owns the page, which may be another
	 * than the caller thinks.
	 */
	if (IS_ENABLED(CONFIG_DEBUG) && (page->flags & PG_SLAB) &&
	    slab_has_object(page->slab_cache, page, obj)) {
		const struct slab_track *track = track_of(page->slab_cache,
							  obj);

		pr_err("slab: of cache %s, found by %s; now is %u\n",
		       page->slab_cache->name,
		       site_name(caller, by, sizeof(by)), slab_clock);
		pr_err("slab: allocated by %s at %u (%u bytes), freed by %s at %u\n",
		       site_name(track->alloc_site, first, sizeof(first)),
		       track->alloc_when, track->size,
		       site_name(track->free_site, last, sizeof(last)),
		       track->free_when);
	}
	panic("slab: cache %s, object %p: %s", cache->name, obj, what);
}

/*
 * Poisons a new object before its constructor runs, which overwrites what it
 * wants.
 */
void debug_new_object(struct kmem_cache *cache, void *obj)
{
	memset(obj, POISON_FREE, cache->object_size);
	paint(cache, obj, cache->object_size, RED_INACTIVE);
	*track_of(cache, obj) = (struct slab_track){ .live = SLAB_FREE };
}

/*
 * Checks an object, then marks it live: what is reported is its state before
 * this allocation.
 */
void debug_alloc_object(struct kmem_cache *cache, void *obj, size_t size,
			const void *caller)
{
	struct slab_track *track = track_of(cache, obj);

	kasan_unpoison(obj, cache->object_size);
	/*
	 * The same object is twice on the list: a double free, or a damaged
	 * link.
	 */
	if (track->live != SLAB_FREE)
		bad_object(cache, obj, "on the free list, but live", caller);
	/* A user of the former object wrote through an old pointer. */
	if (!cache->ctor &&
	    find_other(obj, 0, cache->object_size, POISON_FREE) !=
		    cache->object_size)
		bad_object(cache, obj, "written after it was freed", caller);
	if (find_other(obj, cache->object_size, cache->free_offset,
		       RED_INACTIVE) != cache->free_offset)
		bad_object(cache, obj, "written past its end while free",
			   caller);
	/*
	 * Not zeroes, so that code which relies on fresh memory being zero
	 * fails.
	 */
	if (!cache->ctor)
		memset(obj, POISON_INUSE, size);
	paint(cache, obj, size, RED_ACTIVE);
	track->alloc_site = caller;
	track->alloc_when = ++slab_clock;
	track->size = (u32)size;
	track->live = SLAB_LIVE;
	/* KASAN's unit is 8 bytes: the red zone covers what it cannot. */
	if (size < cache->object_size)
		kasan_poison((char *)obj + ALIGN_UP(size, 8),
			     cache->object_size - ALIGN_UP(size, 8));
}

/*
 * Checks an object, then marks it free. Its start is checked first, since the
 * track of a wrong address means nothing.
 */
void debug_free_object(struct kmem_cache *cache, struct page *page, void *obj,
		       const void *caller)
{
	struct slab_track *track = track_of(cache, obj);
	u32 past;

	if (!slab_has_object(cache, page, obj))
		bad_object(cache, obj, "not the start of an object", caller);
	/*
	 * This finds a double free however many frees lie in between, unlike
	 * slab_free_checked.
	 */
	if (track->live == SLAB_FREE)
		bad_object(cache, obj, "freed twice", caller);
	/*
	 * With neither mark a neighbour, or this object's user, wrote far past
	 * an end.
	 */
	if (track->live != SLAB_LIVE)
		bad_object(cache, obj, "its record is overwritten", caller);
	kasan_unpoison(obj, cache->object_size);
	/*
	 * Checked from the size that was asked for: kmalloc(60) has 60 bytes,
	 * not 64.
	 */
	past = find_other(obj, track->size, cache->free_offset, RED_ACTIVE);
	if (past != cache->free_offset) {
		pr_err("slab: byte %u of %p, behind its %u, is 0x%02x\n", past,
		       obj, track->size, ((u8 *)obj)[past]);
		bad_object(cache, obj, "written past its end", caller);
	}
	if (!cache->ctor)
		memset(obj, POISON_FREE, cache->object_size);
	paint(cache, obj, cache->object_size, RED_INACTIVE);
	track->free_site = caller;
	track->free_when = ++slab_clock;
	track->live = SLAB_FREE;
}

/*
 * In debug builds the bytes that were not asked for are red zone, so they may
 * not be used.
 */
size_t ksize(const void *p)
{
	const struct page *page;
	size_t size;

	if ((uintptr_t)p <= (uintptr_t)ZERO_SIZE_PTR)
		return 0;
	page = virt_to_head_page(p);
	/* All pages of a block of kmalloc_large may be used. */
	if (!(page->flags & PG_SLAB))
		size = (size_t)PAGE_SIZE << page_order(page);
	else if (IS_ENABLED(CONFIG_DEBUG))
		size = track_of(page->slab_cache, p)->size;
	else
		size = page->slab_cache->object_size;
	kasan_unpoison(p, size);
	return size;
}

/* ---- live objects ------------------------------------------------ */

struct live_sites {
	u32 n;
	u32 objects;
	struct {
		const void *site;
		u32 count;
	} site[MAX_SITES];
};

/*
 * Counts an object for its site. A linear search is enough: few sites have live
 * objects.
 */
static void count_site(struct live_sites *sites, const void *site)
{
	u32 i = 0;

	while (i < sites->n && sites->site[i].site != site)
		i++;
	if (i == MAX_SITES)
		return; /* the object is counted nevertheless */
	if (i == sites->n) {
		sites->site[i].site = site;
		sites->site[i].count = 0;
		sites->n++;
	}
	sites->site[i].count++;
}

/* Adds the live objects of one slab to sites. */
static void collect_live(struct live_sites *sites,
			 const struct kmem_cache *cache,
			 const struct page *page)
{
	for (u32 n = 0; n < cache->objects; n++) {
		void *obj = (char *)page_address(page) + n * cache->stride;
		const struct slab_track *track = track_of(cache, obj);

		/*
		 * Objects are found by their marks, so a damaged free list does
		 * no harm.
		 */
		if (track->live != SLAB_LIVE)
			continue;
		sites->objects++;
		count_site(sites, track->alloc_site);
	}
}

/*
 * Logs each place that allocated live objects of cache. Debug builds, where one
 * task at a time reports: sites is static, as it is too large for a stack.
 */
u32 slab_report_sites(struct kmem_cache *cache)
{
	static struct live_sites sites;
	const struct page *page = NULL;
	char buf[64];

	/* sites is static and still has the last report's values. */
	sites.n = sites.objects = 0;
	while ((page = next_slab(cache, page)) != NULL)
		collect_live(&sites, cache, page);
	for (u32 i = 0; i < sites.n; i++)
		pr_info("slab: %s: %u live from %s\n", cache->name,
			sites.site[i].count,
			site_name(sites.site[i].site, buf, sizeof(buf)));
	return sites.objects;
}

/* Logs why kmem_cache_destroy fails: the sites name the leak. */
void slab_report_cache(struct kmem_cache *cache)
{
	pr_err("slab: cache %s still has %u live objects\n", cache->name,
	       slab_count_live(cache));
	if (IS_ENABLED(CONFIG_DEBUG))
		slab_report_sites(cache);
}
