/*
 * Where a new mapping is placed: at the address of MAP_FIXED; at the hint if
 * that is free; else in the first hole that fits, found in the tree of VMAs.
 * That is the highest hole below mmap_base or, in the bottom-up layout, the
 * lowest above it.
 */
#include <mm/internal.h>

struct gap_search {
	u32 bytes;
	uaddr_t low, high;
	uaddr_t result;               /* where the new mapping begins */
	struct vm_area_struct *above; /* the VMA above it, if the tree found it */
};

/*
 * The search goes down for the highest gap or up for the lowest. Every function
 * takes the direction as a constant and is inlined, so that the compiler makes
 * one loop for each direction: testing it in each step made mmap a tenth
 * slower.
 */

/*
 * Whether the mapping fits into [start, end), cut to the limits; gs->result is
 * then the end of the gap that the search comes to first.
 */
static inline bool gap_fits(struct gap_search *gs, bool up, uaddr_t start,
			    uaddr_t end)
{
	start = max(start, gs->low);
	end = min(end, gs->high);
	/* A gap outside of the limits ends before it starts, once cut. */
	if (end < start || end - start < gs->bytes)
		return false;
	gs->result = up ? start : end - gs->bytes;
	return true;
}

/* Whether the gap below vma, without the guard gap of a stack, has room. */
static inline bool gap_below_fits(struct gap_search *gs, bool up,
				  struct vm_area_struct *vma)
{
	uaddr_t end;

	/* A candidate may be there for its subtree's gaps, not its own. */
	if (vma->vm_gap < gs->bytes)
		return false;
	end = vm_start_gap(vma);
	if (!gap_fits(gs, up, end - vma->vm_gap, end))
		return false;
	gs->above = vma;
	return true;
}

/* The child whose gaps come before vma's own gap in this search. */
static __always_inline struct vm_area_struct *child_before(
	bool up, const struct vm_area_struct *vma)
{
	return up ? RB_LEFT(vma, vm_rb) : RB_RIGHT(vma, vm_rb);
}

/* The child whose gaps come after vma's own gap. */
static __always_inline struct vm_area_struct *child_after(
	bool up, const struct vm_area_struct *vma)
{
	return up ? RB_RIGHT(vma, vm_rb) : RB_LEFT(vma, vm_rb);
}

/* Whether any gap of child_before() can be within the limits. */
static __always_inline bool before_in_limits(const struct gap_search *gs,
					     bool up,
					     const struct vm_area_struct *vma)
{
	return up ? vma->vm_start > gs->low : vma->vm_end < gs->high;
}

/*
 * Returns the first VMA of the subtree, in the order of the search, whose gap
 * may be large enough, or its root.
 */
static __always_inline struct vm_area_struct *first_candidate(
	const struct gap_search *gs, bool up, struct vm_area_struct *vma)
{
	while (before_in_limits(gs, up, vma) &&
	       subtree_gap(child_before(up, vma)) >= gs->bytes)
		vma = child_before(up, vma);
	return vma;
}

/* Returns the next candidate, after vma and all VMAs before it, or NULL. */
static __always_inline struct vm_area_struct *next_candidate(
	const struct gap_search *gs, bool up, struct vm_area_struct *vma)
{
	struct vm_area_struct *child = child_after(up, vma);

	if (subtree_gap(child) >= gs->bytes)
		return first_candidate(gs, up, child);
	/*
	 * Up to the first ancestor of which this is the earlier side: its own
	 * gap comes next.
	 */
	do {
		child = vma;
		vma = RB_PARENT(child, vm_rb);
	} while (vma && child == child_after(up, vma));
	return vma;
}

/* Whether this VMA's gap and all later ones are past the limit. */
static __always_inline bool past_limit(const struct gap_search *gs, bool up,
				       const struct vm_area_struct *vma)
{
	return up ? vma->vm_start - vma->vm_gap >= gs->high :
		    vma->vm_start <= gs->low;
}

/*
 * Finds the first gap below any VMA that fits. A subtree is entered only if a
 * gap in it is large enough, so only the limits can make a visit useless, and
 * each limit does so along one path: O(log n).
 */
static __always_inline bool gap_search_tree(struct gap_search *gs, bool up,
					    struct vm_area_struct *root)
{
	struct vm_area_struct *vma;

	/*
	 * This also ends the search in an empty tree, where the loop has no
	 * root.
	 */
	if (subtree_gap(root) < gs->bytes)
		return false;
	for (vma = first_candidate(gs, up, root);
	     vma && !past_limit(gs, up, vma); vma = next_candidate(gs, up, vma))
		if (gap_below_fits(gs, up, vma))
			return true;
	return false;
}

/*
 * Whether the gap above the last VMA has room. The tree knows only the gaps
 * below VMAs.
 */
static inline bool last_gap_fits(struct gap_search *gs, bool up,
				 struct mm_struct *mm)
{
	struct vm_area_struct *last = TAILQ_LAST(&mm->mmap, vma_list);

	return gap_fits(gs, up, last ? last->vm_end : 0, TASK_SIZE);
}

/*
 * Searches from one end to the other: upward, the gap above the last VMA comes
 * last; downward, it comes first.
 */
int vma_find_gap(struct mm_struct *mm, u32 bytes, uaddr_t low, uaddr_t high,
		 bool up, uaddr_t *result)
{
	struct vm_area_struct *root = RB_ROOT(&mm->mm_rb);
	struct gap_search gs = {
		.bytes = bytes,
		.low = low,
		.high = high,
	};
	bool found;

	BUG_ON(!bytes || !IS_ALIGNED(bytes, PAGE_SIZE));
	BUG_ON(high > TASK_SIZE);
	if (up)
		found = gap_search_tree(&gs, true, root) ||
			last_gap_fits(&gs, true, mm);
	else
		found = last_gap_fits(&gs, false, mm) ||
			gap_search_tree(&gs, false, root);
	if (!found)
		return -ENOMEM;
	*result = gs.result;
	if (gs.above)
		mm->mmap_cache = gs.above; /* find_vma's next result */
	return 0;
}

/* Whether the hint is free, including the guard gap of a stack above it. */
static bool hint_is_free(struct mm_struct *mm, uaddr_t addr, u32 bytes)
{
	struct vm_area_struct *vma;

	if (addr < MMAP_MIN_ADDR || addr > TASK_SIZE - bytes)
		return false;
	/*
	 * The first VMA that ends above addr: if it begins behind the range, so
	 * do all others.
	 */
	vma = find_vma(mm, addr);
	return !vma || addr + bytes <= vm_start_gap(vma);
}

/* Checks the range of MAP_FIXED, in Linux's order. */
static int check_fixed(uaddr_t addr, u32 bytes)
{
	if (addr < FIRST_USER_ADDRESS)
		return -EINVAL;
	if (addr > TASK_SIZE - bytes)
		return -ENOMEM;
	return IS_ALIGNED(addr, PAGE_SIZE) ? 0 : -EINVAL;
}

/*
 * Finds the place of a new mapping. That of MAP_FIXED need not be free:
 * mmap_region unmaps what is there.
 */
int get_unmapped_area(struct mm_struct *mm, uaddr_t addr, u32 bytes, u32 flags,
		      uaddr_t *result)
{
	int err;

	BUG_ON(!bytes || !IS_ALIGNED(bytes, PAGE_SIZE));
	if (bytes > TASK_SIZE)
		return -ENOMEM;
	if (flags & MAP_FIXED) {
		*result = addr;
		return check_fixed(addr, bytes);
	}
	addr = ALIGN_DOWN(addr, PAGE_SIZE);
	if (addr) {
		/* As in Linux, a hint below the minimum is raised to it. */
		addr = max(addr, (uaddr_t)MMAP_MIN_ADDR);
		*result = addr;
		if (hint_is_free(mm, addr, bytes))
			return 0;
	}
	/* This search reaches TASK_SIZE, so no second one is needed. */
	if (mm->bottom_up)
		return vma_find_gap(mm, bytes, mm->mmap_base, TASK_SIZE, true,
				    result);
	err = vma_find_gap(mm, bytes, MMAP_MIN_ADDR, mm->mmap_base, false,
			   result);
	if (err) /* the stack's room is the last resort */
		err = vma_find_gap(mm, bytes, mm->mmap_base, TASK_SIZE, true,
				   result);
	return err;
}
