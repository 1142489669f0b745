/*
 * alloc/watch_debug.h - the watch on pages and objects, and failing on purpose.
 *
 * The debug_* hooks are called only if IS_ENABLED(CONFIG_DEBUG): in other
 * builds the allocators have no #if and no instruction for them.
 */
#ifndef ALLOC_WATCH_DEBUG_H
#define ALLOC_WATCH_DEBUG_H

#include <alloc/internal.h>
#include <lib/backtrace.h>

/*
 * The caller of the function that contains it. Debug builds note it with each
 * page and object; in others it costs nothing, and the backtrace of a panic
 * shows it.
 */
#define CALL_SITE() \
	(IS_ENABLED(CONFIG_DEBUG) ? __builtin_return_address(0) : NULL)

/* Writes a text address as function+offset to buf, and returns buf. */
static inline const char *site_name(const void *site, char *buf, size_t bytes)
{
	format_symbol((u32)(uintptr_t)site, buf, bytes);
	return buf;
}

/* ---- failing on purpose (fail_alloc.c) --------------------------- */

#define FAIL_NAME_MAX 32 /* of a cache or a function, with the NUL */

extern u32 fail_alloc_armed;
bool __should_fail_alloc(const char *name, gfp_t gfp);
/* Copies up to `bytes` characters of text to name, cut to its size. */
void fail_alloc_name(char name[FAIL_NAME_MAX], const char *text, size_t bytes);

/*
 * Whether this allocation must fail. name: the cache's, or "pages". Costs one
 * load while nothing is armed. Any context.
 */
static inline bool should_fail_alloc(const char *name, gfp_t gfp)
{
	return unlikely(fail_alloc_armed) && __should_fail_alloc(name, gfp);
}

/* ---- pages (page_debug.c) ---------------------------------------- */

#define POISON_PAGE 0xaa /* a free page */

/* Boot: allocates the record of each frame of [min_low_pfn, max_low_pfn). */
void page_owner_init(void);
/* A block leaves the allocator: panics if its poison was overwritten. */
void debug_alloc_pages(struct page *page, unsigned int order,
		       const void *caller);
/* A block comes back: notes its caller and poisons it. */
void debug_free_pages(struct page *page, unsigned int order,
		      const void *caller);
/* A block joins the buddy at boot: it must be unused. */
void debug_add_pages(struct page *page, unsigned int order);

/* Reports what is wrong with freeing page and who had it before. Panics. */
void bad_page_free(const struct page *page, unsigned int order,
		   const char *what) __noreturn;

/* ---- objects (slab_debug.c) -------------------------------------- */

#define POISON_INUSE 0x5a /* a fresh object, not yet written */

/* Sets the offsets of red zone, link and track behind the object. */
void slab_debug_layout(struct kmem_cache *cache);
/*
 * An object of a new slab, an allocation, a free: check and set its poison, red
 * zone and track. Panic on damage. No lock.
 */
void debug_new_object(struct kmem_cache *cache, void *obj);
void debug_alloc_object(struct kmem_cache *cache, void *obj, size_t size,
			const void *caller);
void debug_free_object(struct kmem_cache *cache, struct page *page, void *obj,
		       const void *caller);
/* Whether one of the slab's objects begins at obj. */
bool slab_has_object(const struct kmem_cache *cache, const struct page *page,
		     const void *obj);
/* Returns the cache's next slab after `after` (NULL: its first), or NULL. */
struct page *next_slab(const struct kmem_cache *cache,
		       const struct page *after);
/* Fills *stats; takes cache->lock for each slab. */
void slab_cache_stats(struct kmem_cache *cache, struct slab_stats *stats);
/*
 * Debug builds: writes each place that allocated live objects of cache to the
 * log. Returns their number.
 */
u32 slab_report_sites(struct kmem_cache *cache);
/* Logs that the cache has live objects, and where they were allocated. */
void slab_report_cache(struct kmem_cache *cache);
/* Returns the number of live objects of cache. */
u32 slab_count_live(struct kmem_cache *cache);

/* Reports what is wrong with obj and who had it before. Panics. */
void bad_object(const struct kmem_cache *cache, void *obj, const char *what,
		const void *caller) __noreturn;

#endif
