/*
 * Changing flags of all VMAs in a range, for madvise and mlock. As on Linux VMA
 * by VMA: those before one that cannot be split stay changed.
 */
#include <bug.h>
#include <services/advice/advice.h>

int vma_update_flags(struct mm_struct *mm, uaddr_t start, uaddr_t end,
		     u32 clear, u32 set)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	bool hole = false;
	int err;

	BUG_ON(!IS_ALIGNED(start | end, PAGE_SIZE) || start > end);
	while (start < end && vma && vma->vm_start < end) {
		uaddr_t stop = min(end, vma->vm_end);
		u32 flags = (vma->vm_flags & ~clear) | set;

		if (vma->vm_start > start) {
			hole = true;
			start = vma->vm_start;
		}
		/*
		 * May merge the VMA with its neighbours, and then changes the
		 * pointer.
		 */
		err = vma_change_flags(&vma, start, stop, flags);
		if (err)
			return err;
		start = stop;
		/*
		 * A merged VMA may reach beyond stop, and has more of the
		 * range.
		 */
		if (stop == vma->vm_end)
			vma = vma_next(vma);
		cond_resched();
	}
	return hole || start < end ? -ENOMEM : 0;
}
