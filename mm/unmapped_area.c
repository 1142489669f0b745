/*
 * Where a new mapping goes: where MAP_FIXED says, where the hint says if that is
 * free, else in the highest hole below mmap_base, found in the tree of VMAs.
 */
#include <mm/internal.h>

struct gap_search {
	u32 bytes;
	uaddr_t low, high;
	uaddr_t result;               /* where the new mapping begins */
	struct vm_area_struct *above; /* the VMA above it, if it was asked */
};

/* Does [start, end), cut to the limits, hold it? As high as possible. */
static bool gap_fits(struct gap_search *gs, uaddr_t start, uaddr_t end)
{
	start = max(start, gs->low);
	end = min(end, gs->high);
	if (end < start || end - start < gs->bytes)
		return false;
	gs->result = end - gs->bytes;
	return true;
}

/* The highest VMA of the subtree whose gap may be large enough, or its root. */
static struct vm_area_struct *highest(const struct gap_search *gs,
				      struct vm_area_struct *vma)
{
	/* Gaps of the right subtree begin at or above vm_end. */
	while (vma->vm_end < gs->high &&
	       subtree_gap(RB_RIGHT(vma, vm_rb)) >= gs->bytes)
		vma = RB_RIGHT(vma, vm_rb);
	return vma;
}

/* The next one down, after vma and all that is right of it: or NULL. */
static struct vm_area_struct *next_lower(const struct gap_search *gs,
					 struct vm_area_struct *vma)
{
	struct vm_area_struct *child;

	if (subtree_gap(RB_LEFT(vma, vm_rb)) >= gs->bytes)
		return highest(gs, RB_LEFT(vma, vm_rb));
	do {
		child = vma;
		vma = RB_PARENT(child, vm_rb);
	} while (vma && child == RB_LEFT(vma, vm_rb));
	return vma;
}

/*
 * The highest gap below any VMA that fits. A subtree is entered only if some
 * gap in it is large enough, so only the limits can disappoint, and they prune
 * on one path each: O(log n).
 */
static bool gap_search_tree(struct gap_search *gs, struct vm_area_struct *root)
{
	struct vm_area_struct *vma;

	if (subtree_gap(root) < gs->bytes)
		return false;
	for (vma = highest(gs, root); vma && vma->vm_start > gs->low;
	     vma = next_lower(gs, vma)) {
		uaddr_t start = vm_start_gap(vma);

		if (vma->vm_gap < gs->bytes ||
		    !gap_fits(gs, start - vma->vm_gap, start))
			continue;
		gs->above = vma;
		return true;
	}
	return false;
}

int vma_find_gap(struct mm_struct *mm, u32 bytes, uaddr_t low, uaddr_t high,
		 uaddr_t *result)
{
	struct gap_search gs = { .bytes = bytes, .low = low, .high = high };
	struct vm_area_struct *last = TAILQ_LAST(&mm->mmap, vma_list);

	BUG_ON(!bytes || !IS_ALIGNED(bytes, PAGE_SIZE));
	BUG_ON(high > TASK_SIZE);
	/* The gap above the last VMA is below none. */
	if (!gap_fits(&gs, last ? last->vm_end : 0, TASK_SIZE) &&
	    !gap_search_tree(&gs, RB_ROOT(&mm->mm_rb)))
		return -ENOMEM;
	*result = gs.result;
	if (gs.above)
		mm->mmap_cache = gs.above; /* what find_vma will say */
	return 0;
}

/* Is the wish free, the gap below a stack above it included? */
static bool hint_is_free(struct mm_struct *mm, uaddr_t addr, u32 bytes)
{
	struct vm_area_struct *vma;

	if (addr < MMAP_MIN_ADDR || addr > TASK_SIZE - bytes)
		return false;
	vma = find_vma(mm, addr);
	return !vma || addr + bytes <= vm_start_gap(vma);
}

static int check_fixed(uaddr_t addr, u32 bytes)
{
	if (addr < FIRST_USER_ADDRESS)
		return -EINVAL;
	if (addr > TASK_SIZE - bytes)
		return -ENOMEM;
	return IS_ALIGNED(addr, PAGE_SIZE) ? 0 : -EINVAL;
}

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
		/* A wish below the minimum means: as low as allowed. */
		addr = max(addr, (uaddr_t)MMAP_MIN_ADDR);
		*result = addr;
		if (hint_is_free(mm, addr, bytes))
			return 0;
	}
	err = vma_find_gap(mm, bytes, MMAP_MIN_ADDR, mm->mmap_base, result);
	if (err) /* better beside the stack than not at all */
		err = vma_find_gap(mm, bytes, mm->mmap_base, TASK_SIZE, result);
	return err;
}
