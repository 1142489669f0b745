/*
 * alloc/alloc.h - the kernel's own memory, from page frames to objects.
 *
 *	boot:  memblock_add/reserve/alloc, by physical ranges
 *	then:  memblock_free_all gives everything unreserved to the buddy
 *	pages: alloc_pages / __get_free_pages / free_pages, orders 0..MAX_ORDER
 *	objects: kmem_cache_* and kmalloc, slabs of buddy pages
 *
 * All memory here is lowmem, mapped linearly: page_address never fails. The
 * buddy and the slab work in any context; only an allocation with
 * __GFP_DIRECT_RECLAIM (part of GFP_KERNEL) may sleep.
 */
#ifndef ALLOC_ALLOC_H
#define ALLOC_ALLOC_H

#include <asm/atomic.h>
#include <asm/page.h>
#include <bug.h>
#include <config.h>
#include <sys/queue.h>
#include <thread_info.h>
#include <types.h>

/* ---- page frames ------------------------------------------------- */

#define MAX_ORDER 10 /* largest block: 1024 pages, 4 MiB */

/*
 * page->flags: what a page is, changed only by its owner. The highest byte of
 * the first page of a block, free or allocated, has the block's order, so that
 * the buddy compares flags and order at once.
 */
#define PG_ORDER_SHIFT  24
#define PG_BUDDY        0x0001 /* free, head of a block */
#define PG_RESERVED     0x0002 /* never given to the buddy: image, mem_map */
#define PG_SLAB         0x0004 /* slab page: page->slab_* are valid */
#define PG_COMPOUND     0x0008 /* head of a block allocated with __GFP_COMP */
#define PG_TAIL         0x0010 /* not the head: page->head */
#define PG_TABLE        0x0020 /* page tables */
#define PG_ANON         0x0040 /* anonymous user memory */
#define PG_CACHE        0x0080 /* page cache: page->mapping, page->index */
#define PG_DIRTY        0x0100 /* page cache: differs from its backing */
#define PG_CHARGED      0x0200 /* page cache: counts for ramfs_size= */
#define PG_VMALLOC      0x0800 /* behind a vmalloc area, kernel stacks too */
#define PG_DCACHE_CLEAN 0x1000 /* fetches see what was stored (mmu/cache.c) */

struct address_space;
struct kmem_cache;

/*
 * One per page frame of lowmem, in mem_map[]. All zero is a free page that is
 * not the first of its block, so clearing mem_map initialises it. 32 bytes: a
 * cache line of Cortex-A9, and a shift gives the frame's number.
 */
struct page {
	u32 flags;          /* PG_*, order */
	atomic_t _refcount; /* 0 = free */
	atomic_t _mapcount; /* user entries that map it */
	union {
		LIST_ENTRY(page) buddy_list;  /* PG_BUDDY: page_alloc.c's */
		TAILQ_ENTRY(page) slab_link;  /* PG_SLAB: slab.c's */
		STAILQ_ENTRY(page) area_link; /* PG_VMALLOC: vmalloc.c's */
		struct page *head;            /* PG_TAIL */
	};
	union {
		struct { /* PG_CACHE: under the mapping's lock */
			struct address_space *mapping;
			u32 index; /* page within the file */
		};
		struct { /* PG_SLAB */
			struct kmem_cache *slab_cache;
			void *freelist;
			u16 inuse;  /* objects not on ->freelist */
			u16 frozen; /* some core allocates from it */
		};
		uintptr_t private; /* others: the owner's own */
	};
} __aligned(32);

static_assert(sizeof(void *) > 4 || sizeof(struct page) == 32,
	      "mem_map is an array of cache lines");

TAILQ_HEAD(page_list, page);

/* The order of the block of which page is the first; 0 for any other page. */
static inline unsigned int page_order(const struct page *page)
{
	return page->flags >> PG_ORDER_SHIFT;
}

#define ARCH_PFN_OFFSET ((u32)PHYS_OFFSET >> PAGE_SHIFT)

extern struct page *mem_map;         /* mem_map[0] is frame ARCH_PFN_OFFSET */
extern u32 min_low_pfn, max_low_pfn; /* RAM's first frame, and past the last */

/* The number of the page's frame: its physical address / PAGE_SIZE. */
static inline u32 page_to_pfn(const struct page *page)
{
	return (u32)(page - mem_map) + ARCH_PFN_OFFSET;
}

/*
 * Whether mem_map has an entry for the frame. A hole in RAM has one:
 * PG_RESERVED.
 */
static inline bool pfn_valid(u32 pfn)
{
	return pfn - min_low_pfn < max_low_pfn - min_low_pfn;
}

/* pfn must be valid (pfn_valid), here and in phys_to_page. */
static inline struct page *pfn_to_page(u32 pfn)
{
	return mem_map + (pfn - ARCH_PFN_OFFSET);
}

/* The physical address of the page's first byte. */
static inline phys_addr_t page_to_phys(const struct page *page)
{
	return (phys_addr_t)page_to_pfn(page) << PAGE_SHIFT;
}

/* pa: any byte of the page. */
static inline struct page *phys_to_page(phys_addr_t pa)
{
	return pfn_to_page(pa >> PAGE_SHIFT);
}

/* The kernel's address of the page's first byte, in the linear map. */
static inline void *page_address(const struct page *page)
{
	return phys_to_virt(page_to_phys(page));
}

/* va: any lowmem address within the page. */
static inline struct page *virt_to_page(const volatile void *va)
{
	return phys_to_page(virt_to_phys(va));
}

/* ---- how to allocate --------------------------------------------- */

#define __GFP_ZERO           0x01u /* zeroed memory */
#define __GFP_NOWARN         0x02u /* no line in the log on failure */
#define __GFP_HIGH           0x04u /* may use the emergency reserve */
#define __GFP_DIRECT_RECLAIM 0x08u /* may sleep and reclaim */
#define __GFP_COMP           0x10u /* one compound page */
#define __GFP_NOFAIL_INJECT  0x20u /* fault injection leaves it alone */

#define GFP_ATOMIC (__GFP_HIGH)
#define GFP_KERNEL (__GFP_DIRECT_RECLAIM)
#define GFP_USER   (__GFP_DIRECT_RECLAIM)

/* ---- memblock: before the buddy ---------------------------------- */

/*
 * Records that [base, base + bytes) is RAM; overlapping ranges merge. 0, or
 * -ENOSPC if the table is full. All of memblock: boot only, one core, no lock.
 */
int memblock_add(phys_addr_t base, u32 bytes);
/*
 * Keeps a range out of the buddy for ever; name, for the boot log, is not
 * copied. 0 or -ENOSPC.
 */
int memblock_reserve(phys_addr_t base, u32 bytes, const char *name);
/*
 * Returns `bytes` of zeroed RAM at a multiple of align (a power of two),
 * reserved for ever: the highest free place below the lowmem limit. NULL: there
 * is none.
 */
void *memblock_alloc(u32 bytes, u32 align, const char *name);
/* The first byte of RAM, and the first byte after its end. */
phys_addr_t memblock_start(void);
phys_addr_t memblock_end(void);
/* Call fn for each range of RAM / each reserved range, by ascending address. */
void memblock_for_each_memory(void (*fn)(phys_addr_t base, u32 bytes,
					 void *arg),
			      void *arg);
void memblock_for_each_reserved(void (*fn)(phys_addr_t base, u32 bytes,
					   const char *name, void *arg),
				void *arg);
/*
 * Removes RAM above LOWMEM_MAX from the table and reports it. To be called
 * once, after the last memblock_add and before the first memblock_alloc.
 * Returns the bytes removed.
 */
u32 memblock_limit_lowmem(void);
/*
 * Builds mem_map and gives all RAM that is not reserved to the buddy. Returns
 * the pages given. BUG if the sums do not agree: no page may be lost.
 */
u32 memblock_free_all(void);

/* ---- buddy ------------------------------------------------------- */

/*
 * Returns the first of 2^order contiguous pages, naturally aligned; the caller
 * owns one reference to it. NULL: none (logged unless __GFP_NOWARN). Without
 * __GFP_COMP a block of order > 0 must be freed whole by __free_pages with that
 * order. May sleep with __GFP_DIRECT_RECLAIM.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order) __must_check;
/*
 * Drops the caller's reference; the last one frees the block of this order. Any
 * context.
 */
void __free_pages(struct page *page, unsigned int order);

/* A single page; see alloc_pages. */
static inline struct page *__must_check alloc_page(gfp_t gfp)
{
	return alloc_pages(gfp, 0);
}

/* The same by lowmem address. free_pages does nothing for NULL. */
void *__get_free_pages(gfp_t gfp, unsigned int order) __must_check;
void free_pages(void *va, unsigned int order);

/* A single page of zeroes, by address; free_pages(va, 0) frees it. */
static inline void *__must_check get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

/*
 * References. No code outside of alloc/ touches _refcount: the functions here
 * order the last use of a page before its next life. get_page needs a reference
 * already held, or the lock of a structure that holds one.
 */
static inline void get_page(struct page *page)
{
	atomic_inc(&page->_refcount);
}

/* References now; may change at once, unless the caller excludes others. */
static inline s32 page_count(const struct page *page)
{
	return atomic_read(&page->_refcount);
}

/*
 * Whether the caller's reference is the only one. Then nobody else can reach
 * the page, and a new reference can come only from the caller.
 *
 * The barrier orders what the former owners did before they dropped their
 * references before what the caller does next. Without it the caller's stores,
 * or the next owner's, could become visible before a former owner's last read
 * of the page; and a load of the caller, of the page or of its _mapcount, could
 * be done before the count was read, and miss a former owner's last store.
 */
static inline bool page_has_one_owner(const struct page *page)
{
	if (page_count(page) != 1)
		return false;
	smp_mb();
	return true;
}

/*
 * Drops one reference of a page, single or compound; the last one frees it. Any
 * context.
 */
void put_page(struct page *page);

/*
 * put_page where the reference is likely not the last: then without a call and
 * a barrier. The caller's accesses to the page must be ordered already, by an
 * unlock or a flush.
 */
static inline void put_shared_page(struct page *page)
{
	if (!atomic_dec_above_one(&page->_refcount))
		put_page(page);
}

/*
 * put_shared_page right after an access to the page that nothing orders yet.
 * The barrier keeps the access before the drop: a load that is still
 * outstanding could otherwise return what the page contains after another owner
 * dropped the last reference, freed the page and reused it.
 */
static inline void put_shared_page_after_use(struct page *page)
{
	smp_mb();
	put_shared_page(page);
}

/*
 * What pages are used for. Mapped ones come first, as MM_FILEPAGES and so on; a
 * page counts once, however many entries map it. Tables are the first-level
 * ones; those of the second level are slab objects.
 */
/* clang-format off */
enum page_use {
	USE_MAPPED_FILE, USE_MAPPED_ANON, USE_MAPPED_SHMEM,
	USE_CACHE, USE_SLAB, USE_TABLE, USE_VMALLOC, NR_PAGE_USES
};
/* clang-format on */

/*
 * Each core counts what it does, never in an interrupt, so no lock is needed. A
 * page may be freed by another core: only the sum is meaningful.
 */
extern u32 page_uses[NR_CPUS][NR_PAGE_USES];

/* pages: negative when the use ends. */
static inline void add_page_use(enum page_use use, s32 pages)
{
	page_uses[smp_processor_id()][use] += (u32)pages;
}

/* Pages in this use now, summed over all CPUs. */
u32 nr_pages_used(enum page_use use);

/* Free pages now, the per-CPU lists included. */
u32 nr_free_pages(void);
/* Pages that the buddy was given at boot. */
u32 totalram_pages(void);
/*
 * Free blocks of this order; pages on per-CPU lists are in none. Takes
 * zone.lock.
 */
u32 buddy_nr_free(unsigned int order);
/*
 * Returns this core's list of pages to the free blocks, where they coalesce:
 * before blocks are counted, or when a large one is needed.
 */
void drain_local_pages(void);
/*
 * Checks the free lists against mem_map. 0, or -EUCLEAN after naming each
 * broken rule on the log. Interrupts are off for long: for tests.
 */
int buddy_verify(void);

/* The one zone's figures, in pages, as /proc/zoneinfo shows them. */
struct zone_stats {
	u32 managed; /* given at boot */
	u32 free;    /* per-CPU lists not counted */
	u32 pcp_count, pcp_high, pcp_batch;
	u32 min;       /* below: for __GFP_HIGH only */
	u32 low;       /* below: allocations that may sleep reclaim */
	u32 high;      /* what reclaim restores */
	u32 failures;  /* allocations that got NULL */
	u32 reclaimed; /* pages that shrinkers freed */
};
/*
 * Sets the watermark min, in pages, and low and high above it in Linux's
 * proportions. Without a lock: they may be of different settings for a moment.
 */
void zone_set_watermarks(u32 pages);
/* Fills *stats. Without a lock: each figure is right at its own moment. */
void zone_get_stats(struct zone_stats *stats);

/*
 * Something that can free memory, called when an allocation that may sleep
 * finds few pages. shrink tries to free about nr pages and returns how many it
 * freed. It may sleep, and must not itself allocate with __GFP_DIRECT_RECLAIM.
 */
struct shrinker {
	const char *name;
	u32 (*shrink)(u32 nr);
	TAILQ_ENTRY(shrinker) link;
};
/* Boot only. The structure must stay; it is never removed. */
void register_shrinker(struct shrinker *shrinker);
/*
 * Calls the shrinkers until they have freed nr pages. Returns the pages freed.
 * May sleep.
 */
u32 shrink_all(u32 nr);

/* ---- slab -------------------------------------------------------- */

#define SLAB_HWCACHE_ALIGN 0x1u /* align to a 32-byte cache line */
#define SLAB_PANIC         0x2u /* creating it cannot fail */
#define SLAB_WORD_IS_FREE  0x4u /* an object's first word is not constructed */

/*
 * Creates a cache of objects of `size` bytes at multiples of `align` (a power
 * of two up to PAGE_SIZE; 0 = 8 bytes, the largest that the ABI needs). ctor
 * runs once on each object when its slab is made, and objects must be freed in
 * constructed state. The link between free objects then lies behind the object
 * and costs as much as its alignment; with SLAB_WORD_IS_FREE it lies in the
 * first word. name is not copied. NULL: no memory, or size is 0 or above 32
 * KiB. May sleep.
 */
struct kmem_cache *kmem_cache_create(const char *name, u32 size, u32 align,
				     u32 flags, void (*ctor)(void *));
/*
 * Returns an object, or NULL. __GFP_ZERO clears it (not with a ctor).
 * kmem_cache_free takes it back, from any core and context.
 */
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp) __must_check;
void kmem_cache_free(struct kmem_cache *cache, void *obj);
/* Frees empty slabs. Returns the pages freed. Takes cache->lock. */
u32 kmem_cache_shrink(struct kmem_cache *cache);
/*
 * Destroys an empty cache. 0, or -EBUSY and nothing has changed: objects are
 * live (named on the log). No other task may use the cache.
 */
int kmem_cache_destroy(struct kmem_cache *cache) __must_check;

/*
 * What kmalloc(0) returns: not NULL, which would mean no memory, and at no
 * address of memory.
 */
#define ZERO_SIZE_PTR ((void *)16)
/*
 * Returns `size` bytes, at least 8-aligned, up to 4 MiB; more than 8 KiB are
 * blocks of the buddy. NULL: no memory, or too much. size 0 gives
 * ZERO_SIZE_PTR, which may be freed but not accessed. kcalloc clears n * size
 * bytes and fails if the product overflows. kfree takes any of these, or NULL.
 */
void *kmalloc(size_t size, gfp_t gfp) __must_check;
void *kcalloc(size_t n, size_t size, gfp_t gfp) __must_check;
void kfree(void *p);
size_t ksize(const void *p); /* bytes that the caller may use */

/* kmalloc, cleared. */
static inline void *__must_check kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

/* Boot: after memblock_free_all, before the first kmalloc. */
void kmem_cache_init(void);
/*
 * Checks every slab of every cache. 0, or -EUCLEAN after naming each broken
 * rule on the log. No cache may be created meanwhile.
 */
int slab_verify(void);

/*
 * Returns the number of live objects. Debug builds write each place in the code
 * that allocated some of them to the log, with their number and cache.
 */
u32 slab_report_live(void);

/*
 * The figures of a cache, for /proc/slabinfo and tests. slab_for_each calls fn
 * for each cache in order of creation.
 */
struct slab_stats {
	const char *name;
	u32 object_size, objects_per_slab, pages_per_slab;
	u32 active_objects, total_objects, slabs, active_slabs;
};
void slab_for_each(void (*fn)(const struct slab_stats *stats, void *arg),
		   void *arg);

/* ---- failing on purpose ------------------------------------------ */

/*
 * Lets the nth allocation of pages or objects from now (1 = the next) fail,
 * `times` in a row (1 = only that one). nth = 0 turns it off. target NULL or
 * "any": every allocation counts; "pages": the buddy's; otherwise those of the
 * cache of that name. "NAME@FUNCTION" counts only allocations made under that
 * function of the kernel (an inlined one is not seen). Any context.
 */
void fail_alloc_set(const char *target, u32 nth, u32 times);
/*
 * After those of fail_alloc_set, one of `every` target allocations fails; 0:
 * none.
 */
void fail_alloc_repeat(u32 every);
/*
 * Parses "target,nth,times" or "target,nth,times,every" of the command line and
 * arms it. 0, -EINVAL, -ENOENT: no such cache.
 */
int fail_alloc_parse(const char *text) __must_check;
/*
 * Returns how many allocations were made to fail since the last fail_alloc_set.
 */
u32 fail_alloc_hits(void);

#endif
