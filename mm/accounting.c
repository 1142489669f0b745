/*
 * Limits and promises. Owns the count of pages promised to private writable
 * mappings (Committed_AS), and knows which VMA counts where.
 */
#include <mm/internal.h>

static atomic_t committed_as = ATOMIC_INIT(0);	/* pages */

/* Linux's three kinds; a VMA can be none of them (read-only data). */
static bool is_exec_mapping(u32 vm_flags)
{
	return (vm_flags & (VM_EXEC | VM_WRITE | VM_STACK)) == VM_EXEC;
}

static bool is_data_mapping(u32 vm_flags)
{
	return (vm_flags & (VM_WRITE | VM_SHARED | VM_STACK)) == VM_WRITE;
}

bool may_expand_vm(const struct mm_struct *mm, u32 vm_flags, u32 pages)
{
	if (mm->total_vm + pages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	return !is_data_mapping(vm_flags) ||
	       mm->data_vm + pages <= rlimit(RLIMIT_DATA) >> PAGE_SHIFT;
}

void vm_stat_account(struct mm_struct *mm, u32 vm_flags, s32 pages)
{
	if (pages < 0)
		mm->hiwater_vm = max(mm->hiwater_vm, mm->total_vm);
	mm->total_vm += (u32)pages;
	if (is_exec_mapping(vm_flags))
		mm->exec_vm += (u32)pages;
	else if (vm_flags & VM_STACK)
		mm->stack_vm += (u32)pages;
	else if (is_data_mapping(vm_flags))
		mm->data_vm += (u32)pages;
	BUG_ON(mm->total_vm > TASK_SIZE >> PAGE_SHIFT);
}

int mlock_future_check(const struct mm_struct *mm, u32 vm_flags, u32 bytes)
{
	u32 limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;

	if (vm_flags & VM_LOCKED &&
	    mm->locked_vm + (bytes >> PAGE_SHIFT) > limit)
		return -EAGAIN;
	return 0;
}

bool accountable_mapping(u32 vm_flags)
{
	return (vm_flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
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
