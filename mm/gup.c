/*
 * The kernel reaching into an address space on purpose: pages faulted in ahead
 * (MAP_POPULATE, mlock), and copies to and from any mm, loaded or not.
 */
#include <mm/internal.h>

/* Converts VM_FAULT_* bits to 0, -ENOMEM or -EFAULT. */
static int vm_fault_to_errno(u32 fault)
{
	if (!(fault & (VM_FAULT_ERROR | VM_FAULT_PAGER)))
		return 0;
	/*
	 * A page that a pager must supply is -EFAULT: the caller holds
	 * mmap_lock, which the pager needs, so waiting here would be a
	 * deadlock.
	 */
	return fault & VM_FAULT_OOM ? -ENOMEM : -EFAULT;
}

/*
 * Whether the entry at va allows the access already. An old entry does not: the
 * access would still fault to make it young.
 */
static bool page_is_ready(struct mm_struct *mm, uaddr_t va, bool write)
{
	pte_t pte;

	return !follow_pte(mm, va, &pte) && pte_young(pte) &&
		(!write || pte_write(pte));
}

/*
 * Makes the page at va ready. It looks at the entry first, as most pages that
 * are populated again are ready, and a fault would count in min_flt.
 */
int faultin_page(struct vm_area_struct *vma, uaddr_t va, bool write)
{
	if (page_is_ready(vma->vm_mm, va, write))
		return 0;
	return vm_fault_to_errno(
		handle_mm_fault(vma, va, write ? FAULT_FLAG_WRITE : 0));
}

/*
 * Populates [va, end) of vma. 0, -ENOMEM, -EFAULT, -EINTR. Shared pages are
 * faulted in for reading: a write fault would mark the file's pages dirty.
 */
static int populate_vma(struct vm_area_struct *vma, uaddr_t va, uaddr_t end)
{
	bool write = (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;
	int err = 0;

	BUG_ON(va < vma->vm_start || end > vma->vm_end);
	if ((vma->vm_flags & VM_LOCKED_MASK) == VM_LOCKED_MASK)
		return 0; /* mlockall(MCL_ONFAULT): on touch */
	/*
	 * No access can succeed in a PROT_NONE VMA, and handle_mm_fault expects
	 * that its caller has checked.
	 */
	if (!(vma->vm_flags & VM_ACCESS_FLAGS))
		return -EFAULT;
	/*
	 * The range may be gigabytes: a kill must end the call between pages.
	 */
	for (; va < end && !err; va += PAGE_SIZE)
		err = give_way() ? -EINTR : faultin_page(vma, va, write);
	return err;
}

/*
 * Faults in a range. It passes over what cannot be accessed and returns the
 * first error, as the pages behind it may still be wanted.
 */
int mm_populate(struct mm_struct *mm, uaddr_t start, u32 bytes)
{
	uaddr_t end = start + ALIGN_UP(bytes, PAGE_SIZE);
	struct vm_area_struct *vma;
	int err = 0;

	BUG_ON(!IS_ALIGNED(start, PAGE_SIZE) || end < start || end > TASK_SIZE);
	down_read(&mm->mmap_lock);
	for (vma = find_vma_intersection(mm, start, end);
	     vma && vma->vm_start < end && err != -ENOMEM;
	     vma = vma_next(vma)) {
		int vma_err = populate_vma(vma, max(start, vma->vm_start),
					   min(end, vma->vm_end));

		/*
		 * Without memory every further VMA fails too, so -ENOMEM ends
		 * the loop and hides an error of one VMA alone.
		 */
		if (vma_err && (!err || vma_err == -ENOMEM))
			err = vma_err;
	}
	up_read(&mm->mmap_lock);
	return err;
}

/*
 * Whether flags (FOLL_*) allow reaching vma's pages. A forced write needs a
 * private mapping: in a shared one it would change the file or other processes.
 */
static bool vma_permits(const struct vm_area_struct *vma, u32 flags)
{
	u32 has = vma->vm_flags;

	if (!(flags & FOLL_WRITE))
		return has & VM_READ ||
			(flags & FOLL_FORCE && has & VM_MAYREAD);
	return has & VM_WRITE ||
		(flags & FOLL_FORCE && has & VM_MAYWRITE && !(has & VM_SHARED));
}

/*
 * Whether the kernel may access the page of this entry. With FOLL_FORCE also
 * where the entry does not let its owner write, once the page is a private
 * copy. Hold page_table_lock.
 */
static bool pte_permits(pte_t pte, u32 flags)
{
	const struct page *page = vm_normal_page(pte);

	if (!(flags & FOLL_WRITE) || pte_write(pte))
		return true;
	return flags & FOLL_FORCE && page && page->flags & PG_ANON &&
		page_has_one_owner(page);
}

/*
 * Stores the page at va with a reference, faulted in for the access; the zero
 * page gets one too, which does no harm. *fetched: some mapping of the page may
 * be executable. 0, -EFAULT, -ENOMEM. Hold mmap_lock for reading.
 */
static int get_user_page(struct mm_struct *mm, uaddr_t va, u32 flags,
			 struct page **page, bool *fetched)
{
	struct vm_area_struct *vma = find_vma(mm, va);
	pte_t pte;
	int err;

	BUG_ON(!rwsem_is_locked(&mm->mmap_lock));
	/*
	 * As a fault of the program would, this grows the stack: execve writes
	 * arguments below its first page.
	 */
	if (!vma || (va < vma->vm_start && expand_stack(vma, va)))
		return -EFAULT;
	if (!vma_permits(vma, flags))
		return -EFAULT;
	for (;;) {
		/*
		 * Until the lock is taken another thread may drop the page
		 * again (madvise, a truncation), so look and repeat.
		 */
		err = faultin_page(vma, va, flags & FOLL_WRITE);
		if (err)
			return err;
		spin_lock(&mm->page_table_lock);
		err = follow_pte(mm, va, &pte);
		if (!err && pte_permits(pte, flags)) {
			*page = pte_page(pte);
			*fetched = pte_exec(pte) || vma->vm_flags & VM_SHARED;
			/*
			 * The reference keeps the frame after the lock is
			 * dropped, whatever becomes of the entry.
			 */
			get_page(*page);
			spin_unlock(&mm->page_table_lock);
			return 0;
		}
		spin_unlock(&mm->page_table_lock);
	}
}

/*
 * Moves bytes between a page (by its kernel address) and buf. buf NULL: writes
 * zeroes.
 */
static void move_bytes(char *kva, void *buf, u32 bytes, bool write)
{
	if (!buf)
		__builtin_memset(kva, 0, bytes);
	else if (write)
		__builtin_memcpy(kva, buf, bytes);
	else
		__builtin_memcpy(buf, kva, bytes);
}

/*
 * Copies page by page through the linear map, so mm need not be loaded. Each
 * page is held by a reference only while it is copied.
 */
int copy_remote_vm(struct mm_struct *mm, uaddr_t va, void *buf, u32 bytes,
		   u32 flags)
{
	bool write = flags & FOLL_WRITE;
	u32 done = 0;
	int err = 0;

	BUG_ON(mm == &init_mm || (!buf && !write));
	/* bytes is checked first, because va + bytes could wrap. */
	if (bytes > TASK_SIZE || va > TASK_SIZE - bytes)
		return -EFAULT;
	down_read(&mm->mmap_lock);
	while (done < bytes && !err) {
		u32 offset = (va + done) & ~PAGE_MASK;
		u32 part = min(bytes - done, PAGE_SIZE - offset);
		struct page *page;
		bool fetched;

		err = get_user_page(mm, va + done, flags, &page, &fetched);
		if (err)
			break;
		move_bytes((char *)page_address(page) + offset,
			   buf ? (char *)buf + done : NULL, part, write);
		/*
		 * A debugger's breakpoint must be fetched, not the old
		 * instruction that the I-cache may still have.
		 */
		if (write && fetched)
			flush_icache_page(page);
		put_page(page);
		done += part;
		cond_resched();
	}
	up_read(&mm->mmap_lock);
	return err;
}
