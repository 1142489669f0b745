/*
 * One mapping may become several VMAs and one again: splitting where rights
 * begin to differ, merging where they no longer do.
 */
#include <mm/internal.h>

/* Whether high continues low: the same flags and object, at the next offset. */
static bool same_mapping(const struct vm_area_struct *low,
			 const struct vm_area_struct *high)
{
	return low->vm_flags == high->vm_flags &&
		low->vm_file == high->vm_file && low->vm_ops == high->vm_ops &&
		/* Two pagers, or two shared objects, are two mappings. */
		low->vm_private_data == high->vm_private_data &&
		low->vm_pgoff + vma_pages(low) == high->vm_pgoff;
}

/* Whether low and high are adjacent parts of one mapping. */
static inline bool can_merge(const struct vm_area_struct *low,
			     const struct vm_area_struct *high)
{
	return low->vm_end == high->vm_start && same_mapping(low, high);
}

/* Lets low grow over high, which is linked, and frees high. */
static void absorb_next(struct vm_area_struct *low, struct vm_area_struct *high)
{
	BUG_ON(vma_next(low) != high);
	i_mmap_lock(low);
	low->vm_end = high->vm_end; /* high's unlinking computes gaps from it */
	__vma_unlink(low->vm_mm, high);
	i_mmap_unlock(low);
	vm_area_free(high);
}

/*
 * Merges vma with its neighbours. The next VMA comes first, because merging
 * with the previous one frees vma.
 */
struct vm_area_struct *vma_merge(struct vm_area_struct *vma)
{
	struct vm_area_struct *prev = vma_prev(vma);
	struct vm_area_struct *next = vma_next(vma);

	if (next && can_merge(vma, next))
		absorb_next(vma, next);
	if (prev && can_merge(prev, vma)) {
		absorb_next(prev, vma);
		vma = prev;
	}
	return vma;
}

/*
 * Links vma or lets a neighbour grow instead. Programs such as malloc map many
 * adjacent ranges, so this saves many VMAs.
 */
struct vm_area_struct *vma_insert(struct mm_struct *mm,
				  struct vm_area_struct *vma,
				  struct vm_area_struct *prev)
{
	struct vm_area_struct *next = prev ? vma_next(prev) :
					     TAILQ_FIRST(&mm->mmap);

	if (prev && can_merge(prev, vma)) {
		vma_resize(prev, prev->vm_start, vma->vm_end, prev->vm_pgoff);
		/* prev has references of its own to the same object. */
		vm_area_free(vma);
		/*
		 * The range filled the hole between two parts of one mapping.
		 */
		if (next && can_merge(prev, next))
			absorb_next(prev, next);
		return prev;
	}
	if (next && can_merge(vma, next)) {
		vma_resize(next, vma->vm_start, next->vm_end, vma->vm_pgoff);
		vm_area_free(vma);
		return next;
	}
	vma_link(mm, vma, prev);
	return vma;
}

/* Cuts a VMA in two. All that can fail comes before the first change. */
int split_vma(struct vm_area_struct *vma, uaddr_t addr)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *high;

	BUG_ON(addr <= vma->vm_start || addr >= vma->vm_end);
	if (!may_add_vmas(mm, 1))
		return -ENOMEM;
	high = vm_area_dup(vma, mm);
	if (!high)
		return -ENOMEM;
	high->vm_pgoff = linear_page_index(vma, addr);
	high->vm_start = addr;
	/*
	 * Held over both steps: a truncation must find each page in exactly one
	 * of the two.
	 */
	i_mmap_lock(vma);
	vma->vm_end = addr; /* no gap: high takes over what it leaves */
	__vma_link(mm, high, vma);
	i_mmap_unlock(vma);
	return 0;
}

/* Makes one again what a cut has made two: high and the VMA before it. */
static struct vm_area_struct *undo_split(struct vm_area_struct *high)
{
	struct vm_area_struct *low = vma_prev(high);

	absorb_next(low, high);
	return low;
}

void vma_rejoin(struct mm_struct *mm, uaddr_t start, uaddr_t end, int cuts)
{
	if (cuts & CUT_START)
		undo_split(find_vma(mm, start));
	if (cuts & CUT_END)
		undo_split(find_vma(mm, end));
}

/*
 * Cuts a range out of its VMAs. Two cuts are enough: VMAs between the borders
 * are whole already.
 */
int vma_isolate(struct vm_area_struct **first, uaddr_t start, uaddr_t end)
{
	struct vm_area_struct *last;
	int err, cuts = 0;

	BUG_ON(start >= end || (*first)->vm_end <= start);
	if (start > (*first)->vm_start) {
		err = split_vma(*first, start);
		if (err)
			return err;
		*first = vma_next(*first);
		cuts = CUT_START;
	}
	last = *first;
	/* The VMA at the other border; none if the range ends in a hole. */
	if (end > last->vm_end)
		last = find_vma_intersection(last->vm_mm, end - 1, end);
	if (last && end < last->vm_end) {
		err = split_vma(last, end);
		if (err) {
			/*
			 * Undoes the first cut, so that a failed call has
			 * changed nothing.
			 */
			*first = cuts ? undo_split(*first) : *first;
			return err;
		}
		cuts |= CUT_END;
	}
	return cuts;
}

/*
 * Gives a range other flags and data: it is cut, changed and merged, of which
 * only the cut can fail.
 */
int vma_change(struct vm_area_struct **vma, uaddr_t start, uaddr_t end,
	       u32 vm_flags, void *data)
{
	int err;

	BUG_ON(start < (*vma)->vm_start || end > (*vma)->vm_end);
	/*
	 * Without this a call that changes nothing could fail for lack of
	 * memory.
	 */
	if (vm_flags == (*vma)->vm_flags && data == (*vma)->vm_private_data)
		return 0;
	err = vma_isolate(vma, start, end);
	if (err < 0)
		return err;
	vma_set_flags(*vma, vm_flags);
	(*vma)->vm_private_data = data;
	*vma = vma_merge(*vma);
	return 0;
}

/* vma_change for flags alone: the pager of the range, if it has one, stays. */
int vma_change_flags(struct vm_area_struct **vma, uaddr_t start, uaddr_t end,
		     u32 vm_flags)
{
	return vma_change(vma, start, end, vm_flags, (*vma)->vm_private_data);
}
