/*
 * Virtually contiguous kernel memory over scattered frames, and device
 * mappings. Owns the mappings of the vmalloc range; vmap_area.c owns which
 * addresses an area has. Every area ends in a page that is never mapped, so
 * that running off its end faults.
 *
 * Freeing an area: all entries are cleared, one flush covers the whole range,
 * then the frames and the addresses are free again (law 6). Linux puts the
 * flush off until there are more areas, to spare other cores; here it is done
 * at once, since the frames would have to wait for it too, and a use after
 * vfree would not fault.
 */
#include <alloc/alloc.h>
#include <bug.h>
#include <mm/vmap_area.h>

#define MAP_PAGES 32u /* mapped at a time: an array on the stack */

static struct kmem_cache *area_cachep;

#define caller_address() ((u32)(uintptr_t)__builtin_return_address(0))

void vmalloc_init(void)
{
	area_cachep = kmem_cache_create("vmap_area", sizeof(struct vmap_area),
					0, SLAB_PANIC, NULL);
}

/* ---- areas ------------------------------------------------------- */

/*
 * Returns an area of `bytes` and the guard page behind them, with addresses but
 * nothing mapped. NULL: no memory, or no gap.
 */
static struct vmap_area *alloc_area(u32 bytes, u32 align, gfp_t gfp,
				    const char *label, u32 caller)
{
	struct vmap_area *area;

	BUG_ON(!bytes || !IS_ALIGNED(bytes, PAGE_SIZE));
	BUG_ON(align < PAGE_SIZE || align & (align - 1));
	/* The guard page would wrap the size to 0. */
	if (bytes + PAGE_SIZE < bytes)
		return NULL;
	area = kmem_cache_alloc(area_cachep, gfp | __GFP_ZERO);
	if (!area)
		return NULL;
	STAILQ_INIT(&area->pages);
	area->bytes = bytes + PAGE_SIZE;
	area->label = label;
	area->caller = caller;
	if (vmap_area_insert(area, align)) {
		kmem_cache_free(area_cachep, area);
		return NULL;
	}
	return area;
}

/* Drops the frames of an area, mapped or not; the flush has been done. */
static void free_frames(struct vmap_area *area)
{
	struct page *page, *next;

	add_page_use(USE_VMALLOC, -(s32)area->nr_pages);
	/* put_page may free the page, and with it the link to the next. */
	STAILQ_FOREACH_SAFE(page, &area->pages, area_link, next) {
		BUG_ON(!(page->flags & PG_VMALLOC));
		page->flags &= ~PG_VMALLOC;
		put_page(page);
	}
}

/*
 * Frees an area, whatever part of it is mapped and however many frames it has,
 * so that error paths need no case of their own. On return no translation of it
 * is left.
 */
static void free_vmap_area(struct vmap_area *area)
{
	u32 end = area->va + area->bytes - PAGE_SIZE;

	BUG_ON(area->bytes <= PAGE_SIZE);
	unmap_kernel_range(area->va, end - area->va);
	/*
	 * Flushed before the frames are freed (law 6) and before the addresses
	 * can be given out again.
	 */
	flush_tlb_kernel_range(area->va, end);
	free_frames(area);
	vmap_area_remove(area);
	kmem_cache_free(area_cachep, area);
}

/*
 * Frees the area that begins at va. Any other address, or the wrong one of
 * vfree and iounmap, is a bug of the caller.
 */
static void free_area_at(const void *va, bool owns_pages)
{
	struct vmap_area *area = vmap_area_find(va);

	BUG_ON(!area);
	BUG_ON(area->owns_pages != owns_pages);
	free_vmap_area(area);
}

/* ---- vmalloc ----------------------------------------------------- */

/*
 * Allocates nr frames from anywhere, chained by their struct page: an array of
 * pointers would itself need contiguous frames for a large area. 0 or -ENOMEM.
 */
static int alloc_frames(struct vmap_area *area, u32 nr, gfp_t gfp)
{
	for (; area->nr_pages < nr; area->nr_pages++) {
		struct page *page = alloc_page(gfp);

		if (!page)
			break;
		page->flags |= PG_VMALLOC;
		STAILQ_INSERT_TAIL(&area->pages, page, area_link);
	}
	/*
	 * Counted after an error, too: free_frames takes off what nr_pages
	 * counts.
	 */
	add_page_use(USE_VMALLOC, (s32)area->nr_pages);
	return area->nr_pages < nr ? -ENOMEM : 0;
}

/* Maps the frames, MAP_PAGES at a time. 0, or -ENOMEM: a part may be mapped. */
static int map_frames(const struct vmap_area *area)
{
	struct page *part[MAP_PAGES], *page = STAILQ_FIRST(&area->pages);
	u32 va = area->va;
	int err = 0;

	while (page && !err) {
		u32 n = 0;

		for (; page && n < MAP_PAGES;
		     page = STAILQ_NEXT(page, area_link))
			part[n++] = page;
		err = map_kernel_range(va, n << PAGE_SHIFT, part, MT_MEMORY_RW);
		va += n << PAGE_SHIFT;
	}
	return err;
}

/*
 * The body of vmalloc and vmalloc_aligned. caller: the text address for
 * /proc/vmallocinfo.
 */
static void *vmalloc_node(u32 bytes, u32 align, gfp_t gfp, const char *label,
			  u32 caller)
{
	struct vmap_area *area;
	u32 size = ALIGN_UP(bytes, PAGE_SIZE);

	/*
	 * A request that can never succeed must not take all memory before it
	 * fails.
	 */
	if (!size || size >> PAGE_SHIFT > totalram_pages())
		return NULL;
	/* __GFP_ZERO is meant for the pages, which alloc_frames clears. */
	area = alloc_area(size, align, gfp & ~__GFP_ZERO, label, caller);
	if (!area)
		return NULL;
	/* The frames come first, as mapping uses their list. */
	if (alloc_frames(area, size >> PAGE_SHIFT, gfp) || map_frames(area)) {
		free_vmap_area(area);
		return NULL;
	}
	/* From now on the verifier expects each page to be mapped. */
	area->owns_pages = true;
	return (void *)(uintptr_t)area->va;
}

void *vmalloc(u32 bytes)
{
	return vmalloc_node(bytes, PAGE_SIZE, GFP_KERNEL, "vmalloc",
			    caller_address());
}

void *vmalloc_aligned(u32 bytes, u32 align, gfp_t gfp, const char *label)
{
	return vmalloc_node(bytes, align, gfp, label, caller_address());
}

/* Frees a vmalloc area. free_area_at panics for an area of ioremap. */
void vfree(const void *va)
{
	if (va)
		free_area_at(va, true);
}

/* ---- ioremap ----------------------------------------------------- */

/*
 * One frame must not be mapped as Normal memory at one address and Device
 * memory at another: what is read then is unpredictable (DDI0406C A3.5.7). All
 * of lowmem is mapped as Normal memory.
 */
static bool overlaps_lowmem(phys_addr_t pa, u32 bytes)
{
	return pa >> PAGE_SHIFT < max_low_pfn &&
		(pa + (bytes - 1)) >> PAGE_SHIFT >= min_low_pfn;
}

/*
 * Maps device registers. They need not start at a page: whole pages are mapped,
 * and the offset is added to the result.
 */
void *ioremap(phys_addr_t pa, u32 bytes)
{
	u32 offset = pa & ~PAGE_MASK;
	u32 size = ALIGN_UP(bytes + offset, PAGE_SIZE);
	struct vmap_area *area;

	/* Neither the size nor the last physical address may wrap. */
	if (!bytes || size < bytes || pa - offset + (size - 1) < pa - offset)
		return NULL;
	if (overlaps_lowmem(pa - offset, size))
		return NULL;
	area = alloc_area(size, PAGE_SIZE, GFP_KERNEL, "ioremap",
			  caller_address());
	if (!area)
		return NULL;
	area->pa = pa - offset;
	/*
	 * ioremap_page_range maps all or nothing, so the area is freed
	 * unmapped.
	 */
	if (ioremap_page_range(area->va, size, area->pa, MT_DEVICE)) {
		free_vmap_area(area);
		return NULL;
	}
	return (void *)(uintptr_t)(area->va + offset);
}

/*
 * Unmaps an ioremap area. va may point into its first page, as ioremap returned
 * it.
 */
void iounmap(void *va)
{
	if (va)
		free_area_at((void *)((uintptr_t)va & PAGE_MASK), false);
}
