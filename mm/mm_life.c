/*
 * Lives of address spaces. Owns mm_users: when it falls to zero the VMAs are
 * freed, and the one mm_count that all users together hold is dropped; mm_count
 * keeps the tables (mmu/mm_count.c).
 */
#include <lib/printk.h>
#include <mm/internal.h>

static atomic_t mms = ATOMIC_INIT(0);     /* with users; without init_mm */
static atomic_t serials = ATOMIC_INIT(0); /* how many mms there have been */
atomic_t past_min_flt, past_maj_flt;

struct page *empty_zero_page;
u32 zero_pfn;

/*
 * Sets up mm/ at boot, before anything is mapped. init_mm never passes
 * mm_alloc, so its lock is initialised here.
 */
void mm_init(void)
{
	/*
	 * A second zero page would make entries of the first count as program
	 * memory.
	 */
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

/*
 * Returns how many address spaces have users. Tests compare it before and after
 * to find a leak.
 */
u32 nr_mms(void)
{
	return (u32)atomic_read(&mms);
}

/*
 * Top-down, the mmap area ends below the room that the stack may grow into and
 * its guard gap; Linux leaves at least 128 MiB and at most 5/6 of the address
 * space. Without a limit on the stack a sixth would be left for mmap: then the
 * area begins there, and grows towards the stack.
 */
void mm_set_layout(struct mm_struct *mm, bool bottom_up, uaddr_t stack_top,
		   u32 shift)
{
	const u32 room_min = 128u << 20, room_max = TASK_SIZE / 6 * 5;
	u32 room = min(rlimit(RLIMIT_STACK), room_max);

	mm->bottom_up = bottom_up;
	/*
	 * The limit may be 4 GiB - 1. It was cut above, or adding the gap would
	 * wrap.
	 */
	room = min(max(room + STACK_GUARD_GAP, room_min), room_max);
	mm->mmap_base = bottom_up ?
		TASK_UNMAPPED_BASE + shift :
		ALIGN_DOWN(stack_top - room - shift, PAGE_SIZE);
}

/*
 * Makes an empty address space. mm_struct_alloc has set what mmu/ owns; only
 * the members of mm/ are set here.
 */
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
	mm->serial = (u32)atomic_add_return(1, &serials);
	return mm;
}

/*
 * Takes a use unless there is none left. It is a loop and no increment, because
 * going from 0 to 1 would revive an mm whose VMAs are being freed.
 */
bool mmget_not_zero(struct mm_struct *mm)
{
	u32 *users = (u32 *)&mm->mm_users.counter;
	u32 seen = READ_ONCE(*users);

	while (seen) {
		u32 found = cmpxchg(users, seen, seen + 1);

		if (found == seen)
			return true;
		/*
		 * Another task changed the count between read and exchange: try
		 * with its value.
		 */
		seen = found;
	}
	return false;
}

/*
 * Once all VMAs are gone every counter must be zero, or a page or a promise has
 * leaked: found here, where the guilty mm is still known.
 */
static void check_mm(const struct mm_struct *mm)
{
	unsigned int i;

	BUG_ON(!TAILQ_EMPTY(&mm->mmap) || mm->map_count || mm->total_vm);
	BUG_ON(mm->locked_vm);
	/*
	 * Each counter is checked by itself, as two errors may cancel in the
	 * sum.
	 */
	for (i = 0; i < NR_MM_COUNTERS; i++)
		BUG_ON(mm->rss[i]);
}

/*
 * Drops a use. The last one frees the pages, then the VMAs, and leaves the pgd
 * to mmdrop, since a kernel thread may still run on it.
 */
void mmput(struct mm_struct *mm)
{
	s32 left;

	BUG_ON(mm == &init_mm);
	BUG_ON(atomic_read(&mm->mm_users) <= 0);
	if (!atomic_dec_and_test(&mm->mm_users))
		return;
	/* Nobody can find mm any more, so no lock is taken. */
	exit_mmap(mm);
	check_mm(mm);
	atomic_add(atomic_read(&mm->min_flt), &past_min_flt);
	atomic_add(atomic_read(&mm->maj_flt), &past_maj_flt);
	left = atomic_dec_return_relaxed(&mms);
	BUG_ON(left < 0);
	/* The VMAs are gone, which were the last to need the program's text. */
	if (mm->exe_file)
		fput(mm->exe_file);
	mm->exe_file = NULL;
	mmdrop(mm);
}
