/*
 * The verifier of the vmalloc range, for the set of areas and what is mapped,
 * and the functions by which others look at it.
 */
#include <lib/printk.h>
#include <mm/vmap_area.h>

/* ---- the verifier ------------------------------------------------ */

struct vmap_audit {
	u32 errors, in_tree, in_list;
};

#define check(audit, area, ok)                                             \
	do {                                                               \
		if (!(ok)) {                                               \
			pr_err("vmalloc_verify: %08x, %u bytes (%s): "     \
			       "broken rule: %s\n",                        \
			       (unsigned int)(area)->va,                   \
			       (unsigned int)(area)->bytes, (area)->label, \
			       #ok);                                       \
			(audit)->errors++;                                 \
		}                                                          \
	} while (0)

/*
 * Checks order and gaps of the subtree. The tree's colours are left to Newlib's
 * macros.
 */
static void audit_subtree(struct vmap_audit *audit, struct vmap_area *area)
{
	struct vmap_area *left, *right;
	u32 gap;

	if (!area)
		return;
	left = RB_LEFT(area, rb);
	right = RB_RIGHT(area, rb);
	audit_subtree(audit, left);
	audit_subtree(audit, right);
	audit->in_tree++;
	check(audit, area, !left || left->va < area->va);
	check(audit, area, !right || area->va < right->va);
	/* Computed from scratch: what gap_update should have stored. */
	gap = max(vmap_subtree_gap(left), vmap_subtree_gap(right));
	gap = max(gap, area->va - vmap_gap_start(area));
	check(audit, area, area->subtree_gap == gap);
}

/* Checks that each page of area is mapped, in order. */
static void audit_pages(struct vmap_audit *audit, const struct vmap_area *area)
{
	const struct page *page;
	u32 va = area->va;
	phys_addr_t pa;

	STAILQ_FOREACH(page, &area->pages, area_link) {
		check(audit, area,
		      !kernel_va_to_phys(va, &pa) && pa == page_to_phys(page));
		va += PAGE_SIZE;
	}
	/* The list must have as many pages as were counted. */
	check(audit, area, va == area->va + area->nr_pages * PAGE_SIZE);
}

/* Checks one area: its place, its guard page, its pages. */
static void audit_area(struct vmap_audit *audit, struct vmap_area *area)
{
	u32 guard = area->va + area->bytes - PAGE_SIZE;
	phys_addr_t pa;

	audit->in_list++;
	check(audit, area, IS_ALIGNED(area->va | area->bytes, PAGE_SIZE));
	/* Overlapping areas would have a gap of nearly 4 GiB. */
	check(audit, area, area->va >= vmap_gap_start(area));
	check(audit, area, area->bytes <= VMALLOC_END - area->va);
	/* The look-up must fail: the guard page is never mapped. */
	check(audit, area, kernel_va_to_phys(guard, &pa));
	if (area->owns_pages)
		audit_pages(audit, area);
}

/*
 * Checks all areas. The lock is held throughout, so that no area is half
 * linked.
 */
int vmalloc_verify(void)
{
	struct vmap_audit audit = { 0 };
	struct vmap_area *area;

	spin_lock(&vmap_lock);
	audit_subtree(&audit, RB_ROOT(&vmap_area_tree));
	TAILQ_FOREACH(area, &vmap_areas, link)
		audit_area(&audit, area);
	spin_unlock(&vmap_lock);
	/* An area in only one of the two is found by counting. */
	if (audit.in_tree != audit.in_list) {
		pr_err("vmalloc_verify: %u areas in the tree, %u in the list\n",
		       (unsigned int)audit.in_tree,
		       (unsigned int)audit.in_list);
		audit.errors++;
	}
	return audit.errors ? -EUCLEAN : 0;
}

/* ---- questions --------------------------------------------------- */

/*
 * Compares with the range alone and takes no lock, so it serves in any context.
 */
bool is_vmalloc_addr(const void *va)
{
	return (uintptr_t)va >= vmalloc_start() && (uintptr_t)va < VMALLOC_END;
}

/*
 * Finds the page behind va. It reads the tables and not the areas, so it is
 * right for an area that is mapped in part.
 */
struct page *vmalloc_to_page(const void *va)
{
	phys_addr_t pa;

	if (!is_vmalloc_addr(va) ||
	    kernel_va_to_phys((u32)(uintptr_t)va, &pa) ||
	    /* ioremap maps addresses that have no struct page. */
	    !pfn_valid(pa >> PAGE_SHIFT))
		return NULL;
	return phys_to_page(pa);
}

/* Passes each area to fn as a copy, so that fn cannot change it. */
void vmalloc_for_each(void (*fn)(const struct vm_info *info, void *arg),
		      void *arg)
{
	struct vmap_area *area;

	spin_lock(&vmap_lock);
	TAILQ_FOREACH(area, &vmap_areas, link) {
		struct vm_info info = {
			.va = area->va,
			.bytes = area->bytes,
			.nr_pages = area->nr_pages,
			.pa = area->pa,
			.caller = area->caller,
			.label = area->label,
		};

		fn(&info, arg);
	}
	spin_unlock(&vmap_lock);
}
