/*
 * /proc/PID/smaps and smaps_rollup: the memory that each VMA really has, page
 * by page, as Linux prints it.
 */
#include <inspect/internal.h>

#define PSS_SHIFT 12 /* fractions of a byte, as on Linux */

struct mem_size_stats { /* bytes */
	u32 rss, shared_clean, shared_dirty, private_clean, private_dirty;
	u32 referenced, anonymous, locked;
	u64 pss, pss_dirty;         /* << PSS_SHIFT */
	u64 pss_of[NR_MM_COUNTERS]; /* the same, by kind of page */
};

/*
 * Adds one present page. A page that n entries map counts 1/n in Pss, so that
 * the sum over all processes is the memory in use.
 */
static void account_page(struct mem_size_stats *s, pte_t pte)
{
	const struct page *page = pte_page(pte);
	u32 users = (u32)max(atomic_read(&page->_mapcount), 1);
	bool dirty = pte_dirty(pte) || (page->flags & PG_DIRTY);
	/* With a fraction, or the rounding of many pages would add up. */
	u64 share = ((u64)PAGE_SIZE << PSS_SHIFT) / users;

	s->rss += PAGE_SIZE;
	s->pss += share;
	s->pss_of[page->flags & PG_ANON ?
			  MM_ANONPAGES :
			  (page->flags & PG_CACHE ? MM_FILEPAGES :
						    MM_SHMEMPAGES)] += share;
	/*
	 * A page is dirty by this entry, or by another one that is gone
	 * already.
	 */
	if (dirty)
		s->pss_dirty += share;
	/*
	 * Shared is a page that two entries map, even if both belong to one
	 * process, as on Linux.
	 */
	if (users > 1)
		*(dirty ? &s->shared_dirty : &s->shared_clean) += PAGE_SIZE;
	else
		*(dirty ? &s->private_dirty : &s->private_clean) += PAGE_SIZE;
	if (pte_young(pte))
		s->referenced += PAGE_SIZE;
	if (page->flags & PG_ANON)
		s->anonymous += PAGE_SIZE;
}

/*
 * Adds the pages of n entries of one table; ptep NULL: there is no table. The
 * zero page counts for no process. Hold page_table_lock, so that no page goes
 * away.
 */
static void account_table(struct mem_size_stats *s, const pte_t *ptep, u32 n)
{
	if (!ptep)
		return;
	for (; n; n--, ptep++)
		if (pte_present(*ptep) && !pte_special(*ptep))
			account_page(s, *ptep);
}

/*
 * Adds the pages of vma. Hold mmap_lock. page_table_lock is released after each
 * table, so that a large VMA does not keep faults waiting.
 */
static void account_vma(struct mem_size_stats *s, struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 pss = s->pss;
	uaddr_t va, next;

	for (va = vma->vm_start; va != vma->vm_end; va = next) {
		next = pgd_addr_end(va, vma->vm_end);
		spin_lock(&mm->page_table_lock);
		account_table(s, pte_offset_map(mm, va),
			      (next - va) >> PAGE_SHIFT);
		spin_unlock(&mm->page_table_lock);
		cond_resched();
	}
	/* As Linux: the locked part of Pss. */
	if (vma->vm_flags & VM_LOCKED)
		s->locked += (u32)((s->pss - pss) >> PSS_SHIFT);
}

/* Shows a number of bytes in kB. */
static void put_kb(struct seq_file *m, const char *label, u32 bytes)
{
	seq_put_kb(m, label, bytes >> 10);
}

/* Shows a proportional share in kB. */
static void put_pss(struct seq_file *m, const char *label, u64 pss)
{
	put_kb(m, label, (u32)(pss >> PSS_SHIFT));
}

static const char no_huge_pages[] = "ShmemPmdMapped:        0 kB\n"
				    "FilePmdMapped:         0 kB\n"
				    "Shared_Hugetlb:        0 kB\n"
				    "Private_Hugetlb:       0 kB\n";

/*
 * Shows all counters, in Linux's order. What does not exist here (huge pages,
 * swap) is 0.
 */
static void put_stats(struct seq_file *m, const struct mem_size_stats *s,
		      bool rollup)
{
	put_kb(m, "Rss:", s->rss);
	put_pss(m, "Pss:", s->pss);
	put_pss(m, "Pss_Dirty:", s->pss_dirty);
	if (rollup) { /* a single VMA's kind is known from its file */
		put_pss(m, "Pss_Anon:", s->pss_of[MM_ANONPAGES]);
		put_pss(m, "Pss_File:", s->pss_of[MM_FILEPAGES]);
		put_pss(m, "Pss_Shmem:", s->pss_of[MM_SHMEMPAGES]);
	}
	put_kb(m, "Shared_Clean:", s->shared_clean);
	put_kb(m, "Shared_Dirty:", s->shared_dirty);
	put_kb(m, "Private_Clean:", s->private_clean);
	put_kb(m, "Private_Dirty:", s->private_dirty);
	put_kb(m, "Referenced:", s->referenced);
	put_kb(m, "Anonymous:", s->anonymous);
	put_kb(m, "LazyFree:", 0);
	put_kb(m, "AnonHugePages:", 0);
	seq_write(m, no_huge_pages, sizeof(no_huge_pages) - 1);
	put_kb(m, "Swap:", 0);
	put_kb(m, "SwapPss:", 0);
	put_kb(m, "Locked:", s->locked);
}

/* Shows Linux's two letters for each flag, in the order of Linux's bits. */
static void put_vm_flags(struct seq_file *m, u32 vm_flags)
{
	static const struct {
		u32 flag;
		char letters[4];
	} names[] = {
		{ VM_READ, "rd " },        { VM_WRITE, "wr " },
		{ VM_EXEC, "ex " },        { VM_SHARED, "sh " },
		{ VM_MAYREAD, "mr " },     { VM_MAYWRITE, "mw " },
		{ VM_MAYEXEC, "me " },     { VM_MAYSHARE, "ms " },
		{ VM_GROWSDOWN, "gd " },   { VM_UFFD_MISSING, "um " },
		{ VM_LOCKED, "lo " },      { VM_SEQ_READ, "sr " },
		{ VM_RAND_READ, "rr " },   { VM_DONTCOPY, "dc " },
		{ VM_LOCKONFAULT, "lf " }, { VM_ACCOUNT, "ac " },
		{ VM_NORESERVE, "nr " },   { VM_WIPEONFORK, "wf " },
		{ VM_DONTDUMP, "dd " },
	};
	u32 i;

	/* Each pair ends with a space, the last one too, as on Linux. */
	seq_puts(m, "VmFlags: ");
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (vm_flags & names[i].flag)
			seq_puts(m, names[i].letters);
	seq_putc(m, '\n');
}

/* Shows one VMA. */
static void show_smap(struct seq_file *m, struct vm_area_struct *vma)
{
	struct mem_size_stats stats = { 0 };

	if (vma != &gate_vma) /* the vectors page belongs to the kernel */
		account_vma(&stats, vma);
	show_vma_line(m, vma);
	put_kb(m, "Size:", vma->vm_end - vma->vm_start);
	put_kb(m, "KernelPageSize:", PAGE_SIZE);
	put_kb(m, "MMUPageSize:", PAGE_SIZE);
	put_stats(m, &stats, false);
	seq_puts(m, "THPeligible:    0\n");
	put_vm_flags(m, vma->vm_flags);
}

int show_smaps(struct seq_file *m)
{
	return show_each_vma(m, show_smap);
}

/*
 * The sums over all VMAs, in one piece: a list in pieces would be of several
 * moments.
 */
int show_smaps_rollup(struct seq_file *m)
{
	struct mem_size_stats stats = { 0 };
	struct vm_area_struct *vma;
	uaddr_t first = 0, end = 0;
	struct mm_struct *mm;
	int err = get_mm_of(m->pid, &mm);

	if (err || !mm)
		return err;
	down_read(&mm->mmap_lock);
	/* A process that is exiting may have no VMA left. */
	if (!TAILQ_EMPTY(&mm->mmap))
		first = TAILQ_FIRST(&mm->mmap)->vm_start;
	TAILQ_FOREACH(vma, &mm->mmap, vm_link) {
		account_vma(&stats, vma);
		end = vma->vm_end;
	}
	up_read(&mm->mmap_lock);
	mmput(mm);
	seq_setwidth(m, 48);
	/* No rights: the line stands for VMAs of all kinds. */
	seq_printf(m, "%08x-%08x ---p 00000000 00:00 0 ", first, end);
	seq_pad(m, ' ');
	seq_puts(m, "[rollup]\n");
	put_stats(m, &stats, true);
	return 0;
}
