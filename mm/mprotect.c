/*
 * Changing rights, VMA by VMA: a VMA is cut where the rights begin to differ
 * and merged where they no longer do, then its entries are changed. Rights that
 * are lowered are flushed before the call returns (law 5).
 */
#include <mm/internal.h>

/*
 * The walker's callback: gives the entries the VMA's rights. No entry becomes
 * writable here: the first write faults and decides whether to copy
 * (vma_page_prot).
 */
static void protect_entries(struct mm_walk *walk, pte_t *ptep, uaddr_t va,
			    uaddr_t end)
{
	pgprot_t prot = walk->vma->vm_page_prot;
	bool *changed = walk->private;

	for (; va < end; va += PAGE_SIZE, ptep++) {
		if (pte_none(*ptep))
			continue;
		ptep_modify_prot(walk->mm, va, ptep, prot);
		*changed = true;
	}
}

/* Changes all entries of vma and flushes them. Hold mmap_lock for writing. */
static void change_protection(struct vm_area_struct *vma)
{
	bool changed = false;
	struct mm_walk walk = {
		.mm = vma->vm_mm,
		.vma = vma,
		.private = &changed,
		.pte_range = protect_entries,
	};

	walk_page_range(&walk, vma->vm_start, vma->vm_end);
	/*
	 * Lowered rights count only after the flush. Untouched memory, as a
	 * thread's new stack, has no entries and needs none.
	 */
	if (changed)
		flush_tlb_range(vma->vm_mm, vma->vm_start, vma->vm_end);
}

/*
 * Checks the limits and promises the memory for pages of vma that become
 * writable; *flags gets VM_ACCOUNT if they are promised now. 0 or -ENOMEM.
 */
static int reserve_writable(const struct vm_area_struct *vma, u32 pages,
			    u32 *flags)
{
	const struct mm_struct *mm = vma->vm_mm;

	if (!(*flags & VM_WRITE))
		return 0;
	/*
	 * As in Linux: RLIMIT_DATA is checked only if the change makes it
	 * count; a mapping beyond it already may change.
	 */
	if (!may_expand_vm(mm, *flags, pages) &&
	    may_expand_vm(mm, vma->vm_flags, pages))
		return -ENOMEM;
	if (accountable_mapping(*flags))
		*flags |= VM_ACCOUNT;
	/* If vma had VM_ACCOUNT before, its pages are promised already. */
	return vma_reserve(*flags & ~vma->vm_flags, pages);
}

/*
 * Gives [start, end) of *vma the flags. 0, or -ENOMEM and nothing has changed.
 * Merging may free *vma: it becomes the VMA that covers the range.
 */
static int mprotect_fixup(struct vm_area_struct **vma, uaddr_t start,
			  uaddr_t end, u32 flags)
{
	u32 old_flags = (*vma)->vm_flags, pages = (end - start) >> PAGE_SHIFT;
	int err;

	if (flags == old_flags)
		return 0;
	/* Both steps that can fail come before the first change: the plan. */
	err = reserve_writable(*vma, pages, &flags);
	if (err)
		return err;
	BUG_ON(start < (*vma)->vm_start || end > (*vma)->vm_end);
	err = vma_isolate(vma, start, end);
	if (err < 0) {
		vma_unreserve(flags & ~old_flags, pages);
		return err;
	}
	vma_set_flags(*vma, flags);
	(*vma)->vm_page_prot = vma_page_prot(flags);
	change_protection(*vma);
	/*
	 * Merging comes last, or a VMA would have entries with two kinds of
	 * rights.
	 */
	*vma = vma_merge(*vma);
	trace_vma(TRACE_MPROTECT, start, end);
	return 0;
}

/*
 * Changes each VMA of [start, end), of which vma is the first. -ENOMEM at a
 * hole; what is before it stays changed, as in Linux.
 */
static int protect_range(struct vm_area_struct *vma, uaddr_t start, uaddr_t end,
			 u32 prot)
{
	int err;

	while (vma && vma->vm_start <= start) {
		uaddr_t stop = min(end, vma->vm_end);
		u32 flags = (vma->vm_flags & ~VM_ACCESS_FLAGS) | prot;

		flags |= read_is_exec(prot) ? (flags & VM_MAYEXEC) >> 4 : 0;
		/*
		 * VM_MAY* are the same rights, four bits up: a right that is
		 * asked for and has no VM_MAY* bit is refused.
		 */
		if (flags & ~(flags >> 4) & VM_ACCESS_FLAGS)
			return -EACCES;
		err = mprotect_fixup(&vma, start, stop, flags);
		if (err)
			return err;
		start = stop;
		if (start == end)
			return 0;
		/*
		 * If vma was merged with its successor it reaches beyond stop
		 * and is the next one itself.
		 */
		if (start == vma->vm_end)
			vma = vma_next(vma);
	}
	return -ENOMEM; /* a hole in the range */
}

/*
 * mprotect(2). PROT_GROWSDOWN, from programs whose stack must become
 * executable, moves start down to the start of the stack. The checks are in
 * Linux's order.
 */
int do_mprotect(struct mm_struct *mm, uaddr_t start, u32 bytes, u32 prot)
{
	static_assert(VM_MAYREAD == VM_READ << 4 &&
			      VM_MAYWRITE == VM_WRITE << 4 &&
			      VM_MAYEXEC == VM_EXEC << 4,
		      "VM_MAY* above VM_*");
	u32 grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	struct vm_area_struct *vma;
	uaddr_t end;

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_lock));
	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) ||
	    !IS_ALIGNED(start, PAGE_SIZE))
		return -EINVAL;
	if (!bytes)
		return 0;
	end = start + ALIGN_UP(bytes, PAGE_SIZE);
	if (end <= start)
		return -ENOMEM;
	if (prot &
	    ~(VM_ACCESS_FLAGS | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP))
		return -EINVAL;
	vma = find_vma(mm, start);
	if (!vma)
		return -ENOMEM;
	if (grows & PROT_GROWSDOWN) {
		if (vma->vm_start >= end)
			return -ENOMEM;
		start = vma->vm_start;
		if (!(vma->vm_flags & VM_GROWSDOWN))
			return -EINVAL;
	} else if (vma->vm_start > start) {
		return -ENOMEM;
	} else if (grows) {
		return -EINVAL;
	}
	return protect_range(vma, start, end, prot & VM_ACCESS_FLAGS);
}
