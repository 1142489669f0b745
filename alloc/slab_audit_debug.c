/*
 * Inspecting all caches: the verifier, figures, and where live objects were
 * allocated.
 */
#include <alloc/hot.h>
#include <lib/printk.h>
#include <uapi/errno.h>

/* ---- the verifier ------------------------------------------------ */

struct slab_audit {
	u32 slabs, partial, bad;
};

/* Reports one error of a slab and counts it. */
static void complain(struct slab_audit *audit, const struct kmem_cache *cache,
		     const struct page *page, const char *what)
{
	pr_err("slab: cache %s, slab at pfn %#x (%u of %u in use): %s\n",
	       cache->name, page_to_pfn(page), page->inuse, cache->objects,
	       what);
	audit->bad++;
}

/*
 * Checks that each link of a free list leads to an object of the slab, and that
 * the list ends. Returns its length.
 */
static u32 verify_list(struct slab_audit *audit, const struct kmem_cache *cache,
		       const struct page *page, void *obj)
{
	u32 n = 0;

	for (; obj; obj = get_freepointer(cache, obj)) {
		/* The link at a wrong address must not be followed. */
		if (!slab_has_object(cache, page, obj)) {
			complain(audit, cache, page,
				 "free list leads out of the slab");
			break;
		}
		/* A list longer than the slab has objects will never end. */
		if (++n > cache->objects) {
			complain(audit, cache, page, "free list is a circle");
			break;
		}
	}
	return n;
}

/*
 * Whether page is on the partial list. The list is walked, because the flags
 * are what is being checked.
 */
static bool is_partial(const struct kmem_cache *cache, const struct page *page)
{
	const struct page *p;

	TAILQ_FOREACH(p, &cache->partial, slab_link)
		if (p == page)
			return true;
	return false;
}

/* Checks one slab's lists, counts and place. Hold cache->lock. */
static void verify_slab(struct slab_audit *audit,
			const struct kmem_cache *cache, const struct page *page)
{
	u32 nr_free = verify_list(audit, cache, page, page->freelist);
	bool held = false;

	audit->slabs++;
	for (u32 cpu = 0; cpu < NR_CPUS; cpu++) {
		const struct kmem_cache_cpu *c = &per_cpu(cache->cpu, cpu);

		if (c->page != page)
			continue;
		held = true;
		/*
		 * Its length is not counted: these objects count as used
		 * (take_freelist).
		 */
		verify_list(audit, cache, page, c->freelist);
	}
	if (nr_free + page->inuse != cache->objects)
		complain(audit, cache, page,
			 "the objects in use and free are not all");
	/* A frozen slab of no core would never be used again. */
	if (held != page->frozen)
		complain(audit, cache, page, "frozen, but no core has it");
	/* A full slab on the list would give a refill no object. */
	if (is_partial(cache, page) != (!page->frozen && nr_free != 0))
		complain(audit, cache, page,
			 "wrongly on the partial list, or missing there");
	audit->partial += !page->frozen && nr_free != 0;
}

/* Checks all caches. Interrupts are off for one cache at a time. */
int slab_verify(void)
{
	struct slab_audit audit = { 0 };
	struct kmem_cache *cache;

	/*
	 * Walked without the list's lock, as printing takes long; tests create
	 * no cache meanwhile.
	 */
	TAILQ_FOREACH(cache, &slab_caches, link) {
		const struct page *page = NULL;
		u32 flags;

		spin_lock_irqsave(&cache->lock, flags);
		audit.slabs = audit.partial = 0;
		/*
		 * Slabs are found by mem_map, so that one lost from all lists
		 * is seen.
		 */
		while ((page = next_slab(cache, page)) != NULL)
			verify_slab(&audit, cache, page);
		/* A slab that leaked, or is counted twice, shows here alone. */
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

/* ---- figures and live objects of all caches ---------------------- */

/*
 * Passes the figures of each cache to fn without a lock held, so that fn may
 * print.
 */
void slab_for_each(void (*fn)(const struct slab_stats *stats, void *arg),
		   void *arg)
{
	struct kmem_cache *cache;
	struct slab_stats stats;

	TAILQ_FOREACH(cache, &slab_caches, link) {
		slab_cache_stats(cache, &stats);
		fn(&stats, arg);
	}
}

/*
 * Counts live objects. Only debug builds have tracks and can name their sites.
 */
u32 slab_report_live(void)
{
	struct kmem_cache *cache;
	u32 objects = 0;

	TAILQ_FOREACH(cache, &slab_caches, link)
		objects += IS_ENABLED(CONFIG_DEBUG) ? slab_report_sites(cache) :
						      slab_count_live(cache);
	return objects;
}
