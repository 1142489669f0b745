/*
 * From a file to those who map it. Owns address_space.i_mmap: a VMA with a file
 * is on its file's list exactly while it is in the set of its address space.
 *
 * The list is the way a truncation finds the entries it must take out of other
 * processes. It holds i_mmap_rwsem, not the mmap_lock of each: borders of a
 * listed VMA move under the lock, and its tables stay until it has left. Linux
 * keeps a tree by offset here; a file that many VMAs map and somebody cuts is
 * rare enough to look at each.
 *
 * Entries also go from one VMA to another: fork copies them, mremap moves them.
 * A child's VMA is younger than its parent's, so it is further down the list:
 * whoever passes the parent before the copy finds nothing left to be copied,
 * whoever passes it later still has the child before him. mremap, whose new VMA
 * may have become part of an older one, holds the lock.
 */
#include <mm/internal.h>

void i_mmap_add(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file->f_mapping;

	BUG_ON(!rwsem_is_write_locked(&mapping->i_mmap_rwsem));
	TAILQ_INSERT_TAIL(&mapping->i_mmap, vma, vm_shared);
}

void i_mmap_remove(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file->f_mapping;

	BUG_ON(!rwsem_is_write_locked(&mapping->i_mmap_rwsem));
	TAILQ_REMOVE(&mapping->i_mmap, vma, vm_shared);
}

void unmap_mapping_pages(struct address_space *mapping, u32 start)
{
	struct vm_area_struct *vma;

	down_read(&mapping->i_mmap_rwsem);
	TAILQ_FOREACH(vma, &mapping->i_mmap, vm_shared) {
		u32 kept = start > vma->vm_pgoff ? start - vma->vm_pgoff : 0;

		if (kept < vma_pages(vma))
			zap_page_range(vma->vm_mm,
				       vma->vm_start + (kept << PAGE_SHIFT),
				       vma->vm_end);
	}
	up_read(&mapping->i_mmap_rwsem);
}
