/*
 * services/uffd/ranges.c - registers ranges of an address space with a pager,
 * and installs the pages that it supplies.
 */
#include <asm/uaccess.h>
#include <sched.h>
#include <services/uffd/internal.h>

/* Whole pages within user space. 0 or -EINVAL. */
static int check_range(u64 start, u64 len)
{
	if ((start | len) & ~(u64)PAGE_MASK || !len || start < MMAP_MIN_ADDR ||
	    start >= TASK_SIZE || len > TASK_SIZE - start)
		return -EINVAL;
	return 0;
}

/* ---- registering ------------------------------------------------- */

/*
 * Whether vma may be registered with uffd, or (NULL) unregistered. 0, -EINVAL,
 * -EPERM or -EBUSY.
 */
static int check_vma(const struct vm_area_struct *vma, const struct uffd *uffd)
{
	/*
	 * In files and shared memory the object would have to be filled, and
	 * not only this mapping.
	 */
	if (!vma_is_anonymous(vma))
		return -EINVAL;
	/* A page that is supplied is a change of the memory. */
	if (uffd && !(vma->vm_flags & VM_MAYWRITE))
		return -EPERM;
	/* Two pagers would both supply the page. */
	if (uffd && vma->vm_private_data && vma->vm_private_data != uffd)
		return -EBUSY;
	return 0;
}

/*
 * Changes all VMAs in [start, end), or none, unless memory runs out while one
 * is split. Hold mmap_lock for writing. 0 or -errno.
 */
static int set_pager(struct mm_struct *mm, uaddr_t start, uaddr_t end,
		     struct uffd *uffd)
{
	struct vm_area_struct *vma = find_vma(mm, start), *first = vma;
	int err = 0;

	if (!vma)
		return -ENOMEM;
	if (vma->vm_start >= end)
		return -EINVAL;
	for (; !err && vma && vma->vm_start < end; vma = vma_next(vma))
		err = check_vma(vma, uffd);
	for (vma = first; !err && vma && vma->vm_start < end;) {
		uaddr_t from = max(start, vma->vm_start);
		uaddr_t to = min(end, vma->vm_end);
		u32 flags = vma->vm_flags & ~(u32)VM_UFFD_MISSING;

		if (uffd)
			flags |= VM_UFFD_MISSING;
		err = vma_change(&vma, from, to, flags, uffd);
		/*
		 * vma_change() may have merged VMAs, so the old pointer cannot
		 * be followed.
		 */
		vma = find_vma(mm, to);
		cond_resched();
	}
	return err;
}

/* UFFDIO_REGISTER, for missing pages only. */
s32 uffd_register(struct uffd *uffd, uaddr_t arg)
{
	struct uffdio_register reg;
	uaddr_t start, end;
	int err;

	if (copy_from_user(&reg, arg, offsetof(struct uffdio_register, ioctls)))
		return -EFAULT;
	err = check_range(reg.range.start, reg.range.len);
	if (err || reg.mode != UFFDIO_REGISTER_MODE_MISSING)
		return -EINVAL;
	start = (uaddr_t)reg.range.start;
	end = start + (uaddr_t)reg.range.len;
	/* The descriptor may outlive the address space, in another process. */
	if (!mmget_not_zero(uffd->mm))
		return -ENOMEM;
	down_write(&uffd->mm->mmap_lock);
	err = set_pager(uffd->mm, start, end, uffd);
	up_write(&uffd->mm->mmap_lock);
	mmput(uffd->mm);
	reg.ioctls = UFFD_RANGE_IOCTLS;
	if (!err &&
	    copy_to_user(arg + offsetof(struct uffdio_register, ioctls),
			 &reg.ioctls, sizeof(reg.ioctls)))
		err = -EFAULT;
	return err;
}

/*
 * UFFDIO_UNREGISTER. It does not matter which uffd of the process the range was
 * registered with.
 */
s32 uffd_unregister(struct uffd *uffd, uaddr_t arg)
{
	struct uffdio_range range;
	uaddr_t start;
	int err;

	if (copy_from_user(&range, arg, sizeof(range)))
		return -EFAULT;
	err = check_range(range.start, range.len);
	if (err)
		return err;
	start = (uaddr_t)range.start;
	if (!mmget_not_zero(uffd->mm))
		return -ENOMEM;
	down_write(&uffd->mm->mmap_lock);
	err = set_pager(uffd->mm, start, start + (uaddr_t)range.len, NULL);
	up_write(&uffd->mm->mmap_lock);
	mmput(uffd->mm);
	/* The tasks that wait find no pager now and get zeroed pages. */
	if (!err)
		uffd_wake(uffd, start, (u32)range.len);
	return err;
}

/* Neighbours that cannot be merged after this stay apart. */
void uffd_leave(struct uffd *uffd)
{
	struct mm_struct *mm = uffd->mm;
	struct vm_area_struct *vma;

	if (mmget_not_zero(mm)) {
		down_write(&mm->mmap_lock);
		TAILQ_FOREACH(vma, &mm->mmap, vm_link) {
			cond_resched();
			if (!(vma->vm_flags & VM_UFFD_MISSING) ||
			    vma->vm_private_data != uffd)
				continue;
			/*
			 * A whole VMA is not split, so no allocation can fail.
			 */
			BUG_ON(vma_change(&vma, vma->vm_start, vma->vm_end,
					  vma->vm_flags & ~(u32)VM_UFFD_MISSING,
					  NULL));
		}
		up_write(&mm->mmap_lock);
		mmput(mm);
	}
	/*
	 * The waiters are woken even if the address space is gone: a task may
	 * still be on its way out of the wait.
	 */
	uffd_wake(uffd, 0, TASK_SIZE);
}

/* ---- pages ------------------------------------------------------- */

/* UFFDIO_WAKE: after a copy with DONTWAKE. */
s32 uffd_wake_range(struct uffd *uffd, uaddr_t arg)
{
	struct uffdio_range range;
	int err;

	if (copy_from_user(&range, arg, sizeof(range)))
		return -EFAULT;
	err = check_range(range.start, range.len);
	if (!err)
		uffd_wake(uffd, (uaddr_t)range.start, (u32)range.len);
	return err;
}

/*
 * Whether [va, end) lies in one VMA, which is registered; *vma is set then. Hold
 * mmap_lock.
 */
static bool find_registered(struct mm_struct *mm, uaddr_t va, uaddr_t end,
			    struct vm_area_struct **vma)
{
	*vma = find_vma(mm, va);
	return *vma && (*vma)->vm_start <= va && (*vma)->vm_end >= end &&
		(*vma)->vm_flags & VM_UFFD_MISSING;
}

/*
 * UFFDIO_COPY_MODE_WP, on ARM: the range is found, but it is not registered for
 * write protection. Never 0.
 */
static int refuse_protection(struct mm_struct *mm, uaddr_t va, uaddr_t end)
{
	struct vm_area_struct *vma;
	int err;

	if (!mmget_not_zero(mm))
		return -ESRCH;
	down_read(&mm->mmap_lock);
	err = find_registered(mm, va, end, &vma) ? -EINVAL : -ENOENT;
	up_read(&mm->mmap_lock);
	mmput(mm);
	return err;
}

/*
 * Installs page (NULL: the zero page) at va. [va, end) must lie in one VMA.
 * Holds a use of mm for this step only: between the steps the pager's own bytes
 * may wait for memory, which the program may give back when it ends.
 */
static int bring_page(struct mm_struct *mm, uaddr_t va, uaddr_t end,
		      struct page *page)
{
	struct vm_area_struct *vma;
	int err = -ENOENT;

	if (!mmget_not_zero(mm))
		return -ESRCH;
	down_read(&mm->mmap_lock);
	/*
	 * Looked up for each page, as the program may unmap the range
	 * meanwhile.
	 */
	if (find_registered(mm, va, end, &vma))
		err = fill_missing_page(vma, va, page);
	up_read(&mm->mmap_lock);
	mmput(mm);
	return err;
}

/* Copies a page from src, an address of the pager's, and installs it at va. */
static int copy_page_to(struct mm_struct *mm, uaddr_t va, uaddr_t end,
			uaddr_t src)
{
	struct page *page = alloc_page(GFP_USER);
	int err = -EFAULT;

	if (!page)
		return -ENOMEM;
	/* Before mmap_lock is taken: src may itself need a fault. */
	if (!copy_from_user(page_address(page), src, PAGE_SIZE))
		err = bring_page(mm, va, end, page);
	put_page(page);
	return err;
}

/*
 * Installs all pages of a checked range, copied from src or (copy false)
 * zeroed, and wakes the tasks that wait for them. Returns the bytes installed,
 * or -errno if there are none.
 */
static s32 bring_range(struct uffd *uffd, uaddr_t dst, u32 bytes, uaddr_t src,
		       bool copy, bool wake)
{
	u32 done = 0;
	int err = 0;

	while (done < bytes && !err) {
		err = copy ?
			copy_page_to(uffd->mm, dst + done, dst + bytes,
				     src + done) :
			bring_page(uffd->mm, dst + done, dst + bytes, NULL);
		if (err)
			break;
		done += PAGE_SIZE;
		if (give_way())
			err = -EINTR;
	}
	/* Waiters are woken once, also for pages that came before an error. */
	if (done && wake)
		uffd_wake(uffd, dst, done);
	return done ? (s32)done : err;
}

/*
 * Stores ret in the ioctl's structure and returns the ioctl's result: -EAGAIN
 * tells the pager that only a part was done.
 */
static s32 put_result(s32 ret, u32 bytes, uaddr_t at)
{
	s64 result = ret;

	if (copy_to_user(at, &result, sizeof(result)))
		return -EFAULT;
	if (ret < 0)
		return ret;
	return (u32)ret == bytes ? 0 : -EAGAIN;
}

/*
 * UFFDIO_COPY: the bytes come from the pager's memory, which may be another
 * process's than the program's.
 */
s32 uffd_copy(struct uffd *uffd, uaddr_t arg)
{
	struct uffdio_copy copy;
	s32 ret;

	if (copy_from_user(&copy, arg, offsetof(struct uffdio_copy, copy)))
		return -EFAULT;
	ret = check_range(copy.dst, copy.len);
	/* As unsigned 64-bit numbers, so that an overflow is caught. */
	if (ret || copy.src + copy.len <= copy.src ||
	    copy.mode & ~(u64)(UFFDIO_COPY_MODE_DONTWAKE | UFFDIO_COPY_MODE_WP))
		return -EINVAL;
	if (copy.mode & UFFDIO_COPY_MODE_WP)
		ret = refuse_protection(uffd->mm, (uaddr_t)copy.dst,
					(uaddr_t)(copy.dst + copy.len));
	else if (copy.src > TASK_SIZE)
		ret = -EFAULT;
	else
		ret = bring_range(uffd, (uaddr_t)copy.dst, (u32)copy.len,
				  (uaddr_t)copy.src, true,
				  !(copy.mode & UFFDIO_COPY_MODE_DONTWAKE));
	return put_result(ret, (u32)copy.len,
			  arg + offsetof(struct uffdio_copy, copy));
}

/*
 * UFFDIO_ZEROPAGE: maps the shared zero page, so no page is allocated until the
 * first store.
 */
s32 uffd_zeropage(struct uffd *uffd, uaddr_t arg)
{
	struct uffdio_zeropage zero;
	s32 ret;

	if (copy_from_user(&zero, arg,
			   offsetof(struct uffdio_zeropage, zeropage)))
		return -EFAULT;
	ret = check_range(zero.range.start, zero.range.len);
	if (ret || zero.mode & ~(u64)UFFDIO_ZEROPAGE_MODE_DONTWAKE)
		return -EINVAL;
	ret = bring_range(uffd, (uaddr_t)zero.range.start, (u32)zero.range.len,
			  0, false,
			  !(zero.mode & UFFDIO_ZEROPAGE_MODE_DONTWAKE));
	return put_result(ret, (u32)zero.range.len,
			  arg + offsetof(struct uffdio_zeropage, zeropage));
}

/*
 * UFFDIO_WRITEPROTECT: looks at its arguments, and then finds no range that is
 * registered for it, as Linux on ARM. -ENOENT, -EINVAL or -EFAULT.
 */
s32 uffd_writeprotect(uaddr_t arg)
{
	const u64 modes = UFFDIO_WRITEPROTECT_MODE_WP |
		UFFDIO_WRITEPROTECT_MODE_DONTWAKE;
	struct uffdio_writeprotect wp;

	if (copy_from_user(&wp, arg, sizeof(wp)))
		return -EFAULT;
	/* Either mode, or none: DONTWAKE is for a range that is unprotected. */
	if (check_range(wp.range.start, wp.range.len) || wp.mode >= modes)
		return -EINVAL;
	return -ENOENT;
}
