/*
 * Locked memory. There is no swap, so a locked page is one that is in memory:
 * it is faulted in now, madvise() does not free it, and it is counted.
 * RLIMIT_MEMLOCK bounds how many pages a process may lock, unless it has
 * CAP_IPC_LOCK.
 */
#include <sched.h>
#include <services/advice/advice.h>

/*
 * Sets *start and *end to the whole pages around [addr, addr + bytes). Returns
 * false if that wraps around.
 */
static bool page_range(uaddr_t addr, u32 bytes, uaddr_t *start, uaddr_t *end)
{
	*start = ALIGN_DOWN(addr, PAGE_SIZE);
	*end = *start + ALIGN_UP(bytes + (addr - *start), PAGE_SIZE);
	return *end >= *start && bytes + (addr - *start) >= bytes;
}

/*
 * Returns the first unmapped address at or after start, at most end. Hold
 * mmap_lock.
 */
static uaddr_t first_hole(struct mm_struct *mm, uaddr_t start, uaddr_t end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	for (; vma && vma->vm_start <= start && start < end;
	     vma = vma_next(vma)) {
		start = vma->vm_end;
		cond_resched();
	}
	return min(start, end);
}

/*
 * Sets the lock flags of the VMAs up to the first hole, which gives -ENOMEM, as
 * on Linux. Hold mmap_lock for writing.
 */
static int set_locked(struct mm_struct *mm, uaddr_t start, uaddr_t end,
		      u32 vm_flags)
{
	uaddr_t stop = first_hole(mm, start, end);
	int err = vma_update_flags(mm, start, stop, VM_LOCKED_MASK, vm_flags);

	return !err && stop < end ? -ENOMEM : err;
}

/*
 * Returns true if the range may be locked: pages of it that are locked already
 * are not counted twice. Hold mmap_lock.
 */
static bool may_lock_range(struct mm_struct *mm, uaddr_t start, uaddr_t end)
{
	u32 pages = (end - start) >> PAGE_SHIFT;

	/* The walk over the VMAs is made only if the limit is near. */
	return may_lock(mm, pages) ||
		may_lock(mm,
			 pages -
				 count_vma_pages(mm, start, end, VM_LOCKED,
						 VM_LOCKED));
}

/*
 * Faults the pages in. Returns 0, or as Linux -ENOMEM for a page that cannot be
 * mapped and -EAGAIN if memory is short. Hold no lock.
 */
static int populate(struct mm_struct *mm, uaddr_t start, u32 bytes)
{
	int err = mm_populate(mm, start, bytes);

	if (err == -EFAULT)
		return -ENOMEM;
	return err == -ENOMEM ? -EAGAIN : err;
}

/* The body of mlock() and mlock2(): 0, -EPERM, -EINVAL, -ENOMEM or -EAGAIN. */
static s32 do_mlock(uaddr_t addr, u32 bytes, u32 vm_flags)
{
	struct mm_struct *mm = current_thread_info()->mm;
	uaddr_t start, end;
	int err = -ENOMEM;

	if (!may_lock_at_all())
		return -EPERM;
	if (!page_range(addr, bytes, &start, &end))
		return -EINVAL;
	if (start == end)
		return 0;
	down_write(&mm->mmap_lock);
	if (may_lock_range(mm, start, end))
		err = set_locked(mm, start, end, vm_flags);
	/*
	 * Faulting the pages in may sleep for long and takes mmap_lock for
	 * reading, so the lock is released first; VM_LOCKED is set already, so
	 * a page that is mapped stays.
	 */
	up_write(&mm->mmap_lock);
	return err ? err : populate(mm, start, end - start);
}

s32 sys_mlock(uaddr_t addr, u32 bytes)
{
	return do_mlock(addr, bytes, VM_LOCKED);
}

s32 sys_mlock2(uaddr_t addr, u32 bytes, u32 flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return do_mlock(addr, bytes,
			flags ? VM_LOCKED | VM_LOCKONFAULT : VM_LOCKED);
}

/* The pages stay in memory: only the flag and the count change. */
s32 sys_munlock(uaddr_t addr, u32 bytes)
{
	struct mm_struct *mm = current_thread_info()->mm;
	uaddr_t start, end;
	int err;

	if (!page_range(addr, bytes, &start, &end))
		return -EINVAL;
	if (start == end)
		return 0;
	down_write(&mm->mmap_lock);
	err = set_locked(mm, start, end, 0);
	up_write(&mm->mmap_lock);
	return err;
}

/*
 * Sets the lock flags of all VMAs. Whole ones need no split, so nothing can
 * fail; the holes between them, which vma_update_flags() reports, are no error
 * here.
 */
static void set_all_locked(struct mm_struct *mm, u32 vm_flags)
{
	if (vma_update_flags(mm, 0, TASK_SIZE, VM_LOCKED_MASK, vm_flags))
		return;
}

s32 sys_mlockall(u32 flags)
{
	struct mm_struct *mm = current_thread_info()->mm;
	u32 locked = flags & MCL_ONFAULT ? VM_LOCKED | VM_LOCKONFAULT :
					   VM_LOCKED;
	bool may = true;

	if (!flags || flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) ||
	    flags == MCL_ONFAULT)
		return -EINVAL;
	if (!may_lock_at_all())
		return -EPERM;
	down_write(&mm->mmap_lock);
	/* Checked before anything changes: the call sets all VMAs or none. */
	if (flags & MCL_CURRENT)
		may = may_lock(mm, mm->total_vm - mm->locked_vm);
	if (may)
		mm->def_flags = flags & MCL_FUTURE ? locked : 0;
	if (may && flags & MCL_CURRENT)
		set_all_locked(mm, locked);
	up_write(&mm->mmap_lock);
	if (!may)
		return -ENOMEM;
	/* Linux ignores pages that cannot be faulted in here, too. */
	if (flags & MCL_CURRENT)
		(void)populate(mm, 0, TASK_SIZE);
	return 0;
}

/* Later mappings are not locked any more, either (MCL_FUTURE). */
s32 sys_munlockall(void)
{
	struct mm_struct *mm = current_thread_info()->mm;

	down_write(&mm->mmap_lock);
	mm->def_flags = 0;
	set_all_locked(mm, 0);
	up_write(&mm->mmap_lock);
	return 0;
}
