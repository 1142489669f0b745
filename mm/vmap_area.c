/*
 * The set of areas of the vmalloc range [vmalloc_start(), VMALLOC_END). Owns a
 * list by address and a red-black tree over the same areas. Each node of the
 * tree has the largest free gap below any area of its subtree (as in vma.c).
 */
#include <mm/vmap_area.h>

spinlock_t vmap_lock = SPINLOCK_INIT;
struct area_list vmap_areas = TAILQ_HEAD_INITIALIZER(vmap_areas);
struct area_tree vmap_area_tree = RB_INITIALIZER(&vmap_area_tree);

/*
 * Returns where the gap below area begins. The first area's gap begins where
 * the vmalloc range does.
 */
u32 vmap_gap_start(struct vmap_area *area)
{
	struct vmap_area *prev = TAILQ_PREV(area, area_list, link);

	return prev ? prev->va + prev->bytes : vmalloc_start();
}

/* Recomputes subtree_gap of area from its own gap and its children. */
static void gap_update(struct vmap_area *area)
{
	u32 children = max(vmap_subtree_gap(RB_LEFT(area, rb)),
			   vmap_subtree_gap(RB_RIGHT(area, rb)));

	area->subtree_gap = max(area->va - vmap_gap_start(area), children);
}

/* Orders areas by address. A difference would not do: it overflows an int. */
static int area_cmp(const struct vmap_area *a, const struct vmap_area *b)
{
	return a->va < b->va ? -1 : a->va > b->va;
}

#undef RB_AUGMENT
#define RB_AUGMENT(area) gap_update(area)

RB_GENERATE_INSERT_COLOR(area_tree, vmap_area, rb, static)
RB_GENERATE_REMOVE_COLOR(area_tree, vmap_area, rb, static)
RB_GENERATE_INSERT(area_tree, vmap_area, rb, area_cmp, static)
RB_GENERATE_REMOVE(area_tree, vmap_area, rb, static)
RB_GENERATE_FIND(area_tree, vmap_area, rb, area_cmp, static)

static void gap_propagate(struct vmap_area *area)
{
	for (; area; area = RB_PARENT(area, rb))
		gap_update(area);
}

struct area_search {
	u32 bytes, align;
	u32 va;                   /* out */
	struct vmap_area *before; /* out: the area above va, or NULL */
};

/*
 * Whether as->bytes fit into [start, end) at a multiple of as->align; sets
 * as->va.
 */
static bool gap_fits(struct area_search *as, u32 start, u32 end)
{
	as->va = ALIGN_UP(start, as->align);
	/* Aligning up may wrap past 4 GiB, or pass the end of the gap. */
	return as->va >= start && as->va < end && end - as->va >= as->bytes;
}

/*
 * Finds the lowest gap that fits below any area of the subtree. The depth of
 * recursion is the tree's height.
 */
static bool search_subtree(struct area_search *as, struct vmap_area *area)
{
	/* An empty subtree has a gap of 0, so this ends the recursion, too. */
	if (vmap_subtree_gap(area) < as->bytes)
		return false;
	if (search_subtree(as, RB_LEFT(area, rb)))
		return true;
	/*
	 * No lower gap fits, although one may have enough bytes: alignment
	 * takes some of them.
	 */
	as->before = area;
	if (gap_fits(as, vmap_gap_start(area), area->va))
		return true;
	return search_subtree(as, RB_RIGHT(area, rb));
}

/*
 * Finds the lowest gap of the range. The gap behind the last area comes last,
 * as the tree does not know it.
 */
static bool search_gap(struct area_search *as)
{
	struct vmap_area *last = TAILQ_LAST(&vmap_areas, area_list);

	if (search_subtree(as, RB_ROOT(&vmap_area_tree)))
		return true;
	as->before = NULL;
	return gap_fits(as, last ? last->va + last->bytes : vmalloc_start(),
			VMALLOC_END);
}

/*
 * Links area in the list before `before` (NULL: at the end) and in the tree.
 * Hold vmap_lock.
 */
static void link_area(struct vmap_area *area, struct vmap_area *before)
{
	if (before)
		TAILQ_INSERT_BEFORE(before, area, link);
	else
		TAILQ_INSERT_TAIL(&vmap_areas, area, link);
	if (area_tree_RB_INSERT(&vmap_area_tree, area))
		/*
		 * Two areas at one address would mean that the search is wrong.
		 */
		BUG();
	gap_propagate(area); /* passes before, whose gap shrank */
}

/*
 * Finds a place for area and links it. Both are done under one lock, or two
 * callers could get the same gap.
 */
int vmap_area_insert(struct vmap_area *area, u32 align)
{
	struct area_search as = { .bytes = area->bytes, .align = align };
	bool found;

	BUG_ON(!IS_ALIGNED(area->bytes, PAGE_SIZE));
	spin_lock(&vmap_lock);
	found = search_gap(&as);
	if (found) {
		area->va = as.va;
		link_area(area, as.before);
	}
	spin_unlock(&vmap_lock);
	return found ? 0 : -ENOMEM;
}

/*
 * Unlinks area. If it has two children, next takes its place, and RB_REMOVE
 * recomputes the path from next's old place to the root. Otherwise the paths up
 * from area's parent and from next have changed.
 */
void vmap_area_remove(struct vmap_area *area)
{
	struct vmap_area *parent, *next;

	spin_lock(&vmap_lock);
	parent = RB_PARENT(area, rb);
	next = TAILQ_NEXT(area, link);
	TAILQ_REMOVE(&vmap_areas, area, link);
	area_tree_RB_REMOVE(&vmap_area_tree, area);
	gap_propagate(parent);
	gap_propagate(next);
	spin_unlock(&vmap_lock);
}

/*
 * Finds an area by its exact start. An address inside of an area finds nothing.
 */
struct vmap_area *vmap_area_find(const void *va)
{
	struct vmap_area key = { .va = (u32)(uintptr_t)va }, *area;

	spin_lock(&vmap_lock);
	area = area_tree_RB_FIND(&vmap_area_tree, &key);
	spin_unlock(&vmap_lock);
	return area;
}
