/*
 * The properties of user copies that callers rely on: exact residues, zeroed
 * rests, strings that end where a page does. (mmu/uaccess.S itself is tested on
 * the target; here the model plays it.)
 */
#include <asm/barrier.h>
#include <asm/cp15.h>
#include <asm/uaccess.h>
#include <string.h>
#include "mmu_test.h"

#define END (TEST_VA + PAGE_SIZE) /* nothing is mapped from here on */

static struct mm_struct test_mm;
static struct page *page;

static void boot(void)
{
	model_boot(TEST_RAM);
	new_mm(&test_mm);
	page = map_new(&test_mm, TEST_VA, TEST_RW);
	model_switch(&test_mm);
}

static void end(void)
{
	unmap_and_free(&test_mm, TEST_VA, page);
	drop_mm(&test_mm);
}

static char *at(u32 va)
{
	return (char *)page_address(page) + (va - TEST_VA);
}

static void test_copies(void **state __unused_arg)
{
	char buf[64];

	boot();
	memset(at(END - 16), 'x', 16);
	memset(buf, '?', sizeof(buf));
	assert_int_equal(copy_from_user(buf, END - 16, 16), 0);
	assert_memory_equal(buf, "xxxxxxxxxxxxxxxx", 16);
	assert_int_equal(buf[16], '?');
	/* The bytes that could not be read are zero, not the old ones. */
	assert_int_equal(copy_from_user(buf, END - 16, 40), 24);
	for (u32 i = 16; i < 40; i++)
		assert_int_equal(buf[i], 0);
	assert_int_equal(buf[40], '?');
	assert_int_equal(copy_to_user(END - 8, "0123456789", 10), 2);
	assert_memory_equal(at(END - 8), "01234567", 8);
	assert_int_equal(clear_user(END - 8, 10), 2);
	assert_int_equal(*at(END - 8), 0);
	end();
}

static void test_bad_addresses(void **state __unused_arg)
{
	static const u32 bad[] = {
		0,         END, TASK_SIZE - 2, TASK_SIZE, PAGE_OFFSET + 0x8000,
		0xffffffff
	};
	u32 word;
	u8 byte;
	char buf[8];

	boot();
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(copy_from_user(buf, bad[i], 8), 8);
		assert_int_equal(copy_to_user(bad[i], buf, 8), 8);
		assert_int_equal(clear_user(bad[i], 8), 8);
		assert_int_equal(get_user_u32(&word, bad[i]), -EFAULT);
		assert_int_equal(get_user_u8(&byte, bad[i]), -EFAULT);
		assert_int_equal(put_user_u32(1, bad[i]), -EFAULT);
		assert_int_equal(put_user_pair(1, 2, bad[i]), -EFAULT);
		assert_int_equal(strncpy_from_user(buf, bad[i], 8, NULL),
				 -EFAULT);
	}
	assert_false(access_ok(1, 0xffffffff));
	assert_true(access_ok(TASK_SIZE - 1, 1));
	assert_true(access_ok(TASK_SIZE, 0));
	end();
}

/* A string at every place before the end of the mapped page. */
static void test_strings(void **state __unused_arg)
{
	static const u32 lengths[] = { 0, 1, 62, 63, 64, 65, 127, 128, 200 };
	char buf[256], want[256];
	u32 len;

	boot();
	for (u32 i = 0; i < ARRAY_SIZE(lengths); i++)
		for (u32 gap = 1; gap < 130; gap++) {
			u32 n = lengths[i], va = END - n - gap;

			memset(want, 'a' + (int)i, n);
			want[n] = '\0';
			memcpy(at(va), want, n + 1);
			assert_int_equal(strncpy_from_user(buf, va, 256, &len),
					 0);
			assert_int_equal(len, n);
			assert_string_equal(buf, want);
			assert_int_equal(strncpy_from_user(buf, va, n + 1,
							   NULL),
					 0);
			assert_int_equal(strncpy_from_user(buf, va, n, NULL),
					 -ENAMETOOLONG);
		}
	end();
}

static void test_string_without_end(void **state __unused_arg)
{
	char buf[256];

	boot();
	memset(at(END - 100), 'z', 100);
	assert_int_equal(strncpy_from_user(buf, END - 100, 256, NULL), -EFAULT);
	assert_int_equal(strncpy_from_user(buf, END - 100, 100, NULL),
			 -ENAMETOOLONG);
	end();
}

static enum abort_cause kernel_access(u32 va, enum model_access kind)
{
	struct model_result r = model_access(va, kind, false);
	struct abort_info info =
		decode_abort(r.fsr, r.far,
			     kind == MODEL_FETCH ? ABORT_PREFETCH : ABORT_DATA);

	return r.fsr ? info.cause : ABORT_NR;
}

/* User memory is there for programs and the copies, for plain code never. */
static void test_closed_outside(void **state __unused_arg)
{
	u32 word, val;

	boot();
	assert_int_equal(put_user_pair(41, 40, TEST_VA), 0);
	assert_int_equal(get_user_u32(&val, TEST_VA), 0);
	assert_int_equal(val, 41);
	assert_int_equal(get_user_u32(&val, TEST_VA + 4), 0);
	assert_int_equal(val, 40);
	assert_int_equal(put_user_u32(42, TEST_VA), 0);
	for (u32 kind = MODEL_LOAD; kind <= MODEL_FETCH; kind++)
		assert_int_equal(kernel_access(TEST_VA, kind),
				 ABORT_DOMAIN_PAGE);
	assert_int_equal(kernel_access(page_to_phys(page) - PHYS_OFFSET +
					       PAGE_OFFSET,
				       MODEL_LOAD),
			 ABORT_NR);
	assert_int_equal(model_load(&test_mm, TEST_VA, &word), 0);
	assert_int_equal(word, 42);
	assert_int_equal(kernel_access(TEST_VA, MODEL_LOAD), ABORT_DOMAIN_PAGE);
	end();
}

static void test_verify_dacr(void **state __unused_arg)
{
	boot();
	assert_int_equal(dacr_verify(), 0);
	write_dacr(0x5);
	isb();
	assert_int_equal(dacr_verify(), -EUCLEAN);
	expect_log("DACR is 0x00000005");
	write_dacr(0x1);
	isb();
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_bad_addresses),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_string_without_end),
		cmocka_unit_test(test_closed_outside),
		cmocka_unit_test(test_verify_dacr),
	};

	return host_run(tests);
}
