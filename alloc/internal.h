/*
 * alloc/internal.h - what the files of alloc/ share, and nobody else sees: the
 * structures, and who calls whom. (hot.h: the inlines; watch_debug.h: the
 * hooks of debug builds.)
 */
#ifndef ALLOC_INTERNAL_H
#define ALLOC_INTERNAL_H

#include <alloc/alloc.h>
#include <asm/kasan_debug.h>
#include <percpu.h>
#include <spinlock.h>

/* ---- blocks of free pages (buddy.c) ------------------------------ */

LIST_HEAD(buddy_head, page);

/* All of lowmem is one zone. */
struct zone {
	spinlock_t lock; /* irqs off */
	/* lock */
	struct buddy_head free_area[MAX_ORDER + 1];
	u32 free_pages; /* in free_area */
	/* constant after boot; see struct zone_stats */
	u32 managed;
	u32 min, low, high;
	/* counters, only ever read for show */
	u32 failures, reclaimed;
};

extern struct zone zone;

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
 * A block of exactly this order, which is written on it, if `keep` pages are
 * free then. NULL: not so, or no free block is big enough.
 */
struct page *buddy_take(unsigned int order, u32 keep);
/* The block is free, as one with its buddy, and with that one's, and so on. */
void buddy_free(struct page *page, unsigned int order);

#define PCP_BATCH_ORDER 4
#define PCP_BATCH       (1u << PCP_BATCH_ORDER) /* pages moved under one lock */
#define PCP_BATCH_MAX   (2 * PCP_BATCH - 1)

/*
 * PCP_BATCH single pages or, as the last block is used up whole, some more; if
 * `keep` pages are free then. Returns how many; 0: not so.
 */
u32 buddy_take_batch(struct page *pages[PCP_BATCH_MAX], u32 keep);
/* The nr pages are free, each as buddy_free has it, the last one first. */
void buddy_free_batch(struct page **pages, u32 nr);

/* ---- single pages of one core (pcp.c) ---------------------------- */

#define PCP_HIGH 64 /* when the list is full a batch goes back */

/*
 * Free single pages of one core, a stack; its own, irqs off. Their flags and
 * order are 0.
 */
struct per_cpu_pages {
	struct page *page[PCP_HIGH]; /* first: an index is an address mode */
	u32 count;
};

DECLARE_PER_CPU(struct per_cpu_pages, pcp_pages);

/*
 * A page, and a batch for this core's list, while pages are plentiful: the
 * reserve is not for hoarding. NULL: they are not.
 */
struct page *pcp_refill(void);
/* The list is full: a batch goes back to the buddy first. */
void pcp_free_slow(struct page *page);

/* ---- who may have a block (page_policy.c) ------------------------ */

/*
 * zone_alloc (hot.h) found few pages, or no such block: reclaims if it must and
 * may, and looks again. NULL: none, and logged.
 */
struct page *zone_alloc_slow(gfp_t gfp, unsigned int order);
/* Ask the shrinkers for nr pages. Returns what they freed. */
u32 shrink_all(u32 nr);
/* Watermarks for zone.managed pages. */
void zone_set_watermarks(void);

/* ---- from memblock to the buddy (memblock.c, for hand_over.c) ---- */

/* Make mem_map, all zero, and the bounds of RAM's frames. */
void mem_map_init(void);
/*
 * The first frames [*start, *end) at or after `from` that are RAM, whole, and
 * that no reserved byte touches. False: there are no more.
 */
bool memblock_next_free(u32 from, u32 *start, u32 *end);
/* How many frames are RAM, and of those how many a reserved byte touches. */
u32 memblock_count_frames(u32 *reserved_frames);

/* ---- objects (slab.c, kmem_cache.c) ------------------------------ */

#define SLAB_MAX_SIZE    0x8000 /* largest object: 32 KiB */
#define SLAB_MAX_ORDER   5      /* of a slab */
#define SLAB_MIN_PARTIAL 3      /* this many are kept though empty */

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
extern spinlock_t slab_caches_lock; /* outside cache->lock */

/* The cache of caches, and the slab's shrinker; then kmalloc's classes. */
void kmem_cache_bootstrap(void);

/* size bytes of an object; the rest of it is red zone in debug builds. */
void *slab_alloc(struct kmem_cache *cache, gfp_t gfp, size_t size,
		 const void *caller);
/* Not simply an object of this core's slab; or a debug build. */
void slab_free_checked(struct kmem_cache *cache, void *obj, const void *caller);

#endif
