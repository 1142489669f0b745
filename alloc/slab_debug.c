/*
 * Looking at caches: figures, the verifier, the live objects; and the watch
 * that debug builds keep on each object.
 *
 * A debug build's object:
 *
 *	user's bytes | red zone | link to next free | struct slab_track
 *
 * Free, its bytes are POISON_FREE and its red zone RED_INACTIVE; live, the red
 * zone is RED_ACTIVE, and so is what lies between the size asked for and the
 * cache's. With a constructor the bytes of a free object are its own.
 */
#include <alloc/internal.h>
#include <lib/backtrace.h>
#include <lib/printk.h>
#include <string.h>
#include <uapi/errno.h>

#define SLAB_LIVE  0x4c495645 /* "LIVE" */
#define SLAB_FREE  0x46524545 /* "FREE" */
#define MAX_REPORT 8          /* lines a report prints of one cache */
#define MAX_SITES  64         /* call sites a report keeps apart */

static u32 slab_clock; /* allocations and frees so far */

/* ---- walking ----------------------------------------------------- */

/* Call fn for each slab of cache: mem_map knows them, full ones too. */
static void for_each_slab(struct kmem_cache *cache,
			  void (*fn)(struct kmem_cache *cache,
				     struct page *page, void *arg),
			  void *arg)
{
	for (u32 pfn = min_low_pfn; pfn < max_low_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);

		if ((page->flags & PG_SLAB) && page->slab_cache == cache)
			fn(cache, page, arg);
	}
}

/* Length of a free list, or objects + 1 if it is longer than a slab. */
static u32 list_length(const struct kmem_cache *cache, void *obj)
{
	u32 n = 0;

	for (; obj && n <= cache->objects; n++)
		obj = get_freepointer(cache, obj);
	return n;
}

/* Free objects of a slab that a core holds. */
static u32 cpu_free(const struct kmem_cache *cache, const struct page *page)
{
	u32 n = 0;

	for (u32 cpu = 0; cpu < NR_CPUS; cpu++)
		if (per_cpu(cache->cpu, cpu).page == page)
			n += list_length(cache,
					 per_cpu(cache->cpu, cpu).freelist);
	return n;
}

/* ---- figures ----------------------------------------------------- */

static void add_slab(struct kmem_cache *cache, struct page *page, void *arg)
{
	struct slab_stats *stats = arg;
	u32 active = page->inuse - cpu_free(cache, page);

	stats->slabs++;
	stats->active_slabs += active != 0;
	stats->active_objects += active;
	stats->total_objects += cache->objects;
}

static void cache_stats(struct kmem_cache *cache, struct slab_stats *stats)
{
	*stats = (struct slab_stats){
		.name = cache->name,
		.object_size = cache->object_size,
		.objects_per_slab = cache->objects,
		.pages_per_slab = 1u << cache->order,
	};
	for_each_slab(cache, add_slab, stats);
}

u32 slab_count_live(struct kmem_cache *cache)
{
	struct slab_stats stats;

	cache_stats(cache, &stats);
	return stats.active_objects;
}

void slab_for_each(void (*fn)(const struct slab_stats *stats, void *arg),
		   void *arg)
{
	struct kmem_cache *cache;
	struct slab_stats stats;

	TAILQ_FOREACH(cache, &slab_caches, link) {
		u32 flags;

		spin_lock_irqsave(&cache->lock, flags);
		cache_stats(cache, &stats);
		spin_unlock_irqrestore(&cache->lock, flags);
		fn(&stats, arg);
	}
}

/* ---- the verifier ------------------------------------------------ */

struct slab_audit {
	u32 slabs, partial, bad;
};

static void complain(struct slab_audit *audit, const struct kmem_cache *cache,
		     const struct page *page, const char *what)
{
	pr_err("slab: cache %s, slab at pfn %#x (%u of %u in use): %s\n",
	       cache->name, page_to_pfn(page), page->inuse, cache->objects,
	       what);
	audit->bad++;
}

static bool is_object(const struct kmem_cache *cache, const struct page *page,
		      const void *obj)
{
	uintptr_t offset = (uintptr_t)obj - (uintptr_t)page_address(page);

	return offset < (uintptr_t)cache->stride * cache->objects &&
		offset % cache->stride == 0;
}

/* Each link leads to an object of the slab, and to no more than it has. */
static u32 verify_list(struct slab_audit *audit, const struct kmem_cache *cache,
		       const struct page *page, void *obj)
{
	u32 n = 0;

	for (; obj; obj = get_freepointer(cache, obj)) {
		if (!is_object(cache, page, obj)) {
			complain(audit, cache, page,
				 "free list leads out of the slab");
			break;
		}
		if (++n > cache->objects) {
			complain(audit, cache, page, "free list is a circle");
			break;
		}
	}
	return n;
}

static bool is_partial(const struct kmem_cache *cache, const struct page *page)
{
	const struct page *p;

	TAILQ_FOREACH(p, &cache->partial, slab_link)
		if (p == page)
			return true;
	return false;
}

static void verify_slab(struct kmem_cache *cache, struct page *page, void *arg)
{
	struct slab_audit *audit = arg;
	u32 nr_free = verify_list(audit, cache, page, page->freelist);
	bool held = false;

	audit->slabs++;
	for (u32 cpu = 0; cpu < NR_CPUS; cpu++) {
		struct kmem_cache_cpu *c = &per_cpu(cache->cpu, cpu);

		if (c->page != page)
			continue;
		held = true;
		verify_list(audit, cache, page, c->freelist);
	}
	if (nr_free + page->inuse != cache->objects)
		complain(audit, cache, page, "in use + free is not all");
	if (held != page->frozen)
		complain(audit, cache, page, "frozen, but no core has it");
	if (is_partial(cache, page) != (!page->frozen && nr_free != 0))
		complain(audit, cache, page,
			 "partial list: should have it, or should not");
	audit->partial += !page->frozen && nr_free != 0;
}

int slab_verify(void)
{
	struct slab_audit audit = { 0 };
	struct kmem_cache *cache;

	TAILQ_FOREACH(cache, &slab_caches, link) {
		u32 flags;

		spin_lock_irqsave(&cache->lock, flags);
		audit.slabs = audit.partial = 0;
		for_each_slab(cache, verify_slab, &audit);
		if (audit.slabs != cache->nr_slabs ||
		    audit.partial != cache->nr_partial) {
			pr_err("slab: cache %s counts %u slabs, %u partial; there are %u and %u\n",
			       cache->name, cache->nr_slabs, cache->nr_partial,
			       audit.slabs, audit.partial);
			audit.bad++;
		}
		spin_unlock_irqrestore(&cache->lock, flags);
	}
	return audit.bad == 0 ? 0 : -EUCLEAN;
}

/* ---- debug builds: the watch on an object ------------------------ */

static struct slab_track *track_of(const struct kmem_cache *cache,
				   const void *obj)
{
	return (struct slab_track *)(void *)((char *)(uintptr_t)obj +
					     cache->track_offset);
}

void slab_debug_layout(struct kmem_cache *cache)
{
	u32 size = ALIGN_UP(cache->object_size, (u32)sizeof(void *));

	cache->free_offset = ALIGN_UP(size + RED_ZONE_BYTES,
				      (u32)sizeof(void *));
	cache->track_offset = ALIGN_UP(cache->free_offset + (u32)sizeof(void *),
				       8);
	cache->stride = cache->track_offset + (u32)sizeof(struct slab_track);
}

/* From the end of the user's bytes to the link. */
static void paint(const struct kmem_cache *cache, void *obj, size_t size,
		  u8 red)
{
	memset((char *)obj + size, red, cache->free_offset - size);
}

/* The first byte of [from, to) that is not `value`, or `to`. */
static u32 find_other(const void *obj, u32 from, u32 to, u8 value)
{
	const u8 *byte = obj;

	while (from < to && byte[from] == value)
		from++;
	return from;
}

void bad_object(const struct kmem_cache *cache, void *obj, const char *what,
		const void *caller)
{
	struct page *page = virt_to_head_page(obj);
	char by[64], first[64], last[64];

	pr_err("slab: cache %s, object %p: %s\n", cache->name, obj, what);
	if (IS_ENABLED(CONFIG_DEBUG) && (page->flags & PG_SLAB) &&
	    is_object(page->slab_cache, page, obj)) {
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

void __debug_new_object(struct kmem_cache *cache, void *obj)
{
	memset(obj, POISON_FREE, cache->object_size);
	paint(cache, obj, cache->object_size, RED_INACTIVE);
	*track_of(cache, obj) = (struct slab_track){ .live = SLAB_FREE };
}

void __debug_alloc_object(struct kmem_cache *cache, void *obj, size_t size,
			  const void *caller)
{
	struct slab_track *track = track_of(cache, obj);

	kasan_unpoison(obj, cache->object_size);
	if (track->live != SLAB_FREE)
		bad_object(cache, obj, "on the free list, but live", caller);
	if (!cache->ctor &&
	    find_other(obj, 0, cache->object_size, POISON_FREE) !=
		    cache->object_size)
		bad_object(cache, obj, "written after it was freed", caller);
	if (find_other(obj, cache->object_size, cache->free_offset,
		       RED_INACTIVE) != cache->free_offset)
		bad_object(cache, obj, "written past its end while free",
			   caller);
	if (!cache->ctor)
		memset(obj, POISON_INUSE, size);
	paint(cache, obj, size, RED_ACTIVE);
	track->alloc_site = caller;
	track->alloc_when = ++slab_clock;
	track->size = (u32)size;
	track->live = SLAB_LIVE;
	if (size < cache->object_size)
		kasan_poison((char *)obj + ALIGN_UP(size, 8),
			     cache->object_size - ALIGN_UP(size, 8));
}

void __debug_free_object(struct kmem_cache *cache, struct page *page, void *obj,
			 const void *caller)
{
	struct slab_track *track = track_of(cache, obj);
	u32 past;

	if (!is_object(cache, page, obj))
		bad_object(cache, obj, "not the start of an object", caller);
	if (track->live == SLAB_FREE)
		bad_object(cache, obj, "freed twice", caller);
	if (track->live != SLAB_LIVE)
		bad_object(cache, obj, "its record is overwritten", caller);
	kasan_unpoison(obj, cache->object_size);
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

size_t slab_debug_size(const struct kmem_cache *cache, const void *obj)
{
	return track_of(cache, obj)->size;
}

void slab_debug_resize(const struct kmem_cache *cache, void *obj, size_t size)
{
	struct slab_track *track = track_of(cache, obj);

	kasan_unpoison(obj, cache->object_size);
	if (find_other(obj, track->size, cache->free_offset, RED_ACTIVE) !=
	    cache->free_offset)
		bad_object(cache, obj, "written past its end", CALL_SITE());
	track->size = (u32)size;
	paint(cache, obj, size, RED_ACTIVE);
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

static void count_site(struct live_sites *sites, const void *site)
{
	u32 i = 0;

	while (i < sites->n && sites->site[i].site != site)
		i++;
	if (i == MAX_SITES)
		return; /* counted in objects all the same */
	if (i == sites->n) {
		sites->site[i].site = site;
		sites->site[i].count = 0;
		sites->n++;
	}
	sites->site[i].count++;
}

static void collect_live(struct kmem_cache *cache, struct page *page, void *arg)
{
	struct live_sites *sites = arg;

	for (u32 n = 0; n < cache->objects; n++) {
		void *obj = (char *)page_address(page) + n * cache->stride;
		const struct slab_track *track = track_of(cache, obj);

		if (track->live != SLAB_LIVE)
			continue;
		sites->objects++;
		count_site(sites, track->alloc_site);
	}
}

/* Each place that allocated what lives in cache. Debug builds. */
static u32 report_sites(struct kmem_cache *cache)
{
	static struct live_sites sites;
	char buf[64];

	sites.n = sites.objects = 0;
	for_each_slab(cache, collect_live, &sites);
	for (u32 i = 0; i < sites.n; i++)
		pr_info("slab: %s: %u live from %s\n", cache->name,
			sites.site[i].count,
			site_name(sites.site[i].site, buf, sizeof(buf)));
	return sites.objects;
}

void slab_report_cache(struct kmem_cache *cache)
{
	pr_err("slab: cache %s still has %u live objects\n", cache->name,
	       slab_count_live(cache));
	if (IS_ENABLED(CONFIG_DEBUG))
		report_sites(cache);
}

u32 slab_report_live(void)
{
	struct kmem_cache *cache;
	u32 objects = 0;

	TAILQ_FOREACH(cache, &slab_caches, link)
		objects += IS_ENABLED(CONFIG_DEBUG) ? report_sites(cache) :
						      slab_count_live(cache);
	return objects;
}
