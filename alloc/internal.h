/*
 * alloc/internal.h - what the files of alloc/ share and no other folder uses:
 * the structures and the functions between them. (hot.h: the inlines;
 * watch_debug.h: the hooks of debug builds.)
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
	/* counters for reports */
	u32 failures, reclaimed;
};

extern struct zone zone;

/* The flags of the first page of a free block of this order. */
static inline u32 buddy_flags(unsigned int order)
{
	return PG_BUDDY | (u32)order << PG_ORDER_SHIFT;
}

/*
 * mem_map is aligned like the frames it describes: its entries for a block of
 * the largest order begin at a multiple of MEM_MAP_ALIGN bytes. The addresses
 * of two buddies' entries then differ in one bit, as their frames' numbers do.
 */
#define MEM_MAP_ALIGN ((u32)sizeof(struct page) << MAX_ORDER)

static_assert((sizeof(struct page) & (sizeof(struct page) - 1)) == 0,
	      "find_buddy and block_of compute with bits of addresses");

/* Returns the first page of the buddy: of the other half of page's block. */
static inline struct page *find_buddy(const struct page *page,
				      unsigned int order)
{
	return (struct page *)((uintptr_t)page ^ (sizeof(*page) << order));
}

/* Returns the first page of the aligned 2^order pages that contain page. */
static inline struct page *block_of(const struct page *page, unsigned int order)
{
	return (struct page *)ALIGN_DOWN((uintptr_t)page,
					 sizeof(*page) << order);
}

/* The smallest order whose block has room for `bytes` (> 0). */
static inline unsigned int get_order(u32 bytes)
{
	u32 pages = (bytes - 1) >> PAGE_SHIFT;

	return pages == 0 ? 0 : 32 - (unsigned int)__builtin_clz(pages);
}

/*
 * Returns a block of this order, noted in its flags, if `keep` pages stay free.
 * NULL: they would not, or no free block is large enough. Takes zone.lock.
 */
struct page *buddy_take(unsigned int order, u32 keep);
/* Frees a block and coalesces it as far as possible. Takes zone.lock. */
void buddy_free(struct page *page, unsigned int order);

#define PCP_BATCH_ORDER 4
#define PCP_BATCH       (1u << PCP_BATCH_ORDER) /* pages moved under one lock */
#define PCP_BATCH_MAX   (2 * PCP_BATCH - 1)

/*
 * Stores PCP_BATCH single pages in pages[] or, as the last block is used whole,
 * some more, if `keep` pages stay free. Returns how many, or 0. Takes
 * zone.lock.
 */
u32 buddy_take_batch(struct page *pages[PCP_BATCH_MAX], u32 keep);
/* Frees nr single pages as buddy_free does, under one lock. */
void buddy_free_batch(struct page **pages, u32 nr);

/* ---- single pages of one core (pcp.c) ---------------------------- */

#define PCP_HIGH 64 /* when the list is full a batch goes back */

/*
 * A core's stack of free single pages. Only this core uses it, with interrupts
 * off. Their flags and order are 0.
 */
struct per_cpu_pages {
	struct page *page[PCP_HIGH]; /* first: index without an offset */
	u32 count;
};

DECLARE_PER_CPU(struct per_cpu_pages, pcp_pages);

/*
 * Returns a page and fills this core's list with a batch, while pages are
 * plentiful: the reserve must not lie unused on a list. NULL: they are not.
 */
struct page *pcp_refill(void);
/* pcp_free for a full list: a batch is returned to the buddy first. */
void pcp_free_slow(struct page *page);

/* ---- which caller may have a block (page_policy.c) --------------- */

/*
 * zone_alloc (hot.h) found few pages or no such block: reclaims if it must and
 * may, and looks again. NULL: none, and it is logged.
 */
struct page *zone_alloc_slow(gfp_t gfp, unsigned int order);

/* ---- from memblock to the buddy (memblock.c, for hand_over.c) ---- */

/* Makes mem_map, all zero, and the bounds of RAM. Panics without room. */
void mem_map_init(void);
/*
 * Stores the first frames [*start, *end) at or after `from` that are RAM,
 * whole, and that no reserved byte touches. Returns false if there are none.
 */
bool memblock_next_free(u32 from, u32 *start, u32 *end);
/*
 * Returns how many frames are RAM; *reserved_frames: how many of them a
 * reserved byte touches.
 */
u32 memblock_count_frames(u32 *reserved_frames);

/* ---- objects (slab.c, kmem_cache.c) ------------------------------ */

#define SLAB_MAX_SIZE    0x8000 /* largest object: 32 KiB */
#define SLAB_MAX_ORDER   5      /* of a slab */
#define SLAB_MIN_PARTIAL 3      /* this many are kept though empty */

/*
 * The slab that a core allocates from without a lock: only this core uses it,
 * with interrupts off.
 */
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

/*
 * Boot: makes the cache of caches and registers the slab's shrinker; kmalloc's
 * classes come after it.
 */
void kmem_cache_bootstrap(void);

/*
 * Returns an object of which the caller uses `size` bytes; the rest is red zone
 * in debug builds. NULL: no memory. caller: a text address for reports.
 */
void *slab_alloc(struct kmem_cache *cache, gfp_t gfp, size_t size,
		 const void *caller);
/*
 * Frees an object that is not simply one of this core's slab, or any in a debug
 * build. Panics if obj is no live object of cache.
 */
void slab_free_checked(struct kmem_cache *cache, void *obj, const void *caller);

#endif
