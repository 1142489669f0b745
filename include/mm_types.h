/*
 * mm_types.h - what an address space is made of.
 *
 *	task --- mm_struct --+-- pgd            first-level table (mmu/)
 *	  mm, active_mm      +-- context        ASID and its generation (mmu/)
 *	                     +-- mmap, mm_rb    vm_area_structs, twice: a list
 *	                                        sorted by address and an RB tree
 *
 * mm_users counts the tasks that use the user half. When it falls to zero the
 * VMAs and their pages are freed. mm_count counts the uses of the structure
 * itself: all of mm_users together hold one, and each kernel thread that
 * borrows the mm as active_mm holds one. When it falls to zero the pgd and the
 * mm_struct are freed.
 */
#ifndef MM_TYPES_H
#define MM_TYPES_H

#include <asm/atomic.h>
#include <asm/pgtable_types.h>
#include <config.h>
#include <rwsem.h>
#include <sys/queue.h>
#include <sys/tree.h>
#include <types.h>

struct file;
struct vm_area_struct;
struct mm_struct;
struct page;

/* Owned by mmu/context.c. */
typedef struct {
	u64 id;            /* generation << 8 | ASID; 0 = none yet */
	u32 vmalloc_seq;   /* init_mm's, when the kernel half was copied */
	bool exec_changed; /* an executable entry changed, not yet flushed */
} mm_context_t;

/* vm_flags: Linux's names and values. */
#define VM_READ         0x00000001
#define VM_WRITE        0x00000002
#define VM_EXEC         0x00000004
#define VM_SHARED       0x00000008
#define VM_MAYREAD      0x00000010 /* mprotect may turn VM_READ on */
#define VM_MAYWRITE     0x00000020
#define VM_MAYEXEC      0x00000040
#define VM_MAYSHARE     0x00000080
#define VM_GROWSDOWN    0x00000100
#define VM_UFFD_MISSING 0x00000200 /* a pager supplies its pages */
#define VM_LOCKED       0x00002000
#define VM_SEQ_READ     0x00008000
#define VM_RAND_READ    0x00010000
#define VM_DONTCOPY     0x00020000 /* fork leaves it out */
#define VM_ACCOUNT      0x00100000
#define VM_LOCKONFAULT  0x00080000 /* VM_LOCKED, but not populated */
#define VM_NORESERVE    0x00200000
#define VM_WIPEONFORK   0x02000000 /* the child's is empty */
#define VM_DONTDUMP     0x04000000 /* services/coredump skips it */
#define VM_STACK        VM_GROWSDOWN

#define VM_ACCESS_FLAGS (VM_READ | VM_WRITE | VM_EXEC)
#define VM_LOCKED_MASK  (VM_LOCKED | VM_LOCKONFAULT)

struct vm_fault {
	struct vm_area_struct *vma;
	uaddr_t address;    /* page-aligned */
	u32 flags;          /* FAULT_FLAG_* */
	u32 pgoff;          /* page within the mapped object */
	struct page *page;  /* out: by ->fault, with a reference */
	u32 truncate_count; /* out: read before ->fault looked */
	pte_t *pte;         /* for mm/ alone: the slot, and what it held */
	pte_t orig_pte;
};

struct vm_operations {
	/*
	 * open runs after the VMA was duplicated (a split, mremap, fork), close
	 * before it is freed. They count the VMAs that use the object.
	 */
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
	/*
	 * Finds the page of vmf->pgoff and stores it in vmf->page with a
	 * reference. For a file that can be truncated, it must store
	 * vmf->truncate_count first: see lock_pte_mapped in mm/memory.c.
	 * mmap_lock is held for reading; may sleep. Returns vm_fault_t bits: 0,
	 * VM_FAULT_SIGBUS past the end, VM_FAULT_OOM.
	 */
	u32 (*fault)(struct vm_fault *vmf);
	/*
	 * Stores in pages[] the nr pages from pgoff on: those that exist
	 * already, with a reference each, and NULL for the others. Never sleeps
	 * and never allocates, as fault-around calls it under page_table_lock.
	 * All pages of one object count in the same rss counter.
	 */
	void (*find_pages)(struct vm_area_struct *vma, u32 pgoff, u32 nr,
			   struct page *pages[]);
	/*
	 * page is about to become writable through a shared mapping of vma.
	 * Returns VM_FAULT_SIGBUS to refuse that, or 0. Never sleeps:
	 * page_table_lock is held. NULL allows every store.
	 */
	u32 (*page_mkwrite)(struct vm_area_struct *vma, struct page *page);
	/* "[stack]"-like name for /proc/PID/maps, or NULL. */
	const char *(*name)(struct vm_area_struct *vma);
};

/* One range [vm_start, vm_end) with the same rights and the same backing. */
struct vm_area_struct {
	/* mm->mmap_lock: for writing to change these, else for reading */
	uaddr_t vm_start; /* page-aligned */
	uaddr_t vm_end;
	u32 vm_flags;
	pgprot_t vm_page_prot; /* vma_page_prot(vm_flags) */
	u32 vm_pgoff;          /* pages: vm_start's place in vm_file */
	struct file *vm_file;  /* a reference, or NULL: anonymous */
	const struct vm_operations *vm_ops; /* NULL: anonymous */
	void *vm_private_data;              /* vm_ops' own */
	TAILQ_ENTRY(vm_area_struct) vm_link;
	/* vm_file->f_mapping->i_mmap_rwsem: VMAs that map the file */
	TAILQ_ENTRY(vm_area_struct) vm_shared;
	RB_ENTRY(vm_area_struct) vm_rb;
	u32 vm_gap;         /* free bytes below the VMA (vma_gap) */
	u32 rb_subtree_gap; /* largest gap below any VMA of the subtree */
	/* constant */
	struct mm_struct *vm_mm;
};

TAILQ_HEAD(vma_list, vm_area_struct);
RB_HEAD(vma_tree, vm_area_struct);

enum { MM_FILEPAGES, MM_ANONPAGES, MM_SHMEMPAGES, NR_MM_COUNTERS };

struct mm_struct {
	atomic_t mm_users;
	atomic_t mm_count;

	/* constant after mm_alloc() */
	pgd_t *pgd;

	/* mmu/context.c: its own lock */
	mm_context_t context;

	struct rw_semaphore mmap_lock;
	spinlock_t page_table_lock; /* user entries and tables; rss */

	/* mmap_lock */
	struct vma_list mmap;
	struct vma_tree mm_rb;
	struct vm_area_struct *mmap_cache; /* what find_vma returned last */
	u32 map_count;                     /* VMAs */
	u32 total_vm;                      /* pages, as are the next six */
	u32 hiwater_vm; /* largest value before it last shrank */
	u32 data_vm, exec_vm, stack_vm;
	u32 locked_vm;
	u32 def_flags;     /* VM_LOCKED after mlockall(MCL_FUTURE) */
	u32 membarrier;    /* registered commands (services/system/) */
	uaddr_t mmap_base; /* top of the mmap area; its bottom if ... */
	bool bottom_up;    /* ... this is true */
	bool not_dumpable; /* no lock; true: its user's tasks may not read it */
	u32 serial;        /* constant; another one than all other mms had */
	uaddr_t start_code, end_code, start_data, end_data;
	uaddr_t start_brk, brk, start_stack;
	uaddr_t arg_start, arg_end, env_start, env_end;
	struct file *exe_file; /* a reference, or NULL */
	bool reaped;           /* set by reap_mm: every fault fails */

	/*
	 * tasklist_lock: since when other tasks wait for this mm to be freed, 0
	 * if none does
	 */
	u64 oom_since;

	/* page_table_lock */
	u32 rss[NR_MM_COUNTERS]; /* pages */
	u32 hiwater_rss;         /* largest value before it last shrank */
	u32 nr_ptes;             /* second-level tables */

	/*
	 * atomic: faults served, for getrusage and the tour. Major are, as in
	 * Linux, those that waited: here only for a pager, because every file
	 * is in memory.
	 */
	atomic_t min_flt, maj_flt;

	/*
	 * The auxiliary vector that the program got on its stack. mm_alloc does
	 * not clear it: execve and fork both write all of it.
	 */
	u32 auxv[48];
};

/* The kernel's own mm. Its pgd is the master copy of the kernel half. */
extern struct mm_struct init_mm;

#endif
