/*
 * Stacks that grow. A VMA with VM_GROWSDOWN is extended by a fault below it,
 * within RLIMIT_STACK, and never closer than STACK_GUARD_GAP to what lies
 * below: running into that gap is a fault, not silent corruption.
 */
#include <mm/internal.h>

static int check_growth(struct vm_area_struct *vma, uaddr_t start, u32 pages)
{
	struct vm_area_struct *prev = vma_prev(vma);
	struct mm_struct *mm = vma->vm_mm;

	BUG_ON(!IS_ALIGNED(start, PAGE_SIZE) || !pages);
	if (start < MMAP_MIN_ADDR)
		return -EPERM;
	/* Moved up from where its offset was its address: no lower than that. */
	if (vma->vm_pgoff < pages)
		return -ENOMEM;
	/* Another stack may be near, and so may what nobody can access. */
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

static int grow_down(struct vm_area_struct *vma, uaddr_t start)
{
	u32 pages = (vma->vm_start - start) >> PAGE_SHIFT;
	int err = check_growth(vma, start, pages);

	if (err)
		return err;
	if (vma_reserve(vma->vm_flags, pages))
		return -ENOMEM;
	vma_resize(vma, start, vma->vm_end, vma->vm_pgoff - pages);
	vma_charge(vma->vm_mm, vma->vm_flags, pages);
	trace_vma(TRACE_GROW, start, vma->vm_end);
	return 0;
}

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
