/*
 * The first three cases of a page fault: no VMA, a stack, no page yet. The data is
 * checked where the program stored it, through the MMU model. Case 4, copy on
 * write, is test_fork.c's.
 */
#include "mm_world.h"

#define AREA 0x20000000u

static u32 zero_frame(void)
{
	return page_to_pfn(empty_zero_page);
}

/* ---- cases 1 and 2 ----------------------------------------------- */

static void test_no_vma(void **state __unused_arg)
{
	struct mm_struct *mm;
	u32 val;

	mm = world_begin();
	assert_int_equal(model_load(mm, AREA, &val), DIED_SEGV_MAPERR);
	map(mm, AREA, PAGE_SIZE, PROT_READ, MAP_ANON_PRIVATE | MAP_FIXED);
	assert_int_equal(model_store(mm, AREA, 1), DIED_SEGV_ACCERR);
	assert_int_equal(model_load(mm, AREA + PAGE_SIZE, &val),
			 DIED_SEGV_MAPERR);
	assert_int_equal(model_load(mm, AREA - 4, &val), DIED_SEGV_MAPERR);
	world_finish(mm);
}

/* world_begin, and a stack of that many bytes. */
static struct mm_struct *mm_with_stack(u32 bytes)
{
	struct mm_struct *mm = world_begin();

	down_write(&mm->mmap_lock);
	assert_int_equal(mm_setup_stack(mm, STACK_TOP, bytes,
					VM_READ | VM_WRITE),
			 0);
	up_write(&mm->mmap_lock);
	return mm;
}

static void test_stack_grows(void **state __unused_arg)
{
	uaddr_t start = STACK_TOP - 2 * PAGE_SIZE;
	struct mm_struct *mm;

	mm = mm_with_stack(2 * PAGE_SIZE);
	poke(mm, start - 4, 7);
	poke(mm, start - 100 * PAGE_SIZE, 8);
	assert_int_equal(peek(mm, start - 4), 7);
	assert_int_equal(mm->map_count, 1);
	assert_int_equal(mm->stack_vm, 102);
	assert_int_equal(find_vma(mm, start)->vm_start,
			 start - 100 * PAGE_SIZE);
	/* The stack may reach its limit of 8 MiB; the word below kills. */
	poke(mm, STACK_TOP - STACK_LIMIT, 9);
	assert_int_equal(model_store(mm, STACK_TOP - STACK_LIMIT - 4, 1),
			 DIED_SEGV_MAPERR);
	world_finish(mm);
}

static void test_stack_guard_gap(void **state __unused_arg)
{
	uaddr_t start = STACK_TOP - PAGE_SIZE, below = STACK_TOP - (3u << 20);
	uaddr_t lowest = below + PAGE_SIZE + STACK_GUARD_GAP;
	struct mm_struct *mm;

	mm = mm_with_stack(PAGE_SIZE);
	map(mm, below, PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	poke(mm, start - 4, 1);
	assert_int_equal(model_store(mm, lowest - 4, 1), DIED_SEGV_MAPERR);
	poke(mm, lowest, 1);
	/* A VMA without rights may be nearer: an access to it faults anyway. */
	assert_int_equal(protect(mm, below, PAGE_SIZE, PROT_NONE), 0);
	poke(mm, lowest - 4, 1);
	assert_int_equal(model_store(mm, below, 1), DIED_SEGV_ACCERR);
	world_finish(mm);
}

/*
 * vm_pgoff of a stack falls with vm_start. In a stack that mremap moved up it
 * reaches 0 before the address does, and the stack cannot grow further.
 */
static void test_moved_stack(void **state __unused_arg)
{
	uaddr_t low = MMAP_MIN_ADDR + PAGE_SIZE, va;
	struct mm_struct *mm;

	mm = world_begin();
	map(mm, low, PAGE_SIZE, PROT_RW,
	    MAP_ANON_PRIVATE | MAP_FIXED | MAP_GROWSDOWN);
	assert_int_equal(remap(mm, low, PAGE_SIZE, PAGE_SIZE,
			       MREMAP_MAYMOVE | MREMAP_FIXED, AREA, &va),
			 0);
	poke(mm, AREA - PAGE_SIZE, 1);
	assert_int_equal(model_store(mm, AREA - (64u << PAGE_SHIFT), 1),
			 DIED_SEGV_MAPERR);
	world_finish(mm);
}

/* ---- case 3, anonymous ------------------------------------------- */

static void test_zero_page_then_copy(void **state __unused_arg)
{
	struct mm_struct *mm;

	mm = world_begin();
	map(mm, AREA, 3 * PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	assert_int_equal(peek(mm, AREA), 0);
	assert_int_equal(frame_of(mm, AREA), zero_frame());
	assert_int_equal(get_mm_rss(mm), 0);
	poke(mm, AREA + 8, 5);
	assert_true(frame_of(mm, AREA) != zero_frame());
	assert_int_equal(peek(mm, AREA), 0);
	assert_int_equal(peek(mm, AREA + 8), 5);
	poke(mm, AREA + PAGE_SIZE, 6); /* never read before */
	assert_int_equal(peek(mm, AREA + PAGE_SIZE + 4), 0);
	assert_int_equal(mm->rss[MM_ANONPAGES], 2);
	assert_int_equal(atomic_read(&mm->min_flt), 3);
	assert_int_equal(page_count(empty_zero_page), 1);
	world_finish(mm);
}

/* A frame that a program has used is zeroed before another one gets it. */
static void test_new_page_is_zero(void **state __unused_arg)
{
	uaddr_t va = AREA;
	struct mm_struct *mm;
	u32 frame;

	mm = world_begin();
	map(mm, AREA, PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	poke(mm, AREA + 64, 0x5ec4e7);
	frame = frame_of(mm, AREA);
	drop_mm(mm);
	mm = new_mm();
	/* Pages are touched until one of them gets the frame that was freed. */
	map(mm, AREA, 64 * PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	do {
		assert_true(va < AREA + 64 * PAGE_SIZE);
		poke(mm, va, 1);
		assert_int_equal(peek(mm, va + 64), 0);
		va += PAGE_SIZE;
	} while (frame_of(mm, va - PAGE_SIZE) != frame);
	world_finish(mm);
}

static void test_mprotect_and_back(void **state __unused_arg)
{
	struct mm_struct *mm;
	u32 frame, val;

	mm = world_begin();
	map(mm, AREA, 4 * PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	poke(mm, AREA, 1);
	frame = frame_of(mm, AREA);
	assert_int_equal(protect(mm, AREA, PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(mm->map_count, 2);
	assert_int_equal(model_store(mm, AREA, 2), DIED_SEGV_ACCERR);
	assert_int_equal(peek(mm, AREA), 1);
	assert_int_equal(protect(mm, AREA, PAGE_SIZE, PROT_NONE), 0);
	assert_int_equal(model_load(mm, AREA, &val), DIED_SEGV_ACCERR);
	assert_int_equal(protect(mm, AREA, PAGE_SIZE, PROT_RW), 0);
	assert_int_equal(mm->map_count, 1);
	poke(mm, AREA + 4, 3);
	assert_int_equal(peek(mm, AREA), 1);
	assert_int_equal(frame_of(mm, AREA), frame);
	world_finish(mm);
}

/* An entry without the access flag faults once: the kernel sets the flag. */
static void test_access_flag(void **state __unused_arg)
{
	struct mm_struct *mm;
	pte_t *ptep, pte;

	mm = world_begin();
	map(mm, AREA, PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	poke(mm, AREA, 3);
	spin_lock(&mm->page_table_lock);
	ptep = pte_offset_map(mm, AREA);
	assert_true(ptep_test_and_clear_young(mm, AREA, ptep));
	flush_tlb_page(mm, AREA);
	spin_unlock(&mm->page_table_lock);
	assert_int_equal(peek(mm, AREA), 3);
	assert_int_equal(follow_pte(mm, AREA, &pte), 0);
	assert_true(pte_young(pte));
	assert_true(pte_write(pte));
	assert_int_equal(atomic_read(&mm->min_flt), 2);
	world_finish(mm);
}

/* mprotect to PROT_EXEC makes fetches see what was stored before. */
static void test_code(void **state __unused_arg)
{
	struct mm_struct *mm;
	u32 insn, before;

	mm = world_begin();
	map(mm, AREA, PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	poke(mm, AREA, 0xe12fff1e);
	assert_int_equal(model_fetch(mm, AREA, &insn), DIED_SEGV_ACCERR);
	assert_int_equal(protect(mm, AREA, PAGE_SIZE, PROT_READ | PROT_EXEC),
			 0);
	assert_int_equal(model_fetch(mm, AREA, &insn), 0);
	assert_int_equal(insn, 0xe12fff1e);
	assert_int_equal(protect(mm, AREA, PAGE_SIZE, PROT_RW), 0);
	poke(mm, AREA, 0xe1a00000);
	/* A program that changes code again must call cacheflush itself. */
	assert_int_equal(sys_cacheflush(AREA, AREA + 4, 0), 0);
	assert_int_equal(sys_cacheflush(AREA + 4, AREA, 0), -EINVAL);
	assert_int_equal(protect(mm, AREA, PAGE_SIZE, PROT_READ | PROT_EXEC),
			 0);
	assert_int_equal(model_fetch(mm, AREA, &insn), 0);
	assert_int_equal(insn, 0xe1a00000);
	world_verify(&mm, 1);
	/* Branch predictions are kept by address: unmapping code drops them. */
	before = model_counts.bpiall;
	assert_int_equal(unmap(mm, AREA, PAGE_SIZE), 0);
	assert_int_equal(model_counts.bpiall, before + 1);
	world_finish(mm);
}

/* ---- case 3, files ----------------------------------------------- */

static uaddr_t map_file(struct mm_struct *mm, u32 pages, u32 prot, u32 flags,
			u32 pgoff)
{
	uaddr_t va = 0;

	assert_int_equal(try_map(mm, &test_file.file, AREA, pages * PAGE_SIZE,
				 prot, flags | MAP_FIXED, pgoff, &va),
			 0);
	return va;
}

static void test_file_read_around(void **state __unused_arg)
{
	struct mm_struct *mm;

	mm = world_begin();
	test_file.file.f_mode = FMODE_READ;
	map_file(mm, 20, PROT_READ, MAP_PRIVATE, 2);
	assert_int_equal(peek(mm, AREA + 3 * PAGE_SIZE), 0xf11e0005);
	/* One fault maps the 16 pages around it; no page had to be read. */
	assert_int_equal(mm->rss[MM_FILEPAGES], 16);
	assert_int_equal(test_file.faults, 0);
	assert_int_equal(peek(mm, AREA + 15 * PAGE_SIZE), 0xf11e0011);
	assert_int_equal(atomic_read(&mm->min_flt), 1);
	/* The second window is cut at the end of the VMA, after 4 pages. */
	assert_int_equal(peek(mm, AREA + 16 * PAGE_SIZE), 0xf11e0012);
	assert_int_equal(mm->rss[MM_FILEPAGES], 20);
	world_finish(mm);
}

static void test_file_read_alone(void **state __unused_arg)
{
	struct mm_struct *mm;

	mm = world_begin();
	test_file.file.f_mode = FMODE_READ;
	fault_around_bytes = PAGE_SIZE;
	map_file(mm, 20, PROT_READ, MAP_PRIVATE, 0);
	peek(mm, AREA + 3 * PAGE_SIZE);
	assert_int_equal(mm->rss[MM_FILEPAGES], 1);
	assert_int_equal(test_file.finds, 0);
	assert_int_equal(test_file.faults, 1);
	world_finish(mm);
}

static void test_file_sigbus(void **state __unused_arg)
{
	struct mm_struct *mm;
	u32 val;

	mm = world_begin();
	test_file.nr_pages = 3;
	map_file(mm, 8, PROT_RW, MAP_SHARED, 0);
	assert_int_equal(peek(mm, AREA + 2 * PAGE_SIZE), 0xf11e0002);
	assert_int_equal(model_load(mm, AREA + 3 * PAGE_SIZE, &val),
			 DIED_SIGBUS);
	assert_int_equal(model_store(mm, AREA + 3 * PAGE_SIZE, 1), DIED_SIGBUS);
	drop_mm(mm);
	test_file.nr_pages = TEST_FILE_PAGES;
	test_file_close();
	world_end();
}

static void test_file_private_write(void **state __unused_arg)
{
	struct mm_struct *mm;
	u32 *word0;

	mm = world_begin();
	test_file.file.f_mode = FMODE_READ;
	map_file(mm, 4, PROT_RW, MAP_PRIVATE, 0);
	word0 = page_address(test_file.pages[0]);
	poke(mm, AREA + 4, 9); /* never read: do_cow_fault */
	assert_int_equal(peek(mm, AREA), 0xf11e0000);
	peek(mm, AREA + PAGE_SIZE);
	poke(mm, AREA + PAGE_SIZE + 4, 9); /* read first: do_wp_page */
	assert_int_equal(peek(mm, AREA + PAGE_SIZE), 0xf11e0001);
	assert_int_equal(word0[1], 0);
	assert_int_equal(mm->rss[MM_ANONPAGES], 2);
	assert_int_equal(mm->rss[MM_FILEPAGES], 2);
	assert_false(test_file.pages[0]->flags & PG_DIRTY);
	world_finish(mm);
}

static void test_file_shared_write(void **state __unused_arg)
{
	struct mm_struct *mm, *other;
	u32 *word0;

	mm = world_begin();
	map_file(mm, 4, PROT_RW, MAP_SHARED, 0);
	word0 = page_address(test_file.pages[0]);
	peek(mm, AREA);
	assert_false(test_file.pages[0]->flags & PG_DIRTY);
	poke(mm, AREA + 4, 77);
	assert_int_equal(word0[1], 77);
	assert_true(test_file.pages[0]->flags & PG_DIRTY);
	other = fork_mm(mm);
	assert_int_equal(peek(other, AREA + 4), 77);
	/* Written without being read before. */
	assert_int_equal(advise(other, AREA, 4 * PAGE_SIZE, MADV_DONTNEED), 0);
	poke(other, AREA + 2 * PAGE_SIZE, 1);
	assert_true(test_file.pages[2]->flags & PG_DIRTY);
	assert_false(test_file.pages[1]->flags & PG_DIRTY);
	poke(other, AREA + 4, 78);
	assert_int_equal(peek(mm, AREA + 4), 78);
	world_verify((struct mm_struct *[]){ mm, other }, 2);
	drop_mm(mm);
	world_finish(other);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_vma),
		cmocka_unit_test(test_stack_grows),
		cmocka_unit_test(test_stack_guard_gap),
		cmocka_unit_test(test_moved_stack),
		cmocka_unit_test(test_zero_page_then_copy),
		cmocka_unit_test(test_new_page_is_zero),
		cmocka_unit_test(test_mprotect_and_back),
		cmocka_unit_test(test_access_flag),
		cmocka_unit_test(test_code),
		cmocka_unit_test(test_file_read_around),
		cmocka_unit_test(test_file_read_alone),
		cmocka_unit_test(test_file_sigbus),
		cmocka_unit_test(test_file_private_write),
		cmocka_unit_test(test_file_shared_write),
	};

	return host_run(tests);
}
