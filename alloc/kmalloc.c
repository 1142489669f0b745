/*
 * Memory by the byte: a cache for each size class, and blocks of the buddy for
 * sizes above the largest.
 *
 * A class is found without a division: sizes up to 192 by a table with one
 * entry for every 8 bytes, the others by counting leading zeroes.
 */
#include <alloc/hot.h>

#define TABLE_MAX  192
#define CLASS_MAX  8192
#define NR_CLASSES 13

static const struct {
	const char *name;
	u32 size;
} classes[NR_CLASSES] = {
	{ "kmalloc-8", 8 },          { "kmalloc-16", 16 },
	{ "kmalloc-32", 32 },        { "kmalloc-64", 64 },
	{ "kmalloc-96", 96 },        { "kmalloc-128", 128 },
	{ "kmalloc-192", 192 },      { "kmalloc-256", 256 },
	{ "kmalloc-512", 512 },      { "kmalloc-1k", 1024 },
	{ "kmalloc-2k", 2048 },      { "kmalloc-4k", 4096 },
	{ "kmalloc-8k", CLASS_MAX },
};

#define FIRST_POWER 7 /* classes[7] is 256 = 2^8, and so on */

static struct kmem_cache *kmalloc_caches[NR_CLASSES];
/* By (size - 1) / 8. Most requests are for sizes up to TABLE_MAX. */
static struct kmem_cache *small_caches[TABLE_MAX / 8];

/* Makes the caches of the classes, then the table that refers to them. */
void kmem_cache_init(void)
{
	kmem_cache_bootstrap();
	for (u32 i = 0; i < NR_CLASSES; i++)
		kmalloc_caches[i] = kmem_cache_create(classes[i].name,
						      classes[i].size, 0,
						      SLAB_PANIC, NULL);
	for (u32 i = 0, class = 0; i < ARRAY_SIZE(small_caches); i++) {
		/*
		 * Entry i serves sizes up to 8 * (i + 1). Classes are at least
		 * 8 bytes apart, so one test is enough.
		 */
		if (classes[class].size < 8 * (i + 1))
			class ++;
		small_caches[i] = kmalloc_caches[class];
	}
	static_assert(NR_CLASSES == FIRST_POWER + 6, "256 .. 8192");
}

/*
 * Returns the cache for TABLE_MAX < size <= CLASS_MAX: above 192 each class is
 * a power of two.
 */
static inline struct kmem_cache *power_cache(size_t size)
{
	return kmalloc_caches[FIRST_POWER - 8 + 32 -
			      (u32)__builtin_clz((u32)size - 1)];
}

/* ---- blocks of the buddy ----------------------------------------- */

/*
 * Serves size 0, blocks of the buddy, and sizes too large for any. Out of line:
 * the common sizes do not come here.
 */
static __noinline void *kmalloc_large(size_t size, gfp_t gfp)
{
	struct page *page;

	if (size == 0)
		return ZERO_SIZE_PTR;
	/* get_order takes 32 bits: a larger size would be cut on the host. */
	if (size > (size_t)PAGE_SIZE << MAX_ORDER)
		return NULL;
	/*
	 * A compound block, so that kfree finds order and head from any
	 * address.
	 */
	page = alloc_pages(gfp | __GFP_COMP, get_order((u32)size));
	return page ? page_address(page) : NULL;
}

/* Frees a block of kmalloc_large, or panics: p was never from kmalloc. */
static void kfree_large(struct page *page, void *p)
{
	if (!(page->flags & PG_COMPOUND) || p != page_address(page))
		bad_page_free(page, page_order(page),
			      "kfree of what kmalloc did not give");
	__free_pages(page, page_order(page));
}

/* ---- the interface ----------------------------------------------- */

/*
 * Chooses the class. Inlined in kmalloc and kcalloc, so that their own caller
 * is noted.
 */
static inline void *__kmalloc(size_t size, gfp_t gfp, const void *caller)
{
	/*
	 * Size 0 becomes the largest value and falls through to kmalloc_large.
	 */
	size_t last = size - 1;

	if (likely(last < TABLE_MAX))
		return slab_alloc(small_caches[last >> 3], gfp, size, caller);
	if (likely(last < CLASS_MAX))
		return slab_alloc(power_cache(size), gfp, size, caller);
	return kmalloc_large(size, gfp);
}

/* Notes its caller here: one function further in it would be kmalloc itself. */
void *kmalloc(size_t size, gfp_t gfp)
{
	return __kmalloc(size, gfp, CALL_SITE());
}

/*
 * Allocates an array. With an overflow unchecked the array would be smaller
 * than the caller thinks.
 */
void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return __kmalloc(bytes, gfp | __GFP_ZERO, CALL_SITE());
}

/* kfree for p in a tail page of a slab, or in no slab. */
static void kfree_checked(void *p, const void *caller)
{
	struct page *page = virt_to_head_page(p);

	if (page->flags & PG_SLAB)
		slab_free(page->slab_cache, page, p, caller);
	else
		kfree_large(page, p);
}

/*
 * Frees an object of kmalloc. The common case is inlined: p is in the first
 * page of a slab.
 */
void kfree(void *p)
{
	const void *caller = CALL_SITE();
	struct page *page;

	if (unlikely((uintptr_t)p <= (uintptr_t)ZERO_SIZE_PTR))
		return; /* also NULL */
	/*
	 * The page's flags show whether a slab or the buddy gave p: no size is
	 * needed.
	 */
	page = virt_to_page(p);
	if (likely((page->flags & (PG_SLAB | PG_TAIL)) == PG_SLAB))
		slab_free(page->slab_cache, page, p, caller);
	else
		kfree_checked(p, caller);
}
