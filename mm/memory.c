/*
 * Page faults: what a program gets when it touches its memory.
 *
 * The four cases, as seen from trap/fault.c, which decides 1 and calls here
 * for 2 to 4:
 *
 *	1  no VMA at or above the address        SIGSEGV, SEGV_MAPERR
 *	2  just below a VMA that grows down      expand_stack, then case 3
 *	3  inside a VMA, no page yet             do_anonymous_page, do_fault
 *	4  page present and read-only,           do_wp_page: copy on write, or
 *	   VMA writable                          reuse by the only owner
 *
 *	handle_mm_fault -> handle_pte_fault
 *	    entry none     anonymous  -> do_anonymous_page
 *	                     read:  the zero page, special
 *	                     write: a page of zeroes
 *	                     or, if a program is its pager: VM_FAULT_PAGER
 *	                   file       -> do_fault
 *	                     read:           do_read_fault, and around it
 *	                     write, private: do_cow_fault, a copy
 *	                     write, shared:  map_object_page, dirty
 *	    entry present  write, not writable -> do_wp_page
 *	                   otherwise young is missing: set it
 *
 * mmap_lock is held for reading throughout, so VMAs and tables stay.
 * page_table_lock guards the entry; it is dropped to allocate, and what was
 * seen before must be compared again after (pte_same): another thread may have
 * served the same fault.
 *
 * Each entry installed here that is not special owns one reference and one
 * _mapcount of its page.
 */
#include <mm/internal.h>

u32 fault_around_bytes = 64 << 10;

/* ---- installing -------------------------------------------------- */

/*
 * Put page into the free slot of vmf; the caller's reference becomes the
 * entry's. page_table_lock held.
 */
static inline void set_anon_pte(struct vm_fault *vmf, struct page *page)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry = pte_mkdirty(mk_pte(page, vma->vm_page_prot));

	if (vma->vm_flags & VM_WRITE)
		entry = pte_mkwrite(entry);
	BUG_ON(atomic_read(&page->_mapcount));
	page->flags |= PG_ANON;
	atomic_set(&page->_mapcount, 1);
	add_page_use(USE_MAPPED_ANON, 1);
	vma->vm_mm->rss[MM_ANONPAGES]++;
	set_pte_at(vma->vm_mm, vmf->address, vmf->pte, entry);
}

static void set_file_pte(struct vm_area_struct *vma, uaddr_t va, pte_t *ptep,
			 struct page *page, bool write)
{
	pte_t entry = mk_pte(page, vma->vm_page_prot);
	u32 kind;

	if (write)
		entry = pte_mkwrite(pte_mkdirty(entry));
	kind = page->flags & PG_CACHE ? MM_FILEPAGES : MM_SHMEMPAGES;
	if (atomic_inc_return_relaxed(&page->_mapcount) == 1)
		add_page_use((enum page_use)kind, 1);
	vma->vm_mm->rss[kind]++;
	set_pte_at(vma->vm_mm, va, ptep, entry);
}

/*
 * May page be written through vma? Then it is not to be dropped as a copy of
 * its backing any more. 0 or VM_FAULT_SIGBUS; page_table_lock held.
 */
static u32 make_page_dirty(struct vm_area_struct *vma, struct page *page)
{
	if (vma->vm_ops->page_mkwrite && vma->vm_ops->page_mkwrite(vma, page))
		return VM_FAULT_SIGBUS;
	if (page->flags & PG_CACHE)
		atomic_or(PG_DIRTY, &page->flags);
	return 0;
}

/* Lock; true if the slot still is what the fault saw, else unlocked again. */
static inline bool lock_pte_same(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;

	spin_lock(&mm->page_table_lock);
	if (likely(pte_same(*vmf->pte, vmf->orig_pte)))
		return true;
	spin_unlock(&mm->page_table_lock);
	return false;
}

/*
 * The same for a page that ->fault has found. False also if its file was
 * truncated after ->fault looked: unmap_mapping_pages may have been here and
 * will not come back, so the fault must look again.
 */
static bool lock_pte_mapped(struct vm_fault *vmf)
{
	const struct file *file = vmf->vma->vm_file;

	if (!lock_pte_same(vmf))
		return false;
	if (likely(!file ||
		   READ_ONCE(file->f_mapping->truncate_count) ==
			   vmf->truncate_count))
		return true;
	spin_unlock(&vmf->vma->vm_mm->page_table_lock);
	return false;
}

/* ---- case 3: anonymous ------------------------------------------- */

/* page_table_lock held. */
static inline void set_zero_pte(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;

	set_pte_at(vma->vm_mm, vmf->address, vmf->pte,
		   pte_mkspecial(pfn_pte(zero_pfn, vma->vm_page_prot)));
}

static u32 do_anonymous_read(struct vm_fault *vmf)
{
	if (!lock_pte_same(vmf))
		return 0;
	set_zero_pte(vmf);
	spin_unlock(&vmf->vma->vm_mm->page_table_lock);
	return 0;
}

static u32 do_anonymous_page(struct vm_fault *vmf)
{
	struct page *page;

	BUG_ON(vmf->vma->vm_flags & VM_SHARED);
	if (unlikely(vmf->vma->vm_flags & VM_UFFD_MISSING))
		return VM_FAULT_PAGER;
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return do_anonymous_read(vmf);
	page = alloc_page(GFP_USER | __GFP_ZERO);
	if (!page)
		return VM_FAULT_OOM;
	if (!lock_pte_same(vmf)) {
		put_page(page);
		return 0;
	}
	set_anon_pte(vmf, page);
	spin_unlock(&vmf->vma->vm_mm->page_table_lock);
	return 0;
}

int fill_missing_page(struct vm_area_struct *vma, uaddr_t va, struct page *page)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_fault vmf = {
		.vma = vma,
		.address = va,
		.pte = pte_alloc_map(mm, va),
	};

	BUG_ON(!vma_is_anonymous(vma) || !rwsem_is_locked(&mm->mmap_lock));
	if (!vmf.pte)
		return -ENOMEM;
	if (!lock_pte_same(&vmf)) /* orig_pte: none */
		return -EEXIST;
	if (page) {
		get_page(page);
		set_anon_pte(&vmf, page);
	} else {
		set_zero_pte(&vmf);
	}
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* ---- case 3: files and shared memory ----------------------------- */

/* Entries of [start, end) that fault-around looks at in one go. */
#define AROUND_BATCH 16u

/*
 * Map those of n pages, each with a reference, whose slots are free; the others
 * lose it. page_table_lock held.
 */
static void map_pages(struct vm_area_struct *vma, uaddr_t va, pte_t *ptep,
		      struct page *pages[], u32 n)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *page, *last = NULL;
	u32 mapped = 0;
	s32 first = 0;

	for (u32 i = 0; i < n; i++, va += PAGE_SIZE) {
		page = pages[i];
		if (!page)
			continue;
		if (unlikely(!pte_none(ptep[i]))) {
			put_page(page);
			continue;
		}
		first += atomic_inc_return_relaxed(&page->_mapcount) == 1;
		mapped++;
		last = page;
		set_pte_at_batched(mm, va, &ptep[i],
				   mk_pte(page, vma->vm_page_prot));
	}
	if (!last)
		return;
	ptes_sync(ptep, n);
	mm->rss[mm_counter(last)] += mapped; /* they all count alike */
	add_page_use((enum page_use)mm_counter(last), first);
}

/* Map what is there already of the pages around; page_table_lock held. */
static void map_around(struct vm_fault *vmf, uaddr_t start, uaddr_t end)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t *ptep = vmf->pte - ((vmf->address - start) >> PAGE_SHIFT);
	u32 pgoff = linear_page_index(vma, start);
	struct page *pages[AROUND_BATCH];
	u32 n;

	for (; start < end; start += n << PAGE_SHIFT, ptep += n, pgoff += n) {
		n = min((end - start) >> PAGE_SHIFT, AROUND_BATCH);
		vma->vm_ops->find_pages(vma, pgoff, n, pages);
		map_pages(vma, start, ptep, pages, n);
	}
}

/*
 * The window of fault_around_bytes that holds the address, cut to its VMA and
 * its table. True: the page itself was there too.
 */
static bool do_fault_around(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	uaddr_t start = ALIGN_DOWN(vmf->address, fault_around_bytes);
	uaddr_t end = start + fault_around_bytes;
	bool mapped;

	BUG_ON(fault_around_bytes & (fault_around_bytes - 1));
	if (!vma->vm_ops->find_pages || fault_around_bytes <= PAGE_SIZE)
		return false;
	start = max(start, vmf->address & PGDIR_MASK);
	start = max(start, vma->vm_start);
	end = pgd_addr_end(start, min(end, vma->vm_end));
	if (end - start == PAGE_SIZE)
		return false; /* nothing is around it */
	if (!lock_pte_same(vmf))
		return true;
	map_around(vmf, start, end);
	mapped = !pte_none(*vmf->pte);
	spin_unlock(&vma->vm_mm->page_table_lock);
	return mapped;
}

/* Ask the object for its page: vmf->page has a reference unless an error. */
static u32 __do_fault(struct vm_fault *vmf)
{
	u32 ret = vmf->vma->vm_ops->fault(vmf);

	BUG_ON(!(ret & VM_FAULT_ERROR) && !vmf->page);
	return ret;
}

static u32 map_object_page(struct vm_fault *vmf, bool write)
{
	u32 ret = __do_fault(vmf);

	if (ret & VM_FAULT_ERROR)
		return ret;
	if (!lock_pte_mapped(vmf)) {
		put_page(vmf->page);
		return ret;
	}
	if (write)
		ret |= make_page_dirty(vmf->vma, vmf->page);
	if (likely(!(ret & VM_FAULT_ERROR)))
		set_file_pte(vmf->vma, vmf->address, vmf->pte, vmf->page,
			     write);
	spin_unlock(&vmf->vma->vm_mm->page_table_lock);
	if (unlikely(ret & VM_FAULT_ERROR))
		put_page(vmf->page);
	return ret;
}

static u32 do_read_fault(struct vm_fault *vmf)
{
	return do_fault_around(vmf) ? 0 : map_object_page(vmf, false);
}

static u32 do_cow_fault(struct vm_fault *vmf)
{
	struct page *copy = alloc_page(GFP_USER);
	u32 ret;

	if (!copy)
		return VM_FAULT_OOM;
	ret = __do_fault(vmf);
	if (ret & VM_FAULT_ERROR) {
		put_page(copy);
		return ret;
	}
	copy_page(page_address(copy), page_address(vmf->page));
	if (lock_pte_mapped(vmf)) {
		set_anon_pte(vmf, copy);
		spin_unlock(&vmf->vma->vm_mm->page_table_lock);
	} else {
		put_page(copy);
	}
	put_shared_page(vmf->page); /* the lock came after the copy */
	return ret;
}

/*
 * By value: what a file's functions get a pointer to lies in memory, and an
 * anonymous fault, which has no file to ask, keeps it in registers.
 */
static u32 do_fault(struct vm_fault vmf)
{
	BUG_ON(!vmf.vma->vm_ops->fault);
	vmf.pgoff = linear_page_index(vmf.vma, vmf.address);
	vmf.page = NULL;
	vmf.truncate_count = 0;
	if (!(vmf.flags & FAULT_FLAG_WRITE))
		return do_read_fault(&vmf);
	if (vmf.vma->vm_flags & VM_SHARED)
		return map_object_page(&vmf, true);
	return do_cow_fault(&vmf);
}

/* ---- case 4: present and not writable ---------------------------- */

/*
 * The page stays; its entry may write now, unless the kernel writes in place of
 * an owner who may not (FOLL_FORCE). Unlocks. Inline: a call would need vmf in
 * memory, for every fault.
 */
static inline u32 wp_page_reuse(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	pte_t entry = pte_mkdirty(pte_mkyoung(vmf->orig_pte));

	if (likely(vmf->vma->vm_flags & VM_WRITE))
		entry = pte_mkwrite(entry);
	ptep_set_access_flags(mm, vmf->address, vmf->pte, entry);
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* A page with old's bytes, or zeroes for the zero page (NULL). */
static struct page *wp_page_duplicate(struct page *old)
{
	struct page *page;

	if (!old)
		return alloc_page(GFP_USER | __GFP_ZERO);
	page = alloc_page(GFP_USER);
	if (page)
		copy_page(page_address(page), page_address(old));
	return page;
}

/*
 * old is the page the entry maps, with a reference of ours beside the entry's
 * (NULL: the zero page). Not locked.
 */
static u32 wp_page_copy(struct vm_fault *vmf, struct page *old)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	struct page *new = wp_page_duplicate(old);

	if (!new) {
		if (old)
			put_page(old);
		return VM_FAULT_OOM;
	}
	if (!lock_pte_same(vmf)) {
		put_page(new);
		if (old)
			put_page(old);
		return 0;
	}
	/* Break before make: nobody may see both frames at one address. */
	ptep_clear_flush(mm, vmf->address, vmf->pte);
	set_anon_pte(vmf, new);
	if (old) {
		mm->rss[mm_counter(old)]--;
		page_remove_rmap(old);
	}
	spin_unlock(&mm->page_table_lock);
	if (old) {
		put_shared_page(old); /* ours */
		put_shared_page(old); /* the entry's */
	}
	return 0;
}

/* A write to a read-only entry of a VMA that is writable. Locked; unlocks. */
static u32 do_wp_page(struct vm_fault *vmf)
{
	struct page *page = vm_normal_page(vmf->orig_pte);

	BUG_ON(!(vmf->vma->vm_flags & (VM_WRITE | VM_MAYWRITE)));
	if (page && vmf->vma->vm_flags & VM_SHARED) {
		if (likely(!make_page_dirty(vmf->vma, page)))
			return wp_page_reuse(vmf);
		spin_unlock(&vmf->vma->vm_mm->page_table_lock);
		return VM_FAULT_SIGBUS;
	}
	if (page && page->flags & PG_ANON && page_has_one_owner(page)) {
		BUG_ON(atomic_read(&page->_mapcount) != 1);
		return wp_page_reuse(vmf);
	}
	if (page)
		get_page(page); /* it must not go while we copy */
	spin_unlock(&vmf->vma->vm_mm->page_table_lock);
	return wp_page_copy(vmf, page);
}

/* ---- the way in -------------------------------------------------- */

static u32 handle_pte_fault(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	pte_t entry;

	vmf->orig_pte = entry = READ_ONCE(*vmf->pte);
	if (!pte_present(entry))
		return vma_is_anonymous(vmf->vma) ? do_anonymous_page(vmf) :
						    do_fault(*vmf);
	if (!lock_pte_same(vmf))
		return 0;
	if (vmf->flags & FAULT_FLAG_WRITE) {
		if (!pte_write(entry))
			return do_wp_page(vmf);
		entry = pte_mkdirty(entry);
	}
	/* Not young, or another thread was faster and only the TLB is old. */
	ptep_set_access_flags(mm, vmf->address, vmf->pte, pte_mkyoung(entry));
	spin_unlock(&mm->page_table_lock);
	return 0;
}

u32 handle_mm_fault(struct vm_area_struct *vma, uaddr_t va, u32 flags)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_fault vmf;
	u32 ret;

	VM_BUG_ON(va < vma->vm_start || va >= vma->vm_end);
	VM_BUG_ON(!rwsem_is_locked(&mm->mmap_lock));
	vmf.vma = vma;
	if (unlikely(mm->reaped))
		return VM_FAULT_OOM; /* its tasks are killed: no new pages */
	vmf.address = va & PAGE_MASK;
	vmf.flags = flags;
	vmf.pte = pte_alloc_map(mm, va);
	if (!vmf.pte)
		return VM_FAULT_OOM;
	ret = handle_pte_fault(&vmf);
	trace_event(TRACE_FAULT, va, vmf.orig_pte.val, READ_ONCE(*vmf.pte).val,
		    (u32)(uintptr_t)vma | !!(flags & FAULT_FLAG_WRITE));
	if (likely(!ret))
		atomic_inc(&mm->min_flt);
	else if (ret & VM_FAULT_MAJOR && !(ret & VM_FAULT_ERROR))
		atomic_inc(&mm->maj_flt);
	return ret;
}
