/* mincore: which pages of a range are in memory, a byte for each. */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <sched.h>
#include <services/advice/advice.h>

#define MINCORE_CHUNK 256 /* pages per hold of mmap_lock */

/*
 * Returns true if the object that vma maps has a page for va: it may be in
 * memory although no entry maps it.
 */
static bool object_has_page(struct vm_area_struct *vma, uaddr_t va)
{
	struct page *page = vma_find_page(vma, linear_page_index(vma, va));

	if (page)
		put_page(page);
	return page != NULL;
}

/*
 * Returns true if the running task may learn which pages of vma are in memory:
 * whether another user has read a file lately is shown only to those who may
 * write to it. All others see every page as in memory, as on Linux.
 */
static bool may_know(const struct vm_area_struct *vma)
{
	const struct inode *inode = vma->vm_file ? vma->vm_file->f_inode : NULL;

	return !inode || owner_or_capable(inode) ||
		!inode_permission(inode, MAY_WRITE);
}

/*
 * Fills vec for [start, end) up to the first unmapped page, and returns where
 * that is. Hold mmap_lock for reading.
 */
static uaddr_t mincore_range(struct mm_struct *mm, uaddr_t start, uaddr_t end,
			     u8 *vec)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	pte_t pte;

	for (; start < end; start += PAGE_SIZE) {
		if (vma && vma->vm_end == start)
			vma = vma_next(vma);
		if (!vma || vma->vm_start > start)
			break;
		*vec++ = !may_know(vma) || !follow_pte(mm, start, &pte) ||
			object_has_page(vma, start);
	}
	return start;
}

s32 sys_mincore(uaddr_t addr, u32 bytes, uaddr_t vec)
{
	struct mm_struct *mm = current_thread_info()->mm;
	u32 pages = (bytes >> PAGE_SHIFT) + !!(bytes & ~PAGE_MASK);
	u8 chunk[MINCORE_CHUNK];

	if (!IS_ALIGNED(addr, PAGE_SIZE))
		return -EINVAL;
	if (!access_ok(addr, bytes))
		return -ENOMEM;
	/*
	 * The range of addresses only: unmapped memory is noticed by
	 * copy_to_user().
	 */
	if (!access_ok(vec, pages))
		return -EFAULT;
	while (pages) {
		uaddr_t end = addr + min(pages, (u32)MINCORE_CHUNK) * PAGE_SIZE;
		uaddr_t stop;
		u32 n;

		down_read(&mm->mmap_lock);
		stop = mincore_range(mm, addr, end, chunk);
		up_read(&mm->mmap_lock);
		n = (stop - addr) >> PAGE_SHIFT;
		/*
		 * Through the stack, after mmap_lock is released: the copy may
		 * fault, which takes it.
		 */
		if (copy_to_user(vec, chunk, n))
			return -EFAULT;
		if (stop < end)
			return -ENOMEM;
		pages -= n;
		vec += n;
		addr = stop;
		cond_resched();
	}
	return 0;
}
