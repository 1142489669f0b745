/*
 * remap_file_pages: maps another part of a file in the place of this one.
 * Programs moved windows over a file with it before a process could have many
 * VMAs; as in Linux since then it is an mmap of that part with the same rights.
 */
#include <file.h>
#include <sched.h>
#include <services/advice/advice.h>

/*
 * Returns true if the VMAs from vma on cover the range up to end without a
 * hole, and all have the same file and flags. Hold mmap_lock.
 */
static bool one_mapping(const struct vm_area_struct *vma, uaddr_t end)
{
	const struct vm_area_struct *next;

	for (; vma->vm_end < end; vma = next) {
		next = TAILQ_NEXT(vma, vm_link);
		if (!next || next->vm_start != vma->vm_end ||
		    next->vm_file != vma->vm_file ||
		    next->vm_flags != vma->vm_flags)
			return false;
		cond_resched();
	}
	return true;
}

/*
 * Maps pages from pgoff on in place of [start, start + bytes): 0, -EINVAL if
 * that is no shared mapping of a file, or an error of do_mmap(). Hold mmap_lock
 * for writing.
 */
static int remap(struct mm_struct *mm, uaddr_t start, u32 bytes, u32 pgoff)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	u32 flags = MAP_SHARED | MAP_FIXED;
	struct file *file;
	int err;

	if (!vma || vma->vm_start > start || !(vma->vm_flags & VM_SHARED) ||
	    !vma->vm_file || !one_mapping(vma, start + bytes))
		return -EINVAL;
	if (vma->vm_flags & VM_LOCKED)
		flags |= MAP_LOCKED;
	file = get_file(
		vma->vm_file); /* do_mmap() unmaps the VMA and drops its reference */
	err = do_mmap(mm, file, start, bytes, vma->vm_flags & VM_ACCESS_FLAGS,
		      flags, pgoff, &start);
	fput(file);
	return err;
}

/* prot must be 0: the call cannot change rights. */
s32 sys_remap_file_pages(uaddr_t addr, u32 bytes, u32 prot, u32 pgoff,
			 u32 flags)
{
	struct mm_struct *mm = current_thread_info()->mm;
	int err;

	/* Linux rounds both down instead of an error. */
	addr &= PAGE_MASK;
	bytes &= PAGE_MASK;
	if (prot || addr + bytes <= addr ||
	    pgoff + (bytes >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	down_write(&mm->mmap_lock);
	err = remap(mm, addr, bytes, pgoff);
	up_write(&mm->mmap_lock);
	if (!err && !(flags & MAP_NONBLOCK))
		(void)mm_populate(mm, addr, bytes);
	return err;
}
