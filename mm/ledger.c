/*
 * The ledger of VMAs: pages per kind, locked pages, promised memory, and the
 * limits on them. Owns total_vm and its parts, locked_vm, hiwater_vm and the
 * promise of memory (Committed_AS); no other file changes them.
 *
 * A call that makes, changes or grows a VMA checks the limits and reserves the
 * promise while it plans, which may fail. The commit, which cannot fail,
 * charges the pages. A call that removes pages uncharges them, promise
 * included.
 */
#include <mm/internal.h>

static atomic_t committed_as = ATOMIC_INIT(0); /* pages */

/* ---- limits ------------------------------------------------------ */

/*
 * Returns a limit in pages. RLIM_INFINITY becomes more pages than an address
 * space has, so it needs no case of its own.
 */
static u32 rlimit_pages(u32 resource)
{
	return rlimit(resource) >> PAGE_SHIFT;
}

/*
 * Whether a mapping of this kind may bring the counters to these values
 * (pages).
 */
static bool within_limits(u32 vm_flags, u32 total_vm, u32 data_vm)
{
	return total_vm <= rlimit_pages(RLIMIT_AS) &&
		(!is_data_mapping(vm_flags) ||
		 data_vm <= rlimit_pages(RLIMIT_DATA));
}

/*
 * Whether `pages` more fit the limits. The sums cannot wrap: both terms are
 * pages of a 32-bit address space.
 */
bool may_expand_vm(const struct mm_struct *mm, u32 vm_flags, u32 pages)
{
	return within_limits(vm_flags, mm->total_vm + pages,
			     mm->data_vm + pages);
}

/*
 * Whether a mapping may replace [start, end): pages that will be unmapped no
 * longer count, neither in total nor as data.
 */
bool may_replace_vm(struct mm_struct *mm, u32 vm_flags, uaddr_t start,
		    uaddr_t end)
{
	u32 pages = (end - start) >> PAGE_SHIFT;
	u32 old = count_vma_pages(mm, start, end, 0, 0);
	/* Of the pages that are replaced RLIMIT_DATA counts only these. */
	u32 old_data = count_vma_pages(mm, start, end, VM_DATA_MASK, VM_WRITE);

	return within_limits(vm_flags, mm->total_vm - old + pages,
			     mm->data_vm - old_data + pages);
}

/*
 * Whether `pages` more may be locked. The limit is compared first: a task
 * within it needs no capability.
 */
bool may_lock(const struct mm_struct *mm, u32 pages)
{
	return mm->locked_vm + pages <= rlimit_pages(RLIMIT_MEMLOCK) ||
		capable(CAP_IPC_LOCK);
}

/*
 * Counts pages of VMAs of one kind. The first and the last VMA may reach beyond
 * the range, of which only the part inside counts.
 */
u32 count_vma_pages(struct mm_struct *mm, uaddr_t start, uaddr_t end, u32 mask,
		    u32 flags)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, start, end);
	u32 bytes = 0;

	for (; vma && vma->vm_start < end; vma = vma_next(vma)) {
		if ((vma->vm_flags & mask) == flags)
			bytes += min(end, vma->vm_end) -
				max(start, vma->vm_start);
		/*
		 * The range may contain 65,530 VMAs. The caller holds no
		 * spinlock, so this may sleep.
		 */
		cond_resched();
	}
	return bytes >> PAGE_SHIFT;
}

/* ---- the promise ------------------------------------------------- */

u32 overcommit_memory = OVERCOMMIT_GUESS;
u32 overcommit_ratio = 50, max_map_count = 65530;

u32 vm_commit_limit(void)
{
	u64 limit = (u64)totalram_pages() * READ_ONCE(overcommit_ratio) / 100;

	/* /proc/meminfo shows it in KiB. */
	return (u32)min(limit, (u64)UINT32_MAX >> (PAGE_SHIFT - 10));
}

/* May so many be promised beside the others? */
static bool may_commit(u32 pages)
{
	u32 limit;

	if (READ_ONCE(overcommit_memory) == OVERCOMMIT_ALWAYS)
		return true;
	/*
	 * Linux's default heuristic: refuses only a single request that the
	 * machine could never hold. Programs promise far more than they touch.
	 */
	if (READ_ONCE(overcommit_memory) == OVERCOMMIT_GUESS)
		return pages <= totalram_pages();
	limit = vm_commit_limit();
	/* Room for root, to end a program of those who have taken all. */
	if (!capable(CAP_SYS_ADMIN))
		limit -= min(limit, OVERCOMMIT_ROOT_PAGES);
	return pages < limit && vm_committed_pages() < limit - pages;
}

int vm_acct_memory(u32 pages)
{
	if (!may_commit(pages))
		return -ENOMEM;
	atomic_add((s32)pages, &committed_as);
	return 0;
}

/*
 * Takes back a promise. Taking back more than was promised would show as 4
 * billion pages in Committed_AS.
 */
void vm_unacct_memory(u32 pages)
{
	BUG_ON((u32)atomic_read(&committed_as) < pages);
	atomic_add(-(s32)pages, &committed_as);
}

/* Returns the sum of all promises, which other tasks may change at any time. */
u32 vm_committed_pages(void)
{
	return (u32)atomic_read(&committed_as);
}

/* ---- charges ----------------------------------------------------- */

/*
 * Adds pages to the part of total_vm that VMAs of these flags count in, if any.
 * To subtract, pass -pages: the counters are unsigned and wrap back.
 */
static inline void add_to_part(struct mm_struct *mm, u32 vm_flags, u32 pages)
{
	if (is_exec_mapping(vm_flags))
		mm->exec_vm += pages;
	else if (vm_flags & VM_STACK)
		mm->stack_vm += pages;
	else if (is_data_mapping(vm_flags))
		mm->data_vm += pages;
}

/*
 * Counts the pages of a new range. This cannot fail: the plan has checked the
 * limits and promised the memory.
 */
void vma_charge(struct mm_struct *mm, u32 vm_flags, u32 pages)
{
	mm->total_vm += pages;
	add_to_part(mm, vm_flags, pages);
	if (vm_flags & VM_LOCKED)
		mm->locked_vm += pages;
	/* More pages than addresses mean that a VMA was charged twice. */
	BUG_ON(mm->total_vm > TASK_SIZE >> PAGE_SHIFT);
}

/* Undoes vma_charge and vma_reserve together. */
void vma_uncharge(struct mm_struct *mm, u32 vm_flags, u32 pages)
{
	/* A VMA that is uncharged twice would make the counter wrap. */
	BUG_ON(mm->total_vm < pages);
	/*
	 * VmPeak is only brought up to date here, before the value falls:
	 * growing, the more common case, need not do it.
	 */
	mm->hiwater_vm = max(mm->hiwater_vm, mm->total_vm);
	mm->total_vm -= pages;
	add_to_part(mm, vm_flags, -pages);
	if (vm_flags & VM_LOCKED) {
		BUG_ON(mm->locked_vm < pages);
		mm->locked_vm -= pages;
	}
	vma_unreserve(vm_flags, pages);
}

/*
 * Changes vma's flags. Its pages move from the counters of the old flags to
 * those of the new.
 */
void vma_set_flags(struct vm_area_struct *vma, u32 vm_flags)
{
	struct mm_struct *mm = vma->vm_mm;
	u32 pages = vma_pages(vma), changed = vma->vm_flags ^ vm_flags;

	/*
	 * mprotect to read-only keeps the promise, as the private copies stay;
	 * dropping the flag would leave Committed_AS too high for ever.
	 */
	BUG_ON(vma->vm_flags & changed & VM_ACCOUNT);
	add_to_part(mm, vma->vm_flags, -pages);
	add_to_part(mm, vm_flags, pages);
	/*
	 * VM_LOCKONFAULT alone does not count: RLIMIT_MEMLOCK goes by
	 * VM_LOCKED, set with it.
	 */
	if (changed & VM_LOCKED)
		mm->locked_vm += vm_flags & VM_LOCKED ? pages : -pages;
	vma->vm_flags = vm_flags;
}
