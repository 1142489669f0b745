/*
 * Every fault status decodes as in the manual's table, and the status that the
 * model's walker reports decodes to the fault that it found.
 */
#include <string.h>
#include "mmu_test.h"

struct row {
	u32 fs; /* FS[4:0] of DDI0406C Table B3-23 */
	enum abort_cause cause;
	bool far;
};

static const struct row rows[] = {
	{ 0x01, ABORT_ALIGNMENT, true },
	{ 0x02, ABORT_DEBUG, false },
	{ 0x03, ABORT_ACCESS_FLAG_SECTION, true },
	{ 0x04, ABORT_ICACHE_MAINTENANCE, true },
	{ 0x05, ABORT_TRANSLATION_SECTION, true },
	{ 0x06, ABORT_ACCESS_FLAG_PAGE, true },
	{ 0x07, ABORT_TRANSLATION_PAGE, true },
	{ 0x08, ABORT_EXTERNAL, true },
	{ 0x09, ABORT_DOMAIN_SECTION, true },
	{ 0x0b, ABORT_DOMAIN_PAGE, true },
	{ 0x0c, ABORT_EXTERNAL_WALK_L1, true },
	{ 0x0d, ABORT_PERMISSION_SECTION, true },
	{ 0x0e, ABORT_EXTERNAL_WALK_L2, true },
	{ 0x0f, ABORT_PERMISSION_PAGE, true },
	{ 0x10, ABORT_PARITY, true },
	{ 0x16, ABORT_ASYNC_EXTERNAL, false },
	{ 0x18, ABORT_PARITY, false },
	{ 0x19, ABORT_PARITY, true },
	{ 0x1c, ABORT_PARITY, true },
	{ 0x1e, ABORT_PARITY, true },
};

static const struct row *find_row(u32 fs)
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].fs == fs)
			return &rows[i];
	return NULL;
}

static u32 fsr_of(u32 fs)
{
	return (fs & 0xf) | (fs >> 4) << 10;
}

static void check(u32 fs, enum abort_kind kind, bool write, u32 domain)
{
	const struct row *row = find_row(fs);
	u32 fsr = fsr_of(fs) | (write ? 0x800 : 0) | domain << 4;
	struct abort_info info = decode_abort(fsr, 0x12345678, kind);

	assert_int_equal(info.fsr, fsr);
	assert_int_equal(info.far, 0x12345678);
	assert_int_equal(info.kind, kind);
	assert_int_equal(info.cause, row ? row->cause : ABORT_UNKNOWN);
	assert_int_equal(info.address_valid, row && row->far);
	assert_int_equal(info.write, kind == ABORT_DATA && write);
	assert_int_equal(info.domain, kind == ABORT_DATA ? domain : 0);
}

static void test_all_codes(void **state __unused_arg)
{
	for (u32 fs = 0; fs < 32; fs++)
		for (u32 domain = 0; domain < 16; domain++) {
			check(fs, ABORT_DATA, false, domain);
			check(fs, ABORT_DATA, true, domain);
			check(fs, ABORT_PREFETCH, true, domain);
		}
}

/* LPAE's format means that TTBCR is not ours: nothing in it can be trusted. */
static void test_long_format(void **state __unused_arg)
{
	struct abort_info info = decode_abort(0x200 | 0x07, 0x1000, ABORT_DATA);

	assert_int_equal(info.cause, ABORT_UNKNOWN);
	assert_false(info.address_valid);
}

static void test_names(void **state __unused_arg)
{
	for (enum abort_cause c = 0; c < ABORT_NR; c++) {
		assert_non_null(abort_cause_name(c));
		for (enum abort_cause d = 0; d < c; d++)
			assert_string_not_equal(abort_cause_name(c),
						abort_cause_name(d));
	}
	assert_string_equal(abort_cause_name(ABORT_TRANSLATION_PAGE),
			    "page translation fault");
	expect_bug("ABORT_NR", abort_cause_name(ABORT_NR));
}

static struct abort_info last_info;
static bool last_user;

static int remember(struct mm_struct *mm __unused_arg,
		    const struct abort_info *info, bool user)
{
	last_info = *info;
	last_user = user;
	return -EFAULT;
}

/* From a walk in the model through the status registers to a cause. */
static void test_from_the_walker(void **state __unused_arg)
{
	static struct mm_struct mm;
	struct page *page;
	u32 val;

	model_boot(TEST_RAM);
	model_on_fault(remember);
	new_mm(&mm);
	page = map_new(&mm, TEST_VA, VM_READ);
	assert_int_equal(model_store(&mm, TEST_VA + 4, 1), -EFAULT);
	assert_int_equal(last_info.cause, ABORT_PERMISSION_PAGE);
	assert_int_equal(last_info.far, TEST_VA + 4);
	assert_true(last_info.write && last_info.address_valid && last_user);
	assert_int_equal(last_info.domain, 1);
	assert_int_equal(model_fetch(&mm, TEST_VA, &val), -EFAULT);
	assert_int_equal(last_info.kind, ABORT_PREFETCH);
	assert_int_equal(last_info.cause, ABORT_PERMISSION_PAGE);
	assert_int_equal(model_load(&mm, TEST_VA + PAGE_SIZE, &val), -EFAULT);
	assert_int_equal(last_info.cause, ABORT_TRANSLATION_PAGE);
	assert_int_equal(model_load(&mm, 0, &val), -EFAULT);
	assert_int_equal(last_info.cause, ABORT_TRANSLATION_SECTION);
	assert_int_equal(model_load(&mm, PAGE_OFFSET, &val), -EFAULT);
	assert_int_equal(last_info.cause, ABORT_PERMISSION_PAGE);
	assert_int_equal(model_load(&mm, PAGE_OFFSET + 0x400000, &val),
			 -EFAULT);
	assert_int_equal(last_info.cause, ABORT_PERMISSION_SECTION);
	unmap_and_free(&mm, TEST_VA, page);
	drop_mm(&mm);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_codes),
		cmocka_unit_test(test_long_format),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_from_the_walker),
	};

	return host_run(tests);
}
