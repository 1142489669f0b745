/*
 * /proc/audit: reading it runs every verifier and shows one line for each. The
 * log has the details of an error.
 */
#include <inspect/internal.h>
#include <lib/printk.h>

/* Shows one verifier's result. */
static void put_verdict(struct seq_file *m, const char *name, int err)
{
	seq_printf(m, "%s %s\n", name, err ? "FAILED" : "ok");
}

/*
 * Verifies the tables and VMAs of every process. An mm is verified once per
 * process that uses it.
 */
static void verify_processes(int *tables, int *regions)
{
	struct mm_struct *mm;
	s32 pid;

	/* init_mm has the kernel's tables, which belong to no process. */
	*tables = pgtable_verify(&init_mm);
	*regions = 0;
	for (pid = next_process(1); pid; pid = next_process(pid + 1)) {
		mm = get_task_mm_by_pid(pid);
		/* A kernel thread, or a process that has ended since. */
		if (!mm)
			continue;
		/*
		 * So that no VMA changes during the check; faults of other
		 * threads may still add entries.
		 */
		down_read(&mm->mmap_lock);
		if (pgtable_verify(mm)) {
			pr_err("pgtable: this error is in the tables of pid %d\n",
			       (int)pid);
			*tables = -EUCLEAN;
		}
		if (vma_verify(mm))
			*regions = -EUCLEAN;
		up_read(&mm->mmap_lock);
		mmput(mm);
	}
}

/*
 * Compares the counters of page uses, which follow each allocation, with the
 * flags of all pages: 0 or -EUCLEAN.
 */
static int page_uses_verify(void)
{
	static const char *const names[] = { "mapped of files", "anonymous",
					     "mapped shared",   "of the cache",
					     "of slabs",        "of tables",
					     "of vmalloc" };
	u32 seen[NR_PAGE_USES] = { 0 };
	int err = 0;

	for (u32 pfn = min_low_pfn; pfn < max_low_pfn; pfn++) {
		const struct page *page = pfn_to_page(pfn);
		/* The first page of a compound block has the flags of all. */
		u32 flags = owner_page(page)->flags;
		bool mapped = atomic_read(&page->_mapcount) > 0;

		seen[USE_MAPPED_FILE] += flags & PG_CACHE && mapped;
		seen[USE_MAPPED_ANON] += !!(flags & PG_ANON);
		/*
		 * Shared memory has no flag: its pages are mapped, but neither
		 * of a file nor anonymous.
		 */
		seen[USE_MAPPED_SHMEM] += mapped &&
			!(flags & (PG_CACHE | PG_ANON));
		/* A truncated page has no mapping, but may still be mapped. */
		seen[USE_CACHE] += flags & PG_CACHE && page->mapping;
		seen[USE_SLAB] += !!(flags & PG_SLAB);
		seen[USE_TABLE] += !!(flags & PG_TABLE);
		seen[USE_VMALLOC] += !!(flags & PG_VMALLOC);
	}
	for (enum page_use use = 0; use < NR_PAGE_USES; use++) {
		if (seen[use] == nr_pages_used(use))
			continue;
		pr_err("pages %s: %u by their flags, %u by the counter\n",
		       names[use], seen[use], nr_pages_used(use));
		err = -EUCLEAN;
	}
	return err;
}

/* Every verifier runs, even after one has failed. */
int show_audit(struct seq_file *m)
{
	int tables, regions;

	verify_processes(&tables, &regions);
	put_verdict(m, "dacr", dacr_verify());
	put_verdict(m, "pgtable", tables);
	put_verdict(m, "vma", regions);
	put_verdict(m, "buddy", buddy_verify());
	put_verdict(m, "slab", slab_verify());
	put_verdict(m, "vmalloc", vmalloc_verify());
	put_verdict(m, "pages", page_uses_verify());
	return 0;
}
