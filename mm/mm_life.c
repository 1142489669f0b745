/*
 * Lives of address spaces. Owns mm_users: when it falls to zero the mappings go,
 * and with them what all users together held of mm_count, which keeps the
 * tables (mmu/mm_count.c).
 */
#include <lib/printk.h>
#include <mm/internal.h>

static atomic_t mms = ATOMIC_INIT(0); /* with users; without init_mm */

struct page *empty_zero_page;
u32 zero_pfn;

void mm_init(void)
{
	BUG_ON(empty_zero_page);
	empty_zero_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!empty_zero_page)
		panic("no memory for the zero page");
	zero_pfn = page_to_pfn(empty_zero_page);
	init_rwsem(&init_mm.mmap_lock);
	mm_count_init();
	vma_cache_init();
	shmem_init();
}

u32 nr_mms(void)
{
	return (u32)atomic_read(&mms);
}

/*
 * Top-down, the mmap area ends below the room that the stack may grow into and
 * its guard gap; Linux leaves at least 128 MiB and at most 5/6 of the address
 * space. A stack without a limit would leave a sixth: then the area begins
 * there, and grows towards the stack.
 */
void mm_set_layout(struct mm_struct *mm, bool bottom_up, uaddr_t stack_top,
		   u32 shift)
{
	const u32 room_min = 128u << 20, room_max = TASK_SIZE / 6 * 5;
	u32 room = min(rlimit(RLIMIT_STACK), room_max);

	mm->bottom_up = bottom_up;
	room = min(max(room + STACK_GUARD_GAP, room_min), room_max);
	mm->mmap_base = bottom_up ?
		TASK_UNMAPPED_BASE + shift :
		ALIGN_DOWN(stack_top - room - shift, PAGE_SIZE);
}

struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = mm_struct_alloc();

	if (!mm)
		return NULL;
	atomic_set(&mm->mm_users, 1);
	init_rwsem(&mm->mmap_lock);
	TAILQ_INIT(&mm->mmap);
	RB_INIT(&mm->mm_rb);
	mm_set_layout(mm, false, STACK_TOP, 0);
	atomic_inc(&mms);
	return mm;
}

bool mmget_not_zero(struct mm_struct *mm)
{
	u32 *users = (u32 *)&mm->mm_users.counter;
	u32 seen = READ_ONCE(*users);

	while (seen) {
		u32 found = cmpxchg(users, seen, seen + 1);

		if (found == seen)
			return true;
		seen = found;
	}
	return false;
}

/* Nothing may count any more once all mappings are gone. */
static void check_mm(const struct mm_struct *mm)
{
	unsigned int i;

	BUG_ON(!TAILQ_EMPTY(&mm->mmap) || mm->map_count || mm->total_vm);
	BUG_ON(mm->locked_vm);
	for (i = 0; i < NR_MM_COUNTERS; i++)
		BUG_ON(mm->rss[i]);
}

void mmput(struct mm_struct *mm)
{
	s32 left;

	BUG_ON(mm == &init_mm);
	BUG_ON(atomic_read(&mm->mm_users) <= 0);
	if (!atomic_dec_and_test(&mm->mm_users))
		return;
	exit_mmap(mm);
	check_mm(mm);
	left = atomic_dec_return_relaxed(&mms);
	BUG_ON(left < 0);
	if (mm->exe_file)
		fput(mm->exe_file);
	mm->exe_file = NULL;
	mmdrop(mm);
}
