/*
 * Making mappings: mmap, brk, a program's first stack. Every caller holds
 * mmap_lock for writing.
 *
 * do_mmap builds the whole VMA first, with the file's consent, and only then
 * unmaps what MAP_FIXED replaces: a call that fails has changed nothing.
 */
#include <mm/internal.h>
#include <mount.h>

/*
 * Returns the VM_* flags for mmap's prot and flags. The other MAP_* flags act
 * during the call and leave nothing in the VMA.
 */
static u32 calc_vm_flags(const struct mm_struct *mm, u32 prot, u32 flags)
{
	static_assert(PROT_READ == VM_READ && PROT_WRITE == VM_WRITE &&
			      PROT_EXEC == VM_EXEC,
		      "prot bits are vm_flags bits");
	u32 vm_flags = prot & VM_ACCESS_FLAGS;

	if (flags & MAP_GROWSDOWN)
		vm_flags |= VM_GROWSDOWN;
	if (flags & MAP_LOCKED)
		vm_flags |= VM_LOCKED;
	if (flags & MAP_NORESERVE &&
	    READ_ONCE(overcommit_memory) != OVERCOMMIT_NEVER)
		vm_flags |= VM_NORESERVE;
	/*
	 * check_file takes VM_MAYWRITE away again where the file is not open
	 * for it.
	 */
	return vm_flags | mm->def_flags | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
}

#define LEGACY_MAP_MASK                                                \
	(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS |        \
	 MAP_GROWSDOWN | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | \
	 MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK |     \
	 MAP_HUGETLB)

/*
 * Checks whether file may be mapped with these flags and sets the sharing bits
 * of *vm_flags. 0, -EOPNOTSUPP, -EACCES, -EPERM, -ENODEV, -EINVAL.
 */
static int check_file(const struct file *file, u32 prot, u32 flags,
		      u32 *vm_flags)
{
	switch (flags & MAP_TYPE) {
	case MAP_SHARED_VALIDATE:
		/*
		 * MAP_SHARED_VALIDATE promises that unknown flags fail; plain
		 * MAP_SHARED ignores them.
		 */
		if (flags & ~(LEGACY_MAP_MASK | MAP_TYPE))
			return -EOPNOTSUPP;
		/* fall through */
	case MAP_SHARED:
		if (prot & PROT_WRITE && !(file->f_mode & FMODE_WRITE))
			return -EACCES;
		*vm_flags |= VM_SHARED | VM_MAYSHARE;
		/*
		 * Nobody can ever write through it, so it needs no write
		 * faults: internally private, but shown as shared
		 * (VM_MAYSHARE).
		 */
		if (!(file->f_mode & FMODE_WRITE))
			*vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
		/* fall through */
	case MAP_PRIVATE:
		if (!(file->f_mode & FMODE_READ))
			return -EACCES;
		if (mnt_has(file->f_mnt, MS_NOEXEC)) {
			if (prot & PROT_EXEC)
				return -EPERM;
			*vm_flags &= ~VM_MAYEXEC;
		}
		if (!file->f_op->mmap)
			return -ENODEV;
		/*
		 * Only anonymous memory may grow: vma_resize of a file's VMA
		 * takes a sleeping lock, but a stack grows under
		 * page_table_lock.
		 */
		return *vm_flags & VM_GROWSDOWN ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

/* check_file for a mapping without a file. 0 or -EINVAL. */
static int check_anonymous(u32 flags, u32 *vm_flags)
{
	switch (flags & MAP_TYPE) {
	case MAP_SHARED:
		/* A shared object has a fixed size. */
		if (*vm_flags & VM_GROWSDOWN)
			return -EINVAL;
		*vm_flags |= VM_SHARED | VM_MAYSHARE;
		return 0;
	case MAP_PRIVATE:
		return 0;
	default:
		return -EINVAL;
	}
}

/*
 * Makes a VMA complete with its object, not yet in the set. 0 and *result,
 * which the caller owns, or -errno.
 */
static int prepare_vma(struct mm_struct *mm, struct file *file, uaddr_t start,
		       u32 bytes, u32 vm_flags, u32 pgoff,
		       struct vm_area_struct **result)
{
	struct vm_area_struct *vma = vm_area_alloc(mm);
	int err = 0;

	if (!vma)
		return -ENOMEM;
	vma->vm_start = start;
	vma->vm_end = start + bytes;
	vma->vm_flags = vm_flags;
	vma->vm_pgoff = pgoff;
	if (file) {
		/*
		 * Set before the file's mmap is called, which may look at it.
		 */
		vma->vm_file = get_file(file);
		err = file->f_op->mmap(file, vma);
	} else if (vm_flags & VM_SHARED) {
		err = shmem_zero_setup(vma);
	}
	/*
	 * The file's mmap may have changed vm_flags, so the rights come last.
	 */
	vma->vm_page_prot = vma_page_prot(vma->vm_flags);
	if (err) {
		vma->vm_ops = NULL; /* a failed mmap owns nothing to close */
		vm_area_free(vma);
		return err;
	}
	*result = vma;
	return 0;
}

/*
 * Unmaps what [start, end) contains and stores in *prev the VMA before it. 0,
 * or -ENOMEM and nothing has changed. Once it has succeeded nothing else can
 * fail: the plan ends here, and the commit begins.
 */
static int make_room(struct mm_struct *mm, uaddr_t start, uaddr_t end,
		     struct vm_area_struct **prev)
{
	struct vm_area_struct *next = find_vma_prev(mm, start, prev);
	int err;

	if (likely(!next || next->vm_start >= end))
		return 0;
	err = do_munmap(mm, start, end - start);
	if (!err)
		/* The VMA that was before it may have been cut or freed. */
		find_vma_prev(mm, start, prev);
	return err;
}

/*
 * Whether RLIMIT_AS and RLIMIT_DATA allow the mapping. As in Linux, pages that
 * MAP_FIXED replaces are not counted twice, of whatever kind they are.
 */
static bool may_map_vm(struct mm_struct *mm, u32 vm_flags, uaddr_t start,
		       uaddr_t end)
{
	u32 pages = (end - start) >> PAGE_SHIFT;

	if (likely(may_expand_vm(mm, vm_flags, pages)))
		return true;
	pages -= count_vma_pages(mm, start, end, 0, 0);
	return may_expand_vm(mm, vm_flags, pages);
}

/*
 * Maps [start, start + bytes), replacing what is mapped there. The checks are
 * done; -EAGAIN and -ENOMEM are left, and then nothing has changed.
 */
static int mmap_region(struct mm_struct *mm, struct file *file, uaddr_t start,
		       u32 bytes, u32 vm_flags, u32 pgoff)
{
	u32 pages = bytes >> PAGE_SHIFT;
	struct vm_area_struct *vma, *prev;
	int err;

	if (!may_lock_vm(mm, vm_flags, pages))
		return -EAGAIN;
	if (!may_map_vm(mm, vm_flags, start, start + bytes))
		return -ENOMEM;
	/*
	 * The VMA keeps the flag: unmapping takes back the promise even after
	 * mprotect has removed VM_WRITE.
	 */
	if (accountable_mapping(vm_flags))
		vm_flags |= VM_ACCOUNT;
	if (vma_reserve(vm_flags, pages))
		return -ENOMEM;
	err = prepare_vma(mm, file, start, bytes, vm_flags, pgoff, &vma);
	if (err)
		goto err_unreserve;
	err = make_room(mm, start, start + bytes, &prev);
	if (err)
		goto err_free_vma;
	/*
	 * vma's own flags are charged, as the file's mmap may have changed
	 * them.
	 */
	vma_charge(mm, vma->vm_flags, pages);
	/* The program will most likely touch the new VMA next. */
	mm->mmap_cache = vma_insert(mm, vma, prev);
	trace_vma(TRACE_MMAP, start, start + bytes);
	return 0;

err_free_vma:
	vm_area_free(vma);
err_unreserve:
	vma_unreserve(vm_flags, pages);
	return err;
}

/*
 * Checks and makes a mapping. The order of the checks is Linux's, so that of
 * several errors a program sees the same.
 */
int do_mmap(struct mm_struct *mm, struct file *file, uaddr_t addr, u32 bytes,
	    u32 prot, u32 flags, u32 pgoff, uaddr_t *result)
{
	u32 vm_flags;
	int err;

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_lock));
	if (!bytes || flags & MAP_HUGETLB)
		return -EINVAL;
	bytes = ALIGN_UP(bytes, PAGE_SIZE);
	if (!bytes)
		return -ENOMEM;
	if (pgoff + (bytes >> PAGE_SHIFT) < pgoff)
		return -EOVERFLOW;
	if (!may_add_vmas(mm, 1))
		return -ENOMEM;
	if (flags & MAP_FIXED_NOREPLACE)
		flags |= MAP_FIXED;
	err = get_unmapped_area(mm, addr, bytes, flags, &addr);
	if (err)
		return err;
	if (flags & MAP_FIXED_NOREPLACE &&
	    find_vma_intersection(mm, addr, addr + bytes))
		return -EEXIST;
	if (flags & MAP_LOCKED && !may_lock_at_all())
		return -EPERM;
	vm_flags = calc_vm_flags(mm, prot, flags);
	err = file ? check_file(file, prot, flags, &vm_flags) :
		     check_anonymous(flags, &vm_flags);
	if (err)
		return err;
	if (!file) /* neighbours merge when offset follows address */
		pgoff = vm_flags & VM_SHARED ? 0 : addr >> PAGE_SHIFT;
	err = mmap_region(mm, file, addr, bytes, vm_flags, pgoff);
	if (!err)
		*result = addr;
	return err;
}

/* ---- brk and the stack's first pages ----------------------------- */

/*
 * Maps memory for brk and bss: anonymous, private, and merged with the heap
 * that ends at start.
 */
int do_brk(struct mm_struct *mm, uaddr_t start, u32 bytes, u32 vm_flags)
{
	int err;

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_lock));
	bytes = ALIGN_UP(bytes, PAGE_SIZE);
	if (!bytes)
		return 0;
	err = get_unmapped_area(mm, start, bytes, MAP_FIXED, &start);
	if (err)
		return err;
	if (!may_add_vmas(mm, 1))
		return -ENOMEM;
	/*
	 * def_flags as for mmap: after mlockall(MCL_FUTURE) the heap is locked,
	 * too.
	 */
	vm_flags |= VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC |
		mm->def_flags;
	return mmap_region(mm, NULL, start, bytes, vm_flags,
			   start >> PAGE_SHIFT);
}

/*
 * Maps the first pages of a stack. Its offset is its address, as for every
 * anonymous mapping, so the stack can grow down to page 0 before vm_pgoff would
 * wrap.
 */
int mm_setup_stack(struct mm_struct *mm, uaddr_t top, u32 bytes, u32 vm_flags)
{
	u32 flags = vm_flags | VM_GROWSDOWN | VM_MAYREAD | VM_MAYWRITE |
		VM_MAYEXEC;

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_lock));
	BUG_ON(!IS_ALIGNED(top | bytes, PAGE_SIZE) || bytes > top);
	/* The stack must not replace the program's own segments. */
	if (find_vma_intersection(mm, top - bytes, top))
		return -ENOMEM;
	return mmap_region(mm, NULL, top - bytes, bytes, flags,
			   (top - bytes) >> PAGE_SHIFT);
}
