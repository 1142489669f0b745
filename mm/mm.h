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

/* Once, after pgtable_cache_init: slab caches, the zero page. */
void mm_init(void);

/* The page of zeroes that anonymous reads share; never freed, never counted. */
extern struct page *empty_zero_page;
extern u32 zero_pfn; /* its frame */

/* ---- lives (mm/mm_life.c) ---------------------------------------- */

/* mm_count, which keeps the tables alone: mmgrab and mmdrop of <mmu/mmu.h>. */

/*
 * An empty address space: mm_users = mm_count = 1, a pgd. NULL: no memory.
 */
struct mm_struct *mm_alloc(void) __must_check;

/*
 * Where mmap looks for room in a new mm: below the room for a stack that ends at
 * stack_top (RLIMIT_STACK of the running task), from the top down; or upward
 * from a third of the address space. shift: whole pages that it is moved by.
 * mm_alloc chooses the former, by 0 below STACK_TOP.
 */
void mm_set_layout(struct mm_struct *mm, bool bottom_up, uaddr_t stack_top,
		   u32 shift);

static inline struct mm_struct *mmget(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_users);
	return mm;
}

/* mmget unless mm_users is already zero: false = its mappings are going. */
bool __must_check mmget_not_zero(struct mm_struct *mm);
/* Give up a use; the last one unmaps everything. May sleep. */
void mmput(struct mm_struct *mm);

/*
 * Fork: fill the fresh mm with oldmm's mappings; private writable pages become
 * copy-on-write in both. 0 or -ENOMEM: then mm holds a valid part (mmput it)
 * and oldmm works as before.
 */
int __must_check dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm);

/* Pages the user entries of mm hold, and the most there ever were. */
static inline u32 get_mm_rss(const struct mm_struct *mm)
{
	return mm->rss[MM_FILEPAGES] + mm->rss[MM_ANONPAGES] +
		mm->rss[MM_SHMEMPAGES];
}

static inline u32 get_mm_hiwater_rss(const struct mm_struct *mm)
{
	return max(mm->hiwater_rss, get_mm_rss(mm));
}

/* Address spaces that exist, init_mm not counted. */
u32 nr_mms(void);

/* ---- VMAs (vma*.c, mmap.c ...); mmap_lock held as named ---------- */

/* First VMA with vm_end > va, or NULL. (read) */
struct vm_area_struct *__find_vma(struct mm_struct *mm, uaddr_t va);
static inline struct vm_area_struct *find_vma(struct mm_struct *mm, uaddr_t va)
{
	struct vm_area_struct *vma = READ_ONCE(mm->mmap_cache);

	/* Nearly always it is the one that was asked for last. */
	if (likely(vma && vma->vm_start <= va && va < vma->vm_end))
		return vma;
	return __find_vma(mm, va);
}
/* The same, and the one before it (NULL: none) in *prev. (read) */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, uaddr_t va,
				     struct vm_area_struct **prev);

/* First VMA that overlaps [start, end), or NULL. (read) */
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm,
					     uaddr_t start, uaddr_t end);
static inline struct vm_area_struct *vma_next(struct vm_area_struct *vma)
{
	return TAILQ_NEXT(vma, vm_link);
}

static inline bool vma_is_anonymous(const struct vm_area_struct *vma)
{
	return !vma->vm_ops;
}

/* The page of the mapped object behind va. */
static inline u32 linear_page_index(const struct vm_area_struct *vma,
				    uaddr_t va)
{
	return vma->vm_pgoff + ((va - vma->vm_start) >> PAGE_SHIFT);
}

/*
 * Where mmap(2) with these flags puts `bytes`, whole pages: at the hint addr if
 * that is free. 0 and *result, -ENOMEM, -EINVAL. (read)
 */
int __must_check get_unmapped_area(struct mm_struct *mm, uaddr_t addr,
				   u32 bytes, u32 flags, uaddr_t *result);
/*
 * Map bytes at addr as mmap(2) means it; bytes > 0 is rounded up to pages,
 * pgoff in pages. file NULL: anonymous. *result gets the address. (write)
 * 0, -ENOMEM (no room, too many VMAs, limits), -EINVAL, -EACCES, -EEXIST
 * (MAP_FIXED_NOREPLACE), -ENODEV (file cannot be mapped), -EAGAIN (locked),
 * -EOVERFLOW.
 */
int __must_check do_mmap(struct mm_struct *mm, struct file *file, uaddr_t addr,
			 u32 bytes, u32 prot, u32 flags, u32 pgoff,
			 uaddr_t *result);
/*
 * mmap(2) for the running task: do_mmap under mmap_lock, then the pages are
 * faulted in if they are to be there. The address, or -errno.
 */
s32 vm_mmap_pgoff(struct file *file, uaddr_t addr, u32 bytes, u32 prot,
		  u32 flags, u32 pgoff);
/* Unmap whatever lies in the range. 0, -EINVAL, -ENOMEM (a split). (write) */
int __must_check do_munmap(struct mm_struct *mm, uaddr_t start, u32 bytes);
/*
 * 0, -ENOMEM (a hole, or a split), -EACCES, -EINVAL; the VMAs before the one
 * that is in the way stay changed, as in Linux. (write)
 */
int __must_check do_mprotect(struct mm_struct *mm, uaddr_t start, u32 bytes,
			     u32 prot);
/* Anonymous memory at [start, start + bytes) for brk and bss. (write) */
int __must_check do_brk(struct mm_struct *mm, uaddr_t start, u32 bytes,
			u32 vm_flags);
/*
 * mremap(2). *result gets the new address. If it fails, what is at both places
 * is as before. (write)
 */
int __must_check do_mremap(struct mm_struct *mm, uaddr_t addr, u32 old_bytes,
			   u32 new_bytes, u32 flags, uaddr_t new_addr,
			   uaddr_t *result);
/*
 * [start, end), inside *vma, gets these flags, its rights unchanged: it is cut
 * out of *vma and merged with its neighbours where they are equal. *vma is then
 * what covers it. 0, or -ENOMEM and all is as before. (write)
 */
int __must_check vma_change_flags(struct vm_area_struct **vma, uaddr_t start,
				  uaddr_t end, u32 vm_flags);
/* The same, and its vm_private_data becomes data: who brings its pages. */
int __must_check vma_change(struct vm_area_struct **vma, uaddr_t start,
			    uaddr_t end, u32 vm_flags, void *data);
/*
 * Take the pages of [start, end) away: the next access faults anew. When it
 * returns no translation of them is left. (read)
 */
void zap_page_range(struct mm_struct *mm, uaddr_t start, uaddr_t end);
/* Pages of [start, end) in VMAs with (vm_flags & mask) == flags. (read) */
u32 count_vma_pages(struct mm_struct *mm, uaddr_t start, uaddr_t end, u32 mask,
		    u32 flags);
/*
 * A mapping that grows down, of `bytes`, ending at top: for execve's stack.
 * (write)
 */
int __must_check mm_setup_stack(struct mm_struct *mm, uaddr_t top, u32 bytes,
				u32 vm_flags);
/*
 * Grow the stack VMA down to include va: 0, -ENOMEM (limit, overlap with the
 * gap kept below it). (read suffices; page_table_lock serialises growers)
 */
int __must_check expand_stack(struct vm_area_struct *vma, uaddr_t va);
/* Unmap everything, free the user tables. Nobody else uses mm. */
void exit_mmap(struct mm_struct *mm);
/*
 * Take all private pages of mm, whose tasks are all being killed and have not
 * ended yet: from here on each of their faults fails as if there were no
 * memory. The caller has a use of mm and holds no lock. False: mmap_lock is not
 * free, nothing was done.
 */
bool __must_check reap_mm(struct mm_struct *mm);

/*
 * Take every page of the file at and after page `start` out of every address
 * space that maps it, private copies too (Linux's even_cows); when it returns
 * no translation of them is left. The caller has kept new ones from coming: the
 * file's size first, then truncate_count, both seen by ->fault. Sleeps;
 * i_mmap_rwsem not held, no mmap_lock needed.
 */
void unmap_mapping_pages(struct address_space *mapping, u32 start);

/* 0, or -EUCLEAN after naming each broken invariant on the log. (read) */
int vma_verify(struct mm_struct *mm);

/* Pages promised to private writable mappings: Committed_AS. */
u32 vm_committed_pages(void);

/*
 * Make vma, not yet in an address space, map fresh shared memory: MAP_SHARED |
 * MAP_ANONYMOUS, and a shared mapping of /dev/zero. 0 or -ENOMEM.
 */
int __must_check shmem_zero_setup(struct vm_area_struct *vma);

/* ---- faults (mm/memory.c) ---------------------------------------- */

#define FAULT_FLAG_WRITE 0x01

/* What handle_mm_fault says; 0 is success. Linux's meaning. */
#define VM_FAULT_OOM     0x01
#define VM_FAULT_SIGBUS  0x02
#define VM_FAULT_MAJOR   0x04
/* Not Linux's: nothing is done, for a pager of the program's has the page. */
#define VM_FAULT_PAGER   0x08
#define VM_FAULT_SIGSEGV 0x40
#define VM_FAULT_ERROR   (VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV)

/*
 * Give the page at va of vma, which allows the access, to the program.
 * mmap_lock held for reading. May sleep. See the table at mm/memory.c's head.
 */
u32 handle_mm_fault(struct vm_area_struct *vma, uaddr_t va, u32 flags);

/*
 * A pager brings page to va of vma, private and anonymous: as a write fault would
 * have, or the zero page (NULL). The entry gets a reference of its own. 0,
 * -EEXIST: there is one, -ENOMEM. (read)
 */
int __must_check fill_missing_page(struct vm_area_struct *vma, uaddr_t va,
				   struct page *page);

/* The page of vma's object at pgoff, if it is there, with a reference; or NULL. */
static inline struct page *vma_find_page(struct vm_area_struct *vma, u32 pgoff)
{
	struct page *page = NULL;

	if (vma->vm_ops && vma->vm_ops->find_pages)
		vma->vm_ops->find_pages(vma, pgoff, 1, &page);
	return page;
}

/* May the running task lock pages more of mm, as to RLIMIT_MEMLOCK? (read) */
bool may_lock(const struct mm_struct *mm, u32 pages);

/* With a limit of 0 it may not even ask, unless CAP_IPC_LOCK sets it free. */
static inline bool may_lock_at_all(void)
{
	return rlimit(RLIMIT_MEMLOCK) || capable(CAP_IPC_LOCK);
}

/* Have the page at va ready for the access. 0, -ENOMEM, -EFAULT. (read) */
int __must_check faultin_page(struct vm_area_struct *vma, uaddr_t va,
			      bool write);
/*
 * Fault in [start, start + bytes) now, as MAP_POPULATE and mlock do. Takes
 * mmap_lock for reading. 0, -ENOMEM, -EFAULT, -EINTR: the task is killed.
 */
int mm_populate(struct mm_struct *mm, uaddr_t start, u32 bytes);

/* How memory is reached in place of its owner; Linux's names and values. */
#define FOLL_WRITE 0x01
/*
 * Whatever the rights are: as a debugger reads what is PROT_NONE and puts a
 * breakpoint into code. Of a private mapping the write gets a copy, to which
 * the owner can write no more than before; a shared one is -EFAULT.
 */
#define FOLL_FORCE 0x10

/*
 * Copy between kernel memory and any mm (not only the loaded one), faulting
 * pages in: for execve's stack, /proc/PID/mem. flags: FOLL_*. buf NULL: write
 * zeroes. mm's mmap_lock NOT held. 0 or -EFAULT, -ENOMEM.
 */
int __must_check copy_remote_vm(struct mm_struct *mm, uaddr_t va, void *buf,
				u32 bytes, u32 flags);

/* VMAs of one mm: Linux's default for /proc/sys/vm/max_map_count. */
#define MAX_MAP_COUNT 65530u

/* Fault-around for file pages, in bytes; a power of two; PAGE_SIZE = off. */
extern u32 fault_around_bytes;

/* ---- vmalloc (mm/vmalloc.c) -------------------------------------- */

/* Once, after the slab is up. */
void vmalloc_init(void);

/*
 * bytes of virtually contiguous kernel memory over frames from anywhere, page
 * aligned, a guard page after it. NULL: no memory or address space.
 */
void *vmalloc(u32 bytes) __must_check;
/* The same at a multiple of align (power of two >= PAGE_SIZE), labelled. */
void *vmalloc_aligned(u32 bytes, u32 align, gfp_t gfp, const char *label)
	__must_check;
void vfree(const void *va); /* NULL is allowed; may sleep */
/* Device registers at pa: Device memory, XN. NULL: no room. */
void *ioremap(phys_addr_t pa, u32 bytes) __must_check;
void iounmap(void *va);
/* The page behind a vmalloc address, or NULL. */
struct page *vmalloc_to_page(const void *va);
bool is_vmalloc_addr(const void *va);

/* For /proc/vmallocinfo, ascending. */
struct vm_info {
	u32 va, bytes; /* guard page included, as Linux shows it */
	u32 nr_pages;
	phys_addr_t pa;    /* ioremap only */
	u32 caller;        /* text address */
	const char *label; /* "vmalloc", "ioremap", or own */
};
void vmalloc_for_each(void (*fn)(const struct vm_info *info, void *arg),
		      void *arg);

/* 0, or -EUCLEAN after naming each broken invariant. No area half made. */
int vmalloc_verify(void);

#endif
