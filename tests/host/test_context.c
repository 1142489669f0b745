/*
 * ASIDs: never two address spaces with one, however many there are; every
 * switch in an order that the model's adversary cannot use. The roll-over comes
 * after 255 address spaces, or after 3: the -strict program is built with two
 * bits.
 */
#include <asm/cp15.h>
#include <mmu/tables.h>
#include "mmu_test.h"

#define NR_ASIDS (1u << CONFIG_ASID_BITS)
#define SPACES   (2 * NR_ASIDS + 10)

/* One page each, with the number of its owner. */
struct space {
	struct mm_struct mm;
	struct page *page;
};

static struct space spaces[SPACES];

static void make_space(u32 i)
{
	new_mm(&spaces[i].mm);
	spaces[i].page = map_new(&spaces[i].mm, TEST_VA, TEST_RW);
	*(u32 *)page_address(spaces[i].page) = i;
}

static void end_space(u32 i)
{
	unmap_and_free(&spaces[i].mm, TEST_VA, spaces[i].page);
	drop_mm(&spaces[i].mm);
}

static u32 asid_of(u32 i)
{
	u32 ttbr0, asid;

	mmu_context_of(&spaces[i].mm, &ttbr0, &asid);
	return asid;
}

/* Run it: it must see its own page, under its own ASID. */
static void run(u32 i)
{
	u32 val, ttbr0, contextidr;

	model_switch(&spaces[i].mm);
	model_check_tlb();
	assert_int_equal(model_load(&spaces[i].mm, TEST_VA, &val), 0);
	assert_int_equal(val, i);
	mmu_current_context(&ttbr0, &contextidr);
	assert_int_equal(contextidr, asid_of(i));
	assert_int_equal(ttbr0 & 0xffffc000, virt_to_phys(spaces[i].mm.pgd));
	assert_int_not_equal(asid_of(i), 0);
	assert_true(asid_of(i) < NR_ASIDS);
}

static void test_two(void **state __unused_arg)
{
	model_boot(TEST_RAM);
	make_space(0);
	make_space(1);
	assert_int_equal(asid_of(0), 0);
	for (u32 n = 0; n < 20; n++)
		run(n & 1);
	assert_int_not_equal(asid_of(0), asid_of(1));
	assert_int_equal(model_counts.tlbiall, 3); /* of the start */
	end_space(0);
	end_space(1);
}

/* More address spaces than ASIDs, in order, many times round. */
static void test_roll_over(void **state __unused_arg)
{
	u32 before;

	model_boot(32 << 20);
	for (u32 i = 0; i < SPACES; i++)
		make_space(i);
	before = model_counts.tlbiall;
	for (u32 n = 0; n < 3 * SPACES; n++)
		run(n % SPACES);
	/* One flush for each generation; fewer ASIDs than spaces a turn. */
	assert_in_range(model_counts.tlbiall - before, 3,
			3 * SPACES / (NR_ASIDS - 2) + 1);
	for (u32 i = 0; i < SPACES; i++)
		end_space(i);
}

/* In any order, with the adversary at work at every step. */
static void test_random_order(void **state __unused_arg)
{
	const u32 n_spaces = NR_ASIDS + 3;

	model_boot(32 << 20);
	for (u32 i = 0; i < n_spaces; i++)
		make_space(i);
	model.adversary = 300;
	for (u32 n = 0; n < 1500; n++)
		run(rnd_below(n_spaces));
	for (u32 i = 0; i < n_spaces; i++)
		end_space(i);
}

/* An mm that ran when the generation ended keeps its ASID. */
static void test_running_keeps_asid(void **state __unused_arg)
{
	u32 asid, i;

	model_boot(32 << 20);
	make_space(0);
	run(0);
	asid = asid_of(0);
	for (i = 1; i < NR_ASIDS - 1; i++) {
		make_space(i);
		run(i);
	}
	run(0);
	make_space(i);
	run(i); /* none left: a new generation */
	assert_int_not_equal(asid_of(i), asid);
	run(0);
	assert_int_equal(asid_of(0), asid);
	for (; i != 0; i--)
		end_space(i);
	end_space(0);
}

/* Code too: predictions made under an ASID end with its generation. */
static void test_roll_over_of_code(void **state __unused_arg)
{
	u32 insn;

	model_boot(32 << 20);
	for (u32 i = 0; i < NR_ASIDS + 1; i++) {
		new_mm(&spaces[i].mm);
		spaces[i].page = map_new(&spaces[i].mm, TEST_VA,
					 VM_READ | VM_EXEC);
	}
	for (u32 n = 0; n < 2 * (NR_ASIDS + 1); n++)
		assert_int_equal(model_fetch(&spaces[n % (NR_ASIDS + 1)].mm,
					     TEST_VA, &insn),
				 0);
	for (u32 i = 0; i < NR_ASIDS + 1; i++)
		end_space(i);
}

static void test_init_mm(void **state __unused_arg)
{
	u32 ttbr0, contextidr;

	model_boot(TEST_RAM);
	make_space(0);
	run(0);
	model_switch(NULL);
	mmu_current_context(&ttbr0, &contextidr);
	assert_int_equal(contextidr, 0);
	assert_ptr_equal(current_pgd(), init_mm.pgd);
	assert_int_equal(model_access(TEST_VA, MODEL_LOAD, false).fsr, 0x005);
	run(0);
	end_space(0);
}

/* switch_mm copies new vmalloc entries first: the next stack may lie there. */
static void test_vmalloc_seq(void **state __unused_arg)
{
	struct page *page;
	u32 va[2];

	model_boot(TEST_RAM);
	make_space(0);
	run(0);
	page = alloc_page(GFP_KERNEL);
	for (u32 i = 0; i < 2; i++) {
		va[i] = vmalloc_start() + (5 - 2 * i) * PGDIR_SIZE;
		assert_int_equal(map_kernel_range(va[i], PAGE_SIZE, &page,
						  MT_MEMORY_RW),
				 0);
		assert_int_equal(model_access(va[i], MODEL_LOAD, false).fsr,
				 0x005);
	}
	run(0);
	model_switch(
		&spaces[0].mm); /* from a thread to another: no new tables */
	for (u32 i = 0; i < 2; i++) {
		assert_int_equal(model_access(va[i], MODEL_LOAD, false).fsr, 0);
		unmap_kernel_range(va[i], PAGE_SIZE);
		flush_tlb_kernel_range(va[i], va[i] + PAGE_SIZE);
	}
	put_page(page);
	end_space(0);
}

static void test_irqs_must_be_off(void **state __unused_arg)
{
	model_boot(TEST_RAM);
	make_space(0);
	expect_bug("irqs_disabled", switch_mm(&init_mm, &spaces[0].mm));
	end_space(0);
}

/* The two orders that must not be: the model names them. */
static void test_model_sees_wrong_switch(void **state __unused_arg)
{
	u32 ttbr0_a, ttbr0_b, asid;

	model_boot_on(TEST_RAM, (struct model_machine){ true, 0 });
	make_space(0);
	make_space(1);
	run(0);
	run(1);
	mmu_context_of(&spaces[0].mm, &ttbr0_a, &asid);
	mmu_context_of(&spaces[1].mm, &ttbr0_b, &asid);
	expect_violation("TTBR0 changes from one address space to another",
			 write_ttbr0(ttbr0_a));
	expect_violation("no isb between", write_contextidr(asid_of(0)));
	isb();
	dsb();
	expect_violation("ASID changes", write_contextidr(asid_of(1)));
	isb();
	expect_violation("no dsb before", write_contextidr(asid_of(1)));
	isb();
	expect_violation("TTBR0 changes", write_ttbr0(ttbr0_b));
	isb();
	/* Erratum 754322: a walk begins between the dsb and the isb. */
	write_ttbr0(ttbr_of(init_mm.pgd));
	dsb();
	isb();
	expect_violation("no dsb before", write_contextidr(0));
	isb();
	model_switch(NULL);
	end_space(0);
	end_space(1);
}

/* A new owner of an old ASID, and the flush forgotten. */
static void test_model_sees_missing_roll_over_flush(void **state __unused_arg)
{
	u32 val;

	model_boot_on(TEST_RAM, (struct model_machine){ true, 0 });
	make_space(0);
	make_space(1);
	run(0);
	model_switch(NULL);
	spaces[1].mm.context.id = spaces[0].mm.context.id;
	model_switch(&spaces[1].mm);
	expect_violation("stale entry of another address space",
			 model_load(&spaces[1].mm, TEST_VA, &val));
	flush_tlb_mm(&spaces[0].mm);
	end_space(0);
	end_space(1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_roll_over),
		cmocka_unit_test(test_random_order),
		cmocka_unit_test(test_running_keeps_asid),
		cmocka_unit_test(test_roll_over_of_code),
		cmocka_unit_test(test_init_mm),
		cmocka_unit_test(test_vmalloc_seq),
		cmocka_unit_test(test_irqs_must_be_off),
		cmocka_unit_test(test_model_sees_wrong_switch),
		cmocka_unit_test(test_model_sees_missing_roll_over_flush),
	};

	return host_run(tests);
}
