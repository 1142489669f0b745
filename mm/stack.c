/*
 * Stacks that grow. A fault below a VMA with VM_GROWSDOWN extends it, within
 * RLIMIT_STACK, and never closer than STACK_GUARD_GAP to the VMA below: a
 * program that runs into the gap faults instead of silently overwriting other
 * memory.
 */
#include <mm/internal.h>

/* Whether vma may grow down by pages to start. 0, -EPERM or -ENOMEM. */
static int check_growth(struct vm_area_struct *vma, uaddr_t start, u32 pages)
{
	struct vm_area_struct *prev = vma_prev(vma);
	struct mm_struct *mm = vma->vm_mm;

	BUG_ON(!IS_ALIGNED(start, PAGE_SIZE) || !pages);
	if (start < MMAP_MIN_ADDR)
		return -EPERM;
	/*
	 * vm_pgoff falls with vm_start. It was the address once; if mremap
	 * moved the stack up, it reaches 0 before the address does.
	 */
	if (vma->vm_pgoff < pages)
		return -ENOMEM;
	/*
	 * No gap is needed to another stack, which has its own, nor to memory
	 * without rights, where an overflow faults anyway.
	 */
	if (prev && prev->vm_end > start)
		return -ENOMEM;
	if (prev && !(prev->vm_flags & VM_GROWSDOWN) &&
	    prev->vm_flags & VM_ACCESS_FLAGS &&
	    start - prev->vm_end < STACK_GUARD_GAP)
		return -ENOMEM;
	if (vma->vm_end - start > rlimit(RLIMIT_STACK))
		return -ENOMEM;
	if (!may_expand_vm(mm, vma->vm_flags, pages) ||
	    !may_lock_vm(mm, vma->vm_flags, pages))
		return -ENOMEM;
	return 0;
}

/*
 * Moves vm_start down to start. Plan and commit are as in mmap, but under a
 * spinlock. Nothing here sleeps: a stack has no file, so i_mmap_lock does
 * nothing.
 */
static int grow_down(struct vm_area_struct *vma, uaddr_t start)
{
	u32 pages = (vma->vm_start - start) >> PAGE_SHIFT;
	int err = check_growth(vma, start, pages);

	if (err)
		return err;
	/* This is the last step that can fail: the stack changes after it. */
	if (vma_reserve(vma->vm_flags, pages))
		return -ENOMEM;
	vma_resize(vma, start, vma->vm_end, vma->vm_pgoff - pages);
	vma_charge(vma->vm_mm, vma->vm_flags, pages);
	trace_vma(TRACE_GROW, start, vma->vm_end);
	return 0;
}

/*
 * Grows a stack to va. A fault holds mmap_lock only for reading, so two threads
 * may be here at once, and page_table_lock orders them.
 */
int expand_stack(struct vm_area_struct *vma, uaddr_t va)
{
	struct mm_struct *mm = vma->vm_mm;
	int err = 0;

	BUG_ON(!rwsem_is_locked(&mm->mmap_lock));
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return -EFAULT;
	va = ALIGN_DOWN(va, PAGE_SIZE);
	spin_lock(&mm->page_table_lock);
	/* Another thread may have grown it as far already. */
	if (va < vma->vm_start)
		err = grow_down(vma, va);
	spin_unlock(&mm->page_table_lock);
	return err;
}
