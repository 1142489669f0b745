/*
 * mm_world.c - see mm_world.h.
 */
#include <stdlib.h>

#include <trace.h>

#include "mm_world.h"

static u32 free_at_start;

/* ---- the fault path of trap/, in short ------------------------------------------ */

static bool allows(const struct vm_area_struct *vma,
		   const struct abort_info *info)
{
	if (info->write)
		return vma->vm_flags & VM_WRITE;
	if (info->kind == ABORT_PREFETCH)
		return vma->vm_flags & VM_EXEC;
	return vma->vm_flags & VM_ACCESS_FLAGS;
}

static int fault_in_vma(struct vm_area_struct *vma,
			const struct abort_info *info)
{
	u32 flags = info->write ? FAULT_FLAG_WRITE : 0;
	u32 ret;

	if (!allows(vma, info))
		return DIED_SEGV_ACCERR;
	ret = handle_mm_fault(vma, info->far, flags);
	if (ret & VM_FAULT_OOM)
		return DIED_OOM;
	return ret & VM_FAULT_ERROR ? DIED_SIGBUS : 0;
}

static int world_fault(struct mm_struct *mm, const struct abort_info *info,
		       bool user __unused_arg)
{
	struct vm_area_struct *vma;
	int ret;

	down_read(&mm->mmap_lock);
	vma = find_vma(mm, info->far);
	if (!vma || (info->far < vma->vm_start && expand_stack(vma, info->far)))
		ret = DIED_SEGV_MAPERR;
	else
		ret = fault_in_vma(vma, info);
	up_read(&mm->mmap_lock);
	return ret;
}

/*
 * Law 6, at the moment it counts: a page that returns to the buddy has no
 * translation left in any TLB entry.
 */
void __trace_event(enum trace_kind kind, u32 pfn, u32 order, u32 alloc,
		   u32 gfp __unused_arg)
{
	u32 i;

	if (kind != TRACE_PAGE || alloc)
		return;
	for (i = 0; i < 1u << order; i++)
		assert_false(model_frame_in_tlb(pfn + i));
}

/* ---- begin and end ------------------------------------------------------------------ */

static void settle(void)
{
	shrink_all(~0u);
	drain_local_pages();
}

void world_start(u32 ram_bytes)
{
	model_boot(ram_bytes);
	trace_mask = 1u << TRACE_PAGE;
	vmalloc_init();
	mm_init();
	model_on_fault(world_fault);
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

/* ---- lives ------------------------------------------------------------------------------ */

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

/* ---- calls -------------------------------------------------------------------------------- */

int try_map(struct mm_struct *mm, struct file *file, uaddr_t addr, u32 bytes,
	    u32 prot, u32 flags, u32 pgoff, uaddr_t *result)
{
	int ret;

	down_write(&mm->mmap_lock);
	ret = do_mmap(mm, file, addr, bytes, prot, flags, pgoff, result);
	up_write(&mm->mmap_lock);
	return ret;
}

uaddr_t map(struct mm_struct *mm, uaddr_t addr, u32 bytes, u32 prot, u32 flags)
{
	uaddr_t result = 0;

	assert_int_equal(try_map(mm, NULL, addr, bytes, prot, flags, 0,
				 &result), 0);
	return result;
}

int unmap(struct mm_struct *mm, uaddr_t addr, u32 bytes)
{
	int ret;

	down_write(&mm->mmap_lock);
	ret = do_munmap(mm, addr, bytes);
	up_write(&mm->mmap_lock);
	return ret;
}

int protect(struct mm_struct *mm, uaddr_t addr, u32 bytes, u32 prot)
{
	int ret;

	down_write(&mm->mmap_lock);
	ret = do_mprotect(mm, addr, bytes, prot);
	up_write(&mm->mmap_lock);
	return ret;
}

int advise(struct mm_struct *mm, uaddr_t addr, u32 bytes, u32 advice)
{
	int ret;

	down_write(&mm->mmap_lock);
	ret = do_madvise(mm, addr, bytes, advice);
	up_write(&mm->mmap_lock);
	return ret;
}

int remap(struct mm_struct *mm, uaddr_t addr, u32 old_bytes, u32 new_bytes,
	  u32 flags, uaddr_t new_addr, uaddr_t *result)
{
	int ret;

	down_write(&mm->mmap_lock);
	ret = do_mremap(mm, addr, old_bytes, new_bytes, flags, new_addr,
			result);
	up_write(&mm->mmap_lock);
	return ret;
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

/* ---- judging -------------------------------------------------------------------------------- */

struct census {
	u32 *maps;		/* entries seen, by frame */
	u32 rss[NR_MM_COUNTERS];
};

static void count_entries(struct mm_walk *walk, pte_t *ptep, uaddr_t va,
			  uaddr_t end)
{
	struct census *census = walk->private;

	for (; va < end; va += PAGE_SIZE, ptep++) {
		struct page *page;

		if (pte_none(*ptep))
			continue;
		assert_true(pte_present(*ptep));
		page = vm_normal_page(*ptep);
		if (!page) {
			assert_int_equal(pte_pfn(*ptep),
					 page_to_pfn(zero_page));
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
		.mm = mm, .private = census, .pte_range = count_entries,
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

/* ---- a file ---------------------------------------------------------------------------- */

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

static struct page *file_find_page(struct vm_area_struct *vma __unused_arg,
				   u32 pgoff)
{
	test_file.finds++;
	if (pgoff >= test_file.nr_pages)
		return NULL;
	get_page(test_file.pages[pgoff]);
	return test_file.pages[pgoff];
}

static const struct vm_operations file_vm_ops = {
	.fault = file_fault, .find_page = file_find_page,
};

static int file_mmap(struct file *file __unused_arg, struct vm_area_struct *vma)
{
	vma->vm_ops = &file_vm_ops;
	return 0;
}

static const struct file_operations file_ops = { .mmap = file_mmap };

struct file *test_file_open(u32 mode)
{
	memset(&test_file, 0, sizeof(test_file));
	test_file.file.f_op = &file_ops;
	test_file.file.f_mode = mode;
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

__attribute__((weak)) void fput(struct file *file)
{
	BUG_ON(file != &test_file.file);
	atomic_add(-1, &file->f_count);
}

__attribute__((weak)) struct file *fget(u32 fd)
{
	return fd == 3 ? get_file(&test_file.file) : NULL;
}
