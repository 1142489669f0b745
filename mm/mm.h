/*
 * mm/mm.h - process address spaces, machine-independent.
 *
 * What an address space is: include/mm_types.h. What a page fault does: the
 * head of mm/memory.c. Locks, outermost first: mm->mmap_lock (sleeps);
 * mm->page_table_lock (spins).
 */
#ifndef MM_MM_H
#define MM_MM_H

#include <alloc/alloc.h>
#include <cred.h>
#include <mm_types.h>
#include <mmu/mmu.h>
#include <sched.h>
#include <uapi/mman.h>
#include <uapi/resource.h>

/*
 * Boot, once, after pgtable_cache_init: creates the slab caches and the zero
 * page. Panics without memory.
 */
void mm_init(void);

/*
 * The page of zeroes that anonymous reads share. Entries for it are special, so
 * it is never freed and counts in no rss.
 */
extern struct page *empty_zero_page;
extern u32 zero_pfn; /* its frame */

/* ---- lives (mm/mm_life.c) ---------------------------------------- */

/* mm_count, which keeps only the tables: mmgrab and mmdrop of <mmu/mmu.h>. */

/*
 * Returns an empty address space with a pgd, mm_users = mm_count = 1, for mmput
 * to drop. NULL: no memory.
 */
struct mm_struct *mm_alloc(void) __must_check;

/*
 * Sets where mmap looks for free addresses in a new mm. Top-down: below the
 * room for a stack that ends at stack_top and may grow to the running task's
 * RLIMIT_STACK. bottom_up: upward from a third of the address space. shift:
 * bytes, whole pages, by which a random layout moves it. mm_alloc sets the
 * top-down layout below STACK_TOP without a shift. Nobody else may use mm yet.
 */
void mm_set_layout(struct mm_struct *mm, bool bottom_up, uaddr_t stack_top,
		   u32 shift);

/* Takes another use of mm, for mmput to drop. The caller has one already. */
static inline struct mm_struct *mmget(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_users);
	return mm;
}

/*
 * mmget for a caller without a use of its own, who keeps only mm_count. Returns
 * false if mm_users is zero: then the VMAs are being freed.
 */
bool __must_check mmget_not_zero(struct mm_struct *mm);
/*
 * Drops a use. The last one unmaps everything and drops the users' mm_count.
 * May sleep; no lock held.
 */
void mmput(struct mm_struct *mm);

/*
 * Fork: copies oldmm's VMAs to the fresh mm; private writable pages become
 * copy-on-write in both. Takes both mmap_locks for writing. 0 or -ENOMEM: then
 * mm holds a valid part of them (the caller drops it by mmput), and oldmm works
 * as before.
 */
int __must_check dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm);

/*
 * The pages that user entries of mm hold, and the most there ever were. Read
 * without a lock for reports, so they may be a moment old.
 */
static inline u32 get_mm_rss(const struct mm_struct *mm)
{
	return mm->rss[MM_FILEPAGES] + mm->rss[MM_ANONPAGES] +
		mm->rss[MM_SHMEMPAGES];
}

/*
 * hiwater_rss is written only before rss shrinks, so the present value may be
 * the larger.
 */
static inline u32 get_mm_hiwater_rss(const struct mm_struct *mm)
{
	return max(mm->hiwater_rss, get_mm_rss(mm));
}

/* Returns how many address spaces have users; init_mm is not counted. */
u32 nr_mms(void);

/* ---- VMAs (vma*.c, mmap.c ...); mmap_lock held as named ---------- */

/*
 * find_vma returns the first VMA with vm_end > va, or NULL. It need not contain
 * va: compare vm_start. Hold mmap_lock for reading, as long as the VMA is used.
 */
struct vm_area_struct *__find_vma(struct mm_struct *mm, uaddr_t va);
static inline struct vm_area_struct *find_vma(struct mm_struct *mm, uaddr_t va)
{
	struct vm_area_struct *vma = READ_ONCE(mm->mmap_cache);

	/*
	 * Programs fault and map near where they did last: the cache hits
	 * nearly always, and needs neither a call nor the tree.
	 */
	if (likely(vma && vma->vm_start <= va && va < vma->vm_end))
		return vma;
	return __find_vma(mm, va);
}
/*
 * find_vma, and in *prev the VMA before the one returned (NULL: none). Hold
 * mmap_lock for reading.
 */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, uaddr_t va,
				     struct vm_area_struct **prev);

/*
 * Returns the first VMA that overlaps [start, end), or NULL. Hold mmap_lock for
 * reading.
 */
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm,
					     uaddr_t start, uaddr_t end);
/* Returns the next VMA by address, or NULL. Hold mmap_lock for reading. */
static inline struct vm_area_struct *vma_next(struct vm_area_struct *vma)
{
	return TAILQ_NEXT(vma, vm_link);
}

/*
 * Private anonymous memory. Shared anonymous memory has the ops of mm/shmem.c.
 */
static inline bool vma_is_anonymous(const struct vm_area_struct *vma)
{
	return !vma->vm_ops;
}

/*
 * Returns which page of the mapped object va shows, counted from the object's
 * start.
 */
static inline u32 linear_page_index(const struct vm_area_struct *vma,
				    uaddr_t va)
{
	return vma->vm_pgoff + ((va - vma->vm_start) >> PAGE_SHIFT);
}

/*
 * Finds where mmap(2) with these flags puts `bytes` (whole pages): at the hint
 * addr if that is free. 0 and *result, -ENOMEM (no room), -EINVAL (MAP_FIXED at
 * an address that cannot be mapped). Hold mmap_lock for reading until the
 * mapping is made, or the place may be taken.
 */
int __must_check get_unmapped_area(struct mm_struct *mm, uaddr_t addr,
				   u32 bytes, u32 flags, uaddr_t *result);
/*
 * Maps `bytes` at addr as mmap(2) does. bytes is rounded up to pages, pgoff
 * counts pages, file is NULL for anonymous memory; the VMA takes a reference of
 * its own. Hold mmap_lock for writing. 0 and *result, -ENOMEM (no room, too
 * many VMAs, limits), -EINVAL, -EACCES, -EEXIST (MAP_FIXED_NOREPLACE), -ENODEV
 * (the file cannot be mapped), -EAGAIN (RLIMIT_MEMLOCK), -EPERM (may not lock
 * at all), -EOPNOTSUPP (a flag that MAP_SHARED_VALIDATE refuses), -EOVERFLOW
 * (pgoff); then nothing has changed.
 */
int __must_check do_mmap(struct mm_struct *mm, struct file *file, uaddr_t addr,
			 u32 bytes, u32 prot, u32 flags, u32 pgoff,
			 uaddr_t *result);
/*
 * mmap(2) for the running task: do_mmap under mmap_lock, then populates the
 * mapping if the flags say so. Returns the address or -errno: user addresses
 * end at TASK_SIZE, below every -errno.
 */
s32 vm_mmap_pgoff(struct file *file, uaddr_t addr, u32 bytes, u32 prot,
		  u32 flags, u32 pgoff);
/*
 * Unmaps whatever [start, start + bytes) contains; bytes is rounded up to
 * pages. Hold mmap_lock for writing. 0, -EINVAL (not a user range), -ENOMEM (a
 * VMA cannot be split): then nothing has changed.
 */
int __must_check do_munmap(struct mm_struct *mm, uaddr_t start, u32 bytes);
/*
 * mprotect(2): gives [start, start + bytes) the rights prot. Hold mmap_lock for
 * writing. 0, -ENOMEM (a hole, a split, a limit), -EACCES (VM_MAY* forbid it),
 * -EINVAL. After an error the VMAs before the one that failed stay changed, as
 * in Linux.
 */
int __must_check do_mprotect(struct mm_struct *mm, uaddr_t start, u32 bytes,
			     u32 prot);
/*
 * Maps anonymous memory at [start, start + bytes) for brk and bss, with
 * vm_flags besides read and write, and replaces what is mapped there. Hold
 * mmap_lock for writing. 0, -EINVAL, -ENOMEM, -EAGAIN: then nothing has
 * changed.
 */
int __must_check do_brk(struct mm_struct *mm, uaddr_t start, u32 bytes,
			u32 vm_flags);
/*
 * mremap(2); sizes in bytes. Hold mmap_lock for writing. 0 and *result,
 * -EINVAL, -EFAULT (no VMA at addr, or the range leaves it), -ENOMEM, -EAGAIN
 * (RLIMIT_MEMLOCK); then the mappings at both places are as before.
 */
int __must_check do_mremap(struct mm_struct *mm, uaddr_t addr, u32 old_bytes,
			   u32 new_bytes, u32 flags, uaddr_t new_addr,
			   uaddr_t *result);
/*
 * Gives [start, end), inside *vma, other vm_flags that keep its rights: the
 * range is cut out of *vma and merged with its neighbours where they are equal.
 * *vma becomes the VMA that covers the range. Hold mmap_lock for writing. 0, or
 * -ENOMEM and nothing has changed.
 */
int __must_check vma_change_flags(struct vm_area_struct **vma, uaddr_t start,
				  uaddr_t end, u32 vm_flags);
/*
 * vma_change_flags, and vm_private_data becomes data: the pager of the range.
 * The same lock and errors.
 */
int __must_check vma_change(struct vm_area_struct **vma, uaddr_t start,
			    uaddr_t end, u32 vm_flags, void *data);
/*
 * Frees the pages of [start, end): the next access faults anew. On return no
 * translation of them is left. Hold mmap_lock for reading, or i_mmap_rwsem, so
 * that the second-level tables stay.
 */
void zap_page_range(struct mm_struct *mm, uaddr_t start, uaddr_t end);
/*
 * Returns how many pages of [start, end) are in VMAs with (vm_flags & mask) ==
 * flags. Hold mmap_lock for reading.
 */
u32 count_vma_pages(struct mm_struct *mm, uaddr_t start, uaddr_t end, u32 mask,
		    u32 flags);
/*
 * Maps execve's stack: `bytes` that end at top, growing down, with vm_flags
 * besides. Hold mmap_lock for writing. 0, or -ENOMEM (the range is taken, or
 * limits), -EAGAIN.
 */
int __must_check mm_setup_stack(struct mm_struct *mm, uaddr_t top, u32 bytes,
				u32 vm_flags);
/*
 * Grows the stack vma down to include va. Hold mmap_lock for reading, as a
 * fault does; page_table_lock, which it takes, keeps two growers apart. 0,
 * -EFAULT (vma does not grow), -EPERM (below MMAP_MIN_ADDR), -ENOMEM (a limit,
 * or too near to the VMA below).
 */
int __must_check expand_stack(struct vm_area_struct *vma, uaddr_t va);
/*
 * Unmaps everything and frees the user tables. mm_users is zero, so that no
 * task can fault or map any more.
 */
void exit_mmap(struct mm_struct *mm);
/*
 * Frees all private pages of mm, whose tasks are all being killed but have not
 * ended yet: from then on each of their faults fails as if there were no
 * memory. The caller has a use of mm and holds no lock. Returns false if
 * mmap_lock is taken; then nothing was done.
 */
bool __must_check reap_mm(struct mm_struct *mm);

/*
 * Unmaps every page of the file from page `start` on in every address space
 * that maps it, private copies too (Linux's even_cows); on return no
 * translation of them is left. To keep new entries from being made, the caller
 * has changed first the file's size and then truncate_count, both of which
 * ->fault reads. Takes i_mmap_rwsem and sleeps; needs no mmap_lock.
 */
void unmap_mapping_pages(struct address_space *mapping, u32 start);

/*
 * Checks every rule of mm/vma.c. 0, or -EUCLEAN after naming each broken rule
 * on the log. Hold mmap_lock for reading.
 */
int vma_verify(struct mm_struct *mm);

/*
 * How much may be promised, /proc/sys/vm/overcommit_memory: nothing that is
 * larger than all memory; anything; or in all no more than the limit, which is
 * overcommit_ratio percent of memory, and for others than root a little less.
 */
#define OVERCOMMIT_GUESS      0u
#define OVERCOMMIT_ALWAYS     1u
#define OVERCOMMIT_NEVER      2u
#define OVERCOMMIT_ROOT_PAGES (totalram_pages() / 32)
extern u32 overcommit_memory, overcommit_ratio;

/*
 * The pages promised to private writable mappings, Committed_AS; and how many
 * OVERCOMMIT_NEVER allows, CommitLimit.
 */
u32 vm_committed_pages(void);
u32 vm_commit_limit(void);

/*
 * Makes vma, not yet linked, map a new shared object of its size: MAP_SHARED |
 * MAP_ANONYMOUS, or a shared mapping of /dev/zero. The object is freed with the
 * last VMA that maps it. 0 or -ENOMEM.
 */
int __must_check shmem_zero_setup(struct vm_area_struct *vma);

/* ---- faults (mm/memory.c) ---------------------------------------- */

#define FAULT_FLAG_WRITE 0x01

/* What handle_mm_fault returns: 0 is success, the bits are Linux's. */
#define VM_FAULT_OOM     0x01
#define VM_FAULT_SIGBUS  0x02
/*
 * Not Linux's: nothing was done, because a program's pager must supply the
 * page.
 */
#define VM_FAULT_PAGER   0x08
#define VM_FAULT_SIGSEGV 0x40
#define VM_FAULT_ERROR   (VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV)

/*
 * Serves a fault at va of vma, which allows the access: installs the page or
 * the missing right. flags: FAULT_FLAG_WRITE or 0. Hold mmap_lock for reading,
 * so that VMA and tables stay. May sleep. Returns VM_FAULT_* bits. The cases
 * are at the head of mm/memory.c.
 */
u32 handle_mm_fault(struct vm_area_struct *vma, uaddr_t va, u32 flags);

/*
 * A pager supplies the page at va (page-aligned) of vma, which is private and
 * anonymous: installs page as a write fault would have, or the zero page if
 * page is NULL. The entry takes a reference of its own. 0, -EEXIST (there is an
 * entry already), -ENOMEM. Hold mmap_lock for reading.
 */
int __must_check fill_missing_page(struct vm_area_struct *vma, uaddr_t va,
				   struct page *page);

/*
 * Returns page pgoff of vma's object with a reference, if it exists already; or
 * NULL. Does not sleep.
 */
static inline struct page *vma_find_page(struct vm_area_struct *vma, u32 pgoff)
{
	struct page *page = NULL;

	if (vma->vm_ops && vma->vm_ops->find_pages)
		vma->vm_ops->find_pages(vma, pgoff, 1, &page);
	return page;
}

/*
 * Whether the running task may lock `pages` more of mm: within RLIMIT_MEMLOCK,
 * or with CAP_IPC_LOCK. Hold mmap_lock for reading.
 */
bool may_lock(const struct mm_struct *mm, u32 pages);

/*
 * Whether it may lock memory at all: with a limit of 0 even an empty request is
 * -EPERM, unless the task has CAP_IPC_LOCK.
 */
static inline bool may_lock_at_all(void)
{
	return rlimit(RLIMIT_MEMLOCK) || capable(CAP_IPC_LOCK);
}

/*
 * Makes the page at va ready for a read or a write. 0, -ENOMEM, -EFAULT (past
 * the end of a file, or a pager would have to supply it). Hold mmap_lock for
 * reading.
 */
int __must_check faultin_page(struct vm_area_struct *vma, uaddr_t va,
			      bool write);
/*
 * Faults in [start, start + bytes) now, as MAP_POPULATE and mlock do. start is
 * page-aligned, bytes is rounded up. Takes mmap_lock for reading. 0, -ENOMEM,
 * -EFAULT (part of it cannot be accessed), -EINTR (the task is being killed).
 */
int mm_populate(struct mm_struct *mm, uaddr_t start, u32 bytes);

/*
 * How the kernel reaches memory in place of its owner; Linux's names and
 * values.
 */
#define FOLL_WRITE 0x01
/*
 * Ignore the rights of the VMA, for a debugger that reads PROT_NONE memory or
 * writes a breakpoint into code. A write to a private mapping makes a copy,
 * which its owner still cannot write; a write to a read-only shared mapping is
 * -EFAULT.
 */
#define FOLL_FORCE 0x10

/*
 * Copies between kernel memory and any mm, loaded or not, faulting pages in:
 * for execve's stack and /proc/PID/mem. flags: FOLL_*. With FOLL_WRITE, buf
 * NULL writes zeroes. Takes mmap_lock of mm for reading. 0, -EFAULT, -ENOMEM;
 * after an error a part may have been copied.
 */
int __must_check copy_remote_vm(struct mm_struct *mm, uaddr_t va, void *buf,
				u32 bytes, u32 flags);

/* The most VMAs of one mm: /proc/sys/vm/max_map_count. One word, no lock. */
extern u32 max_map_count;

/*
 * The window of fault-around for file pages: bytes, a power of two. PAGE_SIZE
 * turns it off.
 */
extern u32 fault_around_bytes;

/* min_flt and maj_flt of address spaces that are no more, summed. */
extern atomic_t past_min_flt, past_maj_flt;

/* ---- vmalloc (mm/vmalloc.c) -------------------------------------- */

/* Boot, once, after kmem_cache_init: creates the slab cache of areas. */
void vmalloc_init(void);

/*
 * Returns `bytes` of virtually contiguous kernel memory over frames from
 * anywhere, page-aligned, with a guard page after it; vfree it. NULL: no
 * memory, or no address space. May sleep.
 */
void *vmalloc(u32 bytes) __must_check;
/*
 * vmalloc at a multiple of align (bytes, a power of two >= PAGE_SIZE). label
 * names it in /proc/vmallocinfo and must stay valid.
 */
void *vmalloc_aligned(u32 bytes, u32 align, gfp_t gfp, const char *label)
	__must_check;
/* Unmaps and frees a vmalloc area. va is what vmalloc returned, or NULL. */
void vfree(const void *va);
/*
 * Maps `bytes` of device registers at pa as Device memory, never executable. pa
 * need not be page-aligned; iounmap it. NULL: no memory or addresses, or pa is
 * RAM.
 */
void *ioremap(phys_addr_t pa, u32 bytes) __must_check;
/* Unmaps what ioremap returned, or NULL. */
void iounmap(void *va);
/* Returns the page that a vmalloc address is mapped to, or NULL. */
struct page *vmalloc_to_page(const void *va);
/* Whether va lies in the vmalloc range, mapped or not. */
bool is_vmalloc_addr(const void *va);

/* One area of the vmalloc range, for /proc/vmallocinfo. */
struct vm_info {
	u32 va, bytes; /* guard page included, as Linux shows it */
	u32 nr_pages;
	phys_addr_t pa;    /* ioremap only */
	u32 caller;        /* text address */
	const char *label; /* "vmalloc", "ioremap", or own */
};
/*
 * Calls fn for each area, by ascending address. fn must not sleep or allocate:
 * vmap_lock is held.
 */
void vmalloc_for_each(void (*fn)(const struct vm_info *info, void *arg),
		      void *arg);

/*
 * Checks the set of areas and their mappings. 0, or -EUCLEAN after naming each
 * broken rule on the log. No area may be half made meanwhile.
 */
int vmalloc_verify(void);

#endif
