/*
 * First-level tables: their allocation, and a few kept for reuse.
 *
 * Owns pgd pages: 16 KiB from the buddy, marked PG_TABLE. A new one is cleared,
 * copied to and cleaned, all 16 KiB. One from a dead address space needs none
 * of that: its user half is empty again and was cleaned entry by entry, its
 * kernel half is as of a vmalloc_seq, kept in page->private meanwhile, and
 * check_vmalloc_seq adds what it lacks at the first switch, as for any pgd.
 */
#include <alloc/alloc.h>
#include <asm/irqflags.h>
#include <bug.h>
#include <mmu/mmu.h>
#include <mmu/tables.h>
#include <percpu.h>

#define PGD_ORDER      2 /* 16 KiB */
#define PGD_PAGES      (1u << PGD_ORDER)
#define USER_PGD_PAGES (PGD_PAGES * 3 / 4)
#define NR_CACHED_PGDS 4u

static_assert(TASK_SIZE == 0xc0000000 && PAGE_OFFSET == TASK_SIZE,
	      "the kernel half is the last quarter of a pgd");
static_assert(sizeof(pgd_t) * PTRS_PER_PGD == PAGE_SIZE << PGD_ORDER,
	      "a pgd is one block");

struct pgd_cache {
	u32 count; /* irqs off */
	struct page *pgds[NR_CACHED_PGDS];
};
static DEFINE_PER_CPU(struct pgd_cache, pgd_cache);

/*
 * Sets or clears PG_TABLE on the pages of a pgd and counts them for /proc. The
 * flag lets the audit tell a table from any other frame.
 */
static void mark_tables(struct page *page, bool on)
{
	add_page_use(USE_TABLE, on ? (s32)PGD_PAGES : -(s32)PGD_PAGES);
	for (unsigned int i = 0; i < PGD_PAGES; i++) {
		/*
		 * A page marked twice, or freed unmarked, had another owner in
		 * between.
		 */
		BUG_ON(!(page[i].flags & PG_TABLE) == !on);
		page[i].flags ^= PG_TABLE;
	}
}

/*
 * Returns the first page of a new pgd, its kernel quarter copied from init_mm,
 * or NULL if memory is out. May sleep.
 */
static struct page *make_pgd(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, PGD_ORDER);
	u8 *pgd;

	if (!page)
		return NULL;
	mark_tables(page, true);
	pgd = page_address(page);
	/* TTBR0 holds bits 31:14 only. */
	BUG_ON(!IS_ALIGNED(virt_to_phys(pgd), PAGE_SIZE << PGD_ORDER));
	for (unsigned int i = 0; i < USER_PGD_PAGES; i++)
		clear_page(pgd + i * PAGE_SIZE);
	/*
	 * Read the number first: an entry made during the copy is newer than
	 * it, and will be copied again at the first switch.
	 */
	page->private = READ_ONCE(init_mm.context.vmalloc_seq);
	smp_mb(); /* ... the number before the entries it stands for */
	copy_page(pgd + USER_PGD_PAGES * PAGE_SIZE,
		  (u8 *)init_mm.pgd + USER_PGD_PAGES * PAGE_SIZE);
	table_clean(pgd, PAGE_SIZE << PGD_ORDER);
	return page;
}

/*
 * No flush: the user half was flushed as it was emptied, and no core has this
 * table loaded.
 */
static void destroy_pgd(struct page *page)
{
	mark_tables(page, false);
	__free_pages(page, PGD_ORDER);
}

/* ---- kept for reuse ---------------------------------------------- */

/*
 * Returns a pgd that was kept, or NULL. Interrupts are off because mmdrop,
 * which fills the cache, runs at a switch.
 */
static struct page *take_cached_pgd(void)
{
	u32 flags = local_irq_save();
	struct pgd_cache *cache = &this_cpu(pgd_cache);
	struct page *page = cache->count ? cache->pgds[--cache->count] : NULL;

	local_irq_restore(flags);
	return page;
}

/*
 * Returns false if enough are kept; the caller then frees the page. Never
 * sleeps, as mmdrop requires.
 */
static bool cache_pgd(struct page *page)
{
	u32 flags = local_irq_save();
	struct pgd_cache *cache = &this_cpu(pgd_cache);
	bool room = cache->count < NR_CACHED_PGDS;

	if (room)
		cache->pgds[cache->count++] = page;
	local_irq_restore(flags);
	return room;
}

/*
 * Empties the cache whatever nr is: at most four tables of four pages, not
 * worth a choice when memory is out.
 */
u32 pgd_cache_shrink(u32 nr __unused_arg)
{
	struct page *page;
	u32 freed = 0;

	while ((page = take_cached_pgd()) != NULL) {
		destroy_pgd(page);
		freed += PGD_PAGES;
	}
	return freed;
}

/* After kmem_cache_init; until then kernel tables come from memblock. */
void pgtable_cache_init(void)
{
	static struct shrinker pgd_shrinker = {
		.name = "pgd",
		.shrink = pgd_cache_shrink,
	};

	l2_cache_init();
	register_shrinker(&pgd_shrinker);
}

/* ---- lives ------------------------------------------------------- */

/* For debug builds: looks at 3072 entries, too many for each fork. */
static bool user_half_empty(const pgd_t *pgd)
{
	for (unsigned int i = 0; i < pgd_index(TASK_SIZE); i++)
		if (pgd[i].val)
			return false;
	return true;
}

/* True if no user entry is present in any table. */
static bool user_tables_empty(const struct mm_struct *mm)
{
	for (unsigned int i = 0; i < pgd_index(TASK_SIZE); i++)
		if (pgd_is_table(mm->pgd[i]) &&
		    !l2_table_empty(pgd_table(mm->pgd[i])))
			return false;
	return true;
}

/*
 * A reused pgd may lack kernel entries; context.vmalloc_seq records which, and
 * check_vmalloc_seq adds them before the first use.
 */
int pgd_alloc(struct mm_struct *mm)
{
	struct page *page = take_cached_pgd();

	if (!page)
		page = make_pgd();
	if (!page)
		return -ENOMEM;
	mm->context.vmalloc_seq = (u32)page->private;
	mm->pgd = page_address(page);
	/* A leftover table would show a new program the memory of another. */
	if (IS_ENABLED(CONFIG_DEBUG))
		BUG_ON(!user_half_empty(mm->pgd));
	return 0;
}

void pgd_free(struct mm_struct *mm)
{
	struct page *page = virt_to_page(mm->pgd);

	/* Walks of this core would go on through the freed table. */
	BUG_ON(mm == &init_mm || current_pgd() == mm->pgd);
	/*
	 * Empty tables may be left over where an operation made them and then
	 * failed, because free_pgtables runs only for a VMA that goes.
	 */
	if (unlikely(mm->nr_ptes)) {
		BUG_ON(!user_tables_empty(mm));
		free_pgtables(mm, 0, 0);
		BUG_ON(mm->nr_ptes);
	}
	/* The table keeps its kernel quarter, which is current up to here. */
	page->private = mm->context.vmalloc_seq;
	mm->pgd = NULL;
	if (!cache_pgd(page))
		destroy_pgd(page);
}
