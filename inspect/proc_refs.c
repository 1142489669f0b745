/*
 * /proc/PID/clear_refs: finding the pages that a process uses. Write 1, let it
 * run, and read "Referenced:" in its smaps.
 */
#include <inspect/internal.h>
#include <services/advice/advice.h>

enum clear_refs {
	CLEAR_ALL = 1,
	CLEAR_ANON,        /* VMAs without a file */
	CLEAR_MAPPED,      /* VMAs with a file */
	CLEAR_SOFT_DIRTY,  /* no effect on ARM, as in Linux */
	CLEAR_HIWATER_RSS, /* resets "VmHWM:" of status instead */
};

/* The file can only be written; root may open it for reading all the same. */
int show_clear_refs(struct seq_file *m __unused_arg)
{
	return -EINVAL;
}

/*
 * Returns true if Linux counts vma as mapped from a file: it has one for shared
 * anonymous memory, too.
 */
static bool is_mapped(const struct vm_area_struct *vma)
{
	return vma->vm_file || vma->vm_flags & VM_SHARED;
}

/* Carries out a request. Hold mmap_lock for reading. */
static void clear_refs(struct mm_struct *mm, u32 what)
{
	struct vm_area_struct *vma;

	if (what == CLEAR_HIWATER_RSS) {
		/* Faults count rss under this lock. */
		spin_lock(&mm->page_table_lock);
		mm->hiwater_rss = get_mm_rss(mm);
		spin_unlock(&mm->page_table_lock);
		return;
	}
	TAILQ_FOREACH(vma, &mm->mmap, vm_link) {
		cond_resched(); /* mmap_lock alone is held, under which tasks may sleep */
		if (what == CLEAR_ALL ||
		    what == (is_mapped(vma) ? CLEAR_MAPPED : CLEAR_ANON))
			vma_make_old(vma, vma->vm_start, vma->vm_end);
	}
}

int write_clear_refs(struct seq_file *m, const char *text)
{
	u32 what = (u32)(text[0] - '0');
	struct mm_struct *mm;

	if (what < CLEAR_ALL || what > CLEAR_HIWATER_RSS || text[1])
		return -EINVAL;
	mm = get_task_mm_by_pid(m->pid);
	if (!mm)
		return 0; /* a kernel thread or zombie: nothing to clear, as on Linux */
	down_read(&mm->mmap_lock);
	if (what != CLEAR_SOFT_DIRTY)
		clear_refs(mm, what);
	up_read(&mm->mmap_lock);
	mmput(mm);
	return 0;
}
