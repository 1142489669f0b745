/*
 * services/advice/advice.h - what a program says and asks about its memory.
 */
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
 * madvise(2): 0 or -EINVAL; -ENOMEM after the whole range was processed if part
 * of it is unmapped, or at once if a VMA could not be split. (write)
 */
int __must_check do_madvise(struct mm_struct *mm, uaddr_t start, u32 bytes,
			    u32 advice);
/* MADV_REMOVE, as madvise(2) means it; mmap_lock not held. (remove.c) */
int __must_check madvise_remove(struct mm_struct *mm, uaddr_t start, u32 bytes);
/*
 * Give [start, end) the flags (flags & ~clear) | set, VMA by VMA, splitting
 * and merging. 0; -ENOMEM after the whole range was processed if part of it is
 * unmapped, or at once if a VMA could not be split. (write)
 */
int __must_check vma_update_flags(struct mm_struct *mm, uaddr_t start,
				  uaddr_t end, u32 clear, u32 set);
/*
 * The pages of [start, end) of vma are not young any more; when it returns no
 * translation of them is left. (read)
 */
void vma_make_old(struct vm_area_struct *vma, uaddr_t start, uaddr_t end);

#endif
