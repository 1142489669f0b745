/*
 * mm/internal.h - what the files of mm/ share and no other folder may use.
 *
 * A call that changes VMAs does it in two steps (law 4). The plan checks the
 * limits and allocates all that the call needs: promises of memory, VMAs, cuts
 * at the borders of the range, page tables. It may fail, and then undoes what
 * it did. The commit cannot fail. Where Linux lets a call end half-way -
 * mprotect, mlock, madvise - each VMA has a plan and a commit of its own.
 */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <address_space.h>
#include <bug.h>
#include <file.h>
#include <mm/mm.h>
#include <sched.h>
#include <trace.h>
#include <uapi/personality.h>

/* The size of vma in pages. */
static inline u32 vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/*
 * Records that the running task changed [start, end) or, for mremap, moved a
 * mapping from start to end. Tested inline: tracing is off nearly always.
 */
static inline void trace_vma(enum trace_vma_op op, uaddr_t start, uaddr_t end)
{
	if (unlikely(trace_mask & (1u << TRACE_VMA)))
		trace_sink(TRACE_VMA, 0, start, end, op);
}

/* The VMA before this one by address, or NULL. Hold mmap_lock. */
static inline struct vm_area_struct *vma_prev(struct vm_area_struct *vma)
{
	return TAILQ_PREV(vma, vma_list, vm_link);
}

/*
 * The address below which a new mapping must end: vm_start, less the guard gap
 * if vma is a stack.
 */
static inline uaddr_t vm_start_gap(const struct vm_area_struct *vma)
{
	uaddr_t start = vma->vm_start;

	if (vma->vm_flags & VM_GROWSDOWN)
		start -= min(start, (uaddr_t)STACK_GUARD_GAP);
	return start;
}

/* Bytes between prev (NULL: none) and vma that a new mapping could use. */
static inline u32 vma_gap(const struct vm_area_struct *prev,
			  const struct vm_area_struct *vma)
{
	uaddr_t floor = prev ? prev->vm_end : 0;
	uaddr_t start = vm_start_gap(vma);

	return start > floor ? start - floor : 0;
}

/* Bytes of the largest gap below any VMA of this subtree; 0 if it is empty. */
static inline u32 subtree_gap(const struct vm_area_struct *vma)
{
	return vma ? vma->rb_subtree_gap : 0;
}

/*
 * A copy made by fork or mremap has no pager: the pager of the original knows
 * neither the child nor the new address and could not supply its pages.
 */
static inline void vma_drop_pager(struct vm_area_struct *vma)
{
	if (likely(!(vma->vm_flags & VM_UFFD_MISSING)))
		return;
	vma->vm_flags &= ~(u32)VM_UFFD_MISSING;
	vma->vm_private_data = NULL;
}

/* ---- vma.c: the set of VMAs; mmap_lock held for writing ---------- */

/* Boot: creates the slab cache of VMAs. Panics without memory. */
void vma_cache_init(void);
/*
 * Returns a VMA of mm without file or ops, in no set; the caller sets its range
 * and flags and owns it. NULL: no memory.
 */
struct vm_area_struct *vm_area_alloc(struct mm_struct *mm) __must_check;
/*
 * Returns a copy of vma for mm, in no set, with references of its own to the
 * file and the object (ops->open). The caller owns it. NULL: no memory.
 */
struct vm_area_struct *vm_area_dup(const struct vm_area_struct *vma,
				   struct mm_struct *mm) __must_check;
/*
 * Closes the object, drops the file and frees vma, which is in no set. May
 * sleep in the file's release.
 */
void vm_area_free(struct vm_area_struct *vma);

/*
 * The protection of a fresh entry never includes write. A private page must
 * fault to be copied, and a shared one must fault to be marked dirty: an entry
 * becomes writable where its write fault is served.
 */
static inline pgprot_t vma_page_prot(u32 vm_flags)
{
	return vm_get_page_prot(vm_flags & ~VM_SHARED);
}

/*
 * Links vma into list and tree, right after prev (NULL: first); its range is
 * free. Hold i_mmap_lock(vma).
 */
void __vma_link(struct mm_struct *mm, struct vm_area_struct *vma,
		struct vm_area_struct *prev);
/* Takes vma out of list and tree; the caller owns it then. Hold i_mmap_lock. */
void __vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma);
/*
 * Takes vma and the VMAs after it that begin below end out of the set, and
 * appends them to run. Returns the first VMA that stays behind them. Where most
 * VMAs go, it builds a new tree of the rest, which costs less than one removal
 * for each. Takes i_mmap_lock for each VMA.
 */
struct vm_area_struct *vma_unlink_run(struct mm_struct *mm,
				      struct vm_area_struct *vma, uaddr_t end,
				      struct vma_list *run);
/*
 * Moves the borders of vma, which stays between its neighbours. pgoff (pages)
 * belongs to the new start. Hold i_mmap_lock(vma).
 */
void __vma_resize(struct vm_area_struct *vma, uaddr_t start, uaddr_t end,
		  u32 pgoff);

/* ---- rights ------------------------------------------------------ */

/*
 * Whether PROT_READ implies PROT_EXEC: the task has a personality of programs
 * older than that right. What may not be executed stays so.
 */
static inline bool read_is_exec(u32 prot)
{
	return unlikely(current_thread_info()->personality &
			READ_IMPLIES_EXEC) &&
		prot & PROT_READ;
}

/* ---- i_mmap.c: the VMAs that map a file -------------------------- */

/*
 * Holds off unmap_mapping_pages while vma's links, borders or entries change.
 * An anonymous VMA needs no lock: no truncation looks for it.
 */
static inline void i_mmap_lock(const struct vm_area_struct *vma)
{
	if (vma->vm_file)
		down_write(&vma->vm_file->f_mapping->i_mmap_rwsem);
}

/* Ends i_mmap_lock. */
static inline void i_mmap_unlock(const struct vm_area_struct *vma)
{
	if (vma->vm_file)
		up_write(&vma->vm_file->f_mapping->i_mmap_rwsem);
}

/*
 * Put vma, which has a file, on the file's list of VMAs, and take it off. Hold
 * i_mmap_lock(vma).
 */
void i_mmap_add(struct vm_area_struct *vma);
void i_mmap_remove(struct vm_area_struct *vma);

/*
 * __vma_link and __vma_resize for callers that change nothing else under
 * i_mmap_lock.
 */
static inline void vma_link(struct mm_struct *mm, struct vm_area_struct *vma,
			    struct vm_area_struct *prev)
{
	i_mmap_lock(vma);
	__vma_link(mm, vma, prev);
	i_mmap_unlock(vma);
}

/* As vma_link: a border moves with i_mmap_lock taken around it. */
static inline void vma_resize(struct vm_area_struct *vma, uaddr_t start,
			      uaddr_t end, u32 pgoff)
{
	i_mmap_lock(vma);
	__vma_resize(vma, start, end, pgoff);
	i_mmap_unlock(vma);
}

/* ---- vma_merge.c ------------------------------------------------- */

/*
 * Links vma after prev or, where a neighbour of the same kind can grow over the
 * range, frees vma and resizes the neighbour. Cannot fail. Returns the VMA that
 * covers the range now: vma may be gone.
 */
struct vm_area_struct *vma_insert(struct mm_struct *mm,
				  struct vm_area_struct *vma,
				  struct vm_area_struct *prev);
/*
 * Merges a linked vma with each neighbour that continues it. Returns the VMA
 * that covers its range now: vma itself may have been freed.
 */
struct vm_area_struct *vma_merge(struct vm_area_struct *vma);
/*
 * Cuts vma at addr, strictly inside: vma keeps the lower part, a new VMA gets
 * the upper. 0, or -ENOMEM (no memory, or max_map_count is reached) and nothing
 * has changed.
 */
int __must_check split_vma(struct vm_area_struct *vma, uaddr_t addr);
#define CUT_START 1
#define CUT_END   2
/*
 * Cuts the VMAs that cross the borders of [start, end), so that the range
 * consists of whole VMAs. *first is the first VMA that the range touches, and
 * is updated. Returns which cuts it made (CUT_*), or -ENOMEM and the address
 * space is as before.
 */
int __must_check vma_isolate(struct vm_area_struct **first, uaddr_t start,
			     uaddr_t end);
/*
 * Undoes these cuts of vma_isolate, and no others: VMAs that could be one may
 * have been two before, as fork's copies are of a VMA of which a part is locked.
 */
void vma_rejoin(struct mm_struct *mm, uaddr_t start, uaddr_t end, int cuts);

/* ---- munmap.c ---------------------------------------------------- */

/*
 * do_munmap in two steps, for a call that has more to plan. *first is the first
 * VMA that [start, end) touches, and is updated. plan_unmap returns the cuts it
 * made (CUT_*), or -ENOMEM and the address space is as before. If the call fails
 * later for another reason, vma_rejoin undoes them. Between the two steps VMAs
 * may be cut elsewhere, but none may be linked or unlinked in the range.
 *
 * zap_start: entries below it have been moved elsewhere by the caller.
 * keep_tables: do not free second-level tables, because the caller has
 * allocated them for the mapping that replaces this one.
 */
int __must_check plan_unmap(struct vm_area_struct **first, uaddr_t start,
			    uaddr_t end);
void commit_unmap(struct vm_area_struct *first, uaddr_t start, uaddr_t end,
		  uaddr_t zap_start, bool keep_tables);
/*
 * Frees the second-level tables of [start, end) that no VMA needs. Hold
 * mmap_lock for writing.
 */
void free_tables_of_holes(struct mm_struct *mm, uaddr_t start, uaddr_t end);

/* ---- ledger.c: the accounts of VMAs ------------------------------ */

/*
 * Code, as /proc/PID/statm counts it. Linux has three kinds, code, data and
 * stack; read-only data is none of them.
 */
static inline bool is_exec_mapping(u32 vm_flags)
{
	return (vm_flags & (VM_EXEC | VM_WRITE | VM_STACK)) == VM_EXEC;
}

#define VM_DATA_MASK (VM_WRITE | VM_SHARED | VM_STACK)

/* Private writable memory that is no stack: RLIMIT_DATA limits it. */
static inline bool is_data_mapping(u32 vm_flags)
{
	return (vm_flags & VM_DATA_MASK) == VM_WRITE;
}

/*
 * The limits, which a call checks while it plans. True if it may go on.
 *
 * may_add_vmas: n VMAs more than now. may_expand_vm: `pages` more of this kind
 * (RLIMIT_AS, RLIMIT_DATA). may_replace_vm: a mapping of this kind over [start,
 * end), after what is there now has been unmapped. may_lock_vm: `pages` more of
 * this kind (RLIMIT_MEMLOCK).
 */
static inline bool may_add_vmas(const struct mm_struct *mm, u32 n)
{
	return mm->map_count + n <= READ_ONCE(max_map_count);
}

bool may_expand_vm(const struct mm_struct *mm, u32 vm_flags, u32 pages);
bool may_replace_vm(struct mm_struct *mm, u32 vm_flags, uaddr_t start,
		    uaddr_t end);

/* Only a locked VMA counts; the common one is decided without a call. */
static inline bool may_lock_vm(const struct mm_struct *mm, u32 vm_flags,
			       u32 pages)
{
	return likely(!(vm_flags & VM_LOCKED)) || may_lock(mm, pages);
}

/*
 * Add pages to the promised memory (Committed_AS), or take them off. 0, or
 * -ENOMEM if the request exceeds the machine's memory.
 */
int __must_check vm_acct_memory(u32 pages);
void vm_unacct_memory(u32 pages);

/*
 * Whether a mapping of these flags promises memory of its own. Read-only and
 * shared ones do not: their pages belong to a file or a shared object.
 */
static inline bool accountable_mapping(u32 vm_flags)
{
	return (vm_flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
}

/* Plan: promises the memory that pages with these flags need. 0 or -ENOMEM. */
static inline int __must_check vma_reserve(u32 vm_flags, u32 pages)
{
	return vm_flags & VM_ACCOUNT ? vm_acct_memory(pages) : 0;
}

/* The plan failed: takes back what vma_reserve promised. */
static inline void vma_unreserve(u32 vm_flags, u32 pages)
{
	if (vm_flags & VM_ACCOUNT)
		vm_unacct_memory(pages);
}

/*
 * Commit: counts pages with these flags. The limits were checked and the memory
 * promised by the plan, so this cannot fail.
 */
void vma_charge(struct mm_struct *mm, u32 vm_flags, u32 pages);
/*
 * Stops counting pages with these flags, and takes back what was promised for
 * them.
 */
void vma_uncharge(struct mm_struct *mm, u32 vm_flags, u32 pages);
/*
 * Commit: gives vma other flags and moves its pages between the counters.
 * VM_ACCOUNT may be added if the plan has promised the memory; it is never
 * removed.
 */
void vma_set_flags(struct vm_area_struct *vma, u32 vm_flags);

/* ---- unmapped_area.c --------------------------------------------- */

/*
 * Finds `bytes` (whole pages) of free addresses in [low, high): the highest
 * range, or the lowest if `lowest`. 0 and *result, or -ENOMEM. Hold mmap_lock
 * for reading; it may update mmap_cache.
 */
int __must_check vma_find_gap(struct mm_struct *mm, u32 bytes, uaddr_t low,
			      uaddr_t high, bool lowest, uaddr_t *result);

/* ---- pagewalk.c: the one walker ---------------------------------- */

struct mm_walk {
	struct mm_struct *mm;
	struct vm_area_struct *vma; /* for the callback; may be NULL */
	void *private;
	/* Entries of [va, end), all in one table; page_table_lock held. */
	void (*pte_range)(struct mm_walk *walk, pte_t *ptep, uaddr_t va,
			  uaddr_t end);
};
/*
 * Calls pte_range for each second-level table that [start, end) (page-aligned,
 * user) has. Hold mmap_lock, so that the tables stay; sleeps between tables.
 */
void walk_page_range(struct mm_walk *walk, uaddr_t start, uaddr_t end);

/*
 * The page that a present entry holds a reference of; NULL for a special entry,
 * which maps a frame without owning it.
 */
static inline struct page *vm_normal_page(pte_t pte)
{
	return pte_special(pte) ? NULL : pfn_to_page(pte_pfn(pte));
}

/* The index in mm->rss of the counter for page. */
static inline u32 mm_counter(const struct page *page)
{
	if (page->flags & PG_ANON)
		return MM_ANONPAGES;
	return page->flags & PG_CACHE ? MM_FILEPAGES : MM_SHMEMPAGES;
}

/*
 * An entry of page was cleared. The caller drops the entry's reference only
 * after the flush, because until then the hardware may still reach the page.
 * That reference is what keeps the page, so this count needs no ordering.
 */
static inline void page_remove_rmap(struct page *page)
{
	s32 left = atomic_dec_return_relaxed(&page->_mapcount);

	BUG_ON(left < 0);
	if (left != 0)
		return;
	/*
	 * fs/ changes the flags of a file page without this lock, so a plain
	 * store here may touch only pages that are ours.
	 */
	if (page->flags & PG_ANON) {
		page->flags &= ~PG_ANON; /* the page is no longer mapped */
		add_page_use(USE_MAPPED_ANON, -1);
	} else {
		add_page_use((enum page_use)mm_counter(page), -1);
	}
}

/* ---- mmu_gather.c: clear, flush, free ---------------------------- */

#define MMU_GATHER_PAGES 64u

struct mmu_gather {
	struct mm_struct *mm;
	bool fullmm;        /* the whole mm ends: flush by ASID */
	uaddr_t start, end; /* cleared and not yet flushed */
	u32 nr;
	struct page *pages[MMU_GATHER_PAGES]; /* a reference each */
};
/*
 * Start and end a batch on the caller's stack. tlb_finish_mmu flushes what is
 * pending and frees its pages. fullmm: no task can use mm any more.
 */
void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm, bool fullmm);
void tlb_finish_mmu(struct mmu_gather *tlb);
/*
 * Clears the entries of [start, end) of one VMA, flushing whenever the batch is
 * full. Calls with one batch go upward. Hold mmap_lock, or i_mmap_rwsem for a
 * listed VMA.
 */
void unmap_page_range(struct mmu_gather *tlb, uaddr_t start, uaddr_t end);

/* ---- shmem.c: shared anonymous memory ---------------------------- */

/* Boot, after kmem_cache_init: creates the slab cache of shared objects. */
void shmem_init(void);

#endif
