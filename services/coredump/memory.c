/*
 * services/coredump/memory.c - chooses the memory that goes into a core, and
 * writes it.
 *
 * Bytes of a mapped file that were not changed are left out: the debugger reads
 * them from that file. A page that was never touched is zeroes, which take no
 * room in the core.
 */
#include <fs/fs.h>
#include <services/coredump/internal.h>
#include <string.h>

/* Whether a page is mapped at va; *anon: the process's own, not the file's. */
static bool page_is_there(struct mm_struct *mm, uaddr_t va, bool *anon)
{
	const struct page *page = NULL;
	bool there;
	pte_t pte;

	spin_lock(&mm->page_table_lock);
	there = !follow_pte(mm, va, &pte);
	if (there)
		/*
		 * The zero page and device memory have no struct page to look
		 * at.
		 */
		page = pte_special(pte) ? NULL : pte_page(pte);
	*anon = page && page->flags & PG_ANON;
	spin_unlock(&mm->page_table_lock);
	return there;
}

/* Whether a private mapping of a file has pages of its own. */
static bool was_changed(struct mm_struct *mm, const struct core_vma *vma)
{
	bool anon;

	for (uaddr_t va = vma->start; va < vma->end; va += PAGE_SIZE) {
		(void)page_is_there(mm, va, &anon);
		if (anon)
			return true;
		cond_resched();
	}
	return false;
}

/*
 * Whether vma maps the start of an ELF. Its headers hold the build id, by which
 * a debugger finds the right file.
 */
static bool begins_as_elf(struct mm_struct *mm, const struct core_vma *vma)
{
	char magic[SELFMAG];

	return vma->pgoff == 0 && vma->flags & VM_READ &&
		!copy_remote_vm(mm, vma->start, magic, sizeof(magic), 0) &&
		!memcmp(magic, ELFMAG, SELFMAG);
}

/*
 * How many bytes of vma, from its start, go into the core: all, none, or an
 * ELF's first page.
 */
static u32 bytes_dumped(struct mm_struct *mm, const struct core_vma *vma,
			u32 filter)
{
	const u32 all = vma->end - vma->start;

	/*
	 * The program asked for this by MADV_DONTDUMP, for secrets or for
	 * buffers that are too large.
	 */
	if (vma->flags & VM_DONTDUMP)
		return 0;
	/* Anonymous memory, private or shared. */
	if (!vma->file)
		return filter &
				(vma->flags & VM_SHARED ? CORE_ANON_SHARED :
							  CORE_ANON_PRIVATE) ?
			all :
			0;
	if (vma->flags & VM_SHARED) {
		/*
		 * A file without a name (a memfd, a segment of shmget) cannot
		 * be found by the debugger, so it counts as anonymous.
		 */
		bool named = vma->file->f_inode->i_nlink;

		return filter & (named ? CORE_FILE_SHARED : CORE_ANON_SHARED) ?
			all :
			0;
	}
	if (filter & CORE_FILE_PRIVATE)
		return all;
	if (filter & CORE_ANON_PRIVATE && was_changed(mm, vma))
		return all;
	if (filter & CORE_ELF_HEADERS && begins_as_elf(mm, vma))
		return PAGE_SIZE;
	return 0;
}

/* Copies all VMAs. Hold mmap_lock. */
static void note_vmas(struct core *core, struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	TAILQ_FOREACH(vma, &mm->mmap, vm_link)
		core->vmas[core->nr_vmas++] = (struct core_vma){
			.start = vma->vm_start,
			.end = vma->vm_end,
			.flags = vma->vm_flags,
			.pgoff = vma->vm_pgoff,
			.file = vma->vm_file ? get_file(vma->vm_file) : NULL,
		};
}

int core_vmas(struct core *core)
{
	struct mm_struct *mm = core->task->thread_info.mm;
	u32 filter, flags;

	down_read(&mm->mmap_lock);
	/*
	 * One more than there are: vmalloc(0) is NULL, which would mean no
	 * memory.
	 */
	core->vmas = vmalloc((mm->map_count + 1) * sizeof(*core->vmas));
	if (core->vmas)
		note_vmas(core, mm);
	up_read(&mm->mmap_lock);
	if (!core->vmas)
		return -ENOMEM;
	flags = tasklist_lock();
	filter = get_core_filter(core->task);
	tasklist_unlock(flags);
	/* After mmap_lock is released: copy_remote_vm() takes it again. */
	for (u32 i = 0; i < core->nr_vmas; i++)
		core->vmas[i].dumped = bytes_dumped(mm, &core->vmas[i], filter);
	return 0;
}

/*
 * A page that cannot be read, for example behind the end of its file, is
 * written as zeroes.
 */
static bool write_page(struct core *core, const struct core_vma *vma,
		       uaddr_t va, char *buf)
{
	struct mm_struct *mm = core->task->thread_info.mm;
	bool anon;

	/* Not touched: copy_remote_vm() would allocate a page for it. */
	if (!page_is_there(mm, va, &anon) && !vma->file &&
	    !(vma->flags & VM_SHARED))
		return core_skip(core, PAGE_SIZE);
	if (copy_remote_vm(mm, va, buf, PAGE_SIZE, FOLL_FORCE))
		return core_skip(core, PAGE_SIZE);
	return core_write(core, buf, PAGE_SIZE);
}

bool core_memory(struct core *core)
{
	char *buf = get_zeroed_page(GFP_KERNEL);
	bool whole = buf;

	for (u32 i = 0; i < core->nr_vmas && whole; i++) {
		const struct core_vma *vma = &core->vmas[i];

		for (u32 at = 0; at < vma->dumped && whole; at += PAGE_SIZE)
			whole = write_page(core, vma, vma->start + at, buf);
	}
	free_pages(buf, 0);
	return whole;
}
