/*
 * madvise: a program's advice about its memory. Some advice is kept in
 * vm_flags, some frees pages at once, and the rest may be ignored.
 */
#include <bug.h>
#include <sched.h>
#include <services/advice/advice.h>

/* Advice that changes vm_flags: the bits to clear, and those to set. */
struct flag_advice {
	u32 advice, clear, set;
};

static const struct flag_advice flag_advice[] = {
	{ MADV_NORMAL, VM_RAND_READ | VM_SEQ_READ, 0 },
	{ MADV_RANDOM, VM_SEQ_READ, VM_RAND_READ },
	{ MADV_SEQUENTIAL, VM_RAND_READ, VM_SEQ_READ },
	{ MADV_DONTFORK, 0, VM_DONTCOPY },
	{ MADV_DOFORK, VM_DONTCOPY, 0 },
	{ MADV_WIPEONFORK, 0, VM_WIPEONFORK },
	{ MADV_KEEPONFORK, VM_WIPEONFORK, 0 },
	{ MADV_DONTDUMP, 0, VM_DONTDUMP },
	{ MADV_DODUMP, VM_DONTDUMP, 0 },
};

/* Returns true if no file and no other process shares the memory of vma. */
static bool is_private_anon(const struct vm_area_struct *vma)
{
	return vma_is_anonymous(vma) && !(vma->vm_flags & VM_SHARED);
}

/*
 * MADV_POPULATE_*: faults the pages in. Returns 0, -EINVAL if the rights forbid
 * it, -EINTR for a kill, or the error of the first page that cannot be had.
 */
static int advise_populate(struct vm_area_struct *vma, uaddr_t start,
			   uaddr_t end, bool write)
{
	int err = 0;

	if (!(vma->vm_flags & (write ? VM_WRITE : VM_READ)))
		return -EINVAL;
	/* A kill must end this: the range may be larger than memory. */
	for (; start < end && !err; start += PAGE_SIZE)
		err = give_way() ? -EINTR : faultin_page(vma, start, write);
	return err;
}

/*
 * Carries out advice about the pages [start, end) of vma: 0 or -errno. Hold
 * mmap_lock.
 */
static int advise_pages(struct vm_area_struct *vma, uaddr_t start, uaddr_t end,
			u32 advice)
{
	switch (advice) {
	case MADV_FREE:
		if (!is_private_anon(vma))
			return -EINVAL;
		/*
		 * The kernel may drop these pages at any time, so at once is
		 * allowed.
		 */
		/* fall through */
	case MADV_DONTNEED:
		if (vma->vm_flags & VM_LOCKED)
			return -EINVAL;
		/* fall through */
	case MADV_DONTNEED_LOCKED:
		zap_page_range(vma->vm_mm, start, end);
		return 0;
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
		return advise_populate(vma, start, end,
				       advice == MADV_POPULATE_WRITE);
	case MADV_COLD:
	case MADV_PAGEOUT:
		/*
		 * Without swap the pages stay in memory, but smaps shows them
		 * as not referenced.
		 */
		if (vma->vm_flags & VM_LOCKED)
			return -EINVAL;
		vma_make_old(vma, start, end);
		return 0;
	default:
		/*
		 * Files are in memory: nothing is to be read. Equal pages are
		 * merged by nobody, as on a Linux whose ksmd does not run.
		 */
		BUG_ON(advice != MADV_WILLNEED && advice != MADV_MERGEABLE &&
		       advice != MADV_UNMERGEABLE);
		return 0;
	}
}

/*
 * Carries out advice for each VMA of the range. As Linux a hole is reported
 * after the whole range was processed: -ENOMEM. Hold mmap_lock.
 */
static int for_each_part(struct mm_struct *mm, uaddr_t start, uaddr_t end,
			 u32 advice)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	bool hole = false;

	for (; start < end && vma && vma->vm_start < end; vma = vma_next(vma)) {
		uaddr_t stop = min(end, vma->vm_end);
		int err;

		if (vma->vm_start > start) {
			hole = true;
			start = vma->vm_start;
		}
		err = advise_pages(vma, start, stop, advice);
		if (err)
			return err;
		start = stop;
		/*
		 * A range may have thousands of VMAs; mmap_lock is a sleeping
		 * lock, so others may run.
		 */
		cond_resched();
	}
	return hole || start < end ? -ENOMEM : 0;
}

/* Returns the row of an advice that changes vm_flags, or NULL. */
static const struct flag_advice *find_flag_advice(u32 advice)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flag_advice); i++) {
		if (flag_advice[i].advice == advice)
			return &flag_advice[i];
	}
	return NULL;
}

/*
 * Returns the end of the private anonymous memory from start on, at most end: a
 * child cannot find shared or file memory empty after fork.
 */
static uaddr_t wipeable_end(struct mm_struct *mm, uaddr_t start, uaddr_t end)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, start, end);

	for (; vma && vma->vm_start < end; vma = vma_next(vma)) {
		if (!is_private_anon(vma))
			return max(start, vma->vm_start);
		cond_resched();
	}
	return end;
}

/*
 * Changes the flags as fa says. MADV_WIPEONFORK stops at the first VMA that
 * does not allow it: -EINVAL, with those before it changed, as on Linux.
 */
static int advise_flags(struct mm_struct *mm, uaddr_t start, uaddr_t end,
			const struct flag_advice *fa)
{
	uaddr_t stop = end;
	int err;

	if (fa->advice == MADV_WIPEONFORK)
		stop = wipeable_end(mm, start, end);
	err = vma_update_flags(mm, start, stop, fa->clear, fa->set);
	return stop < end ? -EINVAL : err;
}

/*
 * Returns true if do_madvise() implements the advice. Linux reports an unknown
 * one before an empty range.
 */
static bool known_advice(u32 advice)
{
	return find_flag_advice(advice) || advice == MADV_WILLNEED ||
		advice == MADV_DONTNEED || advice == MADV_DONTNEED_LOCKED ||
		advice == MADV_FREE || advice == MADV_COLD ||
		advice == MADV_PAGEOUT || advice == MADV_MERGEABLE ||
		advice == MADV_UNMERGEABLE || advice == MADV_POPULATE_READ ||
		advice == MADV_POPULATE_WRITE;
}

int do_madvise(struct mm_struct *mm, uaddr_t start, u32 bytes, u32 advice)
{
	const struct flag_advice *fa = find_flag_advice(advice);
	uaddr_t end = start + ALIGN_UP(bytes, PAGE_SIZE);

	BUG_ON(!rwsem_is_locked(&mm->mmap_lock));
	if (!known_advice(advice) || !IS_ALIGNED(start, PAGE_SIZE))
		return -EINVAL;
	/* Rounding up may wrap around to 0, which is no empty range. */
	if ((bytes && !ALIGN_UP(bytes, PAGE_SIZE)) || end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	if (fa)
		return advise_flags(mm, start, end, fa);
	return for_each_part(mm, start, end, advice);
}

s32 sys_madvise(uaddr_t addr, u32 bytes, u32 advice)
{
	struct mm_struct *mm = current_thread_info()->mm;
	int err;

	/* Before mmap_lock: the file's locks are outside of it. */
	if (advice == MADV_REMOVE)
		return madvise_remove(mm, addr, bytes);
	down_write(&mm->mmap_lock);
	err = do_madvise(mm, addr, bytes, advice);
	up_write(&mm->mmap_lock);
	return err;
}
