/*
 * MADV_REMOVE: frees memory of a file or segment, which reads as zeros from
 * then on in every process: a hole in the file, made by its fallocate.
 */
#include <bug.h>
#include <file.h>
#include <sched.h>
#include <services/advice/advice.h>
#include <uapi/fcntl.h>

/* The part of a file that the first VMA in [start, end) maps. */
struct file_part {
	struct file *file; /* a reference */
	u64 pos;
	uaddr_t start, end;
};

/*
 * Fills *part for the first VMA in [start, end), and removes this process's
 * entries for it: a page with an entry could not be freed. Returns 0, -ENOMEM
 * if there is no VMA, or -errno if its memory cannot be removed. Hold mmap_lock
 * for reading.
 */
static int next_part(struct mm_struct *mm, uaddr_t start, uaddr_t end,
		     struct file_part *part)
{
	const u32 shared_rw = VM_SHARED | VM_MAYWRITE;
	struct vm_area_struct *vma = find_vma_intersection(mm, start, end);

	if (!vma)
		return -ENOMEM;
	if (vma->vm_flags & VM_LOCKED || !vma->vm_file)
		return -EINVAL;
	/*
	 * The hole appears in the file, so the program must be allowed to write
	 * to it.
	 */
	if ((vma->vm_flags & shared_rw) != shared_rw)
		return -EACCES;
	if (!vma->vm_file->f_op->fallocate)
		return -EOPNOTSUPP;
	part->start = max(start, vma->vm_start);
	part->end = min(end, vma->vm_end);
	part->pos = (u64)linear_page_index(vma, part->start) << PAGE_SHIFT;
	part->file = get_file(vma->vm_file);
	zap_page_range(mm, part->start, part->end);
	return 0;
}

/*
 * The file's locks are outside of mmap_lock, which is released for each VMA, so
 * the next one is looked up anew. As Linux holes in the range are reported at
 * the end.
 */
int madvise_remove(struct mm_struct *mm, uaddr_t start, u32 bytes)
{
	uaddr_t end = start + ALIGN_UP(bytes, PAGE_SIZE);
	struct file_part part;
	bool hole = false;
	int err;

	if (!IS_ALIGNED(start, PAGE_SIZE) || end < start ||
	    (bytes && !ALIGN_UP(bytes, PAGE_SIZE)))
		return -EINVAL;
	while (start < end) {
		down_read(&mm->mmap_lock);
		err = next_part(mm, start, end, &part);
		up_read(&mm->mmap_lock);
		if (err)
			return err;
		hole |= part.start > start;
		/*
		 * The reference keeps the file although another thread may
		 * unmap it now.
		 */
		err = part.file->f_op->fallocate(part.file,
						 FALLOC_FL_PUNCH_HOLE |
							 FALLOC_FL_KEEP_SIZE,
						 part.pos,
						 part.end - part.start);
		fput(part.file);
		if (err)
			return err;
		start = part.end;
	}
	return hole ? -ENOMEM : 0;
}
