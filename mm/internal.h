/*
 * mm/internal.h - what the files of mm/ share and nobody else may see.
 *
 * A call that changes VMAs does it in two steps (law 4). The plan asks the
 * limits and gets all that it can lack: promises of memory, VMAs, cuts at the
 * borders of the range, page tables. It may fail, and then undoes what it did.
 * The commit cannot fail. Where Linux lets a call end half-way - mprotect,
 * mlock, madvise - each VMA has a plan and a commit of its own.
 */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <address_space.h>
#include <bug.h>
#include <file.h>
#include <mm/mm.h>
#include <sched.h>
#include <trace.h>

static inline u32 vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/* The running task has changed [start, end), or moved start to end. */
static inline void trace_vma(enum trace_vma_op op, uaddr_t start, uaddr_t end)
{
	if (unlikely(trace_mask & (1u << TRACE_VMA)))
		trace_sink(TRACE_VMA, 0, start, end, op);
}

static inline struct vm_area_struct *vma_prev(struct vm_area_struct *vma)
{
	return TAILQ_PREV(vma, vma_list, vm_link);
}

/* The start of vma, with the gap that must stay free below a stack. */
static inline uaddr_t vm_start_gap(const struct vm_area_struct *vma)
{
	uaddr_t start = vma->vm_start;

	if (vma->vm_flags & VM_GROWSDOWN)
		start -= min(start, (uaddr_t)STACK_GUARD_GAP);
	return start;
}

/* Free space between prev (NULL: none) and vma that a mapping could use: bytes. */
static inline u32 vma_gap(const struct vm_area_struct *prev,
			  const struct vm_area_struct *vma)
{
	uaddr_t floor = prev ? prev->vm_end : 0;
	uaddr_t start = vm_start_gap(vma);

	return start > floor ? start - floor : 0;
}

static inline u32 subtree_gap(const struct vm_area_struct *vma)
{
	return vma ? vma->rb_subtree_gap : 0;
}

/* A copy elsewhere, by fork or mremap, has no pager: that was not told of it. */
static inline void vma_drop_pager(struct vm_area_struct *vma)
{
	if (likely(!(vma->vm_flags & VM_UFFD_MISSING)))
		return;
	vma->vm_flags &= ~(u32)VM_UFFD_MISSING;
	vma->vm_private_data = NULL;
}

/* ---- vma.c: the set of VMAs; mmap_lock held for writing ---------- */

void vma_cache_init(void);
/* One without an object, in no set; the range is unset. NULL: no memory. */
struct vm_area_struct *vm_area_alloc(struct mm_struct *mm) __must_check;
/* A copy in no set, with its own references (file, ops->open). */
struct vm_area_struct *vm_area_dup(const struct vm_area_struct *vma,
				   struct mm_struct *mm) __must_check;
/* Give up its references and its memory; it is in no set. */
void vm_area_free(struct vm_area_struct *vma);

/*
 * The protection of a fresh entry never includes write. Private pages must
 * fault to be copied, shared ones to become dirty exactly: an entry is made
 * writable where its write fault is served.
 */
static inline pgprot_t vma_page_prot(u32 vm_flags)
{
	return vm_get_page_prot(vm_flags & ~VM_SHARED);
}

/* Put vma right after prev (NULL: first). The range is free. i_mmap_lock held. */
void __vma_link(struct mm_struct *mm, struct vm_area_struct *vma,
		struct vm_area_struct *prev);
void __vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma);
/*
 * Take vma and those behind it that begin below end out of the set, and chain
 * them at the end of run. Returns the next one. Where most VMAs go, a tree of
 * the others is made anew: that costs less than taking each out of it. Takes
 * i_mmap_lock.
 */
struct vm_area_struct *vma_unlink_run(struct mm_struct *mm,
				      struct vm_area_struct *vma, uaddr_t end,
				      struct vma_list *run);
/* Move its borders; it stays between its neighbours. */
void __vma_resize(struct vm_area_struct *vma, uaddr_t start, uaddr_t end,
		  u32 pgoff);

/* ---- i_mmap.c: who maps a file ----------------------------------- */

/* Keep unmap_mapping_pages out of all that map vma's file, if it has one. */
static inline void i_mmap_lock(const struct vm_area_struct *vma)
{
	if (vma->vm_file)
		down_write(&vma->vm_file->f_mapping->i_mmap_rwsem);
}

static inline void i_mmap_unlock(const struct vm_area_struct *vma)
{
	if (vma->vm_file)
		up_write(&vma->vm_file->f_mapping->i_mmap_rwsem);
}

/* vma, which has a file, enters and leaves its list; i_mmap_lock held. */
void i_mmap_add(struct vm_area_struct *vma);
void i_mmap_remove(struct vm_area_struct *vma);

/* One step each, with the lock. */
static inline void vma_link(struct mm_struct *mm, struct vm_area_struct *vma,
			    struct vm_area_struct *prev)
{
	i_mmap_lock(vma);
	__vma_link(mm, vma, prev);
	i_mmap_unlock(vma);
}

static inline void vma_resize(struct vm_area_struct *vma, uaddr_t start,
			      uaddr_t end, u32 pgoff)
{
	i_mmap_lock(vma);
	__vma_resize(vma, start, end, pgoff);
	i_mmap_unlock(vma);
}

/* ---- vma_merge.c ------------------------------------------------- */

/*
 * vma_link, or let a neighbour of the same kind grow over the range and free
 * vma. Returns the VMA that covers the range now.
 */
struct vm_area_struct *vma_insert(struct mm_struct *mm,
				  struct vm_area_struct *vma,
				  struct vm_area_struct *prev);
/* Merge a linked vma with its neighbours where equal; returns what it is now. */
struct vm_area_struct *vma_merge(struct vm_area_struct *vma);
/* Cut at addr, strictly inside: vma keeps the lower part. 0 or -ENOMEM. */
int __must_check split_vma(struct vm_area_struct *vma, uaddr_t addr);
/*
 * Cut where VMAs cross the borders of [start, end), so that it consists of
 * whole ones; *first, the first that the range touches, is updated. 0 or
 * -ENOMEM: the address space is as before.
 */
int __must_check vma_isolate(struct vm_area_struct **first, uaddr_t start,
			     uaddr_t end);
/* Undo it: merge again what only these borders keep apart. */
void vma_rejoin(struct mm_struct *mm, uaddr_t start, uaddr_t end);

/* ---- munmap.c ---------------------------------------------------- */

/*
 * do_munmap in its two steps, for a call that has more to plan. *first is the
 * first VMA that [start, end) touches, and is updated. 0, or -ENOMEM and the
 * address space is as before; if the call fails for another reason, vma_rejoin
 * undoes the plan. In between, VMAs may be cut elsewhere, but none may come or
 * go in the range. Entries below zap_start have moved away by the commit;
 * keep_tables: do not free second-level tables; the caller has allocated them
 * for the mapping that replaces this one.
 */
int __must_check plan_unmap(struct vm_area_struct **first, uaddr_t start,
			    uaddr_t end);
void commit_unmap(struct vm_area_struct *first, uaddr_t start, uaddr_t end,
		  uaddr_t zap_start, bool keep_tables);
/* Free the tables that lie between the VMAs of [start, end), unused. */
void free_tables_of_holes(struct mm_struct *mm, uaddr_t start, uaddr_t end);

/* ---- ledger.c: what VMAs count for ------------------------------- */

/* Linux's three kinds; a VMA can be none of them (read-only data). */
static inline bool is_exec_mapping(u32 vm_flags)
{
	return (vm_flags & (VM_EXEC | VM_WRITE | VM_STACK)) == VM_EXEC;
}

#define VM_DATA_MASK (VM_WRITE | VM_SHARED | VM_STACK)

static inline bool is_data_mapping(u32 vm_flags)
{
	return (vm_flags & VM_DATA_MASK) == VM_WRITE;
}

/*
 * Limits, which are asked while a call plans.
 *
 * may_add_vmas: up to n VMAs more than now?
 * may_expand_vm: pages more of this kind, as to RLIMIT_AS and RLIMIT_DATA?
 * may_replace_vm: [start, end) of this kind, once what is there has gone?
 * may_lock_vm: pages more of this kind, as to RLIMIT_MEMLOCK?
 */
static inline bool may_add_vmas(const struct mm_struct *mm, u32 n)
{
	return mm->map_count + n <= MAX_MAP_COUNT;
}

bool may_expand_vm(const struct mm_struct *mm, u32 vm_flags, u32 pages);
bool may_replace_vm(struct mm_struct *mm, u32 vm_flags, uaddr_t start,
		    uaddr_t end);

static inline bool may_lock_vm(const struct mm_struct *mm, u32 vm_flags,
			       u32 pages)
{
	return likely(!(vm_flags & VM_LOCKED)) || may_lock(mm, pages);
}

/* Promise pages, or take the promise back. 0 or -ENOMEM. */
int __must_check vm_acct_memory(u32 pages);
void vm_unacct_memory(u32 pages);

/* Does a mapping of these flags promise memory of its own? */
static inline bool accountable_mapping(u32 vm_flags)
{
	return (vm_flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
}

/* Plan: the promise that pages with these flags need. 0 or -ENOMEM. */
static inline int __must_check vma_reserve(u32 vm_flags, u32 pages)
{
	return vm_flags & VM_ACCOUNT ? vm_acct_memory(pages) : 0;
}

/* The plan is given up. */
static inline void vma_unreserve(u32 vm_flags, u32 pages)
{
	if (vm_flags & VM_ACCOUNT)
		vm_unacct_memory(pages);
}

/* Commit: pages with these flags come, promised before; they cannot be refused. */
void vma_charge(struct mm_struct *mm, u32 vm_flags, u32 pages);
/* Pages with these flags are gone, and so is what was promised for them. */
void vma_uncharge(struct mm_struct *mm, u32 vm_flags, u32 pages);
/* Commit: other flags; VM_ACCOUNT among them if it was promised before. */
void vma_set_flags(struct vm_area_struct *vma, u32 vm_flags);

/* ---- unmapped_area.c --------------------------------------------- */

/* Highest, or lowest, free range of `bytes` in [low, high): 0 or -ENOMEM. */
int __must_check vma_find_gap(struct mm_struct *mm, u32 bytes, uaddr_t low,
			      uaddr_t high, bool lowest, uaddr_t *result);

/* ---- pagewalk.c: the one walker ---------------------------------- */

struct mm_walk {
	struct mm_struct *mm;
	struct vm_area_struct *vma; /* for the callbacks; may be NULL */
	void *private;
	/* Entries of [va, end), all in one table; page_table_lock held. */
	void (*pte_range)(struct mm_walk *walk, pte_t *ptep, uaddr_t va,
			  uaddr_t end);
};
void walk_page_range(struct mm_walk *walk, uaddr_t start, uaddr_t end);

/* The page of a present entry that owns a reference, NULL for a special one. */
static inline struct page *vm_normal_page(pte_t pte)
{
	return pte_special(pte) ? NULL : pfn_to_page(pte_pfn(pte));
}

/* Which of mm->rss counts it. */
static inline u32 mm_counter(const struct page *page)
{
	if (page->flags & PG_ANON)
		return MM_ANONPAGES;
	return page->flags & PG_CACHE ? MM_FILEPAGES : MM_SHMEMPAGES;
}

/*
 * An entry of page is gone; its reference is given up after the flush. It is
 * the reference that keeps the page: _mapcount orders nothing.
 */
static inline void page_remove_rmap(struct page *page)
{
	s32 left = atomic_dec_return_relaxed(&page->_mapcount);

	BUG_ON(left < 0);
	if (left != 0)
		return;
	/* A file page's flags are its file's to change: only clear our own. */
	if (page->flags & PG_ANON) {
		page->flags &= ~PG_ANON; /* nobody's memory any more */
		add_page_use(USE_MAPPED_ANON, -1);
	} else {
		add_page_use((enum page_use)mm_counter(page), -1);
	}
}

/* ---- mmu_gather.c: clear, flush, free ---------------------------- */

#define MMU_GATHER_PAGES 64u

struct mmu_gather {
	struct mm_struct *mm;
	bool fullmm;        /* the whole mm goes: one flush fits all */
	uaddr_t start, end; /* cleared and not yet flushed */
	u32 nr;
	struct page *pages[MMU_GATHER_PAGES]; /* a reference each */
};
void tlb_gather_mmu(struct mmu_gather *tlb, struct mm_struct *mm, bool fullmm);
void tlb_finish_mmu(struct mmu_gather *tlb);
/* Take [start, end) of one VMA out of the tables. */
void unmap_page_range(struct mmu_gather *tlb, uaddr_t start, uaddr_t end);

/* ---- shmem.c: shared anonymous memory ---------------------------- */

/* Boot: makes the cache of shmem objects; after kmem_cache_init(). */
void shmem_init(void);

#endif
