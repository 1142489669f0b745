/*
 * alloc/internal.h - shared by the files of alloc/ and nobody else.
 */
#ifndef ALLOC_INTERNAL_H
#define ALLOC_INTERNAL_H

#include <alloc/alloc.h>
#include <asm/kasan.h>
#include <lib/backtrace.h>
#include <percpu.h>
#include <spinlock.h>

/* ---- buddy ------------------------------------------------------- */

LIST_HEAD(buddy_head, page);

/* All of lowmem is one zone. */
struct zone {
	spinlock_t lock; /* irqs off */
	/* lock */
	struct buddy_head free_area[MAX_ORDER + 1];
	u32 free_pages; /* in free_area */
	/* constant after boot, but for managed; see struct zone_stats */
	u32 managed;
	u32 min, low, high;
	/* counters, only ever read for show */
	u32 failures, reclaimed;
};

#define PCP_BATCH_ORDER 4
#define PCP_BATCH       (1u << PCP_BATCH_ORDER) /* pages moved under one lock */
#define PCP_HIGH        64 /* when the list is full a batch goes back */

/*
 * Free single pages of one core, a stack; its own, irqs off. Their flags and
 * order are 0.
 */
struct per_cpu_pages {
	struct page *page[PCP_HIGH]; /* first: an index is an address mode */
	u32 count;
};

extern struct zone zone;
DECLARE_PER_CPU(struct per_cpu_pages, pcp_pages);

/* Frames [start, end) become the buddy's. mem_map is all zero there. */
void buddy_add_range(u32 start, u32 end);
/* Watermarks for zone.managed pages. */
void zone_set_watermarks(void);
/* Ask the shrinkers for nr pages. Returns what they freed. */
u32 shrink_all(u32 nr);

/* What says that a page is the first of a free block of this order. */
static inline u32 buddy_flags(unsigned int order)
{
	return PG_BUDDY | (u32)order << PG_ORDER_SHIFT;
}

/*
 * mem_map lies like the frames it describes: its entries for a block of the
 * largest order begin at a multiple of MEM_MAP_ALIGN bytes. Two buddies' entries
 * then differ in one bit of their address, as their frames' numbers do.
 */
#define MEM_MAP_ALIGN ((u32)sizeof(struct page) << MAX_ORDER)

static_assert((sizeof(struct page) & (sizeof(struct page) - 1)) == 0,
	      "find_buddy and block_of compute with bits of addresses");

/* [page, 2^order) is one half of a block: the other half's first page. */
static inline struct page *find_buddy(const struct page *page,
				      unsigned int order)
{
	return (struct page *)((uintptr_t)page ^ (sizeof(*page) << order));
}

/* The first page of the aligned 2^order pages that page is one of. */
static inline struct page *block_of(const struct page *page, unsigned int order)
{
	return (struct page *)ALIGN_DOWN((uintptr_t)page,
					 sizeof(*page) << order);
}

/* Smallest order whose block holds bytes (> 0). */
static inline unsigned int get_order(u32 bytes)
{
	u32 pages = (bytes - 1) >> PAGE_SHIFT;

	return pages == 0 ? 0 : 32 - (unsigned int)__builtin_clz(pages);
}

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

/* ---- debug builds: pages (page_debug.c) -------------------------- */

#define POISON_PAGE 0xaa /* a free page */

/* Room for who and when of each frame of [min_low_pfn, max_low_pfn). */
void page_owner_init(void);
void __debug_alloc_pages(struct page *page, unsigned int order,
			 const void *caller);
void __debug_free_pages(struct page *page, unsigned int order,
			const void *caller);

/* A block leaves the allocator: its poison must be whole. */
static inline void debug_alloc_pages(struct page *page, unsigned int order,
				     const void *caller)
{
	if (IS_ENABLED(CONFIG_DEBUG))
		__debug_alloc_pages(page, order, caller);
}

/* A block comes back: remember who gave it, poison it. */
static inline void debug_free_pages(struct page *page, unsigned int order,
				    const void *caller)
{
	if (IS_ENABLED(CONFIG_DEBUG))
		__debug_free_pages(page, order, caller);
}

/* Say what is wrong with freeing this page, and who had it before; stop. */
void bad_page_free(const struct page *page, unsigned int order,
		   const char *what) __noreturn;

/* ---- failing on purpose (fail_alloc.c) --------------------------- */

extern u32 fail_alloc_armed;
bool __should_fail_alloc(const char *name, gfp_t gfp);

static inline bool should_fail_alloc(const char *name, gfp_t gfp)
{
	return unlikely(fail_alloc_armed) && __should_fail_alloc(name, gfp);
}

/* ---- slab -------------------------------------------------------- */

#define SLAB_MAX_SIZE    0x8000 /* largest object: 32 KiB */
#define SLAB_MAX_ORDER   5      /* of a slab */
#define SLAB_MIN_PARTIAL 3      /* this many are kept though empty */

/* Bytes of debug builds: Linux's. */
#define POISON_FREE    0x6b /* a free object */
#define POISON_INUSE   0x5a /* a fresh object nobody has written */
#define RED_ACTIVE     0xcc /* past the end of a live object */
#define RED_INACTIVE   0xbb /* past the end of a free one */
#define RED_ZONE_BYTES 8

/* What a core allocates from without a lock; its own, irqs off. */
struct kmem_cache_cpu {
	void *freelist;
	struct page *page; /* frozen; NULL: none */
};

struct kmem_cache {
	struct kmem_cache_cpu cpu[NR_CPUS];
	/* constant */
	u32 free_offset;  /* of a free object's link to the next */
	u32 object_size;  /* bytes the user may touch */
	u32 stride;       /* bytes from object to object */
	u32 track_offset; /* debug builds: of struct slab_track */
	u32 align;
	u32 flags;   /* SLAB_* */
	u32 order;   /* pages of a slab */
	u32 objects; /* of a slab */
	void (*ctor)(void *);
	const char *name;
	spinlock_t lock; /* irqs off */
	/* lock */
	struct page_list partial; /* some objects free, not frozen */
	u32 nr_partial;
	u32 nr_slabs;
	/* slab_caches_lock */
	TAILQ_ENTRY(kmem_cache) link;
};

TAILQ_HEAD(kmem_cache_list, kmem_cache);
extern struct kmem_cache_list slab_caches;
extern spinlock_t slab_caches_lock; /* irqs off; outside cache->lock */

/* The classes of kmalloc. */
void kmalloc_init(void);

/* The slab an address lies in, or the block's head page; never fails. */
static inline struct page *virt_to_head_page(const void *va)
{
	struct page *page = virt_to_page(va);

	if (IS_ENABLED(CONFIG_DEBUG))
		BUG_ON(!pfn_valid(page_to_pfn(page)));
	return unlikely(page->flags & PG_TAIL) ? page->head : page;
}

static inline void *get_freepointer(const struct kmem_cache *cache, void *obj)
{
	return kasan_load_pointer(
		(void **)(void *)((char *)obj + cache->free_offset));
}

static inline void set_freepointer(const struct kmem_cache *cache, void *obj,
				   void *next)
{
	kasan_store_pointer((void **)(void *)((char *)obj + cache->free_offset),
			    next);
}

/* ---- debug builds: objects (slab_debug.c) ------------------------ */

/* Behind each object. */
struct slab_track {
	const void *alloc_site, *free_site; /* text addresses; NULL: never */
	u32 alloc_when, free_when;          /* slab_clock then */
	u32 size;                           /* bytes asked for */
	u32 live;                           /* SLAB_LIVE or SLAB_FREE */
};

/* Room behind the object for red zone, link and track. */
void slab_debug_layout(struct kmem_cache *cache);
void __debug_new_object(struct kmem_cache *cache, void *obj);
void __debug_alloc_object(struct kmem_cache *cache, void *obj, size_t size,
			  const void *caller);
void __debug_free_object(struct kmem_cache *cache, struct page *page, void *obj,
			 const void *caller);
/* Bytes asked for. */
size_t slab_debug_size(const struct kmem_cache *cache, const void *obj);
void slab_debug_resize(const struct kmem_cache *cache, void *obj, size_t size);
/* Name each live object of cache on the log, at most a few. */
void slab_report_cache(struct kmem_cache *cache);
/* Live objects of cache. */
u32 slab_count_live(struct kmem_cache *cache);

static inline void debug_new_object(struct kmem_cache *cache, void *obj)
{
	if (IS_ENABLED(CONFIG_DEBUG))
		__debug_new_object(cache, obj);
}

static inline void debug_alloc_object(struct kmem_cache *cache, void *obj,
				      size_t size, const void *caller)
{
	if (IS_ENABLED(CONFIG_DEBUG))
		__debug_alloc_object(cache, obj, size, caller);
}

static inline void debug_free_object(struct kmem_cache *cache,
				     struct page *page, void *obj,
				     const void *caller)
{
	if (IS_ENABLED(CONFIG_DEBUG))
		__debug_free_object(cache, page, obj, caller);
}

/* Say what is wrong with obj, and who had it before; stop. */
void bad_object(const struct kmem_cache *cache, void *obj, const char *what,
		const void *caller) __noreturn;

/* ---- the ways in and out that nearly all take (slab.c has the rest) -- */

/* This core has no object: from a partial slab, or a new one. */
void *slab_alloc_slow(struct kmem_cache *cache, gfp_t gfp, size_t size);
/* With the things only some ask for: zeroes, injected failures, the watch. */
void *slab_alloc_checked(struct kmem_cache *cache, gfp_t gfp, size_t size,
			 const void *caller);
/* Not simply an object of this core's slab; or a debug build. */
void slab_free_checked(struct kmem_cache *cache, void *obj, const void *caller);

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

/* False: page is not this core's slab, or obj was freed just before. */
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

static inline void *slab_alloc(struct kmem_cache *cache, gfp_t gfp, size_t size,
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
 * page is where obj lies, not the slab's head: being this core's slab says at
 * once that it is a slab, of this cache, and its first page.
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
