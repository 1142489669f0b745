/*
 * Page faults: what a program gets when it touches its memory.
 *
 * The four cases, as seen from trap/fault.c, which decides case 1 and calls
 * functions of this folder for cases 2 to 4:
 *
 *	1  no VMA contains the address           SIGSEGV, SEGV_MAPERR
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
 * page_table_lock guards the entry. It is dropped to allocate, and afterwards
 * the entry is compared with what was seen before (pte_same): another thread
 * may have served the same fault.
 *
 * Each entry installed here that is not special owns one reference and one
 * _mapcount of its page.
 */
#include <mm/internal.h>

u32 fault_around_bytes = 64 << 10;

/* ---- installing -------------------------------------------------- */

/*
 * Installs page in the free slot of vmf; the caller's reference becomes the
 * entry's. Hold page_table_lock.
 */
static inline void set_anon_pte(struct vm_fault *vmf, struct page *page)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry = pte_mkdirty(mk_pte(page, vma->vm_page_prot));

	/* After FOLL_FORCE the owner still cannot write the copy. */
	if (vma->vm_flags & VM_WRITE)
		entry = pte_mkwrite(entry);
	/* A fresh page: nobody else can change its flags yet. */
	BUG_ON(atomic_read(&page->_mapcount));
	page->flags |= PG_ANON;
	atomic_set(&page->_mapcount, 1);
	add_page_use(USE_MAPPED_ANON, 1);
	vma->vm_mm->rss[MM_ANONPAGES]++;
	set_pte_at(vma->vm_mm, vmf->address, vmf->pte, entry);
}

/*
 * Installs page of the mapped object in the free slot ptep; the caller's
 * reference becomes the entry's. write: a shared mapping is being written. Hold
 * page_table_lock.
 */
static void set_file_pte(struct vm_area_struct *vma, uaddr_t va, pte_t *ptep,
			 struct page *page, bool write)
{
	pte_t entry = mk_pte(page, vma->vm_page_prot);
	u32 kind;

	if (write)
		entry = pte_mkwrite(pte_mkdirty(entry));
	kind = page->flags & PG_CACHE ? MM_FILEPAGES : MM_SHMEMPAGES;
	/* rss counts each entry, the page's use only the first. */
	if (atomic_inc_return_relaxed(&page->_mapcount) == 1)
		add_page_use((enum page_use)kind, 1);
	vma->vm_mm->rss[kind]++;
	set_pte_at(vma->vm_mm, va, ptep, entry);
}

/*
 * Prepares page for a store through the shared mapping vma: once dirty, it is
 * not dropped as a mere copy of its backing. 0, or VM_FAULT_SIGBUS if the file
 * refuses. Hold page_table_lock.
 */
static u32 make_page_dirty(struct vm_area_struct *vma, struct page *page)
{
	if (vma->vm_ops->page_mkwrite && vma->vm_ops->page_mkwrite(vma, page))
		return VM_FAULT_SIGBUS;
	/*
	 * Atomic, because fs/ changes other flags of the page without this
	 * lock. Shared anonymous pages are never dropped, so they need no mark.
	 */
	if (page->flags & PG_CACHE)
		atomic_or(PG_DIRTY, &page->flags);
	return 0;
}

/*
 * Takes page_table_lock and returns true if the slot still has the value that
 * the fault saw. Otherwise another thread was here: unlocks, returns false.
 */
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
 * lock_pte_same for a page that ->fault has found. False also if its file was
 * truncated after ->fault looked: unmap_mapping_pages may have passed already
 * and will not come back, so the fault must look again.
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

/*
 * Maps the zero page. Special, so that it is neither counted nor freed. Hold
 * page_table_lock.
 */
static inline void set_zero_pte(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;

	set_pte_at(vma->vm_mm, vmf->address, vmf->pte,
		   pte_mkspecial(pfn_pte(zero_pfn, vma->vm_page_prot)));
}

/*
 * Maps the zero page: a read of untouched memory costs no page, and a later
 * write copies it.
 */
static u32 do_anonymous_read(struct vm_fault *vmf)
{
	if (!lock_pte_same(vmf))
		/*
		 * The program repeats the access and finds the other thread's
		 * entry.
		 */
		return 0;
	set_zero_pte(vmf);
	spin_unlock(&vmf->vma->vm_mm->page_table_lock);
	return 0;
}

/* Case 3 for anonymous memory. Returns VM_FAULT_* bits. */
static u32 do_anonymous_page(struct vm_fault *vmf)
{
	struct page *page;

	/* Shared memory has an object and its ops (mm/shmem.c). */
	BUG_ON(vmf->vma->vm_flags & VM_SHARED);
	/* Nothing is allocated: the fault comes again once the page exists. */
	if (unlikely(vmf->vma->vm_flags & VM_UFFD_MISSING))
		return VM_FAULT_PAGER;
	if (!(vmf->flags & FAULT_FLAG_WRITE))
		return do_anonymous_read(vmf);
	/* Not under the lock: the allocator may sleep. */
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

/*
 * Installs a pager's page as a fault would, but an entry that exists is an
 * error here, which the pager must learn.
 */
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
	if (!lock_pte_same(&vmf)) /* orig_pte is none */
		return -EEXIST;
	if (page) {
		/* The caller drops its own after an error, too. */
		get_page(page);
		set_anon_pte(&vmf, page);
	} else {
		set_zero_pte(&vmf);
	}
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* ---- case 3: files and shared memory ----------------------------- */

/* Pages that fault-around looks up at a time; the array is on the stack. */
#define AROUND_BATCH 16u

/*
 * Maps those of n pages whose slots are free; pages[] holds a reference of each
 * page, which its entry takes over or which is dropped. Hold page_table_lock.
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
		/* It may be a private copy that the program wrote. */
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
	/* One barrier serves all: a walk before it only faults again. */
	ptes_sync(ptep, n);
	mm->rss[mm_counter(last)] += mapped; /* one object: one counter */
	add_page_use((enum page_use)mm_counter(last), first);
}

/*
 * Maps the pages of [start, end) that the object has already. page_table_lock
 * is held from the look-up to the entry: a truncation empties the page cache
 * first and takes this lock to unmap, so it misses none of these pages.
 */
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
 * Maps what exists in the window of fault_around_bytes around the address, cut
 * to its VMA and its table. Returns true if the faulting page was among it.
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
	/* The slots are counted from vmf->pte, within its table. */
	start = max(start, vmf->address & PGDIR_MASK);
	start = max(start, vma->vm_start);
	end = pgd_addr_end(start, min(end, vma->vm_end));
	if (end - start == PAGE_SIZE)
		return false; /* nothing is around it */
	/* Another thread served the fault: nothing is left to do. */
	if (!lock_pte_same(vmf))
		return true;
	map_around(vmf, start, end);
	mapped = !pte_none(*vmf->pte);
	spin_unlock(&vma->vm_mm->page_table_lock);
	return mapped;
}

/*
 * Gets the object's page into vmf->page, with a reference unless it returns
 * VM_FAULT_ERROR bits. page_table_lock is not held: the page may have to be
 * read.
 */
static u32 __do_fault(struct vm_fault *vmf)
{
	u32 ret = vmf->vma->vm_ops->fault(vmf);

	BUG_ON(!(ret & VM_FAULT_ERROR) && !vmf->page);
	return ret;
}

/*
 * Maps the object's own page, without a copy: a read, or a write to a shared
 * mapping. Returns VM_FAULT_* bits.
 */
static u32 map_object_page(struct vm_fault *vmf, bool write)
{
	u32 ret = __do_fault(vmf);

	if (ret & VM_FAULT_ERROR)
		return ret;
	/* The entry or the file changed: the access is repeated. */
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
	/* The last reference frees the page: not under the spinlock. */
	if (unlikely(ret & VM_FAULT_ERROR))
		put_page(vmf->page);
	return ret;
}

/*
 * Fault-around first: programs read neighbouring pages next, and each page that
 * is in memory already saves a fault.
 */
static u32 do_read_fault(struct vm_fault *vmf)
{
	return do_fault_around(vmf) ? 0 : map_object_page(vmf, false);
}

/*
 * A write to a private mapping of a page that is not mapped yet: the program
 * gets a copy at once, not a read-only entry and a second fault.
 */
static u32 do_cow_fault(struct vm_fault *vmf)
{
	struct page *copy = alloc_page(GFP_USER);
	u32 ret;

	/* Checked first: without memory the object need not be read. */
	if (!copy)
		return VM_FAULT_OOM;
	ret = __do_fault(vmf);
	if (ret & VM_FAULT_ERROR) {
		put_page(copy);
		return ret;
	}
	/*
	 * The page is copied without a lock: the copy may have a part of
	 * another process's store, as mmap(2) allows.
	 */
	copy_page(page_address(copy), page_address(vmf->page));
	if (lock_pte_mapped(vmf)) {
		set_anon_pte(vmf, copy);
		spin_unlock(&vmf->vma->vm_mm->page_table_lock);
	} else {
		put_page(copy);
	}
	put_shared_page(vmf->page); /* the lock has ordered the copy */
	return ret;
}

/*
 * Case 3 with an object. vmf is passed by value: the object's functions get a
 * pointer to it, so it must be in memory, whereas an anonymous fault, which
 * calls no such function, keeps its vmf in registers.
 */
static u32 do_fault(struct vm_fault vmf)
{
	BUG_ON(!vmf.vma->vm_ops->fault);
	vmf.pgoff = linear_page_index(vmf.vma, vmf.address);
	vmf.page = NULL;
	vmf.truncate_count = 0;
	if (!(vmf.flags & FAULT_FLAG_WRITE))
		return do_read_fault(&vmf);
	/*
	 * A shared write goes to the object's own page, where the others see
	 * it.
	 */
	if (vmf.vma->vm_flags & VM_SHARED)
		return map_object_page(&vmf, true);
	return do_cow_fault(&vmf);
}

/* ---- case 4: present and not writable ---------------------------- */

/*
 * Keeps the page and makes its entry writable, unless the kernel writes for an
 * owner who may not (FOLL_FORCE). Unlocks. Inline: a call would need vmf in
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

/*
 * Returns a page with old's bytes, or zeroes for the zero page (old NULL).
 * NULL: no memory.
 */
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
 * Copies old, which the entry maps, into a page of the program's own. We hold a
 * reference of old beside the entry's; NULL is the zero page. page_table_lock
 * is not held.
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
	/* The entry changed: the repeated access decides anew. */
	if (!lock_pte_same(vmf)) {
		put_page(new);
		if (old)
			put_page(old);
		return 0;
	}
	/*
	 * Break before make: no core may have translations to both frames at
	 * once, or two threads would see different contents.
	 */
	ptep_clear_flush(mm, vmf->address, vmf->pte);
	set_anon_pte(vmf, new);
	if (old) {
		/* old may have counted as a file's page. */
		mm->rss[mm_counter(old)]--;
		page_remove_rmap(old);
	}
	spin_unlock(&mm->page_table_lock);
	if (old) {
		/* The flush has ordered the last accesses to old (law 6). */
		put_shared_page(old); /* ours */
		put_shared_page(old); /* the entry's */
	}
	return 0;
}

/*
 * Case 4: a write to a read-only entry of a VMA that may be written.
 * page_table_lock is held; unlocks.
 */
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
	/*
	 * No one else can see stores to it: after fork, the second of parent
	 * and child to write ends here.
	 */
	if (page && page->flags & PG_ANON && page_has_one_owner(page)) {
		BUG_ON(atomic_read(&page->_mapcount) != 1);
		return wp_page_reuse(vmf);
	}
	if (page)
		get_page(page); /* it must not be freed while we copy */
	spin_unlock(&vmf->vma->vm_mm->page_table_lock);
	return wp_page_copy(vmf, page);
}

/* ---- the way in -------------------------------------------------- */

/* Chooses the case by the entry. Returns VM_FAULT_* bits. */
static u32 handle_pte_fault(struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	pte_t entry;

	/* This reads without the lock: each case locks and compares. */
	vmf->orig_pte = entry = READ_ONCE(*vmf->pte);
	if (!pte_present(entry))
		return vma_is_anonymous(vmf->vma) ? do_anonymous_page(vmf) :
						    do_fault(*vmf);
	if (!lock_pte_same(vmf))
		return 0;
	if (vmf->flags & FAULT_FLAG_WRITE) {
		if (!pte_write(entry))
			return do_wp_page(vmf);
		/* A writable entry is clean only if its flag was cleared. */
		entry = pte_mkdirty(entry);
	}
	/*
	 * The entry was not young, or another thread was faster and only this
	 * core's TLB still has the old one: ptep_set_access_flags flushes it.
	 */
	ptep_set_access_flags(mm, vmf->address, vmf->pte, pte_mkyoung(entry));
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/*
 * Serves one fault. Every fault passes here once, so here it is counted and
 * recorded.
 */
u32 handle_mm_fault(struct vm_area_struct *vma, uaddr_t va, u32 flags)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_fault vmf;
	u32 ret;

	VM_BUG_ON(va < vma->vm_start || va >= vma->vm_end);
	VM_BUG_ON(!rwsem_is_locked(&mm->mmap_lock));
	vmf.vma = vma;
	if (unlikely(mm->reaped))
		return VM_FAULT_OOM; /* the OOM killer takes its pages: map no new ones */
	vmf.address = va & PAGE_MASK;
	vmf.flags = flags;
	/*
	 * The table is not freed before mmap_lock is dropped, so the pointer
	 * stays valid when page_table_lock is not held.
	 */
	vmf.pte = pte_alloc_map(mm, va);
	if (!vmf.pte)
		return VM_FAULT_OOM;
	ret = handle_pte_fault(&vmf);
	trace_event(TRACE_FAULT, va, vmf.orig_pte.val, READ_ONCE(*vmf.pte).val,
		    (u32)(uintptr_t)vma | !!(flags & FAULT_FLAG_WRITE));
	/* As in Linux, a fault that ends in a signal does not count. */
	if (likely(!ret))
		atomic_inc(&mm->min_flt);
	return ret;
}
