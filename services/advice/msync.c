/*
 * msync. A shared page is the file's own page, so what was written is in the
 * file already: only the arguments are checked.
 */
#include <sched.h>
#include <services/advice/advice.h>

/*
 * Returns 0, -ENOMEM if part of [start, end) is unmapped, or -EBUSY for
 * MS_INVALIDATE of locked memory. Hold mmap_lock.
 */
static int check_range(struct mm_struct *mm, uaddr_t start, uaddr_t end,
		       u32 flags)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	bool hole = false;

	for (; start < end; vma = vma_next(vma)) {
		if (!vma || vma->vm_start >= end)
			return -ENOMEM;
		hole |= vma->vm_start > start;
		/* Linux reports a locked VMA rather than a hole behind it. */
		if (flags & MS_INVALIDATE && vma->vm_flags & VM_LOCKED)
			return -EBUSY;
		start = vma->vm_end;
		if (start < end)
			cond_resched();
	}
	return hole ? -ENOMEM : 0;
}

s32 sys_msync(uaddr_t addr, u32 bytes, u32 flags)
{
	struct mm_struct *mm = current_thread_info()->mm;
	uaddr_t end = addr + ALIGN_UP(bytes, PAGE_SIZE);
	int err;

	if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) ||
	    (flags & MS_ASYNC && flags & MS_SYNC) ||
	    !IS_ALIGNED(addr, PAGE_SIZE))
		return -EINVAL;
	if (end < addr)
		return -ENOMEM;
	down_read(&mm->mmap_lock);
	err = check_range(mm, addr, end, flags);
	up_read(&mm->mmap_lock);
	return err;
}
