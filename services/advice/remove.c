/*
 * MADV_REMOVE: memory of a file or segment goes back, and is zeroes from now on,
 * for everybody who has it: a hole in the file, by its fallocate.
 */
#include <bug.h>
#include <file.h>
#include <sched.h>
#include <services/advice/advice.h>
#include <uapi/fcntl.h>

/* What of [start, end) the first VMA there maps. */
struct file_part {
	struct file *file; /* a reference */
	u64 pos;
	uaddr_t start, end;
};

/*
 * 0; -ENOMEM: no VMA is there any more; or -errno of one whose memory cannot be
 * removed. Its own entries go here, so that the pages may.
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
 * The file's locks are outside of mmap_lock, so each VMA is looked up anew. Holes
 * are told at the end.
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
