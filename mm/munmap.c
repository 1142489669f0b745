/*
 * Removing mappings: munmap, and the end of an address space. VMAs leave the
 * set first, then their entries go, then tables nobody needs, then what the
 * VMAs held.
 */
#include <mm/internal.h>

/* Free the tables that only [start, end) could have needed. */
static void free_unused_tables(struct mm_struct *mm,
			       const struct vm_area_struct *prev,
			       const struct vm_area_struct *next, uaddr_t start,
			       uaddr_t end)
{
	uaddr_t floor = max(ALIGN_DOWN(start, PGDIR_SIZE),
			    prev ? ALIGN_UP(prev->vm_end, PGDIR_SIZE) : 0);
	uaddr_t ceiling = min(ALIGN_UP(end, PGDIR_SIZE),
			      next ? ALIGN_DOWN(next->vm_start, PGDIR_SIZE) :
				     TASK_SIZE);

	BUG_ON(start >= end);
	if (floor >= ceiling)
		return;
	spin_lock(&mm->page_table_lock);
	free_pgtables(mm, floor, ceiling);
	spin_unlock(&mm->page_table_lock);
}

/* Take the VMAs from first up to end out of the set; they stay chained. */
static struct vm_area_struct *detach_vmas(struct mm_struct *mm,
					  struct vm_area_struct *vma,
					  uaddr_t end,
					  struct vma_list *detached)
{
	BUG_ON(vma->vm_start >= end);
	TAILQ_INIT(detached);
	while (vma && vma->vm_start < end) {
		struct vm_area_struct *next = vma_next(vma);

		vma_unlink(mm, vma);
		TAILQ_INSERT_TAIL(detached, vma, vm_link);
		vma = next;
	}
	return vma;
}

static void remove_vma(struct mm_struct *mm, struct vm_area_struct *vma)
{
	vma_uncharge(mm, vma->vm_flags, vma_pages(vma));
	vm_area_free(vma);
}

void remove_empty_vma(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct *prev = vma_prev(vma), *next = vma_next(vma);

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_lock));
	vma_unlink(mm, vma);
	free_unused_tables(mm, prev, next, vma->vm_start, vma->vm_end);
	remove_vma(mm, vma);
}

static void remove_vma_list(struct mm_struct *mm, struct vma_list *list)
{
	struct vm_area_struct *vma;

	while ((vma = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, vma, vm_link);
		remove_vma(mm, vma);
	}
}

/* Cut so that [start, end) consists of whole VMAs; the first into *vma. */
static int split_at_borders(struct mm_struct *mm, uaddr_t start, uaddr_t end,
			    struct vm_area_struct **vma)
{
	struct vm_area_struct *first = *vma, *last;
	int err;

	if (start > first->vm_start) {
		/* A hole in the middle makes one VMA more in the end. */
		if (end < first->vm_end && !may_add_vmas(mm, 1))
			return -ENOMEM;
		err = split_vma(first, start);
		if (err)
			return err;
		first = vma_next(first);
	}
	last = end <= first->vm_end ? first : find_vma(mm, end - 1);
	if (last && last->vm_start < end && end < last->vm_end) {
		err = split_vma(last, end);
		if (err) {
			vma_merge(first);
			return err;
		}
	}
	*vma = first;
	return 0;
}

/*
 * [start, end) is the head or the tail of vma, and less than all of it: only a
 * border moves. First the border, as always: see mm/i_mmap.c.
 */
static void trim_vma(struct mm_struct *mm, struct vm_area_struct *vma,
		     uaddr_t start, uaddr_t end)
{
	u32 pages = (end - start) >> PAGE_SHIFT;
	struct vm_area_struct *prev = vma, *next = vma;

	if (start == vma->vm_start) {
		prev = vma_prev(vma);
		vma_resize(vma, end, vma->vm_end, vma->vm_pgoff + pages);
	} else {
		next = vma_next(vma);
		vma_resize(vma, vma->vm_start, start, vma->vm_pgoff);
	}
	zap_page_range(mm, start, end);
	free_unused_tables(mm, prev, next, start, end);
	vma_uncharge(mm, vma->vm_flags, pages);
}

static bool is_head_or_tail(const struct vm_area_struct *vma, uaddr_t start,
			    uaddr_t end)
{
	return vma->vm_start == start ?
		end < vma->vm_end :
		vma->vm_start < start && end == vma->vm_end;
}

static int remove_vmas(struct mm_struct *mm, struct vm_area_struct *vma,
		       uaddr_t start, uaddr_t end)
{
	struct vm_area_struct *prev, *next;
	struct vma_list detached;
	int err = split_at_borders(mm, start, end, &vma);

	if (err)
		return err;
	prev = vma_prev(vma);
	next = detach_vmas(mm, vma, end, &detached);
	zap_page_range(mm, start, end);
	free_unused_tables(mm, prev, next, start, end);
	remove_vma_list(mm, &detached);
	return 0;
}

int do_munmap(struct mm_struct *mm, uaddr_t start, u32 bytes)
{
	struct vm_area_struct *vma;
	uaddr_t end;
	int err = 0;

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_lock));
	if (!IS_ALIGNED(start, PAGE_SIZE) || start > TASK_SIZE || !bytes ||
	    bytes > TASK_SIZE - start)
		return -EINVAL;
	end = ALIGN_UP(start + bytes, PAGE_SIZE);
	vma = find_vma_intersection(mm, start, end);
	if (!vma)
		return 0;
	if (is_head_or_tail(vma, start, end))
		trim_vma(mm, vma, start, end);
	else
		err = remove_vmas(mm, vma, start, end);
	if (err)
		return err;
	trace_vma(TRACE_MUNMAP, start, end);
	return 0;
}

void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	struct mmu_gather tlb;

	BUG_ON(atomic_read(&mm->mm_users));
	mm->hiwater_rss = get_mm_hiwater_rss(mm);
	tlb_gather_mmu(&tlb, mm, true);
	TAILQ_FOREACH(vma, &mm->mmap, vm_link)
		unmap_page_range(&tlb, vma->vm_start, vma->vm_end);
	tlb_finish_mmu(&tlb);
	/* Nobody looks any more: the tree need not stay balanced. */
	RB_INIT(&mm->mm_rb);
	mm->mmap_cache = NULL;
	mm->map_count = 0;
	TAILQ_FOREACH(vma, &mm->mmap, vm_link) {
		if (vma->vm_file) {
			i_mmap_lock(vma);
			i_mmap_remove(vma);
			i_mmap_unlock(vma);
		}
		/* unmap_mapping_pages may still look into the next one's. */
		free_unused_tables(mm, NULL, vma_next(vma), vma->vm_start,
				   vma->vm_end);
	}
	remove_vma_list(mm, &mm->mmap);
	BUG_ON(get_mm_rss(mm));
}
