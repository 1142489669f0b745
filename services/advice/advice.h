/* services/advice/advice.h - advice and queries about a program's memory. */
#ifndef SERVICES_ADVICE_ADVICE_H
#define SERVICES_ADVICE_ADVICE_H

#include <mm/mm.h>
#include <trap/core_calls.h>

/* clang-format off */
#define ADVICE_CALLS \
	CALL(madvise), CALL(mincore), CALL(msync), CALL(mlock), CALL(mlock2), \
	CALL(munlock), CALL(mlockall), CALL(munlockall), \
	CALL(remap_file_pages)
/* clang-format on */

/*
 * The system calls, with Linux's arguments and errors: addr must begin a page,
 * except for the mlock family; bytes are rounded up to pages; vec gets a byte
 * for each page.
 */
s32 sys_madvise(uaddr_t addr, u32 bytes, u32 advice);
s32 sys_mincore(uaddr_t addr, u32 bytes, uaddr_t vec);
s32 sys_msync(uaddr_t addr, u32 bytes, u32 flags);
s32 sys_mlock(uaddr_t addr, u32 bytes);
s32 sys_mlock2(uaddr_t addr, u32 bytes, u32 flags);
s32 sys_munlock(uaddr_t addr, u32 bytes);
s32 sys_mlockall(u32 flags);
s32 sys_munlockall(void);
s32 sys_remap_file_pages(uaddr_t addr, u32 bytes, u32 prot, u32 pgoff,
			 u32 flags);

/*
 * madvise(2), but for MADV_REMOVE. Returns 0, -EINVAL, -EINTR or an error of a
 * page that could not be populated; -ENOMEM after the whole range was processed
 * if part of it is unmapped, or at once if a VMA could not be split. Hold
 * mmap_lock for writing, since VMAs may be split.
 */
int __must_check do_madvise(struct mm_struct *mm, uaddr_t start, u32 bytes,
			    u32 advice);
/*
 * MADV_REMOVE of madvise(2): 0 or -errno. Do not hold mmap_lock, since the
 * file's locks are outside of it (remove.c).
 */
int __must_check madvise_remove(struct mm_struct *mm, uaddr_t start, u32 bytes);
/*
 * Gives the VMAs in [start, end), whole pages, the flags (vm_flags & ~clear) |
 * set, splitting and merging them. Returns 0; -ENOMEM after the whole range was
 * processed if part of it is unmapped, or at once if a VMA could not be split.
 * Hold mmap_lock for writing, since the list of VMAs changes.
 */
int __must_check vma_update_flags(struct mm_struct *mm, uaddr_t start,
				  uaddr_t end, u32 clear, u32 set);
/*
 * Clears the accessed mark of all pages in [start, end), which must be part of
 * vma. On return no translation of them is left in the TLB, so that the next
 * access sets the mark again. Hold mmap_lock, at least for reading, so that vma
 * stays.
 */
void vma_make_old(struct vm_area_struct *vma, uaddr_t start, uaddr_t end);

#endif
