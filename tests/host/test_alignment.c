/*
 * Unaligned LDM, STM, LDRD, STRD done in their place: which instructions are
 * taken, where they access, what the registers are after. Encodings are the
 * assembler's (arm-none-eabi-as), beside each its text.
 */
#include <asm/uaccess.h>
#include <services/alignment/alignment.h>
#include <string.h>
#include <trap/internal.h>
#include "mmu_test.h"

#define DATA (TEST_VA + 0x101) /* as crooked as can be */

static struct mm_struct test_mm;
static struct page *page;
static struct pt_regs regs;

static char *at(u32 va)
{
	return (char *)page_address(page) + (va - TEST_VA);
}

/* The page begins with code; 64 words lie at DATA, n has 0x100 + n. */
static void boot(void)
{
	model_boot(TEST_RAM);
	new_mm(&test_mm);
	page = map_new(&test_mm, TEST_VA, TEST_RW);
	model_switch(&test_mm);
	for (u32 n = 0; n < 64; n++)
		memcpy(at(DATA + 4 * n), &(u32){ 0x100 + n }, 4);
	memset(&regs, 0, sizeof(regs));
	regs.cpsr = PSR_MODE_USR;
	regs.pc = TEST_VA;
}

static void end(void)
{
	unmap_and_free(&test_mm, TEST_VA, page);
	drop_mm(&test_mm);
}

/* Returns 0 if it was emulated, -EFAULT if it is SIGSEGV, -EINVAL if SIGBUS. */
static int mend(void)
{
	const struct abort_info abort = { .cause = ABORT_ALIGNMENT,
					  .far = DATA };
	struct fault_signal fault = { .regs = &regs,
				      .abort = &abort,
				      .sig = SIGBUS };

	if (alignment_service.fault_signal(&fault))
		return 0;
	return fault.sig == SIGSEGV ? -EFAULT : -EINVAL;
}

static int run_arm(u32 insn)
{
	memcpy(at(TEST_VA), &insn, 4);
	return mend();
}

/* A Thumb instruction of two halfwords, the second 0 if it has one. */
static int run_thumb(u16 first, u16 second)
{
	regs.cpsr |= PSR_T;
	memcpy(at(TEST_VA), &first, 2);
	memcpy(at(TEST_VA + 2), &second, 2);
	return mend();
}

static u32 word(u32 n)
{
	u32 val;

	memcpy(&val, at(DATA + 4 * n), 4);
	return val;
}

static void test_arm_load_multiple(void **state __unused_arg)
{
	boot();
	regs.r[0] = DATA;
	assert_int_equal(run_arm(0xe8b0000e), 0); /* ldm r0!, {r1-r3} */
	assert_int_equal(regs.r[1], 0x100);
	assert_int_equal(regs.r[3], 0x102);
	assert_int_equal(regs.r[0], DATA + 12);
	assert_int_equal(regs.pc, TEST_VA + 4);

	regs.pc = TEST_VA;
	regs.r[0] = DATA + 16;
	assert_int_equal(run_arm(0xe910000e), 0); /* ldmdb r0, {r1-r3} */
	assert_int_equal(regs.r[1], 0x101);
	assert_int_equal(regs.r[0], DATA + 16);

	regs.pc = TEST_VA;
	assert_int_equal(run_arm(0xe990000e), 0); /* ldmib r0, {r1-r3} */
	assert_int_equal(regs.r[1], 0x105);

	regs.pc = TEST_VA;
	assert_int_equal(run_arm(0xe810000e), 0); /* ldmda r0, {r1-r3} */
	assert_int_equal(regs.r[3], 0x104);
	end();
}

static void test_arm_store_multiple(void **state __unused_arg)
{
	boot();
	regs.r[0] = DATA;
	regs.r[5] = 55;
	regs.sp = 66;
	regs.lr = 77;
	assert_int_equal(run_arm(0xe8806020), 0); /* stm r0, {r5,sp,lr} */
	assert_int_equal(word(0), 55);
	assert_int_equal(word(1), 66);
	assert_int_equal(word(2), 77);
	assert_int_equal(word(3), 0x103);
	end();
}

/* After SETEND BE each word is read and written with its first byte on top. */
static void test_big_endian(void **state __unused_arg)
{
	boot();
	regs.cpsr |= PSR_E;
	regs.r[0] = DATA;
	assert_int_equal(run_arm(0xe890000e), 0); /* ldm r0, {r1-r3} */
	assert_int_equal(regs.r[1], 0x00010000);
	assert_int_equal(regs.r[3], 0x02010000);

	regs.pc = TEST_VA;
	regs.r[1] = 0x11223344;
	assert_int_equal(run_arm(0xe880000e), 0); /* stm r0, {r1-r3} */
	assert_int_equal(word(0), 0x44332211);
	assert_int_equal(word(2), 0x102);
	end();
}

static void test_arm_double(void **state __unused_arg)
{
	boot();
	regs.r[2] = DATA;
	assert_int_equal(run_arm(0xe1c240d8), 0); /* ldrd r4,r5,[r2,#8] */
	assert_int_equal(regs.r[4], 0x102);
	assert_int_equal(regs.r[5], 0x103);
	assert_int_equal(regs.r[2], DATA);

	regs.pc = TEST_VA;
	regs.r[3] = 4;
	assert_int_equal(run_arm(0xe0c240f8), 0); /* strd r4,r5,[r2],#8 */
	assert_int_equal(word(0), 0x102);
	assert_int_equal(regs.r[2], DATA + 8);

	regs.pc = TEST_VA;
	assert_int_equal(run_arm(0xe12240d3), 0); /* ldrd r4,r5,[r2,-r3]! */
	assert_int_equal(regs.r[4], 0x103);
	assert_int_equal(regs.r[2], DATA + 4);
	end();
}

/* A load of pc is a branch, to Thumb code if bit 0 is set. */
static void test_branch(void **state __unused_arg)
{
	u32 target = 0x12345;

	boot();
	memcpy(at(DATA), &target, 4);
	regs.sp = DATA;
	assert_int_equal(run_arm(0xe8bd8000), 0); /* ldm sp!, {pc} */
	assert_int_equal(regs.pc, 0x12344);
	assert_true(regs.cpsr & PSR_T);
	assert_int_equal(regs.sp, DATA + 4);
	end();
}

static void test_thumb_short(void **state __unused_arg)
{
	boot();
	regs.r[0] = DATA;
	assert_int_equal(run_thumb(0xc806, 0), 0); /* ldmia r0!, {r1,r2} */
	assert_int_equal(regs.r[2], 0x101);
	assert_int_equal(regs.r[0], DATA + 8);
	assert_int_equal(regs.pc, TEST_VA + 2);

	regs.pc = TEST_VA;
	regs.r[0] = DATA;
	assert_int_equal(run_thumb(0xc803, 0), 0); /* ldmia r0, {r0,r1} */
	assert_int_equal(regs.r[0], 0x100);

	regs.pc = TEST_VA;
	regs.sp = DATA + 8;
	regs.lr = 99;
	assert_int_equal(run_thumb(0xb502, 0), 0); /* push {r1,lr} */
	assert_int_equal(regs.sp, DATA);
	assert_int_equal(word(1), 99);
	end();
}

static void test_thumb_wide(void **state __unused_arg)
{
	boot();
	regs.r[2] = DATA;
	/* ldm.w r2!,{r0,r1,r8} */
	assert_int_equal(run_thumb(0xe8b2, 0x0103), 0);
	assert_int_equal(regs.r[8], 0x102);
	assert_int_equal(regs.r[2], DATA + 12);
	assert_int_equal(regs.pc, TEST_VA + 4);

	regs.pc = TEST_VA;
	/* ldrd r5,r4,[r2,#-8] */
	assert_int_equal(run_thumb(0xe952, 0x5402), 0);
	assert_int_equal(regs.r[5], 0x101);
	assert_int_equal(regs.r[4], 0x102);

	regs.pc = TEST_VA;
	assert_int_equal(run_thumb(0xe922, 0x0021), 0); /* stmdb r2!,{r0,r5} */
	assert_int_equal(regs.r[2], DATA + 4);
	assert_int_equal(word(2), 0x101);
	end();
}

/* In an IT block the next instruction has the next condition. */
static void test_it_block(void **state __unused_arg)
{
	boot();
	regs.r[2] = DATA;
	regs.cpsr |= 0x00000c00; /* ITSTATE 0b00001100: ITE EQ, 1st of 2 */
	assert_int_equal(run_thumb(0xe8b2, 0x0103), 0);
	assert_int_equal(regs.cpsr & 0x0600fc00, 0x00001800);
	regs.pc = TEST_VA;
	assert_int_equal(run_thumb(0xe8b2, 0x0103), 0);
	assert_int_equal(regs.cpsr & 0x0600fc00, 0);
	end();
}

/* Other instructions are not emulated, and a failed one changes nothing. */
static void test_refused(void **state __unused_arg)
{
	static const u32 arm[] = {
		0xe1921f9f, /* ldrex r1, [r2] */
		0xe1821f90, /* strex r1, r0, [r2] */
		0xe1b24f9f, /* ldrexd r4, r5, [r2] */
		0xe5921000, /* ldr r1, [r2] */
		0xe1d210b0, /* ldrh r1, [r2] */
		0xed921b00, /* vldr d1, [r2] */
		0xe8d20006, /* ldm r2, {r1,r2}^ */
		0xf8920a00, /* rfeia r2 */
	};
	struct pt_regs before;

	boot();
	regs.r[2] = DATA;
	before = regs;
	for (u32 i = 0; i < ARRAY_SIZE(arm); i++)
		assert_int_equal(run_arm(arm[i]), -EINVAL);
	regs.r[0] = TEST_VA + PAGE_SIZE - 6;
	before.r[0] = regs.r[0];
	assert_int_equal(run_arm(0xe8b0000e), -EFAULT); /* ldm r0!, {r1-r3} */
	assert_memory_equal(&regs, &before, sizeof(regs));
	assert_int_equal(run_thumb(0xe852, 0x1f00), -EINVAL); /* ldrex */
	assert_int_equal(run_thumb(0xe8d2, 0x457f), -EINVAL); /* ldrexd */
	assert_int_equal(run_thumb(0x6811, 0), -EINVAL);      /* ldr */
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arm_load_multiple),
		cmocka_unit_test(test_arm_store_multiple),
		cmocka_unit_test(test_big_endian),
		cmocka_unit_test(test_arm_double),
		cmocka_unit_test(test_branch),
		cmocka_unit_test(test_thumb_short),
		cmocka_unit_test(test_thumb_wide),
		cmocka_unit_test(test_it_block),
		cmocka_unit_test(test_refused),
	};

	return host_run(tests);
}
