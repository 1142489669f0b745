/*
 * Virtually contiguous kernel memory over scattered frames, and device
 * mappings. Owns the mappings of the vmalloc range; where an area lies is
 * vmap_area.c's. Every area ends in a page that is never mapped, so that
 * running off its end faults.
 *
 * Giving an area back: all entries cleared, one flush for the whole range,
 * then the frames and the addresses are free again (law 6). The flush is not put
 * off until there are more areas, as Linux does for the sake of other cores:
 * the frames would have to wait for it too, and a use after vfree would not
 * fault.
 */
#include <alloc/alloc.h>
#include <bug.h>
#include <mm/vmap_area.h>

#define MAP_PAGES 32u /* entered at a time: on the stack */

static struct kmem_cache *area_cachep;

#define caller_address() ((u32)(uintptr_t)__builtin_return_address(0))

void vmalloc_init(void)
{
	area_cachep = kmem_cache_create("vmap_area", sizeof(struct vmap_area),
					0, SLAB_PANIC, NULL);
}

/* ---- areas ------------------------------------------------------- */

/* Address space for bytes and the guard page behind them. NULL: none. */
static struct vmap_area *alloc_area(u32 bytes, u32 align, gfp_t gfp,
				    const char *label, u32 caller)
{
	struct vmap_area *area;

	BUG_ON(!bytes || !IS_ALIGNED(bytes, PAGE_SIZE));
	BUG_ON(align < PAGE_SIZE || align & (align - 1));
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

static void free_frames(struct vmap_area *area)
{
	struct page *page, *next;

	add_page_use(USE_VMALLOC, -(s32)area->nr_pages);
	STAILQ_FOREACH_SAFE(page, &area->pages, area_link, next) {
		BUG_ON(!(page->flags & PG_VMALLOC));
		page->flags &= ~PG_VMALLOC;
		put_page(page);
	}
}

/*
 * However much of it is mapped, and however many frames it has. No translation
 * of it is left when they are free.
 */
static void free_vmap_area(struct vmap_area *area)
{
	u32 end = area->va + area->bytes - PAGE_SIZE;

	BUG_ON(area->bytes <= PAGE_SIZE);
	unmap_kernel_range(area->va, end - area->va);
	flush_tlb_kernel_range(area->va, end);
	free_frames(area);
	vmap_area_remove(area);
	kmem_cache_free(area_cachep, area);
}

/* The one that begins at va; anything else is the caller's error. */
static void free_area_at(const void *va, bool owns_pages)
{
	struct vmap_area *area = vmap_area_find(va);

	BUG_ON(!area);
	BUG_ON(area->owns_pages != owns_pages);
	free_vmap_area(area);
}

/* ---- vmalloc ----------------------------------------------------- */

/*
 * nr frames from anywhere, chained by their struct page: an array of a large
 * area's would itself need contiguous frames. 0 or -ENOMEM.
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
	add_page_use(USE_VMALLOC, (s32)area->nr_pages);
	return area->nr_pages < nr ? -ENOMEM : 0;
}

/* Enter them, some at a time. 0, or -ENOMEM: perhaps some are entered. */
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

static void *vmalloc_node(u32 bytes, u32 align, gfp_t gfp, const char *label,
			  u32 caller)
{
	struct vmap_area *area;
	u32 size = ALIGN_UP(bytes, PAGE_SIZE);

	/* More than there is: do not take everything first. */
	if (!size || size >> PAGE_SHIFT > totalram_pages())
		return NULL;
	area = alloc_area(size, align, gfp & ~__GFP_ZERO, label, caller);
	if (!area)
		return NULL;
	if (alloc_frames(area, size >> PAGE_SHIFT, gfp) || map_frames(area)) {
		free_vmap_area(area);
		return NULL;
	}
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

void vfree(const void *va)
{
	if (va)
		free_area_at(va, true);
}

/* ---- ioremap ----------------------------------------------------- */

/*
 * One frame must not be Normal memory here and Device memory there: what is read
 * then is unpredictable (DDI0406C A3.5.7). All of lowmem is mapped already.
 */
static bool overlaps_lowmem(phys_addr_t pa, u32 bytes)
{
	return pa >> PAGE_SHIFT < max_low_pfn &&
		(pa + (bytes - 1)) >> PAGE_SHIFT >= min_low_pfn;
}

void *ioremap(phys_addr_t pa, u32 bytes)
{
	u32 offset = pa & ~PAGE_MASK;
	u32 size = ALIGN_UP(bytes + offset, PAGE_SIZE);
	struct vmap_area *area;

	if (!bytes || size < bytes || pa - offset + (size - 1) < pa - offset)
		return NULL;
	if (overlaps_lowmem(pa - offset, size))
		return NULL;
	area = alloc_area(size, PAGE_SIZE, GFP_KERNEL, "ioremap",
			  caller_address());
	if (!area)
		return NULL;
	area->pa = pa - offset;
	if (ioremap_page_range(area->va, size, area->pa, MT_DEVICE)) {
		free_vmap_area(area);
		return NULL;
	}
	return (void *)(uintptr_t)(area->va + offset);
}

void iounmap(void *va)
{
	if (va)
		free_area_at((void *)((uintptr_t)va & PAGE_MASK), false);
}
