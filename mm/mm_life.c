/*
 * Lives of address spaces. Owns mmlist and mm_users: when it falls to zero the
 * mappings go, and with them what all users together held of mm_count, which
 * keeps the tables (mmu/mm_count.c).
 */
#include <lib/printk.h>
#include <mm/internal.h>

static spinlock_t mmlist_lock = SPINLOCK_INIT;
/* Every mm, init_mm first; mmlist_lock. */
static TAILQ_HEAD(, mm_struct) mmlist = TAILQ_HEAD_INITIALIZER(mmlist);
static u32 mmlist_len;

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
	TAILQ_INSERT_HEAD(&mmlist, &init_mm, mmlist);
	mm_count_init();
	vma_cache_init();
	shmem_init();
}

static void mmlist_add(struct mm_struct *mm)
{
	spin_lock(&mmlist_lock);
	TAILQ_INSERT_TAIL(&mmlist, mm, mmlist);
	mmlist_len++;
	spin_unlock(&mmlist_lock);
}

static void mmlist_del(struct mm_struct *mm)
{
	spin_lock(&mmlist_lock);
	BUG_ON(!mmlist_len);
	TAILQ_REMOVE(&mmlist, mm, mmlist);
	mmlist_len--;
	spin_unlock(&mmlist_lock);
}

u32 nr_mms(void)
{
	return READ_ONCE(mmlist_len);
}

/*
 * Top of the mmap area: below the room the stack may grow into and its guard
 * gap; Linux leaves at least 128 MiB and at most 5/6 of the address space.
 */
static uaddr_t mmap_base(void)
{
	const u32 room_min = 128u << 20, room_max = TASK_SIZE / 6 * 5;
	u32 room = min(rlimit(RLIMIT_STACK), room_max);

	room = min(max(room + STACK_GUARD_GAP, room_min), room_max);
	return ALIGN_DOWN(STACK_TOP - room, PAGE_SIZE);
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
	mm->mmap_base = mmap_base();
	mmlist_add(mm);
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
	BUG_ON(mm == &init_mm);
	BUG_ON(atomic_read(&mm->mm_users) <= 0);
	if (!atomic_dec_and_test(&mm->mm_users))
		return;
	exit_mmap(mm);
	check_mm(mm);
	mmlist_del(mm);
	if (mm->exe_file)
		fput(mm->exe_file);
	mm->exe_file = NULL;
	mmdrop(mm);
}
