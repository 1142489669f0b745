/*
 * From a file to the VMAs that map it. Owns address_space.i_mmap: a VMA with a
 * file is on its file's list exactly while it is in the set of its address
 * space.
 *
 * The list is how a truncation finds the entries it must take out of other
 * processes. It holds i_mmap_rwsem, not the mmap_lock of each process: the
 * borders of a listed VMA move only under i_mmap_rwsem, and its tables stay
 * until it has left the list. Linux keeps a tree by offset here; few files are
 * both mapped by many VMAs and truncated, so a list that is walked whole is
 * enough.
 *
 * Entries also go from one VMA to another: fork copies them, mremap moves them.
 * A child's VMA is younger than its parent's, so it is further down the list. A
 * truncation that passes the parent before the copy leaves nothing to copy; one
 * that passes it later still has the child before it. mremap, whose new VMA may
 * have been merged into an older one, holds the lock.
 */
#include <mm/internal.h>

/*
 * Adds vma at the tail, so that a child is behind its parent: the head of this
 * file relies on that order.
 */
void i_mmap_add(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file->f_mapping;

	/*
	 * A reader walking the list without this lock would follow half-set
	 * links.
	 */
	BUG_ON(!rwsem_is_write_locked(&mapping->i_mmap_rwsem));
	TAILQ_INSERT_TAIL(&mapping->i_mmap, vma, vm_shared);
}

/*
 * Takes vma off its file's list. No truncation finds its entries any more, so
 * the caller must clear them.
 */
void i_mmap_remove(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file->f_mapping;

	BUG_ON(!rwsem_is_write_locked(&mapping->i_mmap_rwsem));
	TAILQ_REMOVE(&mapping->i_mmap, vma, vm_shared);
}

/*
 * Unmaps a file's pages from `start` on everywhere. Holding the lock for
 * reading is enough: the list and the borders of its VMAs stay, and the entries
 * have a lock of their own.
 */
void unmap_mapping_pages(struct address_space *mapping, u32 start)
{
	struct vm_area_struct *vma;

	down_read(&mapping->i_mmap_rwsem);
	TAILQ_FOREACH(vma, &mapping->i_mmap, vm_shared) {
		/*
		 * The cut may lie before this VMA's first page: the difference
		 * must not wrap.
		 */
		u32 kept = start > vma->vm_pgoff ? start - vma->vm_pgoff : 0;

		if (kept < vma_pages(vma))
			zap_page_range(vma->vm_mm,
				       vma->vm_start + (kept << PAGE_SHIFT),
				       vma->vm_end);
	}
	up_read(&mapping->i_mmap_rwsem);
}
