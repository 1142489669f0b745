/*
 * mm_count.c - the life of an address space's tables. Owns the cache of
 * mm_structs: an mm_struct is made here with a pgd and a context,
 * and freed here with its pgd when mm_count falls to zero.
 *
 * A core that may have the tables loaded needs an mm_count: all tasks that use
 * the mappings hold one together, and each kernel thread that borrows the
 * tables holds one of its own. The scheduler returns what a thread borrowed, and
 * it lies below mm/; so this half of an address space's life must not call mm/.
 * The other half, mm_users and the mappings, belongs to mm/mm_life.c.
 */
#include <alloc/alloc.h>
#include <bug.h>
#include <mmu/mmu.h>
#include <thread_info.h>

static struct kmem_cache *mm_cachep;

/*
 * SLAB_PANIC: without mm_structs there is no first process. Aligned to cache
 * lines, because mm_users, mm_count and the locks are written by every task of
 * the mm.
 */
void mm_count_init(void)
{
	mm_cachep = kmem_cache_create("mm_struct", sizeof(struct mm_struct), 0,
				      SLAB_HWCACHE_ALIGN | SLAB_PANIC, NULL);
}

/* The mm is not reachable by anybody yet, so no lock is held. */
struct mm_struct *mm_struct_alloc(void)
{
	struct mm_struct *mm = kmem_cache_alloc(mm_cachep, GFP_KERNEL);

	if (!mm)
		return NULL;
	/* auxv is left: execve writes it whole, fork copies the parent's. */
	__builtin_memset(mm, 0, offsetof(struct mm_struct, auxv));
	atomic_set(&mm->mm_count, 1);
	spin_lock_init(&mm->page_table_lock);
	if (pgd_alloc(mm)) {
		kmem_cache_free(mm_cachep, mm);
		return NULL;
	}
	init_new_context(mm);
	return mm;
}

/*
 * Called by finish_task_switch with interrupts off, hence never sleeps: the pgd
 * goes to a per-CPU cache or to the buddy.
 */
void mmdrop(struct mm_struct *mm)
{
	BUG_ON(atomic_read(&mm->mm_count) <= 0);
	if (!atomic_dec_and_test(&mm->mm_count))
		return;
	/*
	 * mm_users holds one mm_count until it is zero; a user left here means
	 * that a reference was dropped twice.
	 */
	BUG_ON(mm == &init_mm || atomic_read(&mm->mm_users));
	/*
	 * The walker of this core still reads these tables if the running task
	 * uses them.
	 */
	BUG_ON(current_thread_info()->active_mm == mm &&
	       current_thread_info()->mm == mm);
	pgd_free(mm);
	kmem_cache_free(mm_cachep, mm);
}
