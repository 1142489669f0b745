/*
 * Each operation of the mmap family while its nth allocation fails, for n = 1, 2
 * ... until it succeeds: the failure is reported and nothing has changed.
 */
#include "mm_world.h"

#define AREA 0x20000000u
#define PG   PAGE_SIZE

static struct mm_struct *mm;

#define HERE (AREA + PGDIR_SIZE - 4 * PG) /* two tables */

static u32 promised;

static void sweep_setup(void)
{
	uaddr_t va;

	mm = world_begin();
	mm->start_brk = mm->brk = 0x00100000;
	map(mm, HERE, 8 * PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	for (u32 i = 0; i < 8; i++)
		poke(mm, HERE + i * PG, 50 + i);
	map(mm, AREA, 4 * PG, PROT_RW, MAP_ANON_SHARED | MAP_FIXED);
	poke(mm, AREA, 4);
	assert_int_equal(try_map(mm, &test_file.file, AREA + 16 * PG, 4 * PG,
				 PROT_RW, MAP_PRIVATE | MAP_FIXED, 0, &va),
			 0);
	map(mm, AREA + 32 * PG, 4 * PG, PROT_READ,
	    MAP_ANON_PRIVATE | MAP_FIXED);
	promised = vm_committed_pages();
}

static void sweep_check_unchanged(void)
{
	for (u32 i = 0; i < 8; i++)
		assert_int_equal(peek(mm, HERE + i * PG), 50 + i);
	assert_int_equal(peek(mm, AREA), 4);
	assert_int_equal(mm->total_vm, 20);
	assert_int_equal(mm->map_count, 4);
	assert_int_equal(vm_committed_pages(), promised);
}

static int op_map_private(void)
{
	uaddr_t va;

	return try_map(mm, NULL, 0, 4 * PG, PROT_READ, MAP_ANON_PRIVATE, 0,
		       &va);
}

static int op_map_shared(void)
{
	uaddr_t va;

	return try_map(mm, NULL, 0, 4 * PG, PROT_RW, MAP_ANON_SHARED, 0, &va);
}

static int op_map_over(void)
{
	uaddr_t va;

	return try_map(mm, &test_file.file, HERE + 2 * PG, 2 * PG, PROT_RW,
		       MAP_PRIVATE | MAP_FIXED, 0, &va);
}

static int op_unmap_middle(void)
{
	return unmap(mm, HERE + 2 * PG, 2 * PG);
}

static int op_protect_middle(void)
{
	return protect(mm, HERE + 2 * PG, 2 * PG, PROT_READ);
}

static int op_protect_writable(void)
{
	return protect(mm, AREA + 33 * PG, 2 * PG, PROT_RW);
}

static int op_advise_middle(void)
{
	return advise(mm, HERE + 2 * PG, 2 * PG, MADV_RANDOM);
}

static int op_remap(void)
{
	uaddr_t va;

	return remap(mm, HERE + PG, 5 * PG, 6 * PG,
		     MREMAP_MAYMOVE | MREMAP_FIXED, 0x30000000, &va);
}

static int op_remap_dontunmap(void)
{
	uaddr_t va;

	return remap(mm, AREA + 33 * PG, PG, PG,
		     MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0, &va);
}

static int op_brk(void)
{
	return sys_brk(0x00102000) == 0x00102000 ? 0 : -ENOMEM;
}

static int op_fork(void)
{
	struct mm_struct *child = mm_alloc();
	int err;

	if (!child)
		return -ENOMEM;
	err = dup_mmap(child, mm);
	assert_int_equal(vma_verify(child), 0);
	drop_mm(child);
	return err;
}

static int op_touch(uaddr_t va)
{
	int ret = model_store(mm, va, 9);

	return ret == DIED_OOM ? -ENOMEM : ret;
}

static int op_touch_shared(void)
{
	return op_touch(AREA + PG);
}

static int op_touch_file(void)
{
	return op_touch(AREA + 16 * PG);
}

static int op_copy_on_write(void)
{
	struct mm_struct *child = fork_mm(mm);
	int ret = model_store(child, HERE, 1);

	drop_mm(child);
	return ret == DIED_OOM ? -ENOMEM : ret;
}

static const struct sweep_op {
	const char *name;
	int (*op)(void);
} sweep_ops[] = {
	{ "mmap private", op_map_private },
	{ "mmap shared", op_map_shared },
	{ "mmap over", op_map_over },
	{ "munmap", op_unmap_middle },
	{ "mprotect", op_protect_middle },
	{ "mprotect to writable", op_protect_writable },
	{ "madvise", op_advise_middle },
	{ "mremap", op_remap },
	{ "mremap, old place kept", op_remap_dontunmap },
	{ "brk", op_brk },
	{ "fork", op_fork },
	{ "touch shared", op_touch_shared },
	{ "touch file", op_touch_file },
};

/* Returns true if op failed by the nth allocation; checks that nothing changed. */
static bool sweep_once(const struct sweep_op *op, u32 nth)
{
	bool failed;
	int err;

	sweep_setup();
	fail_alloc_set(NULL, nth, 1);
	err = op->op();
	failed = fail_alloc_hits() != 0;
	fail_alloc_set(NULL, 0, 0);
	if (failed)
		assert_int_equal(err, -ENOMEM);
	else
		assert_int_equal(err, 0);
	world_verify(&mm, 1);
	if (failed)
		sweep_check_unchanged();
	world_finish(mm);
	return failed;
}

static void test_nth_allocation_fails(void **state __unused_arg)
{
	for (u32 i = 0; i < ARRAY_SIZE(sweep_ops); i++) {
		u32 nth = 1;

		while (sweep_once(&sweep_ops[i], nth))
			nth++;
		print_message("# %s: %u allocations\n", sweep_ops[i].name,
			      nth - 1);
		assert_true(nth > 1);
	}
}

static void test_copy_on_write_fails(void **state __unused_arg)
{
	struct mm_struct *child;

	sweep_setup();
	child = fork_mm(mm);
	fail_alloc_set("pages", 1, 1);
	assert_int_equal(model_store(child, HERE, 1), DIED_OOM);
	fail_alloc_set(NULL, 0, 0);
	world_verify((struct mm_struct *[]){ mm, child }, 2);
	assert_int_equal(peek(child, HERE), 50);
	poke(child, HERE, 1);
	assert_int_equal(peek(mm, HERE), 50);
	drop_mm(child);
	assert_int_equal(op_copy_on_write(), 0);
	world_finish(mm);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nth_allocation_fails),
		cmocka_unit_test(test_copy_on_write_fails),
	};

	return host_run(tests);
}
