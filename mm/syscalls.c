/*
 * The system calls of the mmap family: each takes the lock, calls its do_
 * function, and faults in what must be present on return. A page that cannot be
 * faulted in now faults later: that is no error of the call. The descriptor of
 * mmap is looked up in fs/.
 */
#include <mm/internal.h>
#include <mount.h>
#include <syscalls.h>

/*
 * mmap(2) without the look-up of the descriptor. MAP_NONBLOCK turns
 * MAP_POPULATE off, as in Linux.
 */
s32 vm_mmap_pgoff(struct file *file, uaddr_t addr, u32 bytes, u32 prot,
		  u32 flags, u32 pgoff)
{
	struct mm_struct *mm = current_thread_info()->mm;
	bool fill = (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE;
	uaddr_t result = 0;
	int err;

	if (read_is_exec(prot) && !(file && mnt_has(file->f_mnt, MS_NOEXEC)))
		prot |= PROT_EXEC;
	down_write(&mm->mmap_lock);
	err = do_mmap(mm, file, addr, bytes, prot, flags, pgoff, &result);
	if (!err && !fill)
		/*
		 * Read under the lock, as mlockall in another thread may change
		 * it.
		 */
		fill = flags & MAP_LOCKED || mm->def_flags & VM_LOCKED;
	up_write(&mm->mmap_lock);
	if (err)
		return err;
	if (fill)
		/*
		 * The pages are faulted in after unlocking, so that other
		 * threads can fault meanwhile; mm_populate takes the lock for
		 * reading.
		 */
		(void)mm_populate(mm, result, bytes);
	return (s32)result;
}

/* munmap(2). VMAs leave the set, so the lock is taken for writing. */
s32 sys_munmap(uaddr_t addr, u32 bytes)
{
	struct mm_struct *mm = current_thread_info()->mm;
	int err;

	down_write(&mm->mmap_lock);
	err = do_munmap(mm, addr, bytes);
	up_write(&mm->mmap_lock);
	return err;
}

/* mprotect(2). Rights change, so the lock is taken for writing. */
s32 sys_mprotect(uaddr_t addr, u32 bytes, u32 prot)
{
	struct mm_struct *mm = current_thread_info()->mm;
	int err;

	down_write(&mm->mmap_lock);
	err = do_mprotect(mm, addr, bytes, prot);
	up_write(&mm->mmap_lock);
	return err;
}

/* mremap(2). Returns the new address or -errno. */
s32 sys_mremap(uaddr_t addr, u32 old_bytes, u32 new_bytes, u32 flags,
	       uaddr_t new_addr)
{
	struct mm_struct *mm = current_thread_info()->mm;
	struct vm_area_struct *vma;
	uaddr_t result = 0;
	bool fill = false;
	int err;

	down_write(&mm->mmap_lock);
	err = do_mremap(mm, addr, old_bytes, new_bytes, flags, new_addr,
			&result);
	/* Only a mapping that grew has new pages to fault in. */
	if (!err &&
	    ALIGN_UP(new_bytes, PAGE_SIZE) > ALIGN_UP(old_bytes, PAGE_SIZE)) {
		vma = find_vma(mm, result);
		fill = vma && vma->vm_flags & VM_LOCKED;
	}
	up_write(&mm->mmap_lock);
	if (err)
		return err;
	if (fill)
		(void)mm_populate(mm, result, new_bytes);
	return (s32)result;
}

/*
 * Extends the heap from old_end to new_end (page-aligned). Returns false if it
 * cannot.
 */
static bool brk_grow(struct mm_struct *mm, uaddr_t old_end, uaddr_t new_end)
{
	struct vm_area_struct *next = find_vma(mm, old_end);

	/* As Linux: one page stays free behind the heap. */
	if (next && new_end + PAGE_SIZE > vm_start_gap(next))
		return false;
	return !do_brk(mm, old_end, new_end - old_end,
		       read_is_exec(PROT_READ) ? VM_EXEC : 0);
}

/*
 * Sets mm->brk to brk if possible. Hold mmap_lock for writing. On failure
 * nothing changes, which is how brk(2) reports it.
 */
static void set_brk(struct mm_struct *mm, uaddr_t brk)
{
	uaddr_t old_end = ALIGN_UP(mm->brk, PAGE_SIZE);
	uaddr_t new_end = ALIGN_UP(brk, PAGE_SIZE);
	u32 data = mm->end_data - mm->start_data, limit = rlimit(RLIMIT_DATA);

	/*
	 * RLIMIT_DATA covers data and heap together; written so that nothing
	 * wraps.
	 */
	if (brk < mm->start_brk || brk > TASK_SIZE ||
	    brk - mm->start_brk > limit || data > limit - (brk - mm->start_brk))
		return;
	/* Only whole pages are mapped or unmapped; brk itself counts bytes. */
	if (new_end < old_end && do_munmap(mm, new_end, old_end - new_end))
		return;
	if (new_end > old_end && !brk_grow(mm, old_end, new_end))
		return;
	trace_vma(TRACE_BRK, mm->brk, brk);
	mm->brk = brk;
}

/*
 * brk(2). Returns the break that is in force afterwards, so a program learns it
 * by brk(0).
 */
s32 sys_brk(uaddr_t brk)
{
	struct mm_struct *mm = current_thread_info()->mm;
	uaddr_t old, new;
	bool locked;

	down_write(&mm->mmap_lock);
	old = mm->brk;
	set_brk(mm, brk);
	new = mm->brk;
	locked = mm->def_flags & VM_LOCKED;
	up_write(&mm->mmap_lock);
	old = ALIGN_UP(old, PAGE_SIZE);
	/*
	 * mlockall(MCL_FUTURE): the heap's new pages must be present on return.
	 */
	if (locked && new > old)
		(void)mm_populate(mm, old, new - old);
	return (s32) new;
}

/*
 * ARM's own call, by which programs that generate code make it visible to
 * instruction fetches. flags must be 0.
 */
s32 sys_cacheflush(uaddr_t start, uaddr_t end, u32 flags)
{
	struct mm_struct *mm = current_thread_info()->mm;

	if (end < start || flags)
		return -EINVAL;
	if (end > TASK_SIZE)
		return -EFAULT;
	/*
	 * The size of a cache line is known to mmu/ alone, so the loop is
	 * there.
	 */
	return flush_icache_user_range(mm, start, end);
}
