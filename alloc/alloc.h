/*
 * alloc/alloc.h - the kernel's own memory, from page frames to objects.
 *
 *	boot:  memblock_add/reserve/alloc, by physical ranges
 *	then:  memblock_free_all hands everything unreserved to the buddy
 *	pages: alloc_pages / __get_free_pages / free_pages, orders 0..MAX_ORDER
 *	objects: kmem_cache_* and kmalloc, slabs of buddy pages
 *
 * All memory here is lowmem, mapped linearly: page_address never fails. The
 * buddy and the slab work in any context; only __GFP_DIRECT_RECLAIM (part of
 * GFP_KERNEL) may sleep.
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
 * page->flags: what a page is, changed only by its owner; and, in the highest
 * byte of the first page of a block, free or allocated, the block's order: the
 * buddy asks for both at once.
 */
#define PG_ORDER_SHIFT  24
#define PG_BUDDY        0x0001 /* free, head of a block */
#define PG_RESERVED     0x0002 /* never was the buddy's: image, mem_map */
#define PG_SLAB         0x0004 /* slab page: page->slab_* hold */
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
 * not the first of its block: mem_map is made by clearing it. 32 bytes: a cache
 * line of Cortex-A9, and a shift to get the frame's number.
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

/* Of the first page of a block; 0 of any other, and of a single page. */
static inline unsigned int page_order(const struct page *page)
{
	return page->flags >> PG_ORDER_SHIFT;
}

#define ARCH_PFN_OFFSET ((u32)PHYS_OFFSET >> PAGE_SHIFT)

extern struct page *mem_map;         /* mem_map[0] is frame ARCH_PFN_OFFSET */
extern u32 min_low_pfn, max_low_pfn; /* RAM's first frame, and past the last */

static inline u32 page_to_pfn(const struct page *page)
{
	return (u32)(page - mem_map) + ARCH_PFN_OFFSET;
}

/* Has it an entry in mem_map? It may be a hole in RAM: then PG_RESERVED. */
static inline bool pfn_valid(u32 pfn)
{
	return pfn - min_low_pfn < max_low_pfn - min_low_pfn;
}

static inline struct page *pfn_to_page(u32 pfn)
{
	return mem_map + (pfn - ARCH_PFN_OFFSET);
}

static inline phys_addr_t page_to_phys(const struct page *page)
{
	return (phys_addr_t)page_to_pfn(page) << PAGE_SHIFT;
}

static inline struct page *phys_to_page(phys_addr_t pa)
{
	return pfn_to_page(pa >> PAGE_SHIFT);
}

static inline void *page_address(const struct page *page)
{
	return phys_to_virt(page_to_phys(page));
}

/* va: a lowmem address, anywhere in the page. */
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

/* Say that [base, base + bytes) is RAM. Overlaps merge. 0 or -ENOSPC. */
int memblock_add(phys_addr_t base, u32 bytes);
/* Keep it from everybody, with a name for the boot log. 0 or -ENOSPC. */
int memblock_reserve(phys_addr_t base, u32 bytes, const char *name);
/*
 * bytes of zeroed RAM at a multiple of align (a power of two), for ever; the
 * highest fit below the lowmem limit. NULL: there is none.
 */
void *memblock_alloc(u32 bytes, u32 align, const char *name);
/* First byte and first byte after the last of RAM that lowmem can map. */
phys_addr_t memblock_start(void);
phys_addr_t memblock_end(void);
/* Call fn for each range of RAM / each reserved range, ascending. */
void memblock_for_each_memory(void (*fn)(phys_addr_t base, u32 bytes,
					 void *arg),
			      void *arg);
void memblock_for_each_reserved(void (*fn)(phys_addr_t base, u32 bytes,
					   const char *name, void *arg),
				void *arg);
/*
 * Cut RAM above LOWMEM_MAX off (reported, left alone). Call once, after the
 * last memblock_add and before the first memblock_alloc. Returns bytes cut.
 */
u32 memblock_limit_lowmem(void);
/*
 * Build mem_map and give all RAM that is not reserved to the buddy. Returns
 * the pages given. BUG if the sums do not agree: nothing may be lost.
 */
u32 memblock_free_all(void);

/* ---- buddy ------------------------------------------------------- */

/*
 * 2^order contiguous pages, naturally aligned; the caller owns one reference
 * to the first. NULL: none (logged unless __GFP_NOWARN). Without __GFP_COMP a
 * block of order > 0 must be freed whole by __free_pages with that order.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order) __must_check;
/* Give up the caller's reference; frees when it was the last. */
void __free_pages(struct page *page, unsigned int order);

static inline struct page *__must_check alloc_page(gfp_t gfp)
{
	return alloc_pages(gfp, 0);
}

/* The same by lowmem address. NULL in free_pages is allowed. */
void *__get_free_pages(gfp_t gfp, unsigned int order) __must_check;
void free_pages(void *va, unsigned int order);

static inline void *__must_check get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

/*
 * References. Outside alloc/ nobody touches _refcount: what orders the last
 * reference of a page against its next life is written here.
 */
static inline void get_page(struct page *page)
{
	atomic_inc(&page->_refcount);
}

static inline s32 page_count(const struct page *page)
{
	return atomic_read(&page->_refcount);
}

/*
 * Is the caller's reference the only one? Then nobody else can reach the page,
 * and nobody can get a reference but from the caller.
 *
 * The barrier puts what the former owners did before they dropped their
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

/* Drop one reference of a page, single or compound; the last one frees it. */
void put_page(struct page *page);

/*
 * The same, where the reference is likely not the last: no call then, and no
 * barrier. What the caller did with the page must be ordered already, by a lock
 * given up or a flush.
 */
static inline void put_shared_page(struct page *page)
{
	if (!atomic_dec_above_one(&page->_refcount))
		put_page(page);
}

/*
 * The same, right after an access to the page that nothing orders yet. The
 * barrier keeps the access before the drop: a load that is still outstanding
 * could otherwise return what the page holds after somebody else dropped the
 * last reference, freed the page and reused it.
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

/* A core counts what it does, never in an interrupt: only the sum means much. */
extern u32 page_uses[NR_CPUS][NR_PAGE_USES];

static inline void add_page_use(enum page_use use, s32 pages)
{
	page_uses[smp_processor_id()][use] += (u32)pages;
}

/* Pages in this use now, summed over all CPUs. */
u32 nr_pages_used(enum page_use use);

/* Free pages now, the per-CPU lists included. */
u32 nr_free_pages(void);
/* Pages the buddy was given at boot. */
u32 totalram_pages(void);
/* Free blocks of this order (per-CPU pages are not in any). */
u32 buddy_nr_free(unsigned int order);
/* Give the per-CPU pages back to the free lists (before counting blocks). */
void drain_local_pages(void);
/* 0, or -EUCLEAN after naming on the log each broken invariant. */
int buddy_verify(void);

/* The one zone's figures, in pages, as /proc/zoneinfo shows them. */
struct zone_stats {
	u32 managed; /* given at boot */
	u32 free;    /* per-CPU lists not counted */
	u32 pcp_count, pcp_high, pcp_batch;
	u32 min;       /* below: for __GFP_HIGH only */
	u32 low;       /* below: who may sleep asks the shrinkers */
	u32 high;      /* what shrinkers are asked to restore */
	u32 failures;  /* allocations that got NULL */
	u32 reclaimed; /* pages that shrinkers gave back */
};
void zone_get_stats(struct zone_stats *stats);

/*
 * Something that can give memory back: asked when an allocation that may sleep
 * finds few. shrink tries to free about nr pages and returns what it freed; it
 * may sleep, and allocates nothing with __GFP_DIRECT_RECLAIM itself.
 */
struct shrinker {
	const char *name;
	u32 (*shrink)(u32 nr);
	TAILQ_ENTRY(shrinker) link;
};
void register_shrinker(struct shrinker *shrinker);

/* ---- slab -------------------------------------------------------- */

#define SLAB_HWCACHE_ALIGN 0x1u /* align to a 32-byte cache line */
#define SLAB_PANIC         0x2u /* creating it cannot fail */
#define SLAB_WORD_IS_FREE  0x4u /* an object's first word is not constructed */

/*
 * A cache of objects of `size` bytes at multiples of `align` (0 = 8 bytes, the
 * ABI's most; a power of two up to PAGE_SIZE). ctor runs once on each object
 * when its slab is made, and objects come back in constructed state. What links
 * the free ones lies behind them then, and costs as much as their alignment;
 * with SLAB_WORD_IS_FREE it lies in their first word. name is not copied. NULL:
 * no memory, or size is 0 or above 32 KiB.
 */
struct kmem_cache *kmem_cache_create(const char *name, u32 size, u32 align,
				     u32 flags, void (*ctor)(void *));
/* An object, or NULL. __GFP_ZERO clears it (not with a ctor). */
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp) __must_check;
void kmem_cache_free(struct kmem_cache *cache, void *obj);
/* Give empty slabs back. Returns the pages freed. */
u32 kmem_cache_shrink(struct kmem_cache *cache);
/* 0; -EBUSY, and nothing changed, while objects live (named on the log). */
int kmem_cache_destroy(struct kmem_cache *cache) __must_check;

/*
 * size bytes, at least 8-aligned, from 8 bytes to 4 MiB; big ones come from
 * the buddy. size 0 gives ZERO_SIZE_PTR, which may be freed and not touched.
 */
#define ZERO_SIZE_PTR ((void *)16)
void *kmalloc(size_t size, gfp_t gfp) __must_check;
void *kcalloc(size_t n, size_t size, gfp_t gfp) __must_check;
void kfree(void *p);         /* NULL is allowed */
size_t ksize(const void *p); /* usable bytes */

static inline void *__must_check kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

/* After memblock_free_all, before the first kmalloc. */
void kmem_cache_init(void);
/* 0, or -EUCLEAN after naming each broken invariant. */
int slab_verify(void);

/*
 * Debug builds: each place in the code that allocated objects which live, with
 * their number and cache, on the log. Returns the number of live objects.
 */
u32 slab_report_live(void);

/* For /proc/slabinfo and tests; fn gets each cache in order of creation. */
struct slab_stats {
	const char *name;
	u32 object_size, objects_per_slab, pages_per_slab;
	u32 active_objects, total_objects, slabs, active_slabs;
};
void slab_for_each(void (*fn)(const struct slab_stats *stats, void *arg),
		   void *arg);

/* ---- failing on purpose ------------------------------------------ */

/*
 * Let the nth allocation from now (1 = the next) of pages or objects fail, and
 * with `times` how many after it (1 = only that one). nth = 0 stops it. target
 * NULL or "any": any; "pages": the buddy; otherwise the cache of that name.
 * "NAME@FUNCTION" counts only what is asked for by way of that function of the
 * kernel (one that the compiler inlined is not seen).
 */
void fail_alloc_set(const char *target, u32 nth, u32 times);
/* After those that fail_alloc_set named one of so many fails; 0: none. */
void fail_alloc_repeat(u32 every);
/*
 * "target,nth,times" or "target,nth,times,every" of the command line. 0,
 * -EINVAL, -ENOENT: no such cache.
 */
int fail_alloc_parse(const char *text) __must_check;
/* How many allocations were made to fail since the last fail_alloc_set. */
u32 fail_alloc_hits(void);

#endif
