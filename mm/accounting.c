/*
 * Limits and promises. Owns the count of pages promised to private writable
 * mappings (Committed_AS), and knows which VMA counts where.
 */
#include <mm/internal.h>

static atomic_t committed_as = ATOMIC_INIT(0); /* pages */

bool may_expand_vm(const struct mm_struct *mm, u32 vm_flags, u32 pages)
{
	if (mm->total_vm + pages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	return !is_data_mapping(vm_flags) ||
		mm->data_vm + pages <= rlimit(RLIMIT_DATA) >> PAGE_SHIFT;
}

int mlock_future_check(const struct mm_struct *mm, u32 vm_flags, u32 bytes)
{
	u32 limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;

	if (vm_flags & VM_LOCKED &&
	    mm->locked_vm + (bytes >> PAGE_SHIFT) > limit)
		return -EAGAIN;
	return 0;
}

/* Linux's heuristic: refuse only what could never be held, all at once. */
int vm_acct_memory(u32 pages)
{
	if (pages > totalram_pages())
		return -ENOMEM;
	atomic_add((s32)pages, &committed_as);
	return 0;
}

void vm_unacct_memory(u32 pages)
{
	BUG_ON((u32)atomic_read(&committed_as) < pages);
	atomic_add(-(s32)pages, &committed_as);
}

u32 vm_committed_pages(void)
{
	return (u32)atomic_read(&committed_as);
}
