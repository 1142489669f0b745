/*
 * fork, and case 4 of a page fault: pages that two or more address spaces share
 * until one of them writes, chains of forks, and what a child does not inherit.
 */
#include "mm_world.h"

#define AREA 0x20000000u

static void test_cow_and_reuse(void **state __unused_arg)
{
	struct mm_struct *mm, *child;
	u32 frame;

	mm = world_begin();
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
	world_finish(mm);
}

/*
 * Eight generations: each writes to a page of its own, and all still see the
 * page that only the first has written to.
 */
static void test_fork_chain(void **state __unused_arg)
{
	struct mm_struct *mms[8];
	u32 i, j;

	mms[0] = world_begin();
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
	test_file_close();
	world_end();
}

/*
 * fork changes nine entries. A cache line holds eight of them, so the ninth is
 * in a line that must be cleaned, too.
 */
static void test_fork_cleans_each_line(void **state __unused_arg)
{
	struct mm_struct *mm, *child;

	mm = world_begin();
	map(mm, AREA, 9 * PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	for (u32 i = 0; i < 9; i++)
		poke(mm, AREA + i * PAGE_SIZE, i);
	child = fork_mm(mm);
	for (u32 i = 0; i < 9; i++) {
		assert_int_equal(peek(child, AREA + i * PAGE_SIZE), i);
		assert_int_equal(peek(mm, AREA + i * PAGE_SIZE), i);
	}
	drop_mm(child);
	world_finish(mm);
}

static void test_fork_flags(void **state __unused_arg)
{
	struct mm_struct *mm, *child;
	u32 val;

	mm = world_begin();
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
	world_finish(mm);
}

/* The mm_struct outlives its mappings while a kernel thread borrows it. */
static void test_users_and_count(void **state __unused_arg)
{
	struct mm_struct *mm;

	mm = world_begin();
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
	test_file_close();
	world_end();
}

/* ---- shared anonymous -------------------------------------------- */

static void test_shared_anonymous(void **state __unused_arg)
{
	struct mm_struct *mm, *child;
	u32 val;

	mm = world_begin();
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
	world_finish(child);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cow_and_reuse),
		cmocka_unit_test(test_fork_chain),
		cmocka_unit_test(test_fork_cleans_each_line),
		cmocka_unit_test(test_fork_flags),
		cmocka_unit_test(test_users_and_count),
		cmocka_unit_test(test_shared_anonymous),
	};

	return host_run(tests);
}
