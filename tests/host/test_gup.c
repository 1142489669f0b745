/*
 * mm/gup.c: the kernel reads and writes the memory of an address space that is
 * not the running one, for a debugger.
 */
#include "mm_world.h"

#define AREA 0x20000000u

static void test_access_remote(void **state __unused_arg)
{
	static char out[3 * PAGE_SIZE], in[3 * PAGE_SIZE];
	struct mm_struct *mm;
	u32 i;

	mm = world_begin();
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
	world_finish(mm);
}

/*
 * FOLL_FORCE: the owner's copy is written to, not the page that a child shares,
 * and neither can write to it after that.
 */
static void test_access_forced(void **state __unused_arg)
{
	struct mm_struct *mm[2];
	u32 word = 7;

	mm[0] = world_begin();
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
	world_finish(mm[0]);
}

/* A breakpoint that a debugger writes into code must be fetched next. */
static void test_access_remote_code(void **state __unused_arg)
{
	struct mm_struct *mm;
	u32 insn;

	mm = world_begin();
	map(mm, AREA, PAGE_SIZE, PROT_RW | PROT_EXEC,
	    MAP_ANON_PRIVATE | MAP_FIXED);
	for (u32 i = 1; i < 4; i++) {
		assert_int_equal(copy_remote_vm(mm, AREA, &i, sizeof(i),
						FOLL_WRITE),
				 0);
		assert_int_equal(model_fetch(mm, AREA, &insn), 0);
		assert_int_equal(insn, i);
	}
	world_finish(mm);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_access_remote),
		cmocka_unit_test(test_access_forced),
		cmocka_unit_test(test_access_remote_code),
	};

	return host_run(tests);
}
