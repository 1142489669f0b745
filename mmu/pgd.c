/*
 * First-level tables: their lives, and a few kept for the next one.
 *
 * Owns pgd pages: 16 KiB from the buddy, marked PG_TABLE. To make one means
 * to clear, copy and clean all of it. One that an address space gave up needs
 * none of that: its user half is empty again and was cleaned entry by entry,
 * its kernel half is as of a vmalloc_seq, kept in page->private meanwhile, and
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

static void mark_tables(struct page *page, bool on)
{
	add_page_use(USE_TABLE, on ? (s32)PGD_PAGES : -(s32)PGD_PAGES);
	for (unsigned int i = 0; i < PGD_PAGES; i++) {
		BUG_ON(!(page[i].flags & PG_TABLE) == !on);
		page[i].flags ^= PG_TABLE;
	}
}

static struct page *make_pgd(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, PGD_ORDER);
	u8 *pgd;

	if (!page)
		return NULL;
	mark_tables(page, true);
	pgd = page_address(page);
	BUG_ON(!IS_ALIGNED(virt_to_phys(pgd), PAGE_SIZE << PGD_ORDER));
	for (unsigned int i = 0; i < USER_PGD_PAGES; i++)
		clear_page(pgd + i * PAGE_SIZE);
	/* First the number: an entry made during the copy is copied again. */
	page->private = READ_ONCE(init_mm.context.vmalloc_seq);
	smp_mb(); /* ... the number before the entries it stands for */
	copy_page(pgd + USER_PGD_PAGES * PAGE_SIZE,
		  (u8 *)init_mm.pgd + USER_PGD_PAGES * PAGE_SIZE);
	table_clean(pgd, PAGE_SIZE << PGD_ORDER);
	return page;
}

static void destroy_pgd(struct page *page)
{
	mark_tables(page, false);
	__free_pages(page, PGD_ORDER);
}

/* ---- kept for reuse ---------------------------------------------- */

/* NULL: there is none. */
static struct page *take_cached_pgd(void)
{
	u32 flags = local_irq_save();
	struct pgd_cache *cache = &this_cpu(pgd_cache);
	struct page *page = cache->count ? cache->pgds[--cache->count] : NULL;

	local_irq_restore(flags);
	return page;
}

/* False: there are enough. */
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

static bool user_half_empty(const pgd_t *pgd)
{
	for (unsigned int i = 0; i < pgd_index(TASK_SIZE); i++)
		if (pgd[i].val)
			return false;
	return true;
}

static bool user_tables_empty(const struct mm_struct *mm)
{
	for (unsigned int i = 0; i < pgd_index(TASK_SIZE); i++)
		if (pgd_is_table(mm->pgd[i]) &&
		    !l2_table_empty(pgd_table(mm->pgd[i])))
			return false;
	return true;
}

int pgd_alloc(struct mm_struct *mm)
{
	struct page *page = take_cached_pgd();

	if (!page)
		page = make_pgd();
	if (!page)
		return -ENOMEM;
	mm->context.vmalloc_seq = (u32)page->private;
	mm->pgd = page_address(page);
	if (IS_ENABLED(CONFIG_DEBUG))
		BUG_ON(!user_half_empty(mm->pgd));
	return 0;
}

void pgd_free(struct mm_struct *mm)
{
	struct page *page = virt_to_page(mm->pgd);

	BUG_ON(mm == &init_mm || current_pgd() == mm->pgd);
	/* Left over: an operation made them and then failed, without a VMA. */
	if (unlikely(mm->nr_ptes)) {
		BUG_ON(!user_tables_empty(mm));
		free_pgtables(mm, 0, 0);
		BUG_ON(mm->nr_ptes);
	}
	page->private = mm->context.vmalloc_seq;
	mm->pgd = NULL;
	if (!cache_pgd(page))
		destroy_pgd(page);
}
