/*
 * madvise: what a program says about its memory. Some advice is remembered in
 * vm_flags, some gives pages back at once, the rest is allowed to mean nothing.
 */
#include <bug.h>
#include <sched.h>
#include <services/advice/advice.h>

/* Advice that is a change of vm_flags. */
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

static bool is_private_anon(const struct vm_area_struct *vma)
{
	return vma_is_anonymous(vma) && !(vma->vm_flags & VM_SHARED);
}

/* Fault the pages in, and say if some cannot be. */
static int advise_populate(struct vm_area_struct *vma, uaddr_t start,
			   uaddr_t end, bool write)
{
	int err = 0;

	if (!(vma->vm_flags & (write ? VM_WRITE : VM_READ)))
		return -EINVAL;
	for (; start < end && !err; start += PAGE_SIZE)
		err = give_way() ? -EINTR : faultin_page(vma, start, write);
	return err;
}

/* Advice that gives up or asks for the pages of one VMA's part. */
static int advise_pages(struct vm_area_struct *vma, uaddr_t start, uaddr_t end,
			u32 advice)
{
	switch (advice) {
	case MADV_FREE:
		if (!is_private_anon(vma))
			return -EINVAL;
		/* It may be dropped at any time, and now is one. */
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
		/* Without swap they stay in memory; that they are old shows. */
		if (vma->vm_flags & VM_LOCKED)
			return -EINVAL;
		vma_make_old(vma, start, end);
		return 0;
	default:
		BUG_ON(advice != MADV_WILLNEED);
		return 0; /* files are in memory, and there is no swap */
	}
}

/* Each VMA of the range; holes are told at the end. */
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
		cond_resched();
	}
	return hole || start < end ? -ENOMEM : 0;
}

static const struct flag_advice *find_flag_advice(u32 advice)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flag_advice); i++) {
		if (flag_advice[i].advice == advice)
			return &flag_advice[i];
	}
	return NULL;
}

/* Only private anonymous memory can come up empty: as far as the first other. */
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

static bool known_advice(u32 advice)
{
	return find_flag_advice(advice) || advice == MADV_WILLNEED ||
		advice == MADV_DONTNEED || advice == MADV_DONTNEED_LOCKED ||
		advice == MADV_FREE || advice == MADV_COLD ||
		advice == MADV_PAGEOUT || advice == MADV_POPULATE_READ ||
		advice == MADV_POPULATE_WRITE;
}

int do_madvise(struct mm_struct *mm, uaddr_t start, u32 bytes, u32 advice)
{
	const struct flag_advice *fa = find_flag_advice(advice);
	uaddr_t end = start + ALIGN_UP(bytes, PAGE_SIZE);

	BUG_ON(!rwsem_is_locked(&mm->mmap_lock));
	if (!known_advice(advice) || !IS_ALIGNED(start, PAGE_SIZE))
		return -EINVAL;
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

	if (advice == MADV_REMOVE)
		return madvise_remove(mm, addr, bytes);
	down_write(&mm->mmap_lock);
	err = do_madvise(mm, addr, bytes, advice);
	up_write(&mm->mmap_lock);
	return err;
}
