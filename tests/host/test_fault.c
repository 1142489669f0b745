/*
 * The four cases of a page fault, fork chains, reference counts; data is
 * checked where the program put it, through the MMU model.
 */
#include "mm_world.h"

#define RAM  (16u << 20)
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

	world_start(RAM);
	mm = new_mm();
	assert_int_equal(model_load(mm, AREA, &val), DIED_SEGV_MAPERR);
	map(mm, AREA, PAGE_SIZE, PROT_READ, MAP_ANON_PRIVATE | MAP_FIXED);
	assert_int_equal(model_store(mm, AREA, 1), DIED_SEGV_ACCERR);
	assert_int_equal(model_load(mm, AREA + PAGE_SIZE, &val),
			 DIED_SEGV_MAPERR);
	assert_int_equal(model_load(mm, AREA - 4, &val), DIED_SEGV_MAPERR);
	drop_mm(mm);
	world_end();
}

static struct mm_struct *mm_with_stack(u32 bytes)
{
	struct mm_struct *mm = new_mm();

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

	world_start(RAM);
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
	world_verify(&mm, 1);
	drop_mm(mm);
	world_end();
}

static void test_stack_guard_gap(void **state __unused_arg)
{
	uaddr_t start = STACK_TOP - PAGE_SIZE, below = STACK_TOP - (3u << 20);
	uaddr_t lowest = below + PAGE_SIZE + STACK_GUARD_GAP;
	struct mm_struct *mm;

	world_start(RAM);
	mm = mm_with_stack(PAGE_SIZE);
	map(mm, below, PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	poke(mm, start - 4, 1);
	assert_int_equal(model_store(mm, lowest - 4, 1), DIED_SEGV_MAPERR);
	poke(mm, lowest, 1);
	/* A VMA without rights may be nearer: an access to it faults anyway. */
	assert_int_equal(protect(mm, below, PAGE_SIZE, PROT_NONE), 0);
	poke(mm, lowest - 4, 1);
	assert_int_equal(model_store(mm, below, 1), DIED_SEGV_ACCERR);
	world_verify(&mm, 1);
	drop_mm(mm);
	world_end();
}

/*
 * vm_pgoff of a stack falls with vm_start. In a stack that mremap moved up it
 * reaches 0 before the address does, and the stack cannot grow further.
 */
static void test_moved_stack(void **state __unused_arg)
{
	uaddr_t low = MMAP_MIN_ADDR + PAGE_SIZE, va;
	struct mm_struct *mm;

	world_start(RAM);
	mm = new_mm();
	map(mm, low, PAGE_SIZE, PROT_RW,
	    MAP_ANON_PRIVATE | MAP_FIXED | MAP_GROWSDOWN);
	assert_int_equal(remap(mm, low, PAGE_SIZE, PAGE_SIZE,
			       MREMAP_MAYMOVE | MREMAP_FIXED, AREA, &va),
			 0);
	poke(mm, AREA - PAGE_SIZE, 1);
	assert_int_equal(model_store(mm, AREA - (64u << PAGE_SHIFT), 1),
			 DIED_SEGV_MAPERR);
	drop_mm(mm);
	world_end();
}

/* ---- case 3, anonymous ------------------------------------------- */

static void test_zero_page_then_copy(void **state __unused_arg)
{
	struct mm_struct *mm;

	world_start(RAM);
	mm = new_mm();
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
	world_verify(&mm, 1);
	drop_mm(mm);
	world_end();
}

/* A frame that a program has used is zeroed before another one gets it. */
static void test_new_page_is_zero(void **state __unused_arg)
{
	uaddr_t va = AREA;
	struct mm_struct *mm;
	u32 frame;

	world_start(RAM);
	mm = new_mm();
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
	drop_mm(mm);
	world_end();
}

static void test_mprotect_and_back(void **state __unused_arg)
{
	struct mm_struct *mm;
	u32 frame, val;

	world_start(RAM);
	mm = new_mm();
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
	world_verify(&mm, 1);
	drop_mm(mm);
	world_end();
}

/* An entry without the access flag faults once: the kernel sets the flag. */
static void test_access_flag(void **state __unused_arg)
{
	struct mm_struct *mm;
	pte_t *ptep, pte;

	world_start(RAM);
	mm = new_mm();
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
	world_verify(&mm, 1);
	drop_mm(mm);
	world_end();
}

/* mprotect to PROT_EXEC makes fetches see what was stored before. */
static void test_code(void **state __unused_arg)
{
	struct mm_struct *mm;
	u32 insn, before;

	world_start(RAM);
	mm = new_mm();
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
	drop_mm(mm);
	world_end();
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

	world_start(RAM);
	test_file_open(FMODE_READ);
	mm = new_mm();
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
	world_verify(&mm, 1);
	drop_mm(mm);
	test_file_close();
	world_end();
}

static void test_file_read_alone(void **state __unused_arg)
{
	struct mm_struct *mm;

	world_start(RAM);
	test_file_open(FMODE_READ);
	fault_around_bytes = PAGE_SIZE;
	mm = new_mm();
	map_file(mm, 20, PROT_READ, MAP_PRIVATE, 0);
	peek(mm, AREA + 3 * PAGE_SIZE);
	assert_int_equal(mm->rss[MM_FILEPAGES], 1);
	assert_int_equal(test_file.finds, 0);
	assert_int_equal(test_file.faults, 1);
	world_verify(&mm, 1);
	drop_mm(mm);
	test_file_close();
	world_end();
}

static void test_file_sigbus(void **state __unused_arg)
{
	struct mm_struct *mm;
	u32 val;

	world_start(RAM);
	test_file_open(FMODE_READ | FMODE_WRITE);
	test_file.nr_pages = 3;
	mm = new_mm();
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

	world_start(RAM);
	test_file_open(FMODE_READ);
	mm = new_mm();
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
	world_verify(&mm, 1);
	drop_mm(mm);
	test_file_close();
	world_end();
}

static void test_file_shared_write(void **state __unused_arg)
{
	struct mm_struct *mm, *other;
	u32 *word0;

	world_start(RAM);
	test_file_open(FMODE_READ | FMODE_WRITE);
	mm = new_mm();
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
	drop_mm(other);
	test_file_close();
	world_end();
}

/* ---- shared anonymous -------------------------------------------- */

static void test_shared_anonymous(void **state __unused_arg)
{
	struct mm_struct *mm, *child;
	u32 val;

	world_start(RAM);
	mm = new_mm();
	map(mm, AREA, 8 * PAGE_SIZE, PROT_RW, MAP_ANON_SHARED | MAP_FIXED);
	poke(mm, AREA, 1);
	child = fork_mm(mm);
	poke(child, AREA, 2);             /* touched before the fork */
	poke(child, AREA + PAGE_SIZE, 3); /* and after it */
	assert_int_equal(peek(mm, AREA), 2);
	assert_int_equal(peek(mm, AREA + PAGE_SIZE), 3);
	assert_int_equal(frame_of(mm, AREA), frame_of(child, AREA));
	/* MADV_DONTNEED drops entries; the pages belong to the shared object. */
	assert_int_equal(advise(mm, AREA, PAGE_SIZE, MADV_DONTNEED), 0);
	assert_int_equal(peek(mm, AREA), 2);
	drop_mm(mm);
	assert_int_equal(peek(child, AREA + PAGE_SIZE), 3);
	assert_int_equal(child->rss[MM_SHMEMPAGES], 2);
	/* The VMA may grow beyond the object, but a page there is SIGBUS. */
	assert_int_equal(remap(child, AREA, 8 * PAGE_SIZE, 9 * PAGE_SIZE, 0, 0,
			       &val),
			 0);
	assert_int_equal(model_load(child, AREA + 8 * PAGE_SIZE, &val),
			 DIED_SIGBUS);
	world_verify(&child, 1);
	drop_mm(child);
	world_end();
}

/* ---- case 4: fork ------------------------------------------------ */

static void test_cow_and_reuse(void **state __unused_arg)
{
	struct mm_struct *mm, *child;
	u32 frame;

	world_start(RAM);
	mm = new_mm();
	map(mm, AREA, 2 * PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	poke(mm, AREA, 1);
	frame = frame_of(mm, AREA);
	child = fork_mm(mm);
	assert_int_equal(frame_of(child, AREA), frame);
	assert_int_equal(page_count(pfn_to_page(frame)), 2);
	poke(mm, AREA, 2); /* the parent writes first and gets a copy */
	assert_true(frame_of(mm, AREA) != frame);
	assert_int_equal(peek(child, AREA), 1);
	poke(child, AREA, 3); /* the child is the last owner: no copy */
	assert_int_equal(frame_of(child, AREA), frame);
	assert_int_equal(peek(mm, AREA), 2);
	world_verify((struct mm_struct *[]){ mm, child }, 2);
	drop_mm(child);
	drop_mm(mm);
	world_end();
}

/*
 * Eight generations: each writes to a page of its own, and all still see the
 * page that only the first has written to.
 */
static void test_fork_chain(void **state __unused_arg)
{
	struct mm_struct *mms[8];
	u32 i, j;

	world_start(RAM);
	mms[0] = new_mm();
	map(mms[0], AREA, 10 * PAGE_SIZE, PROT_RW,
	    MAP_ANON_PRIVATE | MAP_FIXED);
	for (i = 0; i < 10; i++)
		poke(mms[0], AREA + i * PAGE_SIZE, 100 + i);
	for (i = 1; i < 8; i++) {
		mms[i] = fork_mm(mms[i - 1]);
		poke(mms[i], AREA + i * PAGE_SIZE, 1000 + i);
		world_verify(mms, i + 1);
	}
	for (i = 0; i < 8; i++) {
		for (j = 0; j < 10; j++)
			assert_int_equal(peek(mms[i], AREA + j * PAGE_SIZE),
					 j && j <= i ? 1000 + j : 100 + j);
	}
	for (i = 0; i < 8; i++) {
		u32 at = (i * 3) % 8;

		drop_mm(mms[at]);
		mms[at] = NULL;
		world_verify(mms, 8);
	}
	world_end();
}

/*
 * fork changes nine entries. A cache line holds eight of them, so the ninth is
 * in a line that must be cleaned, too.
 */
static void test_fork_cleans_each_line(void **state __unused_arg)
{
	struct mm_struct *mm, *child;

	world_start(RAM);
	mm = new_mm();
	map(mm, AREA, 9 * PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	for (u32 i = 0; i < 9; i++)
		poke(mm, AREA + i * PAGE_SIZE, i);
	child = fork_mm(mm);
	for (u32 i = 0; i < 9; i++) {
		assert_int_equal(peek(child, AREA + i * PAGE_SIZE), i);
		assert_int_equal(peek(mm, AREA + i * PAGE_SIZE), i);
	}
	drop_mm(child);
	drop_mm(mm);
	world_end();
}

static void test_fork_flags(void **state __unused_arg)
{
	struct mm_struct *mm, *child;
	u32 val;

	world_start(RAM);
	mm = new_mm();
	map(mm, AREA, 3 * PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	for (val = 0; val < 3; val++)
		poke(mm, AREA + val * PAGE_SIZE, 5);
	assert_int_equal(advise(mm, AREA, PAGE_SIZE, MADV_DONTFORK), 0);
	assert_int_equal(advise(mm, AREA + PAGE_SIZE, PAGE_SIZE,
				MADV_WIPEONFORK),
			 0);
	assert_int_equal(sys_mlock(AREA + 2 * PAGE_SIZE, PAGE_SIZE), 0);
	child = fork_mm(mm);
	assert_int_equal(mm->locked_vm, 1);
	assert_int_equal(child->locked_vm, 0);
	assert_false(find_vma(child, AREA + 2 * PAGE_SIZE)->vm_flags &
		     VM_LOCKED);
	assert_int_equal(model_load(child, AREA, &val), DIED_SEGV_MAPERR);
	assert_int_equal(peek(child, AREA + PAGE_SIZE), 0);
	assert_int_equal(peek(child, AREA + 2 * PAGE_SIZE), 5);
	assert_int_equal(peek(mm, AREA + PAGE_SIZE), 5);
	drop_mm(child);
	drop_mm(mm);
	world_end();
}

/* The mm_struct outlives its mappings while a kernel thread borrows it. */
static void test_users_and_count(void **state __unused_arg)
{
	struct mm_struct *mm;

	world_start(RAM);
	mm = new_mm();
	map(mm, AREA, PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	poke(mm, AREA, 1);
	model_switch(NULL);
	mmgrab(mm);
	assert_true(mmget_not_zero(mm));
	mmput(mm);
	mmput(mm);
	assert_int_equal(mm->map_count, 0);
	assert_int_equal(get_mm_rss(mm), 0);
	assert_false(mmget_not_zero(mm));
	assert_int_equal(nr_mms(), 0);
	mmdrop(mm);
	world_end();
}

static void test_access_remote(void **state __unused_arg)
{
	static char out[3 * PAGE_SIZE], in[3 * PAGE_SIZE];
	struct mm_struct *mm;
	u32 i;

	world_start(RAM);
	mm = new_mm();
	map(mm, AREA, 4 * PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	for (i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7);
	assert_int_equal(copy_remote_vm(mm, AREA + 100, out, sizeof(out),
					FOLL_WRITE),
			 0);
	assert_int_equal(copy_remote_vm(mm, AREA + 100, in, sizeof(in), 0), 0);
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(copy_remote_vm(mm, AREA + 3 * PAGE_SIZE, in,
					PAGE_SIZE + 1, 0),
			 -EFAULT);
	assert_int_equal(copy_remote_vm(mm, TASK_SIZE - 4, in, 8, 0), -EFAULT);
	assert_int_equal(protect(mm, AREA, PAGE_SIZE, PROT_READ), 0);
	assert_int_equal(copy_remote_vm(mm, AREA, in, 4, FOLL_WRITE), -EFAULT);
	world_verify(&mm, 1);
	drop_mm(mm);
	world_end();
}

/*
 * FOLL_FORCE: the owner's copy is written to, not the page that a child shares,
 * and neither can write to it after that.
 */
static void test_access_forced(void **state __unused_arg)
{
	struct mm_struct *mm[2];
	u32 word = 7;

	world_start(RAM);
	mm[0] = new_mm();
	map(mm[0], AREA, PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	poke(mm[0], AREA, 1);
	assert_int_equal(protect(mm[0], AREA, PAGE_SIZE, PROT_READ), 0);
	mm[1] = fork_mm(mm[0]);
	assert_int_equal(copy_remote_vm(mm[0], AREA, &word, 4, FOLL_WRITE),
			 -EFAULT);
	for (word = 7; word < 9; word++) {
		assert_int_equal(copy_remote_vm(mm[0], AREA, &word, 4,
						FOLL_WRITE | FOLL_FORCE),
				 0);
		assert_int_equal(peek(mm[0], AREA), word);
		assert_int_equal(peek(mm[1], AREA), 1);
	}
	assert_int_equal(model_store(mm[0], AREA, 2), DIED_SEGV_ACCERR);
	world_verify(mm, 2);
	drop_mm(mm[1]);
	drop_mm(mm[0]);
	world_end();
}

/* A breakpoint that a debugger writes into code must be what runs next. */
static void test_access_remote_code(void **state __unused_arg)
{
	struct mm_struct *mm;
	u32 insn;

	world_start(RAM);
	mm = new_mm();
	map(mm, AREA, PAGE_SIZE, PROT_RW | PROT_EXEC,
	    MAP_ANON_PRIVATE | MAP_FIXED);
	for (u32 i = 1; i < 4; i++) {
		assert_int_equal(copy_remote_vm(mm, AREA, &i, sizeof(i),
						FOLL_WRITE),
				 0);
		assert_int_equal(model_fetch(mm, AREA, &insn), 0);
		assert_int_equal(insn, i);
	}
	drop_mm(mm);
	world_end();
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
		cmocka_unit_test(test_shared_anonymous),
		cmocka_unit_test(test_cow_and_reuse),
		cmocka_unit_test(test_fork_chain),
		cmocka_unit_test(test_fork_cleans_each_line),
		cmocka_unit_test(test_fork_flags),
		cmocka_unit_test(test_users_and_count),
		cmocka_unit_test(test_access_remote),
		cmocka_unit_test(test_access_forced),
		cmocka_unit_test(test_access_remote_code),
	};

	return host_run(tests);
}
