/*
 * What the mmap family accepts, refuses and counts: each errno, limits and
 * placement. Allocations that fail in it are test_mm_sweep.c's.
 */
#include <asm/uaccess.h>
#include "mm_world.h"

#define AREA 0x20000000u
#define PG   PAGE_SIZE

static struct mm_struct *mm;

/* ---- mmap -------------------------------------------------------- */

struct mmap_case {
	int expected;
	bool file;
	uaddr_t addr;
	u32 bytes, prot, flags, pgoff;
};

static const struct mmap_case mmap_cases[] = {
	{ 0, false, 0, 1, PROT_RW, MAP_ANON_PRIVATE, 0 },
	{ 0, false, 0, PG, PROT_RW, MAP_ANON_SHARED, 5 },
	{ 0, true, 0, PG, PROT_RW, MAP_SHARED, 3 },
	{ 0, true, 0, PG, PROT_RW, MAP_SHARED_VALIDATE, 3 },
	{ 0, false, 0, PG, PROT_RW,
	  MAP_ANON_PRIVATE | MAP_GROWSDOWN | MAP_NORESERVE | MAP_STACK, 0 },
	/* nothing to map, no kind, two kinds */
	{ -EINVAL, false, 0, 0, PROT_RW, MAP_ANON_PRIVATE, 0 },
	{ -EINVAL, false, 0, PG, PROT_RW, MAP_ANONYMOUS, 0 },
	{ -EINVAL, false, 0, PG, PROT_RW, MAP_ANONYMOUS | 3, 0 },
	{ -EINVAL, true, 0, PG, PROT_RW, 0, 0 },
	{ -EINVAL, true, 0, PG, PROT_RW, 4, 0 },
	{ -EOPNOTSUPP, true, 0, PG, PROT_RW, MAP_SHARED_VALIDATE | MAP_SYNC,
	  0 },
	{ -EINVAL, false, 0, PG, PROT_RW, MAP_ANON_PRIVATE | MAP_HUGETLB, 0 },
	{ -EINVAL, false, 0, PG, PROT_RW, MAP_ANON_SHARED | MAP_GROWSDOWN, 0 },
	{ -EINVAL, true, 0, PG, PROT_RW, MAP_PRIVATE | MAP_GROWSDOWN, 0 },
	/* fixed where it cannot be */
	{ -EINVAL, false, AREA + 1, PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED,
	  0 },
	{ -EINVAL, false, 0, PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED, 0 },
	{ -EINVAL, false, PG, PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED, 0 },
	{ -ENOMEM, false, TASK_SIZE, PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED,
	  0 },
	{ -ENOMEM, false, TASK_SIZE - PG, 2 * PG, PROT_RW,
	  MAP_ANON_PRIVATE | MAP_FIXED, 0 },
	/* too large, in four ways */
	{ -ENOMEM, false, 0, 0xfffff001, PROT_RW, MAP_ANON_PRIVATE, 0 },
	{ -ENOMEM, false, 0, TASK_SIZE, PROT_NONE, MAP_ANON_PRIVATE, 0 },
	{ -ENOMEM, false, 0, 0x40000000, PROT_RW, MAP_ANON_PRIVATE, 0 },
	{ -EOVERFLOW, true, 0, 2 * PG, PROT_READ, MAP_PRIVATE, 0xffffffff },
};

static void test_mmap_errors(void **state __unused_arg)
{
	mm = world_begin();
	for (u32 i = 0; i < ARRAY_SIZE(mmap_cases); i++) {
		const struct mmap_case *c = &mmap_cases[i];
		uaddr_t va = 1;
		int err = try_map(mm, c->file ? &test_file.file : NULL, c->addr,
				  c->bytes, c->prot, c->flags, c->pgoff, &va);

		if (err != c->expected)
			print_error("case %u\n", i);
		assert_int_equal(err, c->expected);
		if (err) {
			assert_int_equal(va, 1);
			assert_int_equal(mm->map_count, 0);
		} else {
			assert_int_equal(unmap(mm, va, c->bytes), 0);
		}
	}
	world_finish(mm);
}

static void test_mmap_file_modes(void **state __unused_arg)
{
	uaddr_t va;
	struct file *file;

	mm = world_begin();
	file = &test_file.file;
	file->f_mode = FMODE_WRITE;
	assert_int_equal(try_map(mm, file, 0, PG, PROT_READ, MAP_PRIVATE, 0,
				 &va),
			 -EACCES);
	file->f_mode = FMODE_READ;
	assert_int_equal(try_map(mm, file, 0, PG, PROT_RW, MAP_SHARED, 0, &va),
			 -EACCES);
	assert_int_equal(try_map(mm, file, 0, PG, PROT_READ, MAP_SHARED, 0,
				 &va),
			 0);
	/* Opened for reading: write may not come back by mprotect. */
	assert_int_equal(protect(mm, va, PG, PROT_RW), -EACCES);
	assert_int_equal(try_map(mm, file, 0, PG, PROT_RW, MAP_PRIVATE, 0, &va),
			 0);
	world_finish(mm);
}

static void test_mmap_placement(void **state __unused_arg)
{
	u32 flags = MAP_ANON_PRIVATE;
	uaddr_t top, va;

	mm = world_begin();
	top = mm->mmap_base;
	assert_int_equal(map(mm, 0, PG, PROT_RW, flags), top - PG);
	assert_int_equal(map(mm, 0, PG, PROT_READ, flags), top - 2 * PG);
	/* A hint is rounded down, and followed only if the place is free. */
	assert_int_equal(map(mm, AREA + 5, PG, PROT_RW, flags), AREA);
	assert_int_equal(map(mm, AREA, PG, PROT_READ, flags), top - 3 * PG);
	assert_int_equal(map(mm, PG, PG, PROT_RW, flags), MMAP_MIN_ADDR);
	/* Without a hint: the highest hole that is large enough. */
	assert_int_equal(unmap(mm, top - 2 * PG, PG), 0);
	assert_int_equal(map(mm, 0, 2 * PG, PROT_RW, flags), top - 5 * PG);
	assert_int_equal(map(mm, 0, PG, PROT_RW, flags), top - 2 * PG);
	assert_int_equal(try_map(mm, NULL, AREA, PG, PROT_RW,
				 flags | MAP_FIXED_NOREPLACE, 0, &va),
			 -EEXIST);
	assert_int_equal(map(mm, AREA + PG, PG, PROT_RW,
			     flags | MAP_FIXED_NOREPLACE),
			 AREA + PG);
	world_finish(mm);
}

static void test_fixed_replaces(void **state __unused_arg)
{
	mm = world_begin();
	map(mm, AREA, 8 * PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	poke(mm, AREA + 2 * PG, 1);
	poke(mm, AREA + 5 * PG, 2);
	map(mm, AREA + 2 * PG, 2 * PG, PROT_READ, MAP_ANON_PRIVATE | MAP_FIXED);
	assert_int_equal(peek(mm, AREA + 2 * PG), 0);
	assert_int_equal(peek(mm, AREA + 5 * PG), 2);
	assert_int_equal(mm->map_count, 3);
	assert_int_equal(mm->total_vm, 8);
	world_finish(mm);
}

/* munmap frees the second-level tables that no VMA can need any more. */
static void test_tables_go(void **state __unused_arg)
{
	mm = world_begin();
	map(mm, AREA, 4 * PGDIR_SIZE, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	for (u32 i = 0; i < 4; i++)
		poke(mm, AREA + i * PGDIR_SIZE, 1);
	assert_int_equal(mm->nr_ptes, 4);
	assert_int_equal(unmap(mm, AREA + PG, 2 * PGDIR_SIZE), 0);
	assert_int_equal(mm->nr_ptes, 3); /* the ends are in use */
	assert_int_equal(peek(mm, AREA), 1);
	assert_int_equal(unmap(mm, AREA, 4 * PGDIR_SIZE), 0);
	assert_int_equal(mm->nr_ptes, 0);
	world_finish(mm);
}

/* ---- the others' errors ------------------------------------------ */

static void test_munmap_errors(void **state __unused_arg)
{
	mm = world_begin();
	assert_int_equal(unmap(mm, AREA + 1, PG), -EINVAL);
	assert_int_equal(unmap(mm, AREA, 0), -EINVAL);
	assert_int_equal(unmap(mm, AREA, TASK_SIZE), -EINVAL);
	assert_int_equal(unmap(mm, TASK_SIZE + PG, PG), -EINVAL);
	assert_int_equal(unmap(mm, AREA, 0xffffffff), -EINVAL);
	assert_int_equal(unmap(mm, AREA, PG), 0); /* unmapped: no error */
	world_finish(mm);
}

static void test_mprotect_errors(void **state __unused_arg)
{
	mm = world_begin();
	map(mm, AREA, 4 * PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	assert_int_equal(protect(mm, AREA + 1, PG, PROT_READ), -EINVAL);
	assert_int_equal(protect(mm, AREA, 0, PROT_READ), 0);
	assert_int_equal(protect(mm, AREA, PG, 0x100), -EINVAL);
	assert_int_equal(protect(mm, AREA, 5 * PG, PROT_READ), -ENOMEM);
	assert_int_equal(protect(mm, AREA - PG, 2 * PG, PROT_READ), -ENOMEM);
	assert_int_equal(protect(mm, AREA, 0xfffff001, PROT_READ), -ENOMEM);
	assert_int_equal(protect(mm, AREA, PG, PROT_GROWSDOWN), -EINVAL);
	assert_int_equal(protect(mm, AREA, PG, PROT_GROWSUP), -EINVAL);
	world_finish(mm);
}

static void test_mremap_errors(void **state __unused_arg)
{
	static const struct {
		int expected;
		u32 addr, old, new, flags, to;
	} cases[] = {
		{ -EINVAL, AREA, PG, PG, 8, 0 },
		{ -EINVAL, AREA + 1, PG, PG, 0, 0 },
		{ -EINVAL, AREA, PG, 0, 0, 0 },
		{ -EINVAL, AREA, PG, PG, MREMAP_FIXED, 0x30000000 },
		{ -EINVAL, AREA, PG, PG, MREMAP_DONTUNMAP, 0 },
		{ -EINVAL, AREA, PG, 2 * PG, MREMAP_MAYMOVE | MREMAP_DONTUNMAP,
		  0 },
		{ -EINVAL, AREA, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED,
		  0x30000001 },
		{ -EINVAL, AREA, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED, AREA },
		{ -EINVAL, AREA, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED,
		  TASK_SIZE },
		{ -EINVAL, AREA, 0, PG, MREMAP_MAYMOVE, 0 },
		{ -EFAULT, AREA - PG, PG, PG, 0, 0 },
		{ -EFAULT, AREA, 5 * PG, 6 * PG, MREMAP_MAYMOVE, 0 },
		{ -ENOMEM, AREA, PG, 2 * PG, 0, 0 },
		{ -ENOMEM, AREA, 4 * PG, 0xfffff000, MREMAP_MAYMOVE, 0 },
	};
	uaddr_t va;

	mm = world_begin();
	map(mm, AREA, 4 * PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		int err = remap(mm, cases[i].addr, cases[i].old, cases[i].new,
				cases[i].flags, cases[i].to, &va);

		if (err != cases[i].expected)
			print_error("case %u\n", i);
		assert_int_equal(err, cases[i].expected);
		assert_int_equal(mm->map_count, 1);
		assert_int_equal(mm->total_vm, 4);
	}
	world_finish(mm);
}

/* mremap makes every second-level table of the target that it needs. */
static void test_mremap_over_tables(void **state __unused_arg)
{
	const u32 bytes = 3 * PGDIR_SIZE;
	uaddr_t to = AREA + 64 * PGDIR_SIZE + 5 * PG, result;

	mm = world_begin();
	map(mm, AREA, bytes, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	for (u32 offset = 0; offset < bytes; offset += 51 * PG)
		poke(mm, AREA + offset, offset);
	assert_int_equal(remap(mm, AREA, bytes, bytes,
			       MREMAP_MAYMOVE | MREMAP_FIXED, to, &result),
			 0);
	assert_int_equal(result, to);
	for (u32 offset = 0; offset < bytes; offset += 51 * PG)
		assert_int_equal(peek(mm, to + offset), offset);
	world_finish(mm);
}

static void test_mremap_dontunmap(void **state __unused_arg)
{
	uaddr_t va;

	mm = world_begin();
	map(mm, AREA, 4 * PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	poke(mm, AREA + PG, 7);
	assert_int_equal(remap(mm, AREA, 4 * PG, 4 * PG,
			       MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0, &va),
			 0);
	assert_int_equal(peek(mm, va + PG), 7);
	assert_int_equal(peek(mm, AREA + PG), 0);
	assert_int_equal(mm->total_vm, 8);
	world_finish(mm);
}

/* An old size of 0 maps the same shared pages a second time. */
static void test_mremap_duplicates_shared(void **state __unused_arg)
{
	uaddr_t va;

	mm = world_begin();
	map(mm, AREA, 4 * PG, PROT_RW, MAP_ANON_SHARED | MAP_FIXED);
	poke(mm, AREA + PG, 7);
	assert_int_equal(remap(mm, AREA, 0, 4 * PG, MREMAP_MAYMOVE, 0, &va), 0);
	assert_int_equal(peek(mm, va + PG), 7);
	poke(mm, va, 8);
	assert_int_equal(peek(mm, AREA), 8);
	assert_int_equal(remap(mm, AREA + PG, 0, PG, MREMAP_MAYMOVE, 0, &va),
			 0);
	assert_int_equal(peek(mm, va), 7);
	world_finish(mm);
}

static void test_madvise(void **state __unused_arg)
{
	mm = world_begin();
	map(mm, AREA, 4 * PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	assert_int_equal(advise(mm, AREA, PG, 999), -EINVAL);
	assert_int_equal(advise(mm, AREA + 1, PG, MADV_DONTNEED), -EINVAL);
	assert_int_equal(advise(mm, AREA, 0, MADV_DONTNEED), 0);
	assert_int_equal(advise(mm, AREA, 5 * PG, MADV_DONTNEED), -ENOMEM);
	poke(mm, AREA, 3);
	assert_int_equal(advise(mm, AREA, PG, MADV_DONTNEED), 0);
	assert_int_equal(peek(mm, AREA), 0);
	assert_int_equal(advise(mm, AREA, 4 * PG, MADV_POPULATE_WRITE), 0);
	assert_int_equal(mm->rss[MM_ANONPAGES], 4);
	assert_int_equal(advise(mm, AREA + PG, PG, MADV_RANDOM), 0);
	assert_int_equal(mm->map_count, 3);
	assert_int_equal(advise(mm, AREA, 4 * PG, MADV_NORMAL), 0);
	assert_int_equal(mm->map_count, 1);
	world_finish(mm);
}

/* ---- limits ------------------------------------------------------ */

static void test_limits(void **state __unused_arg)
{
	uaddr_t va;

	mm = world_begin();
	host_rlimits[RLIMIT_AS] = 10 * PG;
	map(mm, AREA, 8 * PG, PROT_READ, MAP_ANON_PRIVATE | MAP_FIXED);
	assert_int_equal(try_map(mm, NULL, 0, 3 * PG, PROT_READ,
				 MAP_ANON_PRIVATE, 0, &va),
			 -ENOMEM);
	/* MAP_FIXED: what it replaces does not count against the limit. */
	map(mm, AREA, 10 * PG, PROT_READ, MAP_ANON_PRIVATE | MAP_FIXED);
	host_rlimits[RLIMIT_AS] = RLIM_INFINITY;
	host_rlimits[RLIMIT_DATA] = 4 * PG;
	assert_int_equal(try_map(mm, NULL, 0, 5 * PG, PROT_RW, MAP_ANON_PRIVATE,
				 0, &va),
			 -ENOMEM);
	assert_int_equal(protect(mm, AREA, 5 * PG, PROT_RW), -ENOMEM);
	assert_int_equal(protect(mm, AREA, 4 * PG, PROT_RW), 0);
	world_finish(mm);
}

static void test_mlock(void **state __unused_arg)
{
	uaddr_t va;

	mm = world_begin();
	host_rlimits[RLIMIT_MEMLOCK] = 0; /* does not bind user 0 */
	map(mm, AREA, 8 * PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	assert_int_equal(sys_mlock(AREA + 5, 2 * PG), 0); /* three pages */
	assert_int_equal(mm->locked_vm, 3);
	assert_int_equal(mm->rss[MM_ANONPAGES], 3);
	assert_int_equal(sys_mlock(AREA, PG), 0); /* not counted twice */
	assert_int_equal(sys_mlock(AREA, 3 * PG), 0);
	assert_int_equal(mm->locked_vm, 3);
	assert_int_equal(advise(mm, AREA, PG, MADV_DONTNEED), -EINVAL);
	assert_int_equal(sys_msync(AREA, PG, MS_INVALIDATE), -EBUSY);
	assert_int_equal(sys_munlock(AREA, 8 * PG), 0);
	assert_int_equal(mm->locked_vm, 0);
	assert_int_equal(mm->map_count, 1);
	assert_int_equal(sys_mlock2(AREA, PG, 2), -EINVAL);
	assert_int_equal(sys_mlock2(AREA + 6 * PG, PG, MLOCK_ONFAULT), 0);
	assert_int_equal(mm->rss[MM_ANONPAGES], 3);
	assert_int_equal(sys_mlockall(0), -EINVAL);
	assert_int_equal(sys_mlockall(MCL_ONFAULT), -EINVAL);
	assert_int_equal(sys_mlockall(MCL_FUTURE), 0);
	va = (u32)vm_mmap_pgoff(NULL, 0, PG, PROT_RW, MAP_ANON_PRIVATE, 0);
	assert_true(frame_of(mm, va) != 0);
	assert_int_equal(sys_munlockall(), 0);
	assert_int_equal(mm->locked_vm, 0);
	world_finish(mm);
}

static void test_map_count_limit(void **state __unused_arg)
{
	u32 real;
	uaddr_t va;

	mm = world_begin();
	map(mm, AREA, 8 * PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	real = mm->map_count;
	mm->map_count = max_map_count;
	assert_int_equal(try_map(mm, NULL, 0, PG, PROT_RW, MAP_ANON_PRIVATE, 0,
				 &va),
			 -ENOMEM);
	assert_int_equal(unmap(mm, AREA + PG, PG), -ENOMEM);
	assert_int_equal(protect(mm, AREA + PG, PG, PROT_READ), -ENOMEM);
	mm->map_count = real;
	world_finish(mm);
}

static void test_overcommit(void **state __unused_arg)
{
	struct mm_struct *child;
	u32 half;

	mm = world_begin();
	half = totalram_pages() / 2;
	map(mm, AREA, half * PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	assert_int_equal(vm_committed_pages(), half);
	map(mm, 0, 8 * half * PG, PROT_RW, MAP_ANON_PRIVATE | MAP_NORESERVE);
	map(mm, 0, 8 * half * PG, PROT_READ, MAP_ANON_PRIVATE);
	assert_int_equal(vm_committed_pages(), half);
	child = fork_mm(mm);
	assert_int_equal(vm_committed_pages(), 2 * half);
	drop_mm(child);
	assert_int_equal(unmap(mm, AREA, PG), 0);
	assert_int_equal(vm_committed_pages(), half - 1);
	world_finish(mm);
}

/* A ratio that gives many times all memory must not wrap to a small limit. */
static void test_commit_limit(void **state __unused_arg)
{
	u32 before = 0;

	mm = world_begin();
	overcommit_memory = OVERCOMMIT_NEVER;
	for (u64 ratio = 50; ratio <= INT32_MAX; ratio = ratio * 3 / 2) {
		overcommit_ratio = (u32)ratio;
		assert_true(vm_commit_limit() >= before);
		before = vm_commit_limit();
		assert_int_equal(before >> (32 - PAGE_SHIFT + 10), 0);
	}
	assert_int_equal(before, UINT32_MAX >> (PAGE_SHIFT - 10));
	map(mm, 0, 8 * totalram_pages() * PG, PROT_RW, MAP_ANON_PRIVATE);
	overcommit_memory = OVERCOMMIT_GUESS;
	overcommit_ratio = 50;
	world_finish(mm);
}

/* ---- brk, mincore, msync ----------------------------------------- */

static void test_brk(void **state __unused_arg)
{
	uaddr_t heap = 0x00100000;

	mm = world_begin();
	mm->start_brk = mm->brk = heap;
	assert_int_equal(sys_brk(0), heap);
	assert_int_equal(sys_brk(heap + 3), heap + 3);
	poke(mm, heap, 1);
	assert_int_equal(mm->total_vm, 1);
	assert_int_equal(sys_brk(heap + 10 * PG), heap + 10 * PG);
	assert_int_equal(mm->map_count, 1);
	assert_int_equal(sys_brk(heap - 1), heap + 10 * PG);
	assert_int_equal(sys_brk(heap + PG), heap + PG);
	assert_int_equal(mm->total_vm, 1);
	assert_int_equal(peek(mm, heap), 1);
	/* Not into a neighbour, and a page away from it. */
	map(mm, heap + 5 * PG, PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	assert_int_equal(sys_brk(heap + 5 * PG), heap + PG);
	assert_int_equal(sys_brk(heap + 4 * PG), heap + 4 * PG);
	host_rlimits[RLIMIT_DATA] = 2 * PG;
	assert_int_equal(sys_brk(heap + 4 * PG + 1), heap + 4 * PG);
	assert_int_equal(sys_brk(heap), heap);
	world_finish(mm);
}

static void test_msync(void **state __unused_arg)
{
	mm = world_begin();
	map(mm, AREA, PG, PROT_RW, MAP_ANON_PRIVATE | MAP_FIXED);
	assert_int_equal(sys_msync(AREA, PG, MS_SYNC), 0);
	assert_int_equal(sys_msync(AREA, PG, MS_SYNC | MS_ASYNC), -EINVAL);
	assert_int_equal(sys_msync(AREA, PG, 8), -EINVAL);
	assert_int_equal(sys_msync(AREA + 1, PG, MS_SYNC), -EINVAL);
	assert_int_equal(sys_msync(AREA, 2 * PG, MS_SYNC), -ENOMEM);
	assert_int_equal(sys_msync(AREA, 0xffffffff, MS_SYNC), 0);
	world_finish(mm);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mmap_errors),
		cmocka_unit_test(test_mmap_file_modes),
		cmocka_unit_test(test_mmap_placement),
		cmocka_unit_test(test_fixed_replaces),
		cmocka_unit_test(test_tables_go),
		cmocka_unit_test(test_munmap_errors),
		cmocka_unit_test(test_mprotect_errors),
		cmocka_unit_test(test_mremap_errors),
		cmocka_unit_test(test_mremap_over_tables),
		cmocka_unit_test(test_mremap_dontunmap),
		cmocka_unit_test(test_mremap_duplicates_shared),
		cmocka_unit_test(test_madvise),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_mlock),
		cmocka_unit_test(test_map_count_limit),
		cmocka_unit_test(test_overcommit),
		cmocka_unit_test(test_commit_limit),
		cmocka_unit_test(test_brk),
		cmocka_unit_test(test_msync),
	};

	return host_run(tests);
}
