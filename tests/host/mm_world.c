/*
 * See mm_world.h.
 */
#include <service.h>
#include <services/alignment/alignment.h>
#include <setjmp.h>
#include <stdlib.h>
#include <trace.h>
#include <trap/internal.h>
#include "mm_world.h"

static u32 free_at_start;

/* ---- what proc/ and trap/ do around a fault ---------------------- */

struct world_signal world_signal;
bool world_dying, world_has_victim;
u32 world_ooms, world_reports;

static struct task_struct world_task;

/* As uaccess.S's: instructions that may fault, and their fix-ups. Not sorted. */
static u32 ex_table[][2] __attribute__((used, section("__ex_table"))) = {
	{ UACCESS_PC + 8, UACCESS_FIXUP + 8 },
	{ UACCESS_PC, UACCESS_FIXUP },
	{ UACCESS_PC + 4, UACCESS_FIXUP + 4 },
};

/* The program has no handler: notes the signal, and lets the program end. */
static bool note_signal(struct fault_signal *fault)
{
	const struct abort_info *abort = fault->abort;

	world_signal = (struct world_signal){ fault->sig, fault->code,
					      abort->far };
	return false;
}

struct service world_service = {
	.fault_signal = note_signal,
};

static const struct service *const world_services[] = {
	&alignment_service,
	&world_service,
};

/* Leaves the innermost abort: the handling of one may fault again. */
static jmp_buf *program_end;

__weak void do_group_exit(u32 code __unused_arg)
{
	longjmp(*program_end, 1);
}

void world_abort(u32 far, u32 fsr, struct pt_regs *frame, enum abort_kind kind)
{
	jmp_buf end, *outer = program_end;

	program_end = &end;
	if (!setjmp(end)) {
		if (kind == ABORT_PREFETCH)
			do_PrefetchAbort(far, fsr, frame);
		else
			do_DataAbort(far, fsr, frame);
	}
	program_end = outer;
}

__weak void report_user_fault(const struct pt_regs *regs __unused_arg,
			      const struct abort_info *info __unused_arg,
			      int sig __unused_arg, int code __unused_arg)
{
	world_reports++;
}

/* The victim is the test's program, unless world_has_victim is set. */
__weak bool out_of_memory(void)
{
	world_ooms++;
	world_dying = !world_has_victim;
	return world_has_victim;
}

__weak void die(const char *what, struct pt_regs *regs __unused_arg,
		const struct abort_info *info __unused_arg)
{
	panic("Oops: %s", what);
}

static int how_it_ended(void)
{
	if (world_dying)
		return DIED_OOM;
	if (world_signal.sig == SIGBUS)
		return DIED_SIGBUS;
	return world_signal.code == SEGV_ACCERR ? DIED_SEGV_ACCERR :
						  DIED_SEGV_MAPERR;
}

/* The real do_DataAbort and do_PrefetchAbort, from the frame entry.S makes. */
static int world_fault(struct mm_struct *mm, const struct abort_info *info,
		       bool user)
{
	struct pt_regs regs = {
		.cpsr = user ? PSR_MODE_USR : PSR_MODE_SVC,
		.pc = UACCESS_PC,
	};

	assert_ptr_equal(mm, host_current->mm);
	world_signal.sig = 0;
	world_dying = false;
	world_abort(info->far, info->fsr, &regs, info->kind);
	if (regs.pc != UACCESS_PC)
		return -EFAULT;
	return world_signal.sig || world_dying ? how_it_ended() : 0;
}

/*
 * Law 6, at the moment it counts: a page that returns to the buddy has no
 * translation left in any TLB entry.
 */
static void check_freed(enum trace_kind kind, u32 pfn, u32 order, u32 alloc,
			u32 gfp __unused_arg)
{
	u32 i;

	if (kind != TRACE_PAGE || alloc)
		return;
	for (i = 0; i < 1u << order; i++)
		assert_false(model_frame_in_tlb(pfn + i));
}

/* ---- begin and end ----------------------------------------------- */

static void settle(void)
{
	shrink_all(~0u);
	drain_local_pages();
}

void world_start(u32 ram_bytes)
{
	model_boot(ram_bytes);
	services_register(world_services, ARRAY_SIZE(world_services));
	trace_sink = check_freed;
	trace_mask = 1u << TRACE_PAGE;
	vmalloc_init();
	mm_init();
	model_on_fault(world_fault);
	memset(&world_task, 0, sizeof(world_task));
	memset(&world_signal, 0, sizeof(world_signal));
	world_dying = false;
	world_has_victim = false;
	world_ooms = world_reports = 0;
	host_current = &world_task.thread_info;
	extable_init();
	/* Kernel second-level tables stay once made: have the first slab. */
	vfree(vmalloc(PAGE_SIZE));
	settle();
	free_at_start = nr_free_pages();
}

void world_end(void)
{
	assert_int_equal(nr_mms(), 0);
	assert_int_equal(vm_committed_pages(), 0);
	model_check_tlb();
	settle();
	assert_int_equal(nr_free_pages(), free_at_start);
	assert_int_equal(slab_verify(), 0);
	assert_int_equal(buddy_verify(), 0);
	assert_int_equal(pgtable_verify(&init_mm), 0);
	assert_int_equal(host_locks_held, 0);
}

/* ---- lives ------------------------------------------------------- */

struct mm_struct *new_mm(void)
{
	struct mm_struct *mm = mm_alloc();

	assert_non_null(mm);
	return mm;
}

struct mm_struct *fork_mm(struct mm_struct *mm)
{
	struct mm_struct *child = new_mm();

	assert_int_equal(dup_mmap(child, mm), 0);
	return child;
}

void drop_mm(struct mm_struct *mm)
{
	if (model_current_mm() == mm)
		model_switch(NULL);
	mmput(mm);
}

/* ---- calls ------------------------------------------------------- */

int try_map(struct mm_struct *mm, struct file *file, uaddr_t addr, u32 bytes,
	    u32 prot, u32 flags, u32 pgoff, uaddr_t *result)
{
	int err;

	down_write(&mm->mmap_lock);
	err = do_mmap(mm, file, addr, bytes, prot, flags, pgoff, result);
	up_write(&mm->mmap_lock);
	return err;
}

uaddr_t map(struct mm_struct *mm, uaddr_t addr, u32 bytes, u32 prot, u32 flags)
{
	uaddr_t result = 0;

	assert_int_equal(try_map(mm, NULL, addr, bytes, prot, flags, 0,
				 &result),
			 0);
	return result;
}

int unmap(struct mm_struct *mm, uaddr_t addr, u32 bytes)
{
	int err;

	down_write(&mm->mmap_lock);
	err = do_munmap(mm, addr, bytes);
	up_write(&mm->mmap_lock);
	return err;
}

int protect(struct mm_struct *mm, uaddr_t addr, u32 bytes, u32 prot)
{
	int err;

	down_write(&mm->mmap_lock);
	err = do_mprotect(mm, addr, bytes, prot);
	up_write(&mm->mmap_lock);
	return err;
}

int advise(struct mm_struct *mm, uaddr_t addr, u32 bytes, u32 advice)
{
	int err;

	down_write(&mm->mmap_lock);
	err = do_madvise(mm, addr, bytes, advice);
	up_write(&mm->mmap_lock);
	return err;
}

int remap(struct mm_struct *mm, uaddr_t addr, u32 old_bytes, u32 new_bytes,
	  u32 flags, uaddr_t new_addr, uaddr_t *result)
{
	int err;

	down_write(&mm->mmap_lock);
	err = do_mremap(mm, addr, old_bytes, new_bytes, flags, new_addr,
			result);
	up_write(&mm->mmap_lock);
	return err;
}

void poke(struct mm_struct *mm, uaddr_t va, u32 val)
{
	assert_int_equal(model_store(mm, va, val), 0);
}

u32 peek(struct mm_struct *mm, uaddr_t va)
{
	u32 val = 0;

	assert_int_equal(model_load(mm, va, &val), 0);
	return val;
}

u32 frame_of(struct mm_struct *mm, uaddr_t va)
{
	pte_t pte;

	return follow_pte(mm, va, &pte) ? 0 : pte_pfn(pte);
}

/* ---- judging ----------------------------------------------------- */

struct census {
	u32 *maps; /* entries seen, by frame */
	u32 rss[NR_MM_COUNTERS];
};

/* An entry allows no more than its VMA: writable and executable only if asked. */
static void check_rights(struct mm_struct *mm, uaddr_t va, pte_t pte)
{
	const struct vm_area_struct *vma = find_vma(mm, va);
	bool executable = !(pte.val & 1); /* XN: DDI0406C B3.5.1 */

	assert_non_null(vma);
	assert_true(vma->vm_start <= va);
	assert_true(!pte_write(pte) || vma->vm_flags & VM_WRITE);
	assert_true(!executable || vma->vm_flags & VM_EXEC);
}

static void count_entries(struct mm_walk *walk, pte_t *ptep, uaddr_t va,
			  uaddr_t end)
{
	struct census *census = walk->private;

	for (; va < end; va += PAGE_SIZE, ptep++) {
		struct page *page;

		if (pte_none(*ptep))
			continue;
		assert_true(pte_present(*ptep));
		check_rights(walk->mm, va, *ptep);
		page = vm_normal_page(*ptep);
		if (!page) {
			assert_int_equal(pte_pfn(*ptep),
					 page_to_pfn(empty_zero_page));
			assert_false(pte_write(*ptep));
			continue;
		}
		census->maps[page_to_pfn(page) - min_low_pfn]++;
		census->rss[mm_counter(page)]++;
		if (pte_write(*ptep) && page->flags & PG_ANON)
			assert_int_equal(page_count(page), 1);
		if (pte_write(*ptep))
			assert_true(pte_dirty(*ptep));
	}
}

static void census_mm(struct census *census, struct mm_struct *mm)
{
	struct mm_walk walk = {
		.mm = mm,
		.private = census,
		.pte_range = count_entries,
	};

	memset(census->rss, 0, sizeof(census->rss));
	walk_page_range(&walk, MMAP_MIN_ADDR, TASK_SIZE);
	for (u32 i = 0; i < NR_MM_COUNTERS; i++)
		assert_int_equal(census->rss[i], mm->rss[i]);
}

void world_verify(struct mm_struct *const mms[], u32 n)
{
	struct census census = {
		.maps = calloc(max_low_pfn - min_low_pfn, sizeof(u32)),
	};

	for (u32 i = 0; i < n; i++) {
		if (!mms[i])
			continue;
		assert_int_equal(vma_verify(mms[i]), 0);
		assert_int_equal(pgtable_verify(mms[i]), 0);
		census_mm(&census, mms[i]);
	}
	for (u32 pfn = min_low_pfn; pfn < max_low_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);
		u32 maps = census.maps[pfn - min_low_pfn];

		assert_int_equal(atomic_read(&page->_mapcount), maps);
		if (page->flags & PG_ANON)
			assert_int_equal(page_count(page), maps);
	}
	free(census.maps);
	model_check_tlb();
}

/* ---- a file ------------------------------------------------------ */

struct test_file test_file;

static u32 file_fault(struct vm_fault *vmf)
{
	test_file.faults++;
	if (vmf->pgoff >= test_file.nr_pages)
		return VM_FAULT_SIGBUS;
	vmf->page = test_file.pages[vmf->pgoff];
	get_page(vmf->page);
	return 0;
}

static void file_find_pages(struct vm_area_struct *vma __unused_arg, u32 pgoff,
			    u32 nr, struct page *pages[])
{
	test_file.finds++;
	for (u32 i = 0; i < nr; i++, pgoff++) {
		pages[i] = pgoff < test_file.nr_pages ? test_file.pages[pgoff] :
							NULL;
		if (pages[i])
			get_page(pages[i]);
	}
}

static const struct vm_operations file_vm_ops = {
	.fault = file_fault,
	.find_pages = file_find_pages,
};

static int file_mmap(struct file *file __unused_arg, struct vm_area_struct *vma)
{
	vma->vm_ops = &file_vm_ops;
	return 0;
}

static const struct file_operations file_ops = { .mmap = file_mmap };

/* Never called: test_file_close() checks that one reference is left. */
static void file_free(struct file *file __unused_arg)
{
	BUG();
}

struct file *test_file_open(u32 mode)
{
	memset(&test_file, 0, sizeof(test_file));
	test_file.file.f_op = &file_ops;
	test_file.file.f_mode = mode;
	test_file.file.f_free = file_free;
	test_file.file.f_mapping = &test_file.mapping;
	init_rwsem(&test_file.mapping.i_mmap_rwsem);
	TAILQ_INIT(&test_file.mapping.i_mmap);
	atomic_set(&test_file.file.f_count, 1);
	test_file.nr_pages = TEST_FILE_PAGES;
	for (u32 i = 0; i < TEST_FILE_PAGES; i++) {
		struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

		assert_non_null(page);
		page->flags |= PG_CACHE;
		*(u32 *)page_address(page) = 0xf11e0000 + i;
		test_file.pages[i] = page;
	}
	return &test_file.file;
}

void test_file_close(void)
{
	assert_int_equal(atomic_read(&test_file.file.f_count), 1);
	assert_true(TAILQ_EMPTY(&test_file.mapping.i_mmap));
	for (u32 i = 0; i < TEST_FILE_PAGES; i++) {
		assert_int_equal(page_count(test_file.pages[i]), 1);
		put_page(test_file.pages[i]);
	}
}

/* ---- all of it at once ------------------------------------------- */

struct mm_struct *world_begin(void)
{
	world_start(WORLD_RAM);
	test_file_open(FMODE_READ | FMODE_WRITE);
	host_current->mm = new_mm();
	return host_current->mm;
}

void world_finish(struct mm_struct *mm)
{
	host_current->mm = NULL;
	world_verify(&mm, 1);
	drop_mm(mm);
	test_file_close();
	world_end();
}
