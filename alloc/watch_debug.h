/*
 * alloc/watch_debug.h - the watch on pages and objects, and failing on purpose.
 *
 * The debug_* hooks are called if IS_ENABLED(CONFIG_DEBUG) alone: other
 * builds' allocators carry no #if and no instruction for them.
 */
#ifndef ALLOC_WATCH_DEBUG_H
#define ALLOC_WATCH_DEBUG_H

#include <alloc/internal.h>
#include <lib/backtrace.h>

/*
 * Who called the function this stands in. Debug builds note it with each page
 * and object; in others it costs nothing, and a panic's backtrace tells.
 */
#define CALL_SITE() \
	(IS_ENABLED(CONFIG_DEBUG) ? __builtin_return_address(0) : NULL)

/* A text address for people, in buf. */
static inline const char *site_name(const void *site, char *buf, size_t bytes)
{
	format_symbol((u32)(uintptr_t)site, buf, bytes);
	return buf;
}

/* ---- failing on purpose (fail_alloc.c) --------------------------- */

#define FAIL_NAME_MAX 32 /* of a cache or a function, with the NUL */

extern u32 fail_alloc_armed;
bool __should_fail_alloc(const char *name, gfp_t gfp);
/* Up to `bytes` characters of text, cut to what fits. */
void fail_alloc_name(char name[FAIL_NAME_MAX], const char *text, size_t bytes);

static inline bool should_fail_alloc(const char *name, gfp_t gfp)
{
	return unlikely(fail_alloc_armed) && __should_fail_alloc(name, gfp);
}

/* ---- pages (page_debug.c) ---------------------------------------- */

#define POISON_PAGE 0xaa /* a free page */

/* Room for who and when of each frame of [min_low_pfn, max_low_pfn). */
void page_owner_init(void);
/* A block leaves the allocator: its poison must be whole. */
void debug_alloc_pages(struct page *page, unsigned int order,
		       const void *caller);
/* A block comes back: remember who gave it, poison it. */
void debug_free_pages(struct page *page, unsigned int order,
		      const void *caller);
/* A block that never was the buddy's joins: it must be nobody's. */
void debug_add_pages(struct page *page, unsigned int order);

/* Say what is wrong with freeing this page, and who had it before; stop. */
void bad_page_free(const struct page *page, unsigned int order,
		   const char *what) __noreturn;

/* ---- objects (slab_debug.c) -------------------------------------- */

#define POISON_INUSE 0x5a /* a fresh object nobody has written */

/* Room behind the object for red zone, link and track. */
void slab_debug_layout(struct kmem_cache *cache);
void debug_new_object(struct kmem_cache *cache, void *obj);
void debug_alloc_object(struct kmem_cache *cache, void *obj, size_t size,
			const void *caller);
void debug_free_object(struct kmem_cache *cache, struct page *page, void *obj,
		       const void *caller);
/* Is this where one of the slab's objects begins? */
bool slab_has_object(const struct kmem_cache *cache, const struct page *page,
		     const void *obj);
/* The cache's next slab; NULL: its first, or there is no more. */
struct page *next_slab(const struct kmem_cache *cache,
		       const struct page *after);
void slab_cache_stats(struct kmem_cache *cache, struct slab_stats *stats);
/* Debug builds: each place that allocated what lives in cache; how many. */
u32 slab_report_sites(struct kmem_cache *cache);
/* Say on the log that the cache has live objects, and whose they are. */
void slab_report_cache(struct kmem_cache *cache);
/* Live objects of cache. */
u32 slab_count_live(struct kmem_cache *cache);

/* Say what is wrong with obj, and who had it before; stop. */
void bad_object(const struct kmem_cache *cache, void *obj, const char *what,
		const void *caller) __noreturn;

#endif
