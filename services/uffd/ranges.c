/*
 * services/uffd/ranges.c - which ranges have a pager, and pages for them.
 */
#include <asm/uaccess.h>
#include <sched.h>
#include <services/uffd/internal.h>

/* Whole pages that a program may have: 0 or -EINVAL. */
static int check_range(u64 start, u64 len)
{
	if ((start | len) & ~(u64)PAGE_MASK || !len || start < MMAP_MIN_ADDR ||
	    start >= TASK_SIZE || len > TASK_SIZE - start)
		return -EINVAL;
	return 0;
}

/* ---- registering ------------------------------------------------- */

/* May it be uffd's? NULL: may it be nobody's? */
static int check_vma(const struct vm_area_struct *vma, const struct uffd *uffd)
{
	/* Of files and shared memory the object would have to be filled. */
	if (!vma_is_anonymous(vma))
		return -EINVAL;
	if (uffd && !(vma->vm_flags & VM_MAYWRITE))
		return -EPERM;
	if (uffd && vma->vm_private_data && vma->vm_private_data != uffd)
		return -EBUSY;
	return 0;
}

/* All of them or none, unless memory ends; mmap_lock held for writing. */
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
		vma = find_vma(mm, to);
		cond_resched();
	}
	return err;
}

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
	if (!err) /* they find it empty now, and get zeroes */
		uffd_wake(uffd, start, (u32)range.len);
	return err;
}

/* Take it from this VMA: what cannot be merged after that stays apart. */
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
			/* A whole VMA is not cut: that cannot fail. */
			BUG_ON(vma_change(&vma, vma->vm_start, vma->vm_end,
					  vma->vm_flags & ~(u32)VM_UFFD_MISSING,
					  NULL));
		}
		up_write(&mm->mmap_lock);
		mmput(mm);
	}
	uffd_wake(uffd, 0, TASK_SIZE);
}

/* ---- pages ------------------------------------------------------- */

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
 * page (NULL: the zero page) to va, which lies in one VMA with all up to end. The
 * memory is not held any longer than this: the pager's own bytes may have to
 * wait for memory, which may be what the program gives when it ends.
 */
static int bring_page(struct mm_struct *mm, uaddr_t va, uaddr_t end,
		      struct page *page)
{
	struct vm_area_struct *vma;
	int err = -ENOENT;

	if (!mmget_not_zero(mm))
		return -ESRCH;
	down_read(&mm->mmap_lock);
	vma = find_vma(mm, va);
	if (vma && vma->vm_start <= va && vma->vm_end >= end &&
	    vma->vm_flags & VM_UFFD_MISSING)
		err = fill_missing_page(vma, va, page);
	up_read(&mm->mmap_lock);
	mmput(mm);
	return err;
}

/* A page with the bytes at src of the pager, brought to va. */
static int copy_page_to(struct mm_struct *mm, uaddr_t va, uaddr_t end,
			uaddr_t src)
{
	struct page *page = alloc_page(GFP_USER);
	int err = -EFAULT;

	if (!page)
		return -ENOMEM;
	if (!copy_from_user(page_address(page), src, PAGE_SIZE))
		err = bring_page(mm, va, end, page);
	put_page(page);
	return err;
}

/*
 * All pages of a checked range, from src, or zeroes if copy is not set; then
 * those who wait for them go on. Returns the bytes that were brought, or -errno.
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
	if (done && wake)
		uffd_wake(uffd, dst, done);
	return done ? (s32)done : err;
}

/* The result of a range: in the structure, and of the ioctl. */
static s32 put_result(s32 ret, u32 bytes, uaddr_t at)
{
	s64 result = ret;

	if (copy_to_user(at, &result, sizeof(result)))
		return -EFAULT;
	if (ret < 0)
		return ret;
	return (u32)ret == bytes ? 0 : -EAGAIN;
}

s32 uffd_copy(struct uffd *uffd, uaddr_t arg)
{
	struct uffdio_copy copy;
	s32 ret;

	if (copy_from_user(&copy, arg, offsetof(struct uffdio_copy, copy)))
		return -EFAULT;
	ret = check_range(copy.dst, copy.len);
	if (ret || copy.src + copy.len <= copy.src ||
	    copy.mode & ~(u64)UFFDIO_COPY_MODE_DONTWAKE)
		return -EINVAL;
	ret = copy.src > TASK_SIZE ?
		-EFAULT :
		bring_range(uffd, (uaddr_t)copy.dst, (u32)copy.len,
			    (uaddr_t)copy.src, true,
			    !(copy.mode & UFFDIO_COPY_MODE_DONTWAKE));
	return put_result(ret, (u32)copy.len,
			  arg + offsetof(struct uffdio_copy, copy));
}

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
